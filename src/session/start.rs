//! What a run starts from: its problem, its first state, and what is made of them.

use super::error::SessionError;
use crate::kernel::lanes::InstructionSet;
use crate::output::checkpoint;
use crate::output::rows::Rows;
use crate::output::until::Conditions;
use crate::problem::Problem;
use crate::ranks::{Ranks, most_ranks};
use crate::scenario::{Scenario, Violation};
use crate::setup;
use crate::simulation::Simulation;
use crate::state::State;
use std::sync::Arc;

/// What a run starts from.
pub struct Start<const D: usize> {
    pub problem: Arc<Problem<D>>,
    /// The first state, also where a run goes on from a later one: what is said of its end stays the same.
    pub state: State<D>,
    pub fingerprint: u32,
    ranks: Ranks,
}

impl<const D: usize> Start<D> {
    /// Of a resolved scenario.
    pub fn new(scenario: &Scenario) -> Result<Self, Violation> {
        let (problem, state) = setup::problem_and_state::<D>(scenario)?;
        let fingerprint = checkpoint::fingerprint(&problem, &state);
        Ok(Self { problem: Arc::new(problem), state, fingerprint, ranks: Ranks::default() })
    }

    /// The same for ranks that run together.
    pub fn among(self, ranks: &Ranks) -> Self {
        Self { ranks: ranks.clone(), ..self }
    }

    /// The rows of the run, with errors against the run's particles at the start.
    pub fn rows(&self, scenario: &Scenario, instruction_set: InstructionSet) -> Rows<D> {
        let velocities = &self.state.velocities;
        let comparison = setup::comparison(scenario, &self.problem, velocities, instruction_set);
        Rows::new(&self.problem, comparison, setup::columns(scenario))
    }

    /// A run from a state by a right-hand side made for the first one, with the scenario's conditions to end.
    pub fn simulation(
        &self,
        scenario: &Scenario,
        state: State<D>,
        instruction_set: InstructionSet,
    ) -> Result<Simulation<D>, SessionError> {
        let particles = self.problem.particles();
        let (found, most) = (self.ranks.count(), most_ranks(particles));
        if found > most {
            return Err(SessionError::Ranks { found, most, particles });
        }
        let conditions = Conditions::new(&scenario.time.until, &self.problem)?;
        let landau = setup::landau(scenario, &self.problem, &self.state.velocities, instruction_set)
            .map_err(|failure| failure.in_units(&self.problem.scales))?
            .among(&self.ranks);
        let integrator = scenario.integrator.integrator(&self.problem);
        let simulation = Simulation::new(landau, integrator, state);
        Ok(simulation.stopping(Box::new(move |view| conditions.met(view))))
    }
}
