//! diagnostics.csv: rows of totals and of each species' moments, written as the run proceeds.

use crate::error::Failure;
use crate::functionals::comparison::Comparison;
use crate::functionals::invariants::Invariants;
use crate::functionals::{At, Columns};
use crate::kernel::interaction::dot;
use crate::output::error::FileFailure;
use crate::output::folder::Folder;
use crate::problem::Problem;
use crate::simulation::{Observer, ObserverError, Outcome, View};
use crate::sum::sum;
use crate::terms::{self, Supply};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const AXES: [&str; 3] = ["x", "y", "z"];

/// Writes diagnostics.csv.
pub struct Diagnostics<const D: usize> {
    path: PathBuf,
    file: File,
    /// Bytes of the complete rows.
    length: u64,
    every: u64,
    comparison: Option<Comparison<D>>,
    functionals: Columns,
    /// Names of the columns.
    names: Vec<String>,
}

impl<const D: usize> Diagnostics<D> {
    /// Creates the file for a new run and writes its header.
    pub fn create(
        folder: &Folder,
        problem: &Problem<D>,
        every: u64,
        comparison: Option<Comparison<D>>,
        functionals: Columns,
    ) -> Result<Self, FileFailure> {
        let path = folder.diagnostics();
        let file = File::create(&path).map_err(FileFailure::file(&path, "cannot create"))?;
        let names = all_names(problem, comparison.as_ref(), &functionals);
        let mut diagnostics = Self { path, file, length: 0, every, comparison, functionals, names };
        diagnostics.write(&diagnostics.names.clone())?;
        Ok(diagnostics)
    }

    /// Opens the file of an interrupted run, to continue after its first `length` bytes, which have this CRC-32.
    pub fn reopen(
        folder: &Folder,
        problem: &Problem<D>,
        (length, check): (u64, u32),
        every: u64,
        comparison: Option<Comparison<D>>,
        functionals: Columns,
    ) -> Result<Self, FileFailure> {
        let path = folder.diagnostics();
        let file =
            OpenOptions::new().append(true).open(&path).map_err(FileFailure::file(&path, "cannot open"))?;
        let found = file.metadata().map_err(FileFailure::file(&path, "cannot open"))?.len();
        if found < length {
            let reason = format!(
                "holds {found} bytes, the checkpoint says {length}: rows are missing; run the scenario anew"
            );
            return Err(FileFailure::Checkpoint { path, reason });
        }
        let checked = check_of(&path, length).map_err(FileFailure::file(&path, "cannot read"))?;
        if checked != check {
            let reason = format!(
                "holds other rows than the run wrote up to its checkpoint (CRC-32 {checked:08x} of the first {length} bytes, the checkpoint says {check:08x}): restore the file, or run the scenario anew"
            );
            return Err(FileFailure::Checkpoint { path, reason });
        }
        file.set_len(length).map_err(FileFailure::file(&path, "cannot cut"))?;
        let names = all_names(problem, comparison.as_ref(), &functionals);
        Ok(Self { path, file, length, every, comparison, functionals, names })
    }

    /// Writes a row completely, or not at all if the disk is full.
    fn write(&mut self, record: &[String]) -> Result<(), FileFailure> {
        let mut row = csv::Writer::from_writer(Vec::new());
        let row = row
            .write_record(record)
            .map_err(std::io::Error::from)
            .and_then(|()| row.into_inner().map_err(|error| error.into_error()));
        let written = row.and_then(|row| {
            self.file.write_all(&row)?;
            Ok(row.len() as u64)
        });
        match written {
            Ok(length) => self.length += length,
            Err(error) => {
                // The failure to write is the one to report.
                let _ = self.file.set_len(self.length);
                return Err(FileFailure::file(&self.path, "cannot write")(error));
            }
        }
        Ok(())
    }
}

impl<const D: usize> Diagnostics<D> {
    /// No row with a cell that is no number: what follows from it cannot be trusted.
    fn require_finite(&self, row: &[String], step: u64) -> Result<(), Failure> {
        let no_number = |cell: &String| ["NaN", "inf", "-inf"].contains(&cell.as_str());
        match row.iter().position(no_number) {
            None => Ok(()),
            Some(column) => Err(Failure::ColumnNotFinite {
                column: self.names[column].clone(),
                value: row[column].clone(),
                step,
            }),
        }
    }
}

/// The CRC-32 of the first bytes of a file.
fn check_of(path: &Path, length: u64) -> io::Result<u32> {
    let mut hasher = crc32fast::Hasher::new();
    let mut file = File::open(path)?.take(length);
    let mut block = [0; 1 << 16];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hasher.finalize()),
            count => hasher.update(&block[..count]),
        }
    }
}

/// The step of the last whole row of the diagnostics in a folder, if there is one.
pub fn last_step(folder: &Folder) -> Option<u64> {
    let text = std::fs::read(folder.diagnostics()).ok()?;
    let rows = text.strip_suffix(b"\n")?;
    let row = rows.rsplit(|&byte| byte == b'\n').next()?;
    std::str::from_utf8(row.split(|&byte| byte == b',').next()?).ok()?.parse().ok()
}

/// The names of all columns, those of references and functionals included.
fn all_names<const D: usize>(
    problem: &Problem<D>,
    comparison: Option<&Comparison<D>>,
    functionals: &Columns,
) -> Vec<String> {
    let mut names = header(problem, comparison);
    names.extend(functionals.names(problem));
    names
}

impl<const D: usize> Observer<D> for Diagnostics<D> {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), ObserverError> {
        let due = view.state.step.is_multiple_of(self.every);
        if !due && view.ending != Some(Outcome::Completed) {
            return Ok(());
        }
        let View { problem, state, scores, regularisation, .. } = view;
        let in_units = |failure: Failure| failure.in_units(&problem.scales);
        let mut row = row(view, self.comparison.as_ref()).map_err(in_units)?;
        let at = At { problem, regularisation, velocities: &state.velocities, scores };
        let functionals = self.functionals.values(&at);
        // Where a rate is not known, its cell is empty; any other number must be one.
        let unknown = self.functionals.may_be_unknown(problem);
        let cell = |(value, unknown): (&f64, &bool)| match *unknown && value.is_nan() {
            true => String::new(),
            false => format!("{value:e}"),
        };
        row.extend(functionals.map_err(in_units)?.iter().zip(&unknown).map(cell));
        self.require_finite(&row, state.step)?;
        Ok(self.write(&row)?)
    }
}

fn header<const D: usize>(problem: &Problem<D>, comparison: Option<&Comparison<D>>) -> Vec<String> {
    let mut header = vec!["step".to_string()];
    let of_problem = names(problem);
    let of_species = columns_of_species::<D>();
    let totals = of_problem.len() - problem.species.len() * of_species;
    header.extend_from_slice(&of_problem[..totals]);
    for (species, names) in problem.species.iter().zip(of_problem[totals..].chunks(of_species)) {
        header.extend_from_slice(names);
        let errors = comparison.map_or(&[][..], Comparison::columns);
        header.extend(errors.iter().map(|of| format!("{}_error_{of}", species.name)));
    }
    header
}

/// The names of what [`values`] has: totals, then the moments of each species.
pub fn names<const D: usize>(problem: &Problem<D>) -> Vec<String> {
    let mut names = vec!["time".to_string()];
    names.extend(AXES[..D].iter().map(|axis| format!("momentum_{axis}")));
    names.extend(["energy", "entropy", "entropy_rate"].map(String::from));
    if problem.is_driven() {
        names.push("work".into());
        names.extend(AXES[..D].iter().map(|axis| format!("momentum_given_{axis}")));
        names.extend(terms::sources(problem).iter().map(|source| format!("{source}_power")));
    }
    for species in &problem.species {
        let name = &species.name;
        names.push(format!("{name}_density"));
        names.extend(AXES[..D].iter().map(|axis| format!("{name}_velocity_{axis}")));
        names.push(format!("{name}_temperature"));
        for (row, column) in distinct::<D>() {
            names.push(format!("{name}_temperature_{}{}", AXES[row], AXES[column]));
        }
        names.extend(AXES[..D].iter().map(|axis| format!("{name}_heat_flux_{axis}")));
        names.push(format!("{name}_entropy"));
    }
    names
}

/// How many columns each species has, without errors.
fn columns_of_species<const D: usize>() -> usize {
    3 + 2 * D + distinct::<D>().count()
}

/// The distinct components of a symmetric tensor: xx, xy, …, row after row.
fn distinct<const D: usize>() -> impl Iterator<Item = (usize, usize)> {
    (0..D).flat_map(|row| (row..D).map(move |column| (row, column)))
}

/// Totals and moments at a state, in the units of the scenario.
pub fn values<const D: usize>(view: &View<'_, D>) -> Vec<f64> {
    let View { problem, state, evaluation, time, .. } = *view;
    let totals = Invariants::of(problem, &state.velocities);
    let scales = &problem.scales;
    let mut values = vec![time * scales.time];
    values.extend(totals.momentum.map(|component| component * scales.momentum()));
    let particles = sum(problem.weights.iter().copied());
    values.extend([
        totals.energy * scales.energy(),
        scales.entropy(evaluation.entropy(), particles, D),
        evaluation.entropy_rate * scales.entropy_rate(),
    ]);
    if problem.is_driven() {
        values.push(given_energy(problem, &state.supplied) * scales.energy());
        values.extend(state.supplied.momentum.map(|component| component * scales.momentum()));
        let power = scales.energy() / scales.time;
        values.extend(evaluation.sources.iter().map(|source| given_energy(problem, source) * power));
    }
    for (index, species) in problem.species.iter().enumerate() {
        let moments = problem.moments(species, &state.velocities);
        values.push(moments.density * scales.density);
        values.extend(moments.velocity.map(|component| component * scales.velocity));
        values.push(moments.temperature() * scales.temperature);
        values.extend(distinct::<D>().map(|place| moments.temperature_tensor[place] * scales.temperature));
        let range = species.range.clone();
        let (velocities, weights) = (&state.velocities[range.clone()], &problem.weights[range]);
        let heat = moments.heat_flux(problem.symmetry, species.mass, velocities, weights);
        values.extend(heat.map(|component| component * scales.energy() * scales.velocity));
        values.push(scales.entropy(evaluation.entropies[index], moments.density, D));
    }
    values
}

/// The energy that was given; inside a run energies are about its reference velocity.
pub fn given_energy<const D: usize>(problem: &Problem<D>, supply: &Supply<D>) -> f64 {
    supply.energy + dot(problem.reference, supply.momentum)
}

fn row<const D: usize>(
    view: &View<'_, D>,
    comparison: Option<&Comparison<D>>,
) -> Result<Vec<String>, Failure> {
    let View { problem, state, time, .. } = *view;
    let all = values(view);
    let of_species = columns_of_species::<D>();
    let totals = all.len() - problem.species.len() * of_species;
    let mut values = all[..totals].to_vec();
    for (index, moments) in all[totals..].chunks(of_species).enumerate() {
        values.extend_from_slice(moments);
        if let Some(comparison) = comparison {
            values.extend(comparison.errors(problem, index, &state.velocities, time)?);
        }
    }
    let mut record = vec![state.step.to_string()];
    record.extend(values.iter().map(|value| format!("{value:e}")));
    Ok(record)
}
