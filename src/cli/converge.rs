//! `landau converge`: a scenario at several resolutions against its exact solution.

use super::{ResultArguments, ScenarioArguments, Stop, instruction_set, print};
use crate::any::{self, AnySimulation, ErrorsAtTheEnd};
use crate::functionals::comparison::{DENSITY_ERRORS, MOMENT_ERRORS};
use crate::output::convergence::{ConvergenceFile, Resolution};
use crate::output::folder::Folder;
use crate::scenario::{self, Particles, Reference, Scenario, Source, Violation};
use std::time::Instant;

#[derive(clap::Args)]
pub struct Converge {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// Cells along each axis of every lattice, as in 20,40,80: one number or more, each larger than the one before
    #[arg(long, value_name = "N,…", value_parser = resolutions)]
    per_axis: Resolutions,
    #[command(flatten)]
    results: ResultArguments,
}

/// The value of `--per-axis`.
#[derive(Clone)]
struct Resolutions(Vec<u32>);

fn resolutions(words: &str) -> Result<Resolutions, String> {
    let numbers: Option<Vec<u32>> = words.split(',').map(|word| word.trim().parse().ok()).collect();
    let increasing = |numbers: &Vec<u32>| numbers[0] > 0 && numbers.windows(2).all(|pair| pair[0] < pair[1]);
    numbers.filter(increasing).map(Resolutions).ok_or_else(|| {
        "allowed: whole numbers ≥ 1 between commas, each larger than the one before".to_string()
    })
}

impl Converge {
    pub fn run(self) -> Result<(), Stop> {
        self.results.threads.start()?;
        let ScenarioArguments { scenario: file, set } = &self.scenario;
        let (scenario, source) = scenario::read(file, set)?;
        let lattices: Vec<usize> = (0..scenario.species.len())
            .filter(|&i| matches!(scenario.species[i].particles, Some(Particles::Lattice { .. })))
            .collect();
        let wrong = |message: &str| Err(source.error(&Violation::new("", message)).into());
        if lattices.is_empty() {
            return wrong("found no species on a lattice; allowed: one or more, to be refined");
        }
        let kinds = match scenario.reference {
            None => {
                return wrong(
                    "found no `reference`; allowed: a scenario with one, to measure errors against",
                );
            }
            Some(Reference::MaxwellMolecules {}) => MOMENT_ERRORS,
            Some(_) => DENSITY_ERRORS,
        };
        // All scenarios are read before the first one runs, so that errors in the last are reported at once.
        let refined = self.per_axis.0.iter().map(|per_axis| {
            let change =
                lattices.iter().map(|i| format!("species.{i}.particles.lattice.per_axis={per_axis}"));
            scenario::read(file, &set.iter().cloned().chain(change).collect::<Vec<_>>())
        });
        let refined = refined.collect::<Result<Vec<_>, _>>()?;
        let argument = |per_axis: u32| {
            move |stop: Stop| match stop {
                Stop::Wrong(message) => Stop::Wrong(format!("--per-axis {per_axis}: {message}")),
                other => other,
            }
        };
        // A lattice that is too coarse is found before there is a folder.
        if let (Some((scenario, source)), Some(&coarsest)) = (refined.first(), self.per_axis.0.first()) {
            let start = AnySimulation::new(scenario);
            start.map_err(|error| Stop::of_start(error, source)).map_err(argument(coarsest))?;
        }
        let out = self.results.folder(&self.scenario);
        let resolved = any::resolved(&scenario).map_err(|violation| source.error(&violation))?;
        let folder = Folder::create(&out, self.results.overwrite, &resolved)?;
        let names = scenario.species.iter().filter(|one| one.fixed.is_none()).map(|one| one.name.clone());
        let mut file = ConvergenceFile::create(&folder, names.collect(), kinds)?;
        print(&file.heading())?;
        for ((scenario, source), per_axis) in refined.iter().zip(self.per_axis.0) {
            let measured = measure(scenario, source, per_axis).map_err(argument(per_axis))?;
            print(&file.write(measured)?)?;
        }
        print(&format!("written to {}\n", folder.path().display()))
    }
}

fn measure(scenario: &Scenario, source: &Source, per_axis: u32) -> Result<Resolution, Stop> {
    let began = Instant::now();
    let measured = any::errors_at_the_end(scenario, instruction_set()?);
    let measured = measured.map_err(|error| Stop::of_start(error, source))?;
    let Some(ErrorsAtTheEnd { errors, evaluations }) = measured else {
        unreachable!("a scenario without a reference was refused");
    };
    Ok(Resolution { per_axis, errors, seconds: began.elapsed().as_secs_f64(), evaluations })
}
