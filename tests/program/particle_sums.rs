//! Scores of particles whose mollifiers reach most of the cloud, with pair sums by a tree.

use crate::program::{succeed, summary, write};
use serde_json::json;

#[test]
fn a_wide_mollifier_takes_the_mesh_and_a_run_conserves() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let species = |name: &str, mass: f64, count: u32| {
        json!({
            "name": name, "mass": mass, "particles": { "quasi_random": { "count": count } },
            "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.0, 1.0, 0.5] } }
        })
    };
    let scenario = json!({
        "version": 1, "dimension": 3, "species": [species("many", 1.0, 12_000), species("few", 4.0, 300)],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.1 } },
        "score": { "particles": { "order": 4 } }, "summation": { "tree": { "tolerance": 1e-4 } },
        "time": { "step": 0.05, "steps": 1 }
    });
    write(directory, "a.json", &scenario);
    // Three hundred particles have at most three hundred neighbours.
    let checked = succeed(directory, "check a.json");
    let words = "scores                of particles, order 4: many by a mesh, few over neighbours; exact for Gaussians\n";
    assert!(checked.contains(words), "{checked}");
    succeed(directory, "run a.json --out by_mesh --quiet");
    succeed(
        directory,
        r#"run a.json --out over_neighbours --quiet --set score.particles.sums={"neighbours":{}}"#,
    );
    let entropies = ["by_mesh", "over_neighbours"].map(|folder| {
        let run = summary(&directory.join(folder));
        for invariant in ["momentum", "energy"] {
            // Conserved to rounding, whatever the scores.
            assert!(run["invariants"]["drift"][invariant].as_f64().unwrap() < 1e-14, "{folder}: {run}");
        }
        last_entropy(&std::fs::read_to_string(directory.join(folder).join("diagnostics.csv")).unwrap())
    });
    // The densities differ by 4e-7 and by the truncation at the cut-off, and so do their logarithms.
    assert!((entropies[0] - entropies[1]).abs() < 2e-6, "{entropies:?}");
    assert_ne!(entropies[0], entropies[1]);
}

fn last_entropy(diagnostics: &str) -> f64 {
    let mut lines = diagnostics.lines();
    let column = lines.next().unwrap().split(',').position(|name| name == "entropy").unwrap();
    lines.last().unwrap().split(',').nth(column).unwrap().parse().unwrap()
}
