//! The particles of one species in an openPMD file.

use super::file::CloudFile;
use rust_hdf5::H5File;
use std::path::Path;

/// Reads velocities and weights of `species` from the last iteration in the file.
pub fn read<const D: usize>(path: &Path, species: &str) -> Result<CloudFile<D>, String> {
    let name = path.display();
    // Files are not ours to lock, and may lie where nothing can be locked.
    let file =
        H5File::options().no_locking().open(path).map_err(|error| format!("cannot read {name}: {error}"))?;
    let wrong = |message: String| format!("{name}: {message}");
    let data = file
        .root_group()
        .group("data")
        .map_err(|_| wrong("found no group /data; allowed: an openPMD file".to_string()))?;
    let iterations = data.group_names().unwrap_or_default();
    let last = iterations.iter().filter_map(|name| name.parse::<u64>().ok()).max();
    let Some(last) = last else {
        return Err(wrong(
            "found no iteration in /data; allowed: an openPMD file with one or more".to_string(),
        ));
    };
    let particles = data
        .group(&last.to_string())
        .and_then(|iteration| iteration.group("particles"))
        .map_err(|_| wrong(format!("found no particles in iteration {last}")))?;
    let names = particles.group_names().unwrap_or_default();
    if !names.iter().any(|name| name == species) {
        return Err(wrong(format!("found no species \"{species}\"; allowed: {}", names.join(", "))));
    }
    let components = ["x", "y", "z"].into_iter().take(D).map(|axis| format!("velocity/{axis}"));
    let place = format!("data/{last}/particles/{species}");
    let values = |record: &str| values(&file, &place, record).map_err(wrong);
    let velocities = components.map(|component| values(&component)).collect::<Result<Vec<_>, _>>()?;
    let weights = values("weighting")?;
    let count = weights.len();
    if velocities.iter().any(|component| component.len() != count) {
        return Err(wrong("found components of velocity and weighting of different lengths".to_string()));
    }
    let velocities: Vec<[f64; D]> =
        (0..count).map(|p| std::array::from_fn(|axis| velocities[axis][p])).collect();
    for (p, (v, w)) in velocities.iter().zip(&weights).enumerate() {
        if let Some(component) = v.iter().find(|component| !component.is_finite()) {
            return Err(wrong(format!(
                "particle {p}: velocity: found {component}; allowed: a finite number"
            )));
        }
        if !(*w > 0.0 && w.is_finite()) {
            return Err(wrong(format!("particle {p}: weighting: found {w}; allowed: a number > 0")));
        }
    }
    Ok(CloudFile { velocities, weights })
}

/// An array of numbers times its `unitSI`.
fn values(file: &H5File, place: &str, record: &str) -> Result<Vec<f64>, String> {
    let dataset = file.dataset(&format!("{place}/{record}")).map_err(|_| {
        format!("found no array {record} in {place}; allowed: velocity/x … and weighting as arrays (plots/read_particles.py writes a CSV file of other records)")
    })?;
    let numbers = dataset.read_numeric_as::<f64>();
    let numbers = numbers.map_err(|error| format!("cannot read {record} in {place}: {error}"))?;
    let unit = dataset.attr("unitSI").and_then(|attribute| attribute.read_numeric_as::<f64>());
    let unit = unit.ok().and_then(|unit| unit.first().copied()).unwrap_or(1.0);
    Ok(numbers.into_iter().map(|number| number * unit).collect())
}
