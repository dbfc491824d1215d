//! Failures of a computation. Every variant says where it happened, what was found, and what can be done.

use crate::units::Scales;

/// Why a run cannot be trusted or cannot continue.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(
        "ranks found different rates in step {step}: rank {rank} found {found:e} for the rate of the entropy, rank 0 {first:e}; look for a machine that computes wrongly, or for MPI processes of different programs"
    )]
    RanksDiffer { step: u64, rank: usize, found: f64, first: f64 },
    #[error(
        "{quantity} of species \"{species}\" is not finite ({value}) in step {step}: try a smaller time step"
    )]
    NotFinite { quantity: &'static str, species: String, value: f64, step: u64 },
    #[error(
        "the column {column} of diagnostics.csv is {value} in step {step}: numbers of this size leave the range of floating point; try units in which they are nearer to 1, or leave the column out"
    )]
    ColumnNotFinite { column: String, value: String, step: u64 },
    #[error(
        "step {step} throws a particle of species \"{species}\" out to {speeds:.1e} thermal speeds from the mean, where none was beyond {before:.1e}: try a smaller time step, `adaptive`, or, where `collisions.regularisation` is `none`, a regularised kernel"
    )]
    ThrownOut { step: u64, species: String, speeds: f64, before: f64 },
    #[error(
        "the equation of step {step} was not solved: residual {change:.1e} after {iterations} iterations, tolerance {tolerance:e}; try a smaller time step, a larger tolerance or more iterations"
    )]
    NotConverged { step: u64, iterations: u32, change: f64, tolerance: f64 },
    #[error(
        "entropy in step {step} is not balanced: its change differs from the dissipation by {defect:.1e} after {rounds} rounds; try a smaller time step"
    )]
    EntropyNotBalanced { step: u64, defect: f64, rounds: u32 },
    #[error(
        "the projection on the invariants failed in step {step}: the energy is {found:.3e}, at the start it was {start:.3e}; try a smaller time step"
    )]
    Projection { step: u64, found: f64, start: f64 },
    #[error(
        "step {step} is too long for the method: the rates change by {radius:.3e} per unit of time, and {dt:.3e} is beyond its longest stable step {most:.3e}; try a smaller time step"
    )]
    TooStiff { step: u64, dt: f64, radius: f64, most: f64 },
    #[error(
        "the step size shrank to {dt:.3e} in step {step} at time {time}, which rounding loses: {reason}; try a larger tolerance or a smoother score (a larger bandwidth or cutoff)"
    )]
    StepTooSmall { step: u64, time: f64, dt: f64, reason: String },
    #[error(
        "the score mesh of species \"{species}\" would need {nodes:.1e} nodes ({gibibytes:.1} GiB; the limit is {limit_gibibytes:.1} GiB): particles are too far apart for its spacing {spacing:.3e}; try a larger mesh spacing or bandwidth, `score.particles` with sums over `neighbours`, or `drop_below`"
    )]
    MeshTooLarge { species: String, nodes: f64, gibibytes: f64, limit_gibibytes: f64, spacing: f64 },
    #[error(
        "the functionals of species \"{species}\" need a mesh of {nodes:.1e} nodes, beyond what memory and time allow: particles are too far apart for the bandwidth {bandwidth:.3e}; try a larger bandwidth, `drop_below`, or no `functionals`"
    )]
    FunctionalsTooLarge { species: String, nodes: f64, bandwidth: f64 },
    #[error(
        "the tree reaches an error of {error:.1e} of the rates at the start with {points} points along an axis of its cells, and more points do not help; `summation.tree.tolerance` is {tolerance:e}: try a larger tolerance, or `direct`"
    )]
    TreeOutOfReach { error: f64, points: usize, tolerance: f64 },
    #[error(
        "the tree would need {gibibytes:.1} GiB for {particles} particles and {points} points along an axis of its cells (the limit is {limit_gibibytes:.0} GiB): try a larger tolerance, fewer particles, or `random_batch`"
    )]
    TreeTooLarge { particles: usize, points: usize, gibibytes: f64, limit_gibibytes: f64 },
    #[error(
        "the pair sums of step {step} have an error of {error:.1e} of the rates by direct sums of samples; `summation.tree.tolerance` is {tolerance:e}: try a larger tolerance, a smaller time step, or `direct`"
    )]
    TreeError { step: u64, error: f64, tolerance: f64 },
    #[error(
        "the pair sums of step {step} raise the entropy at the rate {rate:.1e}, where the tolerance of the tree explains {slack:.1e}: try a smaller tolerance, or `direct`"
    )]
    EntropyGrows { step: u64, rate: f64, slack: f64 },
    #[error(
        "after step {step} the particles of species \"{species}\" do not fit the lattice on which others are born: they are beyond its last cell, or too many of them within its first; try a smaller time step, a larger `half_width`, or more cells"
    )]
    OffLattice { species: String, step: u64 },
    #[error(
        "nothing is left of species \"{species}\" after step {step}: sinks or losses have taken it; end the run earlier, or add births"
    )]
    NothingLeft { species: String, step: u64 },
    /// No failure of the numbers: a step was given up since someone wants the run to end.
    #[error("interrupted")]
    Interrupted,
}

impl Failure {
    /// Whether velocities left all bounds, as in a diverging iteration or step.
    pub fn is_divergence(&self) -> bool {
        matches!(self, Self::NotFinite { .. } | Self::ThrownOut { .. } | Self::MeshTooLarge { .. })
    }

    /// The same failure with its numbers converted to the units of the scenario.
    pub fn in_units(mut self, scales: &Scales) -> Self {
        match &mut self {
            Self::Projection { found, start, .. } => {
                *found *= scales.energy();
                *start *= scales.energy();
            }
            Self::TooStiff { dt, radius, most, .. } => {
                *dt *= scales.time;
                *radius /= scales.time;
                *most *= scales.time;
            }
            Self::StepTooSmall { time, dt, .. } => {
                *time *= scales.time;
                *dt *= scales.time;
            }
            Self::EntropyGrows { rate, slack, .. } => {
                *rate *= scales.entropy_rate();
                *slack *= scales.entropy_rate();
            }
            Self::RanksDiffer { found, first, .. } => {
                *found *= scales.entropy_rate();
                *first *= scales.entropy_rate();
            }
            Self::MeshTooLarge { spacing, .. } => *spacing *= scales.velocity,
            Self::FunctionalsTooLarge { .. }
            | Self::NotFinite { .. }
            | Self::ThrownOut { .. }
            | Self::NotConverged { .. }
            | Self::EntropyNotBalanced { .. }
            | Self::TreeOutOfReach { .. }
            | Self::TreeTooLarge { .. }
            | Self::TreeError { .. }
            | Self::ColumnNotFinite { .. }
            | Self::OffLattice { .. }
            | Self::NothingLeft { .. }
            | Self::Interrupted => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_that_grows_says_so_in_the_units_of_the_scenario() {
        let scales = Scales::si(1e-30, 1e6, 1e20, 1e-9);
        let failure = Failure::EntropyGrows { step: 3, rate: 2.0, slack: 1.0 }.in_units(&scales);
        let (rate, slack) = (2.0 * scales.entropy_rate(), scales.entropy_rate());
        assert_eq!(
            failure.to_string(),
            format!(
                "the pair sums of step 3 raise the entropy at the rate {rate:.1e}, where the tolerance of the tree explains {slack:.1e}: try a smaller tolerance, or `direct`"
            )
        );
        assert!(rate > 1e20);
    }

    #[test]
    fn ranks_that_differ_are_named_with_what_they_found() {
        let failure = Failure::RanksDiffer { step: 4, rank: 2, found: -1.25, first: -1.5 };
        let failure = failure.in_units(&Scales::default());
        assert_eq!(
            failure.to_string(),
            "ranks found different rates in step 4: rank 2 found -1.25e0 for the rate of the entropy, rank 0 -1.5e0; look for a machine that computes wrongly, or for MPI processes of different programs"
        );
    }

    #[test]
    fn entropy_that_is_not_balanced_says_by_how_much() {
        let failure = Failure::EntropyNotBalanced { step: 7, defect: 3e-5, rounds: 40 };
        let words = "entropy in step 7 is not balanced: its change differs from the dissipation by 3.0e-5 after 40 rounds";
        assert!(failure.to_string().starts_with(words), "{failure}");
    }
}
