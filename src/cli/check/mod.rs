//! `landau check`: what a run of the scenario means, without running it.

mod collision_times;
mod fixed_and_own;
mod functionals;

use super::stability::Stability;
use super::words::Words;
use super::{ScenarioArguments, Stop, accuracy, lattices, print};
use collision_times::{CollisionTimes, collision_times};
use landau::functionals::moments::Moments;
use landau::integrators::{self, Conservation, Facts};
use landau::kernel::lanes::InstructionSet;
use landau::landau::{Evaluation, pairs};
use landau::problem::{Conserved, Problem};
use landau::scenario::{self, Scenario, Source};
use landau::setup;
use landau::simulation::Grid;
use landau::state::State;
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
    let scenario = &setup::resolved::<D>(scenario).map_err(|violation| source.error(&violation))?;
    let (problem, state) =
        setup::problem_and_state::<D>(scenario).map_err(|violation| source.error(&violation))?;
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut line = |label: &str, value: String| lines.push((label.to_string(), value));
    line("title", scenario.title.clone());
    line("dimension, gamma", format!("{D}, {}", problem.gamma));
    let units = Words::of(problem.scales);
    for species in &problem.species {
        let range = species.range.clone();
        let moments =
            Moments::of(species.mass, &state.velocities[range.clone()], &problem.weights[range.clone()]);
        line(&species.name, units.species(species, range.len(), moments.density, moments.temperature()));
    }
    let coverages = setup::coverages(scenario, &problem, &state.velocities);
    for (name, words) in lattices::lines(&problem, &coverages, &units) {
        line(&format!("{name}, lattice"), words);
    }
    for fixed in &problem.fixed {
        line(&fixed.name, units.fixed(fixed));
    }
    line("particles", problem.particles().to_string());
    let integrator = integrators::new::<D>(&scenario.integrator, &problem).facts();
    let cost = Cost::of(scenario, &problem, &integrator, &state)?;
    line("pairs per evaluation", format!("{} ({})", pairs(&problem), cost.method));
    line("scores", cost.score_method.clone());
    if let Some(logarithms) = setup::coulomb_logarithms(scenario, &problem, &state.velocities) {
        let pairs = logarithms.iter().enumerate().flat_map(|(i, row)| {
            let known = row.iter().enumerate().skip(i).filter(|(_, one)| one.is_finite());
            known.map(move |(j, logarithm)| (i, j, logarithm))
        });
        let name = |k: usize| &scenario.species[k].name;
        let words: Vec<String> =
            pairs.map(|(i, j, logarithm)| format!("{} on {} {logarithm:.2}", name(i), name(j))).collect();
        line("ln Λ", words.join(", "));
    }
    let times = collision_times(&problem, &state.velocities);
    for pair in times.iter().filter(|pair| pair.isotropisation.is_finite()) {
        let equilibration =
            pair.equilibration.map_or(String::new(), |time| format!(", equilibration {}", units.time(time)));
        line(
            &format!("{} on {}", pair.one, pair.other),
            format!(
                "slowing down {}{equilibration}, isotropisation {}",
                units.time(pair.slowing_down),
                units.time(pair.isotropisation)
            ),
        );
    }
    for (name, words) in fixed_and_own::lines(&problem, &state.velocities) {
        line(&format!("theorem 1.3, {name}"), words);
    }
    line(
        "integrator",
        format!("{}, order {}, {}", integrator.name, integrator.order, stages(integrator.stages)),
    );
    line("conserved", conserved(&problem, integrator.conservation));
    line("recommended step", recommendation(&times, &integrator, cost.stability.as_ref(), &units));
    let too_long = cost.stability.as_ref().and_then(|stability| stability.warning(|time| units.time(time)));
    if let Some(warning) = too_long {
        line("warning", warning);
    }
    for warning in lattices::warnings(&problem, &coverages, &units) {
        line("warning", warning);
    }
    for warning in accuracy::warnings(&problem, &state.velocities, &scenario.score) {
        line("warning", warning);
    }
    line("memory", format!("about {:.1} MiB", cost.bytes / 2f64.powi(20)));
    line("time", duration(setup::grid(scenario), &integrator, &cost));
    if let Some(cost) = functionals::cost(scenario, &problem, &state.velocities)? {
        line("functionals", cost);
    }
    let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default().max(21);
    Ok(lines.iter().map(|(label, value)| format!("{label:<width$} {value}\n")).collect())
}

/// The share of the shortest collision time that a step of second order resolves to better than a per cent.
const SHARE_OF_COLLISION_TIME: f64 = 0.1;

/// The step that resolves collisions and, with an explicit method, is stable.
fn recommendation(
    times: &[CollisionTimes],
    facts: &Facts,
    stability: Option<&Stability>,
    units: &Words,
) -> String {
    let shortest = times
        .iter()
        .flat_map(|pair| [Some(pair.slowing_down), pair.equilibration, Some(pair.isotropisation)])
        .flatten()
        .fold(f64::INFINITY, f64::min);
    if !shortest.is_finite() {
        return "any: nothing collides".to_string();
    }
    let resolved = SHARE_OF_COLLISION_TIME * shortest;
    let a_tenth = format!("a tenth of the shortest collision time is {}", units.time(resolved));
    let stable = stability.map(|stability| stability.longest);
    if facts.stable_interval.is_none() {
        return format!("{} ({a_tenth})", units.time(resolved));
    }
    if facts.stages.is_none() && stable.is_none_or(|stable| resolved <= stable) {
        return format!("{} ({a_tenth}; the number of stages adapts to the step)", units.time(resolved));
    }
    match stable {
        None => format!("at most {} ({a_tenth}; stability not estimated)", units.time(resolved)),
        Some(stable) => {
            let step = units.time(stable.min(resolved));
            format!("{step} ({a_tenth}; stable up to {})", units.time(stable))
        }
    }
}

fn stages(stages: Option<u32>) -> String {
    stages.map_or("as many stages as stiffness asks for".to_string(), |stages| format!("{stages} stages"))
}

/// How long a run takes, as far as the number of evaluations is known beforehand.
fn duration(grid: Grid, integrator: &Facts, cost: &Cost) -> String {
    let seconds = cost.seconds;
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

/// What an evaluation costs, and how stiff the problem is.
struct Cost {
    /// How pairs are summed, and how scores are computed.
    method: String,
    score_method: String,
    bytes: f64,
    seconds: f64,
    /// Where it was worth its evaluations.
    stability: Option<Stability>,
}

/// Seconds of an evaluation up to which stability, twenty of them or forty, is estimated.
const CHEAP: f64 = 0.5;

impl Cost {
    fn of<const D: usize>(
        scenario: &Scenario,
        problem: &Problem<D>,
        integrator: &Facts,
        state: &State<D>,
    ) -> Result<Self, Stop> {
        let instruction_set = InstructionSet::detect();
        let landau = setup::landau(scenario, problem, &state.velocities, instruction_set);
        let mut landau = landau.map_err(|failure| failure.in_units(&problem.scales))?;
        let mut evaluation = Evaluation::empty(problem);
        let start = Instant::now();
        let evaluated = landau.evaluate(&state.velocities, &mut evaluation);
        evaluated.map_err(|failure| failure.in_units(&problem.scales))?;
        let (bytes, seconds) = (landau.memory() as f64, start.elapsed().as_secs_f64());
        let stability = match seconds <= CHEAP {
            true => Stability::estimate(integrator, setup::grid(scenario), &mut landau, &evaluation, state),
            false => Ok(None),
        };
        let (method, score_method) = (landau.method(), landau.score_method());
        Ok(Self { method, score_method, bytes, seconds, stability: stability.ok().flatten() })
    }
}
