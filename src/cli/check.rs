//! `landau check`: what a run of the scenario means, without running it.

use super::{ScenarioArguments, Stop, print};
use landau::functionals::moments::Moments;
use landau::integrators::{self, Conservation, Facts};
use landau::kernel::lanes::InstructionSet;
use landau::landau::{Evaluation, Landau, pairs};
use landau::output::functional_columns::FunctionalColumns;
use landau::problem::{Conserved, Problem};
use landau::scenario::{self, Scenario, Source};
use landau::setup;
use landau::simulation::Grid;
use std::fmt::Write;
use std::time::Instant;

#[derive(clap::Args)]
pub struct Check {
    #[command(flatten)]
    scenario: ScenarioArguments,
}

impl Check {
    pub fn run(self) -> Result<(), Stop> {
        let (scenario, source) = scenario::read(&self.scenario.scenario, &self.scenario.set)?;
        let report = match scenario.dimension {
            2 => report::<2>(&scenario, &source)?,
            _ => report::<3>(&scenario, &source)?,
        };
        print(&report)
    }
}

fn report<const D: usize>(scenario: &Scenario, source: &Source) -> Result<String, Stop> {
    let (problem, state) =
        setup::problem_and_state::<D>(scenario).map_err(|violation| source.error(&violation))?;
    let mut text = String::new();
    let mut line = |label: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{label:<22}{value}");
    };
    line("title", scenario.title.clone());
    line("dimension, gamma", format!("{D}, {}", problem.gamma));
    for species in &problem.species {
        let range = species.range.clone();
        let moments =
            Moments::of(species.mass, &state.velocities[range.clone()], &problem.weights[range.clone()]);
        line(
            &species.name,
            format!(
                "{} particles, mass {}, density {:.6}, temperature {:.6}, thermal speed {:.4}; h = {:.4}, bandwidth {:.4e}",
                range.len(),
                species.mass,
                moments.density,
                moments.temperature(),
                (moments.temperature() / species.mass).sqrt(),
                species.spacing,
                species.bandwidth
            ),
        );
    }
    for fixed in &problem.fixed {
        line(&fixed.name, format!("fixed, density {}, velocity {:?}", fixed.density, fixed.velocity));
    }
    line("particles", problem.particles().to_string());
    let method = if problem.gamma == 0.0 { "by moments" } else { "direct" };
    line("pairs per evaluation", format!("{} ({method})", pairs(&problem)));
    let integrator = integrators::new::<D>(&scenario.integrator, &problem).facts();
    line(
        "integrator",
        format!("{}, order {}, {}", integrator.name, integrator.order, stages(integrator.stages)),
    );
    line("conserved", conserved(&problem, integrator.conservation));
    let (memory, seconds) = estimate(scenario, &problem, &state.velocities)?;
    line("memory", format!("about {:.1} MiB", memory / 2f64.powi(20)));
    line("time", duration(setup::grid(scenario), &integrator, seconds));
    if let Some(cost) = functionals_cost(scenario, &problem, &state.velocities)? {
        line("functionals", cost);
    }
    Ok(text)
}

fn stages(stages: Option<u32>) -> String {
    stages.map_or("as many stages as stiffness asks for".to_string(), |stages| format!("{stages} stages"))
}

/// How long a run takes, as far as the number of evaluations is known beforehand.
fn duration(grid: Grid, integrator: &Facts, seconds: f64) -> String {
    let each = format!("{seconds:.4} s an evaluation");
    match (grid, integrator.stages) {
        (Grid::Adaptive { .. }, _) => format!("{each}; how many follows from the tolerance"),
        (Grid::Uniform { .. }, None) => format!("{each}; how many follows from the stiffness"),
        (Grid::Uniform { steps, .. }, Some(stages)) => {
            let evaluations = steps as f64 * f64::from(stages);
            let iterations = if integrator.implicit { " for each iteration of the solver" } else { "" };
            format!("about {:.1} s: {each}, {evaluations} evaluations{iterations}", seconds * evaluations)
        }
    }
}

fn conserved<const D: usize>(problem: &Problem<D>, conservation: Conservation) -> String {
    let how = match conservation {
        Conservation::Exact => "to rounding".to_string(),
        Conservation::ToTolerance(tolerance) => format!("to the solver's tolerance {tolerance:e}"),
        Conservation::MomentumOnly => "(energy to first order in the step)".to_string(),
    };
    match problem.conserved() {
        Conserved::MomentumAndEnergy => format!("mass of each species, total momentum and energy {how}"),
        Conserved::EnergyAbout(center) => format!("mass of each species, energy about {center:?} {how}"),
        Conserved::MassOnly => "mass of each species".to_string(),
    }
}

/// What the functionals of a row cost, timed, and what their theorems ask for.
fn functionals_cost<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Result<Option<String>, Stop> {
    if scenario.functionals.is_empty() {
        return Ok(None);
    }
    let columns = FunctionalColumns::new(scenario);
    let scores = vec![[1.0; D]; velocities.len()];
    let start = Instant::now();
    columns.values(problem, velocities, &scores)?;
    let seconds = start.elapsed().as_secs_f64();
    let every = scenario.output.diagnostics_every;
    Ok(Some(format!(
        "{} columns, {seconds:.4} s a row, a row every {every} steps",
        columns.names(problem).len()
    )))
}

/// Bytes of a run, and seconds of one evaluation, timed.
fn estimate<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Result<(f64, f64), Stop> {
    let instruction_set = InstructionSet::detect();
    let mut landau = Landau::new(problem, setup::score(scenario, problem, instruction_set), instruction_set);
    let mut evaluation = Evaluation::empty(problem);
    let start = Instant::now();
    landau.evaluate(velocities, &mut evaluation)?;
    Ok((landau.memory() as f64, start.elapsed().as_secs_f64()))
}
