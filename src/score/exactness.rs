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
//! **Modes of degree 3 and 4** (form A). A convolution with a Gaussian keeps the cumulants of the third and fourth degree. So
//! the second variation of the entropy about a Gaussian, (n/2) Σ_α b_α² with b_α² = κ_α²/α! in
//! standard coordinates (mean 0, unit covariance), becomes (n/2) Σ_α b_α² Π_i ρ_ki^α_i, ρ_ki = Λ_i/(Λ_i + kε): the Hermite
//! modes of a Maxwellian are eigenvectors of smoothing. What lacks is
//!
//! ```text
//! (n/2) D,     D = Σ_α d_α b_α²,     d_α = 1 − Σ_k a_k Π_i ρ_ki^α_i  ≥ 0,     |α| = 3, 4,
//! ```
//!
//! and adding it makes linear response exact for these modes. Far from a Gaussian the sum over modes means nothing, and its
//! gradient grows as |v|³: the functional gains (n/2) D σ(B) with B = Σ_α b_α² and σ(B) = 1/(1 + B/B₀).

#![expect(clippy::needless_range_loop, reason = "indices of tensors, as in the formulas")]

use super::standard::{Cumulants, Standard};
use super::{Score, extrapolation};
use crate::error::Failure;
use crate::problem::Problem;
use rayon::prelude::*;

/// B₀: where modes stop being small. From the study in the module [`score`](super).
const SMALL: f64 = 0.1;

/// Bandwidths of the highest order.
const MOST_BANDWIDTHS: usize = 4;

/// Particles per parallel task.
const CHUNK: usize = 1024;

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
pub fn degree_of<const D: usize>(velocities: &[[f64; D]], weights: &[f64], wanted: u32) -> u32 {
    if Standard::of(velocities, weights).is_some() { wanted } else { 0 }
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
            let Some(standard) = Standard::of(velocities, weights) else {
                *entropy = f64::NAN;
                scores[range].fill([f64::NAN; D]);
                continue;
            };
            let bias = Bias::of(&standard, self.form, &self.weights, species.bandwidth);
            *entropy += bias.entropy(&standard);
            let gradient = match degree {
                2 => bias.gradient(None),
                _ => {
                    let cumulants = standard.cumulants(velocities, weights, degree == 4);
                    let (lacking, gradient) = bias.of_modes(&cumulants);
                    *entropy += 0.5 * standard.density * lacking;
                    bias.gradient(Some(gradient))
                }
            };
            let chunks = scores[range].par_chunks_mut(CHUNK).zip(velocities.par_chunks(CHUNK));
            chunks.for_each(|(scores, velocities)| {
                for (score, v) in scores.iter_mut().zip(velocities) {
                    let added = standard.gradient(&gradient.at(&standard.coordinates(v)));
                    for axis in 0..D {
                        score[axis] += added[axis];
                    }
                }
            });
        }
        Ok(())
    }

    fn truncation(&self) -> f64 {
        self.inner.truncation()
    }

    fn memory(&self) -> usize {
        self.inner.memory()
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

/// The gradient of what the functional gains, in standard coordinates:
/// L_ij x_j + S_ijk (x_j x_k − δ_jk) + K_ijkl (x_j x_k x_l − ⟨x_j x_k x_l⟩ − 3 δ_jk x_l).
#[derive(Debug, Clone, Copy)]
struct Gradient<const D: usize> {
    linear: [[f64; D]; D],
    third: [[[f64; D]; D]; D],
    fourth: [[[[f64; D]; D]; D]; D],
    constant: [f64; D],
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

    /// The gradient of what the functional gains for Gaussians, beside that for modes.
    fn gradient(&self, of_modes: Option<Gradient<D>>) -> Gradient<D> {
        let mut gradient = of_modes.unwrap_or(Gradient {
            linear: [[0.0; D]; D],
            third: [[[0.0; D]; D]; D],
            fourth: [[[[0.0; D]; D]; D]; D],
            constant: [0.0; D],
        });
        for i in 0..D {
            gradient.linear[i][i] += self.extrapolated(|rho| match self.form {
                Form::Mesh => rho[i] - 1.0,
                Form::Particles => rho[i] * (2.0 - rho[i]) - 1.0,
            });
        }
        gradient
    }

    /// D σ(B) of the cumulants, and its gradient.
    ///
    /// With c_α(x) = d_α σ + D σ'(B), and c of one index more with d of one index more: D depends on the third cumulants with
    /// the gradient 3 S_ijk d_ijk (x_j x_k − δ_jk)/3, on the covariance through the standard coordinates with
    /// −S_ijk S_ljk d_iljk, and likewise on the fourth.
    fn of_modes(&self, cumulants: &Cumulants<D>) -> (f64, Gradient<D>) {
        let Cumulants { third: s, fourth: q } = cumulants;
        let d3 = |i: usize, j: usize, k: usize| 1.0 - self.extrapolated(|rho| rho[i] * rho[j] * rho[k]);
        let d4 = |i: usize, j: usize, k: usize, l: usize| {
            1.0 - self.extrapolated(|rho| rho[i] * rho[j] * rho[k] * rho[l])
        };
        let d5 = |i: usize, j: usize, k: usize, l: usize, m: usize| {
            1.0 - self.extrapolated(|rho| rho[i] * rho[j] * rho[k] * rho[l] * rho[m])
        };
        let (mut lacking, mut size) = (0.0, 0.0);
        for i in 0..D {
            for j in 0..D {
                for k in 0..D {
                    let square = s[i][j][k] * s[i][j][k] / 6.0;
                    lacking += d3(i, j, k) * square;
                    size += square;
                    for l in 0..D {
                        let square = q[i][j][k][l] * q[i][j][k][l] / 24.0;
                        lacking += d4(i, j, k, l) * square;
                        size += square;
                    }
                }
            }
        }
        // σ and σ'.
        let saturation = 1.0 / (1.0 + size / SMALL);
        let slope = -saturation * saturation / SMALL;
        let share = |d: f64| saturation * d + lacking * slope;
        // Half of it is what a score gains: the functional is n/2 times D σ.
        let mut gradient = Gradient {
            linear: [[0.0; D]; D],
            third: [[[0.0; D]; D]; D],
            fourth: [[[[0.0; D]; D]; D]; D],
            constant: [0.0; D],
        };
        for i in 0..D {
            for j in 0..D {
                for k in 0..D {
                    let third = 0.5 * share(d3(i, j, k)) * s[i][j][k];
                    gradient.third[i][j][k] = third;
                    if j == k {
                        gradient.constant[i] -= third;
                    }
                    for l in 0..D {
                        gradient.linear[i][l] -= 0.5 * share(d4(i, j, k, l)) * s[i][j][k] * s[l][j][k];
                        let fourth = share(d4(i, j, k, l)) * q[i][j][k][l] / 6.0;
                        gradient.fourth[i][j][k][l] = fourth;
                        gradient.constant[i] -= fourth * s[j][k][l];
                        if j == k {
                            gradient.linear[i][l] -= 3.0 * fourth;
                        }
                        for m in 0..D {
                            let both = q[i][j][k][l] * q[m][j][k][l];
                            gradient.linear[i][m] -= share(d5(i, j, k, l, m)) * both / 6.0;
                        }
                    }
                }
            }
        }
        (lacking * saturation, gradient)
    }
}

impl<const D: usize> Gradient<D> {
    #[inline]
    fn at(&self, x: &[f64; D]) -> [f64; D] {
        std::array::from_fn(|i| {
            let mut sum = self.constant[i];
            for j in 0..D {
                let mut by_j = self.linear[i][j];
                for k in 0..D {
                    let mut by_k = self.third[i][j][k];
                    for l in 0..D {
                        by_k += self.fourth[i][j][k][l] * x[l];
                    }
                    by_j += by_k * x[k];
                }
                sum += by_j * x[j];
            }
            sum
        })
    }
}
