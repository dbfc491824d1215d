//! What `landau check` prints.

use super::{prepared, scenario_files};
use crate::program;
use program::{landau, names, run, status, stderr, succeed};
use std::path::Path;

#[test]
fn check_says_what_a_run_means_and_writes_nothing() {
    let directory = prepared();
    let printed = succeed(directory.path(), "check two.json");
    for line in [
        "dimension, gamma      2, -2\n",
        "particles             114\n",
        "integrator            runge_kutta_chebyshev, order 2, as many stages as stiffness asks for\n",
        "conserved             mass of each species, energy about [0.0, 0.0] to rounding\n",
        "wall                  fixed, density 0.1, velocity [0.0, 0.0]\n",
        "recommended step      0.1741 (a tenth of the shortest collision time is 0.1741; the number of stages adapts to the step)\n",
    ] {
        assert!(printed.contains(line), "no {line}in\n{printed}");
    }
    // 114² pairs, minus the pairs of each particle with itself.
    assert!(printed.contains(&format!("pairs per evaluation  {} (direct)\n", 114 * 114 - 114)), "{printed}");
    for label in ["memory                about ", " s an evaluation; how many follows from the stiffness\n"] {
        assert!(printed.contains(label), "{printed}");
    }
    assert_eq!(names(directory.path()), ["two.json"]);
}

/// Condition (1.11) of theorem 1.3: both of its sides, and whether it covers the scenario with either constant.
#[test]
fn check_says_how_strongly_fixed_species_act_beside_own_collisions() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let check = |name: &str, matrix: &str| {
        let output = landau(&scenarios)
            .args(["check", name, "--set", "species.0.particles.lattice.per_axis=10"])
            .args(["--set", &format!("collisions.coefficients.matrix={matrix}")])
            .output()
            .unwrap();
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let label = "theorem 1.3, electron ";
    let both = check("theorem_1_3_3d.json", "[[1e-4,1],[1,0]]");
    assert!(both.contains(&format!("{label}2 + J/I^(3/2) + H(f|M) = 2.")), "{both}");
    let words = "c n with fixed species over c n with itself 1.000e4: not covered with K = 3e5 (the published bound), covered with K = 359 ";
    assert!(both.contains(words), "{both}");
    let covered = check("theorem_1_3_3d.json", "[[1e-6,1],[1,0]]");
    assert!(covered.contains("1.000e6: covered with K = 3e5 (the published bound), covered"), "{covered}");
    let alone = check("lorentz_shell_3d.json", "[[0,1],[1,0]]");
    assert!(
        alone.contains(&format!("{label}collides with fixed species alone, not with itself\n")),
        "{alone}"
    );
    // Fixed species with zero coefficients do not count.
    assert!(!check("lorentz_shell_3d.json", "[[1,0],[0,0]]").contains(label));
}

/// A scenario of a million particles is reduced to a few thousand, since measuring it would take minutes.
#[test]
fn every_scenario_passes_check() {
    for file in scenario_files() {
        let mut command = format!("check {}", file.display());
        if file.ends_with("million_3d.json") {
            command += " --set species.0.particles.quasi_random.count=2000";
            command += " --set species.1.particles.quasi_random.count=1000";
        }
        let output = run(Path::new("."), &command);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
    }
}

/// A draw of batches is about as stiff as all pairs. An estimate from two different draws would be hundreds
/// of times larger.
#[test]
fn check_finds_random_batches_as_stiff_as_all_pairs() {
    let directory = prepared();
    let longest = |summation: &str| -> f64 {
        let set = "--set integrator={\"runge_kutta\":{\"order\":2}} --set collisions.gamma=-3";
        let command = format!("check two.json {set} --set summation={summation}");
        let report = succeed(directory.path(), &command);
        let (_, stable) = report.split_once("stable up to ").unwrap_or_else(|| panic!("{report}"));
        stable.split(')').next().unwrap().parse().unwrap()
    };
    let (all, batches) = (longest("{\"direct\":{}}"), longest("{\"random_batch\":{\"size\":40,\"seed\":3}}"));
    assert!(batches > 0.3 * all && batches < 3.0 * all, "{batches} {all}");
}
