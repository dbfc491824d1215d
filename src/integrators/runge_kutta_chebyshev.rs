//! The Runge–Kutta–Chebyshev method of second order, projected on the invariants.
//!
//! With s stages the stable interval along the negative real axis has the length β(s) ≈ 0.65 s². So the
//! method suits the spectrum of a diffusion. With the Chebyshev polynomials T_j, w₀ = 1 + ε/s², ε = 2/13,
//! w₁ = T_s′(w₀)/T_s″(w₀), b_j = T_j″(w₀)/T_j′(w₀)², b₀ = b₁ = b₂ and a_j = 1 − b_j T_j(w₀):
//!
//! Y₁ = v + b₁ w₁ dt F(v),
//! Y_j = (1 − μ_j − ν_j) v + μ_j Y_(j−1) + ν_j Y_(j−2) + μ̃_j dt [F(Y_(j−1)) − a_(j−1) F(v)],
//! μ_j = 2 b_j w₀/b_(j−1), ν_j = −b_j/b_(j−2), μ̃_j = 2 b_j w₁/b_(j−1).
//!
//! Source: Sommeijer, Shampine, Verwer, RKC: an explicit solver for parabolic PDEs, J. Comput. Appl.
//! Math. 88 (1998), equations 2.1–2.8.

use super::integrator::{
    Conservation, Facts, Integrator, Method, STABLE_SHARE, Step, StepTaken, Stepped, advance,
};
use super::projection;
use super::stiffness::PowerIteration;
use crate::error::Failure;
use crate::landau::{Evaluation, Landau};
use crate::problem::Problem;
use crate::rules::Checks;
use crate::state::State;
use crate::terms::Supply;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most stages. Rounding errors grow as s², and reach 1e-11 of a stage at this number.
pub const MOST_STAGES: u32 = 250;

/// ε, the damping.
const DAMPING: f64 = 2.0 / 13.0;

/// The coefficients of one stage, from the second on.
#[derive(Debug, Clone, Copy)]
struct Stage {
    mu: f64,
    nu: f64,
    mu_tilde: f64,
    /// a_(j−1).
    a: f64,
}

/// The coefficients of the method with a given number of stages.
#[derive(Debug, Clone)]
struct Coefficients {
    /// b₁ w₁.
    first: f64,
    stages: Vec<Stage>,
}

impl Coefficients {
    fn new(stages: u32) -> Self {
        let w0 = 1.0 + DAMPING / f64::from(stages).powi(2);
        // (T, T′, T″)(w₀) of every degree, by the three-term recurrence and its derivatives.
        let mut chebyshev = vec![(1.0, 0.0, 0.0), (w0, 1.0, 0.0)];
        for j in 2..=stages as usize {
            let ((t, dt, ddt), (s, ds, dds)) = (chebyshev[j - 1], chebyshev[j - 2]);
            chebyshev.push((2.0 * w0 * t - s, 2.0 * w0 * dt + 2.0 * t - ds, 2.0 * w0 * ddt + 4.0 * dt - dds));
        }
        let (_, slope, curvature) = chebyshev[stages as usize];
        let w1 = slope / curvature;
        let b = |j: usize| {
            let (_, slope, curvature) = chebyshev[j.max(2)];
            curvature / (slope * slope)
        };
        let stage = |j: usize| Stage {
            mu: 2.0 * b(j) * w0 / b(j - 1),
            nu: -b(j) / b(j - 2),
            mu_tilde: 2.0 * b(j) * w1 / b(j - 1),
            a: 1.0 - b(j - 1) * chebyshev[j - 1].0,
        };
        Self { first: b(1) * w1, stages: (2..=stages as usize).map(stage).collect() }
    }
}

/// β(s) = (2/3)(s² − 1)(1 − 2ε/15), the length of the stable real interval.
pub fn stable_interval(stages: u32) -> f64 {
    2.0 / 3.0 * (f64::from(stages).powi(2) - 1.0) * (1.0 - 2.0 / 15.0 * DAMPING)
}

/// The fewest stages for which `extent`, dt times the spectral radius, is within [`STABLE_SHARE`] of the
/// stable interval.
fn stages_for(extent: f64) -> Option<u32> {
    (2..=MOST_STAGES).find(|&stages| STABLE_SHARE * stable_interval(stages) >= extent)
}

/// Runge–Kutta–Chebyshev of order 2, projected on the invariants: long steps where scores are stiff.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct RungeKuttaChebyshev {
    /// Stages of a step, 2 to 250; as many as the stiffness asks for when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<u32>,
}

impl<const D: usize> Method<D> for RungeKuttaChebyshev {
    fn key(&self) -> &'static str {
        "runge_kutta_chebyshev"
    }

    fn rules(&self, found: &mut Checks) {
        let Some(stages) = self.stages else { return };
        found.require((2..=MOST_STAGES).contains(&stages), "stages", || {
            format!("found {stages}; allowed: a whole number from 2 to {MOST_STAGES}")
        });
    }

    fn facts(&self) -> Facts {
        Facts {
            name: "runge_kutta_chebyshev",
            order: 2,
            stages: self.stages,
            implicit: false,
            conservation: Conservation::Exact,
            stable_interval: Some(stable_interval(self.stages.unwrap_or(MOST_STAGES))),
            error_order: Some(3),
        }
    }

    fn integrator(&self, problem: &Problem<D>) -> Box<dyn Integrator<D>> {
        Box::new(Chebyshev::new(problem, *self))
    }
}

/// The method's workspace.
pub struct Chebyshev<const D: usize> {
    method: RungeKuttaChebyshev,
    coefficients: Coefficients,
    power: PowerIteration<D>,
    /// Y_(j−1), Y_(j−2) and room for Y_j.
    last: Vec<[f64; D]>,
    before_last: Vec<[f64; D]>,
    next: Vec<[f64; D]>,
    evaluation: Evaluation<D>,
}

impl<const D: usize> Chebyshev<D> {
    /// An integrator with the number of stages of `method`. If it gives none, the estimated spectral radius
    /// determines the number in each step.
    pub fn new(problem: &Problem<D>, method: RungeKuttaChebyshev) -> Self {
        let room = vec![[f64::NAN; D]; problem.particles()];
        Self {
            method,
            coefficients: Coefficients::new(method.stages.unwrap_or(2)),
            power: PowerIteration::new(problem),
            last: room.clone(),
            before_last: room.clone(),
            next: room,
            evaluation: Evaluation::empty(problem),
        }
    }

    fn choose_stages(
        &mut self,
        landau: &mut Landau<D>,
        state: &mut State<D>,
        Step { within, start, dt }: Step<'_, D>,
    ) -> Result<(), Failure> {
        if self.method.stages.is_some() {
            return Ok(());
        }
        let radius = self.power.radius(landau, (within, start), state, false)?;
        let stages = stages_for(dt * radius).ok_or(Failure::TooStiff {
            step: within.number,
            dt,
            radius,
            most: STABLE_SHARE * stable_interval(MOST_STAGES) / radius,
        })?;
        if stages as usize != self.coefficients.stages.len() + 1 {
            self.coefficients = Coefficients::new(stages);
        }
        Ok(())
    }

    /// The velocities one step after `state`, before any projection, and what terms bring in during the step.
    pub(super) fn predict(
        &mut self,
        landau: &mut Landau<D>,
        state: &mut State<D>,
        step: Step<'_, D>,
    ) -> Result<(&mut Vec<[f64; D]>, Supply<D>), Failure> {
        self.choose_stages(landau, state, step)?;
        let Step { within, start, dt } = step;
        let velocities = &state.velocities;
        self.before_last.copy_from_slice(velocities);
        // What terms bring in up to each stage follows the same recurrence.
        let (mut before, mut supply) = (Supply::default(), Supply::default());
        // So do the times of the stages, here over the step.
        let (mut node_before, mut node) = (0.0, self.coefficients.first);
        supply = supply.plus(dt * self.coefficients.first, start.supply);
        advance(&mut self.last, velocities, dt * self.coefficients.first, &start.rates);
        for &Stage { mu, nu, mu_tilde, a } in &self.coefficients.stages {
            landau.evaluate(&self.last, within.later(node * dt), &mut self.evaluation)?;
            for (p, next) in self.next.iter_mut().enumerate() {
                for (axis, next) in next.iter_mut().enumerate() {
                    let v = velocities[p][axis];
                    let slope = self.evaluation.rates[p][axis] - a * start.rates[p][axis];
                    // (1 − μ − ν) v + μ Y + ν Y′. The differences from v are taken first, since they are
                    // small.
                    *next = v
                        + mu * (self.last[p][axis] - v)
                        + nu * (self.before_last[p][axis] - v)
                        + mu_tilde * dt * slope;
                }
            }
            let slope = self.evaluation.supply.plus(-a, start.supply);
            let next = Supply::default().plus(mu, supply).plus(nu, before).plus(mu_tilde * dt, slope);
            (before, supply) = (supply, next);
            (node_before, node) = (node, mu * node + nu * node_before + mu_tilde * (1.0 - a));
            std::mem::swap(&mut self.before_last, &mut self.last);
            std::mem::swap(&mut self.last, &mut self.next);
        }
        Ok((&mut self.last, supply))
    }
}

impl<const D: usize> Integrator<D> for Chebyshev<D> {
    fn facts(&self) -> Facts {
        Method::<D>::facts(&self.method)
    }

    fn step(
        &mut self,
        landau: &mut Landau<D>,
        state: &mut State<D>,
        step: Step<'_, D>,
    ) -> Result<Stepped<D>, Failure> {
        let (end, supply) = self.predict(landau, state, step)?;
        let (problem, within) = (landau.problem(), step.within);
        within.require_inside(problem, end)?;
        let correction = projection::project(problem, &state.balance(supply), end, within.number)?;
        std::mem::swap(&mut state.velocities, end);
        Ok(Stepped { correction, supply })
    }

    /// (4/5)(v⁰ − v¹) + (2/5) dt (F(v⁰) + F(v¹)), section 4.1. For the exact solution that is dt³ v‴/15, the
    /// leading error of the method with many stages.
    fn estimate_error(&self, taken: &StepTaken<'_, D>, error: &mut [[f64; D]]) {
        taken.trapezoidal_defect(0.8, error);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The factor by which a step of y′ = λy multiplies y, with z = dt λ.
    fn stability_function(stages: u32, z: f64) -> f64 {
        let Coefficients { first, stages } = Coefficients::new(stages);
        let (mut before_last, mut last) = (1.0, 1.0 + first * z);
        for Stage { mu, nu, mu_tilde, a } in stages {
            let next = (1.0 - mu - nu) + mu * last + nu * before_last + mu_tilde * z * (last - a);
            (before_last, last) = (last, next);
        }
        last
    }

    #[test]
    fn the_stability_function_agrees_with_the_exponential_to_second_order() {
        for stages in [2, 3, 5, 8, 16, 50] {
            let z = 1e-3;
            let defect = stability_function(stages, z) - (1.0 + z + 0.5 * z * z);
            // The remainder is of third order, with a coefficient of at most 1/6.
            assert!(defect.abs() <= z.powi(3) / 6.0 + 1e-15 * f64::from(stages), "{stages}: {defect:e}");
        }
    }

    #[test]
    fn the_stable_interval_ends_where_it_says() {
        for stages in [2, 3, 5, 8, 16, 50, MOST_STAGES] {
            let end = stable_interval(stages);
            for k in 0..=2000 {
                let z = -0.99 * end * f64::from(k) / 2000.0;
                let factor = stability_function(stages, z);
                assert!(factor.abs() <= 1.0 + 1e-11, "{stages} at {z}: {factor}");
            }
            assert!(stability_function(stages, -1.2 * end).abs() > 1.1, "{stages}");
        }
    }

    #[test]
    fn the_fewest_stages_are_chosen() {
        assert_eq!(stages_for(0.0), Some(2));
        for stages in 2..=MOST_STAGES {
            let end = STABLE_SHARE * stable_interval(stages);
            assert_eq!(stages_for(end), Some(stages));
            assert_eq!(stages_for(end * 1.000_001), (stages < MOST_STAGES).then_some(stages + 1));
        }
    }
}
