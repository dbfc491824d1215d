//! Clouds of particles from files: CSV tables, and openPMD files (HDF5) of this and other programs.
//!
//! A CSV file has the header `vx,vy[,vz],weight`, in any order; its weights are densities. With a symmetry it may have
//! `vr,vz,weight` of rings, vz along the axis, or `vr,weight` of shells.

use super::cloud_file::{CloudFile, Fault, MOST_PARTICLES, Wanted};
#[cfg(feature = "hdf5")]
use super::openpmd::read as read_openpmd;
use crate::symmetry::coordinates::Coordinate;
use std::path::Path;
#[cfg(not(feature = "hdf5"))]
use without_hdf5 as read_openpmd;

impl<const D: usize> CloudFile<D> {
    /// Reads the particles at `path`. The fault says the file, the row, what was found and what is allowed.
    pub fn read(path: &Path, wanted: &Wanted) -> Result<Self, Fault> {
        let hdf5 = path.extension().is_some_and(|extension| extension == "h5" || extension == "hdf5");
        if hdf5 {
            return read_openpmd(path, wanted);
        }
        for (key, given) in [("iteration", wanted.iteration.is_some()), ("volume", wanted.volume.is_some())] {
            if given {
                let message = "found beside a CSV file, whose weights are densities at one time; allowed: beside an openPMD file (.h5)";
                return Err(Fault::of(key, message));
            }
        }
        let cloud = Self::read_csv(path, wanted).map_err(Fault::of_path)?;
        let count = cloud.velocities.len();
        if !(2..=MOST_PARTICLES).contains(&count) {
            let message = format!("found {count} particles; allowed: 2 to {MOST_PARTICLES}");
            return Err(Fault::of_path(message).in_file(path));
        }
        Ok(cloud)
    }

    fn read_csv(path: &Path, wanted: &Wanted) -> Result<Self, String> {
        let name = path.display();
        let bytes = std::fs::read(path).map_err(|error| format!("cannot read {name}: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
            format!("{name}: line {line}: found bytes that are no UTF-8; allowed: numbers between commas")
        })?;
        let words = |line: &'_ str| line.split(',').map(|word| word.trim().to_string()).collect::<Vec<_>>();
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let header = words(lines.next().map_or("", |(_, line)| line));
        let layouts = wanted.layouts::<D>();
        let Some((layout, places)) =
            layouts.iter().find_map(|layout| Some((layout, places(layout, &header)?)))
        else {
            let list =
                layouts.iter().map(|layout| columns(layout).join(",")).collect::<Vec<_>>().join(" or ");
            let hint = match header.contains(&"vr".to_string()) && wanted.symmetry.is_none() {
                true => ", or a scenario with `symmetry` for vr",
                false => "",
            };
            return Err(format!("{name}: found the header \"{}\"; allowed: {list}{hint}", header.join(",")));
        };
        let mut cloud = Self { velocities: Vec::new(), weights: Vec::new() };
        for (index, line) in lines {
            let place = format!("{name}: line {}", index + 1);
            let words = words(line);
            if words.len() != places.len() {
                let (found, allowed) = (words.len(), places.len());
                return Err(format!("{place}: found {found} numbers; allowed: {allowed}, as the header has"));
            }
            let number = |column: usize, name: &str, allows: &dyn Fn(f64) -> bool, allowed: &str| {
                let word = &words[places[column]];
                let number = word.parse().ok().filter(|&number| allows(number));
                number.ok_or_else(|| format!("{place}: {name}: found \"{word}\"; allowed: {allowed}"))
            };
            let mut velocity = [0.0; D];
            for (column, coordinate) in layout.iter().enumerate() {
                let (name, allows) = (format!("v{}", coordinate.name), |number| coordinate.allows(number));
                velocity[coordinate.component] = number(column, &name, &allows, coordinate.allowed())?;
            }
            let weight = number(layout.len(), "weight", &f64::is_finite, "a finite number")?;
            if weight <= 0.0 {
                return Err(format!("{place}: weight: found {weight}; allowed: a number > 0"));
            }
            cloud.velocities.push(velocity);
            cloud.weights.push(weight);
        }
        Ok(cloud)
    }
}

/// What a library says that cannot read openPMD files.
#[cfg(any(test, not(feature = "hdf5")))]
fn without_hdf5<const D: usize>(path: &Path, _: &Wanted) -> Result<CloudFile<D>, Fault> {
    Err(Fault::of_path(
        "found an openPMD file; allowed: a CSV file, as landau was built without its feature `hdf5`",
    )
    .in_file(path))
}

/// The columns of a table of velocities with these coordinates.
fn columns(layout: &[Coordinate]) -> Vec<String> {
    let velocity = layout.iter().map(|coordinate| format!("v{}", coordinate.name));
    velocity.chain(["weight".to_string()]).collect()
}

/// Where in a header these columns are, if it has them all and no others.
fn places(layout: &[Coordinate], header: &[String]) -> Option<Vec<usize>> {
    let columns = columns(layout);
    let place = |column: &String| header.iter().position(|found| found == column);
    let places: Vec<usize> = columns.iter().filter_map(place).collect();
    (places.len() == columns.len() && header.len() == columns.len()).then_some(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symmetry::Symmetry;

    #[test]
    fn a_library_without_hdf5_says_so() {
        let wanted = Wanted {
            species: "a".to_string(),
            iteration: None,
            volume: None,
            mass: 1.0,
            si: false,
            symmetry: Symmetry::None,
        };
        let fault = without_hdf5::<3>(Path::new("cloud.h5"), &wanted).unwrap_err();
        let message = "cloud.h5: found an openPMD file; allowed: a CSV file, as landau was built without its feature `hdf5`";
        assert_eq!(fault, Fault::of_path(message));
    }
}
