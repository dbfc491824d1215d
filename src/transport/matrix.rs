//! The matrices of transport: the responses of all fluxes to all impulses.

use super::mode::Mode;
use super::response::{Accuracy, Plasma};
use crate::error::Failure;
use crate::kernel::lanes::InstructionSet;
use crate::scenario::Scenario;
use nalgebra::{Complex, DMatrix, Matrix2, Vector2};

/// The modes whose responses are vectors.
pub const VECTORS: [Mode; 2] = [Mode::Flow, Mode::Heat];

/// L_ab = ∫₀^∞ ⟨φ_a e^{tL} φ_b⟩ dt, in the density and the time of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrices {
    /// Between flow and heat of all species: species after species, flow before heat. By Onsager's relations symmetric.
    pub vectors: DMatrix<f64>,
    /// Between the stresses c_x c_y of all species; symmetric too.
    pub stresses: DMatrix<f64>,
    /// The largest part of an entry's row beyond the last step, relative to the diagonal.
    pub tail: f64,
    /// Of one species in a magnetic field.
    pub across: Option<Across>,
    pub evaluations: u64,
}

/// L_ab = ∫₀^∞ ⟨φ_a e^{tL} φ_b⟩ e^{−iωt} dt of a species that turns at Ω: real parts are fluxes along a force across the field,
/// imaginary parts fluxes along b × the force, b the direction of the field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Across {
    /// Ω.
    pub frequency: f64,
    /// Between flow and heat, ω = Ω.
    pub vectors: Matrix2<Complex<f64>>,
    /// Between stresses c_x c_y: at ω = Ω with one direction along the field, at 2Ω with none.
    pub stresses: [Complex<f64>; 2],
}

impl Matrices {
    /// The largest |L_ab − L_ba| over √(L_aa L_bb).
    pub fn asymmetry(&self) -> f64 {
        let of = |matrix: &DMatrix<f64>| {
            let places = (0..matrix.nrows()).flat_map(|a| (0..a).map(move |b| (a, b)));
            let one = |(a, b): (usize, usize)| {
                let size = (matrix[(a, a)] * matrix[(b, b)]).abs().sqrt();
                (matrix[(a, b)] - matrix[(b, a)]).abs() / size
            };
            places.map(one).filter(|found| found.is_finite()).fold(0.0, f64::max)
        };
        of(&self.vectors).max(of(&self.stresses))
    }

    /// Of a plasma, by one run for every impulse; impulses of stress run with both signs, since what is even in their
    /// size has the symmetry of a stress.
    ///
    /// # Errors
    ///
    /// If a step of a run cannot be trusted.
    pub fn of<const D: usize>(
        plasma: &Plasma<D>,
        scenario: &Scenario,
        accuracy: Accuracy,
        set: InstructionSet,
    ) -> Result<Self, Failure> {
        let species = plasma.problem.species.len();
        let mut matrices = Self {
            vectors: DMatrix::zeros(2 * species, 2 * species),
            stresses: DMatrix::zeros(species, species),
            tail: 0.0,
            across: None,
            evaluations: 0,
        };
        // A plasma in a magnetic field has one species.
        let mut across = plasma.frequency.map(|frequency| Across {
            frequency,
            vectors: Matrix2::zeros(),
            stresses: [Complex::default(); 2],
        });
        let mut follow = |tails: &[f64], diagonal: f64, of: usize, evaluations: u64| {
            if diagonal != 0.0 {
                matrices.tail = matrices.tail.max((tails[of] / diagonal).abs());
            }
            matrices.evaluations += evaluations;
        };
        for i in 0..species {
            for (a, mode) in VECTORS.into_iter().enumerate() {
                let column = 2 * i + a;
                let response = plasma.response(scenario, (i, mode), &VECTORS, (accuracy, 1.0), set)?;
                follow(&response.tails, response.integrals[column], column, response.evaluations);
                if let Some(across) = &mut across {
                    across.vectors.set_column(a, &Vector2::from_column_slice(&response.turned[0]));
                }
                matrices.vectors.set_column(column, &response.integrals.into());
            }
            for sign in [1.0, -1.0] {
                let response =
                    plasma.response(scenario, (i, Mode::Stress), &[Mode::Stress], (accuracy, sign), set)?;
                follow(&response.tails, response.integrals[i], i, response.evaluations);
                // ⟨(c_x² − c²/3)²⟩ is 4/3 of ⟨(c_x c_y)²⟩.
                if let Some(across) = &mut across {
                    for (stress, turned) in across.stresses.iter_mut().zip(&response.turned) {
                        *stress += 0.75 * 0.5 * turned[i];
                    }
                }
                for (j, integral) in response.integrals.iter().enumerate() {
                    matrices.stresses[(j, i)] += 0.75 * 0.5 * integral;
                }
            }
        }
        matrices.across = across;
        Ok(matrices)
    }
}
