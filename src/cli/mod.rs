//! The commands and their options, one file per command.

mod check;
mod cite;
mod converge;
mod functionals;
mod interruption;
mod progress;
mod ranks;
mod run;
mod sweep;
mod transport;

use crate::kernel::lanes::InstructionSet;
use crate::output::error::FileFailure;
use crate::scenario::{self, ScenarioErrors, Source};
use crate::setup::StartError;
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// Deterministic particle solver for the spatially homogeneous multispecies Landau equation.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a scenario and write its run folder
    Run(run::Run),
    /// Continue an interrupted run to its own end
    Resume(run::Resume),
    /// Validate a scenario and print what a run of it means; runs nothing
    Check(check::Check),
    /// Run a scenario at several resolutions and compare with its exact solution
    Converge(converge::Converge),
    /// Functionals of a density given by formula and their derivatives along collisions, by quadrature
    Functionals(functionals::Functionals),
    /// Transport coefficients of a scenario's plasma near equilibrium, by its response to small impulses
    Transport(transport::Transport),
    /// Run a scenario with many values, several runs at once, and write one table of them
    Sweep(sweep::Sweep),
    /// Print what to cite for the methods of a scenario
    Cite(cite::Cite),
    /// Print the JSON Schema of a kind of file
    Schema {
        /// The kind of file
        #[arg(value_enum, default_value_t)]
        of: Schema,
    },
    /// Print shell completions
    Completions {
        /// The shell they are for
        shell: clap_complete::Shell,
    },
    /// Print the manual page of the program or of one command
    Man {
        /// The command it is of [default: the program]
        command: Option<String>,
    },
}

/// Files that have a schema.
#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum Schema {
    /// `landau run` and most other commands
    #[default]
    Scenario,
    /// `landau functionals`: a density by formula
    Experiment,
    /// `landau functionals`: several species
    SpeciesExperiment,
    /// `landau sweep`
    Sweep,
}

impl Schema {
    fn schema(self) -> &'static serde_json::Value {
        match self {
            Self::Scenario => scenario::schema(),
            Self::Experiment => scenario::experiment_schema(),
            Self::SpeciesExperiment => scenario::species_schema(),
            Self::Sweep => scenario::plan_schema(),
        }
    }
}

/// A scenario and changes to it.
#[derive(clap::Args)]
struct ScenarioArguments {
    /// The scenario file
    scenario: PathBuf,
    /// Change one value before validation, as in time.steps=10 or species.0.mass=2 (VALUE is JSON or a bare string)
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
}

/// How results are computed.
#[derive(clap::Args)]
struct ThreadArguments {
    /// Threads [default: all processors]
    #[arg(long, value_name = "N", value_parser = number_of_threads)]
    threads: Option<usize>,
}

/// Where results go, and how they are computed.
#[derive(clap::Args)]
struct ResultArguments {
    /// The folder of the results [default: out/<file stem>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace what an earlier run left in an existing folder
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    threads: ThreadArguments,
}

impl ResultArguments {
    fn folder(&self, scenario: &ScenarioArguments) -> PathBuf {
        let stem = scenario.scenario.file_stem().unwrap_or("run".as_ref());
        self.out.clone().unwrap_or_else(|| PathBuf::from("out").join(stem))
    }
}

/// Why the program stops early.
pub enum Stop {
    /// The command line or the scenario is wrong.
    Wrong(String),
    /// The run failed, or something could not be written.
    Failed(String),
    /// Ctrl-C.
    Interrupted(String),
    /// With an exit status whose reason another rank says.
    Elsewhere(u8),
}

impl Stop {
    /// Prints the message on stderr.
    pub fn say(&self) {
        match self {
            Self::Wrong(message) | Self::Failed(message) => say(&format!("error: {message}")),
            Self::Interrupted(message) => say(message),
            Self::Elsewhere(_) => {}
        }
    }

    /// What is said.
    fn message(&self) -> &str {
        match self {
            Self::Wrong(message) | Self::Failed(message) | Self::Interrupted(message) => message,
            Self::Elsewhere(_) => "",
        }
    }

    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Wrong(_) => 2,
            Self::Interrupted(_) => 130,
            Self::Elsewhere(status) => *status,
        }
    }
}

impl Stop {
    /// The reason to stop if a scenario from `source` cannot be started or run.
    fn of_start(error: StartError, source: &Source) -> Self {
        match error {
            StartError::Scenario(violation) => source.error(&violation).into(),
            StartError::Failure(failure) => Self::Failed(failure.to_string()),
        }
    }
}

impl From<ScenarioErrors> for Stop {
    fn from(errors: ScenarioErrors) -> Self {
        Self::Wrong(errors.to_string())
    }
}

impl From<FileFailure> for Stop {
    fn from(failure: FileFailure) -> Self {
        match failure {
            FileFailure::FolderExists { .. } | FileFailure::FolderInUse { .. } => {
                Self::Wrong(failure.to_string())
            }
            _ => Self::Failed(failure.to_string()),
        }
    }
}

impl Arguments {
    /// The arguments of the program, or its exit status where there is nothing to do: they are wrong, or ask for help,
    /// which must be written to count.
    fn of(words: impl IntoIterator<Item = OsString>) -> Result<Self, u8> {
        Self::try_parse_from(words).map_err(|error| match error.print() {
            Err(failure) if !error.use_stderr() && failure.kind() != std::io::ErrorKind::BrokenPipe => {
                say(&format!("error: cannot write to stdout: {failure}"));
                1
            }
            _ => 2 * u8::from(error.use_stderr()),
        })
    }

    /// Does what the command line asks for.
    fn run(self) -> Result<(), Stop> {
        outlive_limits();
        match self.command {
            Command::Run(run) => run.run(),
            Command::Resume(resume) => resume.run(),
            Command::Check(check) => check.run(),
            Command::Converge(converge) => ranks::require_one("converge").and_then(|()| converge.run()),
            Command::Functionals(functionals) => {
                ranks::require_one("functionals").and_then(|()| functionals.run())
            }
            Command::Transport(transport) => ranks::require_one("transport").and_then(|()| transport.run()),
            Command::Sweep(sweep) => ranks::require_one("sweep").and_then(|()| sweep.run()),
            Command::Cite(cite) => cite.run(),
            Command::Schema { of } => print(&format!("{:#}\n", of.schema())),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Self::command(), "landau", &mut script);
                print(&String::from_utf8_lossy(&script))
            }
            Command::Man { command } => print(&manual_page(command.as_deref())?),
        }
    }
}

/// Runs the program as its command line says, the first word of which is its name, and returns its exit status.
pub fn main(words: impl IntoIterator<Item = OsString>) -> u8 {
    match Arguments::of(words).map(Arguments::run) {
        Ok(Ok(())) => 0,
        Ok(Err(stop)) => {
            stop.say();
            stop.exit_status()
        }
        Err(status) => status,
    }
}

/// The manual page of the program or of a command, in roff.
fn manual_page(command: Option<&str>) -> Result<String, Stop> {
    let mut program = Arguments::command();
    program.build();
    let subject = match command {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(found) => found.clone(),
            None => {
                let names: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
                return Err(Stop::Wrong(format!(
                    "found the command \"{name}\"; allowed: {}",
                    names.join(", ")
                )));
            }
        },
    };
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(subject).render(&mut page);
    rendered.map_err(|error| Stop::Failed(format!("cannot render the page: {error}")))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Writes to stdout. A closed pipe is no error.
fn print(text: &str) -> Result<(), Stop> {
    use std::io::{ErrorKind, Write};
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Stop::Failed(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a line to stderr. Errors are ignored, since there is nowhere to report them.
fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The value of `--threads`.
fn number_of_threads(word: &str) -> Result<usize, String> {
    let threads = word.parse().ok().filter(|threads| (1..=1024).contains(threads));
    threads.ok_or_else(|| "allowed: a whole number from 1 to 1024".to_string())
}

/// The instruction set to compute with: the one that the environment asks for, or else the best of the
/// machine.
fn instruction_set() -> Result<InstructionSet, Stop> {
    InstructionSet::chosen().map_err(Stop::Wrong)
}

impl ThreadArguments {
    /// Starts the threads; if their number is not given, as many as the environment says or as there are processors.
    fn start(&self) -> Result<(), Stop> {
        self.start_beside(1)
    }

    /// The same for one of several ranks that share the processors.
    fn start_beside(&self, ranks: usize) -> Result<(), Stop> {
        const VARIABLE: &str = "RAYON_NUM_THREADS";
        let threads = match (self.threads, std::env::var(VARIABLE)) {
            (Some(threads), _) => threads,
            // What is no number, or 0, means all processors.
            (None, Ok(word)) if word.parse::<f64>().is_ok_and(|number| number >= 1.0) => {
                number_of_threads(&word).map_err(|allowed| {
                    Stop::Wrong(format!("{VARIABLE} in the environment: found {word}; {allowed}"))
                })?
            }
            _ => (std::thread::available_parallelism().map_or(1, usize::from) / ranks).max(1),
        };
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().map_err(|error| {
            Stop::Failed(format!("cannot start {threads} threads: {error}; try fewer, by --threads"))
        })
    }
}

/// A file that may grow no more is an error of its writer, as on a full disk, and no end without a word.
#[cfg(unix)]
fn outlive_limits() {
    use signal_hook::{consts::SIGXFSZ, flag};
    use std::sync::{Arc, atomic::AtomicBool};
    // Without the handler, limits end the program as before.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

#[cfg(not(unix))]
fn outlive_limits() {}
