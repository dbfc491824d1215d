//! Scores without the mollifier's bias near Gaussians: what smoothing takes from the entropy of a Gaussian, and of
//! small modes of degree 3 and 4 on it, is known and is added back.
//!
//! **Gaussians.** A cloud of density n and covariance Σ that is Gaussian has, smoothed by ε, the entropy of a Gaussian of
//! covariance Σ + ε I. With the weights a_k of the [extrapolation] the functional gains
//!
//! ```text
//! (n/2) [ Σ_k a_k log det(Σ + kε I) − log det Σ ]                                            (form A)
//! (n/2) [ Σ_k a_k ( log det(Σ + kε I) + tr Σ(Σ + kε I)⁻¹ ) − log det Σ − d ]                 (form B)
//! ```
//!
//! with n, u and Σ those of the particles, whatever their distribution. It is a function of the particles, and the scores
//! gain its exact gradient, a matrix times v − u: conservation and dissipation hold as before. For a Gaussian the
//! score is −Σ⁻¹(v − u). For any other density the bias of order 2 goes from (ε/2) I(f) to (ε/2)(I(f) − I(M_Σ)), which
//! is never larger (Cramér and Rao).
//!
//! **Modes of degree 3 and 4** (form A). A convolution with a Gaussian keeps the cumulants of the third and fourth degree.
//! So the second variation of the entropy about a Gaussian, (n/2) Σ_α b_α² with b_α² = κ_α²/α! in standard coordinates
//! (mean 0, unit covariance), becomes (n/2) Σ_α b_α² Π_i ρ_ki^α_i, ρ_ki = Λ_i/(Λ_i + kε): the Hermite
//! modes of a Maxwellian are eigenvectors of smoothing. What lacks is
//!
//! ```text
//! (n/2) D,     D = Σ_α d_α b_α²,     d_α = 1 − Σ_k a_k Π_i ρ_ki^α_i  ≥ 0,     |α| = 3, 4,
//! ```
//!
//! and adding it makes linear response exact for these modes. Far from a Gaussian the sum over modes means nothing: the functional
//! gains (n/2) D σ(B) with B = Σ_α b_α² and σ(B) = 1/(1 + B/B₀).

use super::modes::{Gradient, Modes};
use super::standard::Standard;
use super::{Score, extrapolation};
use crate::error::Failure;
use crate::parallel::{self, CHUNK};
use crate::problem::Problem;
use crate::ranks::Ranks;
use crate::symmetry::Symmetry;
#[cfg(test)]
use std::array;

/// Bandwidths of the highest order.
const MOST_BANDWIDTHS: usize = 4;

/// Which functional the mollified entropy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Summed over a mesh: ∫ ρ log ρ.
    Mesh,
    /// Summed over the particles: ∫ f log ρ.
    Particles,
}

/// Scores of another kind, with what makes them exact near Gaussians.
pub struct ExactScore<const D: usize> {
    inner: Box<dyn Score<D>>,
    form: Form,
    weights: Vec<f64>,
    /// The degree up to which each species is exact: 0, 2, 3 or 4.
    degrees: Vec<u32>,
}

impl<const D: usize> ExactScore<D> {
    /// `inner`, of an order and form, made exact up to a degree for each species.
    pub fn new(inner: Box<dyn Score<D>>, form: Form, order: u32, degrees: Vec<u32>) -> Self {
        Self { inner, form, weights: extrapolation::weights(order), degrees }
    }
}

/// The degree up to which the scores of a cloud can be exact: 0 where it has no covariance of full rank.
pub fn degree_of<const D: usize>(
    symmetry: Symmetry,
    velocities: &[[f64; D]],
    weights: &[f64],
    wanted: u32,
) -> u32 {
    if Standard::of(symmetry, velocities, weights).is_some() { wanted } else { 0 }
}

impl<const D: usize> Score<D> for ExactScore<D> {
    fn evaluate(
        &mut self,
        problem: &Problem<D>,
        velocities: &[[f64; D]],
        scores: &mut [[f64; D]],
        entropies: &mut [f64],
    ) -> Result<(), Failure> {
        self.inner.evaluate(problem, velocities, scores, entropies)?;
        for ((species, &degree), entropy) in problem.species.iter().zip(&self.degrees).zip(entropies) {
            let range = species.range.clone();
            let (velocities, weights) = (&velocities[range.clone()], &problem.weights[range.clone()]);
            if degree == 0 {
                continue;
            }
            // A cloud that has become flat shows in scores that are not finite.
            let Some(standard) = Standard::of(problem.symmetry, velocities, weights) else {
                *entropy = f64::NAN;
                scores[range].fill([f64::NAN; D]);
                continue;
            };
            let bias = Bias::of(&standard, self.form, &self.weights, species.bandwidth);
            *entropy += bias.entropy(&standard);
            let mut gradient = Gradient::default();
            if degree > 2 {
                let modes = Modes::of(&standard, velocities, weights, degree == 4);
                let lacking;
                (lacking, gradient) = modes.lacking(&bias.kept, &standard, velocities, weights);
                *entropy += 0.5 * standard.density * lacking;
            }
            bias.add_gradient(&mut gradient);
            parallel::chunks(&mut scores[range], CHUNK, &|number, scores| {
                for (score, v) in scores.iter_mut().zip(&velocities[number * CHUNK..]) {
                    let added = standard.gradient(&gradient.at(&standard.coordinates(v)));
                    // Sums over an orbit leave rounding in the other components.
                    let added = problem.symmetry.restricted(added);
                    for axis in 0..D {
                        score[axis] += added[axis];
                    }
                }
            });
        }
        Ok(())
    }

    fn divide(&mut self, ranks: &Ranks) {
        self.inner.divide(ranks);
    }

    fn gathered(&self, problem: &Problem<D>) -> usize {
        self.inner.gathered(problem)
    }

    fn truncation(&self) -> f64 {
        self.inner.truncation()
    }

    fn memory(&self) -> usize {
        self.inner.memory()
    }

    fn mesh_spacing(&self, species: usize) -> Option<f64> {
        self.inner.mesh_spacing(species)
    }

    fn method(&self, problem: &Problem<D>) -> String {
        let exact = |degree: &u32| match degree {
            0 => "not exact for Gaussians (too few particles, or all in a plane)",
            2 => "exact for Gaussians",
            3 => "exact for Gaussians and modes of degree 3",
            _ => "exact for Gaussians and modes of degree 3 and 4",
        };
        let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
        for (species, degree) in problem.species.iter().zip(&self.degrees) {
            match kinds.iter_mut().find(|(kind, _)| *kind == exact(degree)) {
                Some((_, names)) => names.push(&species.name),
                None => kinds.push((exact(degree), vec![&species.name])),
            }
        }
        let inner = self.inner.method(problem);
        match kinds.as_slice() {
            [(kind, _)] => format!("{inner}; {kind}"),
            _ => {
                let kinds: Vec<String> =
                    kinds.iter().map(|(kind, names)| format!("{} {kind}", names.join(", "))).collect();
                format!("{inner}; {}", kinds.join("; "))
            }
        }
    }
}

/// What smoothing does to a Gaussian and its modes, in its standard coordinates.
struct Bias<const D: usize> {
    form: Form,
    /// a_k, and ρ_ki = Λ_i/(Λ_i + kε); a_k = 0 beyond the last bandwidth.
    kept: [(f64, [f64; D]); MOST_BANDWIDTHS],
}

impl<const D: usize> Bias<D> {
    fn of(standard: &Standard<D>, form: Form, weights: &[f64], bandwidth: f64) -> Self {
        let kept = |index: usize| {
            let variance = (index + 1) as f64 * bandwidth;
            let a = weights.get(index).copied().unwrap_or(0.0);
            (a, standard.variances.map(|lambda| lambda / (lambda + variance)))
        };
        Self { form, kept: std::array::from_fn(kept) }
    }

    /// Σ_k a_k of a function of ρ_k.
    fn extrapolated(&self, of: impl Fn(&[f64; D]) -> f64) -> f64 {
        self.kept.iter().map(|(a, rho)| a * of(rho)).sum()
    }

    /// What the functional of a Gaussian gains.
    fn entropy(&self, standard: &Standard<D>) -> f64 {
        // log det(Σ + kε I) − log det Σ = −Σ log ρ, and tr Σ(Σ + kε I)⁻¹ − d = Σ (ρ − 1); Σ_k a_k = 1.
        let lost = self.extrapolated(|rho| rho.iter().map(|rho| -rho.ln()).sum());
        let trace = match self.form {
            Form::Mesh => 0.0,
            Form::Particles => self.extrapolated(|rho| rho.iter().map(|rho| rho - 1.0).sum()),
        };
        0.5 * standard.density * (lost + trace)
    }

    /// Adds the gradient of what the functional of a Gaussian gains.
    fn add_gradient(&self, gradient: &mut Gradient<D>) {
        for (i, row) in gradient.linear.iter_mut().enumerate() {
            row[i] += self.extrapolated(|rho| match self.form {
                Form::Mesh => rho[i] - 1.0,
                Form::Particles => rho[i] * (2.0 - rho[i]) - 1.0,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::modes::{INSIDE, OUTSIDE};

    /// The functional of a cloud, of what Gaussians and modes gain.
    fn gain<const D: usize>(velocities: &[[f64; D]], weights: &[f64]) -> (f64, Vec<[f64; D]>) {
        let standard = Standard::of(Symmetry::None, velocities, weights).unwrap();
        let bias = Bias::of(&standard, Form::Mesh, &extrapolation::weights(4), 0.3);
        let modes = Modes::of(&standard, velocities, weights, true);
        let (lacking, mut gradient) = modes.lacking(&bias.kept, &standard, velocities, weights);
        bias.add_gradient(&mut gradient);
        let entropy = bias.entropy(&standard) + 0.5 * standard.density * lacking;
        let scores = velocities.iter().map(|v| standard.gradient(&gradient.at(&standard.coordinates(v))));
        (entropy, scores.collect())
    }

    /// Particles without any symmetry: a wide and flat cloud, some in the window's edge and one far beyond it.
    fn cloud<const D: usize>() -> (Vec<[f64; D]>, Vec<f64>) {
        let mut velocities: Vec<[f64; D]> = (0..60)
            .map(|p| {
                let p = f64::from(p);
                array::from_fn(|axis| {
                    let phase = 1.7 * p + 2.3 * axis as f64 + 0.3 * p * axis as f64;
                    (1.0 + 0.4 * axis as f64)
                        * (phase.sin() + 0.6 * (2.9 * phase).cos() + 0.2 * phase.sin().exp())
                })
            })
            .collect();
        let mut weights: Vec<f64> = (0..60).map(|p| 1.0 + 0.3 * f64::from(p).cos()).collect();
        let mut far = [0.7; D];
        for reach in [6.0, -7.0, 8.0, -9.0, 10.0, -11.0, 12.0, 13.0, 300.0] {
            far[0] = reach;
            far[1] = -0.4 * reach;
            velocities.push(far);
            weights.push(1e-4 / reach.abs());
        }
        (velocities, weights)
    }

    fn is_the_gradient<const D: usize>() {
        let (velocities, weights) = cloud::<D>();
        let standard = Standard::of(Symmetry::None, &velocities, &weights).unwrap();
        let reach = |v: &[f64; D]| standard.coordinates(v).iter().map(|c| c * c).sum::<f64>().sqrt();
        let in_the_edge = velocities.iter().filter(|v| (INSIDE..OUTSIDE).contains(&reach(v))).count();
        assert!(in_the_edge >= 2 && velocities.iter().any(|v| reach(v) > OUTSIDE), "{in_the_edge}");
        let (_, scores) = gain(&velocities, &weights);
        let largest = scores[..60].iter().flatten().fold(0.0f64, |most, s| most.max(s.abs()));
        for p in [0, 7, 33].into_iter().chain(60..velocities.len()) {
            for axis in 0..D {
                let step = 1e-3;
                let moved = |sign: f64| {
                    let mut velocities = velocities.clone();
                    velocities[p][axis] += sign * step;
                    gain(&velocities, &weights).0
                };
                // Fourth order: what is left is the rounding of an entropy of some tens over the step and the weight.
                let near = (moved(1.0) - moved(-1.0)) / (2.0 * step);
                let far = (moved(2.0) - moved(-2.0)) / (4.0 * step);
                let slope = (4.0 * near - far) / (3.0 * weights[p]);
                let bound = 1e-8 * largest + 2e-11 / weights[p];
                assert!((slope - scores[p][axis]).abs() < bound, "{p}, {axis}: {slope} {}", scores[p][axis]);
            }
        }
    }

    #[test]
    fn what_is_added_has_its_exact_gradient_inside_in_and_beyond_the_window() {
        is_the_gradient::<2>();
        is_the_gradient::<3>();
    }
}
