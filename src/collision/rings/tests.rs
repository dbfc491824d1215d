//! The sum of rings against that of the points on them, at every instruction set of this machine.

use super::*;
use crate::collision::regularisation::Regularisation;
use crate::kernel::interaction::Tensor;
use crate::kernel::series::Series;
use crate::random::Numbers;
use std::f64::consts::PI;
use std::ops::Range;

const GAMMAS: [f64; 12] = [-3.0, -2.999, -2.5, -2.0, -1.7, -1.3, -1.0, -0.4, 0.0, 0.4, 0.99, 1.0];

const PLANE: HalfPlane = HalfPlane { along: 2, across: 0 };

/// What a point of the ring q does to the ring p, averaged over that ring, and the mean size of the terms that are
/// averaged.
///
/// With eˣ the tangent of half the angle the trapezoidal rule in x converges exponentially, and finds the nearest points
/// of rings that almost touch.
fn mean_force(tensor: &Tensor, p: &Ring, q: &Ring) -> ([f64; 3], f64) {
    const STEP: f64 = 0.15;
    let HalfPlane { along, across } = PLANE;
    let other = 3 - along - across;
    let (mut force, mut size) = ([0.0; 3], 0.0);
    for step in -300..=300 {
        let tangent = (f64::from(step) * STEP).exp();
        let cosine = 1.0 / (1.0 + tangent * tangent);
        // 1 − cos φ and sin φ of the whole angle.
        let (versine, sine) = (2.0 * tangent * tangent * cosine, 2.0 * tangent * cosine);
        let share = STEP * sine / (2.0 * PI);
        for sine in [sine, -sine] {
            let difference = |p: [f64; 3], q: [f64; 3]| {
                let mut difference = [0.0; 3];
                difference[along] = p[along] - q[along];
                difference[across] = p[across] - q[across] + q[across] * versine;
                difference[other] = -q[across] * sine;
                difference
            };
            let z = difference(p.velocity, q.velocity);
            let image = tensor.apply(z, p.spread + q.spread, difference(p.gradient, q.gradient));
            for (force, image) in force.iter_mut().zip(image) {
                *force += share * image;
            }
            size += share * image.iter().map(|x| x * x).sum::<f64>().sqrt();
        }
    }
    (force, size)
}

#[derive(Clone, Copy)]
struct Ring {
    velocity: [f64; 3],
    gradient: [f64; 3],
    spread: f64,
}

/// One cloud of several species.
struct Case {
    name: &'static str,
    species: SpeciesTable,
    rings: Vec<Ring>,
    weights: Vec<f64>,
    softened: bool,
    regularisation: Regularisation,
}

fn table(counts: &[usize], coefficients: Vec<f64>) -> SpeciesTable {
    let first = |species: usize| counts[..species].iter().sum::<usize>();
    let ranges: Vec<Range<usize>> = (0..counts.len()).map(|i| first(i)..first(i + 1)).collect();
    SpeciesTable::new(vec![1.0; counts.len()], ranges, coefficients)
}

/// The component across the axis is that of `point`, which may be below 0.
fn ring(numbers: &mut Numbers, [z, r]: [f64; 2]) -> Ring {
    let mut velocity = [0.0; 3];
    let mut gradient = [0.0; 3];
    velocity[PLANE.along] = z;
    velocity[PLANE.across] = r;
    gradient[PLANE.along] = numbers.next();
    gradient[PLANE.across] = numbers.next();
    Ring { velocity, gradient, spread: numbers.next().max(0.0) * 0.1 }
}

impl Case {
    fn new(
        name: &'static str,
        counts: &[usize],
        delta: f64,
        softened: bool,
        mut point: impl FnMut(&mut Numbers) -> [f64; 2],
    ) -> Self {
        let mut numbers = Numbers(7);
        let species = counts.len();
        // The second and the fourth species do not interact.
        let coefficient = |i: usize, j: usize| if i != j && i + j == 4 { 0.0 } else { 1.0 + (i + j) as f64 };
        let pairs = || (0..species * species).map(|pair| (pair / species, pair % species));
        // The first species is not regularised with itself.
        let square = |(i, j): (usize, usize)| (delta * i.max(j).min(1) as f64).powi(2);
        Self {
            name,
            species: table(counts, pairs().map(|(i, j)| coefficient(i, j)).collect()),
            rings: (0..counts.iter().sum())
                .map(|_| {
                    let point = point(&mut numbers);
                    ring(&mut numbers, point)
                })
                .collect(),
            weights: (0..counts.iter().sum()).map(|_| 1.1 + numbers.next()).collect(),
            softened,
            regularisation: Regularisation { squares: pairs().map(square).collect(), ..Default::default() },
        }
    }

    fn clouds(counts: &[usize]) -> Vec<Self> {
        let random = |numbers: &mut Numbers| [numbers.next(), numbers.next().abs()];
        // Some beyond the axis, some on it.
        let crossing = |numbers: &mut Numbers| [numbers.next(), (0.2 * numbers.next()).clamp(-0.1, 0.1)];
        let axis = |numbers: &mut Numbers| [numbers.next(), (5.0 * numbers.next()).round().max(0.0) * 0.2];
        let clusters = |numbers: &mut Numbers| {
            let site = [(1.5 * numbers.next()).round(), (1.0 + 0.5 * numbers.next()).round()];
            let width = [1e-2, 1e-4, 1e-7][(numbers.next().abs() * 3.0) as usize];
            site.map(|x| x + width * numbers.next())
        };
        vec![
            Self::new("random", counts, 0.0, false, random),
            Self::new("crossing", counts, 0.0, false, crossing),
            Self::new("axis", counts, 0.0, false, axis),
            Self::new("clustered", counts, 0.0, false, clusters),
            Self::new("softened", counts, 0.0, true, random),
            Self::new("regularised", counts, 0.3, false, random),
            Self::new("regularised crossing", counts, 0.1, true, crossing),
            Self::new("regularised clusters", counts, 0.01, false, clusters),
        ]
    }

    fn evaluate_with(&self, sum: &mut RingSum) -> Vec<[f64; 3]> {
        let velocities: Vec<_> = self.rings.iter().map(|ring| ring.velocity).collect();
        let gradients: Vec<_> = self.rings.iter().map(|ring| ring.gradient).collect();
        let spreads: Vec<_> = self.rings.iter().map(|ring| ring.spread).collect();
        let particles = Particles {
            species: &self.species,
            velocities: &velocities,
            gradients: &gradients,
            weights: &self.weights,
            spreads: self.softened.then_some(spreads.as_slice()),
            regularisation: &self.regularisation,
        };
        let mut sums = vec![[f64::NAN; 3]; self.rings.len()];
        assert_eq!(sum.evaluate(particles, Accuracy::Kept, &mut sums), Quality::Exact);
        sums
    }

    fn evaluate(&self, gamma: f64, set: InstructionSet) -> Vec<[f64; 3]> {
        self.evaluate_with(&mut RingSum::new(gamma, PLANE, set))
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize, f64, f64)> {
        let ranges = self.species.ranges();
        ranges.iter().enumerate().flat_map(move |(i, targets)| {
            ranges.iter().enumerate().flat_map(move |(j, sources)| {
                let c = self.species.coefficients().between(i, j);
                let square = self.regularisation.squares[i * ranges.len() + j];
                targets
                    .clone()
                    .flat_map(move |p| sources.clone().map(move |q| (p, q, c, square)))
                    .filter(|&(p, q, ..)| p != q)
            })
        })
    }

    /// The sums over points, and beside each that of the terms' sizes.
    fn oracle(&self, gamma: f64) -> Vec<([f64; 3], f64)> {
        let mut sums = vec![([0.0; 3], 0.0); self.rings.len()];
        for (p, q, c, square) in self.pairs().filter(|&(_, _, c, _)| c != 0.0) {
            let tensor = Tensor::new(gamma, square, Series::between_particles(gamma, 3));
            let [mut one, mut other] = [p, q].map(|p| self.rings[p]);
            if !self.softened {
                [one.spread, other.spread] = [0.0; 2];
            }
            let (force, size) = mean_force(&tensor, &one, &other);
            for (sum, force) in sums[p].0.iter_mut().zip(force) {
                *sum += c * self.weights[q] * force;
            }
            sums[p].1 += c * self.weights[q] * size;
        }
        sums
    }
}

/// The fits are right to 2e-12 of each average; where their terms cancel in a force, the sizes of the points' forces
/// do not.
const ACCURACY: f64 = 4e-12;

#[test]
fn every_instruction_set_agrees_with_the_points_of_the_rings() {
    for case in Case::clouds(&[11, 0, 1, 9, 5]) {
        for gamma in GAMMAS {
            let oracle = case.oracle(gamma);
            for set in InstructionSet::available() {
                let mut sum = RingSum::new(gamma, PLANE, set);
                for time in ["first", "second"] {
                    let sums = case.evaluate_with(&mut sum);
                    for (sum, (right, size)) in sums.iter().zip(&oracle) {
                        for k in 0..3 {
                            let error = (sum[k] - right[k]).abs() / size;
                            assert!(
                                error < ACCURACY,
                                "{} cloud, γ = {gamma}, {}, {time} time: {error:e}",
                                case.name,
                                set.name()
                            );
                        }
                    }
                    sum.fill_workspace(f64::NAN);
                }
            }
        }
    }
}

#[test]
fn ragged_sizes_agree_with_the_sums_of_pairs() {
    for counts in [&[1, 1][..], &[0, 3], &[17, 0, 0, 1], &[15, 16, 17, 18, 1, 1, 1], &[40], &[130, 3, 129]] {
        let case = Case::new("ragged", counts, 0.1, false, |numbers| [numbers.next(), numbers.next()]);
        for (gamma, set) in [-3.0, -2.0, 0.4]
            .into_iter()
            .flat_map(|gamma| InstructionSet::available().map(move |set| (gamma, set)))
        {
            let mut sum = RingSum::new(gamma, PLANE, set);
            let whole = case.evaluate_with(&mut sum);
            // A sum over one pair makes its plan anew: of many rings a few are looked at.
            for p in (0..case.rings.len()).step_by(case.rings.len().div_ceil(9)) {
                let (mut right, mut size) = ([0.0; 3], 0.0);
                for (_, q, c, square) in
                    case.pairs().filter(|&(one, other, c, _)| one == p && other != p && c != 0.0)
                {
                    let pair = Case {
                        name: "pair",
                        species: table(&[1, 1], vec![0.0, c, c, 0.0]),
                        rings: vec![case.rings[p], case.rings[q]],
                        weights: vec![case.weights[p], case.weights[q]],
                        softened: false,
                        regularisation: Regularisation { squares: vec![square; 4], ..Default::default() },
                    };
                    for (right, force) in right.iter_mut().zip(pair.evaluate_with(&mut sum)[0]) {
                        *right += force;
                        size += force.abs();
                    }
                }
                let sum = &whole[p];
                for k in 0..3 {
                    // Sums of some 300 terms in two orders, of the same pair forces but for the unregularised law, which
                    // is another where a cloud has regularised pairs too.
                    let bound =
                        1e-13 * size + ACCURACY * f64::from(case.regularisation.squares[0] == 0.0) * size;
                    assert!((sum[k] - right[k]).abs() <= bound, "{counts:?}, γ = {gamma}: {sum:?} {right:?}");
                }
            }
        }
    }
}

/// Σ w F_z, Σ w (r F_r + z F_z) and Σ w g·F, with the sums of the sizes of what cancels in the first two.
fn invariants(case: &Case, sums: &[[f64; 3]]) -> [(f64, f64); 3] {
    let mut totals = [(0.0, 0.0); 3];
    let mut add = |total: usize, term: f64| {
        totals[total].0 += term;
        totals[total].1 += term.abs();
    };
    for ((Ring { velocity, gradient, .. }, &w), sum) in case.rings.iter().zip(&case.weights).zip(sums) {
        add(0, w * sum[PLANE.along]);
        for axis in [PLANE.along, PLANE.across] {
            add(1, w * velocity[axis] * sum[axis]);
            add(2, w * gradient[axis] * sum[axis]);
        }
    }
    totals
}

#[test]
fn momentum_and_energy_stay_and_entropy_grows_to_rounding() {
    for case in Case::clouds(&[120, 0, 1, 70, 45]) {
        for gamma in GAMMAS {
            for set in InstructionSet::available() {
                let sums = case.evaluate(gamma, set);
                let [momentum, energy, work] = invariants(&case, &sums);
                // A pair's two forces differ by the rounding of their weights, its energy by that of the terms in the
                // forces, which in clusters are larger than their sum.
                let place = format!("{} cloud, γ = {gamma}, {}", case.name, set.name());
                let ulps = |(total, size): (f64, f64)| total.abs() / (f64::EPSILON * size);
                assert!(ulps(momentum) < 50.0, "{place}: momentum {}", ulps(momentum));
                assert!(ulps(energy) < 50.0, "{place}: energy {}", ulps(energy));
                assert!(work.0 > 0.0, "{place}: entropy {work:?}");
            }
        }
    }
}

#[test]
fn a_pair_keeps_momentum_exactly_and_dissipates() {
    let mut case = Case::new("", &[1, 1], 0.0, false, |_| [0.0; 2]);
    case.species = table(&[1, 1], vec![0.0, 1.0, 1.0, 0.0]);
    // Their products with forces are exact.
    case.weights = vec![0.5, 2.0];
    for (gamma, set) in every_sum() {
        let mut sum = RingSum::new(gamma, PLANE, set);
        let mut numbers = Numbers(13);
        for (trial, distance) in (0..60).map(|trial| (trial, [1.0, 1e-3, 1e-6][trial % 3])) {
            let point = [numbers.next(), numbers.next()];
            let other =
                point.map(|x| if trial % 3 == 0 { numbers.next() } else { x + distance * numbers.next() });
            case.rings = [point, other].map(|point| ring(&mut numbers, point)).to_vec();
            case.regularisation.squares = vec![if trial % 2 == 0 { 0.0 } else { 0.01 }; 4];
            let sums = case.evaluate_with(&mut sum);
            let [momentum, energy, work] = invariants(&case, &sums);
            let (mut energy_size, mut work_size) = (0.0, 0.0);
            for ((ring, weight), (_, size)) in case.rings.iter().zip(&case.weights).zip(case.oracle(gamma)) {
                energy_size += weight * size * norm(ring.velocity);
                work_size += weight * size * norm(ring.gradient);
            }
            // The moments of γ = 0 contain what a ring does to itself, which cancels.
            let (momentum_bound, bound) =
                if gamma == 0.0 { (1e-14, 1e-14) } else { (0.0, 8.0 * f64::EPSILON) };
            let place = format!("γ = {gamma}, {}, {distance}", set.name());
            assert!(momentum.0.abs() <= momentum_bound, "{place}: momentum {momentum:?}");
            assert!(
                energy.0.abs() <= bound * energy_size.max(momentum_bound),
                "{place}: {energy:?} {energy_size:e}"
            );
            assert!(work.0 >= -bound * work_size.max(momentum_bound), "{place}: {work:?} {work_size:e}");
        }
    }
}

fn norm(vector: [f64; 3]) -> f64 {
    vector.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Every exponent and instruction set.
fn every_sum() -> impl Iterator<Item = (f64, InstructionSet)> {
    GAMMAS.into_iter().flat_map(|gamma| InstructionSet::available().map(move |set| (gamma, set)))
}

#[test]
fn threads_do_not_change_bits() {
    let counts = [300, 0, 1, 400, 133];
    for delta in [0.0, 0.1] {
        let case = Case::new("", &counts, delta, false, |numbers| [numbers.next(), numbers.next()]);
        for (gamma, set) in
            [-3.0, 0.4].into_iter().flat_map(|gamma| InstructionSet::available().map(move |set| (gamma, set)))
        {
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
fn a_ring_is_its_mirror_image() {
    for gamma in GAMMAS {
        let case = Case::new("", &[9, 20], 0.1, true, |numbers| [numbers.next(), numbers.next()]);
        let sums = case.evaluate(gamma, InstructionSet::detect());
        let mut mirrored =
            Case { rings: case.rings.clone(), ..Case::new("", &[9, 20], 0.1, true, |_| [0.0; 2]) };
        mirrored.weights.clone_from(&case.weights);
        for ring in mirrored.rings.iter_mut().step_by(2) {
            ring.velocity[PLANE.across] *= -1.0;
            ring.gradient[PLANE.across] *= -1.0;
        }
        for (p, sum) in mirrored.evaluate(gamma, InstructionSet::detect()).into_iter().enumerate() {
            let mut expected = sums[p];
            expected[PLANE.across] *= if p % 2 == 0 { -1.0 } else { 1.0 };
            assert_eq!(sum, expected, "γ = {gamma}");
        }
    }
}

#[test]
fn every_half_plane_gives_the_same_bits() {
    let case = Case::new("", &[9, 20], 0.1, true, |numbers| [numbers.next(), numbers.next()]);
    let set = InstructionSet::detect();
    let sums = case.evaluate(-3.0, set);
    for (along, across) in [(0, 1), (1, 0), (0, 2), (1, 2), (2, 1)] {
        let turn = |vector: [f64; 3]| {
            let mut turned = [0.0; 3];
            turned[along] = vector[PLANE.along];
            turned[across] = vector[PLANE.across];
            turned
        };
        let mut turned = Case::new("", &[9, 20], 0.1, true, |_| [0.0; 2]);
        turned.weights.clone_from(&case.weights);
        for (turned, ring) in turned.rings.iter_mut().zip(&case.rings) {
            let [velocity, gradient] = [ring.velocity, ring.gradient].map(turn);
            *turned = Ring { velocity, gradient, spread: ring.spread };
        }
        let found = turned.evaluate_with(&mut RingSum::new(-3.0, HalfPlane { along, across }, set));
        assert_eq!(found, sums.iter().map(|&sum| turn(sum)).collect::<Vec<_>>());
    }
}

#[test]
fn rings_alone_and_rings_that_coincide_with_equal_gradients_feel_nothing() {
    for gamma in GAMMAS {
        for set in InstructionSet::available() {
            for delta in [0.0, 0.1] {
                let alone = Case::new("", &[1], delta, true, |numbers| [numbers.next(), numbers.next()]);
                // The moments of γ = 0 do not know who is who, and leave rounding.
                let nothing = |sums: Vec<[f64; 3]>| {
                    let bound = if gamma == 0.0 { 1e-14 } else { 0.0 };
                    assert!(sums.iter().flatten().all(|sum| sum.abs() <= bound), "γ = {gamma}: {sums:?}");
                };
                nothing(alone.evaluate(gamma, set));
                let mut together = Case::new("", &[20, 20], delta, false, |_| [0.3, 0.7]);
                together.rings.iter_mut().for_each(|ring| ring.gradient = [0.25, 0.0, -0.5]);
                nothing(together.evaluate(gamma, set));
                // Rings that are points of the axis feel others of them at a distance, and none where they are.
                let mut points = Case::new("", &[20, 20], delta, false, |_| [0.3, 0.0]);
                points.rings.iter_mut().for_each(|ring| ring.gradient[PLANE.across] = 0.0);
                nothing(points.evaluate(gamma, set));
            }
        }
    }
}

#[test]
fn sums_are_finite_at_any_distance() {
    for (gamma, set) in every_sum() {
        let mut sum = RingSum::new(gamma, PLANE, set);
        for exponent in (-324..=100).step_by(4) {
            let distance = 10_f64.powi(exponent);
            for (delta, offset) in [(0.0, 0.0), (0.1, 0.0), (distance, 0.0), (0.0, 1.0)] {
                let point =
                    |numbers: &mut Numbers| [numbers.next() * distance, offset + numbers.next() * distance];
                let mut case = Case::new("small", &[20], 0.0, false, point);
                case.regularisation.squares = vec![delta * delta];
                let sums = case.evaluate_with(&mut sum);
                let place =
                    format!("γ = {gamma}, distance {distance:e}, δ {delta:e}, {offset}, {}", set.name());
                assert!(sums.iter().flatten().all(|sum| sum.is_finite()), "{place}: {sums:?}");
            }
        }
    }
}

#[test]
fn what_is_not_a_number_shows_in_the_sums_of_its_ring() {
    for (gamma, set) in every_sum() {
        let mut sum = RingSum::new(gamma, PLANE, set);
        for (counts, delta) in
            [&[1][..], &[19], &[130, 3]].into_iter().flat_map(|counts| [(counts, 0.0), (counts, 0.1)])
        {
            let rings: usize = counts.iter().sum();
            let poisons = [f64::NAN, f64::INFINITY].into_iter();
            for (poison, p) in poisons.flat_map(|poison| [0, rings / 2, rings - 1].map(|p| (poison, p))) {
                for axis in [PLANE.along, PLANE.across] {
                    let mut shows = |poisoned: fn(&mut Ring) -> &mut [f64; 3]| {
                        let mut case =
                            Case::new("", counts, delta, false, |numbers| [numbers.next(), numbers.next()]);
                        poisoned(&mut case.rings[p])[axis] = poison;
                        let sum = case.evaluate_with(&mut sum)[p];
                        let shown = [PLANE.along, PLANE.across].map(|axis| !sum[axis].is_finite());
                        assert_eq!(shown, [true; 2], "γ = {gamma}, δ = {delta}, {poison}: {sum:?}");
                    };
                    shows(|ring| &mut ring.velocity);
                    shows(|ring| &mut ring.gradient);
                }
            }
        }
    }
}

#[test]
fn species_without_a_coefficient_do_not_interact() {
    let mut case = Case::new("", &[100, 75], 0.0, false, |numbers| [numbers.next(), numbers.next()]);
    case.species = table(&[100, 75], vec![1.0, 0.0, 0.0, 2.0]);
    for gamma in [-3.0, -2.0] {
        let before = case.evaluate(gamma, InstructionSet::detect());
        let mut other = Case::new("", &[100, 75], 0.0, false, |numbers| [numbers.next(), numbers.next()]);
        other.species = table(&[100, 75], vec![1.0, 0.0, 0.0, 2.0]);
        other.rings[..100].iter_mut().for_each(|ring| ring.velocity = [f64::NAN; 3]);
        assert_eq!(before[100..], other.evaluate(gamma, InstructionSet::detect())[100..]);
    }
}
