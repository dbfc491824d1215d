//! `landau converge`: a scenario at several resolutions against its exact solution.

use super::{ResultArguments, ScenarioArguments, Stop, print, set_threads};
use landau::error::Failure;
use landau::integrators;
use landau::kernel::lanes::InstructionSet;
use landau::output::comparison::{Comparison, DENSITY_ERRORS, MOMENT_ERRORS};
use landau::output::convergence::{ConvergenceFile, Resolution};
use landau::output::folder::Folder;
use landau::scenario::{self, Particles, Reference, Scenario, Source, Violation};
use landau::setup;
use landau::simulation::{Observer, Simulation, View};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

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

/// What `--per-axis` says.
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
        set_threads(self.results.threads)?;
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
        // All of them are read before the first runs: what is wrong with the last is said at once.
        let refined = self.per_axis.0.iter().map(|per_axis| {
            let change =
                lattices.iter().map(|i| format!("species.{i}.particles.lattice.per_axis={per_axis}"));
            scenario::read(file, &set.iter().cloned().chain(change).collect::<Vec<_>>())
        });
        let refined = refined.collect::<Result<Vec<_>, _>>()?;
        let out = self.results.folder(&self.scenario);
        let resolved = match scenario.dimension {
            2 => setup::resolved::<2>(&scenario),
            _ => setup::resolved::<3>(&scenario),
        };
        let resolved = resolved.map_err(|violation| source.error(&violation))?;
        let folder = Folder::create(&out, self.results.overwrite, &resolved)?;
        let names = scenario.species.iter().filter(|one| one.fixed.is_none()).map(|one| one.name.clone());
        let mut file = ConvergenceFile::create(&folder, names.collect(), kinds)?;
        print(&file.heading())?;
        for ((scenario, source), per_axis) in refined.iter().zip(self.per_axis.0) {
            let resolution = match scenario.dimension {
                2 => measure::<2>(scenario, source, per_axis)?,
                _ => measure::<3>(scenario, source, per_axis)?,
            };
            print(&file.write(resolution)?)?;
        }
        print(&format!("written to {}\n", folder.path().display()))
    }
}

/// Keeps the errors of the last state.
struct AtTheEnd<'a, const D: usize> {
    comparison: &'a Comparison<D>,
    errors: Vec<Vec<f64>>,
}

impl<const D: usize> Observer<D> for AtTheEnd<'_, D> {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), Failure> {
        if view.ending.is_some() {
            let species = 0..view.problem.species.len();
            let errors =
                species.map(|i| self.comparison.errors(view.problem, i, &view.state.velocities, view.time));
            self.errors = errors.collect::<Result<_, _>>()?;
        }
        Ok(())
    }
}

fn measure<const D: usize>(scenario: &Scenario, source: &Source, per_axis: u32) -> Result<Resolution, Stop> {
    let began = Instant::now();
    let (problem, state) =
        setup::problem_and_state::<D>(scenario).map_err(|violation| source.error(&violation))?;
    let Some(comparison) = setup::comparison(scenario, &problem, &state.velocities) else {
        unreachable!("a scenario without a reference was refused");
    };
    let instruction_set = InstructionSet::detect();
    let landau = setup::landau(scenario, &problem, &state.velocities, instruction_set);
    let mut simulation = Simulation {
        landau: landau.map_err(|failure| failure.in_units(&problem.scales))?,
        integrator: integrators::new(&scenario.integrator, &problem),
        state,
        grid: setup::grid(scenario),
        output: Duration::ZERO,
    };
    let mut last = AtTheEnd { comparison: &comparison, errors: Vec::new() };
    let ran = simulation.run(&mut [&mut last], &AtomicBool::new(false), false);
    ran.map_err(|failure| failure.in_units(&problem.scales))?;
    let evaluations = simulation.work().evaluations;
    Ok(Resolution { per_axis, errors: last.errors, seconds: began.elapsed().as_secs_f64(), evaluations })
}
