//! Errors of scores of non-Maxwellian densities at the start: √(Σ w |s − ∇log f|²/Σ w |∇log f|²).

use super::{Wanted, with_start};
use landau::landau::{Evaluation, InStep};
use serde_json::{Value, json};

/// A sum of isotropic Gaussians, each with its density, variance and centre on the first axis.
struct Shape {
    name: &'static str,
    parts: Vec<(f64, f64, f64)>,
    half_width: f64,
}

fn shapes() -> Vec<Shape> {
    let shape =
        |name, parts: &[(f64, f64, f64)], half_width| Shape { name, parts: parts.to_vec(), half_width };
    vec![
        shape("bump 5 % at 2.5", &[(0.95, 1.0, 0.0), (0.05, 0.25, 2.5)], 4.8),
        shape("core and halo T = 5", &[(0.9, 1.0, 0.0), (0.1, 5.0, 0.0)], 7.0),
        shape("beams 0.7, 0.3, T = 0.4", &[(0.7, 0.4, -1.0), (0.3, 0.4, 2.0)], 4.8),
        shape("beams 0.5 at ±0.7", &[(0.5, 1.0, -0.7), (0.5, 1.0, 0.7)], 4.8),
    ]
}

/// A radial density, its score along v, and the half width of its lattice.
struct Radial {
    name: &'static str,
    initial: Value,
    score: fn(f64) -> f64,
    half_width: f64,
}

fn radials() -> Vec<Radial> {
    vec![
        Radial {
            name: "BKW of contrast 0.3",
            initial: json!({ "bkw": { "density": 1.0, "temperature": 1.0, "contrast": 0.3 } }),
            // K = 0.7, Q = (1 − K)/2K: 1 − 3Q + Q r²/K.
            score: |r| {
                let (k, q) = (0.7, 0.3 / 1.4);
                -r / k + 2.0 * q * r / k / (1.0 - 3.0 * q + q * r * r / k)
            },
            half_width: 4.5,
        },
        Radial {
            name: "shell of radius 1, sharpness 4",
            initial: json!({ "shell": { "density": 1.0, "radius": 1.0, "sharpness": 4.0 } }),
            score: |r| -8.0 * (r - 1.0),
            half_width: 2.8,
        },
        Radial {
            name: "shell, sharpness 10",
            initial: json!({ "shell": { "density": 1.0, "radius": 1.0, "sharpness": 10.0 } }),
            score: |r| -20.0 * (r - 1.0),
            half_width: 2.2,
        },
    ]
}

fn radial_error(wanted: &Wanted, radial: &Radial, cells: u32) -> f64 {
    let scenario = wanted.scenario(&json!({
        "version": 1, "dimension": 3,
        "species": [{ "name": "one", "mass": 1.0, "initial": radial.initial,
            "particles": { "lattice": { "per_axis": cells, "half_width": radial.half_width } } }],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.0 } },
        "time": { "step": 1.0, "steps": 1 }
    }));
    with_start::<3, _>(&scenario, |problem, state, landau| {
        landau
            .evaluate(&state.velocities, InStep::unfenced(0), &mut Evaluation::empty(problem))
            .unwrap_or_else(|f| panic!("{f}"));
        let (mut wrong, mut all) = (0.0, 0.0);
        for ((s, v), w) in landau.scores().iter().zip(&state.velocities).zip(&problem.weights) {
            let r = v.iter().map(|c| c * c).sum::<f64>().sqrt();
            for axis in 0..3 {
                let exact = if r > 0.0 { (radial.score)(r) * v[axis] / r } else { 0.0 };
                wrong += w * (s[axis] - exact).powi(2);
                all += w * exact * exact;
            }
        }
        (wrong / all).sqrt()
    })
}

fn error(wanted: &Wanted, shape: &Shape, cells: u32) -> f64 {
    let initial: Vec<Value> = shape
        .parts
        .iter()
        .map(|(density, variance, place)| {
            json!({ "maxwellian": { "density": density, "temperature": variance, "drift": [place, 0.0, 0.0] } })
        })
        .collect();
    let scenario = wanted.scenario(&json!({
        "version": 1, "dimension": 3,
        "species": [{ "name": "one", "mass": 1.0, "initial": { "mixture": initial },
            "particles": { "lattice": { "per_axis": cells, "half_width": shape.half_width } } }],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.0 } },
        "time": { "step": 1.0, "steps": 1 }
    }));
    with_start::<3, _>(&scenario, |problem, state, landau| {
        landau
            .evaluate(&state.velocities, InStep::unfenced(0), &mut Evaluation::empty(problem))
            .unwrap_or_else(|f| panic!("{f}"));
        let (mut wrong, mut all) = (0.0, 0.0);
        for ((s, v), w) in landau.scores().iter().zip(&state.velocities).zip(&problem.weights) {
            let (mut density, mut slope) = (0.0, [0.0; 3]);
            for &(n, variance, place) in &shape.parts {
                let from = [v[0] - place, v[1], v[2]];
                let square: f64 = from.iter().map(|c| c * c).sum();
                let part = n * variance.powf(-1.5) * (-0.5 * square / variance).exp();
                density += part;
                slope.iter_mut().zip(from).for_each(|(sum, c)| *sum -= part * c / variance);
            }
            for axis in 0..3 {
                let exact = slope[axis] / density;
                wrong += w * (s[axis] - exact).powi(2);
                all += w * exact * exact;
            }
        }
        (wrong / all).sqrt()
    })
}

pub fn print(wanted: &Wanted) {
    println!("\nerror of scores");
    let names = shapes()
        .iter()
        .map(|shape| shape.name)
        .chain(radials().iter().map(|radial| radial.name))
        .collect::<Vec<_>>();
    println!("| cells | {} |", names.join(" | "));
    for &cells in &wanted.cells {
        let errors = shapes().iter().map(|shape| error(wanted, shape, cells)).collect::<Vec<_>>();
        let radial = radials().iter().map(|radial| radial_error(wanted, radial, cells)).collect::<Vec<_>>();
        let errors: Vec<String> = errors.iter().chain(&radial).map(|error| format!("{error:.4}")).collect();
        println!("| {cells} | {} |", errors.join(" | "));
    }
}
