//! Instantaneous rates of change of temperatures and mean velocities between Maxwellians, for any γ and d.
//!
//! s² = T_i/m_i + T_j/m_j is the variance of the relative velocity z ~ N(u_i − u_j, s² I). For Coulomb
//! collisions in three dimensions the rates are the energy exchange and slowing down of the NRL Plasma
//! Formulary.

use libm::{erf, tgamma};
use std::f64::consts::PI;

/// The density, mass and temperature of a Maxwellian species.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Maxwellian {
    pub density: f64,
    pub mass: f64,
    pub temperature: f64,
}

/// ⟨|z|^k⟩ for z ~ N(0, s² I) in d dimensions: (√2 s)^k Γ((d + k)/2)/Γ(d/2).
pub fn mean_power(dimension: usize, deviation: f64, power: f64) -> f64 {
    let d = dimension as f64;
    (2f64.sqrt() * deviation).powf(power) * tgamma(0.5 * (d + power)) / tgamma(0.5 * d)
}

/// T_i/m_i + T_j/m_j.
fn variance(i: Maxwellian, j: Maxwellian) -> f64 {
    i.temperature / i.mass + j.temperature / j.mass
}

/// dT_i/dt from collisions with species j at the same mean velocity:
/// (2(d−1)/d) c n_j ⟨|z|^(γ+2)⟩/s² · (T_j − T_i)/(m_i m_j).
pub fn heating(dimension: usize, gamma: f64, coefficient: f64, i: Maxwellian, j: Maxwellian) -> f64 {
    energy_exchange(dimension, gamma, coefficient, i, j) * (j.temperature - i.temperature)
}

/// The energy exchange frequency ν_ε in dT_i/dt = ν_ε (T_j − T_i).
pub fn energy_exchange(dimension: usize, gamma: f64, coefficient: f64, i: Maxwellian, j: Maxwellian) -> f64 {
    exchange(dimension, gamma, coefficient, i, j) / (i.mass * j.mass)
}

/// dT_i/dt for the system with mollified mesh scores of order 2 and variances ε_i, ε_j. Here
/// (T_i T_j/(m_i m_j)) (1/θ_i − 1/θ_j) with θ = T + m ε takes the place of (T_j − T_i)/(m_i m_j).
pub fn regularised_heating(
    dimension: usize,
    gamma: f64,
    coefficient: f64,
    (i, variance_i): (Maxwellian, f64),
    (j, variance_j): (Maxwellian, f64),
) -> f64 {
    let theta_i = i.temperature + i.mass * variance_i;
    let theta_j = j.temperature + j.mass * variance_j;
    exchange(dimension, gamma, coefficient, i, j) * i.temperature * j.temperature / (i.mass * j.mass)
        * (1.0 / theta_i - 1.0 / theta_j)
}

fn exchange(dimension: usize, gamma: f64, coefficient: f64, i: Maxwellian, j: Maxwellian) -> f64 {
    let d = dimension as f64;
    let square = variance(i, j);
    2.0 * (d - 1.0) / d * coefficient * j.density * mean_power(dimension, square.sqrt(), gamma + 2.0) / square
}

/// The slowing-down frequency ν_s in du_i/dt = −ν_s (u_i − u_j), for differences far below the thermal
/// speeds: ((d−1)/(d s²)) c n_j (1/m_i)(1/m_i + 1/m_j) ⟨|z|^(γ+2)⟩. For a partner of infinite mass
/// T_j/m_j = 0.
pub fn slowing_down(dimension: usize, gamma: f64, coefficient: f64, i: Maxwellian, j: Maxwellian) -> f64 {
    let d = dimension as f64;
    let square = variance(i, j);
    (d - 1.0) / (d * square)
        * coefficient
        * j.density
        * (1.0 / i.mass)
        * (1.0 / i.mass + 1.0 / j.mass)
        * mean_power(dimension, square.sqrt(), gamma + 2.0)
}

/// The isotropisation frequency ν in dδ/dt = −ν δ, for a small anisotropy δ of the temperature and collisions
/// of a species with itself: c n ⟨|z|^(γ+4)⟩/((d+2) T²) with z ~ N(0, 2T/m). For Coulomb collisions and d = 3
/// that is 4 c n/(5 √π √m T^(3/2)).
pub fn isotropisation(dimension: usize, gamma: f64, coefficient: f64, i: Maxwellian) -> f64 {
    let deviation = variance(i, i).sqrt();
    coefficient * i.density * mean_power(dimension, deviation, gamma + 4.0)
        / ((dimension as f64 + 2.0) * i.temperature * i.temperature)
}

/// The isotropisation frequency by collisions with an isotropic partner of the same mean velocity, at any
/// temperature. With s² = T_i/m_i + T_j/m_j, 1/μ = 1/m_i + 1/m_j and κ = (T_j − T_i)/(m_i m_j s²) it is
/// `(2 c n_j ⟨|z|^(γ+2)⟩/(m_i s²)) [ ((d+γ+2)/(d+2)) (T_i/(m_i μ s²) + κ/d) + ((d−1)/d)(1/m_j + κ) ]`.
/// For a partner of infinite mass s² = T_i/m_i, whatever its temperature.
///
/// Between Gaussians with covariances Σ and (T_j/m_j) I, whose sum is S, the exact rate is
/// d⟨v_a²⟩/dt = (2 c n_j/m_i) ⟨(A S⁻¹z)_a (Σ S⁻¹z)_a/μ + A_aa (T_j/(m_i m_j) − Σ_aa/m_j)/S_aa⟩.
/// The frequency comes from its linear part in the anisotropy of Σ.
pub fn isotropisation_by(
    dimension: usize,
    gamma: f64,
    coefficient: f64,
    i: Maxwellian,
    j: Maxwellian,
) -> f64 {
    let d = dimension as f64;
    let square = variance(i, j);
    let imbalance = (j.temperature / j.mass / i.mass - i.temperature / i.mass / j.mass) / square;
    let share = i.temperature / i.mass * (1.0 / i.mass + 1.0 / j.mass) / square;
    let along = (d + gamma + 2.0) / (d + 2.0) * (share + imbalance / d);
    let across = (d - 1.0) / d * (1.0 / j.mass + imbalance);
    2.0 * coefficient * j.density * mean_power(dimension, square.sqrt(), gamma + 2.0) / (i.mass * square)
        * (along + across)
}

/// The component of du_i/dt along u_i − u_j, whose length D is `difference`, for Coulomb collisions (γ = −3)
/// in three dimensions: −(2/m_i) c (1/m_i + 1/m_j) n_j ⟨z/|z|³⟩ with ⟨z/|z|³⟩ = [erf x − (2x/√π) e^(−x²)]/D²
/// and x = D/(√2 s).
pub fn coulomb_friction(coefficient: f64, i: Maxwellian, j: Maxwellian, difference: f64) -> f64 {
    let x = difference / (2.0 * variance(i, j)).sqrt();
    let force = (erf(x) - 2.0 * x / PI.sqrt() * (-x * x).exp()) / (difference * difference);
    -2.0 / i.mass * coefficient * (1.0 / i.mass + 1.0 / j.mass) * j.density * force
}

/// The factor by which mollified scores of order 2 change the friction:
/// [(T_i/m_i)/θ_i + (T_j/m_j)/θ_j]/(1/m_i + 1/m_j).
pub fn regularised_friction_factor(
    (i, variance_i): (Maxwellian, f64),
    (j, variance_j): (Maxwellian, f64),
) -> f64 {
    let share =
        |of: Maxwellian, variance: f64| of.temperature / of.mass / (of.temperature + of.mass * variance);
    (share(i, variance_i) + share(j, variance_j)) / (1.0 / i.mass + 1.0 / j.mass)
}
