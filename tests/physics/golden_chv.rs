//! Reproduces the published numbers of Carrillo, Hu and Van Fleet (Acta Appl. Math. 194, 2024). They use mesh
//! scores on the initial lattice without the "+1", ε = 0.64 h^1.98, and forward Euler.

use crate::solver;
use landau::exact::bkw::Bkw;
use landau::functionals::invariants::Invariants;
use landau::kernel::lanes::InstructionSet;
use landau::score::mesh::density_on_lattice;
use serde_json::json;

/// The relative errors L∞, L1, L2 of both species in the two-species BKW test at t = 5.
fn bkw_errors(per_axis: u32) -> [[f64; 3]; 2] {
    let species = |name: &str, mass: f64, half_width: f64| {
        json!({
            "name": name, "mass": mass,
            "initial": { "bkw": { "density": 1.0, "temperature": 1.0, "contrast": 0.5 } },
            "particles": { "lattice": { "per_axis": per_axis, "half_width": half_width } }
        })
    };
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": 2,
        "species": [species("heavy", 2.0, 3.0), species("light", 1.0, 4.0)],
        "collisions": {
            "gamma": 0.0, "coefficients": { "matrix": [[0.125, 0.0625], [0.0625, 0.03125]] },
            "regularisation": { "none": {} }
        },
        "score": { "mesh": { "order": 2, "bandwidth": { "chv": {} }, "spacing": { "lattice": {} }, "exact_degree": 0 } },
        "integrator": { "forward_euler": {} },
        "time": { "step": 0.01, "steps": 500 }
    }));
    let state = solver::run::<2>(&scenario, |_, _, _| {}).unwrap();
    let (problem, _) = solver::start::<2>(&scenario);
    [0, 1].map(|index| {
        let species = &problem.species[index];
        let exact = Bkw { density: 1.0, mass: species.mass, temperature: 1.0, contrast: 0.5, rate: 0.0625 };
        let lattice = species.lattice.unwrap();
        let range = species.range.clone();
        let velocities = &state.velocities[range.clone()];
        let weights = &problem.weights[range];
        let (set, name) = (InstructionSet::detect(), &species.name);
        let density =
            density_on_lattice(&lattice, velocities, weights, species.bandwidth, (2, 12.0), name, set)
                .unwrap();
        let (mut largest, mut total, mut square) = ([0.0f64; 2], [0.0; 2], [0.0; 2]);
        for (v, found) in lattice.centers().zip(density) {
            let exact = exact.density_at::<2>(v[0] * v[0] + v[1] * v[1], 5.0);
            for (k, value) in [(found - exact).abs(), exact].into_iter().enumerate() {
                largest[k] = largest[k].max(value);
                total[k] += value;
                square[k] += value * value;
            }
        }
        [largest[0] / largest[1], total[0] / total[1], (square[0] / square[1]).sqrt()]
    })
}

/// The errors are published with five digits. Four must agree, since ε is printed with two digits.
fn assert_published(per_axis: u32, published: [[f64; 3]; 2]) {
    let found = bkw_errors(per_axis);
    for (found, published) in found.iter().flatten().zip(published.iter().flatten()) {
        assert!((found / published - 1.0).abs() < 1e-4, "n = {per_axis}: {found:e}, published {published:e}");
    }
}

#[test]
fn bkw_errors_are_the_published_ones_for_40_per_axis() {
    assert_published(40, [[7.6856e-2, 2.6179e-2, 3.2425e-2], [6.8694e-2, 2.4608e-2, 2.9856e-2]]);
}

#[cfg(not(debug_assertions))]
#[test]
fn bkw_errors_are_the_published_ones_for_80_per_axis() {
    assert_published(80, [[1.7173e-2, 6.8167e-3, 8.1812e-3], [1.5646e-2, 6.4040e-3, 7.5497e-3]]);
}

/// Compares case 9 of the published Coulomb runs: mean velocities, temperatures and twice the energy.
fn assert_coulomb(steps: u64, published: [f64; 7]) {
    let species = |name: &str, drift: [f64; 2], temperature: f64| {
        json!({
            "name": name, "mass": 1.0,
            "initial": { "maxwellian": { "density": 1.0, "temperature": temperature, "drift": drift } },
            "particles": { "lattice": { "per_axis": 50, "half_width": 4.0 } }
        })
    };
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": 2,
        "species": [species("first", [0.5, 0.25], 0.25), species("second", [-0.25, 0.0], 0.125)],
        "collisions": {
            "gamma": -3.0, "coefficients": { "uniform": 0.03125 }, "regularisation": { "none": {} }
        },
        "score": { "mesh": { "order": 2, "bandwidth": { "chv": {} }, "spacing": { "lattice": {} }, "exact_degree": 0 } },
        "integrator": { "forward_euler": {} },
        "time": { "step": 0.005, "steps": steps }
    }));
    let state = solver::run::<2>(&scenario, |_, _, _| {}).unwrap();
    let (problem, _) = solver::start::<2>(&scenario);
    let [first, second] = [0, 1].map(|index| solver::moments(&problem, &state.velocities, index));
    let energy = Invariants::of(&problem, &state.velocities).energy;
    let found = [
        first.velocity[0],
        first.velocity[1],
        first.temperature(),
        second.velocity[0],
        second.velocity[1],
        second.temperature(),
        2.0 * energy,
    ];
    // Half a unit of the last printed digit (six digits, eight for the energy), and as much for the published
    // rounding.
    let tolerances = [1e-6, 1e-6, 1e-6, 1e-6, 1e-6, 1e-6, 1e-8];
    for ((found, published), tolerance) in found.iter().zip(published).zip(tolerances) {
        assert!((found - published).abs() <= tolerance, "step {steps}: {found}, published {published}");
    }
}

#[test]
fn coulomb_case_9_is_the_published_one_after_a_step() {
    assert_coulomb(1, [0.499691, 0.249902, 0.250113, -0.249691, 0.000098, 0.125144, 1.12500036]);
}

#[cfg(not(debug_assertions))]
#[test]
fn coulomb_case_9_is_the_published_one_at_time_1() {
    assert_coulomb(200, [0.441609, 0.230648, 0.268789, -0.191609, 0.019352, 0.151088, 1.12505922]);
}
