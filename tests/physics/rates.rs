//! The right-hand side against exact instantaneous rates, without a time step.
//!
//! Sources: NRL Plasma Formulary (energy exchange, slowing down). For the mollified system, an order-2 score
//! on a fine lattice must reproduce the Gaussian integrals of [`landau::exact::rates`].

use crate::solver;
use landau::exact::rates::{self, Maxwellian};
use serde_json::{Value, json};

const HEAVY: Maxwellian = Maxwellian { density: 1.0, mass: 2.0, temperature: 1.0 };
const LIGHT: Maxwellian = Maxwellian { density: 0.7, mass: 1.0, temperature: 0.6 };
const COEFFICIENT: f64 = 0.3;

/// Two Maxwellians on lattices of `reach` thermal speeds. The first one drifts, and each collides only with
/// the other.
fn scenario(
    dimension: usize,
    gamma: f64,
    drift: f64,
    per_axis: u32,
    reach: f64,
    score: Value,
) -> landau::scenario::Scenario {
    let species = |name: &str, of: Maxwellian, drift: f64| {
        let mut velocity = vec![0.0; dimension];
        velocity[0] = drift;
        json!({
            "name": name, "mass": of.mass,
            "initial": { "maxwellian": { "density": of.density, "temperature": of.temperature, "drift": velocity } },
            "particles": { "lattice": { "per_axis": per_axis, "half_width": reach * (of.temperature / of.mass).sqrt() } }
        })
    };
    solver::scenario(&json!({
        "version": 1, "dimension": dimension,
        "species": [species("heavy", HEAVY, drift), species("light", LIGHT, 0.0)],
        "collisions": { "gamma": gamma, "coefficients": { "matrix": [[0.2, COEFFICIENT], [COEFFICIENT, 0.2]] } },
        "score": score,
        "time": { "step": 1.0, "steps": 1 }
    }))
}

fn order_2() -> Value {
    json!({ "mesh": { "order": 2, "bandwidth": { "spacing_squared": 1.0 }, "exact_degree": 0 } })
}

/// The heating of a species without drift, over its exact value for the mollified system.
fn heating<const D: usize>(gamma: f64, per_axis: u32, index: usize) -> f64 {
    let scenario = scenario(D, gamma, 0.0, per_axis, 5.0, order_2());
    let (problem, state) = solver::start::<D>(&scenario);
    let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
    let with = |index: usize, of: Maxwellian| (of, problem.species[index].bandwidth);
    let (own, other) = match index {
        0 => (with(0, HEAVY), with(1, LIGHT)),
        _ => (with(1, LIGHT), with(0, HEAVY)),
    };
    let (_, found) = solver::moment_rates(&problem, &state.velocities, &evaluation, index);
    found / rates::regularised_heating(D, gamma, COEFFICIENT, own, other)
}

#[test]
fn heating_of_the_mollified_system_is_exact() {
    for index in [0, 1] {
        // For a smooth or bounded kernel the error is from the missing tails beyond 5 thermal speeds.
        for gamma in [-1.0, 0.0, 1.0] {
            let ratio = heating::<2>(gamma, 40, index);
            assert!((ratio - 1.0).abs() < 2e-3, "2-D, γ = {gamma}: {ratio}");
            let ratio = heating::<3>(gamma, 20, index);
            assert!((ratio - 1.0).abs() < 2e-3, "3-D, γ = {gamma}: {ratio}");
        }
        // The Coulomb kernel |z|^−1 is singular where cells of the two lattices nearly coincide. So the
        // clouds are finer, and the error falls from several per cent at half the resolution.
        let (coarse, fine) = (heating::<2>(-3.0, 80, index), heating::<2>(-3.0, 160, index));
        assert!(
            (fine - 1.0).abs() < 1e-2 && (fine - 1.0).abs() < (coarse - 1.0).abs(),
            "2-D, Coulomb: {coarse}, {fine}"
        );
        let fine = heating::<3>(-3.0, 32, index);
        assert!((fine - 1.0).abs() < 1e-2, "3-D, Coulomb: {fine}");
    }
}

/// The friction on the drifting heavy species, over its exact value for the mollified or the exact system.
fn friction(score: &Value, mollified: bool, per_axis: u32) -> f64 {
    let drift = 0.5;
    let scenario = scenario(3, -3.0, drift, per_axis, 5.0, score.clone());
    let (problem, state) = solver::start::<3>(&scenario);
    let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
    let with = |index: usize, of: Maxwellian| (of, problem.species[index].bandwidth);
    let factor =
        if mollified { rates::regularised_friction_factor(with(0, HEAVY), with(1, LIGHT)) } else { 1.0 };
    let (found, _) = solver::moment_rates(&problem, &state.velocities, &evaluation, 0);
    // Only rounding breaks the symmetry across the drift.
    assert!(found[1].abs() < 1e-12 && found[2].abs() < 1e-12, "{found:?}");
    found[0] / (factor * rates::coulomb_friction(COEFFICIENT, HEAVY, LIGHT, drift))
}

#[test]
fn coulomb_friction_of_the_mollified_system_is_exact() {
    let ratio = friction(&order_2(), true, 32);
    assert!((ratio - 1.0).abs() < 1e-2, "{ratio}");
}

/// Scores of order 6 see the Maxwellians themselves: they give the slowing down of the NRL Plasma Formulary.
#[test]
fn order_6_gives_the_friction_of_the_equation() {
    let order_6 = json!({ "mesh": { "order": 6 } });
    let (coarse, fine) = (friction(&order_6, false, 16), friction(&order_6, false, 32));
    assert!((fine - 1.0).abs() < 1e-2 && (fine - 1.0).abs() < 0.5 * (coarse - 1.0).abs(), "{coarse}, {fine}");
}

/// Friction between Maxwell molecules of any shape:
/// du_i/dt = −Σ_j (d−1) c n_j (m_i + m_j)/(m_i² m_j)(u_i − u_j), times the factor of the mollifier for
/// Maxwellians. The species have different numbers of particles, with uneven weights.
#[test]
fn maxwell_molecules_slow_each_other_at_the_exact_rate() {
    let scenario = scenario(2, 0.0, 0.8, 40, 5.0, order_2());
    let (problem, state) = solver::start::<2>(&scenario);
    let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
    let with = |index: usize, of: Maxwellian| (of, problem.species[index].bandwidth);
    let factor = rates::regularised_friction_factor(with(0, HEAVY), with(1, LIGHT));
    for (index, own, other, difference) in [(0, HEAVY, LIGHT, 0.8), (1, LIGHT, HEAVY, -0.8)] {
        let rate =
            -COEFFICIENT * other.density * (own.mass + other.mass) / (own.mass * own.mass * other.mass);
        let exact = rate * difference * factor;
        let (found, _) = solver::moment_rates(&problem, &state.velocities, &evaluation, index);
        assert!((found[0] / exact - 1.0).abs() < 1e-3, "{found:?} instead of {exact}");
    }
}

/// The isotropisation of the heavy species by the light one, at different temperatures, over its exact rate.
fn isotropisation<const D: usize>(gamma: f64, per_axis: u32, light: Maxwellian) -> f64 {
    // 5 % more along the first axis, and less along the others to keep the mean. The rate is that of a small
    // anisotropy to a fraction of a per cent.
    let along = 0.05 * HEAVY.temperature;
    let mut temperatures = vec![HEAVY.temperature - along / (D as f64 - 1.0); D];
    temperatures[0] = HEAVY.temperature + along;
    let particles = |of: Maxwellian| json!({ "lattice": { "per_axis": per_axis, "half_width": 5.5 * (of.temperature / of.mass).sqrt() } });
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": D,
        "species": [
            { "name": "heavy", "mass": HEAVY.mass, "particles": particles(HEAVY),
              "initial": { "anisotropic_maxwellian": { "density": HEAVY.density, "temperatures": temperatures } } },
            { "name": "light", "mass": light.mass, "particles": particles(light),
              "initial": { "maxwellian": { "density": light.density, "temperature": light.temperature } } }
        ],
        "collisions": { "gamma": gamma, "coefficients": { "matrix": [[0.0, COEFFICIENT], [COEFFICIENT, 0.0]] },
            "regularisation": { "none": {} } },
        // The plain functional, so that its order shows.
        "score": { "mesh": { "exact_degree": 0 } },
        "time": { "step": 1.0, "steps": 1 }
    }));
    let (problem, state) = solver::start::<D>(&scenario);
    let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
    let range = problem.species[0].range.clone();
    // The anisotropy ⟨v_x²⟩ − ⟨v_y²⟩, and its rate.
    let difference = |of: &dyn Fn(usize, usize) -> f64| -> f64 {
        range.clone().map(|p| problem.weights[p] * (of(p, 0) - of(p, 1))).sum()
    };
    let anisotropy = difference(&|p, axis| state.velocities[p][axis].powi(2));
    let rate = difference(&|p, axis| 2.0 * state.velocities[p][axis] * evaluation.rates[p][axis]);
    -rate / anisotropy / rates::isotropisation_by(D, gamma, COEFFICIENT, HEAVY, light)
}

/// The rate that `landau check` prints, for a colder, an equally warm and a hotter partner.
#[test]
fn a_partner_of_any_temperature_makes_isotropic_at_the_exact_rate() {
    for temperature in [0.2, 1.0, 3.0] {
        let light = Maxwellian { temperature, ..LIGHT };
        let error = |ratio: f64| (ratio - 1.0).abs();
        for gamma in [-1.0, 0.0, 1.0] {
            let [coarse, fine] = [28, 56].map(|per_axis| error(isotropisation::<2>(gamma, per_axis, light)));
            // Scores of order 6: half the spacing has a 64th of the error, apart from the square of the
            // anisotropy, which is a quarter of a per cent.
            assert!(
                fine < 2.5e-3 && fine < coarse / 20.0,
                "2-D, γ = {gamma}, T = {temperature}: {coarse}, {fine}"
            );
        }
        // The scores alone would gain (4/3)⁶ = 5.6. The Coulomb kernel, singular where cells nearly coincide,
        // gains less.
        let [coarse, fine] = [24, 32].map(|per_axis| error(isotropisation::<3>(-3.0, per_axis, light)));
        assert!(fine < 4e-2 && fine < coarse / 2.0, "3-D, Coulomb, T = {temperature}: {coarse}, {fine}");
    }
}
