//! How far the rates that users read are off for Maxwellians, by what the particles and their mollifiers are.
//!
//! **Scores.** Without exact Gaussians the score of a Maxwellian of variance τ is −b(τ) v/τ, b = τ g(τ),
//!
//! ```text
//! g = Σ_k a_k/(τ + kε)                                 (form A)
//! g = Σ_k a_k [ 2/(τ + kε) − τ/(τ + kε)² ]             (form B)
//! ```
//!
//! Rates that go with small differences of temperature, isotropisation and equilibration, are those of the equation times
//! −τ² dg/dτ; and species rest where T_i/b_i agree, not T_i. With exact Gaussians all of that is exact.
//!
//! **Sums over pairs**, γ = −3 and the default regularisation. With x² = (h_i² + h_j²)/(τ_i + τ_j), friction and equilibration
//! between two species lack 0.058 x³ of the exact rate in three dimensions and 0.14 x^1.7 in two, where a species as heavy as to be a
//! point on the other's lattice exceeds it by 0.05 x instead. A species among its own
//! particles errs by much less, 0.003 x³ and 0.03 x². Without regularisation it lacks 0.026 x³ and 0.06 x³, and between
//! species there is no bound: it depends on how close their particles come. With a δ beyond the default x grows as δ. From
//! the study in the module [`score`](crate::score); the error of a softer kernel falls as (γ/3)². Beyond x = 1.5 these
//! are extrapolations.

use crate::functionals::moments::Moments;
use crate::problem::{Conserved, Problem, Species};
use crate::score::exactness::Form;
use crate::score::extrapolation;
use nalgebra::DMatrix;

/// δ over the spacing that the study of rates is for.
const STUDIED: f64 = 1.5;

/// Expected relative errors of the rates of one species.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// Of its isotropisation among its own particles, at the temperature of its coldest axis.
    pub isotropisation: f64,
    /// Of the equilibration with the other species for which it is largest, and the place of that species.
    pub equilibration: Option<(f64, usize)>,
    /// How much higher than the common temperature the species comes to rest, relatively.
    pub rest: Option<f64>,
}

/// What scores are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    pub form: Form,
    pub order: u32,
    /// Whether Gaussians have their exact scores.
    pub exact: bool,
}

impl Scores {
    /// b and −τ² dg/dτ for a Maxwellian.
    fn of_maxwellian(&self, Width { tau, bandwidth, .. }: Width) -> [f64; 2] {
        if self.exact {
            return [1.0, 1.0];
        }
        let mut sums = [0.0; 2];
        for (k, a) in (1..).zip(extrapolation::weights(self.order)) {
            let rho = tau / (tau + f64::from(k) * bandwidth);
            let [b, slope] = match self.form {
                Form::Mesh => [rho, rho * rho],
                Form::Particles => [rho * (2.0 - rho), rho * rho * (3.0 - 2.0 * rho)],
            };
            sums[0] += a * b;
            sums[1] += a * slope;
        }
        sums
    }
}

/// A species as a Maxwellian of variance τ, with its h and ε there.
#[derive(Debug, Clone, Copy)]
struct Width {
    tau: f64,
    spacing: f64,
    bandwidth: f64,
}

impl Width {
    /// Of particles that lie `spread` times as wide as at the start.
    fn of<const D: usize>(species: &Species<D>, tau: f64, spread: f64) -> Self {
        Self { tau, spacing: species.spacing * spread, bandwidth: species.bandwidth * spread * spread }
    }
}

/// The expected errors of every species of a cloud.
pub fn expected<const D: usize>(
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    scores: Scores,
) -> Vec<Expected> {
    let moments: Vec<Moments<D>> =
        problem.species.iter().map(|species| problem.moments(species, velocities)).collect();
    let common = common_temperature(problem, &moments);
    let count = problem.species.len();
    // Along the coldest axis, now.
    let coldest = |i: usize| {
        let species = &problem.species[i];
        let spread = species.spread_at(moments[i].geometric_temperature() / species.mass);
        Width::of(species, coldest_variance(species, &moments[i]), spread)
    };
    let at_temperature = |i: usize, temperature: f64| {
        let species = &problem.species[i];
        let tau = temperature / species.mass;
        Width::of(species, tau, species.spread_at(tau))
    };
    // At the temperature that a species tends to, if it is the colder.
    let end = |i: usize| {
        let meets = (0..count).any(|j| j != i && problem.coefficients[i * count + j] > 0.0);
        let own = moments[i].temperature();
        at_temperature(i, if meets { common.map_or(own, |common| common.min(own)) } else { own })
    };
    (0..count)
        .map(|i| {
            let [_, own] = scores.of_maxwellian(coldest(i));
            let isotropisation = own * (1.0 - own_sums(problem, i, coldest(i))) - 1.0;
            let others = (0..count).filter(|&j| j != i && problem.coefficients[i * count + j] > 0.0);
            let errors = others.map(|j| {
                // The rate of the difference is that of both species.
                let response = |k: usize| scores.of_maxwellian(end(k))[1];
                let sums = sums_between(problem, [i, j], [end(i), end(j)]);
                (0.5 * (response(i) + response(j)) * (1.0 - sums) - 1.0, j)
            });
            let equilibration = errors.max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
            let rest = equilibration.and(common).map(|common| {
                let b = |k: usize| scores.of_maxwellian(at_temperature(k, common))[0];
                // T_i = b_i θ, with the densities' mean the common temperature.
                let density = |k: usize| moments[k].density;
                let mean =
                    (0..count).map(|k| density(k) * b(k)).sum::<f64>() / (0..count).map(density).sum::<f64>();
                b(i) / mean - 1.0
            });
            Expected { isotropisation, equilibration, rest }
        })
        .collect()
}

/// (γ/3)², which the error of pair sums falls with.
fn softness(gamma: f64) -> f64 {
    if gamma < 0.0 { (gamma / 3.0).powi(2) } else { 0.0 }
}

/// δ over that of the default, where it is larger.
fn regularisation_ratio<const D: usize>(problem: &Problem<D>) -> f64 {
    problem.regularisation.map_or(1.0, |factor| (factor / STUDIED).max(1.0))
}

/// What isotropisation among a species' own particles lacks by the sums over pairs.
fn own_sums<const D: usize>(problem: &Problem<D>, i: usize, width: Width) -> f64 {
    if problem.species[i].lattice.is_none() {
        return 0.0;
    }
    let x = regularisation_ratio(problem) * width.spacing / width.tau.sqrt();
    let share = match (problem.regularisation.is_some(), D) {
        (true, 2) => 0.03 * x.powi(2),
        (true, _) => 0.003 * x.powi(3),
        (false, 2) => 0.06 * x.powi(3),
        (false, _) => 0.026 * x.powi(3),
    };
    (softness(problem.gamma) * share).min(1.0)
}

/// What the exchange between two species lacks by the sums over pairs.
fn sums_between<const D: usize>(problem: &Problem<D>, pair: [usize; 2], [one, other]: [Width; 2]) -> f64 {
    if pair.iter().any(|&k| problem.species[k].lattice.is_none()) {
        return 0.0;
    }
    let x = regularisation_ratio(problem)
        * ((one.spacing.powi(2) + other.spacing.powi(2)) / (one.tau + other.tau)).sqrt();
    // A cloud narrower than half the other's cells meets these as a point.
    let point = |a: Width, b: Width| 2.0 * a.tau.sqrt() < b.spacing;
    let share = match D {
        2 if point(one, other) || point(other, one) => -0.05 * x,
        2 => 0.14 * x.powf(1.7),
        _ => 0.058 * x.powi(3),
    };
    (softness(problem.gamma) * share).min(1.0)
}

/// The variance of the velocities along the coldest axis.
fn coldest_variance<const D: usize>(species: &Species<D>, moments: &Moments<D>) -> f64 {
    let tensor = DMatrix::from_fn(D, D, |i, j| moments.temperature_tensor[(i, j)]);
    tensor.symmetric_eigenvalues().min() / species.mass
}

/// The temperature at which all moving species would rest, if the equation conserves what tells it.
fn common_temperature<const D: usize>(problem: &Problem<D>, moments: &[Moments<D>]) -> Option<f64> {
    let mass = |i: usize| problem.species[i].mass * moments[i].density;
    let all = 0..moments.len();
    let at_rest = match problem.conserved {
        Conserved::MomentumAndEnergy => {
            let total: f64 = all.clone().map(mass).sum();
            std::array::from_fn(|axis| {
                all.clone().map(|i| mass(i) * moments[i].velocity[axis]).sum::<f64>() / total
            })
        }
        Conserved::EnergyAbout(velocity) => velocity,
        Conserved::MassOnly => return None,
    };
    let drift =
        |i: usize| (0..D).map(|axis| (moments[i].velocity[axis] - at_rest[axis]).powi(2)).sum::<f64>();
    let pressure: f64 = all
        .clone()
        .map(|i| moments[i].density * moments[i].temperature() + mass(i) * drift(i) / D as f64)
        .sum();
    Some(pressure / all.map(|i| moments[i].density).sum::<f64>())
}
