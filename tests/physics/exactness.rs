//! Scores that are exact for Gaussians and for small modes on them.

use crate::solver;
use landau::landau::{Evaluation, InStep};
use landau::scenario::Scenario;
use serde_json::{Value, json};

fn one_species(dimension: usize, initial: Value, particles: Value, gamma: f64, score: Value) -> Scenario {
    solver::scenario(&json!({
        "version": 1, "dimension": dimension,
        "species": [{ "name": "one", "mass": 2.0, "initial": initial, "particles": particles }],
        "collisions": { "gamma": gamma, "coefficients": { "uniform": 1.0 } },
        "score": score, "time": { "step": 1.0, "steps": 1 }
    }))
}

/// The scores at the start, the velocities and the weights.
#[allow(clippy::type_complexity)]
fn scores<const D: usize>(scenario: &Scenario) -> (Vec<[f64; D]>, Vec<[f64; D]>, Vec<f64>) {
    let (problem, state) = solver::start::<D>(scenario);
    let mut landau = solver::landau(scenario, &problem);
    landau.evaluate(&state.velocities, InStep::unfenced(0), &mut Evaluation::empty(&problem)).unwrap();
    (landau.scores().to_vec(), state.velocities, problem.weights.clone())
}

/// The relative error √(Σ w |s + P (v − u)|²/Σ w |P (v − u)|²) for a Gaussian, whose score is −P (v − u).
fn error<const D: usize>(scenario: &Scenario, precision: [[f64; D]; D], mean: [f64; D]) -> f64 {
    let (scores, velocities, weights) = scores::<D>(scenario);
    let (mut wrong, mut all) = (0.0, 0.0);
    for ((s, v), w) in scores.iter().zip(velocities).zip(weights) {
        for i in 0..D {
            let exact: f64 = -(0..D).map(|j| precision[i][j] * (v[j] - mean[j])).sum::<f64>();
            wrong += w * (s[i] - exact).powi(2);
            all += w * exact * exact;
        }
    }
    (wrong / all).sqrt()
}

/// A Gaussian with axes oblique to the lattice, with wide mollifiers, for both forms and every order.
#[test]
fn scores_of_gaussians_of_any_covariance_are_linear() {
    // P = Σ⁻¹ as in the formula. Its axes have no special angle to the lattice.
    let formula = "exp(-((vx-0.2)^2*0.9 + (vy+0.1)^2*1.3 + 2*0.35*(vx-0.2)*(vy+0.1))/2)";
    let initial = json!({ "expression": { "density": 0.7, "formula": formula } });
    let lattice = json!({ "lattice": { "per_axis": 16, "half_width": 5.5, "center": [0.2, -0.1] } });
    for form in ["mesh", "particles"] {
        for order in [2, 4, 6, 8] {
            let with = |degree: u32| {
                let score = json!({ form: { "order": order, "exact_degree": degree } });
                let scenario = one_species(2, initial.clone(), lattice.clone(), 0.0, score);
                error::<2>(&scenario, [[0.9, 0.35], [0.35, 1.3]], [0.2, -0.1])
            };
            let (plain, exact) = (with(0), with(2));
            // The sums over the lattice and the mesh have errors of 1e-4 of a Gaussian here. Scores of form B
            // use the density at the particle itself instead of its mean, so they are linear only on average.
            let (bound, gain) = if form == "mesh" { (1e-3, 5.0) } else { (0.1, 1.0) };
            assert!(exact < bound && plain > gain * exact, "{form} {order}: {plain:e} to {exact:e}");
        }
    }
}

/// A Gaussian plus a small mode of one degree: the score deviates from that of the Gaussian by the score of
/// the mode.
#[test]
fn small_modes_have_their_exact_scores() {
    let lattice = json!({ "lattice": { "per_axis": 14, "half_width": 5.0 } });
    let amplitude = 1e-3;
    // The mode, its degree and its gradient. Mass 2 and temperature 2 make unit variances.
    type Mode = (&'static str, u32, fn([f64; 3]) -> [f64; 3]);
    let modes: [Mode; 4] = [
        ("vx*(v^2-5)", 3, |v| {
            let square: f64 = v.iter().map(|c| c * c).sum();
            [square - 5.0 + 2.0 * v[0] * v[0], 2.0 * v[0] * v[1], 2.0 * v[0] * v[2]]
        }),
        ("vx*vy*vz", 3, |v| [v[1] * v[2], v[0] * v[2], v[0] * v[1]]),
        ("vx*vy*(v^2-7)", 4, |v| {
            let square: f64 = v.iter().map(|c| c * c).sum();
            [
                v[1] * (square - 7.0) + 2.0 * v[0] * v[0] * v[1],
                v[0] * (square - 7.0) + 2.0 * v[0] * v[1] * v[1],
                2.0 * v[0] * v[1] * v[2],
            ]
        }),
        ("v^4-10*v^2+15", 4, |v| {
            let square: f64 = v.iter().map(|c| c * c).sum();
            v.map(|c| 4.0 * c * (square - 5.0))
        }),
    ];
    for (formula, degree, gradient) in modes {
        let run = |amplitude: f64, exact_degree: u32| {
            let formula = format!("exp(-v^2/2 + {amplitude}*({formula}))");
            let initial = json!({ "expression": { "density": 1.0, "formula": formula } });
            let score = json!({ "mesh": { "exact_degree": exact_degree } });
            scores::<3>(&one_species(3, initial, lattice.clone(), 0.0, score))
        };
        let error = |exact_degree: u32| {
            // Differences of both signs of the mode remove the lattice errors of the Gaussian itself.
            let (with, velocities, weights) = run(amplitude, exact_degree);
            let (without, _, _) = run(-amplitude, exact_degree);
            // Conserved moments change only at second order in the mode. The projection on the mode removes
            // other errors.
            let (mut along, mut size) = (0.0, 0.0);
            for (((with, without), v), w) in with.iter().zip(&without).zip(&velocities).zip(&weights) {
                let exact = gradient(*v);
                for i in 0..3 {
                    along += w * 0.5 * (with[i] - without[i]) / amplitude * exact[i];
                    size += w * exact[i] * exact[i];
                }
            }
            along / size - 1.0
        };
        let (plain, exact) = (error(2), error(degree));
        // Amplitudes of 1e-3 leave errors of second order of 1e-3 in long tails. The lattice adds as much.
        assert!(exact.abs() < 6e-3 && plain < -0.1, "{formula}: {plain:e} to {exact:e}");
    }
}

/// Maxwellians of equal temperatures do not act on each other, whatever their masses and lattices. With the
/// bias of the mollifier they would.
#[test]
fn three_species_of_one_temperature_rest() {
    let species = |name: &str, mass: f64, cells: u32| {
        json!({
            "name": name, "mass": mass, "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } },
            "particles": { "lattice": { "per_axis": cells, "half_width": 5.5 / f64::sqrt(mass) } }
        })
    };
    let heating = |degree: u32| {
        // With these coefficients every pair exchanges energy at a rate of order 1.
        let masses = [1.0, 4.0, 1836.0];
        let matrix: Vec<Vec<f64>> =
            masses.iter().map(|m| masses.iter().map(|n| 0.25 * m * n).collect()).collect();
        let scenario = solver::scenario(&json!({
            "version": 1, "dimension": 2,
            "species": [species("a", masses[0], 16), species("b", masses[1], 20), species("c", masses[2], 14)],
            "collisions": { "gamma": 0.0, "coefficients": { "matrix": matrix } },
            "score": { "mesh": { "exact_degree": degree } },
            "time": { "step": 1.0, "steps": 1 }
        }));
        let (problem, state) = solver::start::<2>(&scenario);
        let evaluation = solver::evaluate(&scenario, &problem, &state.velocities);
        let rates =
            [0, 1, 2].map(|i| solver::moment_rates(&problem, &state.velocities, &evaluation, i).1.abs());
        rates.into_iter().fold(0.0, f64::max)
    };
    let (plain, exact) = (heating(0), heating(4));
    // Sums over the lattices have errors of 1e-4 of a Gaussian at spacings of 0.7 thermal speeds.
    assert!(exact < 1e-3 && plain > 10.0 * exact, "{plain:e} to {exact:e}");
}

/// Equilibrium persists: the temperatures of three species stay equal in a long run with Coulomb collisions.
#[test]
fn three_species_end_at_one_temperature() {
    let species = |name: &str, mass: f64, cells: u32| {
        json!({
            "name": name, "mass": mass, "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } },
            "particles": { "lattice": { "per_axis": cells, "half_width": 5.5 / f64::sqrt(mass) } }
        })
    };
    // The largest temperature difference at the end of a run of many equilibration times.
    let difference = |degree: u32| {
        let scenario = solver::scenario(&json!({
            "version": 1, "dimension": 2,
            "species": [species("a", 1.0, 24), species("b", 4.0, 28), species("c", 1836.0, 20)],
            "collisions": { "gamma": -3.0, "coefficients": { "matrix": [[0.25, 1.0, 10.0], [1.0, 4.0, 40.0], [10.0, 40.0, 400.0]] } },
            "score": { "mesh": { "exact_degree": degree } },
            "time": { "step": 0.2, "steps": 20 }
        }));
        let mut temperatures = Vec::new();
        let run = solver::run::<2>(&scenario, |problem, state, _| {
            let of = |i: usize| solver::moments(problem, &state.velocities, i).temperature();
            temperatures = (0..3).map(of).collect();
        });
        run.unwrap();
        let [least, most] = [f64::min, f64::max].map(|f| temperatures.iter().copied().reduce(f).unwrap());
        most / least - 1.0
    };
    // The lattices end at 5.5 thermal speeds. A Maxwellian has 1e-6 of its energy beyond.
    let (plain, exact) = (difference(0), difference(4));
    assert!(exact < 1e-6 && plain > 1e-3, "{plain:e} to {exact:e}");
}

/// Too few particles, or particles in a plane, have a singular covariance. Their functional stays plain, and
/// `method` says so.
#[test]
fn flat_clouds_keep_the_plain_functional() {
    let random = |count: u32| json!({ "random": { "count": count, "seed": 3 } });
    let initial = json!({ "maxwellian": { "density": 1.0, "temperature": 1.0 } });
    let flat = json!({ "lattice": { "per_axis": 1, "half_width": 2.0 } });
    for (particles, exact) in [(random(4), true), (random(3), false), (random(2), false), (flat, false)] {
        let scores_of = |degree: u32| {
            let score = json!({ "mesh": { "exact_degree": degree, "bandwidth": { "variance": 0.5 } } });
            let scenario = one_species(3, initial.clone(), particles.clone(), 0.0, score);
            let (problem, _) = solver::start::<3>(&scenario);
            let method = solver::landau::<3>(&scenario, &problem).score_method();
            (scores::<3>(&scenario).0, method)
        };
        let ((plain, _), (with, method)) = (scores_of(0), scores_of(4));
        assert_eq!(plain == with, !exact, "{particles}");
        let words = if exact {
            "; exact for Gaussians and modes of degree 3 and 4"
        } else {
            "; not exact for Gaussians (too few particles, or all in a plane)"
        };
        assert!(method.ends_with(words), "{method}");
    }
}
