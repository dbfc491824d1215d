//! Transport near equilibrium by expansion in Sonine polynomials: Coulomb collisions (γ = −3) in three dimensions.
//!
//! Disturbances f_i (1 + h_i) of Maxwellians of one temperature decay by the linear operator with
//!
//! ```text
//! −⟨φ, L h⟩ = ½ Σ_ij c_ij ∫∫ f_i f_j (∇φ_i/m_i − ∇*φ_j/m_j)·A(v − v*)·(∇h_i/m_i − ∇*h_j/m_j)
//! ```
//!
//! In φ = v_x L_k^{3/2}(x²) for vectors and v_x v_y L_k^{5/2}(x²) for tensors, x² = m v²/(2T), its matrix has a closed
//! form. The generating function Σ ξ^k L_k^a(x²) = (1 − ξ)^{−a−1} exp(−x² ξ/(1 − ξ)) turns both factors into Gaussians, whose mean of A is
//! elementary in the relative velocity; the elements are the coefficients of a power series in ξ and η. With s² the variances
//! under both exponents, S² = s_i² + s_j² and ω² = s_i² s_j²/S², up to √(2/π) and norms:
//!
//! ```text
//! vectors: ⟨∇φ·A·∇*φ⟩ = (2/(3S)) [1 − 2ω²(α + β) + 12 αβ ω⁴]
//!          ⟨∇φ·A·∇φ⟩  = (2/(3S)) [1 − 2ω²(α + β) + αβ(8 s_i⁴ ω²/S² + 20 ω⁴)]
//! tensors: ⟨∇φ·A·∇*φ⟩ = (8ω²/(15S)) [1 + α(s_i⁴/S² − 2ω²) + β(s_j⁴/S² − 2ω²) + αβ(15 ω⁴ − 2 ω² S²)]
//!          ⟨∇φ·A·∇φ⟩  = (4/(15S)) [3 s_i⁴/S² + 5ω² − (α + β)(4 s_i⁴ω²/S² + 10 ω⁴) + αβ(16 s_i⁸ω²/S⁴ + 56 s_i⁴ω⁴/S² + 70 ω⁶)]
//! ```
//!
//! Sources: Chapman, Cowling, The Mathematical Theory of Non-Uniform Gases, chapters 7 to 10; Braginskii, Rev. Plasma Phys. 1
//! (1965). Braginskii's few polynomials leave his α₀ 1.3 % off those of Epperlein and Haines, Phys. Fluids
//! 29 (1986).

mod series;

use nalgebra::{Complex, DMatrix, DVector};
use series::Series;
use std::f64::consts::PI;

/// Polynomials of each species that give four digits of every coefficient: the slowest to converge is the conductivity at
/// Z = 1, 0.506122 with 24 of them, 0.506148 with 16; those of ions alone have eight digits with 8.
pub const TERMS: usize = 24;

/// A species that moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moving {
    pub mass: f64,
    pub density: f64,
}

/// Something that others collide with and that stays as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Still {
    /// T/m; 0 for a species of infinite mass.
    pub variance: f64,
    /// c n with every moving species.
    pub strengths: Vec<f64>,
}

/// A plasma at one temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct Plasma {
    pub temperature: f64,
    pub species: Vec<Moving>,
    /// c_ij between moving species, row after row.
    pub coefficients: Vec<f64>,
    pub still: Vec<Still>,
}

/// What disturbances are: vectors or tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    Vector,
    Tensor,
}

impl Plasma {
    /// L_ab = ∫₀^∞ ⟨φ_a e^{tL} φ_b⟩ dt between the flow c_x and the heat flux c_x (c² − 5)/2 of every species, c = v/√(T/m): species
    /// after species, flow before heat. Where nothing stays still, impulses are without total momentum.
    ///
    /// # Panics
    ///
    /// If a species collides with nothing.
    pub fn vectors(&self, terms: usize) -> DMatrix<f64> {
        let mut matrix = self.matrix(Rank::Vector, terms);
        let size = matrix.nrows();
        let species = self.species.len();
        let mut impulses = DMatrix::zeros(size, 2 * species);
        let (mut momentum, mut drift) = (DVector::zeros(size), DVector::zeros(size));
        for (i, one) in self.species.iter().enumerate() {
            let variance = self.temperature / one.mass;
            // c_x = v_x/σ, and the heat mode is −c_x L_1, whose square has the mean 5/2.
            impulses[(i * terms, 2 * i)] = one.density * variance.sqrt();
            if terms > 1 {
                impulses[(i * terms + 1, 2 * i + 1)] = -2.5 * one.density * variance.sqrt();
            }
            momentum[i * terms] = one.mass * one.density * variance;
            drift[i * terms] = one.mass;
        }
        let fluxes = impulses.clone();
        if self.still.is_empty() {
            let share = impulses.transpose() * &drift / momentum.dot(&drift);
            impulses -= &momentum * share.transpose();
            let largest = matrix.diagonal().amax();
            matrix += (largest / momentum.norm_squared()) * &momentum * momentum.transpose();
        }
        fluxes.transpose() * solve(matrix, impulses)
    }

    /// The same across a magnetic field, in which species turn at these angular frequencies: its real part is the flux along a
    /// force, its imaginary part, with the sign of dv_y/dt = −Ω v_x, the flux at right angles. Impulses are not freed of total
    /// momentum: where nothing stays still, only relative flows have a meaning, and the flow of a species alone has none.
    ///
    /// # Panics
    ///
    /// If a species collides with nothing.
    pub fn vectors_across(&self, terms: usize, frequencies: &[f64]) -> DMatrix<Complex<f64>> {
        let mut matrix = self.matrix(Rank::Vector, terms);
        if self.species.len() == 1 && self.still.is_empty() {
            // Its drift is kept, and the fluxes of heat do not see it.
            matrix[(0, 0)] += matrix.diagonal().amax();
        }
        let mut impulses = DMatrix::zeros(matrix.nrows(), 2 * self.species.len());
        for (i, one) in self.species.iter().enumerate() {
            let size = one.density * (self.temperature / one.mass).sqrt();
            impulses[(i * terms, 2 * i)] = size;
            if terms > 1 {
                impulses[(i * terms + 1, 2 * i + 1)] = -2.5 * size;
            }
        }
        self.across(matrix, &impulses, frequencies, Rank::Vector)
    }

    /// The matrix between stresses c_x c_y that turn at these angular frequencies: once those of the species between the
    /// direction of a magnetic field and one across it, twice those between two directions across.
    ///
    /// # Panics
    ///
    /// If a species collides with nothing.
    pub fn stresses_across(&self, terms: usize, frequencies: &[f64]) -> DMatrix<Complex<f64>> {
        let matrix = self.matrix(Rank::Tensor, terms);
        let mut impulses = DMatrix::zeros(matrix.nrows(), self.species.len());
        for (i, one) in self.species.iter().enumerate() {
            impulses[(i * terms, i)] = one.density * self.temperature / one.mass;
        }
        self.across(matrix, &impulses, frequencies, Rank::Tensor)
    }

    /// bᵀ (M + iΩN)⁻¹ b for impulses b, N the norms of the polynomials.
    fn across(
        &self,
        matrix: DMatrix<f64>,
        impulses: &DMatrix<f64>,
        frequencies: &[f64],
        rank: Rank,
    ) -> DMatrix<Complex<f64>> {
        let (size, count) = (matrix.nrows(), impulses.ncols());
        let terms = size / self.species.len();
        // As a real matrix of twice the size.
        let mut both = DMatrix::zeros(2 * size, 2 * size);
        both.view_mut((0, 0), (size, size)).copy_from(&matrix);
        both.view_mut((size, size), (size, size)).copy_from(&matrix);
        for (i, one) in self.species.iter().enumerate() {
            let variance = self.temperature / one.mass;
            // ⟨v_x² L_k²⟩ = n σ² Γ(k + 5/2)/(k! Γ(5/2)) and ⟨v_x² v_y² L_k²⟩ = n σ⁴ Γ(k + 7/2)/(k! Γ(7/2)).
            let (mut norm, order) = match rank {
                Rank::Vector => (one.density * variance, 2.5),
                Rank::Tensor => (one.density * variance * variance, 3.5),
            };
            for k in 0..terms {
                let place = i * terms + k;
                both[(place, size + place)] = -frequencies[i] * norm;
                both[(size + place, place)] = frequencies[i] * norm;
                norm *= (k as f64 + order) / (k as f64 + 1.0);
            }
        }
        let mut right = DMatrix::zeros(2 * size, count);
        right.view_mut((0, 0), (size, count)).copy_from(impulses);
        let answer = solve(both, right);
        let real = impulses.transpose() * answer.rows(0, size);
        let imaginary = impulses.transpose() * answer.rows(size, size);
        real.zip_map(&imaginary, Complex::new)
    }

    /// The same between the stresses c_x c_y of all species; times 4/3 between c_x² − c²/3.
    ///
    /// # Panics
    ///
    /// If a species collides with nothing.
    pub fn stresses(&self, terms: usize) -> DMatrix<f64> {
        let matrix = self.matrix(Rank::Tensor, terms);
        let mut impulses = DMatrix::zeros(matrix.nrows(), self.species.len());
        for (i, one) in self.species.iter().enumerate() {
            impulses[(i * terms, i)] = one.density * self.temperature / one.mass;
        }
        impulses.transpose() * solve(matrix, impulses)
    }

    /// −⟨φ, L φ⟩ between all polynomials of all species.
    fn matrix(&self, rank: Rank, terms: usize) -> DMatrix<f64> {
        let count = self.species.len();
        let mut matrix = DMatrix::zeros(count * terms, count * terms);
        let mut add = |(i, j): (usize, usize), factor: f64, series: &Series| {
            for (k, l) in (0..terms).flat_map(|k| (0..terms).map(move |l| (k, l))) {
                matrix[(i * terms + k, j * terms + l)] += factor * series.coefficient(k, l);
            }
        };
        let variance = |i: usize| self.temperature / self.species[i].mass;
        for (i, one) in self.species.iter().enumerate() {
            for (j, other) in self.species.iter().enumerate() {
                let strength = self.coefficients[i * count + j] * one.density * other.density;
                if strength == 0.0 {
                    continue;
                }
                let tested = on_one(rank, terms, variance(i), variance(j));
                add((i, i), strength / (one.mass * one.mass), &tested);
                let crossed = between(rank, terms, variance(i), variance(j));
                add((i, j), -strength / (one.mass * other.mass), &crossed);
            }
            for still in &self.still {
                let strength = still.strengths[i] * one.density / (one.mass * one.mass);
                if strength != 0.0 {
                    add((i, i), strength, &on_one(rank, terms, variance(i), still.variance));
                }
            }
        }
        matrix
    }
}

fn solve(matrix: DMatrix<f64>, right: DMatrix<f64>) -> DMatrix<f64> {
    assert!(matrix.diagonal().iter().all(|&element| element > 0.0), "a species collides with nothing");
    // Elements of high polynomials are many orders larger than those of low ones.
    let scale = matrix.diagonal().map(|element| 1.0 / element.sqrt());
    let scaled =
        DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |k, l| matrix[(k, l)] * scale[k] * scale[l]);
    let mut solution = DMatrix::from_fn(right.nrows(), right.ncols(), |k, l| right[(k, l)] * scale[k]);
    assert!(scaled.lu().solve_mut(&mut solution), "the matrix of collisions is singular");
    DMatrix::from_fn(solution.nrows(), solution.ncols(), |k, l| solution[(k, l)] * scale[k])
}

/// The series of ⟨∇φ(v)·A·∇φ(v*)⟩.
fn between(rank: Rank, terms: usize, variance: f64, other: f64) -> Series {
    let (one_minus, other_minus) =
        (Series::bilinear(terms, [1.0, -1.0, 0.0, 0.0]), Series::bilinear(terms, [1.0, 0.0, -1.0, 0.0]));
    let alpha = Series::bilinear(terms, [0.0, 0.5 / variance, 0.0, 0.0]).times(&one_minus.power(-1.0));
    let beta = Series::bilinear(terms, [0.0, 0.0, 0.5 / other, 0.0]).times(&other_minus.power(-1.0));
    let norm = one_minus.times(&other_minus).power(match rank {
        Rank::Vector => -1.0,
        Rank::Tensor => -2.0,
    });
    let variances = (one_minus.scaled(variance), other_minus.scaled(other));
    let [square, s, s_other, omega] = pair(variances);
    let sum = alpha.plus(1.0, &beta);
    let both = alpha.times(&beta);
    let unit = Series::constant(terms, 1.0);
    let (factor, inside) = match rank {
        Rank::Vector => (
            Series::constant(terms, 2.0 / 3.0),
            unit.plus(-2.0, &omega.times(&sum)).plus(12.0, &both.times(&omega).times(&omega)),
        ),
        Rank::Tensor => {
            let on_alpha = s.plus(-2.0, &omega);
            let on_beta = s_other.plus(-2.0, &omega);
            let on_both = omega.times(&omega).scaled(15.0).plus(-2.0, &omega.times(&square));
            (
                omega.scaled(8.0 / 15.0),
                unit.plus(1.0, &alpha.times(&on_alpha))
                    .plus(1.0, &beta.times(&on_beta))
                    .plus(1.0, &both.times(&on_both)),
            )
        }
    };
    finish(norm, &square, &factor.times(&inside))
}

/// The series of ⟨∇φ(v)·A·∇φ(v)⟩ among partners with a variance.
fn on_one(rank: Rank, terms: usize, variance: f64, other: f64) -> Series {
    let one_minus = Series::bilinear(terms, [1.0, -1.0, 0.0, 0.0]);
    let other_minus = Series::bilinear(terms, [1.0, 0.0, -1.0, 0.0]);
    let product = Series::bilinear(terms, [1.0, 0.0, 0.0, -1.0]);
    let alpha = Series::bilinear(terms, [0.0, 0.5 / variance, 0.0, 0.0]).times(&one_minus.power(-1.0));
    let beta = Series::bilinear(terms, [0.0, 0.0, 0.5 / variance, 0.0]).times(&other_minus.power(-1.0));
    // Both exponents act on one velocity: s² = σ² (1 − ξ)(1 − η)/(1 − ξη).
    let narrowed = one_minus.times(&other_minus).times(&product.power(-1.0));
    let norm = one_minus
        .times(&other_minus)
        .power(match rank {
            Rank::Vector => -1.0,
            Rank::Tensor => -2.0,
        })
        .times(&product.power(-1.5));
    let variances = (narrowed.scaled(variance), Series::constant(terms, other));
    let [square, s, _, omega] = pair(variances);
    let sum = alpha.plus(1.0, &beta);
    let both = alpha.times(&beta);
    let omega_square = omega.times(&omega);
    let (factor, inside) = match rank {
        Rank::Vector => {
            let on_both = omega_square.scaled(20.0).plus(8.0, &s.times(&omega));
            let unit = Series::constant(terms, 1.0);
            (2.0 / 3.0, unit.plus(-2.0, &omega.times(&sum)).plus(1.0, &both.times(&on_both)))
        }
        Rank::Tensor => {
            let first = s.scaled(3.0).plus(5.0, &omega);
            let on_sum = s.times(&omega).scaled(4.0).plus(10.0, &omega_square);
            let on_both = s
                .times(&s)
                .times(&omega)
                .scaled(16.0)
                .plus(56.0, &s.times(&omega_square))
                .plus(70.0, &omega_square.times(&omega));
            (4.0 / 15.0, first.plus(-1.0, &sum.times(&on_sum)).plus(1.0, &both.times(&on_both)))
        }
    };
    finish(norm, &square, &inside.scaled(factor))
}

/// S², s_i⁴/S², s_j⁴/S² and ω².
fn pair((s, s_other): (Series, Series)) -> [Series; 4] {
    let square = s.plus(1.0, &s_other);
    let inverse = square.power(-1.0);
    let of = |one: &Series, other: &Series| one.times(other).times(&inverse);
    [square.clone(), of(&s, &s), of(&s_other, &s_other), of(&s, &s_other)]
}

/// √(2/π)/S times norm and polynomial.
fn finish(norm: Series, square: &Series, inside: &Series) -> Series {
    square.power(-0.5).times(&norm).times(inside).scaled((2.0 / PI).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Electrons on fixed ions of charge Z, in units of the time τ_e: α₀, β₀, κ₀ and η₀ of Braginskii.
    fn electrons(z: f64, terms: usize) -> [f64; 4] {
        let plasma = Plasma {
            temperature: 1.0,
            species: vec![Moving { mass: 1.0, density: 1.0 }],
            coefficients: vec![1.0],
            still: vec![Still { variance: 0.0, strengths: vec![z] }],
        };
        let tau = 0.75 * (2.0 * PI).sqrt() / z;
        let (l, eta) = (plasma.vectors(terms), plasma.stresses(terms)[(0, 0)]);
        let beta = l[(0, 1)] / l[(0, 0)];
        [tau / l[(0, 0)], beta, (l[(1, 1)] - beta * l[(1, 0)]) / tau, eta / tau]
    }

    /// Epperlein and Haines (1986), table III, to all its digits: for Z > 1 those of 12 polynomials. At Z = 1 fewer digits are
    /// printed, and more polynomials are needed for them.
    #[test]
    fn electrons_have_the_published_coefficients() {
        for (z, terms, exact, digit) in [
            (1.0, TERMS, [0.506, 0.703, 3.203], [1e-3, 1e-3, 1e-3]),
            (2.0, 12, [0.4295, 0.90540, 4.9308], [1e-4, 1e-5, 1e-4]),
            (4.0, 12, [0.37505, 1.09235, 6.9941], [1e-5, 1e-5, 1e-4]),
            (8.0, 12, [0.33989, 1.2440, 9.0661], [1e-5, 1e-4, 1e-4]),
        ] {
            let found = electrons(z, terms);
            for ((found, exact), digit) in found.iter().zip(exact).zip(digit) {
                assert!((found - exact).abs() <= 0.51 * digit, "Z = {z}: {found} {exact}");
            }
        }
        // Braginskii (1965), of a few polynomials: his 0.5129 is that of three.
        assert!((electrons(1.0, TERMS)[3] - 0.733).abs() < 5e-4);
        assert!((electrons(1.0, 3)[0] - 0.5129).abs() < 5e-5, "{}", electrons(1.0, 3)[0]);
    }

    /// Electrons whose own collisions are those with a background of their own temperature lose their momentum to it. For
    /// fast ones it is twice what an ion of charge 1 takes.
    #[test]
    fn a_background_takes_momentum() {
        let flow = |z: f64, background: f64| {
            let still = |variance: f64, strength: f64| Still { variance, strengths: vec![strength] };
            let (species, coefficients) = (vec![Moving { mass: 1.0, density: 1.0 }], vec![0.0]);
            let still = vec![still(0.0, z), still(1.0, background)];
            Plasma { temperature: 1.0, species, coefficients, still }.vectors(TERMS)[(0, 0)]
        };
        let many = 1e6;
        let lost = many * (flow(many, 0.0) / flow(many, 1.0) - 1.0);
        assert!(lost > 2.0 && lost < 3.0, "{lost}");
    }

    #[test]
    fn turns_join_the_limits_of_no_field_and_of_a_strong_one() {
        let plasma = Plasma {
            temperature: 1.0,
            species: vec![Moving { mass: 1.0, density: 0.7 }],
            coefficients: vec![1.0],
            still: vec![Still { variance: 0.0, strengths: vec![1.0] }],
        };
        let free = plasma.vectors(12)[(0, 0)];
        let still = plasma.vectors_across(12, &[0.0])[(0, 0)];
        assert!((still.re / free - 1.0).abs() < 1e-13 && still.im.abs() < 1e-13 * free, "{still}");
        // In a strong field particles drift at right angles to the force, by n/Ω, and little along it.
        let strong = plasma.vectors_across(12, &[1e5])[(0, 0)];
        assert!((strong.im * 1e5 / 0.7 + 1.0).abs() < 1e-6, "{strong}");
        assert!(strong.re > 0.0 && strong.re < 1e-8, "{strong}");
        // A stress turns with the same sign, by the mean of (v_x v_y)², σ⁴ n.
        let stress = plasma.stresses_across(12, &[1e5])[(0, 0)];
        assert!((stress.im * 1e5 / 0.7 + 1.0).abs() < 1e-6, "{stress}");
        let free = plasma.stresses(12)[(0, 0)];
        assert!((plasma.stresses_across(12, &[0.0])[(0, 0)].re / free - 1.0).abs() < 1e-13);
    }

    #[test]
    #[should_panic(expected = "collides with nothing")]
    fn what_does_not_collide_is_refused() {
        let species = vec![Moving { mass: 1.0, density: 1.0 }; 2];
        let still = vec![Still { variance: 0.0, strengths: vec![1.0, 0.0] }];
        Plasma { temperature: 1.0, species, coefficients: vec![0.0; 4], still }.vectors(4);
    }

    /// Without collisions among electrons every speed is on its own: α₀ = 3π/32, β₀ = 3/2, κ₀ = 128/(3π).
    #[test]
    fn many_charges_make_a_lorentz_gas() {
        let [alpha, beta, kappa, _] = electrons(1e9, TERMS);
        for (found, exact) in [(alpha, 3.0 * PI / 32.0), (beta, 1.5), (kappa, 128.0 / (3.0 * PI))] {
            // The powers v³ and v⁵ that the answers have are no polynomials: what the series lacks.
            assert!((found / exact - 1.0).abs() < 1e-6, "{found} {exact}");
        }
    }

    #[test]
    fn ions_alone_have_the_published_viscosity_and_conductivity() {
        let plasma = Plasma {
            temperature: 2.0,
            species: vec![Moving { mass: 3.0, density: 0.7 }],
            coefficients: vec![1.3],
            still: Vec::new(),
        };
        // τ_i is 1.2 times the time of isotropisation 5 √(π m) T^(3/2)/(4 c n).
        let tau = 1.5 * (PI * 3.0).sqrt() * 2f64.powf(1.5) / (1.3 * 0.7);
        let (l, eta) = (plasma.vectors(TERMS), plasma.stresses(TERMS));
        assert!((eta[(0, 0)] / (0.7 * tau) - 0.96529).abs() < 5e-6, "{eta}");
        assert!((l[(1, 1)] / (0.7 * tau) - 3.9502).abs() < 5e-5, "{l}");
        // Nothing resists a common drift, and it is not asked for.
        assert!(l[(0, 0)].abs() < 1e-12 && l[(0, 1)].abs() < 1e-12, "{l}");
    }

    /// With one polynomial each the friction of two species is that of drifting Maxwellians.
    #[test]
    fn one_polynomial_is_the_friction_of_maxwellians() {
        use crate::exact::rates::{Maxwellian, slowing_down};
        let (one, other) = (Moving { mass: 1.0, density: 0.8 }, Moving { mass: 7.0, density: 0.3 });
        let plasma = Plasma {
            temperature: 1.7,
            species: vec![one, other],
            coefficients: vec![0.4, 0.9, 0.9, 2.0],
            still: Vec::new(),
        };
        let of = |of: Moving| Maxwellian { density: of.density, mass: of.mass, temperature: 1.7 };
        // u₁ − u₂ decays at ν₁₂ + ν₂₁; after an impulse without total momentum its integral is its first value over that.
        let rate =
            slowing_down(3, -3.0, 0.9, of(one), of(other)) + slowing_down(3, -3.0, 0.9, of(other), of(one));
        let masses = [one, other].map(|of| of.mass * of.density);
        let exact = one.density * masses[1] / (masses[0] + masses[1]) / rate;
        let found = plasma.vectors(1)[(0, 0)];
        assert!((found / exact - 1.0).abs() < 1e-13, "{found} {exact}");
    }

    #[test]
    fn the_matrix_is_symmetric_and_momentum_is_kept() {
        let plasma = Plasma {
            temperature: 1.0,
            species: vec![
                Moving { mass: 1.0, density: 1.0 },
                Moving { mass: 1836.0, density: 0.5 },
                Moving { mass: 3.0 * 1836.0, density: 0.5 },
            ],
            coefficients: vec![1.0; 9],
            still: Vec::new(),
        };
        let l = plasma.vectors(8);
        for (i, j) in (0..6).flat_map(|i| (0..6).map(move |j| (i, j))) {
            let size = (l[(i, i)] * l[(j, j)]).sqrt();
            assert!((l[(i, j)] - l[(j, i)]).abs() < 1e-10 * size, "{i} {j}");
        }
        for j in 0..6 {
            let momentum: f64 = (0..3).map(|i| plasma.species[i].mass.sqrt() * l[(2 * i, j)]).sum();
            let size: f64 = (0..3).map(|i| (plasma.species[i].mass.sqrt() * l[(2 * i, j)]).abs()).sum();
            assert!(momentum.abs() < 1e-10 * size, "{j}: {momentum:e}");
        }
    }
}
