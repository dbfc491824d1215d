//! The kernel's exponent and the coefficients.

use crate::rules::{Checks, number};
use crate::scenario::types::*;

pub fn collisions(found: &mut Checks, scenario: &Scenario) {
    let Scenario { collisions, species: all, .. } = scenario;
    let species = all.len();
    found.within("collisions.gamma", collisions.gamma, -3.0, 1.0);
    if let Regularisation::Spacings { factor } = collisions.regularisation {
        found.require(factor > 0.0 && factor <= 4.0, "collisions.regularisation.spacings.factor", || {
            format!("found {}; allowed: a number > 0 and at most 4, or `none`", number(factor))
        });
    }
    for (index, one) in all.iter().enumerate() {
        let background = one.fixed.as_ref().and_then(Fixed::background).is_some();
        let allowed = collisions.gamma == -3.0 && scenario.dimension == 3;
        found.require(!background || allowed, format!("species.{index}.fixed.temperature"), || {
            let (gamma, dimension) = (number(collisions.gamma), scenario.dimension);
            format!("found a background with collisions.gamma {gamma} in {dimension} dimensions; allowed: with gamma -3 in three, for Coulomb collisions")
        });
    }
    let not_negative = |found: &mut Checks, path: String, value: f64| {
        found.require(value >= 0.0 && value.is_finite(), path, || {
            format!("found {}; allowed: a number ≥ 0", number(value))
        })
    };
    match &collisions.coefficients {
        Coefficients::Uniform(coefficient) => {
            not_negative(found, "collisions.coefficients.uniform".to_string(), *coefficient);
        }
        Coefficients::Matrix(rows) => {
            let path = "collisions.coefficients.matrix";
            let mut square = found.require(rows.len() == species, path, || {
                format!("found {} rows; allowed: {species}, one for each species", rows.len())
            });
            for (i, row) in rows.iter().enumerate() {
                square &= found.require(row.len() == species, format!("{path}.{i}"), || {
                    format!("found {} numbers; allowed: {species}, one for each species", row.len())
                });
                for (j, coefficient) in row.iter().enumerate() {
                    not_negative(found, format!("{path}.{i}.{j}"), *coefficient);
                }
            }
            if !square {
                return;
            }
            for (i, row) in rows.iter().enumerate() {
                for (j, coefficient) in row.iter().enumerate().take(i) {
                    found.require(*coefficient == rows[j][i], format!("{path}.{i}.{j}"), || {
                        format!(
                            "found {} where [{j}][{i}] is {}; allowed: a symmetric matrix",
                            number(*coefficient),
                            number(rows[j][i])
                        )
                    });
                }
            }
        }
        Coefficients::Coulomb { log_lambda } => coulomb(found, scenario, *log_lambda),
    }
}

/// Less than this is no number of elementary charges, but a charge in coulombs.
const LEAST_CHARGE: f64 = 1e-6;

fn coulomb(found: &mut Checks, scenario: &Scenario, log_lambda: Option<f64>) {
    let path = "collisions.coefficients.coulomb";
    found.require(scenario.units == Units::Si {}, path, || {
        "found with normalized units; allowed: with \"units\": {\"si\": {}}, else `matrix` or `uniform`"
            .to_string()
    });
    let gamma = scenario.collisions.gamma;
    found.require(gamma == -3.0, path, || {
        format!("found with collisions.gamma {}; allowed: with gamma -3", number(gamma))
    });
    for (index, one) in scenario.species.iter().enumerate() {
        found.require(one.charge == 0.0 || one.charge.abs() >= LEAST_CHARGE, format!("species.{index}.charge"), || {
            format!(
                "found {}, which looks like coulombs; allowed: elementary charges, as in -1 for an electron",
                number(one.charge)
            )
        });
    }
    // Moving neutral species collide with nothing; a fixed one would do nothing at all.
    let some_charged = scenario.species.iter().any(|one| one.fixed.is_none() && one.charge != 0.0);
    for (index, one) in scenario.species.iter().enumerate() {
        let neutral = one.fixed.is_none() && some_charged;
        found.require(neutral || one.charge != 0.0, format!("species.{index}.charge"), || {
            "found 0 with `coulomb` coefficients; allowed: a charge other than 0, in elementary charges, of fixed species and of one moving species or more"
                .to_string()
        });
    }
    if let Some(log_lambda) = log_lambda {
        found.positive(format!("{path}.log_lambda"), log_lambda);
    }
}
