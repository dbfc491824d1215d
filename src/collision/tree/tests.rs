//! The tree against the direct sum.

use std::ops::Range;

use super::*;
use crate::collision::direct::DirectSum;
use crate::random::Numbers;

/// Two species with uneven weights.
struct Case<const D: usize> {
    species: SpeciesTable,
    weights: Vec<f64>,
    velocities: Vec<[f64; D]>,
    gradients: Vec<[f64; D]>,
    regularisation: Regularisation,
}

/// Two species of the given numbers of particles.
fn table([one, other]: [usize; 2], coefficients: [f64; 4]) -> SpeciesTable {
    SpeciesTable::new(vec![1.0, 3.0], vec![0..one, one..one + other], coefficients.to_vec())
}

fn measured<const D: usize>(
    tree: &mut TreeSum<D>,
    particles: Particles<'_, D>,
    sums: &mut [[f64; D]],
) -> Measured {
    match tree.evaluate(particles, Accuracy::Kept, sums) {
        Quality::Measured(measured) => measured,
        quality => panic!("{quality:?}"),
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Lattice,
    Clustered,
    Shell,
    /// The second species is a hundred times narrower.
    TwoScales,
}

const GAMMAS: [f64; 5] = [-3.0, -2.0, -1.0, 0.5, 1.0];

const KINDS: [Kind; 4] = [Kind::Lattice, Kind::Clustered, Kind::Shell, Kind::TwoScales];

impl<const D: usize> Case<D> {
    fn new(kind: Kind, particles: usize) -> Self {
        let mut numbers = Numbers(5);
        let mut number = move || numbers.next();
        let counts = [particles / 2, particles - particles / 2];
        let per_axis = (particles as f64).powf(1.0 / D as f64).ceil() as usize;
        let velocities: Vec<[f64; D]> = (0..particles)
            .map(|p| {
                let mut normal = || -> [f64; D] { std::array::from_fn(|_| number() + number() + number()) };
                match kind {
                    Kind::Lattice => std::array::from_fn(|k| {
                        (p / per_axis.pow(k as u32) % per_axis) as f64 * 6.0 / per_axis as f64 - 3.0
                    }),
                    Kind::Clustered => {
                        let site = (p % 5) as f64;
                        normal().map(|x| site + x * 0.3_f64.powf(site))
                    }
                    Kind::Shell => {
                        let v = normal();
                        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
                        let width = 1.0 + 0.05 * normal()[0];
                        v.map(|x| 2.0 * width * x / norm)
                    }
                    Kind::TwoScales => normal().map(|x| if p < counts[0] { x } else { 0.01 * x }),
                }
            })
            .collect();
        // Far from equilibrium: temperatures differ by species and axis, and a quadratic term is added.
        let gradients = velocities
            .iter()
            .enumerate()
            .map(|(p, v)| {
                let cold = if p < counts[0] { 1.0 } else { 1.5 };
                std::array::from_fn(|k| -cold * (0.5 + 0.5 * k as f64) * v[k] + 0.1 * v[0] * v[1])
            })
            .collect();
        let weights = (0..particles).map(|_| 1.2 + number()).collect();
        Self {
            species: table(counts, [1.0, 0.5, 0.5, 2.0]),
            weights,
            velocities,
            gradients,
            regularisation: Regularisation { squares: vec![0.0; 4], ..Default::default() },
        }
    }

    /// The same case with a δ for each of the two species. Their common δ is the larger one.
    fn regularised(mut self, [one, other]: [f64; 2]) -> Self {
        let larger = one.max(other);
        self.regularisation.squares = [one, larger, larger, other].map(|delta| delta * delta).to_vec();
        self
    }

    fn particles(&self) -> Particles<'_, D> {
        let Self { species, velocities, gradients, weights, regularisation } = self;
        Particles { species, velocities, gradients, weights, spreads: None, regularisation }
    }

    /// Overwrites `sums` with the sums of a tree to its tolerance.
    fn evaluate(&self, tree: &mut TreeSum<D>, sums: &mut [[f64; D]]) -> Measured {
        measured(tree, self.particles(), sums)
    }

    fn direct(&self, gamma: f64) -> Vec<[f64; D]> {
        let mut sums = vec![[f64::NAN; D]; self.weights.len()];
        DirectSum::new(gamma, InstructionSet::detect()).evaluate(self.particles(), &mut sums);
        sums
    }

    /// √(Σ m w |error of v̇|² / Σ m w |v̇|²).
    fn error(&self, sums: &[[f64; D]], exact: &[[f64; D]]) -> f64 {
        let (mut error, mut size) = (0.0, 0.0);
        for (range, mass) in self.species.ranges().iter().zip(self.species.masses()) {
            for p in range.clone() {
                for k in 0..D {
                    error += self.weights[p] / mass * (sums[p][k] - exact[p][k]).powi(2);
                    size += self.weights[p] / mass * exact[p][k].powi(2);
                }
            }
        }
        (error / size).sqrt()
    }
}

fn errors_lie_below_the_tolerance<const D: usize>(particles: usize, gammas: &[f64], deltas: [f64; 2]) {
    let set = InstructionSet::detect();
    for kind in KINDS {
        let case = Case::<D>::new(kind, particles).regularised(deltas);
        for &gamma in gammas {
            let exact = case.direct(gamma);
            for tolerance in [1e-3, 1e-6] {
                let mut tree = TreeSum::new(gamma, tolerance, set);
                let estimate = tree.calibrate(case.particles()).unwrap();
                let mut sums = vec![[f64::NAN; D]; particles];
                let quality = case.evaluate(&mut tree, &mut sums);
                let error = case.error(&sums, &exact);
                let name = format!(
                    "{kind:?}, {D}-D, γ = {gamma}, δ = {deltas:?}, tolerance {tolerance:e}, {} points",
                    tree.points()
                );
                eprintln!("{name}: {error:.2e}");
                // Calibration starts with the points that a normal cloud needs, and stops at the first number
                // that meets half the tolerance. The error may be far below: in clusters of different widths
                // most pairs are near, and a regularised kernel of γ = 1 is so smooth that polynomials fit it
                // very well.
                assert!(error < tolerance && error > 2e-4 * tolerance, "{name}: {error:e}");
                // In clusters that lie within δ of each other few particles carry most of the error, and
                // samples can miss them.
                let least = if deltas == [0.0; 2] { 0.3 } else { 0.1 };
                assert!(
                    (least..3.0).contains(&(estimate / error)),
                    "{name}: {error:e}, estimated {estimate:e}"
                );
                assert_eq!(quality.error, estimate, "{name}");
                assert!(quality.entropy_rate < 0.0, "{name}: {quality:?}");
            }
        }
    }
}

#[test]
fn errors_lie_below_the_tolerance_in_two_dimensions() {
    errors_lie_below_the_tolerance::<2>(6000, &GAMMAS, [0.0; 2]);
}

#[test]
fn errors_lie_below_the_tolerance_in_three_dimensions() {
    errors_lie_below_the_tolerance::<3>(12000, &GAMMAS, [0.0; 2]);
}

/// Three cases: equal δ; one δ a tenth of the other, as for the narrow cloud of two scales; and δ as large as
/// the leaves.
#[test]
fn errors_of_regularised_sums_lie_below_the_tolerance() {
    // The largest δ costs most, since its tables are made for what its far cells see.
    for deltas in [[0.1, 0.1], [0.2, 0.02]] {
        errors_lie_below_the_tolerance::<2>(6000, &[-3.0], deltas);
        errors_lie_below_the_tolerance::<3>(12000, &[-3.0], deltas);
    }
    errors_lie_below_the_tolerance::<2>(6000, &[1.0], [0.5, 0.9]);
    errors_lie_below_the_tolerance::<3>(12000, &[-1.5], [0.5, 0.9]);
}

#[test]
fn tables_serve_every_cloud_of_about_one_size_and_are_made_for_what_can_be_seen() {
    let memory = |deltas: [f64; 2], factors: [f64; 2]| {
        let mut case = Case::<3>::new(Kind::Lattice, 12000).regularised(deltas);
        let mut tree = TreeSum::new(-3.0, 1e-4, InstructionSet::detect());
        let mut sums = vec![[f64::NAN; 3]; 12000];
        factors.map(|factor| {
            case.velocities.iter_mut().flatten().for_each(|v| *v *= factor);
            case.evaluate(&mut tree, &mut sums);
            tree.tables.iter().map(|tables| tables.memory()).sum::<usize>()
        })
    };
    // The cloud's extent is 6 (1 − 1/23) = 5.74 thermal speeds. The next root edges, 0.2 times 2^(k/4), are
    // 6.4 and 7.61.
    let [one, same] = memory([0.0, 0.0], [1.0, 1.5]);
    assert!(one > 0 && one == same, "|z|^γ has one table for all: {one} {same}");
    assert_eq!(memory([1e-3, 1e-3], [1.0, 1.0])[0], one, "a δ that no far cell sees");
    let [first, same] = memory([0.2, 0.2], [1.0, 1.1]);
    assert!(first >= one && first == same, "one size: {first} {same}");
    let [first, more] = memory([0.2, 0.2], [1.0, 1.3]);
    assert!(more > first, "another size: {first} {more}");
    // A cloud an octave larger has the same tables, for cells one level deeper.
    let [first, same] = memory([0.2, 0.2], [1.0, 2.0]);
    println!("tables: {one} for |z|^γ, {first} for δ, {same} for two octaves");
    assert!(same <= 2 * first, "{first} {same}");
}

#[test]
fn momentum_and_energy_stay_to_rounding() {
    let case = Case::<3>::new(Kind::TwoScales, 5000).regularised([0.1, 0.01]);
    let mut sums = vec![[f64::NAN; 3]; 5000];
    case.evaluate(&mut TreeSum::new(-3.0, 1e-2, InstructionSet::detect()), &mut sums);
    let (mut totals, mut sizes) = ([0.0; 4], [0.0; 4]);
    for ((v, sum), w) in case.velocities.iter().zip(&sums).zip(&case.weights) {
        for k in 0..3 {
            for (n, term) in [(k, w * sum[k]), (3, w * v[k] * sum[k])] {
                totals[n] += term;
                sizes[n] += term.abs();
            }
        }
    }
    for n in 0..4 {
        // Rounding of a sum of 5000 terms.
        assert!(totals[n].abs() < 1e-14 * sizes[n], "{n}: {:e} of {:e}", totals[n], sizes[n]);
    }
}

#[test]
fn threads_do_not_change_bits() {
    let case = Case::<3>::new(Kind::Clustered, 9000).regularised([0.05, 0.2]);
    let evaluate = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut sums = vec![[f64::NAN; 3]; 9000];
            let mut tree = TreeSum::new(-3.0, 1e-3, InstructionSet::detect());
            let quality = case.evaluate(&mut tree, &mut sums);
            // An evaluation of another cloud in between does not change the result.
            let other =
                Particles { velocities: &case.gradients, gradients: &case.velocities, ..case.particles() };
            measured(&mut tree, other, &mut sums);
            assert_eq!(case.evaluate(&mut tree, &mut sums), quality);
            (sums, quality)
        })
    };
    let alone = evaluate(1);
    for threads in [2, 3, 7] {
        assert_eq!(evaluate(threads), alone);
    }
}

#[test]
fn every_instruction_set_agrees() {
    for (kind, deltas) in
        [(Kind::Clustered, [0.0; 2]), (Kind::TwoScales, [0.0; 2]), (Kind::TwoScales, [0.1, 0.01])]
    {
        let case = Case::<3>::new(kind, 4000).regularised(deltas);
        let exact = case.direct(-2.5);
        for set in InstructionSet::available() {
            let mut sums = vec![[f64::NAN; 3]; 4000];
            let mut tree = TreeSum::new(-2.5, 1e-4, set);
            tree.calibrate(case.particles()).unwrap();
            case.evaluate(&mut tree, &mut sums);
            let error = case.error(&sums, &exact);
            assert!(error < 1e-4, "{}: {error:e}", set.name());
        }
    }
}

#[test]
fn few_particles_meet_one_by_one() {
    for particles in [2, 3, 40] {
        let case = Case::<3>::new(Kind::Shell, particles);
        let exact = case.direct(-3.0);
        let mut sums = vec![[f64::NAN; 3]; particles];
        case.evaluate(&mut TreeSum::new(-3.0, 1e-3, InstructionSet::detect()), &mut sums);
        // Both use the same kernels. The gradients differ by the rounding of the part that no pair feels.
        assert!(case.error(&sums, &exact) < 1e-12);
    }
}

#[test]
fn coincident_particles_do_not_interact() {
    let mut case = Case::<2>::new(Kind::Shell, 3000).regularised([0.1, 0.2]);
    case.velocities.fill([1.0, 2.0]);
    let mut sums = vec![[f64::NAN; 2]; 3000];
    let quality = case.evaluate(&mut TreeSum::new(-3.0, 1e-3, InstructionSet::detect()), &mut sums);
    assert_eq!(sums, vec![[0.0; 2]; 3000]);
    assert_eq!(quality.error, 0.0);
}

#[test]
fn the_gradients_of_one_maxwellian_drive_nothing() {
    let case = Case::<3>::new(Kind::Clustered, 4000);
    let gradients: Vec<[f64; 3]> = case.velocities.iter().map(|v| v.map(|v| 0.3 - 2.0 * v)).collect();
    let mut sums = vec![[f64::NAN; 3]; 4000];
    let mut tree = TreeSum::new(-3.0, 1e-3, InstructionSet::detect());
    measured(&mut tree, Particles { gradients: &gradients, ..case.particles() }, &mut sums);
    let rates = |sums: &[[f64; 3]]| sums.iter().flatten().map(|x| x * x).sum::<f64>().sqrt();
    // The rounding of g, compared with sums of gradients of the same size.
    assert!(rates(&sums) < 1e-11 * rates(&case.direct(-3.0)));
}

#[test]
fn an_evaluation_that_needs_more_points_takes_them_for_itself_alone() {
    let case = Case::<3>::new(Kind::TwoScales, 6000);
    let smooth = Case::<3>::new(Kind::Lattice, 6000);
    let mut tree = TreeSum::new(-3.0, 1e-5, InstructionSet::detect());
    let mut first = vec![[f64::NAN; 3]; 6000];
    smooth.evaluate(&mut tree, &mut first);
    let points = tree.points();
    let mut sums = first.clone();
    let quality = case.evaluate(&mut tree, &mut sums);
    assert!(quality.error <= 1e-5 && tree.tables.len() > 1, "{quality:?}");
    assert_eq!(tree.points(), points);
    smooth.evaluate(&mut tree, &mut sums);
    assert_eq!(sums, first);
}

#[test]
fn species_that_do_not_interact_have_gradients_of_their_own() {
    // Each species is at an equilibrium of its own, but for a small quadratic term. A common fit for both
    // would leave most of the gradients in place.
    let mut case = Case::<2>::new(Kind::Clustered, 4000);
    case.species = table([2000, 2000], [1.0, 0.0, 0.0, 2.0]);
    for (p, (g, v)) in case.gradients.iter_mut().zip(&case.velocities).enumerate() {
        let (cold, bend) = if p < 2000 { (1.0, 1e-6) } else { (5.0, -1e-6) };
        *g = [0.3 - cold * v[0] + bend * v[1] * v[1], cold - cold * v[1]];
    }
    let mut sums = vec![[f64::NAN; 2]; 4000];
    let mut tree = TreeSum::new(-3.0, 1e-5, InstructionSet::detect());
    assert!(tree.calibrate(case.particles()).unwrap() <= 0.5e-5);
    case.evaluate(&mut tree, &mut sums);
    // The direct sums round the gradients, which are 1e6 times larger than the part that matters.
    assert!(case.error(&sums, &case.direct(-3.0)) < 1e-5);
}

#[test]
fn some_of_the_particles_calibrate_a_large_cloud() {
    let case = Case::<2>::new(Kind::TwoScales, 100_000);
    let mut tree = TreeSum::new(-3.0, 1e-4, InstructionSet::detect());
    let estimate = tree.calibrate(case.particles()).unwrap();
    let mut sums = vec![[f64::NAN; 2]; 100_000];
    let error = case.evaluate(&mut tree, &mut sums).error;
    // Errors hardly depend on the number of particles. So the whole cloud meets the tolerance with the same
    // points.
    assert_eq!(tree.tables.len(), 1, "{error:e}");
    assert!((0.3..3.0).contains(&(estimate / error)), "{error:e}, estimated {estimate:e}");
}

#[test]
fn a_tree_beyond_memory_is_refused() {
    let species = 13;
    let ranges: Vec<Range<usize>> = (0..species).map(|i| 100_000 * i..100_000 * (i + 1)).collect();
    // No row is a multiple of another, so each species needs a far field of its own.
    let coefficients: Vec<f64> = (0..169).map(|k| if k / 13 == k % 13 { 2.0 } else { 1.0 }).collect();
    let species = SpeciesTable::new(vec![1.0; species], ranges, coefficients);
    let tree = TreeSum::<3>::new(-3.0, 1e-9, InstructionSet::detect());
    let regularisation = Regularisation { squares: vec![0.0; 169], ..Default::default() };
    assert_eq!(
        tree.require_memory(&species, &regularisation).unwrap_err().to_string(),
        "the tree would need 21.9 GiB for 1300000 particles and 12 points along an axis of its cells (the limit is 16 GiB): try a larger tolerance, fewer particles, or `random_batch`"
    );
}
