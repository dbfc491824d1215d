//! Coulomb collisions of charged species: c_ij = q_i² q_j² ln Λ / (8π ε0²), and ln Λ of a plasma.
//!
//! Source of ln Λ: NRL Plasma Formulary (2019), "Collisions and Transport", thermal electrons (a),
//! electrons and ions (b), mixed ions (c), counter-streaming ions (d); densities there in cm⁻³, temperatures in eV, masses
//! in proton masses μ. An electron is a species of charge −1 or 1 lighter than a tenth of a proton, so that nothing changes
//! where all charges change their sign; all electrons count together, at their mean temperature. Fixed ions are infinitely heavy: among ions they count with their
//! charge, not with the screening that their unknown temperature would give. Formulas of a weakly coupled
//! plasma: good to about 1/ln Λ.

use crate::units::{ELEMENTARY_CHARGE, PROTON_MASS, VACUUM_PERMITTIVITY};
use std::f64::consts::PI;

/// A species as the Coulomb logarithm sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Charged {
    /// In elementary charges.
    pub charge: f64,
    /// In kg; infinite of a fixed species.
    pub mass: f64,
    /// In m⁻³.
    pub density: f64,
    /// In eV; without meaning for a fixed species.
    pub temperature: f64,
    /// In m/s; two components in two dimensions.
    pub velocity: [f64; 3],
}

impl Charged {
    fn is_electron(&self) -> bool {
        self.charge.abs() == 1.0 && self.mass < 0.1 * PROTON_MASS
    }

    /// n in cm⁻³.
    fn per_cubic_centimetre(&self) -> f64 {
        1e-6 * self.density
    }

    /// kT/m in (m/s)².
    fn thermal_square(&self) -> f64 {
        self.temperature * ELEMENTARY_CHARGE / self.mass
    }

    /// m in proton masses.
    fn mu(&self) -> f64 {
        self.mass / PROTON_MASS
    }
}

/// c_ij in kg² m⁶ s⁻⁴ of charges in elementary charges.
pub fn coefficient(charge_i: f64, charge_j: f64, log_lambda: f64) -> f64 {
    let squares = (charge_i * charge_j).powi(2);
    // e²/ε0 first: e⁴ and ε0² alone are near the end of the floating-point range of other formats.
    let strength = ELEMENTARY_CHARGE * ELEMENTARY_CHARGE / VACUUM_PERMITTIVITY;
    squares * strength * strength * log_lambda / (8.0 * PI)
}

/// ln Λ between species `i` and `j` of a plasma.
pub fn log_lambda(plasma: &[Charged], i: usize, j: usize) -> f64 {
    let (one, other) = (plasma[i], plasma[j]);
    match (one.is_electron(), other.is_electron()) {
        (true, true) => electrons(plasma),
        (true, false) => electrons_and_ions(plasma, other),
        (false, true) => electrons_and_ions(plasma, one),
        (false, false) => match counter_streaming(plasma, i, j) {
            true => streams(plasma, one, other),
            false => ions(one, other),
        },
    }
}

/// The square of the velocity between two species, in (m/s)².
fn drift_square(one: Charged, other: Charged) -> f64 {
    one.velocity.iter().zip(other.velocity).map(|(a, b)| (a - b).powi(2)).sum()
}

/// Whether species `i` and `j` are ions that stream through each other faster than both move thermally, and more slowly than
/// the electrons: kT/m, kT'/m' < v² < kTₑ/mₑ.
pub fn counter_streaming(plasma: &[Charged], i: usize, j: usize) -> bool {
    let (one, other) = (plasma[i], plasma[j]);
    let Some(electron) = plasma.iter().find(|one| one.is_electron()) else { return false };
    let warm = all_electrons(plasma).1 * ELEMENTARY_CHARGE / electron.mass;
    let square = drift_square(one, other);
    let are_ions = [one, other].iter().all(|ion| ion.mass.is_finite() && !ion.is_electron());
    are_ions && one.thermal_square() < square && other.thermal_square() < square && square < warm
}

/// (d) 43 − ln( Z Z' (μ + μ')/(μ μ' β²) (nₑ/Tₑ)^½ ), where β c is the velocity between the ions.
fn streams(plasma: &[Charged], one: Charged, other: Charged) -> f64 {
    let (n, t) = all_electrons(plasma);
    let beta_square = drift_square(one, other) / SPEED_OF_LIGHT.powi(2);
    let masses = (one.mu() + other.mu()) / (one.mu() * other.mu());
    43.0 - ((one.charge * other.charge).abs() * masses / beta_square * (n / t).sqrt()).ln()
}

/// In m/s; exact.
const SPEED_OF_LIGHT: f64 = 299_792_458.0;

/// n in cm⁻³ and T in eV of all electrons.
fn all_electrons(plasma: &[Charged]) -> (f64, f64) {
    let electrons = || plasma.iter().filter(|one| one.is_electron());
    let density: f64 = electrons().map(Charged::per_cubic_centimetre).sum();
    let pressure: f64 = electrons().map(|one| one.per_cubic_centimetre() * one.temperature).sum();
    (density, pressure / density)
}

/// (a) 23.5 − ln(n^½ T^(−5/4)) − [10⁻⁵ + (ln T − 2)²/16]^½.
fn electrons(plasma: &[Charged]) -> f64 {
    let (n, t) = all_electrons(plasma);
    23.5 - (n.sqrt() * t.powf(-1.25)).ln() - (1e-5 + (t.ln() - 2.0).powi(2) / 16.0).sqrt()
}

/// (b), in its three ranges: slow cold electrons, slow hot ones, and electrons slower than the ions.
fn electrons_and_ions(plasma: &[Charged], ion: Charged) -> f64 {
    let (n, t) = all_electrons(plasma);
    let electron_mass = plasma.iter().find(|one| one.is_electron()).map_or(0.0, |one| one.mass);
    let z = ion.charge.abs();
    if ion.mass.is_finite() && t < ion.temperature * electron_mass / ion.mass {
        let n = ion.per_cubic_centimetre();
        16.0 - (n.sqrt() * ion.temperature.powf(-1.5) * z * z * ion.mu()).ln()
    } else if t < 10.0 * z * z {
        23.0 - (n.sqrt() * z * t.powf(-1.5)).ln()
    } else {
        24.0 - (n.sqrt() / t).ln()
    }
}

/// (c) 23 − ln( Z Z' (μ + μ')/(μ T' + μ' T) (n Z²/T + n' Z'²/T')^½ ), and its limit of an infinite μ'.
fn ions(one: Charged, other: Charged) -> f64 {
    let screening = |ion: Charged| match ion.mass.is_finite() {
        true => ion.per_cubic_centimetre() * ion.charge * ion.charge / ion.temperature,
        false => 0.0,
    };
    let nearest = match (one.mass.is_finite(), other.mass.is_finite()) {
        (true, true) => {
            let (mu, mu_other) = (one.mu(), other.mu());
            (mu + mu_other) / (mu * other.temperature + mu_other * one.temperature)
        }
        (true, false) => 1.0 / one.temperature,
        (false, true) => 1.0 / other.temperature,
        (false, false) => return f64::NAN,
    };
    let charges = (one.charge * other.charge).abs();
    23.0 - (charges * nearest * (screening(one) + screening(other)).sqrt()).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::ELECTRON_MASS;

    const ELECTRON: Charged =
        Charged { charge: -1.0, mass: ELECTRON_MASS, density: 1e20, temperature: 1000.0, velocity: [0.0; 3] };
    const PROTON: Charged = Charged { charge: 1.0, mass: PROTON_MASS, temperature: 800.0, ..ELECTRON };

    fn assert_near(found: f64, expected: f64) {
        // The expected numbers are worked out by hand to four digits.
        assert!((found - expected).abs() < 2e-3, "{found} {expected}");
    }

    #[test]
    fn logarithms_of_a_plasma_of_1_kev() {
        let plasma = [ELECTRON, PROTON];
        // ln n^½ = ½ ln 1e14 = 16.1181, ln T = 6.9078.
        // 23.5 − 16.1181 + 1.25·6.9078 − (4.9078/4) = 23.5 − 16.1181 + 8.6347 − 1.2270
        assert_near(log_lambda(&plasma, 0, 0), 14.7896);
        // 24 − 16.1181 + 6.9078
        assert_near(log_lambda(&plasma, 0, 1), 14.7897);
        assert_eq!(log_lambda(&plasma, 1, 0), log_lambda(&plasma, 0, 1));
        // 23 − ln( (1/800) (2e14/800)^½ ) = 23 + 6.6846 − 13.1223
        assert_near(log_lambda(&plasma, 1, 1), 16.5623);
    }

    #[test]
    fn each_range_of_electrons_and_ions() {
        let cold = [Charged { temperature: 5.0, ..ELECTRON }, PROTON];
        // 23 − 16.1181 + 1.5·1.6094
        assert_near(log_lambda(&cold, 0, 1), 9.2960);
        // Below 10 Z² eV: 23 − 16.1181 − ln 6 + 1.5·ln 300 = 23 − 16.1181 − 1.7918 + 8.5557
        let carbon = Charged { charge: 6.0, ..PROTON };
        assert_near(log_lambda(&[Charged { temperature: 300.0, ..ELECTRON }, carbon], 0, 1), 13.6458);
        // Electrons slower than the ions: 16 − 16.1181 + 1.5·6.6846
        let slow = [Charged { temperature: 0.4, ..ELECTRON }, PROTON];
        assert_near(log_lambda(&slow, 0, 1), 9.9088);
        // Fixed ions are never faster.
        let fixed = Charged { mass: f64::INFINITY, temperature: f64::NAN, ..PROTON };
        assert_near(log_lambda(&[ELECTRON, fixed], 0, 1), 14.7897);
        assert_near(
            log_lambda(&[ELECTRON, PROTON, fixed], 1, 2),
            23.0 + 6.6846 - 0.5 * (1e14f64 / 800.0).ln(),
        );
    }

    /// Positrons beside electrons and protons, and the same with all charges exchanged.
    #[test]
    fn the_table_is_the_same_under_exchange_of_charges() {
        let plasma = [ELECTRON, Charged { charge: 1.0, temperature: 2000.0, ..ELECTRON }, PROTON];
        let exchanged = plasma.map(|one| Charged { charge: -one.charge, ..one });
        for (i, j) in [(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2)] {
            assert_eq!(log_lambda(&plasma, i, j), log_lambda(&exchanged, i, j), "{i} {j}");
        }
        assert_eq!(log_lambda(&plasma, 0, 0), log_lambda(&plasma, 0, 1));
        assert_eq!(log_lambda(&plasma, 0, 0), log_lambda(&plasma, 1, 1));
    }

    /// Deuterons of 10 eV at ±1.03e6 m/s in electrons of 1 keV.
    #[test]
    fn counter_streaming_ions_have_their_own_formula() {
        let mut right = Charged { mass: 3.3452e-27, density: 1e19, temperature: 10.0, ..PROTON };
        right.velocity = [1.03e6, 0.0, 0.0];
        let left = Charged { velocity: [-1.03e6, 0.0, 0.0], ..right };
        let plasma = [Charged { density: 2e19, ..ELECTRON }, right, left];
        assert!(counter_streaming(&plasma, 1, 2) && !counter_streaming(&plasma, 1, 1));
        // β = 2.06e6/2.99792e8 = 6.8714e-3, (μ + μ')/(μ μ') = 1, (2e13/1000)^½ = 1.41421e5:
        // 43 − ln(2.1179e4 · 1.41421e5) = 43 − 21.8201
        assert_near(log_lambda(&plasma, 1, 2), 21.1799);
        // Slower than their thermal speed, 2.2e4 m/s, they are mixed ions.
        let slow = plasma.map(|one| Charged { velocity: one.velocity.map(|v| 0.01 * v), ..one });
        assert_eq!(log_lambda(&slow, 1, 2), ions(slow[1], slow[2]));
        // Without electrons nothing says how far they see each other.
        assert!(!counter_streaming(&plasma[1..], 0, 1));
    }

    #[test]
    fn all_electrons_count_together() {
        let half = Charged { density: 0.5e20, ..ELECTRON };
        let together = log_lambda(&[half, half, PROTON], 0, 1);
        // The sums round differently.
        assert!((together - log_lambda(&[ELECTRON, PROTON], 0, 0)).abs() < 1e-13);
    }

    #[test]
    fn coefficient_has_its_value() {
        // (1.602177e-19)⁴ 10 / (8π (8.854188e-12)²) = 6.5894e-76·10/1.97036e-21
        assert!(
            (coefficient(-1.0, 1.0, 10.0) / 3.3443e-54 - 1.0).abs() < 1e-4,
            "{}",
            coefficient(-1.0, 1.0, 10.0)
        );
        assert_eq!(coefficient(2.0, -1.0, 10.0), 4.0 * coefficient(1.0, 1.0, 10.0));
    }
}
