//! What a scenario may contain about time and integrators, and the error messages otherwise.

use landau::scenario;
use serde_json::json;

/// The error messages for a valid scenario with these changes.
fn errors(changes: &[&str]) -> String {
    let valid = json!({
        "version": 1, "dimension": 2,
        "species": [{ "name": "a", "mass": 1.0, "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } },
            "particles": { "lattice": { "per_axis": 4, "half_width": 3.0 } } }],
        "collisions": { "gamma": 0.0, "coefficients": { "uniform": 1.0 } },
        "time": { "step": 0.1, "steps": 10 }
    });
    let set: Vec<String> = changes.iter().map(|change| change.to_string()).collect();
    match scenario::parse("case.json", valid.to_string(), &set) {
        Ok(_) => String::new(),
        Err(errors) => errors.to_string(),
    }
}

const ADAPTIVE: &str = r#"time={"adaptive":{"end":1.0,"relative_tolerance":1e-4}}"#;

#[test]
fn steps_of_one_length_and_adaptive_ones_are_read() {
    for changes in [
        &[][..],
        &[ADAPTIVE][..],
        &[ADAPTIVE, "time.adaptive.first_step=0.5"][..],
        &[ADAPTIVE, r#"integrator={"runge_kutta_chebyshev":{}}"#][..],
        &[ADAPTIVE, r#"integrator={"runge_kutta_chebyshev":{"stages":8}}"#][..],
        &[r#"integrator={"discrete_gradient":{}}"#][..],
        &[r#"integrator={"implicit_midpoint":{"tolerance":1e-9}}"#][..],
    ] {
        assert_eq!(errors(changes), "", "{changes:?}");
    }
}

#[test]
fn what_cannot_be_stepped_is_refused_with_its_place() {
    let implicit = r#"integrator={"discrete_gradient":{}}"#;
    for (changes, expected) in [
        (&["time.step=0"][..], "time.step: found 0; allowed: a number > 0"),
        (&["time.step=-0.1"][..], "time.step: found -0.1; allowed: a number > 0"),
        (&["time.steps=0"][..], "time.steps: found 0; allowed: a whole number ≥ 1"),
        (&[r#"time={"step":0.1}"#][..], "time: found no `steps`; allowed: step and steps, or adaptive alone"),
        (&["time={}"][..], "time: found no `step`; allowed: step and steps, or adaptive alone"),
        (
            &[ADAPTIVE, "time.steps=5"][..],
            "time.steps: found `steps` beside `adaptive`; allowed: step and steps, or adaptive alone",
        ),
        (&[ADAPTIVE, "time.adaptive.end=-1"][..], "time.adaptive.end: found -1; allowed: a number > 0"),
        (
            &[ADAPTIVE, "time.adaptive.relative_tolerance=1e-20"][..],
            "time.adaptive.relative_tolerance: found 1e-20; allowed: a number from 1e-12 to 0.1",
        ),
        (
            &[ADAPTIVE, "time.adaptive.relative_tolerance=0"][..],
            "found 0; allowed: a number from 1e-12 to 0.1",
        ),
        (
            &[ADAPTIVE, "time.adaptive.first_step=2"][..],
            "time.adaptive.first_step: found 2; allowed: a number > 0, at most the end 1",
        ),
        (
            &[ADAPTIVE, "time.adaptive.first_step=0"][..],
            "time.adaptive.first_step: found 0; allowed: a number > 0",
        ),
        (
            &[ADAPTIVE, implicit][..],
            "time.adaptive: found with an implicit integrator, which has no error estimate; allowed: step and steps, or forward_euler, runge_kutta or runge_kutta_chebyshev",
        ),
        (
            &[r#"integrator={"runge_kutta_chebyshev":{"stages":1}}"#][..],
            "integrator.runge_kutta_chebyshev.stages: found 1; allowed: a whole number from 2 to 250",
        ),
        (
            &[r#"integrator={"runge_kutta_chebyshev":{"stages":100000}}"#][..],
            "stages: found 100000; allowed: a whole number from 2 to 250",
        ),
        (
            &[r#"integrator={"discrete_gradient":{"tolerance":0}}"#][..],
            "integrator.discrete_gradient.tolerance: found 0; allowed",
        ),
        (
            &[r#"integrator={"discrete_gradient":{"max_iterations":0}}"#][..],
            "integrator.discrete_gradient.max_iterations: found 0; allowed: a whole number ≥ 1",
        ),
    ] {
        let found = errors(changes);
        assert!(found.contains(expected), "{changes:?}\n{found}");
    }
}
