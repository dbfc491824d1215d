use super::*;
use crate::exact::bkw::Bkw;
use crate::exact::rates::{self, Maxwellian};
use libm::erf;
use std::f64::consts::PI;

const GAMMAS: [f64; 5] = [-3.0, -2.0, -1.0, 0.0, 1.0];

/// A Maxwellian on a grid of 7 thermal speeds of at least its own temperature.
fn maxwellian(cells: usize, of: Maxwellian, hottest: f64) -> Isotropic {
    Isotropic::maxwellian(of.mass, cells, 7.0 * (hottest / of.mass).sqrt(), of.density, of.temperature)
}

/// Three species of unlike masses and shapes: a Maxwellian, a shell with a core, and ripples.
fn mixture(gamma: f64, cells: usize) -> IsotropicRelaxation {
    let species = vec![
        Isotropic::maxwellian(1.0, cells, 8.0, 1.0, 1.0),
        Isotropic::new(2.0, cells - 7, 5.0, |v| {
            (-9.0 * (v - 1.0).powi(2)).exp() + 0.3 * (-2.0 * v * v).exp()
        }),
        Isotropic::new(40.0, cells, 1.1, |v| (1.2 + (30.0 * v).sin()) * (-60.0 * v * v).exp()),
    ];
    IsotropicRelaxation::new(gamma, &[0.3, 0.2, 0.4, 0.2, 0.1, 0.0, 0.4, 0.0, 0.5], species)
}

fn total(relaxation: &IsotropicRelaxation, of: impl Fn(&Isotropic) -> f64) -> f64 {
    relaxation.species.iter().map(of).sum()
}

fn order(coarse: f64, fine: f64) -> f64 {
    (coarse / fine).abs().log2()
}

/// The largest error of f against a function of the speed, relative to the largest |f|.
fn density_error(species: &Isotropic, density: impl Fn(f64) -> f64) -> f64 {
    let largest = species.density.iter().fold(0.0f64, |largest, f| largest.max(f.abs()));
    let cells = species.density.iter().enumerate();
    cells.fold(0.0f64, |worst, (k, f)| worst.max((f - density(species.speed(k))).abs())) / largest
}

#[test]
fn rates_conserve_densities_and_energy_and_lower_the_entropy() {
    for gamma in GAMMAS {
        let relaxation = mixture(gamma, 60);
        let (mut gain, mut moved, mut entropy) = (0.0, 0.0, 0.0);
        for (one, rates) in relaxation.species.iter().zip(relaxation.rates()) {
            let size: f64 = rates.iter().enumerate().map(|(k, rate)| one.volume(k) * rate.abs()).sum();
            let production = rates.iter().zip(&one.density).enumerate();
            entropy += production.map(|(k, (rate, f))| one.volume(k) * rate * f.ln()).sum::<f64>();
            let change = Isotropic { density: rates, ..one.clone() };
            // Rounding of 60 fluxes, some of them larger than their differences.
            assert!(change.number().abs() < 1e-13 * size, "{gamma}: {} of {size}", change.number());
            gain += change.energy();
            moved += change.energy().abs();
        }
        assert!(moved > 0.01 && gain.abs() < 1e-13 * moved, "{gamma}: {gain} of {moved}");
        assert!(entropy < -0.1, "{gamma}: {entropy}");
    }
}

#[test]
fn runs_conserve_and_dissipate_and_meet() {
    for gamma in [-3.0, -2.0, 1.0] {
        let mut relaxation = mixture(gamma, 60);
        let energy = total(&relaxation, Isotropic::energy);
        let numbers: Vec<f64> = relaxation.species.iter().map(Isotropic::number).collect();
        let mut entropy = f64::INFINITY;
        for time in [0.01, 0.1, 1.0, 10.0] {
            relaxation.advance_to(time, 1e-5);
            assert_eq!(relaxation.time, time);
            let now = total(&relaxation, Isotropic::entropy);
            assert!(now < entropy, "{gamma}: {now} after {entropy}");
            entropy = now;
        }
        // Some hundred steps add a rounding each.
        assert!((total(&relaxation, Isotropic::energy) / energy - 1.0).abs() < 1e-13);
        for (one, number) in relaxation.species.iter().zip(numbers) {
            assert!((one.number() / number - 1.0).abs() < 1e-13);
            assert!(one.density.iter().all(|&f| f > 0.0), "{gamma}");
        }
        relaxation.advance_to(1000.0, 1e-5);
        let temperatures: Vec<f64> = relaxation.species.iter().map(Isotropic::temperature).collect();
        assert!(temperatures.iter().all(|t| (t / temperatures[0] - 1.0).abs() < 1e-5), "{temperatures:?}");
    }
}

/// Maxwellians of one temperature at rest do not change, to rounding, even on coarse grids.
#[test]
fn maxwellians_of_one_temperature_are_stationary() {
    for gamma in GAMMAS {
        let of = |mass, density| Maxwellian { mass, density, temperature: 0.8 };
        let species = vec![maxwellian(20, of(1.0, 1.0), 0.8), maxwellian(31, of(1836.0, 0.3), 0.9)];
        let relaxation = IsotropicRelaxation::new(gamma, &[0.3, 0.2, 0.2, 0.4], species);
        let decay = relaxation.evaluate(&relaxation.densities()).decay;
        for (one, rates) in relaxation.species.iter().zip(relaxation.rates()) {
            // A flux is a difference of two equal ones; each changes f at about the rate of the fastest decay.
            let bound = 1e-14 * decay * one.density[0];
            assert!(rates.iter().all(|rate| rate.abs() < bound), "{gamma}");
        }
    }
}

/// One species of Maxwell molecules from f = 0 nearly at the origin.
#[test]
fn bobylev_krook_wu_is_followed_with_order_two() {
    let exact = Bkw { density: 0.8, mass: 2.0, temperature: 1.5, contrast: 0.39, rate: 0.2 };
    let coefficient = exact.rate * exact.mass * exact.mass / exact.density;
    let errors = [100, 200].map(|cells| {
        let start = Isotropic::new(exact.mass, cells, 6.5, |v| exact.density_at::<3>(v * v, 0.0));
        // The midpoint rule has no error here.
        assert!((start.temperature() / exact.temperature - 1.0).abs() < 1e-14);
        let mut relaxation = IsotropicRelaxation::new(0.0, &[coefficient], vec![start]);
        relaxation.advance_to(1.0, 1e-7);
        let one = &relaxation.species[0];
        let fourth = one.integral(|v| v.powi(4)) / one.number() / exact.fourth_moment::<3>(1.0) - 1.0;
        (density_error(one, |v| exact.density_at::<3>(v * v, 1.0)), fourth)
    });
    let [(coarse, fourth), (fine, _)] = errors;
    assert!((order(coarse, fine) - 2.0).abs() < 0.05, "{errors:?}");
    // As measured, with a margin of a fifth.
    assert!(coarse < 6.7e-4 && fourth.abs() < 2e-5, "{errors:?}");
}

/// dT/dt between Maxwellians, for every γ and up to the masses of electrons and protons.
#[test]
fn temperatures_of_maxwellians_start_at_the_exact_rates() {
    for gamma in GAMMAS {
        for mass in [3.0, 1836.0] {
            let i = Maxwellian { density: 1.0, mass: 1.0, temperature: 1.0 };
            let j = Maxwellian { density: 0.7, mass, temperature: 0.5 };
            let heating = |cells: usize| {
                let species = vec![maxwellian(cells, i, 1.0), maxwellian(cells - 3, j, 0.7)];
                let found = IsotropicRelaxation::new(gamma, &[0.2, 0.3, 0.3, 0.1], species).heating();
                let exact = [rates::heating(3, gamma, 0.3, i, j), rates::heating(3, gamma, 0.3, j, i)];
                (found[0] / exact[0] - 1.0, found[1] / exact[1] - 1.0)
            };
            let ((coarse, other), (fine, _)) = (heating(150), heating(300));
            // Energy is conserved, so both err alike but for the tails beyond 7 thermal speeds.
            assert!((coarse - other).abs() < 1e-9, "{gamma} {mass}: {coarse} {other}");
            // A sixth above the largest, that for γ = −3.
            assert!(coarse.abs() < 3.5e-4 && fine.abs() < 9e-5, "{gamma} {mass}: {coarse} {fine}");
            // Light particles on a grid as coarse as the heavy ones' thermal speed have no clean order yet.
            assert!(mass > 3.0 || (order(coarse, fine) - 2.0).abs() < 0.1, "{gamma} {mass}: {coarse} {fine}");
        }
    }
}

/// Maxwell molecules: temperatures of any shapes approach one another exponentially.
#[test]
fn temperatures_of_maxwell_molecules_are_exact_for_any_shape() {
    let run = |cells: usize| {
        let species = vec![
            Isotropic::new(1.0, cells, 7.0, |v| (-6.0 * (v - 1.5).powi(2)).exp()),
            Isotropic::maxwellian(2.0, cells, 5.0, 1.3, 0.3),
        ];
        let of = |one: &Isotropic| Maxwellian {
            density: one.number(),
            mass: one.mass,
            temperature: one.temperature(),
        };
        let (i, j) = (of(&species[0]), of(&species[1]));
        let decay = [(i, j), (j, i)].map(|(i, j)| rates::energy_exchange(3, 0.0, 0.05, i, j));
        let mut relaxation = IsotropicRelaxation::new(0.0, &[0.1, 0.05, 0.05, 0.1], species);
        relaxation.advance_to(1.0, 1e-7);
        let found = relaxation.species[0].temperature() - relaxation.species[1].temperature();
        found / ((i.temperature - j.temperature) * (-decay[0] - decay[1]).exp()) - 1.0
    };
    let (coarse, fine) = (run(100), run(200));
    assert!((order(coarse, fine) - 2.0).abs() < 0.1, "{coarse} {fine}");
    assert!(coarse.abs() < 5e-4, "{coarse}");
}

/// ∂_t f of a Maxwellian among Maxwellians of another temperature and mass, Coulomb collisions:
/// v² J = (c/m) v³ D f (1/T' − 1/T), D = n' (erf x − x erf' x)/(x² v), x² = m' v²/2T'
/// (Rosenbluth, MacDonald, Judd, Phys. Rev. 107, 1957).
#[test]
fn rates_among_maxwellians_are_those_of_rosenbluth_potentials() {
    let (c, i) = (0.3, Maxwellian { density: 1.0, mass: 1.5, temperature: 1.0 });
    let j = Maxwellian { density: 0.7, mass: 4.0, temperature: 2.0 };
    let flux = |v: f64| {
        let x = v * (0.5 * j.mass / j.temperature).sqrt();
        let diffusion = j.density * (erf(x) - 2.0 * x / PI.sqrt() * (-x * x).exp()) / (x * x * v);
        let variance = i.temperature / i.mass;
        let f = i.density * (2.0 * PI * variance).powf(-1.5) * (-0.5 * v * v / variance).exp();
        c / i.mass * v.powi(3) * diffusion * f * (1.0 / j.temperature - 1.0 / i.temperature)
    };
    let exact = |v: f64| (flux(v * 1.0001) - flux(v * 0.9999)) / (2e-4 * v.powi(3));
    let errors = [100, 200].map(|cells| {
        let species = vec![maxwellian(cells, i, 1.0), maxwellian(cells, j, 2.0)];
        let relaxation = IsotropicRelaxation::new(-3.0, &[0.5, c, c, 0.0], species);
        let change = Isotropic { density: relaxation.rates().remove(0), ..relaxation.species[0].clone() };
        density_error(&change, exact)
    });
    assert!((order(errors[0], errors[1]) - 2.0).abs() < 0.1 && errors[0] < 4e-3, "{errors:?}");
}

/// A shell closes: f ∝ exp(−10 (v/v₀ − 1)²), Coulomb collisions (Rosenbluth, MacDonald, Judd 1957).
#[test]
fn a_shell_closes_with_order_two() {
    let runs = [100, 200, 400].map(|cells| {
        let shell = Isotropic::new(1.0, cells, 1.5, |v| (-10.0 * (v / 0.3 - 1.0).powi(2)).exp());
        let mut relaxation = IsotropicRelaxation::new(-3.0, &[1.0], vec![shell]);
        relaxation.advance_to(0.05, 1e-7);
        let one = &relaxation.species[0];
        assert!(one.density.iter().all(|&f| f >= 0.0));
        [one.density_at(0.0), one.integral(|v| v.powi(4))]
    });
    for (k, bound) in [(0, 1.5e-3), (1, 5e-5)] {
        let (coarse, fine) = (runs[0][k] - runs[1][k], runs[1][k] - runs[2][k]);
        assert!((order(coarse, fine) - 2.0).abs() < 0.1, "{k}: {coarse} {fine}");
        assert!((coarse / runs[2][k]).abs() < bound, "{k}: {coarse}");
    }
}

/// Two Maxwellians among Coulomb collisions, for which no exact answer is known: that of the module's table.
#[test]
fn two_runs_are_extrapolated() {
    let [coarse, middle, fine] = [100, 200, 400].map(|cells| {
        let i = Isotropic::maxwellian(1.0, cells, 7.0, 1.0, 1.0);
        let j = Isotropic::maxwellian(3.0, cells, 3.5, 0.7, 0.5);
        let mut relaxation = IsotropicRelaxation::new(-3.0, &[0.2, 0.3, 0.3, 0.1], vec![i, j]);
        relaxation.advance_to(1.0, 1e-7);
        relaxation.species[1].temperature()
    });
    let of_order_two = order(coarse - middle, middle - fine);
    assert!((of_order_two - 2.0).abs() < 0.15, "{of_order_two}");
    let (one, other) = ((4.0 * middle - coarse) / 3.0, (4.0 * fine - middle) / 3.0);
    // The next order falls by 8 to 16 from one to the other; steps within 1e-7 add up to 1e-7.
    assert!((one - other).abs() < 3e-7 && (other - 0.536_632_16).abs() < 2e-7, "{one} {other}");
}

#[test]
fn the_order_of_species_does_not_matter() {
    for gamma in [-3.0, -2.0] {
        let of = |temperature| Maxwellian { density: 1.0, mass: 1.0, temperature };
        // Faces of the second grid meet every other one of the first.
        let (cold, hot) = (maxwellian(60, of(0.5), 0.5), maxwellian(60, of(2.0), 2.0));
        let heating = |species| IsotropicRelaxation::new(gamma, &[0.2; 4], species).heating();
        let one = heating(vec![cold.clone(), hot.clone()]);
        let other = heating(vec![hot, cold]);
        // Rounding alone.
        assert!(
            (one[0] / other[1] - 1.0).abs() < 1e-12 && (one[1] / other[0] - 1.0).abs() < 1e-12,
            "{one:?} {other:?}"
        );
    }
}

#[test]
fn a_density_is_interpolated_with_order_six() {
    let gaussian = |v: f64| (-v * v).exp();
    let errors = [30, 60].map(|cells| {
        let one = Isotropic::new(1.0, cells, 5.0, gaussian);
        (0..400)
            .map(|k| 0.01 * f64::from(k))
            .map(|v| (one.density_at(v) - gaussian(v)).abs())
            .fold(0.0, f64::max)
    });
    assert!((order(errors[0], errors[1]) - 6.0).abs() < 0.5, "{errors:?}");
    let one = Isotropic::new(1.0, 30, 3.0, gaussian);
    // At a cell it is the value there, and there is none beyond the grid.
    assert!((one.density_at(one.speed(12)) - one.density[12]).abs() < 1e-16);
    assert!((one.density_at(2.999) - gaussian(2.999)).abs() < 1e-6);
    assert_eq!(one.density_at(3.001), 0.0);
}

/// Without collisions births and losses are a linear equation.
#[test]
fn births_and_losses_are_followed() {
    let empty = Isotropic::new(1.0, 30, 3.0, |_| 0.0);
    let shape = |v: f64| (-8.0 * (v - 1.0).powi(2)).exp();
    let sources = vec![Sources::new(&empty, 2.0, shape, 0.7)];
    let mut relaxation = IsotropicRelaxation::new(-3.0, &[0.0], vec![empty]).with_sources(sources);
    relaxation.advance_to(2.0, 1e-8);
    let exact = 2.0 * 0.7 * (1.0 - (-2.0f64 / 0.7).exp());
    let number = relaxation.species[0].number();
    assert!((number / exact - 1.0).abs() < 1e-6, "{number} {exact}");
}

/// A background stays, and heats what is colder to its own temperature; what it gives is what the other gets.
#[test]
fn what_is_held_gives_and_takes() {
    let of = |mass: f64, temperature: f64| Maxwellian { mass, density: 1.0, temperature };
    let species = vec![maxwellian(120, of(1.0, 0.5), 1.0), maxwellian(100, of(2.0, 1.0), 1.0)];
    let held = species[1].clone();
    let sources = vec![Sources::default(), Sources::held()];
    let mut relaxation = IsotropicRelaxation::new(-3.0, &[0.1, 0.2, 0.2, 0.1], species).with_sources(sources);
    let powers = relaxation.powers();
    let heating = relaxation.heating();
    assert_eq!((powers[1][0], powers[0][0], powers[1][1]), (-powers[0][1], 0.0, 0.0));
    // Collisions of a species with itself give nothing, to the rounding of their sums.
    assert!((1.5 * heating[0] / powers[0][1] - 1.0).abs() < 1e-11 && heating[1] == 0.0);
    let exact = rates::heating(3, -3.0, 0.2, of(1.0, 0.5), of(2.0, 1.0));
    // 120 cells: an error of 1e-3 as of the pairs of the table.
    assert!((heating[0] / exact - 1.0).abs() < 3e-3, "{} {exact}", heating[0]);
    relaxation.advance_to(600.0, 1e-6);
    assert_eq!(relaxation.species[1], held);
    assert!((relaxation.species[0].temperature() - 1.0).abs() < 1e-4);
}
