//! The spectral radius of the right-hand side's Jacobian, by nonlinear power iteration.
//!
//! The iteration is x ← δ (F(v + x) − F(v)) / |F(v + x) − F(v)|. The ratio |F(v + x) − F(v)|/|x| tends to the
//! radius from below. The direction of x is kept, so that a later estimate takes only a few evaluations.
//! Source: Sommeijer, Shampine, Verwer (1998), section 4.2.
//!
//! Sums by a tree jump where particles change cells, so differences of rates would carry the whole error of
//! the sums. The stiff part is the diffusion: v acts on the rates through the scores. Rates are linear in the
//! scores. So the iteration evaluates the rates at v for the scores s(v + x) − s(v). Their error is relative
//! to the difference itself, and a coarse tree suffices. This leaves out the change of A, which is of the
//! size of a collision frequency.
//!
//! Lengths count all particles alike. Particles in the thin tail are the first to go unstable, and a weighted
//! norm would be the last to show it.
//!
//! The stiffness of the bulk without its thin tail is found by holding the tail fixed in the iteration. At a
//! common temperature the Jacobian is similar to a symmetric matrix, so eigenvalues interlace: no more modes
//! are faster than that than there are fixed components.

use super::integrator::advance;
use super::norm::ThermalNorm;
use crate::collision::interface::Accuracy;
use crate::error::Failure;
use crate::landau::{Drive, Evaluation, InStep, Landau};
use crate::problem::Problem;
use crate::state::{State, Stiffness};
use crate::sum::sum;
use std::sync::Arc;

/// The number of steps after which an estimate is renewed.
const RENEW_AFTER: u64 = 25;

/// Relative change of the ratio below which the iteration ends.
const SETTLED: f64 = 0.01;

/// The most iterations of one estimate. It is then within a few per cent, which [`SAFETY`] covers.
const MOST_ITERATIONS: u32 = 50;

/// The factor on the ratio. The ratio lies below the radius, and the radius may grow until the next estimate.
const SAFETY: f64 = 1.2;

/// The length |x| in thermal speeds. It is far below the mollifier's width, so that the difference is linear,
/// and far above the jumps in the scores from the mollifier's cut-off. If a fast common drift makes the
/// rounding of velocities coarser, it is [`ROUNDINGS`] times that rounding.
const PERTURBATION: f64 = 1e-4;
const ROUNDINGS: f64 = 16.0;

/// The estimate's workspace.
pub struct PowerIteration<const D: usize> {
    perturbed: Vec<[f64; D]>,
    evaluation: Evaluation<D>,
    /// Particles whose velocities are not perturbed.
    held: Vec<usize>,
    /// If rates jump: the scores at the state, and their changes.
    scores: Vec<[f64; D]>,
    changes: Vec<[f64; D]>,
}

impl<const D: usize> PowerIteration<D> {
    pub fn new(problem: &Problem<D>) -> Self {
        Self {
            perturbed: vec![[f64::NAN; D]; problem.particles()],
            evaluation: Evaluation::empty(problem),
            held: Vec::new(),
            scores: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// An iteration that holds the lightest particles of each species fixed, which together have at most
    /// `share` of its mass.
    pub fn without_tails(problem: &Problem<D>, share: f64) -> Self {
        Self { held: lightest(problem, share), ..Self::new(problem) }
    }

    /// The radius at `state`, whose rates in this step are `start`. A recent estimate is reused, unless
    /// `doubted`. Otherwise a new one is made and kept in the state.
    pub fn radius(
        &mut self,
        landau: &mut Landau<D>,
        (within, start): (InStep<'_, D>, &Evaluation<D>),
        state: &mut State<D>,
        doubted: bool,
    ) -> Result<f64, Failure> {
        if let Some(last) = &state.stiffness
            && (state.step == last.step || !doubted && state.step < last.step + RENEW_AFTER)
        {
            return Ok(last.radius);
        }
        let problem = Arc::clone(landau.problem());
        let problem = problem.as_ref();
        let norm = ThermalNorm::at(problem, &state.velocities);
        let perturbation = PERTURBATION.max(ROUNDINGS * norm.resolution());
        let mut direction = match state.stiffness.take() {
            Some(last) => last.direction,
            None => white_noise(problem),
        };
        self.hold(&mut direction);
        if landau.precision().jumps {
            self.scores.resize(problem.particles(), [f64::NAN; D]);
            self.changes.resize(problem.particles(), [f64::NAN; D]);
            let entropies = &mut self.evaluation.entropies;
            landau.evaluate_scores(&state.velocities, within, &mut self.scores, entropies)?;
        }
        let mut ratio = 0.0;
        for iteration in 1..=MOST_ITERATIONS {
            let length = norm.unweighted(problem, &direction);
            if length == 0.0 {
                // No rate depends on any velocity. Nothing is stiff.
                direction = white_noise(problem);
                ratio = 0.0;
                break;
            }
            advance(&mut self.perturbed, &state.velocities, perturbation / length, &direction);
            self.difference(landau, within, (&state.velocities, start), &mut direction)?;
            self.hold(&mut direction);
            let last = ratio;
            ratio = norm.unweighted(problem, &direction) / perturbation;
            if iteration > 1 && (ratio - last).abs() <= SETTLED * ratio {
                break;
            }
        }
        let radius = SAFETY * ratio;
        state.stiffness = Some(Stiffness { radius, step: state.step, direction });
        Ok(radius)
    }
}

impl<const D: usize> PowerIteration<D> {
    fn hold(&self, direction: &mut [[f64; D]]) {
        self.held.iter().for_each(|&p| direction[p] = [0.0; D]);
    }

    /// Overwrites `difference` with the rates at the perturbed velocities minus the rates at the state.
    fn difference(
        &mut self,
        landau: &mut Landau<D>,
        within: InStep<'_, D>,
        (velocities, start): (&[[f64; D]], &Evaluation<D>),
        difference: &mut [[f64; D]],
    ) -> Result<(), Failure> {
        let Self { perturbed, evaluation, scores, changes, .. } = self;
        if landau.precision().jumps {
            landau.evaluate_scores(perturbed, within, difference, &mut evaluation.entropies)?;
            advance(changes, difference, -1.0, scores);
            let drive = Drive { scores: changes, spreads: None, accuracy: Accuracy::Rough };
            landau.evaluate_rates(velocities, within, drive, evaluation)?;
            difference.copy_from_slice(&evaluation.rates);
        } else {
            landau.evaluate(perturbed, within, evaluation)?;
            advance(difference, &evaluation.rates, -1.0, &start.rates);
        }
        Ok(())
    }
}

/// The lightest particles of each species, as many as together have at most `share` of its mass.
fn lightest<const D: usize>(problem: &Problem<D>, share: f64) -> Vec<usize> {
    let weights = &problem.weights;
    let mut lightest = Vec::new();
    for species in &problem.species {
        let mut particles: Vec<usize> = species.range.clone().collect();
        particles.sort_by(|&p, &q| weights[p].total_cmp(&weights[q]));
        let most = share * sum(species.range.clone().map(|p| weights[p]));
        let mut together = 0.0;
        lightest.extend(particles.into_iter().take_while(|&p| {
            together += weights[p];
            together <= most
        }));
    }
    lightest
}

/// A direction that contains every mode: random signs ±1 by SplitMix64 (Steele, Lea, Flood 2014).
fn white_noise<const D: usize>(problem: &Problem<D>) -> Vec<[f64; D]> {
    let sign = |index: usize| {
        let mut bits = (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        if (bits ^ (bits >> 31)) & 1 == 0 { 1.0 } else { -1.0 }
    };
    (0..problem.particles()).map(|p| std::array::from_fn(|axis| sign(p * D + axis))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lanes::InstructionSet;
    use crate::{scenario, setup};
    use serde_json::json;

    /// Two species on lattices of different widths, at the start.
    fn with_two_species(test: impl FnOnce(&Problem<2>, &mut Landau<2>, &State<2>)) {
        let species = |name: &str, density: f64, half_width: f64| {
            json!({
                "name": name, "mass": 1.0, "initial": { "maxwellian": { "density": density, "temperature": 1.0 } },
                "particles": { "lattice": { "per_axis": 16, "half_width": half_width } }
            })
        };
        let value = json!({
            "version": 1, "dimension": 2, "species": [species("wide", 1.0, 4.0), species("narrow", 1e-3, 3.0)],
            "collisions": { "gamma": 0.0, "coefficients": { "uniform": 0.1 } },
            "time": { "step": 0.01, "steps": 1 }
        });
        let (scenario, _) = scenario::parse("case.json", value.to_string(), &[]).unwrap();
        let (problem, state) = setup::problem_and_state(&scenario).unwrap();
        let problem = Arc::new(problem);
        let landau = setup::landau(&scenario, &problem, &state.velocities, InstructionSet::detect());
        test(&problem, &mut landau.unwrap(), &state);
    }

    #[test]
    fn the_lightest_particles_of_each_species_hold_the_share_at_most() {
        with_two_species(|problem, _, _| {
            assert!(lightest(problem, 0.0).is_empty());
            for share in [1e-4, 1e-2, 0.3] {
                let held = lightest(problem, share);
                for species in &problem.species {
                    let weights = |chosen: bool| -> Vec<f64> {
                        let particles = species.range.clone().filter(|p| held.contains(p) == chosen);
                        particles.map(|p| problem.weights[p]).collect()
                    };
                    let (light, heavy) = (weights(true), weights(false));
                    let next = heavy.iter().copied().fold(f64::INFINITY, f64::min);
                    assert!(light.iter().all(|&weight| weight <= next));
                    let most = share * problem.weights[species.range.clone()].iter().sum::<f64>();
                    let together: f64 = light.iter().sum();
                    // One more particle would exceed the share. 1e-12 allows for sums in another order.
                    assert!(together <= most * (1.0 + 1e-12), "{share}: {together} of {most}");
                    assert!(together + next > most * (1.0 - 1e-12), "{share}: {together} of {most}");
                }
            }
        });
    }

    #[test]
    fn without_its_tail_a_cloud_is_less_stiff() {
        with_two_species(|problem, landau, state| {
            let mut start = Evaluation::empty(problem);
            let within = InStep::unfenced(0);
            landau.evaluate(&state.velocities, within, &mut start).unwrap();
            let mut radius = |mut power: PowerIteration<2>| {
                power.radius(landau, (within, &start), &mut state.clone(), true).unwrap()
            };
            let whole = radius(PowerIteration::new(problem));
            assert_eq!(radius(PowerIteration::without_tails(problem, 0.0)), whole);
            let mut last = whole;
            for share in [1e-4, 1e-2, 0.3] {
                let without = radius(PowerIteration::without_tails(problem, share));
                // Each estimate is within a few per cent. Successive ones differ by more.
                assert!(0.0 < without && without < 0.9 * last, "{share}: {without} after {last}");
                last = without;
            }
        });
    }
}
