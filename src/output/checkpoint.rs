//! The checkpoint: the state, and how much of each output belongs to it.
//!
//! The file starts with a line of JSON that describes it. Then follow, as little-endian f64, the velocities
//! and, if there is an estimate of stiffness, its direction, then the weights; last the CRC-32 of all that. The file is written
//! under a temporary name, synced and renamed, so that it is complete or absent.

use crate::functionals::invariants::{About, Invariants};
use crate::output::diagnostics::last_step;
use crate::output::error::FileFailure;
use crate::output::folder::{Folder, json_text};
use crate::output::whole;
use crate::problem::Problem;
use crate::scenario::{Scenario, first_difference};
use crate::simulation::{Observer, ObserverError, Outcome, View};
use crate::sources::given::Given;
use crate::state::{State, Stiffness};
use crate::terms::Supply;
use crate::time_grid::Clock;
use crate::watch::Warning;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The part of the first line that every layout has.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Origin {
    landau_checkpoint: u32,
    program_version: String,
}

/// The first line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Header {
    landau_checkpoint: u32,
    program_version: String,
    instruction_set: String,
    scenario: String,
    step: u64,
    mass: f64,
    momentum: Vec<f64>,
    energy: f64,
    about: AboutHeader,
    supplied: SupplyHeader,
    given: Vec<GivenHeader>,
    particles: usize,
    /// CRC-32 of the particles at the start, which may come from a file that has changed since.
    start: u32,
    clock: Option<ClockHeader>,
    stiffness: Option<StiffnessHeader>,
    is_step_judged: bool,
    warnings: Vec<Warning>,
    diagnostics_bytes: u64,
    /// CRC-32 of those bytes of diagnostics.csv.
    diagnostics_check: u32,
}

/// Totals about the run's reference velocity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct AboutHeader {
    center: Vec<f64>,
    momentum: Vec<f64>,
    energy: f64,
}

/// What terms have brought in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SupplyHeader {
    mass: f64,
    momentum: Vec<f64>,
    energy: f64,
    entropy: f64,
}

impl SupplyHeader {
    fn of<const D: usize>(supply: &Supply<D>) -> Self {
        let Supply { mass, momentum, energy, entropy } = *supply;
        Self { mass, momentum: momentum.to_vec(), energy, entropy }
    }

    fn supply<const D: usize>(&self) -> Supply<D> {
        let momentum = std::array::from_fn(|axis| self.momentum[axis]);
        Supply { mass: self.mass, momentum, energy: self.energy, entropy: self.entropy }
    }
}

/// What a source of weight has given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct GivenHeader {
    density: f64,
    supply: SupplyHeader,
    power: f64,
}

/// The clock of the state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ClockHeader {
    time: f64,
    next: Option<f64>,
    last_error: Option<f64>,
}

/// The estimate of stiffness in the state, without its direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StiffnessHeader {
    radius: f64,
    step: u64,
}

/// The version of the file layout, raised with every change.
const LAYOUT: u32 = 8;

/// Writes a checkpoint every `every` steps, and when the run is interrupted.
pub struct Checkpoints {
    folder: Folder,
    every: u64,
    scenario: String,
    instruction_set: &'static str,
    start: u32,
    rows: Rows,
}

/// What was written of diagnostics.csv, read again only as far as it has grown.
#[derive(Default)]
struct Rows {
    bytes: u64,
    hasher: crc32fast::Hasher,
}

impl Rows {
    /// Syncs the file to the disk and reads what it has grown by. So no checkpoint refers to rows that a crash could
    /// lose.
    fn follow(&mut self, path: &Path) -> io::Result<()> {
        OpenOptions::new().append(true).open(path)?.sync_all()?;
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(self.bytes))?;
        let mut block = [0; 1 << 16];
        loop {
            let count = file.read(&mut block)?;
            if count == 0 {
                return Ok(());
            }
            self.hasher.update(&block[..count]);
            self.bytes += count as u64;
        }
    }
}

/// A CRC-32 of weights and velocities, which identifies the particles at the start of a run.
pub fn fingerprint<const D: usize>(problem: &Problem<D>, start: &State<D>) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for number in problem.weights.iter().chain(start.velocities.iter().flatten()) {
        hasher.update(&number.to_le_bytes());
    }
    hasher.finalize()
}

impl Checkpoints {
    /// Checkpoints every `every` steps; 0 for interruption only. `start` is the fingerprint of the particles
    /// at the start.
    pub fn new(
        folder: &Folder,
        every: u64,
        scenario: &Scenario,
        instruction_set: &'static str,
        start: u32,
    ) -> Self {
        let (folder, scenario) = (folder.clone(), json_text(scenario));
        Self { folder, every, scenario, instruction_set, start, rows: Rows::default() }
    }
}

impl<const D: usize> Observer<D> for Checkpoints {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), ObserverError> {
        let due = self.every > 0 && view.state.step > 0 && view.state.step.is_multiple_of(self.every);
        if !due && view.ending != Some(Outcome::Interrupted) {
            return Ok(());
        }
        Ok(self.save(view.state)?)
    }

    fn observe_failure(&mut self, _problem: &Problem<D>, state: &State<D>) -> Result<(), ObserverError> {
        Ok(self.save(state)?)
    }
}

impl Checkpoints {
    fn save<const D: usize>(&mut self, state: &State<D>) -> Result<(), FileFailure> {
        let diagnostics = self.folder.diagnostics();
        self.rows.follow(&diagnostics).map_err(FileFailure::file(&diagnostics, "cannot sync"))?;
        let State { invariants, about, supplied, given, .. } = state;
        let stiffness = state.stiffness.as_ref();
        let header = Header {
            landau_checkpoint: LAYOUT,
            program_version: env!("CARGO_PKG_VERSION").to_string(),
            instruction_set: self.instruction_set.to_string(),
            scenario: self.scenario.clone(),
            step: state.step,
            mass: invariants.mass,
            momentum: invariants.momentum.to_vec(),
            energy: invariants.energy,
            about: AboutHeader {
                center: about.center.to_vec(),
                momentum: about.momentum.to_vec(),
                energy: about.energy,
            },
            supplied: SupplyHeader::of(supplied),
            given: given.iter().map(header_of_given).collect(),
            particles: state.velocities.len(),
            start: self.start,
            clock: state.grid.clock().map(|Clock { time, next, last_error }| ClockHeader {
                time,
                next,
                last_error,
            }),
            stiffness: stiffness.map(|&Stiffness { radius, step, .. }| StiffnessHeader { radius, step }),
            is_step_judged: state.is_step_judged,
            warnings: state.warnings.clone(),
            diagnostics_bytes: self.rows.bytes,
            diagnostics_check: self.rows.hasher.clone().finalize(),
        };
        let direction = stiffness.map_or(&[][..], |stiffness| &stiffness.direction);
        write(&self.folder, &header, [&state.velocities, direction], &state.weights)
    }
}

fn header_of_given<const D: usize>(given: &Given<D>) -> GivenHeader {
    GivenHeader { density: given.density, supply: SupplyHeader::of(&given.supply), power: given.power }
}

/// Removes the checkpoint of a completed run, after all rows are on the disk.
pub fn remove(folder: &Folder) -> Result<(), FileFailure> {
    let rows = folder.diagnostics();
    let synced = OpenOptions::new().append(true).open(&rows).and_then(|file| file.sync_all());
    synced.map_err(FileFailure::file(&rows, "cannot sync"))?;
    match fs::remove_file(folder.checkpoint()) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(FileFailure::file(folder.checkpoint(), "cannot remove")(error))
        }
        _ => Ok(()),
    }
}

fn write<const D: usize>(
    folder: &Folder,
    header: &Header,
    vectors: [&[[f64; D]]; 2],
    weights: &[f64],
) -> Result<(), FileFailure> {
    let (path, partial) = (folder.checkpoint(), folder.partial_checkpoint());
    let mut bytes = serde_json::to_vec(header).map_err(|error| FileFailure::Checkpoint {
        path: path.clone(),
        reason: format!("cannot be written: {error}"),
    })?;
    bytes.push(b'\n');
    let numbers = vectors.into_iter().flatten().flatten().chain(weights);
    bytes.extend(numbers.flat_map(|number| number.to_le_bytes()));
    let check = crc32fast::hash(&bytes);
    bytes.extend(check.to_le_bytes());

    whole::write(&path, &partial, &bytes).map(drop).map_err(FileFailure::file(&path, "cannot write"))
}

/// The checkpoint of an interrupted or failed run, from which it can continue.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    path: PathBuf,
    header: Header,
    /// Velocities, the direction of stiffness and weights, as little-endian f64.
    values: Vec<u8>,
}

impl Saved {
    /// Reads the checkpoint of a run folder, to continue with the given instruction set.
    ///
    /// # Errors
    ///
    /// If there is no checkpoint, or it is damaged, or it is from another program, scenario or instruction
    /// set.
    pub fn read(folder: &Folder, scenario: &Scenario, instruction_set: &str) -> Result<Self, FileFailure> {
        let path = folder.checkpoint();
        let refuse = |reason: String| FileFailure::Checkpoint { path: path.clone(), reason };
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(refuse(without_checkpoint(folder, scenario)));
            }
            read => read.map_err(FileFailure::file(&path, "cannot read"))?,
        };
        let damaged = || refuse(DAMAGED.to_string());
        let line = bytes.iter().position(|&byte| byte == b'\n').ok_or_else(damaged)?;
        let origin: Origin = serde_json::from_slice(&bytes[..line]).map_err(|_| damaged())?;
        let this_version = env!("CARGO_PKG_VERSION");
        if origin.landau_checkpoint != LAYOUT || origin.program_version != this_version {
            return Err(refuse(format!(
                "found one written by version {} (layout {}), this is version {this_version} (layout {LAYOUT}); resume with that version, or run the scenario anew",
                origin.program_version, origin.landau_checkpoint
            )));
        }
        let (content, check) = bytes.split_at(bytes.len().saturating_sub(4).max(line));
        if crc32fast::hash(content).to_le_bytes() != check {
            return Err(damaged());
        }
        let header: Header = serde_json::from_slice(&bytes[..line]).map_err(|_| damaged())?;
        if header.instruction_set != instruction_set {
            return Err(refuse(format!(
                "found one written with instruction set {}, this machine would go on with {instruction_set} and other last bits; resume where the run began, or run the scenario anew",
                header.instruction_set
            )));
        }
        if header.scenario != json_text(scenario) {
            let change = first_difference(&header.scenario, scenario);
            let place = change.map_or(String::new(), |change| format!(": {change}"));
            return Err(refuse(format!(
                "found one of another scenario than the scenario.json beside it{place}; restore that file, or run the scenario anew"
            )));
        }
        let values = content.get(line + 1..).ok_or_else(damaged)?.to_vec();
        Ok(Self { path, header, values })
    }

    /// The number of bytes of diagnostics.csv that belong to the checkpoint, and their CRC-32.
    pub fn diagnostics(&self) -> (u64, u32) {
        (self.header.diagnostics_bytes, self.header.diagnostics_check)
    }

    /// The saved state, for a run that started from `first` with particles of this [`fingerprint`].
    ///
    /// # Errors
    ///
    /// If the checkpoint is of other particles or damaged.
    pub fn state<const D: usize>(&self, first: &State<D>, fingerprint: u32) -> Result<State<D>, FileFailure> {
        let Self { path, header, values } = self;
        let refuse =
            |reason: &str| FileFailure::Checkpoint { path: path.clone(), reason: reason.to_string() };
        let particles = first.velocities.len();
        if header.particles != particles || header.start != fingerprint {
            return Err(refuse(
                "found one of a run that began with other particles: a file they come from has changed; restore it, or run the scenario anew",
            ));
        }
        let arrays = 1 + usize::from(header.stiffness.is_some());
        let vectors_end = arrays * particles * D * 8;
        let Header { about, supplied, momentum, given, .. } = header;
        let of_sources = given.iter().map(|given| &given.supply.momentum);
        let mut vectors =
            [momentum, &about.center, &about.momentum, &supplied.momentum].into_iter().chain(of_sources);
        if vectors.any(|vector| vector.len() != D)
            || values.len() != vectors_end + particles * 8
            || given.len() != first.given.len()
        {
            return Err(refuse(DAMAGED));
        }
        let number = |bytes: &[u8]| f64::from_le_bytes(std::array::from_fn(|k| bytes[k]));
        let (vectors, weights) = values.split_at(vectors_end);
        let mut velocities: Vec<[f64; D]> = vectors
            .chunks_exact(8 * D)
            .map(|vector| std::array::from_fn(|axis| number(&vector[8 * axis..])))
            .collect();
        let direction = velocities.split_off(particles);
        let vector = |components: &[f64]| -> [f64; D] { std::array::from_fn(|axis| components[axis]) };
        let (mass, energy) = (header.mass, header.energy);
        let clock = header.clock.as_ref();
        let stiffness = header.stiffness.as_ref();
        Ok(State {
            step: header.step,
            grid: first.grid.with_clock(clock.map(|&ClockHeader { time, next, last_error }| Clock {
                time,
                next,
                last_error,
            })),
            velocities,
            weights: weights.chunks_exact(8).map(number).collect(),
            invariants: Invariants { mass, momentum: vector(momentum), energy },
            about: About {
                center: vector(&about.center),
                mass,
                momentum: vector(&about.momentum),
                energy: about.energy,
            },
            supplied: supplied.supply(),
            given: given
                .iter()
                .map(|given| Given {
                    density: given.density,
                    supply: given.supply.supply(),
                    power: given.power,
                })
                .collect(),
            stiffness: stiffness.map(|&StiffnessHeader { radius, step }| Stiffness {
                radius,
                step,
                direction,
            }),
            is_step_judged: header.is_step_judged,
            warnings: header.warnings.clone(),
        })
    }
}

/// What to do about a folder that a run without a checkpoint left.
fn without_checkpoint(folder: &Folder, scenario: &Scenario) -> String {
    let anew = |words: &str| {
        let folder = folder.path().display();
        format!("found no checkpoint, {words}landau run {folder}/scenario.json --out {folder} --overwrite")
    };
    match (last_step(folder), scenario.time.steps) {
        (Some(last), Some(steps)) if last >= steps => format!(
            "found no checkpoint, and diagnostics.csv has all {steps} steps: the run is complete, though its run.json is not there to say so; nothing is left to do"
        ),
        (Some(last), None) => anew(&format!(
            "and diagnostics.csv ends with step {last}: the run is complete or stopped before its first checkpoint; what there is goes only by: "
        )),
        _ => anew("the run stopped before its first; run it anew: "),
    }
}

const DAMAGED: &str = "found a damaged checkpoint; run the scenario anew";
