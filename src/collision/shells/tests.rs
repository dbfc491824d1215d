//! The sum of shells against that of the points on them, at every instruction set of this machine.

use super::*;
use crate::collision::regularisation::Regularisation;
use crate::kernel::interaction::Tensor;
use crate::kernel::series::Series;
use crate::random::Numbers;
use std::ops::Range;

const GAMMAS: [f64; 12] = [-3.0, -2.999, -2.5, -2.0, -1.7, -1.3, -1.0, -0.4, 0.0, 0.4, 0.99, 1.0];

/// One cloud of several species.
struct Case {
    name: &'static str,
    species: SpeciesTable,
    radii: Vec<f64>,
    gradients: Vec<f64>,
    weights: Vec<f64>,
    spreads: Option<Vec<f64>>,
    regularisation: Regularisation,
}

/// What a point of the shell q does to the shell p, averaged over that shell, and the mean size of the terms that are
/// averaged: by the trapezoidal rule in the logarithm of the tangent of half the angle, which converges exponentially.
fn mean_force(tensor: &Tensor, [r, g]: [f64; 2], [other_r, other_g]: [f64; 2], spread: f64) -> (f64, f64) {
    const STEP: f64 = 0.15;
    let (mut force, mut size) = (0.0, 0.0);
    for step in -300..=300 {
        let tangent = (f64::from(step) * STEP).exp();
        let cosine = 1.0 / (1.0 + tangent * tangent);
        // 1 − μ and √(1 − μ²) of the whole angle.
        let (versine, sine) = (2.0 * tangent * tangent * cosine, 2.0 * tangent * cosine);
        let difference = |p: f64, q: f64| [p - q + q * versine, -q * sine, 0.0];
        let image = tensor.apply(difference(r, other_r), spread, difference(g, other_g));
        force += 0.5 * STEP * sine * sine * image[0];
        size += 0.5 * STEP * sine * sine * (image[0].abs() + image[1].abs());
    }
    (force, size)
}

impl Case {
    fn new(
        name: &'static str,
        counts: &[usize],
        delta: f64,
        softened: bool,
        mut radius: impl FnMut(&mut Numbers) -> f64,
    ) -> Self {
        let mut numbers = Numbers(7);
        let (species, shells) = (counts.len(), counts.iter().sum());
        // The second and the fourth species do not interact.
        let coefficient = |i: usize, j: usize| if i != j && i + j == 4 { 0.0 } else { 1.0 + (i + j) as f64 };
        let pairs = || (0..species * species).map(|pair| (pair / species, pair % species));
        // The first species is not regularised with itself.
        let square = |(i, j): (usize, usize)| (delta * i.max(j).min(1) as f64).powi(2);
        let first = |species: usize| counts[..species].iter().sum::<usize>();
        let ranges: Vec<Range<usize>> = (0..species).map(|i| first(i)..first(i + 1)).collect();
        let coefficients = pairs().map(|(i, j)| coefficient(i, j)).collect();
        Self {
            name,
            species: SpeciesTable::new(vec![1.0; species], ranges, coefficients),
            radii: (0..shells).map(|_| radius(&mut numbers)).collect(),
            gradients: (0..shells).map(|_| numbers.next()).collect(),
            weights: (0..shells).map(|_| 1.1 + numbers.next()).collect(),
            spreads: softened.then(|| (0..shells).map(|_| 0.1 * numbers.share()).collect()),
            regularisation: Regularisation { squares: pairs().map(square).collect(), ..Default::default() },
        }
    }

    fn clouds(counts: &[usize]) -> Vec<Self> {
        let random = |numbers: &mut Numbers| numbers.next();
        let clusters = |numbers: &mut Numbers| {
            let width = [1e-2, 1e-4, 1e-7][(numbers.share() * 3.0) as usize];
            (1.5 + 0.5 * numbers.next()).round() + width * numbers.next()
        };
        let origin = |numbers: &mut Numbers| (3.0 * numbers.next()).round() * 0.3;
        vec![
            Self::new("random", counts, 0.0, false, random),
            Self::new("clustered", counts, 0.0, false, clusters),
            Self::new("origin", counts, 0.0, false, origin),
            Self::new("softened", counts, 0.0, true, random),
            Self::new("regularised", counts, 0.3, false, random),
            Self::new("regularised clusters", counts, 0.01, true, clusters),
            Self::new("regularised origin", counts, 0.1, false, origin),
        ]
    }

    fn evaluate_with(&self, sum: &mut ShellSum) -> Vec<f64> {
        let vector = |x: &f64| {
            let mut vector = [0.0; 3];
            vector[RADIUS] = *x;
            vector
        };
        let velocities: Vec<[f64; 3]> = self.radii.iter().map(vector).collect();
        let gradients: Vec<[f64; 3]> = self.gradients.iter().map(vector).collect();
        let particles = Particles {
            species: &self.species,
            velocities: &velocities,
            gradients: &gradients,
            weights: &self.weights,
            spreads: self.spreads.as_deref(),
            regularisation: &self.regularisation,
        };
        let mut sums = vec![[f64::NAN; 3]; self.radii.len()];
        assert_eq!(sum.evaluate(particles, &mut sums), Quality::Exact);
        for sum in &sums {
            assert!((0..3).all(|axis| axis == RADIUS || sum[axis] == 0.0));
        }
        sums.iter().map(|sum| sum[RADIUS]).collect()
    }

    fn evaluate(&self, gamma: f64, set: InstructionSet) -> Vec<f64> {
        self.evaluate_with(&mut ShellSum::new(gamma, set))
    }

    /// From so few shells on by prefix sums and by a tree.
    fn evaluate_from(&self, fewest: [usize; 2], gamma: f64, set: InstructionSet) -> Vec<f64> {
        let mut sum = ShellSum::new(gamma, set);
        if let Way::Pairs(pairs) = &mut sum.way {
            pairs.fewest = fewest;
        }
        self.evaluate_with(&mut sum)
    }

    /// Of each shell, the sum of the sizes of both parts of its forces, w c κ r'² |g| and w c κ r r' |g'|, κ being ⅔ of the
    /// power of the larger radius and δ.
    fn sizes(&self, gamma: f64) -> Vec<f64> {
        let ranges = self.species.ranges();
        let species = |p: usize| ranges.iter().position(|range| range.contains(&p)).unwrap();
        let size = |p: usize, q: usize| {
            let (i, j) = (species(p), species(q));
            let square = self.regularisation.squares[i * ranges.len() + j];
            let (r, other) = (self.radii[p].abs(), self.radii[q].abs());
            let kappa = (r.max(other).powi(2) + square).max(1e-100).powf(0.5 * gamma);
            let parts = other * other * self.gradients[p].abs() + r * other * self.gradients[q].abs();
            self.species.coefficients().between(i, j) * self.weights[q] * kappa * parts
        };
        let all = 0..self.radii.len();
        all.clone().map(|p| all.clone().filter(|&q| q != p).map(|q| size(p, q)).sum()).collect()
    }

    /// The sums over points, and beside each that of the terms' sizes.
    fn oracle(&self, gamma: f64) -> Vec<(f64, f64)> {
        let mut sums = vec![(0.0, 0.0); self.radii.len()];
        let ranges = self.species.ranges();
        for (i, targets) in ranges.iter().enumerate() {
            for (j, sources) in ranges.iter().enumerate() {
                let c = self.species.coefficients().between(i, j);
                let square = self.regularisation.squares[i * ranges.len() + j];
                let tensor = Tensor::new(gamma, square, Series::between_particles(gamma, 3));
                for (p, q) in targets.clone().flat_map(|p| sources.clone().map(move |q| (p, q))) {
                    if p == q || c == 0.0 {
                        continue;
                    }
                    let spread = self.spreads.as_ref().map_or(0.0, |spreads| spreads[p] + spreads[q]);
                    let [one, other] = [p, q].map(|p| [self.radii[p], self.gradients[p]]);
                    let (force, size) = mean_force(&tensor, one, other, spread);
                    sums[p].0 += c * self.weights[q] * force;
                    sums[p].1 += c * self.weights[q] * size;
                }
            }
        }
        sums
    }
}

/// The fits are right to 2e-12 of each average, and so is the quadrature here where shells almost touch.
const ACCURACY: f64 = 4e-12;

#[test]
fn every_instruction_set_agrees_with_the_points_of_the_shells() {
    for case in Case::clouds(&[11, 0, 1, 9, 5]) {
        for gamma in GAMMAS {
            let oracle = case.oracle(gamma);
            for set in InstructionSet::available() {
                let mut sum = ShellSum::new(gamma, set);
                for time in ["first", "second"] {
                    for (found, (right, size)) in case.evaluate_with(&mut sum).iter().zip(&oracle) {
                        let error = (found - right).abs() / size;
                        // Shells that are the origin feel nothing from others there.
                        assert!(
                            error < ACCURACY || found == right,
                            "{} cloud, γ = {gamma}, {}, {time} time: {error:e}",
                            case.name,
                            set.name()
                        );
                    }
                    sum.fill_workspace(f64::NAN);
                }
            }
        }
    }
}

#[test]
fn energy_stays_and_entropy_grows_to_rounding() {
    for case in Case::clouds(&[120, 0, 1, 70, 45]) {
        for gamma in GAMMAS {
            for set in InstructionSet::available() {
                let sums = case.evaluate(gamma, set);
                let (mut energy, mut size, mut work) = (0.0, 0.0, 0.0);
                for (p, sum) in sums.iter().enumerate() {
                    let term = case.weights[p] * case.radii[p] * sum;
                    energy += term;
                    size += term.abs();
                    work += case.weights[p] * case.gradients[p] * sum;
                }
                // A pair's two forces differ by a few roundings, of terms that in clusters are larger than their sum.
                let place = format!("{} cloud, γ = {gamma}, {}", case.name, set.name());
                assert!(energy.abs() < 100.0 * f64::EPSILON * size, "{place}: {energy:e} of {size:e}");
                assert!(work > 0.0, "{place}: {work:e}");
            }
        }
    }
}

#[test]
fn threads_do_not_change_bits() {
    for (gamma, delta) in [(-3.0, 0.0), (-3.0, 0.1), (0.4, 0.1)] {
        let case = Case::new("", &[300, 0, 1, 400, 133], delta, false, Numbers::next);
        for set in InstructionSet::available() {
            let on = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| case.evaluate(gamma, set))
            };
            let alone = on(1);
            for threads in [2, 3, 16] {
                assert!(on(threads) == alone, "{threads} threads, {}", set.name());
            }
        }
    }
}

#[test]
fn a_shell_is_its_mirror_image() {
    for gamma in GAMMAS {
        let mut case = Case::new("", &[9, 20], 0.1, true, Numbers::next);
        let sums = case.evaluate(gamma, InstructionSet::detect());
        for p in (0..29).step_by(2) {
            case.radii[p] *= -1.0;
            case.gradients[p] *= -1.0;
        }
        for (p, sum) in case.evaluate(gamma, InstructionSet::detect()).into_iter().enumerate() {
            assert_eq!(sum, if p % 2 == 0 { -sums[p] } else { sums[p] }, "γ = {gamma}");
        }
    }
}

#[test]
fn shells_alone_and_shells_that_coincide_with_equal_gradients_feel_nothing() {
    for (gamma, delta) in GAMMAS.into_iter().flat_map(|gamma| [(gamma, 0.0), (gamma, 0.1)]) {
        for set in InstructionSet::available() {
            // The moments of γ = 0 do not know who is who, and leave rounding.
            let nothing = |sums: Vec<f64>| {
                let bound = if gamma == 0.0 { 1e-13 } else { 0.0 };
                assert!(sums.iter().all(|sum| sum.abs() <= bound), "γ = {gamma}: {sums:?}");
            };
            nothing(Case::new("", &[1], delta, true, Numbers::next).evaluate(gamma, set));
            let mut together = Case::new("", &[20, 20], delta, false, |_| 0.7);
            together.gradients.fill(0.25);
            nothing(together.evaluate(gamma, set));
            nothing(Case::new("", &[20, 20], delta, false, |_| 0.0).evaluate(gamma, set));
        }
    }
}

/// Every exponent and instruction set.
fn every_sum() -> impl Iterator<Item = (f64, InstructionSet)> {
    GAMMAS.into_iter().flat_map(|gamma| InstructionSet::available().map(move |set| (gamma, set)))
}

#[test]
fn sums_are_finite_at_any_distance() {
    for (gamma, set) in every_sum() {
        let mut sum = ShellSum::new(gamma, set);
        for exponent in (-324..=100).step_by(4) {
            let distance = 10_f64.powi(exponent);
            for (delta, offset) in [(0.0, 0.0), (0.1, 0.0), (distance, 0.0), (0.0, 1.0)] {
                let mut case = Case::new("", &[20], 0.0, false, |numbers| offset + numbers.next() * distance);
                case.regularisation.squares = vec![delta * delta];
                let sums = case.evaluate_with(&mut sum);
                let place =
                    format!("γ = {gamma}, distance {distance:e}, δ {delta:e}, {offset}, {}", set.name());
                assert!(sums.iter().all(|sum| sum.is_finite()), "{place}: {sums:?}");
            }
        }
    }
}

#[test]
fn what_is_not_a_number_shows_in_the_sums_of_its_shell() {
    for (gamma, set) in every_sum() {
        let mut sum = ShellSum::new(gamma, set);
        for (delta, poison, p) in [(0.0, f64::NAN, 0), (0.1, f64::NAN, 70), (0.0, f64::INFINITY, 132)] {
            let mut case = Case::new("", &[130, 3], delta, false, Numbers::next);
            case.radii[p] = poison;
            assert!(!case.evaluate_with(&mut sum)[p].is_finite(), "radius, γ = {gamma}, δ = {delta}");
            let mut case = Case::new("", &[130, 3], delta, false, Numbers::next);
            case.gradients[p] = poison;
            assert!(!case.evaluate_with(&mut sum)[p].is_finite(), "gradient, γ = {gamma}, δ = {delta}");
        }
    }
}

/// Radii from 1e-6 to 1, as a lattice has them that a hot species shares with a cold one.
fn of_many_scales(numbers: &mut Numbers) -> f64 {
    10_f64.powf(-3.0 + 3.0 * numbers.next())
}

#[test]
fn prefix_sums_and_trees_are_the_sum_over_all_pairs() {
    let set = InstructionSet::detect();
    let mut cases = Case::clouds(&[300, 0, 1, 200, 150]);
    cases.retain(|case| case.spreads.is_none());
    for delta in [0.0, 1e-3] {
        cases.push(Case::new("scales", &[300, 0, 1, 200, 150], delta, false, of_many_scales));
    }
    for case in cases {
        for gamma in [-3.0, -2.5, -2.0, 1.0] {
            let direct = case.evaluate_from([usize::MAX; 2], gamma, set);
            // Sums over pairs have the rounding of their terms, of both parts of each force.
            let sizes: Vec<f64> = case.sizes(gamma);
            for fewest in [[0, 0], [usize::MAX, 0]] {
                let found = case.evaluate_from(fewest, gamma, set);
                let mut energy = (0.0, 0.0);
                for (p, ((found, direct), size)) in found.iter().zip(&direct).zip(&sizes).enumerate() {
                    let error = (found - direct).abs() / size;
                    assert!(
                        error < ACCURACY || found == direct,
                        "{}, γ = {gamma}, {fewest:?}, {p}: {error:e}",
                        case.name
                    );
                    let term = case.weights[p] * case.radii[p] * found;
                    energy = (energy.0 + term, energy.1 + term.abs());
                }
                let (energy, size) = energy;
                assert!(energy.abs() < 100.0 * f64::EPSILON * size, "{}, γ = {gamma}: {energy:e}", case.name);
            }
        }
    }
}
