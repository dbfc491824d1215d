//! The coefficients c_ij of a problem: as the scenario says them, or from charges and ln Λ.

use super::coulomb::{self, Charged};
use crate::distribution::vector;
use crate::problem::Problem;
use crate::scenario::{Coefficients, Scenario, Species, Violation};
use serde_json::{Map, Value};

/// Fills the coefficients between the species of a problem that has everything else.
pub fn fill<const D: usize>(
    scenario: &Scenario,
    problem: &mut Problem<D>,
    velocities: &[[f64; D]],
) -> Result<(), Violation> {
    let scale = problem.scales.coefficient(problem.gamma);
    let between = |i: usize, j: usize| scenario.collisions.coefficients.between(i, j);
    let matrix: Vec<Vec<f64>> = match coulomb_logarithms(scenario, problem, velocities) {
        None => {
            let all = 0..scenario.species.len();
            let row = |i| all.clone().map(move |j| between(i, j).unwrap_or(f64::NAN) / scale).collect();
            all.clone().map(row).collect()
        }
        Some(logarithms) => {
            let charge = |i: usize| scenario.species[i].charge;
            let names = |i: usize, j: usize| [i, j].map(|k| scenario.species[k].name.as_str());
            for (i, row) in logarithms.iter().enumerate() {
                for (j, &logarithm) in row.iter().enumerate() {
                    let both_fixed = [i, j].iter().all(|&k| scenario.species[k].fixed.is_some());
                    let neutral = [i, j].iter().any(|&k| charge(k) == 0.0);
                    if !(both_fixed || neutral || logarithm >= 1.0 || log_lambda(scenario).is_some()) {
                        let [one, other] = names(i, j);
                        return Err(Violation::new(
                            "collisions.coefficients.coulomb",
                            format!(
                                "found a plasma in which ln Λ between \"{one}\" and \"{other}\" comes out as {logarithm:.3}; allowed: 1 or more, below which pairs do not describe it, or `log_lambda` given"
                            ),
                        ));
                    }
                }
            }
            let row = |(i, row): (usize, &Vec<f64>)| {
                let coefficient = |(j, &logarithm)| match charge(i) == 0.0 || charge(j) == 0.0 {
                    true => 0.0,
                    false => coulomb::coefficient(charge(i), charge(j), logarithm) / scale,
                };
                row.iter().enumerate().map(coefficient).collect()
            };
            logarithms.iter().enumerate().map(row).collect()
        }
    };
    let places =
        |kind: Kind| (0..scenario.species.len()).filter(move |&i| Kind::of(&scenario.species[i]) == kind);
    for i in places(Kind::Moving) {
        problem.coefficients.extend(places(Kind::Moving).map(|j| matrix[i][j]));
        problem.fixed_coefficients.extend(places(Kind::Fixed).map(|b| matrix[i][b]));
        problem.background_coefficients.extend(places(Kind::Background).map(|b| matrix[i][b]));
    }
    let all = [&problem.coefficients, &problem.fixed_coefficients, &problem.background_coefficients];
    if !all.into_iter().flatten().all(|c| c.is_finite()) {
        return Err(Violation::new(
            "collisions.coefficients",
            "found coefficients beyond every number on the scales of the run; allowed: masses, densities, velocities and times whose coefficients are finite",
        ));
    }
    Ok(())
}

/// What a species does in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Moving,
    /// Of infinite mass.
    Fixed,
    Background,
}

impl Kind {
    fn of(species: &Species) -> Self {
        match &species.fixed {
            None => Self::Moving,
            Some(fixed) if fixed.background().is_some() => Self::Background,
            Some(_) => Self::Fixed,
        }
    }
}

/// ln Λ as the scenario says it.
fn log_lambda(scenario: &Scenario) -> Option<f64> {
    match scenario.collisions.coefficients {
        Coefficients::Coulomb { log_lambda } => log_lambda,
        Coefficients::Matrix(_) | Coefficients::Uniform(_) => None,
    }
}

/// ln Λ of every pair of the scenario's species, row after row, where coefficients are `coulomb`; NaN
/// between two fixed species, which do not meet, and beside neutral ones, which collide with nothing.
pub fn coulomb_logarithms<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Option<Vec<Vec<f64>>> {
    let plasma = plasma(scenario, problem, velocities)?;
    let between = |i: usize, j: usize| match plasma[i].charge == 0.0 || plasma[j].charge == 0.0 {
        true => f64::NAN,
        false => log_lambda(scenario).unwrap_or_else(|| coulomb::log_lambda(&plasma, i, j)),
    };
    let all = 0..plasma.len();
    Some(all.clone().map(|i| all.clone().map(|j| between(i, j)).collect()).collect())
}

/// The scenario's species as the Coulomb logarithm sees them, where coefficients are `coulomb`.
fn plasma<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Option<Vec<Charged>> {
    let Coefficients::Coulomb { .. } = scenario.collisions.coefficients else { return None };
    let scales = problem.scales;
    let mut moving = problem.species.iter();
    let charged = scenario.species.iter().filter_map(|one| {
        if let Some(fixed) = &one.fixed {
            let (mass, temperature) = fixed.background().unwrap_or((f64::INFINITY, f64::NAN));
            let velocity = three(&vector::<D>(fixed.velocity.as_ref()));
            return Some(Charged { charge: one.charge, mass, density: fixed.density, temperature, velocity });
        }
        let species = moving.next()?;
        let moments = problem.moments(species, velocities);
        Some(Charged {
            charge: one.charge,
            mass: species.mass * scales.mass,
            density: moments.density * scales.density,
            temperature: moments.temperature() * scales.temperature,
            velocity: three(&moments.velocity).map(|component| component * scales.velocity),
        })
    });
    Some(charged.collect())
}

/// A vector of two or three components.
fn three<const D: usize>(vector: &[f64; D]) -> [f64; 3] {
    std::array::from_fn(|axis| vector.get(axis).copied().unwrap_or(0.0))
}

/// Pairs of moving ions that stream through each other, by their places in the scenario, where ln Λ is computed.
pub fn counter_streaming<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Vec<(usize, usize)> {
    let plasma = plasma(scenario, problem, velocities).filter(|_| log_lambda(scenario).is_none());
    let plasma = plasma.unwrap_or_default();
    let pairs = (0..plasma.len()).flat_map(|i| (i..plasma.len()).map(move |j| (i, j)));
    pairs.filter(|&(i, j)| coulomb::counter_streaming(&plasma, i, j)).collect()
}

/// The same by the names of the species, `{"electron": {"electron": 14.8, "ion": 14.8}, …}`, without pairs that do
/// not meet.
pub fn named_coulomb_logarithms<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Option<Value> {
    let rows = coulomb_logarithms(scenario, problem, velocities)?;
    let meets = |i: usize, j: usize| {
        let neutral = [i, j].iter().any(|&k| scenario.species[k].charge == 0.0);
        !neutral && [i, j].iter().any(|&k| scenario.species[k].fixed.is_none())
    };
    let row = |(i, row): (usize, Vec<f64>)| {
        let known = row.into_iter().enumerate().filter(|&(j, _)| meets(i, j));
        let named: Map<String, Value> =
            known.map(|(j, logarithm)| (scenario.species[j].name.clone(), logarithm.into())).collect();
        (scenario.species[i].name.clone(), named.into())
    };
    Some(rows.into_iter().enumerate().map(row).collect::<Map<String, Value>>().into())
}
