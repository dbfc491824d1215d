//! openPMD frames as HDF5: the one place that knows the HDF5 library.

use super::{Frame, ITERATION_FORMAT, SpeciesFrame, Units};
use rust_hdf5::{DatatypeMessage, H5Dataset, H5File, H5Group, H5Type, Hdf5Error};
use std::io;
use std::path::Path;

/// Particles in one compressed chunk, 256 KiB of numbers: small enough for the chunk cache of every HDF5 (1 MiB).
const CHUNK: usize = 32_768;

/// Deflate's level. Behind the byte shuffle, higher ones cost time and gain less than a hundredth on velocities.
const DEFLATE_LEVEL: u32 = 1;

const COMPONENTS: [&str; 3] = ["x", "y", "z"];

const COMMENT: &str = "Spatially homogeneous: positions are the velocities, weightings are densities.";

/// Writes and syncs a file. Closes it in any case, as the library would complain on stderr otherwise.
pub fn encode<const D: usize>(path: &Path, frame: &Frame<'_, D>) -> io::Result<()> {
    // The name is this writer's own: no lock is needed, and some parallel file systems have none.
    let file = H5File::options().no_locking().create(path).map_err(into_io)?;
    let encoded = encode_frame(&file.root_group(), frame);
    let closed = file.close();
    encoded.and(closed).map_err(into_io)
}

fn encode_frame<const D: usize>(root: &H5Group, frame: &Frame<'_, D>) -> Result<(), Hdf5Error> {
    text(root, "openPMD", "1.1.0")?;
    root.set_attr_numeric("openPMDextension", &0u32)?;
    text(root, "basePath", "/data/%T/")?;
    text(root, "particlesPath", "particles/")?;
    text(root, "iterationEncoding", "fileBased")?;
    text(root, "iterationFormat", ITERATION_FORMAT)?;
    text(root, "software", "landau")?;
    text(root, "softwareVersion", env!("CARGO_PKG_VERSION"))?;
    text(root, "comment", COMMENT)?;

    let iteration = root.create_group("data")?.create_group(&frame.step.to_string())?;
    iteration.set_attr_numeric("time", &frame.time)?;
    iteration.set_attr_numeric("dt", &frame.dt)?;
    iteration.set_attr_numeric("timeUnitSI", &frame.units.seconds())?;

    let particles = iteration.create_group("particles")?;
    let mut first_id = 0;
    for species in &frame.species {
        encode_species(&particles.create_group(species.name)?, species, frame.units, first_id)?;
        first_id += species.velocities.len() as u64;
    }
    Ok(())
}

fn encode_species<const D: usize>(
    group: &H5Group,
    species: &SpeciesFrame<'_, D>,
    units: Units,
    first_id: u64,
) -> Result<(), Hdf5Error> {
    let count = species.velocities.len();

    let record = Record::new(units, Quantity::Velocity);
    let velocity = group.create_group("velocity")?;
    let position = group.create_group("position")?;
    let offset = group.create_group("positionOffset")?;
    for vector in [&velocity, &position, &offset] {
        record.describe(Node::Group(vector))?;
    }
    let mut values = Vec::with_capacity(count);
    for (axis, name) in COMPONENTS.into_iter().take(D).enumerate() {
        values.clear();
        values.extend(species.velocities.iter().map(|velocity| velocity[axis]));
        let component = array(&velocity, name, &values)?;
        record.scale(Node::Dataset(&component))?;
        position.link(name, &format!("{}/{name}", velocity.name()))?;
        let zero = constant(&offset, name, 0.0, count)?;
        record.scale(Node::Group(&zero))?;
    }

    let weighting = array(group, "weighting", species.weights)?;
    Record::new(units, Quantity::Weighting).complete(Node::Dataset(&weighting))?;

    let ids: Vec<u64> = (first_id..).take(count).collect();
    let id = array(group, "id", &ids)?;
    Record::new(units, Quantity::Id).complete(Node::Dataset(&id))?;

    let mass = constant(group, "mass", finite(species.mass), count)?;
    Record::new(units, Quantity::Mass).complete(Node::Group(&mass))?;

    let charge = constant(group, "charge", species.charge, count)?;
    Record::new(units, Quantity::Charge).complete(Node::Group(&charge))
}

/// The mass as readers take it.
fn finite(mass: f64) -> f64 {
    if mass == f64::INFINITY { f64::MAX } else { mass }
}

/// Stores a string as openPMD's readers need it: of fixed length, ASCII, with the NUL that ends it in C.
fn text(group: &H5Group, name: &str, value: &str) -> Result<(), Hdf5Error> {
    let bytes = [value.as_bytes(), &[0]].concat();
    group.set_attr_typed(name, DatatypeMessage::fixed_string(bytes.len() as u32), bytes)
}

/// Stores one number a particle, shuffled and deflated; none at all plainly, as a chunk cannot be empty.
fn array<T: H5Type>(group: &H5Group, name: &str, values: &[T]) -> Result<H5Dataset, Hdf5Error> {
    let builder = group.new_dataset::<T>().shape([values.len()]);
    if values.is_empty() {
        return builder.create(name);
    }
    let dataset = builder.chunk(&[values.len().min(CHUNK)]).shuffle_deflate(DEFLATE_LEVEL).create(name)?;
    dataset.write_raw(values)?;
    Ok(dataset)
}

/// Stores one number for all `count` particles.
fn constant(group: &H5Group, name: &str, value: f64, count: usize) -> Result<H5Group, Hdf5Error> {
    let component = group.create_group(name)?;
    component.set_attr_numeric("value", &value)?;
    component.set_attr_array_numeric("shape", &[count as u64])?;
    Ok(component)
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
    fn describe(&self, node: Node<'_>) -> Result<(), Hdf5Error> {
        node.numbers("unitDimension", &self.unit_dimension)?;
        node.number("timeOffset", 0.0)?;
        node.number("macroWeighted", self.macro_weighted)?;
        node.number("weightingPower", self.weighting_power)
    }

    /// The attribute of a component.
    fn scale(&self, node: Node<'_>) -> Result<(), Hdf5Error> {
        node.number("unitSI", self.unit_si)
    }

    /// The attributes of a scalar record, which is its own component.
    fn complete(&self, node: Node<'_>) -> Result<(), Hdf5Error> {
        self.describe(node)?;
        self.scale(node)
    }
}

/// What carries attributes.
#[derive(Clone, Copy)]
enum Node<'a> {
    Group(&'a H5Group),
    Dataset(&'a H5Dataset),
}

impl Node<'_> {
    fn number<T: H5Type>(self, name: &str, value: T) -> Result<(), Hdf5Error> {
        match self {
            Node::Group(group) => group.set_attr_numeric(name, &value),
            Node::Dataset(dataset) => dataset.new_attr::<T>().create(name)?.write_numeric(&value),
        }
    }

    fn numbers<T: H5Type>(self, name: &str, values: &[T]) -> Result<(), Hdf5Error> {
        match self {
            Node::Group(group) => group.set_attr_array_numeric(name, values),
            Node::Dataset(dataset) => {
                dataset.new_attr::<T>().shape([values.len()]).create(name)?.write_array(values)
            }
        }
    }
}

fn into_io(error: Hdf5Error) -> io::Error {
    match error {
        Hdf5Error::Io(error) => error,
        other => io::Error::other(other.to_string()),
    }
}
