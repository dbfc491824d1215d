//! How far apart two particles must be for the kernel to be |z|^γ: δ of every pair of species.
//!
//! ```text
//! δ_ij = f max(h_i, h_j)      between moving species
//! δ_ib = f_b h_i              from a fixed species
//! ```
//!
//! h is the spacing of a species' particles, f and f_b are factors of the [`Problem`]; φ_δ is that of
//! [`series`](crate::kernel::series). Two species whose lattices share points then meet like any others, and the sum
//! over a lattice no longer sees a singularity.
//!
//! # Fixed species
//!
//! A fixed species is a point, and the sum over it is diffusion on spheres: on the shell |v − u_b| = r a harmonic of
//! degree l decays at a rate ∝ φ_δ(r) l(l + d − 2). The shells ask for φ = r^γ, the friction of the whole cloud for the
//! moment of φ, and the step for a small max φ r². [`FIXED_TERMS`] terms at f_b = [`FIXED_SHARE`] f serve all three: Coulomb
//! collisions in three dimensions have, by φ_δ/r^γ at δ = 0.8 h, 0.82 of their rate on the shell r = 0.5 h, 1.08 on those of 0.87 h (the
//! nearest particles of a lattice of an even number of cells) and h, 1.03 at 1.5 h, 1.01 at 2 h and 1.001 at 3 h; and none at r = 0.

use crate::kernel::interaction::Tensor;
use crate::kernel::series::Series;
use crate::problem::Problem;

/// Terms after the first of the series that fixed species act by.
pub const FIXED_TERMS: usize = 3;

/// f_b over f: 0.8 spacings with the default.
pub const FIXED_SHARE: f64 = 8.0 / 15.0;

/// δ² of every pair of species at some spacings; 0 where the kernel is |z|^γ itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Regularisation {
    /// δ²_ij between moving species, row after row.
    pub squares: Vec<f64>,
    /// δ²_ib from fixed species b, row after row of moving species.
    pub fixed_squares: Vec<f64>,
}

impl Regularisation {
    /// Of a problem whose species have these spacings now.
    pub fn new<const D: usize>(problem: &Problem<D>, spacings: &[f64]) -> Self {
        let mut regularisation = Self::default();
        regularisation.follow(problem, spacings);
        regularisation
    }

    /// Of a problem at the spacings it starts with.
    pub fn at_start<const D: usize>(problem: &Problem<D>) -> Self {
        let spacings: Vec<f64> = problem.species.iter().map(|species| species.spacing).collect();
        Self::new(problem, &spacings)
    }

    /// Takes other spacings of the same problem.
    pub fn follow<const D: usize>(&mut self, problem: &Problem<D>, spacings: &[f64]) {
        assert_eq!(spacings.len(), problem.species.len());
        // For γ = 0 the kernel is exact as it is.
        let square = |factor: Option<f64>, spacing: f64| match factor {
            Some(factor) if problem.gamma != 0.0 => (factor * spacing).powi(2),
            _ => 0.0,
        };
        self.squares.clear();
        self.fixed_squares.clear();
        for &own in spacings {
            let larger = spacings.iter().map(|&other| own.max(other));
            self.squares.extend(larger.map(|spacing| square(problem.regularisation, spacing)));
            self.fixed_squares
                .extend(problem.fixed.iter().map(|_| square(problem.fixed_regularisation, own)));
        }
    }

    /// Whether no pair of moving species is regularised.
    pub fn is_none(&self) -> bool {
        self.squares.iter().all(|&square| square == 0.0)
    }

    /// A between moving species i and j.
    pub fn between<const D: usize>(&self, problem: &Problem<D>, i: usize, j: usize) -> Tensor {
        let square = self.squares[i * problem.species.len() + j];
        Tensor::new(problem.gamma, square, Series::between_particles(problem.gamma, D))
    }

    /// A between moving species i and fixed species b.
    pub fn from_fixed<const D: usize>(&self, problem: &Problem<D>, i: usize, b: usize) -> Tensor {
        let square = self.fixed_squares[i * problem.fixed.len() + b];
        Tensor::new(problem.gamma, square, Series::new(problem.gamma, D, FIXED_TERMS))
    }
}
