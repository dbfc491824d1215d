//! What is stored, and what is refused.

use super::*;

#[test]
fn stores_what_is_within_reach_of_a_node_and_no_more() {
    let mut layout = Layout::default();
    layout.cover([[5, -2, 7]].into_iter(), [1, 2, 3], 1, 1000).unwrap();
    assert_eq!(layout.nodes(), 3 * 5 * (7 + 1));
    let mut places: Vec<usize> = Vec::new();
    for plane in 0..12 {
        for row in -8..8 {
            for node in 0..14 {
                let near = (plane - 5i64).abs() <= 1 && (row + 2i64).abs() <= 2 && (node - 7i64).abs() <= 3;
                let place = layout.index_of([plane, row, node]);
                assert_eq!(place.is_some(), near);
                places.extend(place);
            }
        }
    }
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "distinct and in order");
}

#[test]
fn a_distant_particle_costs_its_own_surroundings_only() {
    let mut layout = Layout::default();
    let clump = (0..10).flat_map(|plane| (0..10).map(move |row| [plane, row, 0]));
    let nodes = clump.chain([[1000, 1000, 1000]]);
    layout.cover(nodes, [2, 2, 2], 0, 1_000_000).unwrap();
    assert_eq!(layout.nodes(), 14 * 14 * 5 + 5 * 5 * 5);
    assert_eq!(layout.index_of([500, 0, 0]), None);
    assert!(layout.index_of([1002, 998, 1000]).is_some());
}

#[test]
fn rows_between_distant_clumps_are_not_stored() {
    // Two cubes of 20 nodes, ten million apart along rows, along rows and planes, and rows alone.
    for [plane, row] in [[0, 0], [7, 0], [3, 11]] {
        let distance = 10_000_000;
        let cube = |plane: i64, row: i64| {
            let nodes = |node: i64| (0..20).map(move |k| node + k);
            move |node: i64| {
                (0..20).flat_map(move |p| {
                    (0..20).flat_map(move |r| nodes(node).map(move |n| [plane + p, row + r, n]))
                })
            }
        };
        let mut nodes: Vec<Node> = cube(0, 0)(0).chain(cube(plane, row)(distance)).collect();
        nodes.sort_unstable_by_key(|node| (node[0], node[1]));
        let mut layout = Layout::default();
        layout.cover(nodes.iter().copied(), [2, 3, 4], 1, 1_000_000).unwrap();
        assert_eq!(layout.nodes(), 2 * 24 * 26 * (28 + 1));
        for &[plane, row, node] in &nodes {
            let index = (plane - layout.first_plane()) as usize;
            for row in layout.rows_between(index, row, 1) {
                let segment = layout.segment_of(row, node);
                assert!(segment.first <= node - 4 && node + 4 < segment.first + segment.length as i64);
            }
            assert!(layout.index_of([plane, row, node]).is_some());
        }
        assert_eq!(layout.index_of([5, 5, distance / 2]), None);
        let stored: usize =
            (0..layout.planes()).flat_map(|p| layout.rows_of(p)).map(|(_, row)| row.length + 1).sum();
        let empty =
            (0..layout.planes()).flat_map(|p| layout.rows_of(p)).filter(|(_, row)| row.length == 0).count();
        assert_eq!(stored - empty, layout.nodes());
    }
}

#[test]
fn refuses_to_grow_beyond_its_limit() {
    let mut layout = Layout::default();
    let far = (0..1 << 16).map(|k| [0, 0, k << 20]);
    assert!(layout.cover(far, [1, 1, 8], 0, 1 << 20).is_err());
    let far = [[0, 0, 0], [1 << 40, 0, 0]];
    assert!(layout.cover(far.into_iter(), [1, 1, 1], 0, 1 << 20).is_err());
}
