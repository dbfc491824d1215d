//! Functionals along small runs, which take seconds: the identities dF/dt = −D_F.

use crate::columns::{experiment, run};

/// The dissipations of all pairs are not negative, and add up to minus the rate of the entropy.
#[test]
fn dissipations_of_pairs_add_up_to_the_rate_of_the_entropy() {
    let small = [0, 1, 2].map(|i| format!("species.{i}.particles.lattice.per_axis=8"));
    let mut changes: Vec<&str> = small.iter().map(String::as_str).collect();
    changes.extend(["time.steps=3", "time.step=0.1"]);
    let rows = run("theorem_1_1_3d.json", &changes);
    for (row, rate) in rows["entropy_rate"].iter().enumerate() {
        let pairs: Vec<f64> = rows
            .iter()
            .filter(|(name, _)| name.starts_with("dissipation_"))
            .map(|(_, values)| values[row])
            .collect();
        assert_eq!(pairs.len(), 6);
        assert!(pairs.iter().all(|&value| value >= 0.0), "{pairs:?}");
        // Both are sums of 1e5 terms of one sign, in different orders.
        assert!((pairs.iter().sum::<f64>() + rate).abs() < 1e-12 * rate.abs());
    }
}

/// The slopes of a column at all rows but the first and the last, by central differences.
fn slopes(time: &[f64], values: &[f64]) -> Vec<f64> {
    (1..values.len() - 1).map(|k| (values[k + 1] - values[k - 1]) / (time[k + 1] - time[k - 1])).collect()
}

/// dF/dt = −D_F along a run with collisions with fixed ions alone, for a Maxwellian with a hole at the
/// origin.
#[test]
fn functionals_change_along_a_run_as_their_dissipations_say() {
    let functionals = r#"functionals=[{"fisher":{}},{"spherical_fisher":{"beta":0}},{"relative_entropy":{}},{"fisher_rate":{}},{"spherical_dissipation":{"beta":0}},{"dissipation":{}}]"#;
    let formula =
        r#"species.0.initial={"expression":{"density":1.0,"formula":"v^4 * exp(-v^2 + 0.4 * vx)"}}"#;
    let rows = run(
        "lorentz_shell_3d.json",
        &[
            functionals,
            formula,
            "species.0.particles.lattice.per_axis=24",
            "species.0.particles.lattice.half_width=4.5",
            // At γ = −3 the density that the mollifier puts into the hole would contribute at the origin.
            "collisions.gamma=-1.0",
            "time.steps=6",
            "time.step=0.01",
            // The functionals are those of the plain mollified density, so the flow must be that of the plain
            // scores.
            r#"score={"mesh":{"exact_degree":0}}"#,
            r#"collisions.regularisation={"none":{}}"#,
        ],
    );
    let time = &rows["time"];
    let pairs = [
        ("electron_relative_entropy", "dissipation_electron_ion", -1.0, 1e-3),
        ("electron_spherical_fisher_0", "electron_spherical_dissipation_0", -1.0, 0.02),
        ("electron_fisher", "electron_fisher_rate", 1.0, 0.07),
    ];
    for (functional, derivative, sign, tolerance) in pairs {
        let found = slopes(time, &rows[functional]);
        for (slope, exact) in found.iter().zip(&rows[derivative][1..]) {
            // Tolerances are twice the errors found. Both sides contain the error of the reconstruction,
            // which is largest for second derivatives.
            assert!((slope - sign * exact).abs() < tolerance * exact.abs(), "{functional}: {slope} {exact}");
        }
    }
}

/// The slopes along the collisions with each species add up to the slopes of the columns, and an unlike partner heats: two species and
/// fixed ions.
#[test]
fn slopes_along_the_collisions_with_each_species_add_up() {
    let functionals =
        r#"functionals=[{"fisher":{}},{"spherical_fisher":{"beta":1}},{"collision_rates":{"beta":1}}]"#;
    let species = r#"species=[
        {"name":"electron","mass":1,"initial":{"maxwellian":{"density":1,"temperature":0.8,"drift":[-0.3,0.1,0]}},"particles":{"lattice":{"per_axis":8,"half_width":3.5}}},
        {"name":"positron","mass":1.5,"initial":{"maxwellian":{"density":0.7,"temperature":1.6,"drift":[0.4,0.2,0]}},"particles":{"lattice":{"per_axis":7,"half_width":4}}},
        {"name":"ion","fixed":{"density":1}}]"#;
    let rows = run(
        "lorentz_shell_3d.json",
        &[
            functionals,
            species,
            "collisions.coefficients.matrix=[[0.2,0.3,0.5],[0.3,0.4,0.1],[0.5,0.1,0]]",
            r#"integrator={"runge_kutta":{"order":4}}"#,
            "time.step=0.002",
            "time.steps=4",
        ],
    );
    for name in ["electron", "positron"] {
        for functional in ["fisher", "spherical_fisher_1"] {
            let found = slopes(&rows["time"], &rows[&format!("{name}_{functional}")]);
            let by = |other: &str| &rows[&format!("{name}_{functional}_rate_by_{other}")];
            for (k, slope) in found.iter().enumerate() {
                let parts = ["electron", "positron", "ion"].map(|other| by(other)[k + 1]);
                let (sum, size) =
                    (parts.iter().sum::<f64>(), parts.iter().map(|part| part.abs()).sum::<f64>());
                // Central differences with steps of 0.002, where rates change by some 1e-2 of themselves a step.
                assert!((slope - sum).abs() < 1e-4 * size, "{name} {functional}: {slope} {parts:?}");
            }
        }
    }
}

/// Functionals do not change a run.
#[test]
fn functionals_change_nothing_in_a_run() {
    let small = ["time.steps=3", "species.0.particles.lattice.per_axis=10"];
    let with = run("lorentz_shell_3d.json", &small);
    let without = run("lorentz_shell_3d.json", &[small[0], small[1], "functionals=[]"]);
    assert!(with.len() > without.len());
    for (name, values) in &without {
        assert_eq!(values, &with[name], "{name}");
    }
}

/// At γ − β ≤ −3 the dissipation of spherical Fisher information diverges where the density has a slope at the ions: an empty cell. Even
/// data have none there.
#[test]
fn a_dissipation_that_diverges_at_the_ions_is_an_empty_cell() {
    let at = |drift: f64| {
        let initial = format!(
            r#"species.0.initial={{"maxwellian":{{"density":1.0,"temperature":1.0,"drift":[{drift},0,0]}}}}"#
        );
        let rows = run(
            "lorentz_shell_3d.json",
            &[
                &initial,
                r#"functionals=[{"spherical_dissipation":{"beta":1}},{"spherical_dissipation":{"beta":0}}]"#,
                r#"species.0.particles={"lattice":{"per_axis":10,"half_width":5,"center":[0,0,0]}}"#,
                "time.steps=1",
            ],
        );
        [1, 0].map(|beta| rows[&format!("electron_spherical_dissipation_{beta}")].clone())
    };
    assert!(at(0.5).iter().flatten().all(|value| value.is_nan()));
    assert!(at(0.0).iter().flatten().all(|value| value.is_finite()));
}

/// The shipped experiment with two species, whose file has the keys of species of its own: its sums are those of its pairs, and
/// Fisher information falls as theorem 1.1 says.
#[test]
fn an_experiment_with_species_is_read_and_computed() {
    let rows = experiment("two_species.json", &["two_particle=false"]);
    let of = |name: &str| rows[name][0];
    // Densities by the file; every number is right to the tolerance of 1e-8.
    assert!((of("light_density") - 1.0).abs() < 1e-8 && (of("heavy_density") - 1.0).abs() < 1e-8);
    let pairs = of("light_fisher_rate_light") + of("light_fisher_rate_heavy");
    assert!((of("light_fisher_rate") - pairs).abs() < 1e-12, "{rows:?}");
    assert!(of("fisher_rate") < 0.0 && of("entropy_rate") < 0.0, "{rows:?}");
}

/// Every experiment that comes with the program is read; nothing is computed here.
#[test]
fn shipped_experiments_are_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/laboratory");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        assert!(landau::scenario::read_experiment(&file, &[]).is_ok(), "{}", file.display());
    }
}
