//! What the user wrote: the scenario file as JSON types, strictly parsed and validated. No numerics.
//!
//! [`read`] turns a file and `--set` changes into a [`Scenario`] in which every rule of this
//! module holds; everything after it may trust the values.

mod difference;
mod errors;
mod json;
mod overrides;
mod parse;
mod position;
mod resolve;
mod schema;
mod types;
mod validate;

pub use crate::distribution::Initial;
pub use crate::laboratory::densities::ExperimentDensity;
pub use crate::laboratory::input::{AnyExperiment, Experiment, ExperimentLyapunov};
pub use crate::laboratory::sweep::Sweep;
pub use crate::rules::Violation;
pub use difference::{Difference, difference, first_difference};
pub use errors::{ScenarioError, ScenarioErrors};
pub use parse::{Source, parse, parse_experiment, read, read_experiment, read_plan, swept};
pub use position::Position;
pub use schema::{experiment_schema, plan_schema, schema, species_schema};
pub use types::*;
pub use validate::BYTES_PER_PARTICLE;
