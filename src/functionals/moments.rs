//! Density, mean velocity and temperature tensor of one species.

use crate::sum::{Sum, sum};
use crate::symmetry::Symmetry;
use nalgebra::SMatrix;

/// Moments of one species up to the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments<const D: usize> {
    /// n = Σ w.
    pub density: f64,
    /// u = Σ w v / n.
    pub velocity: [f64; D],
    /// m ⟨(v − u)(v − u)ᵀ⟩.
    pub temperature_tensor: SMatrix<f64, D, D>,
}

impl<const D: usize> Moments<D> {
    /// The moments of particles of one mass, each of which stands for its orbit.
    pub fn of(symmetry: Symmetry, mass: f64, velocities: &[[f64; D]], weights: &[f64]) -> Self {
        let density = sum(weights.iter().copied());
        let velocity: [f64; D] = std::array::from_fn(|axis| match symmetry.has_mean(axis) {
            true => sum(velocities.iter().zip(weights).map(|(v, w)| w * v[axis])) / density,
            false => 0.0,
        });
        let mut second = [[Sum::default(); D]; D];
        for (v, w) in velocities.iter().zip(weights) {
            let peculiar: [f64; D] = std::array::from_fn(|axis| v[axis] - velocity[axis]);
            for row in 0..D {
                for column in 0..=row {
                    second[row][column].add(w * peculiar[row] * peculiar[column]);
                }
            }
        }
        let temperature_tensor =
            SMatrix::from_fn(|row, column| mass * second[row.max(column)][row.min(column)].value() / density);
        Self { density, velocity, temperature_tensor: symmetry.mean_tensor(temperature_tensor) }
    }

    /// ½ m Σ w |v − u|² (v − u) of the same particles: the flux of heat.
    pub fn heat_flux(
        &self,
        symmetry: Symmetry,
        mass: f64,
        velocities: &[[f64; D]],
        weights: &[f64],
    ) -> [f64; D] {
        let mut flux = [Sum::default(); D];
        for (v, w) in velocities.iter().zip(weights) {
            let peculiar: [f64; D] = std::array::from_fn(|axis| v[axis] - self.velocity[axis]);
            let energy: f64 =
                0.5 * mass * w * peculiar.iter().map(|component| component * component).sum::<f64>();
            for axis in (0..D).filter(|&axis| symmetry.has_mean(axis)) {
                flux[axis].add(energy * peculiar[axis]);
            }
        }
        flux.map(Sum::value)
    }

    /// T = m ⟨|v − u|²⟩ / d.
    pub fn temperature(&self) -> f64 {
        self.temperature_tensor.trace() / D as f64
    }

    /// The geometric mean of the temperatures along the principal axes, (det T)^(1/d); 0 for a cloud in a plane.
    pub fn geometric_temperature(&self) -> f64 {
        // Relative to the trace, for no product to overflow.
        let trace = self.temperature_tensor.trace();
        let t = self.temperature_tensor.map(|element| element / trace);
        let plane = t[(0, 0)] * t[(1, 1)] - t[(0, 1)] * t[(1, 0)];
        let determinant = match D {
            2 => plane,
            _ => {
                let by_second = t[(1, 0)] * t[(2, 2)] - t[(1, 2)] * t[(2, 0)];
                let by_third = t[(1, 0)] * t[(2, 1)] - t[(1, 1)] * t[(2, 0)];
                let by_first = t[(1, 1)] * t[(2, 2)] - t[(1, 2)] * t[(2, 1)];
                t[(0, 0)] * by_first - t[(0, 1)] * by_second + t[(0, 2)] * by_third
            }
        };
        trace * determinant.max(0.0).powf(1.0 / D as f64)
    }
}
