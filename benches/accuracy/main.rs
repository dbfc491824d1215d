//! Accuracy of rates, transport coefficients and scores by resolution. It prints the tables of
//! src/score/defaults.md and measures no times.
//!
//! `cargo bench --bench accuracy -- [rates|transport|scores] [CELLS,…] [SET=JSON …]`

mod rates;
mod scores;
mod transport;

use landau::kernel::lanes::InstructionSet;
use landau::landau::Landau;
use landau::problem::Problem;
use landau::scenario::{self, Scenario};
use landau::setup;
use landau::state::State;
use serde_json::Value;
use std::sync::Arc;

/// The resolutions to compute, and changes to the scenarios.
struct Wanted {
    cells: Vec<u32>,
    /// `PATH=VALUE` changes to every scenario, as for the option `--set` of the program.
    changes: Vec<String>,
}

fn main() {
    let mut kinds = Vec::new();
    let mut wanted = Wanted { cells: vec![8, 12, 16], changes: Vec::new() };
    for argument in std::env::args().skip(1).filter(|argument| argument != "--bench") {
        if argument.contains('=') {
            wanted.changes.push(argument);
        } else if argument.starts_with(|c: char| c.is_ascii_digit()) {
            wanted.cells = argument.split(',').map(|n| n.parse().expect("numbers of cells")).collect();
        } else {
            kinds.push(argument);
        }
    }
    let asked = |kind: &str| kinds.is_empty() || kinds.iter().any(|one| one == kind);
    if asked("rates") {
        rates::print(&wanted);
    }
    if asked("transport") {
        transport::print(&wanted);
    }
    if asked("scores") {
        scores::print(&wanted);
    }
}

impl Wanted {
    fn scenario(&self, json: &Value) -> Scenario {
        let parsed = scenario::parse("accuracy", json.to_string(), &self.changes);
        parsed.unwrap_or_else(|errors| panic!("{errors}")).0
    }
}

/// Calls `work` with the problem, the initial state and the right-hand side of a scenario.
fn with_start<const D: usize, R>(
    scenario: &Scenario,
    work: impl FnOnce(&Problem<D>, State<D>, &mut Landau<D>) -> R,
) -> R {
    let (problem, state) = setup::problem_and_state::<D>(scenario).unwrap_or_else(|v| panic!("{v:?}"));
    let (problem, set) = (Arc::new(problem), InstructionSet::detect());
    let mut landau =
        setup::landau(scenario, &problem, &state.velocities, set).unwrap_or_else(|f| panic!("{f}"));
    work(&problem, state, &mut landau)
}

/// The values of a quantity at the start and after each step of a run.
fn history<const D: usize>(
    scenario: &Scenario,
    quantity: impl Fn(&Problem<D>, &[[f64; D]]) -> f64,
) -> Vec<f64> {
    let mut simulation =
        setup::simulation::<D>(scenario, InstructionSet::detect()).unwrap_or_else(|error| panic!("{error}"));
    let problem = Arc::clone(simulation.problem());
    let mut values = vec![quantity(&problem, simulation.velocities())];
    while !simulation.state().is_last() {
        simulation.step().unwrap_or_else(|failure| panic!("{failure}"));
        values.push(quantity(&problem, simulation.velocities()));
    }
    values
}
