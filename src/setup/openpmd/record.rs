//! Records of an openPMD species: components as arrays or as constants (`value` and `shape`), times their
//! `unitSI`; what they are measured in (`unitDimension`); and whether they are those of macro-particles.

use crate::rules::excerpt;
use crate::setup::cloud_file::{Fault, MOST_PARTICLES, Wanted};
use hdf5_reader::error::Result as Read;
use hdf5_reader::group::Group;
use hdf5_reader::{Attribute, Dataset, Datatype, H5Type, dtype_element_size};

/// Powers of length, mass, time, current, temperature, amount, luminous intensity.
pub type Dimensions = [f64; 7];
pub const VELOCITY: Dimensions = [1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0];
pub const MOMENTUM: Dimensions = [1.0, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0];
pub const MASS: Dimensions = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
pub const DENSITY: Dimensions = [-3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
pub const PER_AREA: Dimensions = [-2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
pub const PER_LENGTH: Dimensions = [-1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
pub const CHARGE: Dimensions = [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0];

/// Names of the record of weights: of the standard, and of the one by which beam physics extends it.
pub const WEIGHTS: [&str; 2] = ["weighting", "weight"];

/// What carries attributes: a record with components or a constant, or an array.
pub enum Node {
    Group(Group),
    Dataset(Box<Dataset>),
}

impl Node {
    /// The array or group of this name.
    pub fn child(parent: &Group, name: &str) -> Option<Self> {
        match parent.dataset(name) {
            Ok(dataset) => Some(Self::Dataset(Box::new(dataset))),
            Err(_) => parent.group(name).ok().map(Self::Group),
        }
    }

    fn attribute(&self, name: &str) -> Option<Attribute> {
        match self {
            Self::Group(group) => group.attribute(name),
            Self::Dataset(dataset) => dataset.attribute(name),
        }
        // What cannot be read is as what is not there: the values that need it say so.
        .ok()
    }

    /// A string attribute.
    pub fn text(&self, name: &str) -> Option<String> {
        self.attribute(name)?.read_string().ok()
    }

    /// The numbers of an attribute, one of a scalar.
    pub fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        let numbers = self.attribute(name)?.read_1d().ok()?;
        Some(numbers.into_iter().map(|Real(number)| number).collect())
    }
}

/// A number of any type of a file. Whole ones are counts and exponents, far below 2⁵³.
#[derive(Clone)]
struct Real(f64);

impl H5Type for Real {
    fn hdf5_type() -> Datatype {
        f64::hdf5_type()
    }

    fn from_bytes(bytes: &[u8], datatype: &Datatype) -> Read<Self> {
        let number = match *datatype {
            Datatype::FloatingPoint { size: 4, .. } => f64::from(f32::from_bytes(bytes, datatype)?),
            Datatype::FixedPoint { size: 1, signed: true, .. } => f64::from(i8::from_bytes(bytes, datatype)?),
            Datatype::FixedPoint { size: 1, signed: false, .. } => {
                f64::from(u8::from_bytes(bytes, datatype)?)
            }
            Datatype::FixedPoint { size: 2, signed: true, .. } => {
                f64::from(i16::from_bytes(bytes, datatype)?)
            }
            Datatype::FixedPoint { size: 2, signed: false, .. } => {
                f64::from(u16::from_bytes(bytes, datatype)?)
            }
            Datatype::FixedPoint { size: 4, signed: true, .. } => {
                f64::from(i32::from_bytes(bytes, datatype)?)
            }
            Datatype::FixedPoint { size: 4, signed: false, .. } => {
                f64::from(u32::from_bytes(bytes, datatype)?)
            }
            Datatype::FixedPoint { size: 8, signed: true, .. } => i64::from_bytes(bytes, datatype)? as f64,
            Datatype::FixedPoint { size: 8, signed: false, .. } => u64::from_bytes(bytes, datatype)? as f64,
            _ => f64::from_bytes(bytes, datatype)?,
        };
        Ok(Self(number))
    }

    fn element_size(datatype: &Datatype) -> usize {
        // Of what is no number, 0, which every reading refuses.
        dtype_element_size(datatype).unwrap_or(0)
    }
}

/// The number of particles in a species: of values in its first array, else the largest that a constant names.
pub fn count(species: &Group) -> usize {
    let mut largest = 0.0_f64;
    for name in ["weighting", "weight", "momentum", "velocity", "position", "mass"] {
        let Some(node) = Node::child(species, name) else { continue };
        let components: Vec<Node> = match &node {
            Node::Dataset(_) => vec![node],
            Node::Group(group) => {
                let components: Vec<Node> =
                    ["x", "y", "z", "r"].iter().filter_map(|axis| Node::child(group, axis)).collect();
                if components.is_empty() { vec![node] } else { components }
            }
        };
        for component in components {
            match component {
                Node::Dataset(dataset) => {
                    return dataset.shape().iter().map(|&size| size as usize).fold(1, usize::saturating_mul);
                }
                Node::Group(_) => {
                    let sizes = component.numbers("shape").unwrap_or_default();
                    largest = largest.max(if sizes.is_empty() { 0.0 } else { sizes.iter().product() });
                }
            }
        }
    }
    largest as usize
}

/// A record of a species.
pub struct Record<'a> {
    name: String,
    node: Node,
    wanted: &'a Wanted,
    /// The power of the weight in it, of a record of macro-particles.
    weighting_power: Option<f64>,
}

impl<'a> Record<'a> {
    /// The record of this name, if the species has it.
    pub fn of(species: &Group, name: &str, wanted: &'a Wanted) -> Result<Option<Self>, Fault> {
        let Some(node) = Node::child(species, name) else { return Ok(None) };
        let mut record = Self { name: name.to_string(), node, wanted, weighting_power: None };
        let number = |name: &str| record.node.numbers(name).and_then(|numbers| numbers.first().copied());
        // Weights are those of macro-particles, whatever they say.
        if !WEIGHTS.contains(&name) && number("macroWeighted") == Some(1.0) {
            let power = number("weightingPower").filter(|power| power.is_finite());
            record.weighting_power =
                Some(power.ok_or_else(|| {
                    record.wrong("found macroWeighted without weightingPower; allowed: both")
                })?);
        }
        Ok(Some(record))
    }

    /// What is wrong with this record.
    pub fn wrong(&self, message: &str) -> Fault {
        Fault::of_path(format!(
            "record {} of species \"{}\": {message}",
            self.name,
            excerpt(&self.wanted.species)
        ))
    }

    /// The power of the weight to divide by, if any.
    pub fn weighting_power(&self) -> Option<f64> {
        self.weighting_power.filter(|power| *power != 0.0)
    }

    /// Whether the record has a component for this axis.
    pub fn has(&self, axis: &str) -> bool {
        matches!(&self.node, Node::Group(group) if Node::child(group, axis).is_some())
    }

    /// What the record is measured in, one of `allowed` or nothing (0); none where the file does not say it.
    /// A scenario in SI units takes no numbers without units, but counts.
    pub fn is_measured_in(&self, allowed: &[Dimensions]) -> Result<Option<Dimensions>, Fault> {
        let Some(found) = self.node.numbers("unitDimension") else { return Ok(None) };
        let plain = found.iter().all(|power| *power == 0.0);
        let known = allowed.iter().find(|dimensions| found == **dimensions);
        match known {
            Some(dimensions) => Ok(Some(*dimensions)),
            None if plain && !self.wanted.si => Ok(Some([0.0; 7])),
            None => {
                let units = if self.wanted.si { ", as the scenario is in SI units" } else { " or 0" };
                Err(self
                    .wrong(&format!("found the unitDimension {found:?}; allowed: {:?}{units}", allowed[0])))
            }
        }
    }

    /// The values of the component for an axis, or of a record that has one alone, times `unitSI`; `count` of
    /// them, if that is known.
    pub fn component(&self, axis: Option<&str>, count: Option<usize>) -> Result<Vec<f64>, Fault> {
        let child = match (&self.node, axis) {
            (_, None) => None,
            (Node::Group(group), Some(axis)) => Some(Node::child(group, axis).ok_or_else(|| {
                self.wrong(&format!(
                    "found no component {axis}; allowed: one for each coordinate of the scenario's particles"
                ))
            })?),
            (Node::Dataset(_), Some(axis)) => {
                return Err(self.wrong(&format!("found an array; allowed: a group with a component {axis}")));
            }
        };
        let node = child.as_ref().unwrap_or(&self.node);
        let place = axis.map_or(String::new(), |axis| format!("component {axis}: "));
        let wrong = |message: String| self.wrong(&format!("{place}{message}"));
        let unit = node.numbers("unitSI").and_then(|unit| unit.first().copied()).unwrap_or(1.0);
        let size = match node {
            Node::Dataset(dataset) => Some(dataset.shape().iter().map(|&size| size as f64).product()),
            Node::Group(_) => node.numbers("shape").map(|sizes| sizes.iter().product()),
        };
        // Some programs give constants the shape of one number, or none.
        let broadcast = matches!(node, Node::Group(_)) && size.is_none_or(|size: f64| size <= 1.0);
        let size = match (size, count) {
            (_, Some(count)) if broadcast => count as f64,
            (Some(size), _) => size,
            (None, _) => {
                return Err(wrong(
                    "found neither an array nor the attributes value and shape of a constant; allowed: one or the other".to_string()
                ));
            }
        };
        let most = count.map_or(MOST_PARTICLES as f64, |count| count as f64);
        if size > most || count.is_some_and(|count| size != count as f64) {
            let allowed = count.map_or(format!("at most {MOST_PARTICLES}"), |count| {
                format!("{count}, as many as the species has")
            });
            return Err(wrong(format!("found {size} values; allowed: {allowed}")));
        }
        let values = match node {
            Node::Dataset(dataset) => dataset
                .read_array()
                .map_err(|error| wrong(format!("cannot be read: {}", super::one_line(&error))))?
                .into_iter()
                .map(|Real(value)| value)
                .collect(),
            Node::Group(_) => {
                let value = node.numbers("value").and_then(|value| value.first().copied());
                let value = value.ok_or_else(|| {
                    wrong("found a constant without a number as its value; allowed: a number".to_string())
                })?;
                vec![value; size as usize]
            }
        };
        if values.len() as f64 != size {
            return Err(wrong(format!(
                "found {} values where its shape says {size}; allowed: a whole file",
                values.len()
            )));
        }
        Ok(values.into_iter().map(|value| value * unit).collect())
    }
}
