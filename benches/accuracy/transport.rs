//! Transport coefficients from the response to a small impulse, integrated over time (Green–Kubo).
//!
//! γ = −3, and density, mass, temperature and c are 1. Electrons with a small drift on ions of charge Z at
//! rest give the conductivity over that of a Lorentz gas, γ_E. One species with a small anisotropy gives the
//! viscosity η₀/(nTτ_i). One species with a small heat flux gives the heat conduction κ/(nTτ_i/m). Here
//! τ_i = 1.2 τ_iso = 3√π/2. The exact values are from Sonine expansions.

use super::{Wanted, history};
use landau::problem::Problem;
use serde_json::{Value, json};
use std::f64::consts::PI;

/// 1.2 · 5√π/4.
fn ion_time() -> f64 {
    1.5 * PI.sqrt()
}

fn scenario(cells: u32, initial: Value, ions: Option<f64>, (dt, steps): (f64, u32)) -> Value {
    let mut species = vec![json!({
        "name": "light", "mass": 1.0, "initial": initial,
        "particles": { "lattice": { "per_axis": cells, "half_width": 4.8, "center": [0.0, 0.0, 0.0] } }
    })];
    let mut matrix = json!([[1.0]]);
    if let Some(charge) = ions {
        species.push(json!({ "name": "ion", "fixed": { "density": charge } }));
        matrix = json!([[1.0, 1.0], [1.0, 0.0]]);
    }
    json!({
        "version": 1, "dimension": 3, "species": species,
        "collisions": { "gamma": -3.0, "coefficients": { "matrix": matrix } },
        "integrator": { "runge_kutta_chebyshev": {} },
        "time": { "step": dt, "steps": steps }
    })
}

fn mean(problem: &Problem<3>, velocities: &[[f64; 3]], of: impl Fn(&[f64; 3]) -> f64) -> f64 {
    let total: f64 = problem.weights.iter().sum();
    velocities.iter().zip(&problem.weights).map(|(v, w)| w * of(v)).sum::<f64>() / total
}

/// ∫ q dt/q(0) by Simpson's rule, with an exponential tail beyond the end.
fn integral(values: &[f64], dt: f64) -> f64 {
    let last = values.len() - 1;
    assert!(last.is_multiple_of(2));
    let weight = |k: usize| {
        if k == 0 || k == last {
            1.0
        } else if k % 2 == 1 {
            4.0
        } else {
            2.0
        }
    };
    let sum: f64 = values.iter().enumerate().map(|(k, q)| weight(k) * q).sum();
    let rate = (values[last - 8] / values[last]).ln() / (8.0 * dt);
    let beyond = if rate > 0.0 { values[last] / rate } else { 0.0 };
    (sum * dt / 3.0 + beyond) / values[0]
}

pub fn conductivity(wanted: &Wanted, cells: u32, charge: f64) -> f64 {
    let drift = json!({ "maxwellian": { "density": 1.0, "temperature": 1.0, "drift": [0.02, 0.0, 0.0] } });
    let (dt, steps) = (0.25 / (0.5 + 0.5 * charge), 240);
    let scenario = wanted.scenario(&scenario(cells, drift, Some(charge), (dt, steps)));
    let values = history::<3>(&scenario, |problem, velocities| mean(problem, velocities, |v| v[0]));
    // For a Lorentz gas: ⟨r⁵⟩/3 of the Maxwellian, over 2 c n.
    let lorentz = 2f64.powf(2.5) * 6.0 / (0.5 * PI.sqrt()) / 3.0 / (2.0 * charge);
    integral(&values, dt) / lorentz
}

pub fn viscosity(wanted: &Wanted, cells: u32) -> f64 {
    let initial = json!({ "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.04, 0.98, 0.98] } });
    let (dt, steps) = (0.25, 120);
    let scenario = wanted.scenario(&scenario(cells, initial, None, (dt, steps)));
    let stress = |v: &[f64; 3]| v[0] * v[0] - 0.5 * (v[1] * v[1] + v[2] * v[2]);
    let values = history::<3>(&scenario, |problem, velocities| mean(problem, velocities, stress));
    integral(&values, dt) / ion_time()
}

pub fn heat_conduction(wanted: &Wanted, cells: u32) -> f64 {
    let initial = json!({ "expression": { "density": 1.0, "formula": "exp(-v^2/2 + 0.002*vx*(v^2-5))" } });
    let (dt, steps) = (0.25, 240);
    let scenario = wanted.scenario(&scenario(cells, initial, None, (dt, steps)));
    let flux = |v: &[f64; 3]| v[0] * (v.iter().map(|c| c * c).sum::<f64>() - 5.0);
    let values = history::<3>(&scenario, |problem, velocities| mean(problem, velocities, flux));
    2.5 * integral(&values, dt) / ion_time()
}

pub fn print(wanted: &Wanted) {
    println!("| cells | γ_E Z = 1 | Z = 4 | η₀/(nTτ) | κ/(nTτ/m) |");
    println!("|---|---|---|---|---|");
    println!("| exact | 0.5819 | 0.7853 | 0.96529 | 3.9502 |");
    for &cells in &wanted.cells {
        println!(
            "| {cells} | {:.4} | {:.4} | {:.4} | {:.4} |",
            conductivity(wanted, cells, 1.0),
            conductivity(wanted, cells, 4.0),
            viscosity(wanted, cells),
            heat_conduction(wanted, cells)
        );
    }
}
