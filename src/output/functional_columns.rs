//! The columns of diagnostics.csv that a scenario's `functionals` ask for.

use crate::collision::regularisation::Regularisation;
use crate::error::Failure;
use crate::functionals::cloud::{self, Functionals, Wanted, mollified::TooManyNodes};
use crate::functionals::dissipation;
use crate::functionals::moments::Moments;
use crate::problem::{Problem, Species};
use crate::scenario::{Functional, Scenario, Score};
use crate::sum::Sum;
use std::f64::consts::PI;

/// Which functionals, and how densities are reconstructed for them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FunctionalColumns {
    requested: Vec<Functional>,
    order: u32,
    cutoff: f64,
}

impl FunctionalColumns {
    /// What the scenario asks for, at the order and cut-off of its scores.
    pub fn new(scenario: &Scenario) -> Self {
        let (Score::Mesh { order, cutoff, .. } | Score::Particles { order, cutoff, .. }) = &scenario.score;
        Self { requested: scenario.functionals.clone(), order: *order, cutoff: *cutoff }
    }

    /// The names of the columns.
    pub fn names<const D: usize>(&self, problem: &Problem<D>) -> Vec<String> {
        let each = |name: String| problem.species.iter().map(move |one| format!("{}_{name}", one.name));
        let mut names = Vec::new();
        for functional in &self.requested {
            match functional {
                Functional::Fisher {} => {
                    names.push("fisher".to_string());
                    names.extend(each("fisher".to_string()));
                }
                Functional::SphericalFisher { beta } => {
                    names.extend(each(format!("spherical_fisher_{beta}")));
                }
                Functional::RelativeEntropy {} => names.extend(each("relative_entropy".to_string())),
                Functional::Lyapunov { .. } => names.extend(each("lyapunov".to_string())),
                Functional::Moments { orders } => {
                    names.extend(orders.iter().map(|order| format!("moment_{order}")));
                }
                Functional::Dissipation {} => {
                    names.extend(
                        dissipation::pairs(problem).iter().map(|[a, b]| format!("dissipation_{a}_{b}")),
                    );
                }
                Functional::SphericalDissipation { beta } => {
                    names.extend(each(format!("spherical_dissipation_{beta}")));
                }
                Functional::FisherRate {} => {
                    for name in ["fisher_rate", "fisher_rate_radial", "fisher_rate_spherical"] {
                        names.extend(each(name.to_string()));
                    }
                }
            }
        }
        names
    }

    /// Their values for a cloud with its scores.
    pub fn values<const D: usize>(
        &self,
        problem: &Problem<D>,
        regularisation: &Regularisation,
        velocities: &[[f64; D]],
        scores: &[[f64; D]],
    ) -> Result<Vec<f64>, Failure> {
        if self.requested.is_empty() {
            return Ok(Vec::new());
        }
        let species = problem.species.iter().enumerate();
        let clouds: Vec<Reconstructed> = species
            .map(|(index, species)| self.reconstruct(problem, index, species, velocities))
            .collect::<Result<_, _>>()?;
        let betas = self.betas();
        let dissipated = self.dissipated();
        let place = |list: &[f64], beta: f64| list.iter().position(|&other| other == beta).unwrap_or(0);
        let mut values = Vec::new();
        for functional in &self.requested {
            match functional {
                Functional::Fisher {} => {
                    let mut total = Sum::default();
                    problem.species.iter().zip(&clouds).for_each(|(one, cloud)| {
                        total.add(cloud.functionals.fisher / one.mass);
                    });
                    values.push(total.value());
                    values.extend(clouds.iter().map(|cloud| cloud.functionals.fisher));
                }
                Functional::SphericalFisher { beta } => {
                    let place = place(&betas, *beta);
                    values.extend(clouds.iter().map(|cloud| cloud.functionals.spherical[place]));
                }
                Functional::RelativeEntropy {} => {
                    values.extend(clouds.iter().map(|cloud| cloud.relative_entropy));
                }
                Functional::Lyapunov { a, r } => {
                    let place = place(&betas, 1.0);
                    values.extend(clouds.iter().map(
                        |Reconstructed { functionals, relative_entropy, .. }| {
                            functionals.fisher + a * functionals.spherical[place] + r * relative_entropy
                        },
                    ));
                }
                Functional::Moments { orders } => {
                    values.extend(orders.iter().map(|&order| moment(problem, velocities, order)));
                }
                Functional::Dissipation {} => {
                    let found = dissipation::dissipations(problem, regularisation, velocities, scores);
                    values.extend(found.iter().map(|one| one.value));
                }
                Functional::SphericalDissipation { beta } => {
                    let place = place(&dissipated, *beta);
                    let of = |cloud: &Reconstructed| cloud.rate * cloud.functionals.dissipations[place];
                    values.extend(clouds.iter().map(of));
                }
                Functional::FisherRate {} => {
                    let parts = |cloud: &Reconstructed| {
                        cloud
                            .functionals
                            .fisher_rate
                            .map_or([f64::NAN; 2], |parts| parts.map(|x| cloud.rate * x))
                    };
                    values.extend(clouds.iter().map(|cloud| parts(cloud).iter().sum::<f64>()));
                    values.extend(clouds.iter().map(|cloud| parts(cloud)[0]));
                    values.extend(clouds.iter().map(|cloud| parts(cloud)[1]));
                }
            }
        }
        Ok(values)
    }

    fn reconstruct<const D: usize>(
        &self,
        problem: &Problem<D>,
        index: usize,
        species: &Species<D>,
        velocities: &[[f64; D]],
    ) -> Result<Reconstructed, Failure> {
        let velocities = &velocities[species.range.clone()];
        let weights = &problem.weights[species.range.clone()];
        let center = problem.fixed.first().map_or(species.center, |fixed| fixed.velocity);
        let wanted = Wanted {
            betas: self.betas(),
            dissipations: self.dissipated(),
            fisher_rate: self.requested.contains(&Functional::FisherRate {}),
            gamma: problem.gamma,
        };
        let bandwidth = species.bandwidth * species.spread(velocities, weights).powi(2);
        let functionals = match self.needs_density() {
            true => {
                cloud::functionals(velocities, weights, bandwidth, self.order, self.cutoff, center, &wanted)
                    .map_err(|TooManyNodes(nodes)| Failure::FunctionalsTooLarge {
                    species: species.name.clone(),
                    nodes,
                    bandwidth,
                })?
            }
            false => Functionals::default(),
        };
        let strengths = problem.fixed.iter().zip(&problem.fixed_coefficients[index * problem.fixed.len()..]);
        let rate = strengths.map(|(fixed, c)| c * fixed.density).sum::<f64>() / species.mass.powi(2);
        // log M is quadratic: its mean is known from the moments.
        let moments = Moments::of(species.mass, velocities, weights);
        let drift: f64 = (0..D).map(|axis| (moments.velocity[axis] - center[axis]).powi(2)).sum();
        let d = D as f64;
        let width = moments.temperature() / species.mass + drift / d;
        let log_maxwellian = moments.density.ln() - 0.5 * d * ((2.0 * PI * width).ln() + 1.0);
        let relative_entropy = functionals.entropy - moments.density * log_maxwellian;
        Ok(Reconstructed { functionals, relative_entropy, rate })
    }

    /// Whether a column is of a mollified density.
    fn needs_density(&self) -> bool {
        let by_particles =
            |one: &Functional| matches!(one, Functional::Moments { .. } | Functional::Dissipation {});
        !self.requested.iter().all(by_particles)
    }

    fn betas(&self) -> Vec<f64> {
        let mut betas = Vec::new();
        for functional in &self.requested {
            let beta = match functional {
                Functional::SphericalFisher { beta } => *beta,
                Functional::Lyapunov { .. } => 1.0,
                _ => continue,
            };
            if !betas.contains(&beta) {
                betas.push(beta);
            }
        }
        betas
    }

    fn dissipated(&self) -> Vec<f64> {
        let of = |one: &Functional| match one {
            Functional::SphericalDissipation { beta } => Some(*beta),
            _ => None,
        };
        self.requested.iter().filter_map(of).collect()
    }
}

/// What is known of one species.
struct Reconstructed {
    functionals: Functionals,
    relative_entropy: f64,
    /// Σ_b c_b n_b/m².
    rate: f64,
}

/// Σ m w (1 + |v|²)^(l/2), a sum over the particles themselves.
fn moment<const D: usize>(problem: &Problem<D>, velocities: &[[f64; D]], order: f64) -> f64 {
    let mut total = Sum::default();
    for ((mass, weight), v) in problem.masses_and_weights().zip(velocities) {
        let square: f64 = v.iter().map(|component| component * component).sum();
        total.add(mass * weight * (1.0 + square).powf(0.5 * order));
    }
    total.value()
}
