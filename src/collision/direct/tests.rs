//! The direct sum against the obvious one, at every instruction set of this machine.

use super::*;
use crate::collision::oracle::pair_sums;
use crate::collision::regularisation::Regularisation;
use crate::kernel::power::{General, PowerLaw};
use crate::random::Numbers;
use std::ops::Range;

const GAMMAS: [f64; 8] = [-3.0, -2.5, -2.0, -1.3, -1.0, 0.0, 0.4, 1.0];

/// Species of so many particles each.
fn table(counts: &[usize], coefficients: Vec<f64>) -> SpeciesTable {
    let first = |species: usize| counts[..species].iter().sum::<usize>();
    let ranges = (0..counts.len()).map(|i| first(i)..first(i + 1)).collect();
    SpeciesTable::new(vec![1.0; counts.len()], ranges, coefficients)
}

/// One cloud of several species.
struct Case<const D: usize> {
    name: &'static str,
    species: SpeciesTable,
    weights: Vec<f64>,
    velocities: Vec<[f64; D]>,
    gradients: Vec<[f64; D]>,
    spreads: Option<Vec<f64>>,
    regularisation: Regularisation,
}

impl<const D: usize> Case<D> {
    fn new(name: &'static str, counts: &[usize], mut velocity: impl FnMut(&mut Numbers) -> [f64; D]) -> Self {
        let mut numbers = Numbers(7);
        let (species, particles) = (counts.len(), counts.iter().sum());
        let mut coefficients = vec![0.0; species * species];
        for i in 0..species {
            for j in 0..=i {
                // Every third pair of species does not interact.
                let c = if (i + 2 * j) % 3 == 2 { 0.0 } else { 1.5 + numbers.next() };
                coefficients[i * species + j] = c;
                coefficients[j * species + i] = c;
            }
        }
        Self {
            name,
            species: table(counts, coefficients),
            weights: (0..particles).map(|_| 1.1 + numbers.next()).collect(),
            velocities: (0..particles).map(|_| velocity(&mut numbers)).collect(),
            gradients: (0..particles).map(|_| numbers.vector()).collect(),
            spreads: None,
            regularisation: Regularisation { squares: vec![0.0; species * species], ..Default::default() },
        }
    }

    /// The same with a δ for every pair of species but the first with itself.
    fn regularised(mut self) -> Self {
        let species = self.species.ranges().len();
        let delta = |i: usize, j: usize| 0.15 * i.max(j) as f64;
        let squares = (0..species * species).map(|pair| delta(pair / species, pair % species).powi(2));
        self.regularisation.squares = squares.collect();
        self.name = "regularised";
        self
    }

    fn particles(&self) -> Particles<'_, D> {
        let Self { species, velocities, gradients, weights, spreads, regularisation, .. } = self;
        Particles { species, velocities, gradients, weights, spreads: spreads.as_deref(), regularisation }
    }

    /// The same species with other coefficients.
    fn interact(&mut self, coefficients: Vec<f64>) {
        let counts: Vec<usize> = self.species.ranges().iter().map(Range::len).collect();
        self.species = table(&counts, coefficients);
    }

    fn random(counts: &[usize]) -> Self {
        Self::new("random", counts, Numbers::vector)
    }

    fn clouds(counts: &[usize]) -> Vec<Self> {
        let mut next = 0;
        let lattice = move |_: &mut Numbers| {
            next += 1;
            std::array::from_fn(|k| (next / 7_usize.pow(k as u32) % 7) as f64 * 0.25)
        };
        let clusters = |numbers: &mut Numbers| {
            let site = (1.5 * numbers.next()).round();
            let width = [1e-2, 1e-6, 1e-12][(numbers.next().abs() * 3.0) as usize];
            numbers.vector().map(|x: f64| site + width * x)
        };
        let coincident = |numbers: &mut Numbers| [numbers.next().round(); D];
        let mut softened = Self::new("softened", counts, clusters);
        let spreads = softened.gradients.iter().map(|g| (g[0] + g[1]).max(0.0)).collect();
        softened.spreads = Some(spreads);
        let regularised = Self { spreads: softened.spreads.clone(), ..Self::new("", counts, clusters) };
        vec![
            softened,
            Self::random(counts),
            Self::new("clustered", counts, clusters),
            Self::new("lattice", counts, lattice),
            Self::new("coincident", counts, coincident),
            regularised.regularised(),
            Self::random(counts).regularised(),
            Self::new("", counts, clusters).regularised(),
            Self::new("", counts, lattice).regularised(),
            Self::new("", counts, coincident).regularised(),
        ]
    }

    fn evaluate(&self, sum: &mut DirectSum<D>) -> Vec<[f64; D]> {
        let mut sums = vec![[f64::NAN; D]; self.velocities.len()];
        sum.evaluate(self.particles(), &mut sums);
        sums
    }

    fn oracle(&self, gamma: f64) -> Vec<([f64; D], f64)> {
        pair_sums(gamma, self.particles())
    }

    /// Largest error of a sum in units of ε Σ|terms|; infinite for a NaN.
    fn error(&self, sums: &[[f64; D]], oracle: &[([f64; D], f64)]) -> f64 {
        let mut worst: f64 = 0.0;
        for (sum, (right, size)) in sums.iter().zip(oracle) {
            for k in 0..D {
                let error = (sum[k] - right[k]).abs();
                if error != 0.0 {
                    let relative = error / (f64::EPSILON * size);
                    worst = worst.max(if relative.is_nan() { f64::INFINITY } else { relative });
                }
            }
        }
        worst
    }
}

/// Rounding of one term, 2 ulp of the power and four operations on either side, and of sums of below
/// 1000 terms in two different orders: the clouds here reach 6.
const ROUNDING: f64 = 10.0;

fn agrees_with_the_oracle<const D: usize>(counts: &[usize]) {
    for case in Case::<D>::clouds(counts) {
        for gamma in GAMMAS {
            let oracle = case.oracle(gamma);
            for set in InstructionSet::available() {
                let mut sum = DirectSum::new(gamma, set);
                sum.fill_workspace(f64::NAN);
                for time in ["first", "second"] {
                    let error = case.error(&case.evaluate(&mut sum), &oracle);
                    assert!(
                        error < ROUNDING,
                        "{} cloud of {counts:?}, D = {D}, γ = {gamma}, {}, {time} time: {error} ε",
                        case.name,
                        set.name(),
                    );
                }
            }
        }
    }
}

#[test]
fn every_instruction_set_agrees_with_the_oracle_on_every_cloud() {
    agrees_with_the_oracle::<2>(&[300, 0, 1, 170, 45]);
    agrees_with_the_oracle::<3>(&[300, 0, 1, 170, 45]);
}

#[test]
fn ragged_sizes_and_mixes_agree_with_the_oracle() {
    for count in 1..=40 {
        agrees_with_the_oracle::<2>(&[count]);
        agrees_with_the_oracle::<3>(&[count]);
    }
    for counts in [&[1, 1][..], &[0, 3], &[17, 0, 0, 1], &[1, 129, 2], &[15, 16, 17, 18, 1, 1, 1]] {
        agrees_with_the_oracle::<2>(counts);
        agrees_with_the_oracle::<3>(counts);
    }
}

#[test]
fn no_particles_have_no_sums() {
    let (none, empty) = (Case::<3>::random(&[]), Case::<2>::random(&[0, 0]).regularised());
    DirectSum::new(-3.0, InstructionSet::detect()).evaluate(none.particles(), &mut []);
    DirectSum::new(0.4, InstructionSet::detect()).evaluate(empty.particles(), &mut []);
}

#[test]
fn species_without_a_coefficient_do_not_interact() {
    let mut case = Case::<3>::random(&[200, 150]);
    case.interact(vec![1.0, 0.0, 0.0, 2.0]);
    let mut sum = DirectSum::new(-3.0, InstructionSet::detect());
    assert_eq!(case.species.ordered_pairs(), 200 * 199 + 150 * 149);
    let before = case.evaluate(&mut sum);
    case.velocities[..200].fill([f64::NAN; 3]);
    let after = case.evaluate(&mut sum);
    assert_eq!(before[200..], after[200..]);

    // The same sum, whose blocks met by other coefficients before.
    case.interact(vec![0.0; 4]);
    assert_eq!(case.species.ordered_pairs(), 0);
    assert_eq!(case.evaluate(&mut sum), vec![[0.0; 3]; 350]);
}

fn conserves<const D: usize>() {
    for case in Case::<D>::clouds(&[300, 0, 1, 170, 45]) {
        for gamma in GAMMAS {
            let oracle = case.oracle(gamma);
            for set in InstructionSet::available() {
                let sums = case.evaluate(&mut DirectSum::new(gamma, set));
                let mut momentum = [0.0; D];
                let (mut energy, mut momentum_size, mut energy_size) = (0.0, 0.0, 0.0);
                for (p, &w) in case.weights.iter().enumerate() {
                    let v = case.velocities[p];
                    for k in 0..D {
                        momentum[k] += w * sums[p][k];
                        energy += w * v[k] * sums[p][k];
                    }
                    momentum_size += w * oracle[p].1;
                    energy_size += w * oracle[p].1 * v.iter().map(|v| v * v).sum::<f64>().sqrt();
                }
                // A pair's two forces differ by the rounding of their weights, its energy by that
                // of the direction: an ulp or two of each term, and they do not add up.
                let place = format!("{} cloud, D = {D}, γ = {gamma}, {}", case.name, set.name());
                for total in momentum {
                    let error = total.abs() / f64::EPSILON;
                    assert!(error <= momentum_size, "{place}: momentum {}", error / momentum_size);
                }
                let error = energy.abs() / f64::EPSILON;
                assert!(error <= energy_size, "{place}: energy {}", error / energy_size);
            }
        }
    }
}

#[test]
fn momentum_and_energy_stay_to_rounding() {
    conserves::<2>();
    conserves::<3>();
}

#[test]
fn threads_do_not_change_bits() {
    let random = || Case::<3>::random(&[700, 0, 1, 900, 333]);
    for (gamma, case) in [(-3.0, random()), (0.4, random()), (-3.0, random().regularised())] {
        for set in InstructionSet::available() {
            let on = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let mut sum = DirectSum::new(gamma, set);
                pool.install(|| case.evaluate(&mut sum))
            };
            let alone = on(1);
            for threads in [2, 3, 16, 16] {
                assert!(on(threads) == alone, "{threads} threads, {}", set.name());
            }
        }
    }
}

#[test]
fn coincident_particles_do_not_interact() {
    for gamma in GAMMAS {
        for set in InstructionSet::available() {
            let mut plane = Case::<2>::random(&[150, 20]);
            plane.velocities.fill([0.3, -0.7]);
            assert_eq!(plane.evaluate(&mut DirectSum::new(gamma, set)), vec![[0.0; 2]; 170]);
            for mut space in [Case::<3>::random(&[150, 20]), Case::<3>::random(&[150, 20]).regularised()] {
                space.velocities.fill([0.3, -0.7, 1e9]);
                assert_eq!(space.evaluate(&mut DirectSum::new(gamma, set)), vec![[0.0; 3]; 170]);
            }
        }
    }
}

fn is_finite_at_any_distance<const D: usize>() {
    for exponent in (-324..=100).step_by(4) {
        let distance = 10_f64.powi(exponent);
        let mut numbers = Numbers(3);
        let mut case = Case::<D>::new("small", &[20], |_| numbers.vector().map(|x: f64| x * distance));
        for delta in [0.0, distance, 0.1] {
            case.regularisation.squares = vec![delta * delta];
            for gamma in GAMMAS {
                for set in InstructionSet::available() {
                    for sum in case.evaluate(&mut DirectSum::new(gamma, set)).as_flattened() {
                        let place = format!("γ = {gamma}, distance {distance}, δ {delta}, {}", set.name());
                        assert!(sum.is_finite(), "{place}");
                    }
                }
            }
        }
    }
}

#[test]
fn sums_are_finite_at_any_distance() {
    is_finite_at_any_distance::<2>();
    is_finite_at_any_distance::<3>();
}

fn shows_what_is_not_a_number<const D: usize>(counts: &[usize], case: fn(&[usize]) -> Case<D>) {
    let new = || case(counts);
    let particles: usize = counts.iter().sum();
    for gamma in GAMMAS {
        for set in InstructionSet::available() {
            for poison in [f64::NAN, f64::INFINITY] {
                for k in 0..D {
                    for p in [0, particles / 2, particles - 1] {
                        let mut case = new();
                        case.interact(vec![1.0; counts.len() * counts.len()]);
                        case.velocities[p][k] = poison;
                        let sums = case.evaluate(&mut DirectSum::new(gamma, set));
                        assert!(sums[p].iter().all(|x| !x.is_finite()), "velocity, γ = {gamma}");

                        let mut case = new();
                        case.interact(vec![1.0; counts.len() * counts.len()]);
                        case.gradients[p][k] = poison;
                        let sums = case.evaluate(&mut DirectSum::new(gamma, set));
                        assert!(sums[p].iter().all(|x| !x.is_finite()), "gradient, γ = {gamma}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_not_a_number_shows_in_the_sums_of_its_particle() {
    for counts in [&[1][..], &[19], &[130, 3]] {
        shows_what_is_not_a_number::<2>(counts, Case::random);
        shows_what_is_not_a_number::<3>(counts, Case::random);
        shows_what_is_not_a_number::<3>(counts, |counts| Case::random(counts).regularised());
    }
}

#[test]
fn the_general_power_agrees_with_the_special_ones() {
    for gamma in [-3.0, -2.0, -1.0, 0.0, 1.0] {
        for case in Case::<3>::clouds(&[200, 40]) {
            for set in InstructionSet::available() {
                let special = case.evaluate(&mut DirectSum::new(gamma, set));
                let mut sum = DirectSum::new(gamma, set);
                sum.interaction.law = PowerLaw::General(Box::new(General::new(gamma)));
                let oracle = case.oracle(gamma);
                let sized: Vec<_> = special.iter().zip(oracle).map(|(x, y)| (*x, y.1)).collect();
                let error = case.error(&case.evaluate(&mut sum), &sized);
                assert!(error < ROUNDING, "{} cloud, γ = {gamma}: {error} ε", case.name);
            }
        }
    }
}
