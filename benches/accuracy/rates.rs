//! Instantaneous rates of Coulomb collisions between Maxwellians, over the exact rates.

use super::{Wanted, with_start};
use landau::exact::rates::{self, Maxwellian};
use landau::landau::{Evaluation, InStep};
use serde_json::{Value, json};

/// Rates of change of the mean velocity and of the diagonal of the temperature tensor of a species.
fn moment_rates<const D: usize>(wanted: &Wanted, json: &Value, index: usize) -> ([f64; D], [f64; D]) {
    let scenario = wanted.scenario(json);
    with_start::<D, _>(&scenario, |problem, state, landau| {
        let mut evaluation = Evaluation::empty(problem);
        landau
            .evaluate(&state.velocities, InStep::unfenced(0), &mut evaluation)
            .unwrap_or_else(|f| panic!("{f}"));
        let species = &problem.species[index];
        let range = species.range.clone();
        let moments = problem.moments(species, &state.velocities);
        let (mut drift, mut heating) = ([0.0; D], [0.0; D]);
        for p in range {
            for axis in 0..D {
                let share = problem.weights[p] * evaluation.rates[p][axis] / moments.density;
                drift[axis] += share;
                heating[axis] +=
                    2.0 * species.mass * share * (state.velocities[p][axis] - moments.velocity[axis]);
            }
        }
        (drift, heating)
    })
}

fn maxwellian(name: &str, of: Maxwellian, drift: Vec<f64>, cells: u32, reach: f64) -> Value {
    json!({
        "name": name, "mass": of.mass,
        "initial": { "maxwellian": { "density": of.density, "temperature": of.temperature, "drift": drift } },
        "particles": { "lattice": { "per_axis": cells, "half_width": reach * (of.temperature / of.mass).sqrt() } }
    })
}

fn scenario<const D: usize>(gamma: f64, species: &[Value], matrix: Value) -> Value {
    json!({
        "version": 1, "dimension": D, "species": species,
        "collisions": { "gamma": gamma, "coefficients": { "matrix": matrix } },
        "time": { "step": 1.0, "steps": 1 }
    })
}

/// dT_x/dt of one species over its exact value. The temperature along x is 1.01 times that along the other
/// axes.
fn isotropisation<const D: usize>(wanted: &Wanted, gamma: f64, cells: u32) -> f64 {
    let mut temperatures = vec![1.0; D];
    temperatures[0] = 1.01;
    let one = json!({
        "name": "one", "mass": 1.0,
        "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": temperatures } },
        "particles": { "lattice": { "per_axis": cells, "half_width": 4.8 } }
    });
    let (_, heating) = moment_rates::<D>(wanted, &scenario::<D>(gamma, &[one], json!([[1.0]])), 0);
    let mean = Maxwellian { density: 1.0, mass: 1.0, temperature: 1.0 + 0.01 / D as f64 };
    let exact = -rates::isotropisation(D, gamma, 1.0, mean) * 0.01;
    (heating[0] - heating[1]) / exact
}

/// dT/dt of the light one of two Maxwellians over its exact value. The lattices have cells along an axis in
/// the ratio 16:14, or equally many if `same`.
fn equilibration<const D: usize>(wanted: &Wanted, gamma: f64, cells: u32, mass: f64, same: bool) -> f64 {
    let light = Maxwellian { density: 1.0, mass: 1.0, temperature: 1.0 };
    let heavy = Maxwellian { density: 1.0, mass, temperature: 0.8 };
    let other = if same { cells } else { (7 * cells).div_ceil(8) };
    let species = [
        maxwellian("light", light, vec![0.0; D], cells, 4.0),
        maxwellian("heavy", heavy, vec![0.0; D], other, 4.0),
    ];
    let json = scenario::<D>(gamma, &species, json!([[1.0, 1.0], [1.0, 1.0]]));
    let (_, heating) = moment_rates::<D>(wanted, &json, 0);
    heating.iter().sum::<f64>() / D as f64 / rates::heating(D, gamma, 1.0, light, heavy)
}

/// du/dt of the heavier of two Maxwellians over its exact value. It drifts by 0.02 thermal speeds of the
/// lighter one.
fn friction<const D: usize>(wanted: &Wanted, gamma: f64, cells: u32, mass: f64) -> f64 {
    let light = Maxwellian { density: 1.0, mass: 1.0, temperature: 1.0 };
    let heavy = Maxwellian { density: 1.0, mass, temperature: 1.0 };
    let mut drift = vec![0.0; D];
    drift[0] = 0.02;
    let species =
        [maxwellian("light", light, vec![0.0; D], cells, 4.8), maxwellian("heavy", heavy, drift, cells, 4.8)];
    let json = scenario::<D>(gamma, &species, json!([[1.0, 1.0], [1.0, 1.0]]));
    let (slowing, _) = moment_rates::<D>(wanted, &json, 1);
    -slowing[0] / (0.02 * rates::slowing_down(D, gamma, 1.0, heavy, light))
}

fn table<const D: usize>(wanted: &Wanted, gamma: f64) {
    println!("\n{D}-D, γ = {gamma}: rates over exact ones");
    println!(
        "| cells | isotropisation | equilibration m 1, 16:14 cells | m 1, one lattice scaled | m 4 | m 1836 | friction m 1 | m 4 | m 1836 |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for &n in &wanted.cells {
        println!(
            "| {n} | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} |",
            isotropisation::<D>(wanted, gamma, n),
            equilibration::<D>(wanted, gamma, n, 1.0, false),
            equilibration::<D>(wanted, gamma, n, 1.0, true),
            equilibration::<D>(wanted, gamma, n, 4.0, true),
            equilibration::<D>(wanted, gamma, n, 1836.0, true),
            friction::<D>(wanted, gamma, n, 1.0),
            friction::<D>(wanted, gamma, n, 4.0),
            friction::<D>(wanted, gamma, n, 1836.0),
        );
    }
}

pub fn print(wanted: &Wanted) {
    table::<3>(wanted, -3.0);
    table::<2>(wanted, -3.0);
}
