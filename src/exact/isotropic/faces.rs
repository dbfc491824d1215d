//! Fluxes between the cells of one species.

use super::exchange::Face;
use super::species::Isotropic;

/// What is known at the inner faces of one species.
#[derive(Debug, Clone)]
pub struct SpeciesFaces {
    /// f̄ and δf/δε.
    pub own: Vec<Face>,
    /// The sums over the faces b of all species: Σ K_ab f̄_b and Σ K_ab (δf/δε)_b.
    pub field: Vec<Face>,
}

/// What fluxes do to the cells.
#[derive(Debug, Clone)]
pub struct Fluxes {
    /// ∂_t f.
    pub rates: Vec<f64>,
    /// A bound of the fastest rate of decay: that of Gershgorin for the tridiagonal part.
    pub decay: f64,
}

impl SpeciesFaces {
    /// For some density on the grid of a species, with fields of 0.
    pub fn new(species: &Isotropic, density: &[f64]) -> Self {
        let own: Vec<Face> = (0..density.len() - 1)
            .map(|a| {
                let (slower, faster) = (density[a], density[a + 1]);
                [logarithmic_mean(slower, faster), (faster - slower) / rise(species, a)]
            })
            .collect();
        Self { field: vec![[0.0; 2]; own.len()], own }
    }

    /// N_a = −(1/δε_a) Σ_b K_ab [ f̄_b (δf/δε)_a − f̄_a (δf/δε)_b ], and what it does to the cells beside it.
    pub fn fluxes(&self, species: &Isotropic) -> Fluxes {
        let mut rates = vec![0.0; self.own.len() + 1];
        let mut decays = rates.clone();
        for (a, ([mean, slope], [diffusion, friction])) in self.own.iter().zip(&self.field).enumerate() {
            let rise = rise(species, a);
            let flux = (friction * mean - diffusion * slope) / rise;
            let decay = (2.0 * diffusion / rise + friction.abs()) / rise;
            for (cell, sign) in [(a, -1.0), (a + 1, 1.0)] {
                rates[cell] += sign * flux / species.volume(cell);
                decays[cell] += decay / species.volume(cell);
            }
        }
        Fluxes { rates, decay: decays.into_iter().fold(0.0, f64::max) }
    }
}

/// δε_a = m v_a h, the energy between the cells beside an inner face.
fn rise(species: &Isotropic, face: usize) -> f64 {
    species.mass * species.grid().face(face) * species.width
}

/// (b − a)/(ln b − ln a), and its limits: a for b = a, and 0 where a density vanishes. Steps of finite length may leave
/// a density a little below 0 in an empty region. There it is 0 as well, so that diffusion alone acts and fills it.
fn logarithmic_mean(a: f64, b: f64) -> f64 {
    if a <= 0.0 || b <= 0.0 {
        return 0.0;
    }
    let difference = b - a;
    if difference == 0.0 {
        return a;
    }
    let ratio = b / a;
    // Each logarithm keeps its digits in its own range.
    let logarithm = if (0.5..2.0).contains(&ratio) { (difference / a).ln_1p() } else { b.ln() - a.ln() };
    difference / logarithm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_lies_between_the_geometric_and_the_arithmetic_one() {
        for (a, b) in
            [(1.0, 1.0 + 1e-9), (1.0, 1.9), (1.0, 2.1), (3.0, 1e-3), (1e-300, 1.0), (1e-310, 1e-320)]
        {
            let (mean, other) = (logarithmic_mean(a, b), logarithmic_mean(b, a));
            // Rounding of the geometric mean, which the others approach for equal densities.
            assert!(
                mean >= f64::sqrt(a) * f64::sqrt(b) * (1.0 - 1e-15) && mean <= 0.5 * (a + b) * (1.0 + 1e-15),
                "{a} {b} {mean}"
            );
            assert!((mean / other - 1.0).abs() < 1e-14, "{a} {b}");
        }
        assert_eq!(logarithmic_mean(2.0, 2.0), 2.0);
        assert_eq!(logarithmic_mean(0.0, 2.0), 0.0);
        assert_eq!(logarithmic_mean(2.0, -1e-20), 0.0);
    }

    /// (b − a)/ln(b/a) = a (1 + x/2 − x²/12 + x³/24 − …) with b = a (1 + x).
    #[test]
    fn the_mean_keeps_its_digits_for_nearly_equal_densities() {
        for x in [1e-12, 1e-7, -1e-5, 1e-4] {
            let (a, b): (f64, f64) = (0.7, 0.7 * (1.0 + x));
            let x = (b - a) / a;
            let expected = a * (1.0 + x / 2.0 - x * x / 12.0 + x.powi(3) / 24.0);
            assert!((logarithmic_mean(a, b) / expected - 1.0).abs() < 5e-16, "{x}");
        }
    }
}
