//! A run from start to end: problem, state, observers, loop, summary, and the words printed at its end.

use super::progress::Progress;
use super::{Stop, print};
use landau::integrators;
use landau::kernel::lanes::InstructionSet;
use landau::output::checkpoint::{self, Checkpoints};
use landau::output::diagnostics::Diagnostics;
use landau::output::folder::Folder;
use landau::output::functional_columns::FunctionalColumns;
use landau::output::particles::ParticleFiles;
use landau::output::summary::{self, Ledger, Seconds, Status};
use landau::scenario::{Scenario, Source};
use landau::setup;
use landau::simulation::{Observer, Outcome, Simulation};
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
    let (problem, mut state) =
        setup::problem_and_state::<D>(scenario).map_err(|violation| source.error(&violation))?;
    let instruction_set = InstructionSet::detect();
    let output = &scenario.output;
    let comparison = setup::comparison(scenario, &problem, &state.velocities);
    let start_of_run = checkpoint::fingerprint(&problem, &state);
    let functionals = FunctionalColumns::new(scenario);

    let landau = setup::landau(scenario, &problem, &state.velocities, instruction_set);
    let landau = landau.map_err(|failure| failure.in_units(&problem.scales))?;

    let resumes = matches!(start, Start::Resumed { .. });
    let (folder, mut diagnostics) = match start {
        Start::New { overwrite, .. } => {
            let folder = Folder::create(path, overwrite, scenario)?;
            let diagnostics =
                Diagnostics::create(&folder, &problem, output.diagnostics_every, comparison, functionals)?;
            (folder, diagnostics)
        }
        Start::Resumed { .. } => {
            let folder = Folder::open(path);
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
    let mut ledger = Ledger::new(&problem, &state.invariants);
    if resumes {
        ledger.follow(&problem, &state);
    }
    let mut checkpoints =
        Checkpoints::new(&folder, output.checkpoint_every, scenario, instruction_set.name(), start_of_run);
    let mut progress = Progress::new(setup::grid(scenario), quiet);
    let interrupted = watch_for_interruption()?;

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
    let (work, pairs) = (simulation.work(), simulation.landau.pairs());
    let written =
        summary::write(&folder, instruction_set.name(), &ledger, &work, pairs, seconds, status, reason);
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
        Outcome::Completed => print(&closing_words(&folder, &simulation, &ledger, seconds)),
    }
}

fn closing_words<const D: usize>(
    folder: &Folder,
    simulation: &Simulation<'_, D>,
    ledger: &Ledger<D>,
    seconds: Seconds,
) -> String {
    let work = simulation.work();
    let drift = ledger.drift();
    let mut text = format!(
        "{} steps, {} evaluations in {:.1} s",
        simulation.state.step,
        work.evaluations,
        seconds.total.as_secs_f64()
    );
    if let Some(rate) = summary::pairs_per_second(&work, simulation.landau.pairs()) {
        text += &format!(", {rate:.2e} pairs/s");
    }
    let drifts = [
        ("momentum", drift.momentum),
        ("energy", drift.energy),
        ("energy about the fixed species", drift.energy_about_fixed),
    ];
    let conserved: Vec<String> = drifts
        .iter()
        .filter_map(|(name, drift)| drift.map(|drift| format!("{name} to {drift:.1e}")))
        .collect();
    if !conserved.is_empty() {
        text += &format!("\nconserved: {}", conserved.join(", "));
    }
    text + &format!("\nwritten to {}\n", folder.path().display())
}

/// A flag that Ctrl-C sets; a second Ctrl-C ends the program at once.
fn watch_for_interruption() -> Result<Arc<AtomicBool>, Stop> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .map_err(|error| Stop::Failed(format!("cannot watch for Ctrl-C: {error}")))?;
    Ok(interrupted)
}
