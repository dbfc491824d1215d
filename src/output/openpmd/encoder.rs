//! openPMD frames as HDF5 files: which groups, arrays and attributes there are.

use super::hdf5::{Attribute, File, Object, Value};
use super::{Frame, ITERATION_FORMAT, SpeciesFrame, Units};
use crate::symmetry::coordinates::AXES;
use crate::symmetry::{HalfPlane, Symmetry};
use std::io;
use std::path::Path;

/// What a reader of the file has to know, in words.
fn comment(symmetry: Symmetry) -> String {
    let particles = match symmetry {
        Symmetry::None => String::new(),
        Symmetry::Axial(HalfPlane { along, .. }) => {
            format!(
                " Particles are rings about the axis {}: r is the distance from it, z lies along it.",
                AXES[along]
            )
        }
        Symmetry::Spherical => " Particles are shells about the origin: r is their radius.".to_string(),
    };
    format!("Spatially homogeneous: positions are the velocities, weightings are densities.{particles}")
}

/// The attributes that say what the particles of a species are; none of points.
fn geometry(symmetry: Symmetry) -> Vec<Attribute<'static>> {
    match symmetry {
        Symmetry::None => vec![],
        Symmetry::Axial(HalfPlane { along, .. }) => {
            vec![("geometry", Value::Text("cylindrical")), ("axis", Value::Text(AXES[along]))]
        }
        Symmetry::Spherical => vec![("geometry", Value::Text("spherical"))],
    }
}

/// Writes and syncs a file.
pub fn encode<const D: usize>(path: &Path, frame: &Frame<'_, D>) -> io::Result<()> {
    let mut file = File::create(path)?;
    let mut all_species = Vec::new();
    let mut first_id = 0;
    for species in &frame.species {
        all_species.push((species.name, encode_species(&mut file, species, frame, first_id)?));
        first_id += species.velocities.len() as u64;
    }
    let particles = file.group(&all_species, &[])?;
    let mut members = vec![("particles", particles)];
    if !frame.distributions.is_empty() {
        members.push(("meshes", encode_distributions(&mut file, frame)?));
    }
    let iteration = file.group(
        &members,
        &[
            ("time", Value::Float(frame.time)),
            ("dt", Value::Float(frame.dt)),
            ("timeUnitSI", Value::Float(seconds(frame.units))),
        ],
    )?;
    let data = file.group(&[(&frame.step.to_string(), iteration)], &[])?;
    let meshes = [("meshesPath", Value::Text("meshes/"))];
    let meshes = if frame.distributions.is_empty() { &[][..] } else { &meshes[..] };
    let root = file.group(
        &[("data", data)],
        &[
            meshes,
            &[
                ("openPMD", Value::Text("1.1.0")),
                ("openPMDextension", Value::Count(0)),
                ("basePath", Value::Text("/data/%T/")),
                ("particlesPath", Value::Text("particles/")),
                ("iterationEncoding", Value::Text("fileBased")),
                ("iterationFormat", Value::Text(ITERATION_FORMAT)),
                ("software", Value::Text("landau")),
                ("softwareVersion", Value::Text(env!("CARGO_PKG_VERSION"))),
                ("comment", Value::Text(&comment(frame.symmetry))),
            ],
        ]
        .concat(),
    )?;
    file.close(root)
}

/// Seconds in a unit of time, 1 for dimensionless numbers.
fn seconds(units: Units) -> f64 {
    match units {
        Units::Normalized => 1.0,
        Units::Si(factors) => factors.time,
    }
}

fn encode_species<const D: usize>(
    file: &mut File,
    species: &SpeciesFrame<'_, D>,
    frame: &Frame<'_, D>,
    first_id: u64,
) -> io::Result<Object> {
    let &Frame { units, symmetry, .. } = frame;
    let count = species.velocities.len();
    let record = Record::new(units, Quantity::Velocity);
    let (mut components, mut zeros) = (Vec::new(), Vec::new());
    for coordinate in symmetry.named::<D>() {
        let name = coordinate.name;
        let values: Vec<f64> = species.velocities.iter().map(|velocity| coordinate.of(velocity)).collect();
        // In `velocity` and in `position`.
        components.push((name, file.array(&values, &[record.scale()], 2)?));
        zeros.push((name, constant(file, 0.0, count, &[record.scale()])?));
    }
    let velocity = file.group(&components, &record.describe())?;
    let position = file.group(&components, &record.describe())?;
    let offset = file.group(&zeros, &record.describe())?;

    let weighting = Record::new(units, Quantity::Weighting);
    let weighting = file.array(species.weights, &weighting.complete(), 1)?;
    let ids: Vec<u64> = (first_id..).take(count).collect();
    let id = file.array(&ids, &Record::new(units, Quantity::Id).complete(), 1)?;
    let mass = Record::new(units, Quantity::Mass);
    let mass = constant(file, finite(species.mass), count, &mass.complete())?;
    let charge = Record::new(units, Quantity::Charge);
    let charge = constant(file, species.charge, count, &charge.complete())?;

    let records = [
        ("velocity", velocity),
        ("position", position),
        ("positionOffset", offset),
        ("weighting", weighting),
        ("id", id),
        ("mass", mass),
        ("charge", charge),
    ];
    file.group(&records, &geometry(symmetry))
}

fn encode_distributions<const D: usize>(file: &mut File, frame: &Frame<'_, D>) -> io::Result<Object> {
    let mut records = Vec::new();
    for one in &frame.distributions {
        let (unit_si, unit_dimension, velocity) = match frame.units {
            Units::Normalized => (1.0, [0.0; 7], 1.0),
            Units::Si(factors) => (
                factors.weighting / factors.velocity.powi(3),
                [-6.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0],
                factors.velocity,
            ),
        };
        let attributes = [
            ("geometry", Value::Text("cartesian")),
            ("dataOrder", Value::Text("C")),
            ("axisLabels", Value::Texts(&["parallel", "perpendicular"])),
            ("gridSpacing", Value::Floats(&[one.spacing; 2])),
            ("gridGlobalOffset", Value::Floats(&[one.start, 0.0])),
            ("gridUnitSI", Value::Float(velocity)),
            ("unitDimension", Value::Floats(&unit_dimension)),
            ("timeOffset", Value::Float(0.0)),
            ("position", Value::Floats(&[0.5; 2])),
            ("unitSI", Value::Float(unit_si)),
            ("axis", Value::Text(one.axis)),
        ];
        let name = format!("{}_distribution", one.name);
        records.push((name, file.rows(&one.density, one.counts[1], &attributes)?));
    }
    let members: Vec<(&str, Object)> =
        records.iter().map(|(name, record)| (name.as_str(), *record)).collect();
    file.group(&members, &[])
}

/// The mass as readers take it.
fn finite(mass: f64) -> f64 {
    if mass == f64::INFINITY { f64::MAX } else { mass }
}

/// Stores one number for all `count` particles.
fn constant(file: &mut File, value: f64, count: usize, attributes: &[Attribute]) -> io::Result<Object> {
    let shape = [count as u64];
    let own = [("value", Value::Float(value)), ("shape", Value::Counts(&shape))];
    file.group(&[], &[attributes, &own].concat())
}

#[derive(Clone, Copy)]
enum Quantity {
    Velocity,
    Weighting,
    Mass,
    Charge,
    Id,
}

/// What openPMD wants to know of a record besides its numbers.
struct Record {
    /// The factor to SI.
    unit_si: f64,
    /// Powers of length, mass, time, current, temperature, amount, luminous intensity.
    unit_dimension: [f64; 7],
    /// Whether the numbers are those of the macro-particle (1) or of one physical particle (0).
    macro_weighted: u32,
    /// The power of the weighting that leads from one to the other.
    weighting_power: f64,
}

impl Record {
    fn new(units: Units, quantity: Quantity) -> Self {
        let (macro_weighted, weighting_power) = match quantity {
            Quantity::Velocity | Quantity::Id => (0, 0.0),
            Quantity::Mass | Quantity::Charge => (0, 1.0),
            Quantity::Weighting => (1, 1.0),
        };
        let (unit_si, unit_dimension) = match units {
            Units::Normalized => (1.0, [0.0; 7]),
            Units::Si(factors) => match quantity {
                Quantity::Velocity => (factors.velocity, [1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0]),
                Quantity::Weighting => (factors.weighting, [-3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
                Quantity::Mass => (factors.mass, [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
                Quantity::Charge => (factors.charge, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]),
                Quantity::Id => (1.0, [0.0; 7]),
            },
        };
        Self { unit_si, unit_dimension, macro_weighted, weighting_power }
    }

    /// The attributes of a record.
    fn describe(&self) -> [Attribute<'_>; 4] {
        [
            ("unitDimension", Value::Floats(&self.unit_dimension)),
            ("timeOffset", Value::Float(0.0)),
            ("macroWeighted", Value::Count(self.macro_weighted)),
            ("weightingPower", Value::Float(self.weighting_power)),
        ]
    }

    /// The attribute of a component.
    fn scale(&self) -> Attribute<'static> {
        ("unitSI", Value::Float(self.unit_si))
    }

    /// The attributes of a scalar record, which is its own component.
    fn complete(&self) -> Vec<Attribute<'_>> {
        [&self.describe()[..], &[self.scale()]].concat()
    }
}
