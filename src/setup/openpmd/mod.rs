//! The particles of one species in an openPMD file (HDF5) of this or another program.
//!
//! Velocities are the record `velocity`, or `momentum` over mass: that of the file's `mass`, else of the
//! scenario. Records of macro-particles are divided by the power of the weight that the file says. Weights
//! are densities, or counts of real particles that fill a volume. With a symmetry, components are r and z of rings about the
//! axis, r of shells, or x, y, z of points.
//!
//! Source: openPMD standard 1.1.0, A. Huebl et al. (2018), doi:10.5281/zenodo.1167843, with `macroWeighted` and
//! `weightingPower` of its extension ED-PIC.

mod record;

use super::cloud_file::{CloudFile, Fault, MOST_PARTICLES, Wanted};
use crate::symmetry::coordinates::{AXES, Coordinate};
use crate::symmetry::{HalfPlane, Symmetry};
use hdf5_reader::group::Group;
use hdf5_reader::{Hdf5File, OpenOptions};
use record::{DENSITY, MASS, MOMENTUM, Node, Record, VELOCITY};
use std::path::Path;

/// Of light in vacuum, in m/s; exact.
const SPEED_OF_LIGHT: f64 = 299_792_458.0;

/// Root mean square of p/(m c) up to which p = m v: half a per cent there.
const MOST_RELATIVISTIC: f64 = 0.1;

/// Reads velocities and weights of a species.
pub fn read<const D: usize>(path: &Path, wanted: &Wanted) -> Result<CloudFile<D>, Fault> {
    let name = path.display();
    // More than any array here needs: what a damaged file asks for must not fill the memory.
    let limited = OpenOptions::default().with_max_read_bytes(MOST_PARTICLES * size_of::<f64>());
    let root = Hdf5File::open_with_options(path, limited)
        .and_then(|file| file.root_group())
        .map_err(|error| Fault::of_path(format!("cannot read {name}: {}", one_line(&error))))?;
    let species = species(root, wanted).map_err(|fault| fault.in_file(path))?;
    particles(&species, wanted).map_err(|fault| fault.in_file(path))
}

/// What a library says, without the lines it may take for it.
fn one_line(error: &hdf5_reader::error::Error) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The group of the species in the iteration that is asked for, the last one if none is.
fn species(root: Group, wanted: &Wanted) -> Result<Group, Fault> {
    let data =
        root.group("data").map_err(|_| Fault::of_path("found no group /data; allowed: an openPMD file"))?;
    let mut iterations: Vec<u64> = groups(&data).iter().filter_map(|name| name.parse().ok()).collect();
    iterations.sort_unstable();
    let Some(&last) = iterations.last() else {
        return Err(Fault::of_path("found no iteration in /data; allowed: an openPMD file with one or more"));
    };
    let iteration = wanted.iteration.unwrap_or(last);
    if !iterations.contains(&iteration) {
        let list = match iterations.len() {
            0..=10 => iterations.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
            count => format!("one of {count} from {} to {last}", iterations[0]),
        };
        return Err(Fault::of(
            "iteration",
            format!("found {iteration}, which the file does not hold; allowed: {list}"),
        ));
    }
    // The standard lets a file say where particles are; most say this.
    let folder = Node::Group(root).text("particlesPath").unwrap_or_else(|| "particles".to_string());
    let mut names = folder.split('/').filter(|name| !name.is_empty());
    let particles = data
        .group(&iteration.to_string())
        .and_then(|iteration| names.try_fold(iteration, |group, name| group.group(name)))
        .map_err(|_| Fault::of_path(format!("found no particles in iteration {iteration}")))?;
    let names = groups(&particles);
    match particles.group(&wanted.species) {
        Ok(species) if names.contains(&wanted.species) => Ok(species),
        _ => Err(Fault::of(
            "species",
            format!("found no species \"{}\"; allowed: {}", wanted.species, names.join(", ")),
        )),
    }
}

/// The names of the groups in a group, none where they cannot be read.
fn groups(group: &Group) -> Vec<String> {
    group.member_names().map_or(Vec::new(), |(groups, _)| groups)
}

fn particles<const D: usize>(species: &Group, wanted: &Wanted) -> Result<CloudFile<D>, Fault> {
    let record = |name: &str| Record::of(species, name, wanted);
    let weighting = record("weighting")?.ok_or_else(|| {
        Fault::of_path(format!(
            "found no record weighting of species \"{}\"; allowed: velocity or momentum, and weighting",
            wanted.species
        ))
    })?;
    let counted = weighting.is_measured_in(&[DENSITY, [0.0; 7]])?;
    let mut weights = weighting.component(None, None)?;
    let count = weights.len();
    if !(2..=MOST_PARTICLES).contains(&count) {
        return Err(Fault::of_path(format!("found {count} particles; allowed: 2 to {MOST_PARTICLES}")));
    }
    // Before the weights divide anything.
    if let Some((p, w)) = weights.iter().enumerate().find(|(_, w)| !(**w > 0.0 && w.is_finite())) {
        return Err(Fault::of_path(format!("particle {p}: weighting: found {w}; allowed: a number > 0")));
    }
    let velocities = match (record("velocity")?, record("momentum")?) {
        (Some(velocity), _) => {
            velocity.is_measured_in(&[VELOCITY])?;
            per_real_particle(&velocity, vector::<D>(species, &velocity, wanted, count)?, &weights)
        }
        (None, Some(momentum)) => {
            let si = momentum.is_measured_in(&[MOMENTUM])? == Some(MOMENTUM);
            let momenta =
                per_real_particle(&momentum, vector::<D>(species, &momentum, wanted, count)?, &weights);
            let masses = match record("mass")? {
                None => vec![wanted.mass; count],
                Some(mass) => {
                    mass.is_measured_in(&[MASS])?;
                    let masses = mass.component(None, Some(count))?;
                    let masses = masses.into_iter().map(|mass| [mass]).collect();
                    per_real_particle(&mass, masses, &weights).into_iter().map(|[mass]| mass).collect()
                }
            };
            over_mass(momenta, &masses, &weights, si)?
        }
        (None, None) => {
            return Err(Fault::of_path(format!(
                "found neither velocity nor momentum of species \"{}\"; allowed: one of them, and weighting",
                wanted.species
            )));
        }
    };
    let infinite = velocities
        .iter()
        .enumerate()
        .find_map(|(p, v)| v.iter().find(|component| !component.is_finite()).map(|component| (p, component)));
    if let Some((p, component)) = infinite {
        return Err(Fault::of_path(format!(
            "particle {p}: velocity: found {component}; allowed: a finite number"
        )));
    }
    match (wanted.volume, counted) {
        (Some(_), Some(DENSITY)) => {
            return Err(Fault::of(
                "volume",
                "found beside weightings that are densities (unitDimension m⁻³); allowed: none",
            ));
        }
        (None, Some(_)) if wanted.si && counted != Some(DENSITY) => {
            return Err(Fault::of_path(
                "found weightings that count particles (unitDimension 0); allowed: with `volume` beside `path`, the m³ that they fill",
            ));
        }
        (Some(volume), _) => weights.iter_mut().for_each(|weight| *weight /= volume),
        (None, _) => {}
    }
    Ok(CloudFile { velocities, weights })
}

/// The vectors of a record with the components that the scenario takes, and no others.
fn vector<const D: usize>(
    species: &Group,
    record: &Record,
    wanted: &Wanted,
    count: usize,
) -> Result<Vec<[f64; D]>, Fault> {
    let layout = layout::<D>(species, record, wanted)?;
    let mut vectors = vec![[0.0; D]; count];
    for coordinate in layout {
        let values = record.component(Some(coordinate.name), Some(count))?;
        for (p, (vector, value)) in vectors.iter_mut().zip(values).enumerate() {
            if coordinate.is_distance && value < 0.0 {
                let name = coordinate.name;
                return Err(record.wrong(&format!(
                    "component {name}: found {value} of particle {p}; allowed: {}",
                    coordinate.allowed()
                )));
            }
            vector[coordinate.component] = value;
        }
    }
    Ok(vectors)
}

/// The coordinates of a record: with a component r those of rings or shells, else those of points.
fn layout<const D: usize>(
    species: &Group,
    record: &Record,
    wanted: &Wanted,
) -> Result<Vec<Coordinate>, Fault> {
    let mut layouts = wanted.layouts::<D>();
    let lists = layouts.iter().map(|layout| names(layout).join(", ")).collect::<Vec<_>>().join(" or ");
    let allowed = match wanted.symmetry {
        Symmetry::None if record.has("r") => format!("{lists}, or a scenario with `symmetry` for r"),
        Symmetry::None => format!("{lists}, as the scenario has {D} dimensions"),
        _ => format!("{lists}, as the scenario has a `symmetry`"),
    };
    let layout = layouts.swap_remove(if record.has("r") { 0 } else { layouts.len() - 1 });
    let names = names(&layout);
    let mut others = AXES.into_iter().chain(["r"]).filter(|name| !names.contains(name));
    if let Some(name) = others.find(|name| record.has(name)) {
        return Err(record.wrong(&format!("found a component {name}; allowed: {allowed}")));
    }
    if let (Symmetry::Axial(HalfPlane { along, .. }), true) = (wanted.symmetry, record.has("r")) {
        let axis = Node::Group(species.clone()).text("axis");
        if let Some(axis) = axis.filter(|axis| axis != AXES[along]) {
            return Err(record.wrong(&format!(
                "found rings about the axis {axis}; allowed: about {}, as `symmetry` says",
                AXES[along]
            )));
        }
    }
    Ok(layout)
}

fn names(layout: &[Coordinate]) -> Vec<&'static str> {
    layout.iter().map(|coordinate| coordinate.name).collect()
}

/// The values of one real particle each, where the file has those of macro-particles.
fn per_real_particle<const N: usize>(
    record: &Record,
    mut values: Vec<[f64; N]>,
    weights: &[f64],
) -> Vec<[f64; N]> {
    if let Some(power) = record.weighting_power() {
        for (value, weight) in values.iter_mut().zip(weights) {
            *value = value.map(|component| component / weight.powf(power));
        }
    }
    values
}

/// p/m; of momenta in SI units only where these are not relativistic.
fn over_mass<const D: usize>(
    momenta: Vec<[f64; D]>,
    masses: &[f64],
    weights: &[f64],
    si: bool,
) -> Result<Vec<[f64; D]>, Fault> {
    let velocities: Vec<[f64; D]> = momenta.iter().zip(masses).map(|(p, mass)| p.map(|p| p / mass)).collect();
    let square = |v: &[f64; D]| v.iter().map(|v| v * v).sum::<f64>();
    let total: f64 = weights.iter().sum();
    let mean = velocities.iter().zip(weights).map(|(v, w)| w * square(v)).sum::<f64>() / total;
    let relativistic = mean.sqrt() / SPEED_OF_LIGHT;
    if si && relativistic > MOST_RELATIVISTIC {
        return Err(Fault::of_path(format!(
            "found momenta of {relativistic:.3} m c (root mean square); allowed: up to {MOST_RELATIVISTIC} m c, where velocities are p/m"
        )));
    }
    Ok(velocities)
}
