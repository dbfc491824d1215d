//! The tree of rings beside direct sums over the same pairs. That of shells is tested beside theirs.

use super::*;
use crate::collision::interface::SpeciesTable;
use crate::collision::regularisation::Regularisation;
use crate::kernel::rings::RingLaw;
use crate::random::Numbers;

/// Two species, normal in z and r, the second wider.
struct Cloud {
    species: SpeciesTable,
    velocities: Vec<[f64; 2]>,
    gradients: Vec<[f64; 2]>,
    weights: Vec<f64>,
    spreads: Vec<f64>,
    regularisation: Regularisation,
}

impl Cloud {
    fn new(counts: [usize; 2], delta: f64) -> Self {
        let mut numbers = Numbers(3);
        let all = counts[0] + counts[1];
        let mut velocities = Vec::new();
        let mut gradients = Vec::new();
        for p in 0..all {
            let width = if p < counts[0] { 1.0 } else { 2.0 };
            let [z, r] = [2.0 * numbers.next(), 2.0 * numbers.next().abs()];
            velocities.push([width * z, width * r]);
            // Near a Maxwellian's, as in a run.
            let [along, across] = [0.1 * numbers.next(), 0.1 * numbers.next()];
            gradients.push([-z + along * r, -r + across * z]);
        }
        let ranges = vec![0..counts[0], counts[0]..all];
        Self {
            species: SpeciesTable::new(vec![1.0, 2.0], ranges, vec![1.0, 0.5, 0.5, 2.0]),
            weights: velocities.iter().map(|[z, r]| (0.1 + r) * (-0.5 * (z * z + r * r)).exp()).collect(),
            velocities,
            gradients,
            spreads: vec![0.0; all],
            regularisation: Regularisation { squares: vec![delta * delta; 4], ..Default::default() },
        }
    }

    fn particles(&self) -> Particles<'_, 2> {
        let Self { species, velocities, gradients, weights, spreads, regularisation } = self;
        Particles { species, velocities, gradients, weights, spreads: Some(spreads), regularisation }
    }
}

fn tree() -> OrbitTree<2> {
    OrbitTree::new([true, false])
}

fn chosen<'a>(law: &'a RingLaw, cloud: &Cloud, set: InstructionSet) -> OrbitLaw<'a, RingLaw> {
    OrbitLaw { law, regularised: !cloud.regularisation.is_none(), set }
}

/// √(Σ w |a − b|²/Σ w |b|²).
fn distance(weights: &[f64], a: &[[f64; 2]], b: &[[f64; 2]]) -> f64 {
    let (mut error, mut size) = (0.0, 0.0);
    for ((a, b), w) in a.iter().zip(b).zip(weights) {
        for axis in 0..2 {
            error += w * (a[axis] - b[axis]).powi(2);
            size += w * b[axis].powi(2);
        }
    }
    (error / size).sqrt()
}

/// All leaves are near each other where no cell is cut.
fn direct(law: &RingLaw, cloud: &Cloud) -> Vec<[f64; 2]> {
    let mut sums = vec![[0.0; 2]; cloud.velocities.len()];
    let mut blocks = Blocks::<2>::empty();
    blocks.cut(&cloud.species);
    blocks.evaluate(&chosen(law, cloud, InstructionSet::detect()), cloud.particles());
    blocks.unpack(&mut sums);
    sums
}

#[test]
fn errors_fall_with_the_points_and_are_measured() {
    for (gamma, delta) in [(-3.0, 0.0), (-3.0, 0.1), (-2.0, 0.1), (0.5, 0.0)] {
        let (law, cloud) = (RingLaw::new(gamma), Cloud::new([2000, 1000], delta));
        let exact = direct(&law, &cloud);
        let chosen = chosen(&law, &cloud, InstructionSet::detect());
        let mut tree = tree();
        let mut sums = vec![[f64::NAN; 2]; 3000];
        let mut last: f64 = 2.0;
        for points in [2, 4, 6] {
            tree.evaluate(&chosen, points, cloud.particles(), &mut sums);
            assert!(!tree.pairs.far.is_empty() && tree.cells.leaves.len() > 8);
            let error = distance(&cloud.weights, &sums, &exact);
            let found = tree.measure(&chosen, 1e-3, cloud.particles(), &sums);
            assert!(found.entropy_rate < 0.0);
            // 64 samples of each species have errors of their own: 0.57 to 1.09 were found.
            assert!((0.4..2.0).contains(&(found.error / error)), "{points}: {error:e} {:e}", found.error);
            // Two points divide the error by 18 in the limit, and by 60 to 670 here.
            assert!(error < last / 18.0, "γ = {gamma}, δ = {delta}, {points}: {error:e} after {last:e}");
            last = error;
        }
    }
}

#[test]
fn energy_and_momentum_stay_to_rounding_and_threads_do_not_change_bits() {
    let (law, cloud) = (RingLaw::new(-3.0), Cloud::new([1500, 700], 0.05));
    for set in InstructionSet::available() {
        let chosen = chosen(&law, &cloud, set);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut sums = vec![[f64::NAN; 2]; 2200];
                let mut tree = tree();
                tree.evaluate(&chosen, 4, cloud.particles(), &mut sums);
                let first = sums.clone();
                // The workspace is left as the first evaluation leaves it.
                tree.evaluate(&chosen, 4, cloud.particles(), &mut sums);
                assert!(first == sums);
                sums
            })
        };
        let sums = on(1);
        for threads in [2, 5] {
            assert!(on(threads) == sums, "{threads} threads, {}", set.name());
        }
        let (mut momentum, mut energy, mut size) = (0.0, 0.0, 0.0);
        for ((sum, v), w) in sums.iter().zip(&cloud.velocities).zip(&cloud.weights) {
            momentum += w * sum[0];
            energy += w * (v[0] * sum[0] + v[1] * sum[1]);
            size += w * (v[0] * sum[0]).hypot(v[1] * sum[1]);
        }
        // Rounding of some thousand additions.
        assert!(
            momentum.abs() < 1e-13 * size && energy.abs() < 1e-13 * size,
            "{momentum:e} {energy:e} {size:e}"
        );
    }
}

#[test]
fn what_is_not_a_number_shows() {
    let law = RingLaw::new(-3.0);
    for poison in [f64::NAN, f64::INFINITY] {
        let mut cloud = Cloud::new([300, 100], 0.1);
        cloud.velocities[350][1] = poison;
        let mut sums = vec![[0.0; 2]; 400];
        tree().evaluate(&chosen(&law, &cloud, InstructionSet::detect()), 3, cloud.particles(), &mut sums);
        assert!(sums.iter().flatten().all(|sum| sum.is_nan()));
    }
}
