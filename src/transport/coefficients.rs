//! Transport coefficients from the matrices of fluxes and impulses, with units and in the dimensionless form of textbooks.

use super::plasma::Constituents;
use crate::units::ELEMENTARY_CHARGE;
use nalgebra::{DMatrix, DVector};

/// A coefficient, in the units of the scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficient {
    /// As in `electrical_conductivity` or `viscosity.electron`.
    pub name: String,
    pub value: f64,
    /// With SI units.
    pub unit: &'static str,
    /// Its symbol and what the value is in units of times of collisions, where textbooks have one.
    pub number: Option<(&'static str, f64)>,
}

/// All coefficients of a plasma. `vectors` and `stresses` are matrices as [`Matrices`](super::matrix::Matrices) has them.
///
/// | name | meaning |
/// |---|---|
/// | `electrical_conductivity` | current over electric field, without gradients |
/// | `thermoelectric.NAME` | force on a particle over the gradient of the temperature (in energy), without fluxes of particles: β |
/// | `thermal_conductivity.NAME` | heat that the species carries over the common gradient of the temperature, without fluxes of particles |
/// | `viscosity.NAME` | stress that the species carries over the common rate of shear |
/// | `mobility.ONE.OTHER` | mean velocity of one species over the force on every particle of another |
pub fn coefficients(of: &Constituents, vectors: &DMatrix<f64>, stresses: &DMatrix<f64>) -> Vec<Coefficient> {
    let count = of.species.len();
    let part = |a: usize, b: usize| DMatrix::from_fn(count, count, |i, j| vectors[(2 * i + a, 2 * j + b)]);
    // Onsager's relations hold but for errors of the particles: the mean of both sides is used.
    let (flows, across, heats) = (part(0, 0), part(0, 1), part(1, 1));
    let flows = 0.5 * (&flows + flows.transpose());
    let across = 0.5 * (across + part(1, 0).transpose());
    let heats = 0.5 * (&heats + heats.transpose());
    let holding = without_common_drift(&flows, of) * &across;
    let heats = heats - across.transpose() * &holding;
    let root = DVector::from_iterator(count, of.species.iter().map(|one| 1.0 / one.mass.sqrt()));
    let per_root_mass =
        |matrix: &DMatrix<f64>| DMatrix::from_fn(count, count, |i, j| matrix[(i, j)] * root[i] * root[j]);
    let (moved, heated) = (per_root_mass(&flows), per_root_mass(&heats));

    let scales = &of.scales;
    let mut found = Vec::new();
    let mut add = |name: String, value: f64, unit: &'static str, number: Option<(&'static str, f64)>| {
        found.push(Coefficient { name, value, unit, number });
    };
    let mobility = scales.density * scales.time / scales.mass;
    let charges = DVector::from_iterator(count, of.species.iter().map(|one| one.charge));
    if charges.amax() > 0.0 {
        let conductivity = charges.dot(&(&moved * &charges));
        let charge = if scales.si { ELEMENTARY_CHARGE } else { 1.0 };
        let number = of.electrons.as_ref().map(|electrons| {
            let one = &of.species[electrons.index];
            let ideal = one.density * one.charge.powi(2) * electrons.time / one.mass;
            ("alpha_0", ideal / conductivity)
        });
        add("electrical_conductivity".to_string(), conductivity * charge * charge * mobility, "S/m", number);
    }
    for (i, one) in of.species.iter().enumerate() {
        let force: f64 = (0..count).map(|j| one.mass.sqrt() * holding[(i, j)] * root[j]).sum();
        let number =
            of.electrons.as_ref().filter(|electrons| electrons.index == i).map(|_| ("beta_0", force));
        add(format!("thermoelectric.{}", one.name), force, "1", number);
    }
    let joule = if scales.si { ELEMENTARY_CHARGE } else { 1.0 };
    for (i, one) in of.species.iter().enumerate() {
        let conductivity = of.temperature * heated.row(i).sum();
        let value = conductivity * scales.density * scales.velocity.powi(2) * scales.time * joule;
        let number = of.time_of(i).map(|(electrons, time)| {
            let symbol = if electrons { "kappa_0" } else { "kappa_i" };
            (symbol, conductivity * one.mass / (one.density * of.temperature * time))
        });
        add(format!("thermal_conductivity.{}", one.name), value, "W/(m eV)", number);
    }
    for (i, one) in of.species.iter().enumerate() {
        let viscosity = of.temperature * stresses.row(i).sum();
        let value = viscosity * scales.mass * scales.density * scales.velocity.powi(2) * scales.time;
        let number = of.time_of(i).map(|(electrons, time)| {
            let symbol = if electrons { "eta_0" } else { "eta_i" };
            (symbol, viscosity / (one.density * of.temperature * time))
        });
        add(format!("viscosity.{}", one.name), value, "Pa s", number);
    }
    for (i, one) in of.species.iter().enumerate() {
        for (j, other) in of.species.iter().enumerate() {
            let value = moved[(i, j)] / one.density * scales.time / scales.mass;
            add(format!("mobility.{}.{}", one.name, other.name), value, "m/(N s)", None);
        }
    }
    found
}

/// The inverse of the matrix between flows, on forces that drive no common drift where momentum is kept.
fn without_common_drift(flows: &DMatrix<f64>, of: &Constituents) -> DMatrix<f64> {
    let count = flows.nrows();
    if !of.keeps_momentum {
        return flows.clone().try_inverse().unwrap_or_else(|| DMatrix::from_element(count, count, f64::NAN));
    }
    // Total momentum is Σ √(m T) times the moments of flow.
    let drift = DVector::from_iterator(count, of.species.iter().map(|one| one.mass.sqrt())).normalize();
    let drift = &drift * drift.transpose();
    let others = DMatrix::identity(count, count) - &drift;
    let size = flows.diagonal().amax().max(f64::MIN_POSITIVE);
    let inverse = (&others * flows * &others + size * &drift).try_inverse();
    inverse.map_or(DMatrix::from_element(count, count, f64::NAN), |inverse| &others * inverse * &others)
}
