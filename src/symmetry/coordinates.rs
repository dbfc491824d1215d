//! The coordinates of held points as files name them: `x`, `y`, `z` of points, the distance `r` from the axis and `z` along
//! it of rings, the radius `r` of shells.

use super::{HalfPlane, RADIUS, Symmetry};

/// The names of the axes.
pub const AXES: [&str; 3] = ["x", "y", "z"];

/// One coordinate of held points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coordinate {
    pub name: &'static str,
    /// The component of velocities that holds it.
    pub component: usize,
    /// Whether it is a distance, which has no sign.
    pub is_distance: bool,
}

impl Coordinate {
    /// Its value at a held point. A ring beyond the axis is the ring at the same distance on this side.
    pub fn of<const D: usize>(&self, point: &[f64; D]) -> f64 {
        let value = point[self.component];
        if self.is_distance { value.abs() } else { value }
    }

    /// Whether it can have this value.
    pub fn allows(&self, value: f64) -> bool {
        value.is_finite() && (value >= 0.0 || !self.is_distance)
    }

    /// Its values in words.
    pub fn allowed(&self) -> &'static str {
        if self.is_distance { "a finite number ≥ 0" } else { "a finite number" }
    }
}

impl Symmetry {
    /// The coordinates of held points in D dimensions, in the order in which files have them.
    pub fn named<const D: usize>(self) -> Vec<Coordinate> {
        let line = |name, component| Coordinate { name, component, is_distance: false };
        let distance = |component| Coordinate { name: "r", component, is_distance: true };
        match self {
            Self::None => AXES[..D].iter().enumerate().map(|(axis, name)| line(name, axis)).collect(),
            Self::Axial(HalfPlane { along, across }) => vec![distance(across), line("z", along)],
            Self::Spherical => vec![distance(RADIUS)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_coordinates_are_all_that_held_points_have() {
        let axial = |axis| Symmetry::Axial(HalfPlane::of_axis(axis));
        for (symmetry, names, values) in [
            (Symmetry::None, "xyz", vec![-3.0, -2.0, -1.0]),
            (axial(0), "rz", vec![2.0, -3.0]),
            (axial(1), "rz", vec![3.0, -2.0]),
            (axial(2), "rz", vec![3.0, -1.0]),
            (Symmetry::Spherical, "r", vec![3.0]),
        ] {
            let named = symmetry.named::<3>();
            assert_eq!(named.iter().map(|one| one.name).collect::<String>(), names);
            let mut components: Vec<usize> = named.iter().map(|one| one.component).collect();
            components.sort_unstable();
            assert_eq!(components, (0..3).filter(|&axis| symmetry.holds(axis)).collect::<Vec<_>>());
            let found: Vec<f64> = named.iter().map(|one| one.of(&[-3.0, -2.0, -1.0])).collect();
            assert_eq!(found, values, "{symmetry:?}");
        }
        assert_eq!(Symmetry::None.named::<2>().len(), 2);
    }

    #[test]
    fn a_distance_has_no_sign() {
        let [r, z] = Symmetry::Axial(HalfPlane::of_axis(2)).named::<3>()[..] else { panic!() };
        assert!(r.allows(0.0) && r.allows(2.0) && !r.allows(-1e-300) && !r.allows(f64::NAN));
        assert!(z.allows(-1.0) && !z.allows(f64::INFINITY));
    }
}
