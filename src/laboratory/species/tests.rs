//! Identities by two independent sides, closed forms, and numbers of an independent program (`benches/paper_checks.py`).

use super::about_ions::{along_ions, potential, section_3_3};
use super::bulk::{Lattice, REACH, of_species};
use super::convolution::{Convolved, Kernel, jacobi};
use super::gaussians::{Gaussian, Gaussians};
use super::input::{SpeciesExperiment, violations};
use super::pairs::{Fineness, of_pair};
use super::quantities::quantities;
use super::tensor::{Vector, dot, plus};
use crate::laboratory::experiment::Quantity;
use crate::laboratory::quadrature::rule;
use serde_json::{Value, json};
use std::f64::consts::PI;

fn near(found: f64, exact: f64, tolerance: f64) {
    assert!((found - exact).abs() <= tolerance * exact.abs(), "{found} {exact}");
}

fn isotropic(density: f64, variance: f64, drift: Vector) -> Gaussian {
    Gaussian::new(density, drift, &[variance, variance, variance, 0.0, 0.0, 0.0])
}

/// A Gaussian whose axes are not those of space.
fn tilted(density: f64, drift: Vector) -> Gaussian {
    Gaussian::new(density, drift, &[0.9, 0.5, 0.7, 0.2, -0.1, 0.15])
}

/// The species of `benches/paper_checks.py`.
fn light() -> Gaussians {
    let parts = vec![
        isotropic(0.5, 1.0, [0.6, 0.1, -0.2]),
        isotropic(0.3, 0.6, [-0.7, 0.5, 0.3]),
        isotropic(0.2, 1.4, [0.2, -0.9, 0.6]),
    ];
    Gaussians { mass: 1.0, parts }
}

fn heavy() -> Gaussians {
    let parts = vec![isotropic(0.6, 0.48, [-0.3, 0.4, 0.5]), isotropic(0.4, 0.8, [0.5, -0.2, -0.4])];
    Gaussians { mass: 2.5, parts }
}

fn elements(convolved: &Convolved) -> Vec<f64> {
    let Convolved { tensor, divergence, twice } = convolved;
    tensor.iter().chain(divergence).chain([twice]).copied().collect()
}

#[test]
fn the_convolution_of_an_isotropic_gaussian_is_that_of_rosenbluth() {
    let f = Gaussians { mass: 1.0, parts: vec![isotropic(0.7, 0.6, [0.1, 0.2, -0.3])] };
    for away in [0.05, 0.7, 2.0, 9.0, 40.0] {
        let unit = [0.48, 0.6, 0.64];
        let found = Kernel::new(-3.0).convolved(&f, plus(f.parts[0].drift, away, unit));
        // With s² = w²/2T: A ∗ f along w is n/w 2ψ, across it n/w (erf s − ψ); ∇·A is twice the gradient of 1/|z|.
        let s = away / 1.2f64.sqrt();
        let slope = 2.0 * s / PI.sqrt() * (-s * s).exp();
        let psi = (libm::erf(s) - slope) / (2.0 * s * s);
        let along = dot(unit, super::tensor::times(&found.tensor, unit));
        // The closed form cancels to s² of itself.
        near(along, 0.7 / away * 2.0 * psi, 1e-12 / (s * s).min(1.0));
        let trace: f64 = found.tensor[..3].iter().sum();
        near(trace, 0.7 / away * 2.0 * libm::erf(s), 1e-13);
        near(
            dot(unit, found.divergence),
            -0.7 * 2.0 / (away * away) * (libm::erf(s) - slope),
            1e-12 / (s * s).min(1.0),
        );
        let density = 0.7 * (-s * s).exp() / (2.0 * PI * 0.6f64).powf(1.5);
        // Far away it is a difference of larger numbers.
        assert!((found.twice + 8.0 * PI * density).abs() < 1e-13 * (density + away.powi(-3)), "{found:?}");
    }
}

/// ∫ A(z) f(v − z) dz in polar coordinates about v, and differences of it.
#[test]
fn the_convolution_of_a_tilted_gaussian_is_an_integral() {
    let f = Gaussians { mass: 1.0, parts: vec![tilted(1.3, [0.3, -0.2, 0.1])] };
    let v = [0.9, 0.4, -0.6];
    for gamma in [-3.0, -2.5, -1.0, -0.2, 0.0] {
        let kernel = Kernel::new(gamma);
        let found = kernel.convolved(&f, v);
        let mut tensor = [0.0; 6];
        for (x, dx) in jacobi(50, gamma + 4.0, 0.0).unwrap() {
            // The powers of the radius are in the weights.
            let (r, weight) = (8.0 * x, 8f64.powf(gamma + 5.0) * dx);
            for (mu, dmu) in rule(40) {
                for k in 0..80 {
                    let angle = PI * (f64::from(k) + 0.5) / 40.0;
                    let sine = (1.0 - mu * mu).sqrt();
                    let unit = [sine * angle.cos(), sine * angle.sin(), mu];
                    let density = f.local(plus(v, -r, unit)).log.exp();
                    let strength = weight * dmu * PI / 40.0 * density;
                    let outer = super::tensor::square(unit);
                    (0..6).for_each(|k| tensor[k] += strength * (if k < 3 { 1.0 } else { 0.0 } - outer[k]));
                }
            }
        }
        let size = tensor[0] + tensor[1] + tensor[2];
        for (found, exact) in found.tensor.iter().zip(tensor) {
            // At γ near 0 the points' weights are known to 1e-11.
            assert!((found - exact).abs() < 1e-10 * size, "γ = {gamma}: {found} {exact}");
        }
        let h = 1e-3;
        let along = |axis: usize, steps: f64| {
            let mut moved = v;
            moved[axis] += steps * h;
            elements(&kernel.convolved(&f, moved))
        };
        let slope = |element: usize, axis: usize| {
            let [a, b, c, d] = [-2.0, -1.0, 1.0, 2.0].map(|steps| along(axis, steps)[element]);
            (8.0 * (c - b) - (d - a)) / (12.0 * h)
        };
        let place = super::tensor::PLACE;
        for (row, exact) in place.iter().zip(found.divergence) {
            let divergence: f64 = row.iter().enumerate().map(|(b, &element)| slope(element, b)).sum();
            // h⁴ and rounding over h.
            assert!((divergence - exact).abs() < 1e-9 * size, "γ = {gamma}");
        }
        let twice: f64 = (0..3).map(|a| slope(6 + a, a)).sum();
        assert!((twice - found.twice).abs() < 1e-9 * size, "γ = {gamma}");
    }
}

/// A rule knows the powers at both ends: ∫ x^a (1 − x)^b x dx is a beta function.
#[test]
fn rules_of_any_number_of_points_know_their_powers() {
    for (count, low, high) in [(7, -0.5, 0.0), (11, 0.3, 0.25), (40, 2.0, 0.0)] {
        let found: f64 = jacobi(count, low, high).unwrap().iter().map(|(x, weight)| x * weight).sum();
        near(found, statrs::function::beta::beta(low + 2.0, high + 1.0), 1e-13);
    }
}

#[test]
fn a_tilted_gaussian_has_its_closed_forms() {
    let f = Gaussians { mass: 1.0, parts: vec![tilted(1.3, [0.3, -0.2, 0.1])] };
    let part = &f.parts[0];
    let volume: f64 = part.variances.iter().map(|s| 2.0 * PI * s).product::<f64>().sqrt();
    let all = [f.clone()];
    let found = of_species(&all, 0, &Kernel::new(-3.0), &Lattice::new(0.5, REACH), 3.0);
    // What the reach leaves out.
    near(found.density.value, 1.3, 1e-10);
    near(found.entropy.value, 1.3 * ((1.3 / volume).ln() - 1.5), 1e-9);
    near(found.fisher.value, 1.3 * part.variances.iter().map(|s| 1.0 / s).sum::<f64>(), 1e-9);
    near(found.power.value, (1.3 / volume).powi(2) * 1.3 / 27f64.sqrt(), 1e-9);
}

/// Numbers of `benches/paper_checks.py`.
#[test]
fn rates_of_two_species_are_those_of_an_independent_program() {
    let all = [light(), heavy()];
    let lattice = Lattice::new(0.45, REACH);
    let at = |gamma: f64| [0, 1].map(|i| of_species(&all, i, &Kernel::new(gamma), &lattice, 1.0));
    let [of_light, of_heavy] = at(-2.5);
    // To the digits there.
    near(of_light.fisher.value, 2.7774898, 1e-6);
    let entropy = |i: usize, j: usize| [&of_light, &of_heavy][i].along[j].entropy.value;
    near(entropy(0, 0), -0.06985, 1e-4);
    near(entropy(1, 1), -0.02459, 2e-4);
    near(entropy(0, 1) + entropy(1, 0), -0.18658, 1e-4);
    let fisher = |i: usize, j: usize| [&of_light, &of_heavy][i].along[j].fisher.value / all[i].mass;
    near(fisher(0, 0) + fisher(0, 1) + fisher(1, 0) + fisher(1, 1), -1.2518569, 1e-5);
    near(-fisher(0, 1) - fisher(1, 0), 0.77489376, 1e-5);
    near(-2.0 * fisher(0, 0), 0.82311281, 1e-5);
    let [of_light, of_heavy] = at(-3.0);
    near(-of_light.along[0].fisher.value, 0.26730814, 1e-5);
    near(-of_light.along[0].entropy.value, 0.04436635, 1e-5);
    near(-of_light.along[1].entropy.value - of_heavy.along[0].entropy.value, 0.14035434, 1e-5);
    for along in of_light.along.iter().chain(&of_heavy.along) {
        near(along.entropy.value, along.entropy_by_flux.value, 1e-5);
    }
}

/// A light species of two Gaussians, one tilted, and a heavy one.
fn pair_of_species() -> [Gaussians; 2] {
    [
        Gaussians {
            mass: 1.0,
            parts: vec![tilted(0.7, [0.3, -0.2, 0.1]), isotropic(0.3, 0.6, [-0.5, 0.4, 0.0])],
        },
        Gaussians { mass: 2.0, parts: vec![isotropic(1.2, 0.5, [0.2, 0.1, -0.3])] },
    ]
}

/// The dissipation of Fisher information by Q at a velocity, and by integrals over two velocities: (2.7) with (2.8), and (2.15).
#[test]
fn both_sides_of_the_two_particle_identities_agree() {
    let all = pair_of_species();
    let lattice = Lattice::new(0.55, REACH);
    for gamma in [-2.5, -3.0] {
        let bulk = [0, 1].map(|i| of_species(&all, i, &Kernel::new(gamma), &lattice, 1.0));
        for (i, j) in [(0, 0), (0, 1)] {
            let [m, n] = [all[i].mass, all[j].mass];
            let (one, other) = (bulk[i].along[j], bulk[j].along[i]);
            let direct = -one.fisher.value / m - other.fisher.value / n;
            let pair = of_pair(&all[i], &all[j], i == j, gamma, Fineness(0.65));
            let alpha = 1.0 / m + 1.0 / n;
            let (cubic, quadratic) = (2.0 * alpha.powi(3), 2.0 * alpha * alpha / (m + n));
            let center = quadratic * pair.center.value;
            // What this fineness resolves.
            near(cubic * pair.hessian.value + center, direct, 2e-3);
            if gamma > -3.0 || i == j {
                let sphere = pair.curvature.value - 0.25 * gamma * gamma * pair.turning.value;
                near(cubic * (pair.square.value + sphere) + center, direct, 2e-3);
            }
            let entropy = -one.entropy.value - other.entropy.value;
            near(alpha * alpha * pair.entropy.value, entropy, 2e-3);
        }
    }
}

/// At γ = −3 and for two species (2.15), summed over spheres in z, lacks what is left at z = 0: a quarter of D here. The Gaussians are
/// isotropic, so that the points lie on spheres.
#[test]
fn the_sum_of_squares_lacks_its_part_at_contact_for_coulomb_collisions() {
    let all = [
        Gaussians { mass: 1.0, parts: light().parts[..2].to_vec() },
        Gaussians { mass: 2.5, parts: heavy().parts[..1].to_vec() },
    ];
    let pair = of_pair(&all[0], &all[1], false, -3.0, Fineness(0.75));
    let alpha = 1.0 + 1.0 / 2.5;
    let (cubic, quadratic) = (2.0 * alpha * alpha * alpha, 2.0 * alpha * alpha / 3.5);
    let center = quadratic * pair.center.value;
    let whole = cubic * pair.hessian.value + center;
    let squares = cubic * (pair.square.value + pair.curvature.value - 2.25 * pair.turning.value) + center;
    let contact = cubic * 8.0 * PI / 3.0 * pair.contact.value;
    assert!(contact > 0.1 * whole, "{contact} {whole}");
    // What this fineness resolves.
    near(squares + contact, whole, 2e-3);
}

#[test]
fn numbers_about_ions_are_those_of_an_independent_program() {
    let f = light();
    let top = f.maximum();
    assert!(dot(f.local(top).slope, f.local(top).slope) < 1e-28, "{top:?}");
    let kernel = Kernel::new(-3.0);
    let found = section_3_3(&f, top, &kernel, 0.8).unwrap();
    // To the digits there.
    near(9.0 * found.spherical_dissipation.value, 4.305239, 1e-5);
    near(found.fourth.value + 18.0 * found.sharp.value, 0.863296, 1e-5);
    near(found.laplacian.value + 2.0 * found.sharp.value, 0.345128, 1e-5);
    near(found.spherical_fisher_rate.value, -0.0463, 2e-3);
    near(0.5 * found.third.value, 0.021011, 1e-4);
    // The largest value on the lattice there is 0.744670.
    let potential = potential(&f, &kernel);
    assert!(potential > 0.744670 && potential < 0.75, "{potential}");
    // Proposition 3.3 about v = 0, where ∇f is not 0.
    let origin = [0.0; 3];
    let along = along_ions(&f, origin, -2.5, 1.1).unwrap();
    near(along.fisher.value, -0.66995093, 1e-5);
    near(along.fisher_direct.value, -0.66995093, 1e-5);
    let along = along_ions(&f, origin, -3.0, 1.1).unwrap();
    near(along.fisher.value, -0.49077856, 1e-5);
    near(along.fisher_direct.value, -0.61591069, 1e-5);
}

/// A file of one species of two Gaussians.
fn file() -> Value {
    json!({
        "version": 1, "gamma": -3.0,
        "species": [
            { "name": "a", "parts": [{ "maxwellian": { "density": 1.0, "temperature": 1.0, "drift": [0.4, 0.0, 0.0] } }] },
            { "name": "b", "mass": 2.0, "parts": [{ "anisotropic_maxwellian": { "density": 2.0, "temperatures": [1.0, 1.5, 0.8] } }] }
        ],
        "coefficients": { "matrix": [[1.0, 0.5], [0.5, 0.0]] },
        "tolerance": 1e-3, "pair_tolerance": 0.02
    })
}

fn experiment(value: &Value) -> SpeciesExperiment {
    serde_json::from_value(value.clone()).unwrap()
}

fn value(found: &[Quantity], name: &str) -> Result<f64, String> {
    found.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}")).value.clone()
}

/// Cells that cannot be had are empty with a reason; the rest of the row is there, and (2.4) is an equality.
#[test]
fn a_number_that_diverges_is_an_empty_cell() {
    let mut file = file();
    file["ions"] = json!({ "velocity": { "at": [0.0, 0.0, 0.0] } });
    let found = quantities(&experiment(&file));
    for part in ["square", "curvature", "bound"] {
        let reason = value(&found, &format!("fisher_dissipation_a_b_{part}")).unwrap_err();
        assert!(reason.starts_with("diverges as a logarithm at v_i = v_j"), "{reason}");
    }
    let reason = value(&found, "a_3_5_left").unwrap_err();
    assert!(reason.starts_with("diverges at the ions' velocity"), "{reason}");
    // The other species is even about the ions.
    assert!(value(&found, "b_3_5_left").unwrap() <= value(&found, "b_3_5_right").unwrap());
    let [rate, lifted] = ["fisher_rate", "lifted_fisher_rate"].map(|name| value(&found, name).unwrap());
    near(lifted, rate, 0.01);
    // b does not collide with itself.
    assert!(!found.iter().any(|one| one.name == "dissipation_b_b" || one.name == "b_fisher_rate_b"));
    for one in found.iter().filter(|one| one.name.ends_with("_error")) {
        assert!(one.value.as_ref().is_ok_and(|error| *error >= 0.0) || one.value.is_err());
    }
}

#[test]
fn a_density_too_narrow_for_the_points_is_an_empty_cell() {
    let mut file = file();
    file["two_particle"] = json!(false);
    file["coefficients"] = json!({ "uniform": 0.0 });
    // Beside the ions at a thousand standard deviations, and within another that is a thousand times as wide.
    file["species"][0]["parts"][0]["maxwellian"]["temperature"] = json!(1e-12);
    let wide = json!({ "maxwellian": { "density": 1.0, "temperature": 1.0 } });
    file["species"][0]["parts"].as_array_mut().unwrap().push(wide);
    file["ions"] = json!({ "velocity": { "at": [0.0, 0.0, 0.0] } });
    let found = quantities(&experiment(&file));
    let reason = value(&found, "a_spherical_fisher").unwrap_err();
    assert!(reason.starts_with("the density is too narrow for its distance"), "{reason}");
}

/// Numbers of a density scale with its temperature, however low: T = 1e-12.
#[test]
fn a_cold_density_has_the_numbers_of_a_warm_one() {
    let rates = |temperature: f64| {
        let mut file = file();
        let speed = f64::sqrt(temperature);
        file["species"] = json!([{ "name": "a", "parts": [
            { "maxwellian": { "density": 0.6, "temperature": temperature, "drift": [speed, 0.0, 0.0] } },
            { "anisotropic_maxwellian": { "density": 0.4, "temperatures": [temperature, 2.0 * temperature, temperature] } }
        ] }]);
        file["coefficients"] = json!({ "uniform": 1.0 });
        file["two_particle"] = json!(false);
        value(&quantities(&experiment(&file)), "a_fisher_rate").unwrap()
    };
    // dI/dt by Coulomb collisions scales as T^(−5/2).
    near(rates(1e-12) * 1e-30, rates(1.0), 1e-9);
}

/// The sums are the same bits with one thread and with three.
#[test]
fn quantities_do_not_depend_on_the_number_of_threads() {
    let mut file = file();
    file["species"].as_array_mut().unwrap().truncate(1);
    file["coefficients"] = json!({ "uniform": 1.0 });
    file["ions"] = json!({ "velocity": { "maximum": {} } });
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| quantities(&experiment(&file)))
    };
    assert!(with(1) == with(3));
}

#[test]
fn what_is_no_experiment_is_refused_where_it_stands() {
    let gaussian = |tensor: Value| json!([{ "gaussian": { "density": 1.0, "temperature_tensor": tensor } }]);
    let parts = "species.0.parts";
    let cases: Vec<(&str, Value, String)> = vec![
        ("version", json!(2), "version: found 2; allowed: 1".to_string()),
        (
            "gamma",
            json!(0.5),
            "gamma: found 0.5; allowed: a number from -3 to 0 for densities without symmetry".to_string(),
        ),
        ("species", json!([]), "species: found 0 species; allowed: 1 to 8".to_string()),
        (
            "species.1.name",
            json!("a"),
            "species.1.name: found \"a\" a second time; allowed: a name of its own".to_string(),
        ),
        (
            "species.0.name",
            json!("a,b"),
            "species.0.name: found \"a,b\"; allowed: 1 to 60 letters, digits, _, - and +".to_string(),
        ),
        (parts, json!([]), format!("{parts}: found 0 Gaussians; allowed: 1 to 16")),
        (
            parts,
            json!([{ "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.0, 2.0] } }]),
            format!(
                "{parts}.0.anisotropic_maxwellian.temperatures: found 2 components; allowed: 3, one for each dimension"
            ),
        ),
        (
            parts,
            gaussian(json!([[1.0, 0.0], [0.0, 1.0]])),
            format!(
                "{parts}.0.gaussian.temperature_tensor: found rows of 2, 2 numbers; allowed: three rows of three numbers"
            ),
        ),
        (
            parts,
            gaussian(json!([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])),
            format!(
                "{parts}.0.gaussian.temperature_tensor.1.0: found 0.5 where [0][1] is 0; allowed: a symmetric matrix"
            ),
        ),
        (
            parts,
            gaussian(json!([[1.0, 2.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0]])),
            format!(
                "{parts}.0.gaussian.temperature_tensor: found a matrix with the eigenvalue -1; allowed: all of them > 0"
            ),
        ),
        (
            parts,
            json!([{ "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.0, 2.0, 200.0] } }]),
            format!(
                "{parts}.0.anisotropic_maxwellian.temperatures: found temperatures from 1 to 200 along its axes; allowed: the largest up to 100 times the smallest"
            ),
        ),
        (
            "coefficients",
            json!({ "matrix": [[1.0]] }),
            "coefficients.matrix: found no 2 rows of 2 numbers; allowed: one of each for each species"
                .to_string(),
        ),
        (
            "coefficients",
            json!({ "matrix": [[1.0, 0.2], [0.3, 1.0]] }),
            "coefficients.matrix.1.0: found 0.3 where [0][1] is 0.2; allowed: a symmetric matrix".to_string(),
        ),
    ];
    for (path, wrong, message) in cases {
        let mut file = file();
        let pointer = format!("/{}", path.replace('.', "/"));
        *file.pointer_mut(&pointer).unwrap() = wrong;
        let found: Vec<String> = violations(&experiment(&file)).iter().map(ToString::to_string).collect();
        assert!(found.contains(&message), "{path}: {found:?}");
    }
    assert!(violations(&experiment(&file())).is_empty());
}
