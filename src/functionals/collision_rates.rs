//! The slopes of Fisher information and of its spherical kin along the collisions with each species, own, unlike or fixed:
//! who drives what.
//!
//! The column I of a species is a function of its particles' velocities. Its slope along the collisions with one partner is its derivative in
//! the direction of what that partner gives to dv/dt,
//!
//! ```text
//! dI/dt = Σ_partners Σ_p ∂I/∂v_p · (dv_p/dt)_partner
//! ```
//!
//! by differences of fourth order of the column itself. So the slopes by all partners add up to the slope of the column along a run whose
//! particles move by collisions with these alone.

use super::column::{At, Column, Elsewhere, require_beta};
use super::fisher::FisherDensity;
use super::integrals::Integrand;
use super::spherical_fisher::SphericalFisherDensity;
use crate::error::Failure;
use crate::kernel::interaction::dot;
use crate::parallel;
use crate::problem::Problem;
use crate::rules::Checks;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The slopes of the Fisher information of each species along its collisions with each moving or fixed species, and, with `beta`, of the
/// spherical one; costs a sum over pairs and four reconstructions of the density for each pair of species.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct CollisionRates {
    /// β of the spherical Fisher information about the fixed species, 0 ≤ β < d; left out: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beta: Option<f64>,
}

/// The longest displacement in widths of the mollifier. Differences of fourth order err by its fourth power, 1e-10, and by rounding
/// over it, 1e-13.
const DISPLACEMENT: f64 = 3e-3;

/// A species that another collides with.
#[derive(Debug, Clone, Copy)]
enum Partner {
    Moving(usize),
    Fixed(usize),
}

/// The partners of a species, in the order of the scenario, fixed species last.
fn partners<const D: usize>(problem: &Problem<D>, i: usize) -> Vec<Partner> {
    let (moving, fixed) = (problem.species.len(), problem.fixed.len());
    let of_moving = (0..moving).filter(|j| problem.coefficients[i * moving + j] > 0.0).map(Partner::Moving);
    let of_fixed = (0..fixed).filter(|b| problem.fixed_coefficients[i * fixed + b] > 0.0).map(Partner::Fixed);
    of_moving.chain(of_fixed).collect()
}

/// What a partner gives to dv/dt of every particle of species `i`.
fn rates<const D: usize>(at: &At<'_, D>, i: usize, partner: Partner) -> Vec<[f64; D]> {
    let At { problem, regularisation, velocities, scores } = *at;
    let own = &problem.species[i];
    let gradient = |p: usize, mass: f64| scores[p].map(|component| component / mass);
    let from = |a: [f64; D], b: [f64; D]| -> [f64; D] { std::array::from_fn(|axis| a[axis] - b[axis]) };
    let of_all = |rate: &(dyn Fn(usize) -> [f64; D] + Sync)| {
        parallel::map(own.range.len(), &|k| rate(own.range.start + k))
    };
    match partner {
        Partner::Moving(j) => {
            let other = &problem.species[j];
            let tensor = regularisation.between(problem, i, j);
            let strength = -problem.coefficients[i * problem.species.len() + j] / own.mass;
            let rate = |p: usize| {
                let g = gradient(p, own.mass);
                let mut total = [0.0; D];
                for q in other.range.clone() {
                    let d = from(g, gradient(q, other.mass));
                    let force = tensor.apply(from(velocities[p], velocities[q]), 0.0, d);
                    (0..D).for_each(|axis| total[axis] += problem.weights[q] * force[axis]);
                }
                total.map(|component| strength * component)
            };
            of_all(&rate)
        }
        Partner::Fixed(b) => {
            let fixed = &problem.fixed[b];
            let tensor = regularisation.from_fixed(problem, i, b);
            let coefficient = problem.fixed_coefficients[i * problem.fixed.len() + b];
            let strength = -coefficient * fixed.density / own.mass;
            let rate = |p: usize| {
                let force = tensor.apply(from(velocities[p], fixed.velocity), 0.0, gradient(p, own.mass));
                force.map(|component| strength * component)
            };
            of_all(&rate)
        }
    }
}

impl CollisionRates {
    fn all<const D: usize>(&self) -> Vec<Box<dyn Integrand<D>>> {
        let mut all: Vec<Box<dyn Integrand<D>>> = vec![Box::new(FisherDensity)];
        if let Some(beta) = self.beta {
            all.push(Box::new(SphericalFisherDensity { beta }));
        }
        all
    }
}

impl<const D: usize> Column<D> for CollisionRates {
    fn key(&self) -> &'static str {
        "collision_rates"
    }

    fn is_about_fixed_species(&self) -> bool {
        self.beta.is_some()
    }

    fn is_of_points(&self) -> bool {
        true
    }

    fn rules(&self, found: &mut Checks) {
        if let Some(beta) = self.beta {
            require_beta(found, beta, D);
        }
    }

    fn names(&self, problem: &Problem<D>) -> Vec<String> {
        let functionals = match self.beta {
            None => vec!["fisher".to_string()],
            Some(beta) => vec!["fisher".to_string(), format!("spherical_fisher_{beta}")],
        };
        let mut names = Vec::new();
        for (i, species) in problem.species.iter().enumerate() {
            for partner in partners(problem, i) {
                let other = match partner {
                    Partner::Moving(j) => &problem.species[j].name,
                    Partner::Fixed(b) => &problem.fixed[b].name,
                };
                names.extend(functionals.iter().map(|one| format!("{}_{one}_rate_by_{other}", species.name)));
            }
        }
        names
    }

    fn values(&self, at: &At<'_, D>, _integrals: &[&[f64]]) -> Vec<f64> {
        vec![f64::NAN; Column::<D>::names(self, at.problem).len()]
    }

    fn values_elsewhere(
        &self,
        at: &At<'_, D>,
        _integrals: &[&[f64]],
        elsewhere: &Elsewhere<'_, D>,
    ) -> Result<Vec<f64>, Failure> {
        let integrands = self.all::<D>();
        let mut values = Vec::new();
        for (i, species) in at.problem.species.iter().enumerate() {
            for partner in partners(at.problem, i) {
                let rates = rates(at, i, partner);
                let fastest = rates.iter().map(|rate| dot(*rate, *rate)).fold(0.0, f64::max).sqrt();
                if fastest == 0.0 {
                    values.extend(vec![0.0; integrands.len()]);
                    continue;
                }
                let step = DISPLACEMENT * species.bandwidth.sqrt() / fastest;
                let mut moved = at.velocities.to_vec();
                let mut displaced = |steps: f64| {
                    for (p, rate) in species.range.clone().zip(&rates) {
                        moved[p] =
                            std::array::from_fn(|axis| at.velocities[p][axis] + steps * step * rate[axis]);
                    }
                    elsewhere(i, &moved, &integrands)
                };
                let [far_below, below] = [displaced(-2.0)?, displaced(-1.0)?];
                let [above, far_above] = [displaced(1.0)?, displaced(2.0)?];
                for k in 0..integrands.len() {
                    let near = 8.0 * (above[k] - below[k]);
                    values.push((near - (far_above[k] - far_below[k])) / (12.0 * step));
                }
            }
        }
        Ok(values)
    }
}
