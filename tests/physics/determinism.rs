//! Every parallel part gives the same bits for any number of threads.

use crate::solver;
use landau::landau::Evaluation;
use serde_json::{Value, json};

fn evaluation(score: &Value, gamma: f64, threads: usize) -> Evaluation<3> {
    let species = |name: &str, mass: f64, particles: Value| {
        json!({
            "name": name, "mass": mass, "particles": particles,
            "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0, "drift": [0.1, 0.0, 0.0] } }
        })
    };
    let scenario = solver::scenario(&json!({
        "version": 1, "dimension": 3,
        "species": [
            species("lattice", 1.0, json!({ "lattice": { "per_axis": 11, "half_width": 3.0 } })),
            species("random", 2.0, json!({ "random": { "count": 700, "seed": 1 } })),
            species("quasi", 0.5, json!({ "quasi_random": { "count": 333 } })),
        ],
        "collisions": { "gamma": gamma, "coefficients": { "uniform": 0.1 } },
        "score": score,
        "time": { "step": 1.0, "steps": 1 }
    }));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let (problem, state) = solver::start::<3>(&scenario);
        solver::evaluate(&scenario, &problem, &state.velocities)
    })
}

#[test]
fn threads_do_not_change_a_bit() {
    for score in [
        json!({ "mesh": { "order": 4, "cutoff": 5.0 } }),
        json!({ "particles": { "order": 6 } }),
        json!({ "particles": { "order": 4, "sums": { "mesh": {} } } }),
    ] {
        for gamma in [-3.0, -1.5, 0.0] {
            let alone = evaluation(&score, gamma, 1);
            for threads in [2, 3, 7] {
                assert_eq!(
                    alone,
                    evaluation(&score, gamma, threads),
                    "{score}, γ = {gamma}, {threads} threads"
                );
            }
        }
    }
}
