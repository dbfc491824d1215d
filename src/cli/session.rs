//! A run from start to end: problem, state, observers, loop, summary.

use super::closing::{Session, closing_words};
use super::progress::Progress;
use super::stability::{Stability, step_as_told};
use super::words::Words;
use super::{Stop, accuracy, lattices, print, say};
use landau::integrators;
use landau::kernel::lanes::InstructionSet;
use landau::landau::Evaluation;
use landau::output::checkpoint::{self, Checkpoints};
use landau::output::diagnostics::Diagnostics;
use landau::output::folder::Folder;
use landau::output::functional_columns::FunctionalColumns;
use landau::output::ledger::Ledger;
use landau::output::particles::ParticleFiles;
use landau::output::summary::{self, Account, Methods, Seconds, Status};
use landau::problem::Problem;
use landau::scenario::{Scenario, Source};
use landau::setup;
use landau::simulation::{Grid, Observer, Outcome, Simulation};
use landau::state::State;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How a run begins.
pub enum Start {
    /// At its first state, in a folder of its own.
    New { source: Source, overwrite: bool },
    /// At the checkpoint in its folder.
    Resumed { source: Source },
}

/// Runs a scenario into `folder`.
pub fn run(scenario: &Scenario, folder: &Path, start: Start, quiet: bool) -> Result<(), Stop> {
    match scenario.dimension {
        2 => run_in::<2>(scenario, folder, start, quiet),
        _ => run_in::<3>(scenario, folder, start, quiet),
    }
}

fn run_in<const D: usize>(scenario: &Scenario, path: &Path, start: Start, quiet: bool) -> Result<(), Stop> {
    let began = Instant::now();
    let (Start::New { source, .. } | Start::Resumed { source }) = &start;
    let scenario = &setup::resolved::<D>(scenario).map_err(|violation| source.error(&violation))?;
    let (problem, mut state) =
        setup::problem_and_state::<D>(scenario).map_err(|violation| source.error(&violation))?;
    let instruction_set = InstructionSet::detect();
    let output = &scenario.output;
    let comparison = setup::comparison(scenario, &problem, &state.velocities);
    let start_of_run = checkpoint::fingerprint(&problem, &state);
    let functionals = FunctionalColumns::new(scenario);
    let coulomb_logarithms = setup::named_coulomb_logarithms(scenario, &problem, &state.velocities);
    // Of the first state, though the run be resumed at a later one: what is said of its end stays the same.
    let units = Words::of(problem.scales);
    let coverages = setup::coverages(scenario, &problem, &state.velocities);
    let at_the_start = lattices::warnings(&problem, &coverages, &units)
        .into_iter()
        .chain(accuracy::warnings(&problem, &state.velocities, &scenario.score));

    let landau = setup::landau(scenario, &problem, &state.velocities, instruction_set);
    let landau = landau.map_err(|failure| failure.in_units(&problem.scales))?;
    let methods = Methods::of(&problem, &landau);

    let resumes = matches!(start, Start::Resumed { .. });
    let (folder, mut diagnostics) = match start {
        Start::New { overwrite, .. } => {
            let folder = Folder::create(path, overwrite, scenario)?;
            let diagnostics =
                Diagnostics::create(&folder, &problem, output.diagnostics_every, comparison, functionals)?;
            (folder, diagnostics)
        }
        Start::Resumed { .. } => {
            let folder = Folder::reopen(path)?;
            let (checkpoint, bytes) = checkpoint::read(
                &folder,
                scenario,
                problem.particles(),
                start_of_run,
                instruction_set.name(),
            )?;
            state = checkpoint;
            // What could refuse to be resumed comes before what is removed.
            let diagnostics =
                Diagnostics::reopen(&folder, bytes, output.diagnostics_every, comparison, functionals)?;
            folder.remove_frames(|step| step > state.step)?;
            (folder, diagnostics)
        }
    };
    let mut frames = match output.particles_every {
        0 => None,
        every => Some(ParticleFiles::create(&folder, every)?),
    };
    let mut ledger = Ledger::new(&problem, &state);
    if resumes {
        ledger.follow(&problem, &state);
    }
    let mut checkpoints =
        Checkpoints::new(&folder, output.checkpoint_every, scenario, instruction_set.name(), start_of_run);
    let interrupted = watch_for_interruption()?;
    let mut warnings =
        Vec::from_iter(too_long_a_step(scenario, &problem, &state).into_iter().chain(at_the_start));
    if !quiet {
        warnings.iter().for_each(|warning| say(&format!("warning: {warning}")));
    }
    let mut progress = Progress::new(setup::grid(scenario), quiet);
    let first_step = state.step;

    let mut simulation = Simulation {
        landau,
        integrator: integrators::new(&scenario.integrator, &problem),
        state,
        grid: setup::grid(scenario),
        output: Duration::ZERO,
    };
    let outcome = {
        let mut observers: Vec<&mut dyn Observer<D>> = vec![&mut diagnostics];
        if let Some(frames) = &mut frames {
            observers.push(frames);
        }
        observers.extend([&mut ledger as &mut dyn Observer<D>, &mut progress, &mut checkpoints]);
        let outcome = simulation.run(&mut observers, &interrupted, resumes);
        outcome.map_err(|failure| failure.in_units(&problem.scales))
    };

    let seconds = Seconds { total: began.elapsed(), output: simulation.output };
    let (status, reason) = match &outcome {
        Ok(Outcome::Completed) => (Status::Completed, None),
        Ok(Outcome::Interrupted) => (Status::Interrupted, Some("interrupted".to_string())),
        Err(failure) => (Status::Failed, Some(failure.to_string())),
    };
    let session = Session {
        first_step,
        last_step: simulation.state.step,
        resumed: resumes,
        work: simulation.work(),
        pairs: simulation.landau.pairs(),
        seconds,
        conservation: simulation.integrator.facts().conservation,
    };
    warnings.extend(simulation.state.warnings.iter().map(|warning| warning.words.clone()));
    let account = Account {
        instruction_set: instruction_set.name(),
        work: session.work,
        seconds,
        pairs: session.pairs,
        methods,
        coulomb_logarithms,
        status,
        reason,
        warnings: &warnings,
    };
    let written = summary::write(&folder, &ledger, account);
    // The failure of the run is the one to report, if both failed.
    let outcome = outcome?;
    written?;
    if outcome == Outcome::Completed {
        checkpoint::remove(&folder)?;
    }
    match outcome {
        Outcome::Interrupted => Err(Stop::Interrupted(format!(
            "interrupted after step {}; continue with: landau resume {}",
            simulation.state.step,
            folder.path().display()
        ))),
        Outcome::Completed if quiet => Ok(()),
        Outcome::Completed => print(&closing_words(&folder, &session, &ledger)),
    }
}

/// Evaluations of a run, beside which the twenty or so of an estimate of the stiffness do not count.
const MANY: u64 = 300;

/// Warns of a step that is too long, where the run is long enough for an estimate at its start.
fn too_long_a_step<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    start: &State<D>,
) -> Option<String> {
    let facts = integrators::new::<D>(&scenario.integrator, problem).facts();
    let grid = setup::grid(scenario);
    step_as_told(&facts, grid)?;
    let Grid::Uniform { steps, .. } = grid else { return None };
    if (steps - start.step.min(steps)).saturating_mul(u64::from(facts.stages?)) < MANY {
        return None;
    }
    // With a right-hand side of its own: the run is the same with an estimate and without.
    let mut landau = setup::landau(scenario, problem, &start.velocities, InstructionSet::detect()).ok()?;
    let mut evaluation = Evaluation::empty(problem);
    landau.evaluate(&start.velocities, &mut evaluation).ok()?;
    let stability = Stability::estimate(&facts, grid, &mut landau, &evaluation, start).ok()??;
    let units = Words::of(problem.scales);
    stability.warning(|time| units.time(time))
}

/// Signals that are one: `timeout` and job managers signal a process, and its group with it.
const TOGETHER: Duration = Duration::from_secs(1);

/// A flag that Ctrl-C sets; another Ctrl-C, later than that, ends the program at once.
fn watch_for_interruption() -> Result<Arc<AtomicBool>, Stop> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    let mut first: Option<Instant> = None;
    ctrlc::set_handler(move || match first {
        None => {
            first = Some(Instant::now());
            flag.store(true, Ordering::Relaxed);
        }
        Some(first) if first.elapsed() > TOGETHER => std::process::exit(130),
        Some(_) => {}
    })
    .map_err(|error| Stop::Failed(format!("cannot watch for Ctrl-C: {error}")))?;
    Ok(interrupted)
}
