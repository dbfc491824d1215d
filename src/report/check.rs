//! What a run of a scenario means, without running it.

use super::collision_times::{CollisionTimes, collision_times};
use super::quantities::QuantityFormat;
use super::stability::Stability;
use super::{accuracy, lattices, start};
use crate::collision::regularisation::Regularisation;
use crate::error::Failure;
use crate::functionals::{At, Fisher, Functional, RelativeEntropy, SphericalFisher};
use crate::integrators::{Conservation, Facts};
use crate::kernel::lanes::InstructionSet;
use crate::laboratory::theorem_1_3;
use crate::landau::{Evaluation, InStep, Landau, pairs};
use crate::output::until::Conditions;
use crate::problem::{Conserved, Problem, Species};
use crate::ranks::most_ranks;
use crate::rules::visible;
use crate::scenario::Scenario;
use crate::setup::{self, StartError};
use crate::state::State;
use crate::time_grid::TimeGrid;
use std::sync::Arc;
use std::time::Instant;

/// Labels, each with what it says of the scenario: particles, costs, collision times, what is conserved, warnings.
///
/// # Errors
///
/// A value that only the particles show to be wrong, or a start whose rates cannot be had.
pub fn check<const D: usize>(
    scenario: &Scenario,
    instruction_set: InstructionSet,
) -> Result<Vec<(String, String)>, StartError> {
    let scenario = &setup::resolved::<D>(scenario)?;
    let (problem, state) = setup::problem_and_state::<D>(scenario)?;
    let problem = &Arc::new(problem);
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut line = |label: &str, value: String| lines.push((label.to_string(), value));
    line("title", visible(&scenario.title));
    line("dimension, gamma", format!("{D}, {}", problem.gamma));
    let units = QuantityFormat::new(problem.scales);
    Conditions::new(&scenario.time.until, problem)?;
    for species in &problem.species {
        let moments = problem.moments(species, &state.velocities);
        line(
            &species.name,
            units.species(species, species.range.len(), moments.density, moments.temperature()),
        );
    }
    let coverages = setup::coverages(scenario, problem, &state.velocities);
    for (name, words) in lattices::lines(problem, &coverages, &units) {
        line(&format!("{name}, lattice"), words);
    }
    for fixed in &problem.fixed {
        line(&fixed.name, units.fixed(fixed));
    }
    for background in &problem.backgrounds {
        line(&background.name, units.background(background));
    }
    for (name, words) in units.fields(problem) {
        line(name, words);
    }
    line("particles", problem.particles().to_string());
    let integrator = scenario.integrator.facts();
    let cost = Cost::of(scenario, problem, &integrator, &state, instruction_set)?;
    line("pairs per evaluation", format!("{} ({})", pairs(problem), cost.method));
    line("scores", cost.score_method.clone());
    if let Some(logarithms) = setup::coulomb_logarithms(scenario, problem, &state.velocities) {
        let pairs = logarithms.iter().enumerate().flat_map(|(i, row)| {
            let known = row.iter().enumerate().skip(i).filter(|(_, one)| one.is_finite());
            known.map(move |(j, logarithm)| (i, j, logarithm))
        });
        let name = |k: usize| &scenario.species[k].name;
        let words: Vec<String> =
            pairs.map(|(i, j, logarithm)| format!("{} on {} {logarithm:.2}", name(i), name(j))).collect();
        line("ln Λ", words.join(", "));
        let streams = setup::counter_streaming(scenario, problem, &state.velocities);
        let streams: Vec<String> =
            streams.into_iter().map(|(i, j)| format!("{} and {}", name(i), name(j))).collect();
        if !streams.is_empty() {
            line(
                "counter-streaming",
                format!("{}: their ln Λ is by drift, not by temperature", streams.join(", ")),
            );
        }
    }
    let times = collision_times(problem, &state.velocities);
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
    for (name, words) in fixed_and_own(scenario, problem, &state.velocities)? {
        line(&format!("theorem 1.3, {name}"), words);
    }
    line(
        "integrator",
        format!("{}, order {}, {}", integrator.name, integrator.order, stages(integrator.stages)),
    );
    line("conserved", conserved(problem, integrator.conservation));
    line("recommended step", recommendation(&times, &integrator, cost.stability.as_ref(), &units));
    let too_long = cost.stability.as_ref().and_then(|stability| stability.warning(&units));
    if let Some(warning) = too_long {
        line("warning", warning);
    }
    for note in start::notes(scenario, problem) {
        line("note", note);
    }
    for warning in start::warnings(scenario, problem, &state.velocities) {
        line("warning", warning);
    }
    for warning in lattices::warnings(problem, &coverages, &units) {
        line("warning", warning);
    }
    for warning in accuracy::warnings(problem, &state.velocities, &scenario.score) {
        line("warning", warning);
    }
    line("memory", format!("about {:.1} MiB", cost.bytes / 2f64.powi(20)));
    line("ranks", cost.ranks.clone());
    line("time", duration(state.grid, &integrator, &cost));
    if let Some(cost) = cost_of_functionals(scenario, problem, &state.velocities)? {
        line("functionals", cost);
    }
    Ok(lines)
}

/// The share of the shortest collision time that a step of second order resolves to better than a per cent.
const SHARE_OF_COLLISION_TIME: f64 = 0.1;

/// The step that resolves collisions and, with an explicit method, is stable.
fn recommendation(
    times: &[CollisionTimes],
    facts: &Facts,
    stability: Option<&Stability>,
    units: &QuantityFormat,
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
fn duration(grid: TimeGrid, integrator: &Facts, cost: &Cost) -> String {
    let seconds = cost.seconds;
    let each = format!("{seconds:.4} s an evaluation");
    match (grid, integrator.stages) {
        (TimeGrid::Adaptive { .. }, _) => format!("{each}; how many follows from the tolerance"),
        (TimeGrid::Uniform { .. }, None) => format!("{each}; how many follows from the stiffness"),
        (TimeGrid::Uniform { steps, .. }, Some(stages)) => {
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
    let beside = if problem.is_driven() { ", beside what is given from outside" } else { "" };
    match problem.conserved {
        Conserved::MomentumAndEnergy => {
            format!("mass of each species, total momentum and energy {how}{beside}")
        }
        Conserved::EnergyAbout(center) => {
            format!("mass of each species, energy about {center:?} {how}{beside}")
        }
        Conserved::MassOnly => "mass of each species".to_string(),
    }
}

/// What an evaluation costs, and how stiff the problem is.
struct Cost {
    /// How pairs are summed, and how scores are computed.
    method: String,
    score_method: String,
    bytes: f64,
    /// What several ranks have to do and to exchange.
    ranks: String,
    seconds: f64,
    /// Where it was worth its evaluations.
    stability: Option<Stability>,
}

/// Seconds of an evaluation up to which stability, twenty of them or forty, is estimated.
const CHEAP: f64 = 0.5;

impl Cost {
    fn of<const D: usize>(
        scenario: &Scenario,
        problem: &Arc<Problem<D>>,
        integrator: &Facts,
        state: &State<D>,
        instruction_set: InstructionSet,
    ) -> Result<Self, Failure> {
        let in_units = |failure: Failure| failure.in_units(&problem.scales);
        let landau = setup::landau(scenario, problem, &state.velocities, instruction_set);
        let mut landau = landau.map_err(in_units)?;
        let mut evaluation = Evaluation::empty(problem);
        let evaluated = landau.evaluate(&state.velocities, InStep::unfenced(state.step + 1), &mut evaluation);
        evaluated.map_err(in_units)?;
        // Scores that a tree was made ready with are not computed again.
        let work = landau.work();
        let (bytes, seconds) = (landau.memory() as f64, (work.score + work.pair_sum).as_secs_f64());
        let stability = match seconds <= CHEAP {
            true => Stability::estimate(integrator, &mut landau, &evaluation, state, None),
            false => Ok(None),
        };
        let (method, score_method, ranks) = (landau.method(), landau.score_method(), words_on_ranks(&landau));
        Ok(Self { method, score_method, bytes, ranks, seconds, stability: stability.ok().flatten() })
    }
}

/// What each of several ranks holds, receives in an evaluation and can have a part of.
fn words_on_ranks<const D: usize>(landau: &Landau<D>) -> String {
    let most = most_ranks(landau.problem().particles());
    let pairs = match landau.most_ranks() {
        Some(1) => ", of which one sums over pairs".to_string(),
        Some(pairs) if pairs < most => format!(", of which {pairs} have pairs to sum"),
        _ => String::new(),
    };
    format!(
        "1 to {most}{pairs}; each holds as much memory and receives up to {:.2} MiB an evaluation",
        landau.received() as f64 / 2f64.powi(20)
    )
}

/// The seconds of a row of functionals, timed, if there are any.
fn cost_of_functionals<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Result<Option<String>, Failure> {
    if scenario.functionals.is_empty() {
        return Ok(None);
    }
    let columns = setup::columns(scenario);
    // The time does not depend on the scores.
    let scores = vec![[1.0; D]; velocities.len()];
    let start = Instant::now();
    let regularisation = &Regularisation::at_start(problem);
    columns.values(&At { problem, regularisation, velocities, scores: &scores })?;
    let seconds = start.elapsed().as_secs_f64();
    let rows = match scenario.output.diagnostics_every {
        1 => "every step".to_string(),
        every => format!("every {every} steps"),
    };
    Ok(Some(format!("{} columns, {seconds:.4} s a row, a row {rows}", columns.names(problem).len())))
}

/// Names of species, each with how strongly it collides with fixed species beside how strongly it collides with itself,
/// and at γ = −3 in three dimensions whether theorem 1.3 of Junné, Winter, Yoldaş (2025) covers it; none but with fixed
/// species at one velocity.
///
/// # Errors
///
/// If the density of a species takes a mesh that is too large.
fn fixed_and_own<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Result<Vec<(String, String)>, Failure> {
    if problem.fixed.is_empty() || !matches!(problem.conserved, Conserved::EnergyAbout(_)) {
        return Ok(Vec::new());
    }
    let strengths = problem.species.iter().enumerate().map(|(i, species)| {
        let density = problem.moments(species, velocities).density;
        let own = problem.coefficients[i * problem.species.len() + i] * density;
        let coefficients = &problem.fixed_coefficients[i * problem.fixed.len()..];
        let fixed: f64 = problem.fixed.iter().zip(coefficients).map(|(one, c)| c * one.density).sum();
        (fixed, own, density)
    });
    let strengths: Vec<(f64, f64, f64)> = strengths.collect();
    let both = strengths.iter().any(|&(fixed, own, _)| fixed > 0.0 && own > 0.0);
    let left_sides = match D == 3 && problem.gamma == -3.0 && both {
        true => left_sides(scenario, problem, velocities, &strengths)?,
        false => Vec::new(),
    };
    let words = |(i, species): (usize, &Species<D>)| {
        let (fixed, own, _) = strengths[i];
        (species.name.clone(), ratio_of_strengths(fixed, own, left_sides.get(i).copied()))
    };
    Ok(problem.species.iter().enumerate().map(words).collect())
}

/// The left side of condition (1.11) of each species, of the density that its particles stand for.
fn left_sides<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    strengths: &[(f64, f64, f64)],
) -> Result<Vec<f64>, Failure> {
    let functionals = vec![
        Functional::Fisher(Fisher {}),
        Functional::SphericalFisher(SphericalFisher { beta: 1.0 }),
        Functional::RelativeEntropy(RelativeEntropy {}),
    ];
    let columns = setup::columns(&Scenario { functionals, ..scenario.clone() });
    let scores = vec![[0.0; D]; velocities.len()];
    let regularisation = &Regularisation::at_start(problem);
    let values = columns.values(&At { problem, regularisation, velocities, scores: &scores })?;
    let names = columns.names(problem);
    let value =
        |name: String| names.iter().position(|one| *one == name).map_or(f64::NAN, |place| values[place]);
    let left_side = |(species, &(_, _, density)): (&Species<D>, &(f64, f64, f64))| {
        let of = ["fisher", "spherical_fisher_1", "relative_entropy"];
        theorem_1_3::of_integrals(density, of.map(|column| value(format!("{}_{column}", species.name))))
    };
    Ok(problem.species.iter().zip(strengths).map(left_side).collect())
}

/// Both are c n: the mass is that of one species.
fn ratio_of_strengths(fixed: f64, own: f64, left_side: Option<f64>) -> String {
    if fixed == 0.0 {
        return "does not collide with fixed species".to_string();
    }
    if own == 0.0 {
        return "collides with fixed species alone, not with itself".to_string();
    }
    let ratio = fixed / own;
    match left_side {
        Some(left_side) => theorem_1_3::verdict(left_side, ratio),
        None => format!("c n with fixed species over c n with itself {ratio:.3e}"),
    }
}
