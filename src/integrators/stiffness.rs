//! The spectral radius of the right-hand side's Jacobian, by nonlinear power iteration.
//!
//! x ← δ (F(v + x) − F(v)) / |F(v + x) − F(v)|: the ratio |F(v + x) − F(v)|/|x| tends to the radius
//! from below. The direction is kept, so that a later estimate takes a few evaluations. Source:
//! Sommeijer, Shampine, Verwer (1998), section 4.2.
//!
//! Sums by a tree jump where particles change cells, and their differences have the error of the sums. What is
//! stiff is the diffusion, in which v moves the scores: rates are linear in them, and those that
//! s(v + x) − s(v) drives at v have an error relative to themselves, so that a coarse tree will do. The
//! change of A that is left out is of the size of a collision frequency.
//!
//! Lengths count every particle alike: particles in the thin tail are the first to go unstable, and
//! a norm with weights would be the last to see it.

use super::advance;
use super::norm::ThermalNorm;
use crate::error::Failure;
use crate::landau::{Evaluation, Landau};
use crate::problem::Problem;
use crate::state::{State, Stiffness};

/// Steps after which an estimate is renewed.
const RENEW_AFTER: u64 = 25;

/// Relative change of the ratio below which the iteration ends.
const SETTLED: f64 = 0.01;

/// Iterations of one estimate at most; it is then within a few per cent, which the safety factor covers.
const MOST_ITERATIONS: u32 = 50;

/// The ratio lies below the radius, and the radius moves until the next estimate.
const SAFETY: f64 = 1.2;

/// |x| in thermal speeds: far below the mollifier's width, so that the difference is linear, and far
/// above what the mollifier's cut-off makes scores jump by.
const PERTURBATION: f64 = 1e-4;

/// The estimate's workspace.
pub struct PowerIteration<const D: usize> {
    perturbed: Vec<[f64; D]>,
    evaluation: Evaluation<D>,
    /// Where rates jump, the scores at the state and their change.
    scores: Vec<[f64; D]>,
    changes: Vec<[f64; D]>,
}

impl<const D: usize> PowerIteration<D> {
    pub fn new(problem: &Problem<D>) -> Self {
        Self {
            perturbed: vec![[f64::NAN; D]; problem.particles()],
            evaluation: Evaluation::empty(problem),
            scores: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// The radius at `state`, whose rates are `start`: the last estimate while it is young, unless
    /// `doubted`; else a new one, kept in the state.
    pub fn radius(
        &mut self,
        landau: &mut Landau<'_, D>,
        start: &Evaluation<D>,
        state: &mut State<D>,
        doubted: bool,
    ) -> Result<f64, Failure> {
        if let Some(last) = &state.stiffness
            && (state.step == last.step || !doubted && state.step < last.step + RENEW_AFTER)
        {
            return Ok(last.radius);
        }
        let problem = landau.problem();
        let norm = ThermalNorm::at(problem, &state.velocities);
        let mut direction = match state.stiffness.take() {
            Some(last) => last.direction,
            None => white_noise(problem),
        };
        if landau.jumps() {
            self.scores.resize(problem.particles(), [f64::NAN; D]);
            self.changes.resize(problem.particles(), [f64::NAN; D]);
            landau.evaluate_scores(&state.velocities, &mut self.scores, &mut self.evaluation.entropies)?;
        }
        let mut ratio = 0.0;
        for iteration in 1..=MOST_ITERATIONS {
            let length = norm.unweighted(problem, &direction);
            if length == 0.0 {
                // No rate depends on any velocity: nothing is stiff.
                direction = white_noise(problem);
                ratio = 0.0;
                break;
            }
            advance(&mut self.perturbed, &state.velocities, PERTURBATION / length, &direction);
            self.difference(landau, (&state.velocities, start), &mut direction)?;
            let last = ratio;
            ratio = norm.unweighted(problem, &direction) / PERTURBATION;
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
    /// Overwrites `difference` with the rates at the perturbed velocities minus those at the state.
    fn difference(
        &mut self,
        landau: &mut Landau<'_, D>,
        (velocities, start): (&[[f64; D]], &Evaluation<D>),
        difference: &mut [[f64; D]],
    ) -> Result<(), Failure> {
        let Self { perturbed, evaluation, scores, changes } = self;
        if landau.jumps() {
            landau.evaluate_scores(perturbed, difference, &mut evaluation.entropies)?;
            advance(changes, difference, -1.0, scores);
            landau.evaluate_driven(velocities, changes, difference)?;
        } else {
            landau.evaluate(perturbed, evaluation)?;
            advance(difference, &evaluation.rates, -1.0, &start.rates);
        }
        Ok(())
    }
}

/// A direction with a share of every mode: ±1 by the bits of SplitMix64 (Steele, Lea, Flood 2014).
fn white_noise<const D: usize>(problem: &Problem<D>) -> Vec<[f64; D]> {
    let sign = |index: usize| {
        let mut bits = (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        if (bits ^ (bits >> 31)) & 1 == 0 { 1.0 } else { -1.0 }
    };
    (0..problem.particles()).map(|p| std::array::from_fn(|axis| sign(p * D + axis))).collect()
}
