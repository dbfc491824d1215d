//! A run in memory, recorded: what a run folder would hold of it.

use super::error::SessionError;
use super::start::Start;
use super::underway::{Guest, Underway};
use crate::kernel::lanes::InstructionSet;
use crate::output::rows::{Row, Rows};
use crate::report::closing_words;
use crate::scenario::Scenario;
use crate::setup;
use crate::simulation::{Observer, ObserverError, Outcome, StopCondition, View};
use crate::time_grid::TimeGrid;
use serde_json::Value;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// A run in memory that has not begun.
pub struct Recording<const D: usize> {
    underway: Underway<D>,
    recorder: Recorder<D>,
}

/// Records states, at the steps at which a folder would have them.
struct Recorder<const D: usize> {
    rows: Rows<D>,
    rows_every: u64,
    frames_every: u64,
    found: Vec<Row>,
    frames: Vec<Frame>,
}

/// What a run in memory leaves, in the units of its scenario.
#[derive(Debug)]
pub struct Recorded {
    /// The resolved scenario.
    pub scenario: Value,
    /// What run.json would be.
    pub summary: String,
    /// The names of the columns; the first is `step`.
    pub names: Vec<String>,
    pub rows: Vec<Row>,
    pub frames: Vec<Frame>,
    /// How the run ended.
    pub outcome: Result<Outcome, SessionError>,
    /// What is said at the end of a run that did not fail.
    pub closing: Option<String>,
}

/// The particles of all moving species at a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    pub step: u64,
    pub time: f64,
    pub species: Vec<Particles>,
}

/// The particles of a species.
#[derive(Debug, Clone, PartialEq)]
pub struct Particles {
    pub name: String,
    /// Coordinates of a particle: the dimension, 2 of rings (along the axis and from it), 1 of shells.
    pub coordinates: usize,
    /// Particle after particle.
    pub velocities: Vec<f64>,
    pub weights: Vec<f64>,
}

impl<const D: usize> Recording<D> {
    /// The run of a scenario at its start.
    ///
    /// # Errors
    ///
    /// A value of the scenario that only its particles show to be wrong; a start that is out of reach for its summation.
    pub fn new(scenario: &Scenario, instruction_set: InstructionSet) -> Result<Self, SessionError> {
        let began = Instant::now();
        let scenario = &setup::resolved::<D>(scenario)?;
        let start = Start::new(scenario)?;
        let simulation = start.simulation(scenario, start.state.clone(), instruction_set)?;
        let recorder = Recorder {
            rows: start.rows(scenario, instruction_set),
            rows_every: scenario.output.diagnostics_every,
            frames_every: scenario.output.particles_every,
            found: Vec::new(),
            frames: Vec::new(),
        };
        let underway = Underway::new(scenario, &start, simulation, began, instruction_set);
        Ok(Self { underway, recorder })
    }

    /// What is to be said of the start, a line each.
    pub fn warnings(&self) -> &[String] {
        &self.underway.warnings
    }

    /// The time grid at the start.
    pub fn grid(&self) -> TimeGrid {
        self.underway.simulation.state().grid
    }

    /// Ends the run also at the first state that meets a condition.
    pub fn stopping(mut self, condition: StopCondition<D>) -> Self {
        self.underway.simulation = self.underway.simulation.stopping(condition);
        self
    }

    /// Runs to the end, or until `interrupted` is set, and shows every state to `observer`. What was recorded is there
    /// whatever happens.
    pub fn run(self, observer: &mut dyn Observer<D>, interrupted: &AtomicBool) -> Recorded {
        let Self { mut underway, mut recorder } = self;
        let mut guest = Guest::new(observer, interrupted);
        let outcome = underway.run(vec![&mut recorder], &mut guest, Vec::new(), interrupted);
        let (status, reason) = underway.ending(&outcome);
        let outcome = outcome.and_then(|outcome| guest.failure().map(|()| outcome));
        let closing = outcome.as_ref().ok().map(|&outcome| closing_words(&underway.closing(outcome, None)));
        Recorded {
            summary: underway.summary(status, reason),
            scenario: serde_json::to_value(&underway.scenario).unwrap_or_default(),
            names: recorder.rows.names().to_vec(),
            rows: recorder.found,
            frames: recorder.frames,
            outcome,
            closing,
        }
    }
}

impl<const D: usize> Observer<D> for Recorder<D> {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), ObserverError> {
        let completes = view.ending == Some(Outcome::Completed);
        if completes || view.state.step.is_multiple_of(self.rows_every) {
            self.found.push(self.rows.at(view)?);
        }
        if self.frames_every > 0 && (completes || view.state.step.is_multiple_of(self.frames_every)) {
            self.frames.push(frame(view));
        }
        Ok(())
    }
}

fn frame<const D: usize>(view: &View<'_, D>) -> Frame {
    let View { problem, state, .. } = view;
    let scales = &problem.scales;
    // Files begin with the distance from the axis, pictures with the coordinate along it.
    let mut coordinates = problem.symmetry.named::<D>();
    coordinates.sort_by_key(|one| one.is_distance);
    let species = problem.species.iter().map(|species| {
        let of =
            |v: &[f64; D]| coordinates.iter().map(|one| one.of(v) * scales.velocity).collect::<Vec<f64>>();
        Particles {
            name: species.name.clone(),
            coordinates: coordinates.len(),
            velocities: state.velocities[species.range.clone()].iter().flat_map(of).collect(),
            weights: problem.weights[species.range.clone()]
                .iter()
                .map(|weight| weight * scales.density)
                .collect(),
        }
    });
    Frame { step: state.step, time: view.time * scales.time, species: species.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::any::{AnyObserver, AnyRecording, AnySession, AnyView};
    use crate::scenario::parse;
    use std::fs;

    struct Silent;

    impl AnyObserver for Silent {
        fn observe(&mut self, _: &dyn AnyView) -> Result<(), ObserverError> {
            Ok(())
        }
    }

    #[test]
    fn a_run_in_memory_has_the_rows_of_its_folder() {
        let text = include_str!("../../tests/bad/maxwellian.json").to_string();
        let changes = ["functionals=[{\"fisher\":{}}]", "output.diagnostics_every=4"].map(String::from);
        let (scenario, _) = parse("maxwellian.json", text, &changes).unwrap();
        let (folder, set) = (tempfile::tempdir().unwrap(), InstructionSet::detect());
        let path = folder.path().join("out");
        let session = AnySession::create(&scenario, &path, false, set).unwrap();
        session.run(&mut Silent, &AtomicBool::new(false)).unwrap();
        let recorded = AnyRecording::new(&scenario, set).unwrap().run(&mut Silent, &AtomicBool::new(false));
        assert_eq!(recorded.outcome.unwrap(), Outcome::Completed);
        let rows = recorded.rows.iter().map(|row| row.cells().join(",") + "\n").collect::<String>();
        let written = fs::read_to_string(path.join("diagnostics.csv")).unwrap();
        assert_eq!(recorded.names.join(",") + "\n" + &rows, written);
        assert_eq!(recorded.rows.iter().map(|row| row.step).collect::<Vec<_>>(), [0, 4, 6]);
        let frames: Vec<(u64, usize)> =
            recorded.frames.iter().map(|frame| (frame.step, frame.species.len())).collect();
        assert_eq!(frames, [0, 2, 4, 6].map(|step| (step, 2)));
        let summary: Value = serde_json::from_str(&recorded.summary).unwrap();
        assert_eq!((&summary["status"], &summary["scenario"]), (&"completed".into(), &recorded.scenario));
        assert!(recorded.closing.unwrap().starts_with("6 steps, "));
    }

    #[test]
    fn what_a_condition_ends_is_complete_there() {
        let text = include_str!("../../tests/bad/maxwellian.json").to_string();
        let (scenario, _) = parse("maxwellian.json", text, &[]).unwrap();
        let recording = AnyRecording::new(&scenario, InstructionSet::detect()).unwrap();
        let recording =
            recording.stopping(Box::new(|view| (view.step() == 3).then(|| "step 3 is enough".into())));
        let recorded = recording.run(&mut Silent, &AtomicBool::new(false));
        assert_eq!(recorded.rows.last().unwrap().step, 3);
        assert!(recorded.closing.unwrap().contains("\nended since step 3 is enough"));
    }
}
