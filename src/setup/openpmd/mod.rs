//! The particles of one species in an openPMD file (HDF5) of this or another program.
//!
//! Velocities are the record `velocity`, or `momentum` over mass: that of the file's `mass`, else of the
//! scenario. Records of macro-particles are divided by the power of the weight that the file says. Weights
//! are densities, or counts of real particles that fill a volume, counts per length that fill an area, counts per area that
//! fill a length, or charges of what fills a volume. With a symmetry, components are r and z of rings about the
//! axis, r of shells, or x, y, z of points.
//!
//! Source: openPMD standard 1.1.0, A. Huebl et al. (2018), doi:10.5281/zenodo.1167843, with `macroWeighted` and
//! `weightingPower` of its extension ED-PIC, and `weight` of its extension BeamPhysics.

mod place;
mod record;

use super::cloud_file::{Amount, CloudFile, Fault, MOST_PARTICLES, Wanted};
use crate::rules::excerpt;
use crate::symmetry::coordinates::{AXES, Coordinate};
use crate::symmetry::{HalfPlane, Symmetry};
use hdf5_reader::group::Group;
use hdf5_reader::{Hdf5File, OpenOptions};
use place::Found;
use record::{
    CHARGE, DENSITY, Dimensions, MASS, MOMENTUM, Node, PER_AREA, PER_LENGTH, Record, VELOCITY, WEIGHTS,
};
use std::path::Path;

/// Of light in vacuum, in m/s; exact.
const SPEED_OF_LIGHT: f64 = 299_792_458.0;

/// Root mean square of p/(m c) up to which p = m v: half a per cent there.
const MOST_RELATIVISTIC: f64 = 0.1;

/// In C; exact.
const ELEMENTARY_CHARGE: f64 = 1.602_176_634e-19;

/// Relative difference of two masses up to which they are of the same particle: tables differ by 1e-3 at most, isotopes of
/// the heaviest elements by 4e-3.
const SAME_MASS: f64 = 0.01;

/// Reads velocities and weights of a species.
pub fn read<const D: usize>(path: &Path, wanted: &Wanted) -> Result<CloudFile<D>, Fault> {
    let name = path.display();
    // More than any array here needs: what a damaged file asks for must not fill the memory.
    let limited = OpenOptions::default().with_max_read_bytes(MOST_PARTICLES * size_of::<f64>());
    let root = Hdf5File::open_with_options(path, limited)
        .and_then(|file| file.root_group())
        .map_err(|error| Fault::of_path(format!("cannot read {name}: {}", one_line(&error))))?;
    let found = Found::of(root, wanted).map_err(|fault| fault.in_file(path))?;
    particles(&found, wanted).map_err(|fault| fault.in_file(path))
}

/// What a library says, without the lines it may take for it.
fn one_line(error: &hdf5_reader::error::Error) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn particles<const D: usize>(found: &Found, wanted: &Wanted) -> Result<CloudFile<D>, Fault> {
    let species = &found.species;
    let record = |name: &str| Record::of(species, name, wanted);
    let count = found.count;
    if !(2..=MOST_PARTICLES).contains(&count) {
        return Err(found.without_particles(wanted));
    }
    let mut notes = Vec::new();
    let (mut weights, measure) = match weights(species, wanted)? {
        Some(weighting) => {
            let measure = weighting.is_measured_in(&[DENSITY, [0.0; 7], PER_LENGTH, PER_AREA, CHARGE])?;
            (weighting.component(None, Some(count))?, measure)
        }
        None if wanted.amount.is_some() => {
            notes.push("it has no record weighting: every particle counts as one".to_string());
            (vec![1.0; count], Some([0.0; 7]))
        }
        None => {
            return Err(Fault::of_path(format!(
                "found no record weighting of species \"{}\"; allowed: velocity or momentum, and weighting, or `density` beside `path`, to weigh all the same",
                excerpt(&wanted.species)
            )));
        }
    };
    if measure == Some(CHARGE) {
        let charge = wanted.charge.abs() * ELEMENTARY_CHARGE;
        if charge == 0.0 {
            return Err(Fault::of_path(
                "found weights that are charges; allowed: for a species whose `charge` is not 0",
            ));
        }
        weights.iter_mut().for_each(|weight| *weight = weight.abs() / charge);
    }
    // Before the weights divide anything. What weighs nothing is left out later.
    if let Some((p, w)) = weights.iter().enumerate().find(|(_, w)| !(**w >= 0.0 && w.is_finite())) {
        return Err(Fault::of_path(format!("particle {p}: weighting: found {w}; allowed: a number ≥ 0")));
    }
    let masses = masses(species, wanted, &weights)?;
    let velocities = match (record("velocity")?, record("momentum")?) {
        (Some(velocity), _) => {
            velocity.is_measured_in(&[VELOCITY])?;
            per_real_particle(&velocity, vector::<D>(species, &velocity, wanted, count)?, &weights)
        }
        (None, Some(momentum)) => {
            let si = momentum.is_measured_in(&[MOMENTUM])? == Some(MOMENTUM);
            let momenta =
                per_real_particle(&momentum, vector::<D>(species, &momentum, wanted, count)?, &weights);
            over_mass(momenta, &masses, &weights, si)?
        }
        (None, None) => {
            return Err(Fault::of_path(format!(
                "found neither velocity nor momentum of species \"{}\"; allowed: one of them, and weighting",
                excerpt(&wanted.species)
            )));
        }
    };
    let infinite = velocities.iter().zip(&weights).enumerate().find_map(|(p, (v, w))| {
        v.iter().find(|v| *w > 0.0 && !v.is_finite()).map(|component| (p, component))
    });
    if let Some((p, component)) = infinite {
        return Err(Fault::of_path(format!(
            "particle {p}: velocity: found {component}; allowed: a finite number"
        )));
    }
    let densities = amount(measure, wanted)?;
    if let Some(amount) = densities
        && weights.iter().any(|&weight| weight > 0.0)
    {
        amount.apply(&mut weights);
    }
    Ok(CloudFile { velocities, weights, notes })
}

/// The record of weights, if the species has one.
fn weights<'a>(species: &Group, wanted: &'a Wanted) -> Result<Option<Record<'a>>, Fault> {
    for name in WEIGHTS {
        if let Some(record) = Record::of(species, name, wanted)? {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

/// Masses of the particles: those of the file, which must be the scenario's, else the scenario's.
fn masses(species: &Group, wanted: &Wanted, weights: &[f64]) -> Result<Vec<f64>, Fault> {
    let Some(record) = Record::of(species, "mass", wanted)? else {
        return Ok(vec![wanted.mass; weights.len()]);
    };
    let measure = record.is_measured_in(&[MASS])?;
    let masses = record.component(None, Some(weights.len()))?;
    let masses = masses.into_iter().map(|mass| [mass]).collect();
    let masses: Vec<f64> =
        per_real_particle(&record, masses, weights).into_iter().map(|[mass]| mass).collect();
    // A scenario without units may take a file in SI units, whose masses are others.
    let comparable = wanted.si || measure != Some(MASS);
    let same = |mass: f64| (mass / wanted.mass - 1.0).abs() <= SAME_MASS;
    let other = masses.iter().zip(weights).position(|(mass, weight)| *weight > 0.0 && !same(*mass));
    match other {
        Some(p) if comparable => Err(Fault::of_path(format!(
            "particle {p}: mass: found {:e}; allowed: the `mass` of the species, {:e}, within a per cent",
            masses[p], wanted.mass
        ))),
        _ => Ok(masses),
    }
}

/// What makes weights densities that are measured in this, if they are none.
fn amount(measure: Option<Dimensions>, wanted: &Wanted) -> Result<Option<Amount>, Fault> {
    let key = match measure {
        Some(DENSITY) => "",
        Some(PER_AREA) => "length",
        Some(PER_LENGTH) => "area",
        _ => "volume",
    };
    let found = match measure {
        Some(DENSITY) => "weightings that are densities (unitDimension m⁻³)",
        Some(PER_AREA) => "weightings per area (unitDimension m⁻²)",
        Some(PER_LENGTH) => "weightings per length (unitDimension m⁻¹)",
        Some(CHARGE) => "weights that are charges",
        Some(_) => "weightings that count particles (unitDimension 0)",
        None => "weightings without a unitDimension",
    };
    let unit = match key {
        "length" => "m",
        "area" => "m²",
        _ => "m³",
    };
    // Counts say nothing of the dimensions of the simulation they come from.
    let counts = key == "volume";
    match wanted.amount {
        None if key.is_empty() || (counts && !wanted.si) => Ok(None),
        None => Err(Fault::of_path(format!(
            "found {found}; allowed: with `{key}` beside `path`, the {unit} that they fill, or `density`"
        ))),
        Some(amount) if key.is_empty() => {
            Err(Fault::of(amount.key(), format!("found beside {found}; allowed: none")))
        }
        Some(amount @ Amount::Density(_)) => Ok(Some(amount)),
        Some(amount) if counts || amount.key() == key => Ok(Some(amount)),
        Some(amount) => {
            Err(Fault::of(amount.key(), format!("found beside {found}; allowed: `{key}` or `density`")))
        }
    }
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
