//! Checks what the page on the theorems of Junné, Winter and Yoldaş (2025) says about runs, on sizes that
//! take seconds.

use crate::columns::{Columns, experiment, falls, run};
use crate::fit::slope;

/// Σ I_i of the three species.
fn plain(rows: &Columns) -> Vec<f64> {
    let of = |name: &str| &rows[&format!("{name}_fisher")];
    let (light, middle, heavy) = (of("light"), of("middle"), of("heavy"));
    light.iter().zip(middle).zip(heavy).map(|((a, b), c)| a + b + c).collect()
}

fn three_masses(changes: &[&str]) -> Columns {
    let lattices = [0, 1, 2].map(|i| format!("species.{i}.particles.lattice.per_axis=12"));
    let all: Vec<&str> = lattices.iter().map(String::as_str).chain(changes.iter().copied()).collect();
    run("theorem_1_1_3d.json", &all)
}

/// Theorem 1.1: Σ I_i/m_i falls at every step, while Σ I_i rises for a while and then falls.
#[test]
fn weighted_fisher_information_falls_where_the_plain_sum_rises_for_a_while() {
    let rows = three_masses(&["time.step=0.4", "time.steps=20"]);
    assert!(falls(&rows["fisher"]), "{:?}", rows["fisher"]);
    let plain = plain(&rows);
    let peak = (0..plain.len()).fold(0, |best, row| if plain[row] > plain[best] { row } else { best });
    assert!(plain[..=peak].windows(2).all(|pair| pair[1] > pair[0]), "{plain:?}");
    assert!(falls(&plain[peak..]));
    // The plain sum rises by 0.5 % and falls by 0.6 %, many times the change of a step. The weighted sum
    // falls by 3 %.
    assert!(plain[peak] > 1.003 * plain[0] && plain[20] < 0.997 * plain[peak], "{plain:?}");
}

/// The same from γ = −2 to −3, across −√8. The theorem is not proved below −√8, but these data are no
/// counterexample.
#[test]
fn weighted_fisher_information_falls_for_every_exponent() {
    for gamma in ["-2.0", "-2.8284271247461903", "-3.0"] {
        let rows = three_masses(&["time.step=0.2", "time.steps=4", &format!("collisions.gamma={gamma}")]);
        assert!(falls(&rows["fisher"]), "{gamma}: {:?}", rows["fisher"]);
        assert!(plain(&rows).windows(2).all(|pair| pair[1] > pair[0]), "{gamma}");
    }
}

/// Runs a scenario of electrons on fixed ions with the given particles per axis, coefficients, step and
/// number of steps.
fn electrons(scenario: &str, per_axis: u32, [own, ions]: [f64; 2], step: f64, steps: u32) -> Columns {
    run(
        scenario,
        &[
            &format!("species.0.particles.lattice.per_axis={per_axis}"),
            &format!("collisions.coefficients.matrix=[[{own},{ions}],[{ions},0]]"),
            &format!("time.step={step}"),
            &format!("time.steps={steps}"),
        ],
    )
}

/// Theorem 1.2 with particles. The bias of I is a thousand times the rise, but nearly constant in time. The
/// error of the change of I falls with the spacing until the rise is visible.
#[test]
fn the_rise_of_fisher_information_comes_out_as_particles_grow_in_number() {
    let exact = experiment("lorentz_odd.json", &["times=[0,0.02]"]);
    let rise = exact["fisher"][1] - exact["fisher"][0];
    // The rise is 8.1e-4; I is 13.02.
    assert!(rise > 7e-4 && rise < 9e-4, "{rise:e}");
    let per_axis = [24, 32, 40];
    let found = per_axis.map(|n| {
        let rows = electrons("lorentz_shell_3d.json", n, [0.0, 1.0], 0.01, 2);
        rows["electron_fisher"][2] - rows["electron_fisher"][0]
    });
    assert!(found[0] < 0.0 && found[2] > 0.4 * rise, "{found:?}");
    let errors = found.map(|one| (one - rise).abs());
    let point = |k: usize| (f64::from(per_axis[k]), errors[k]);
    let order = |a: usize, b: usize| -slope(&[point(a), point(b)]);
    // The observed order approaches the order 6 of the scores from below. The shell is 1.4 to 2.3 cells wide.
    assert!(order(0, 1) > 3.0 && order(1, 2) > 3.0 && order(0, 2) < 6.5, "{errors:?}");
}

/// The same data by rings with the electrons' own collisions at equal coefficients: dI/dt of the first steps is that of the
/// quadrature, −85.402; its error falls with the spacing, at 48 and 64 cells as the power 4 or more.
#[test]
fn own_collisions_lower_fisher_information_as_the_quadrature_says() {
    let slope = |per_axis: u32| {
        let rows = electrons("lorentz_shell_rings_3d.json", per_axis, [1.0, 1.0], 2e-6, 4);
        let (time, fisher) = (&rows["time"], &rows["electron_fisher"]);
        // The one-sided difference of fourth order.
        let weights = [-25.0, 48.0, -36.0, 16.0, -3.0];
        let sum: f64 = weights.iter().zip(fisher).map(|(weight, value)| weight * value).sum();
        sum / (12.0 * time[1])
    };
    let errors = [48, 64].map(|per_axis| (slope(per_axis) / -85.402 - 1.0).abs());
    assert!(errors[1] < 0.02, "{errors:?}");
    assert!(errors[0] > errors[1] * (64f64 / 48.0).powi(4), "{errors:?}");
}

/// Theorem 1.3: Λ = I + J + H(f|M) falls at every step, even when I rises at first as the laboratory finds.
#[test]
fn the_lyapunov_functional_falls_on_fixed_ions() {
    let columns = ["electron_lyapunov", "electron_relative_entropy", "entropy"];
    let rows = electrons("theorem_1_3_3d.json", 22, [1e-4, 1.0], 0.01, 5);
    for name in columns.iter().chain(&["electron_spherical_fisher_1"]) {
        assert!(falls(&rows[*name]), "{name}: {:?}", rows[*name]);
    }
    let quick = ["self_coefficient=1e-4", "self_tolerance=0.05", "sweep.values=[0.5]"];
    let laboratory = experiment("lorentz_amplitude.json", &quick);
    assert!(laboratory["fisher_rate"][0] > 0.04, "{laboratory:?}");

    // J rises if electrons collide ten times as often among themselves as with ions.
    let rows = electrons("theorem_1_3_3d.json", 22, [1.0, 0.1], 0.001, 5);
    for name in columns.iter().chain(&["electron_fisher"]) {
        assert!(falls(&rows[*name]), "{name}: {:?}", rows[*name]);
    }
    let spherical = &rows["electron_spherical_fisher_1"];
    assert!(spherical.windows(2).all(|pair| pair[1] > pair[0]), "{spherical:?}");
}

/// Scattering by ions: I, J and H of the particles against those of the exact flow.
#[test]
fn particles_on_fixed_ions_follow_the_exact_flow() {
    let rows = electrons("lorentz_shell_3d.json", 28, [0.0, 1.0], 0.01, 8);
    for name in ["electron_spherical_fisher_1", "electron_relative_entropy", "electron_lyapunov"] {
        assert!(falls(&rows[name]), "{name}: {:?}", rows[name]);
    }
    let exact = experiment("lorentz_odd.json", &["times=[0,0.08]"]);
    for name in ["spherical_fisher", "relative_entropy"] {
        let column = match name {
            "spherical_fisher" => "electron_spherical_fisher_1",
            _ => "electron_relative_entropy",
        };
        let found = rows[column][8] - rows[column][0];
        let change = exact[name][1] - exact[name][0];
        // The shell is only 1.6 cells wide.
        assert!((found / change - 1.0).abs() < 0.15, "{column}: {found} {change}");
    }
    // I itself is 6 % too low at this resolution, at all times.
    let shares = [0, 1].map(|k| rows["electron_fisher"][8 * k] / exact["fisher"][k]);
    assert!(shares.iter().all(|share| (0.9..1.0).contains(share)), "{shares:?}");
    assert!((shares[0] - shares[1]).abs() < 2e-3, "{shares:?}");
}

/// Data that theorem 1.3 covers, as on the page: its numbers at the start and after a step, and that Λ falls at each step on fewer rings,
/// with the a and R of the scenario and with the printed a, while I rises at first.
#[test]
fn the_lyapunov_functional_of_covered_data_has_the_numbers_of_the_page() {
    let names = ["fisher", "spherical_fisher_1", "relative_entropy", "lyapunov"];
    let page = [[13.01685, 0.161661, 0.310606, 17.06704], [13.01695, 0.160351, 0.310284, 17.06290]];
    // Half of the last digit there.
    let digits = [5.1e-6, 5.1e-7, 5.1e-7, 5.1e-6];
    let rows = run("theorem_1_3_covered_rings_3d.json", &["time.steps=1"]);
    for (row, values) in page.iter().enumerate() {
        for ((name, value), digit) in names.iter().zip(values).zip(digits) {
            let found = rows[&format!("electron_{name}")][row];
            assert!((found - value).abs() < digit, "{name}, row {row}: {found} {value}");
        }
    }
    let coarse = ["species.0.particles.lattice.per_axis=56", "time.step=0.005", "time.steps=8"];
    let rows = run("theorem_1_3_covered_rings_3d.json", &coarse);
    let [fisher, spherical, relative, lyapunov] = names.map(|name| &rows[&format!("electron_{name}")]);
    assert!(falls(lyapunov) && falls(spherical) && falls(relative), "{lyapunov:?}");
    let printed: Vec<f64> =
        (0..fisher.len()).map(|k| fisher[k] + 0.0189 * spherical[k] + 13.02 * relative[k]).collect();
    assert!(falls(&printed), "{printed:?}");
    // 1.04e-3 on the rings of the page, 0.92e-3 on these.
    let rise = fisher[7] - fisher[0];
    assert!(rise > 8e-4 && rise < 1.1e-3, "{rise:e}");
}
