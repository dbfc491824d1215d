//! A list of all integrators that a scenario can name. Tests of what holds for every method loop over it.

#![allow(dead_code)]

use serde_json::{Value, json};

/// At least one entry for every integrator of the schema. Implicit methods solve their equations to
/// `tolerance`.
pub fn integrators(tolerance: f64) -> Vec<Value> {
    vec![
        json!({ "forward_euler": {} }),
        json!({ "runge_kutta": { "order": 2 } }),
        json!({ "runge_kutta": { "order": 4 } }),
        json!({ "runge_kutta_chebyshev": {} }),
        json!({ "runge_kutta_chebyshev": { "stages": 5 } }),
        json!({ "implicit_midpoint": { "tolerance": tolerance, "max_iterations": 200 } }),
        json!({ "discrete_gradient": { "tolerance": tolerance, "max_iterations": 200 } }),
    ]
}

/// Whether the integrator is implicit.
pub fn is_implicit(integrator: &Value) -> bool {
    integrator.to_string().contains("tolerance")
}

#[test]
fn the_table_names_every_integrator_of_the_schema() {
    let choices = landau::scenario::schema()["$defs"]["Integrator"]["oneOf"].as_array().unwrap();
    for choice in choices {
        let name = choice["required"][0].as_str().unwrap();
        let named = integrators(1e-12).iter().any(|row| row.get(name).is_some());
        assert!(named, "no row for the integrator {name}");
    }
}
