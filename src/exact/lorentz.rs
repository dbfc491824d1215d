//! Dipoles scattered by ions of infinite mass (Lorentz gas), for any γ.
//!
//! The initial density is f(v, 0) = f0(r) exp(κ cos θ) with κ(r) = a (r/r_T)^p, r = |v|, r_T = √(T/m) and cos
//! θ = v_x/r. Ions fixed at v = 0 diffuse f on spheres around v = 0. On the sphere of radius r, harmonics of
//! degree l decay at the rate λ_l = (c n_b/m²) r^γ l(l + d − 2). With the expansions
//!
//! ```text
//! d = 2   exp(κ cos θ) = Σ_l (2 − δ_l0) I_l(κ) cos lθ
//! d = 3   exp(κ cos θ) = Σ_l (2l + 1) i_l(κ) P_l(cos θ)
//! ```
//!
//! (Abramowitz, Stegun 1964, 9.6.34 and 10.2.36) the solution is the same sum with each term times
//! exp(−λ_l t).

use std::f64::consts::PI;

/// One species of the solution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lorentz {
    pub dipole: Dipole,
    /// γ.
    pub gamma: f64,
    /// Σ_b c_b n_b/m².
    pub rate: f64,
}

impl Lorentz {
    /// f(v, t).
    pub fn density_at<const D: usize>(&self, v: [f64; D], time: f64) -> f64 {
        let (r, cosine) = polar(v);
        let kappa = self.dipole.exponent(r);
        let (modes, cosine) = (modes(kappa.abs(), D), cosine * kappa.signum());
        let mut series = modes[0];
        let (mut before, mut harmonic) = (1.0, cosine);
        for (l, mode) in modes.iter().enumerate().skip(1) {
            let decay = self.rate * r.powf(self.gamma) * (l * (l + D - 2)) as f64 * time;
            let multiplicity = if D == 2 { 2.0 } else { (2 * l + 1) as f64 };
            // At the origin r^γ may be infinite. Then a mode vanishes at once, except at t = 0.
            series += multiplicity * mode * harmonic * if decay.is_nan() { 1.0 } else { (-decay).exp() };
            let l = l as f64;
            let next = match D {
                2 => 2.0 * cosine * harmonic - before,
                _ => ((2.0 * l + 1.0) * cosine * harmonic - l * before) / (l + 1.0),
            };
            (before, harmonic) = (harmonic, next);
        }
        self.dipole.radial(r, kappa.abs()) * series
    }
}

/// The initial density of a dipole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dipole {
    /// r_T = √(T/m).
    pub thermal_speed: f64,
    /// a.
    pub amplitude: f64,
    /// p.
    pub power: f64,
    /// The factor that normalises the density.
    pub factor: f64,
}

impl Dipole {
    /// f(v, 0).
    pub fn density_at<const D: usize>(&self, v: [f64; D]) -> f64 {
        let (r, cosine) = polar(v);
        self.radial(r, self.exponent(r) * cosine)
    }

    /// κ(r).
    pub fn exponent(&self, r: f64) -> f64 {
        self.amplitude * (r / self.thermal_speed).powf(self.power)
    }

    /// The mean of f over the sphere of radius r.
    pub fn mean_at(&self, r: f64, dimension: usize) -> f64 {
        let kappa = self.exponent(r).abs();
        self.radial(r, kappa) * modes(kappa, dimension)[0]
    }

    /// f0(r) exp(exponent). The exponents are added first, since each factor alone may over- or underflow.
    fn radial(&self, r: f64, exponent: f64) -> f64 {
        let x = r / self.thermal_speed;
        self.factor * (exponent - 0.5 * x * x).exp()
    }
}

/// |v| and the cosine of the angle to the first axis, 0 at the origin.
fn polar<const D: usize>(v: [f64; D]) -> (f64, f64) {
    let r = v.iter().map(|c| c * c).sum::<f64>().sqrt();
    (r, if r > 0.0 { (v[0] / r).clamp(-1.0, 1.0) } else { 0.0 })
}

/// e^(−κ) I_l(κ) in two dimensions, e^(−κ) i_l(κ) in three, for κ ≥ 0 and l = 0, 1, … until they vanish.
///
/// The recurrence b_(l−1) − b_(l+1) = (2l + d − 2)/κ b_l is unstable upwards and stable downwards (Miller's
/// algorithm). It is used here for the ratios of neighbours, which stay below 1. The series at θ = 0 sums to
/// e^κ, which sets the scale.
pub fn modes(kappa: f64, dimension: usize) -> Vec<f64> {
    // b_l falls as exp(−l²/2κ) for large κ, and faster than 32^(−l) for small κ. Both are below 1e-17 from
    // here on.
    let count = 32 + (80.0 * kappa).sqrt() as usize;
    let mut modes = vec![0.0; count];
    let mut ratio = 0.0;
    for l in (1..count).rev() {
        ratio = kappa / ((2 * l + dimension - 2) as f64 + kappa * ratio);
        modes[l] = ratio;
    }
    modes[0] = 1.0;
    let mut total = 1.0;
    for l in 1..count {
        modes[l] *= modes[l - 1];
        total += modes[l] * if dimension == 2 { 2.0 } else { (2 * l + 1) as f64 };
    }
    modes.iter_mut().for_each(|mode| *mode /= total);
    // They fall with l, so all after the first below 1e-20 are below rounding.
    let vanished = modes.iter().position(|&mode| mode < 1e-20).unwrap_or(count);
    modes.truncate(vanished.max(1));
    modes
}

/// The angle to the axis below which a share of the density ∝ e^(κ cos θ) on the circle lies. It is the
/// inverse of 1/2 + θ/2π + (1/π) Σ_l I_l(κ)/I_0(κ) sin(lθ)/l on (−π, π), found by bisection.
pub fn angle_on_circle(kappa: f64, share: f64) -> f64 {
    let modes = modes(kappa.abs(), 2);
    // I_l(−κ) = (−1)^l I_l(κ): changing the sign of κ turns the density by half a circle.
    let ratios: Vec<f64> =
        (1..modes.len()).map(|l| modes[l] / modes[0] * kappa.signum().powi(l as i32) / l as f64).collect();
    let below = |angle: f64| {
        // sin((l + 1)θ) = 2 cos θ sin lθ − sin((l − 1)θ).
        let (mut before, mut sine, twice) = (0.0, angle.sin(), 2.0 * angle.cos());
        let mut series = 0.0;
        for ratio in &ratios {
            series += ratio * sine;
            (before, sine) = (sine, twice * sine - before);
        }
        0.5 + (0.5 * angle + series) / PI
    };
    let (mut low, mut high) = (-PI, PI);
    // 52 bisections reach the last bits.
    for _ in 0..52 {
        let middle = 0.5 * (low + high);
        if below(middle) < share { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The cosine below which a share of the density ∝ e^(κ cos θ) on the sphere lies: the inverse of
/// (e^(κx) − e^(−κ))/(e^κ − e^(−κ)).
pub fn cosine_on_sphere(kappa: f64, share: f64) -> f64 {
    let (size, share) = (kappa.abs(), if kappa < 0.0 { 1.0 - share } else { share });
    // For κ this small the linear term is accurate to 1e-8 of a share, far below what sampling resolves.
    let cosine = match size < 1e-8 {
        true => 2.0 * share - 1.0,
        false => 1.0 + (share + (1.0 - share) * (-2.0 * size).exp()).ln() / size,
    };
    cosine.clamp(-1.0, 1.0) * if kappa < 0.0 { -1.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn species(gamma: f64, amplitude: f64, power: f64) -> Lorentz {
        let dipole = Dipole { thermal_speed: 0.8, amplitude, power, factor: 0.3 };
        Lorentz { dipole, gamma, rate: 0.7 }
    }

    #[test]
    fn modes_are_the_modified_bessel_functions() {
        // Abramowitz, Stegun 1964, table 9.8: e^(−x) I_0 and e^(−x) I_1 at x = 1 and 10, ten digits.
        for (x, zero, one) in
            [(1.0, 0.465_759_607_6, 0.207_910_415_3), (10.0, 0.127_833_337_2, 0.121_262_681_4)]
        {
            let found = modes(x, 2);
            assert!((found[0] - zero).abs() < 1e-10 && (found[1] - one).abs() < 1e-10, "{found:?}");
        }
        for x in [1e-9, 0.3, 7.0, 400.0, 5000.0] {
            // i_0 = sinh x/x, to the rounding of a sum of a few hundred terms.
            let exact = -f64::exp_m1(-2.0 * x) / (2.0 * x);
            assert!((modes(x, 3)[0] / exact - 1.0).abs() < 1e-13, "{x}");
        }
        assert_eq!(modes(0.0, 3), [1.0]);
    }

    fn series_sums_to_the_start<const D: usize>() {
        for (amplitude, power) in [(0.0, 1.0), (0.9, 1.0), (-2.0, 0.5), (0.4, 2.0), (-0.3, 1.5)] {
            let species = species(-3.0, amplitude, power);
            for v in [[0.0; D], [0.3; D], [-1.7; D], std::array::from_fn(|axis| axis as f64 - 2.1)] {
                let (found, exact) = (species.density_at(v, 0.0), species.dipole.density_at(v));
                // Opposite to the dipole the terms of the series, of order e^|κ|, cancel to e^−|κ|.
                let scale = species.dipole.radial(polar(v).0, species.dipole.exponent(polar(v).0).abs());
                assert!((found - exact).abs() < 1e-13 * scale, "{amplitude} {power} {v:?}: {found} {exact}");
            }
        }
    }

    #[test]
    fn the_series_sums_to_the_start() {
        series_sums_to_the_start::<2>();
        series_sums_to_the_start::<3>();
    }

    /// ∂_t f against the Laplacian on the sphere, both by central differences.
    #[test]
    fn the_series_solves_the_equation() {
        for gamma in [-3.0, -1.0, 0.0, 1.0] {
            let species = species(gamma, 0.7, 1.0);
            let (r, angle, time, step) = (1.3f64, 0.8f64, 0.2, 1e-3);
            let plane = |angle: f64, time: f64| species.density_at([r * angle.cos(), r * angle.sin()], time);
            let space =
                |angle: f64, time: f64| species.density_at([r * angle.cos(), 0.0, r * angle.sin()], time);
            let speed = species.rate * r.powf(gamma);
            let along = |f: &dyn Fn(f64, f64) -> f64| {
                let rate = (f(angle, time + step) - f(angle, time - step)) / (2.0 * step);
                let slope = (f(angle + step, time) - f(angle - step, time)) / (2.0 * step);
                let bend =
                    (f(angle + step, time) - 2.0 * f(angle, time) + f(angle - step, time)) / (step * step);
                (rate, slope, bend)
            };
            // Differences of second order with steps of 1e-3 have errors of about 1e-6 of the terms.
            let (rate, _, bend) = along(&plane);
            assert!((rate - speed * bend).abs() < 1e-5 * rate.abs(), "2-D: {rate} {}", speed * bend);
            let (rate, slope, bend) = along(&space);
            let laplacian = bend + slope / angle.tan();
            assert!((rate - speed * laplacian).abs() < 1e-5 * rate.abs(), "3-D: {rate} {laplacian}");
        }
    }

    /// The functions invert the cumulative distributions of the density ∝ e^(κ cos θ).
    #[test]
    fn angles_have_the_shares_they_should() {
        for kappa in [-3.0, -0.2, 0.0, 0.5, 20.0] {
            for share in [0.05, 0.4, 0.9] {
                let x = cosine_on_sphere(kappa, share);
                let found = match kappa == 0.0 {
                    true => 0.5 * (x + 1.0),
                    false => ((kappa * x).exp() - (-kappa).exp()) / (kappa.exp() - (-kappa).exp()),
                };
                assert!((found - share).abs() < 1e-12, "{kappa} {share}: {found}");
                // The trapezoidal rule up to the angle, of second order with 2e4 points.
                let end = angle_on_circle(kappa, share);
                let integral = |end: f64| {
                    let count = 20_000;
                    let step = (end + PI) / f64::from(count);
                    let at = |k: i32| (kappa * ((-PI + f64::from(k) * step).cos() - 1.0)).exp();
                    step * ((1..count).map(at).sum::<f64>() + 0.5 * (at(0) + at(count)))
                };
                let found = integral(end) / integral(PI);
                assert!((found - share).abs() < 1e-6, "{kappa} {share}: {found}");
            }
        }
    }
}
