//! Clouds of particles from files: CSV tables, and openPMD files (HDF5) of this and other programs.
//!
//! A CSV file has the header `vx,vy[,vz],weight`, in any order; its weights are densities.

use super::openpmd;
use std::path::Path;

/// More particles than memory holds are a mistake.
pub const MOST_PARTICLES: usize = 1 << 24;

/// What is asked of a file with several species and iterations, and what helps to read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub species: String,
    /// The last one if none is named.
    pub iteration: Option<u64>,
    /// What counts of particles are divided by, in the scenario's unit.
    pub volume: Option<f64>,
    /// Mass of a particle in the scenario's unit, for momenta in a file without masses.
    pub mass: f64,
    /// Whether the scenario is in SI units.
    pub si: bool,
}

/// What is wrong with a file, and the key of `initial.file` that asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub key: &'static str,
    pub message: String,
}

impl Fault {
    pub fn of(key: &'static str, message: impl Into<String>) -> Self {
        Self { key, message: message.into() }
    }

    pub fn of_path(message: impl Into<String>) -> Self {
        Self::of("path", message)
    }

    /// With the file's name in front.
    pub fn in_file(self, path: &Path) -> Self {
        Self { message: format!("{}: {}", path.display(), self.message), ..self }
    }
}

/// Particles as a file holds them, in the units of the scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct CloudFile<const D: usize> {
    pub velocities: Vec<[f64; D]>,
    pub weights: Vec<f64>,
}

impl<const D: usize> CloudFile<D> {
    /// Reads the particles at `path`. The fault says the file, the row, what was found and what is allowed.
    pub fn read(path: &Path, wanted: &Wanted) -> Result<Self, Fault> {
        let hdf5 = path.extension().is_some_and(|extension| extension == "h5" || extension == "hdf5");
        if hdf5 {
            return openpmd::read(path, wanted);
        }
        for (key, given) in [("iteration", wanted.iteration.is_some()), ("volume", wanted.volume.is_some())] {
            if given {
                let message = "found beside a CSV file, whose weights are densities at one time; allowed: beside an openPMD file (.h5)";
                return Err(Fault::of(key, message));
            }
        }
        let cloud = Self::read_csv(path).map_err(Fault::of_path)?;
        let count = cloud.velocities.len();
        if !(2..=MOST_PARTICLES).contains(&count) {
            let message = format!("found {count} particles; allowed: 2 to {MOST_PARTICLES}");
            return Err(Fault::of_path(message).in_file(path));
        }
        Ok(cloud)
    }

    fn read_csv(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let bytes = std::fs::read(path).map_err(|error| format!("cannot read {name}: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
            format!("{name}: line {line}: found bytes that are no UTF-8; allowed: numbers between commas")
        })?;
        let columns = columns::<D>();
        let list = columns.join(",");
        let words = |line: &'_ str| line.split(',').map(|word| word.trim().to_string()).collect::<Vec<_>>();
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let header = words(lines.next().map_or("", |(_, line)| line));
        let place = |column: &&str| header.iter().position(|found| found == column);
        let places: Vec<usize> = columns.iter().filter_map(place).collect();
        if places.len() != D + 1 || header.len() != D + 1 {
            return Err(format!("{name}: found the header \"{}\"; allowed: {list}", header.join(",")));
        }
        let mut cloud = Self { velocities: Vec::new(), weights: Vec::new() };
        for (index, line) in lines {
            let place = format!("{name}: line {}", index + 1);
            let words = words(line);
            if words.len() != D + 1 {
                let (found, allowed) = (words.len(), D + 1);
                return Err(format!("{place}: found {found} numbers; allowed: {allowed}, as the header has"));
            }
            let mut numbers = [0.0; 4];
            for ((number, &column), name) in numbers.iter_mut().zip(&places).zip(&columns) {
                let word = &words[column];
                let finite = word.parse().ok().filter(|number: &f64| number.is_finite());
                *number = finite
                    .ok_or_else(|| format!("{place}: {name}: found \"{word}\"; allowed: a finite number"))?;
            }
            let weight = numbers[D];
            if weight <= 0.0 {
                return Err(format!("{place}: weight: found {weight}; allowed: a number > 0"));
            }
            cloud.velocities.push(std::array::from_fn(|axis| numbers[axis]));
            cloud.weights.push(weight);
        }
        Ok(cloud)
    }
}

fn columns<const D: usize>() -> Vec<&'static str> {
    ["vx", "vy", "vz"].into_iter().take(D).chain(["weight"]).collect()
}
