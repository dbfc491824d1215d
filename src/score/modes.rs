//! Modes of degree 3 and 4 on a Gaussian: how large they are, what smoothing takes from their entropy, and its gradient.
//!
//! In [standard coordinates](Standard) x the Hermite polynomials of degree 3 and 4 are
//!
//! ```text
//! H_ijk  = x_i x_j x_k − δ_ij x_k − δ_ik x_j − δ_jk x_i
//! H_ijkl = x_i x_j x_k x_l − (δ_ij x_k x_l + five more) + (δ_ij δ_kl + two more)
//! ```
//!
//! and S_ijk = ⟨H_ijk χ⟩, K_ijkl = ⟨H_ijkl χ⟩ are the third and fourth cumulants of all that lies within [`INSIDE`] thermal
//! speeds: the window χ is 1 up to there and 0 from [`OUTSIDE`] on. Without it the gradient of K grows as |x|³, and a few particles of
//! 1e-15 of the mass that have left the bulk would rule all others. A Gaussian has 1e-6 of its fourth moment beyond the window.
//!
//! Smoothing takes from the entropy n/2 times
//!
//! ```text
//! D = Σ_ijk d_ijk S_ijk²/6 + Σ_ijkl d_ijkl K_ijkl²/24,     d_i… = 1 − Σ_k a_k ρ_ki …,     ρ_ki = Λ_i/(Λ_i + kε)
//! ```
//!
//! of small modes; D σ(B), with B as D with every d = 1, is what is added.
//!
//! **Its gradient.** With L Lᵀ = Σ, a change δv of the particles is δy = L⁻¹(δv − ⟨δv⟩) in standard coordinates, the covariance changes by
//! C = ⟨δy xᵀ⟩ + ⟨x δyᵀ⟩, and x by δy − C x/2 in the gauge δL = L C/2. As D is a contraction of the cumulants L³S and L⁴K with
//! Σ⁻¹ and (Σ + kε)⁻¹ it changes by
//!
//! ```text
//! δD = Σ d_ijk S_ijk (δS_ijk + 3/2 C_il S_ljk)/3 − C_il d_iljk S_ijk S_ljk/2
//!    + Σ d_ijkl K_ijkl (δK_ijkl + 2 C_im K_mjkl)/12 − C_im d_imjkl K_ijkl K_mjkl/6
//! ```
//!
//! For δ(D σ) every d becomes σ d + D σ'.

#![expect(clippy::needless_range_loop, reason = "indices of tensors, as in the formulas")]

use super::standard::{Standard, sums};

/// B₀: where modes stop being small. From the study in the module [`score`](super).
const SMALL: f64 = 0.1;

/// In thermal speeds: the cumulants are of everything up to here.
pub const INSIDE: f64 = 6.5;

/// In thermal speeds: nothing beyond is part of them.
pub const OUTSIDE: f64 = 9.0;

/// Distinct elements of a symmetric tensor of the fourth rank in three dimensions, the most there are.
const MOST: usize = 15;

/// A symmetric tensor of the third rank.
type Third<const D: usize> = [[[f64; D]; D]; D];

/// A symmetric tensor of the fourth rank.
type Fourth<const D: usize> = [[[[f64; D]; D]; D]; D];

/// The cumulants of a cloud within the window.
#[derive(Debug, Clone, Copy)]
pub struct Modes<const D: usize> {
    /// S.
    third: Third<D>,
    /// K.
    fourth: Fourth<D>,
}

/// A function Φ χ + ½ xᵀ Q x + c·x of standard coordinates, by its gradient.
///
/// Φ = A_ijk H_ijk + B_ijkl H_ijkl.
#[derive(Debug, Clone, Copy)]
pub struct Gradient<const D: usize> {
    /// A.
    third: Third<D>,
    /// A_jji.
    third_trace: [f64; D],
    /// B.
    fourth: Fourth<D>,
    /// B_kkij, and its trace.
    fourth_trace: ([[f64; D]; D], f64),
    /// Q.
    pub linear: [[f64; D]; D],
    /// c.
    constant: [f64; D],
}

impl<const D: usize> Modes<D> {
    /// The modes of degree 3, and of degree 4 if asked for; else these are 0.
    pub fn of(standard: &Standard<D>, velocities: &[[f64; D]], weights: &[f64], with_fourth: bool) -> Self {
        let mut modes = Self { third: [[[0.0; D]; D]; D], fourth: [[[[0.0; D]; D]; D]; D] };
        let third = sums(standard.symmetry, velocities, weights, |v| {
            let x = standard.coordinates(v);
            let (inside, _) = window(square(&x));
            let mut polynomials = [0.0; MOST];
            for (polynomial, [i, j, k]) in polynomials.iter_mut().zip(triples::<D>()) {
                let traces = same(i, j) * x[k] + same(i, k) * x[j] + same(j, k) * x[i];
                *polynomial = inside * (x[i] * x[j] * x[k] - traces);
            }
            polynomials
        });
        for (sum, at) in third.iter().zip(triples::<D>()) {
            for [i, j, k] in permutations_of_three(at) {
                modes.third[i][j][k] = sum / standard.density;
            }
        }
        if !with_fourth {
            return modes;
        }
        let fourth = sums(standard.symmetry, velocities, weights, |v| {
            let x = standard.coordinates(v);
            let (inside, _) = window(square(&x));
            let mut polynomials = [0.0; MOST];
            for (polynomial, [i, j, k, l]) in polynomials.iter_mut().zip(quadruples::<D>()) {
                let traces = same(i, j) * (x[k] * x[l] - same(k, l))
                    + same(i, k) * (x[j] * x[l] - same(j, l))
                    + same(i, l) * (x[j] * x[k] - same(j, k))
                    + same(k, l) * x[i] * x[j]
                    + same(j, l) * x[i] * x[k]
                    + same(j, k) * x[i] * x[l];
                *polynomial = inside * (x[i] * x[j] * x[k] * x[l] - traces);
            }
            polynomials
        });
        for (sum, [i, j, k, l]) in fourth.iter().zip(quadruples::<D>()) {
            let cumulant = sum / standard.density;
            for [i, j, k] in permutations_of_three([i, j, k]) {
                modes.fourth[i][j][k][l] = cumulant;
                modes.fourth[i][j][l][k] = cumulant;
                modes.fourth[i][l][j][k] = cumulant;
                modes.fourth[l][i][j][k] = cumulant;
            }
        }
        modes
    }

    /// D σ(B) of a cloud, and half its gradient: what scores gain, for the functional gains n/2 times it.
    ///
    /// `kept` holds a_k and ρ_k.
    pub fn lacking(
        &self,
        kept: &[(f64, [f64; D])],
        standard: &Standard<D>,
        velocities: &[[f64; D]],
        weights: &[f64],
    ) -> (f64, Gradient<D>) {
        let Self { third: s, fourth: q } = self;
        let extrapolated =
            |of: &dyn Fn(&[f64; D]) -> f64| kept.iter().map(|(a, rho)| a * of(rho)).sum::<f64>();
        let d3 = |i: usize, j: usize, k: usize| 1.0 - extrapolated(&|rho| rho[i] * rho[j] * rho[k]);
        let d4 = |i: usize, j: usize, k: usize, l: usize| {
            1.0 - extrapolated(&|rho| rho[i] * rho[j] * rho[k] * rho[l])
        };
        let d5 = |i: usize, j: usize, k: usize, l: usize, m: usize| {
            1.0 - extrapolated(&|rho| rho[i] * rho[j] * rho[k] * rho[l] * rho[m])
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
        let mut gradient = Gradient::default();
        for i in 0..D {
            for j in 0..D {
                for k in 0..D {
                    let third = share(d3(i, j, k)) * s[i][j][k];
                    gradient.third[i][j][k] = third / 6.0;
                    for l in 0..D {
                        gradient.linear[i][l] +=
                            0.5 * (third - share(d4(i, j, k, l)) * s[i][j][k]) * s[l][j][k];
                        let fourth = share(d4(i, j, k, l)) * q[i][j][k][l];
                        gradient.fourth[i][j][k][l] = fourth / 24.0;
                        for m in 0..D {
                            let explicit = share(d5(i, j, k, l, m)) * q[i][j][k][l];
                            gradient.linear[i][m] += (fourth - explicit) * q[m][j][k][l] / 6.0;
                        }
                    }
                }
            }
        }
        gradient.take_traces();
        gradient.settle(standard, velocities, weights);
        (lacking * saturation, gradient)
    }
}

impl<const D: usize> Default for Gradient<D> {
    fn default() -> Self {
        Self {
            third: [[[0.0; D]; D]; D],
            third_trace: [0.0; D],
            fourth: [[[[0.0; D]; D]; D]; D],
            fourth_trace: ([[0.0; D]; D], 0.0),
            linear: [[0.0; D]; D],
            constant: [0.0; D],
        }
    }
}

impl<const D: usize> Gradient<D> {
    fn take_traces(&mut self) {
        for i in 0..D {
            self.third_trace[i] = (0..D).map(|j| self.third[j][j][i]).sum();
            for j in 0..D {
                self.fourth_trace.0[i][j] = (0..D).map(|k| self.fourth[k][k][i][j]).sum();
            }
        }
        self.fourth_trace.1 = (0..D).map(|i| self.fourth_trace.0[i][i]).sum();
    }

    /// Makes the gradient g of Φχ that of a function of the particles, whose mean and covariance move with them: Q loses the
    /// symmetric part of ⟨g xᵀ⟩, its own part becomes symmetric, and c is −⟨g⟩.
    fn settle(&mut self, standard: &Standard<D>, velocities: &[[f64; D]], weights: &[f64]) {
        let moments = sums(standard.symmetry, velocities, weights, |v| {
            let x = standard.coordinates(v);
            let g = self.of_modes(&x);
            let mut terms = [0.0; MOST];
            for i in 0..D {
                terms[i] = g[i];
                for j in 0..D {
                    terms[D + i * D + j] = g[i] * x[j];
                }
            }
            terms
        });
        let raw = self.linear;
        for i in 0..D {
            self.constant[i] = -moments[i] / standard.density;
            for j in 0..D {
                let of_covariance = (moments[D + i * D + j] + moments[D + j * D + i]) / standard.density;
                self.linear[i][j] = 0.5 * (raw[i][j] + raw[j][i] - of_covariance);
            }
        }
    }

    /// The gradient at x.
    #[inline]
    pub fn at(&self, x: &[f64; D]) -> [f64; D] {
        let g = self.of_modes(x);
        std::array::from_fn(|i| {
            g[i] + self.constant[i] + (0..D).map(|j| self.linear[i][j] * x[j]).sum::<f64>()
        })
    }

    /// ∇(Φ χ).
    #[inline]
    fn of_modes(&self, x: &[f64; D]) -> [f64; D] {
        let (inside, slope) = window(square(x));
        if inside == 0.0 {
            return [0.0; D];
        }
        let mut value = 3.0 * self.fourth_trace.1;
        let mut gradient = [0.0; D];
        for i in 0..D {
            let (mut third, mut fourth, mut trace) = (0.0, 0.0, 0.0);
            for j in 0..D {
                trace += self.fourth_trace.0[i][j] * x[j];
                for k in 0..D {
                    third += self.third[i][j][k] * x[j] * x[k];
                    for l in 0..D {
                        fourth += self.fourth[i][j][k][l] * x[j] * x[k] * x[l];
                    }
                }
            }
            value += x[i] * (third - 3.0 * self.third_trace[i] + fourth - 6.0 * trace);
            gradient[i] = 3.0 * (third - self.third_trace[i]) + 4.0 * fourth - 12.0 * trace;
        }
        std::array::from_fn(|i| inside * gradient[i] + 2.0 * slope * value * x[i])
    }
}

/// χ and dχ/d|x|² at |x|²: twice continuously differentiable.
#[inline]
fn window(square: f64) -> (f64, f64) {
    let (from, to) = (INSIDE * INSIDE, OUTSIDE * OUTSIDE);
    // Of a velocity that is no number, no number.
    if square <= from {
        return (1.0, 0.0);
    }
    let t = ((square - from) / (to - from)).min(1.0);
    let rest = 1.0 - t;
    (1.0 - t * t * t * (10.0 - 15.0 * t + 6.0 * t * t), -30.0 * t * t * rest * rest / (to - from))
}

#[inline]
fn square<const D: usize>(x: &[f64; D]) -> f64 {
    x.iter().map(|c| c * c).sum()
}

/// δ_ij.
#[inline]
fn same(i: usize, j: usize) -> f64 {
    f64::from(u8::from(i == j))
}

fn pairs<const D: usize>() -> impl Iterator<Item = [usize; 2]> {
    (0..D).flat_map(|i| (i..D).map(move |j| [i, j]))
}

fn triples<const D: usize>() -> impl Iterator<Item = [usize; 3]> {
    pairs::<D>().flat_map(|[i, j]| (j..D).map(move |k| [i, j, k]))
}

fn quadruples<const D: usize>() -> impl Iterator<Item = [usize; 4]> {
    triples::<D>().flat_map(|[i, j, k]| (k..D).map(move |l| [i, j, k, l]))
}

fn permutations_of_three([i, j, k]: [usize; 3]) -> [[usize; 3]; 6] {
    [[i, j, k], [i, k, j], [j, i, k], [j, k, i], [k, i, j], [k, j, i]]
}
