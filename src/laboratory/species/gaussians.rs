//! Sums of Gaussians: the density, and log f with its first two derivatives.

use super::tensor::{PLACE, Symmetric, Vector, dot, plus, square, times};
use nalgebra::{Matrix3, SymmetricEigen};
use std::f64::consts::PI;

/// A Gaussian of integral `density` about `drift`.
#[derive(Debug, Clone)]
pub struct Gaussian {
    pub density: f64,
    pub drift: Vector,
    /// Unit vectors along which it is a product, and its variances (temperature over mass) along them.
    pub axes: [Vector; 3],
    pub variances: Vector,
    /// The inverse of its covariance.
    pub precision: Symmetric,
    /// The logarithm of its value at the drift.
    log_factor: f64,
}

/// A symmetric matrix in its own axes: unit vectors, and a number along each.
pub fn principal(matrix: &Symmetric) -> ([Vector; 3], Vector) {
    let full = Matrix3::from_fn(|a, b| matrix[PLACE[a][b]]);
    let found = SymmetricEigen::new(full);
    let axes = std::array::from_fn(|k| std::array::from_fn(|a| found.eigenvectors[(a, k)]));
    (axes, std::array::from_fn(|k| found.eigenvalues[k]))
}

/// The matrix with the given numbers along the axes.
pub fn composed(axes: &[Vector; 3], values: Vector) -> Symmetric {
    let mut matrix = [0.0; 6];
    for (axis, value) in axes.iter().zip(values) {
        let one = square(*axis);
        (0..6).for_each(|k| matrix[k] += value * one[k]);
    }
    matrix
}

impl Gaussian {
    /// With this covariance, which is positive.
    pub fn new(density: f64, drift: Vector, covariance: &Symmetric) -> Self {
        let (axes, variances) = principal(covariance);
        let precision = composed(&axes, variances.map(|variance| 1.0 / variance));
        let log_variances: f64 = variances.iter().map(|variance| (2.0 * PI * variance).ln()).sum();
        Self { density, drift, axes, variances, precision, log_factor: density.ln() - 0.5 * log_variances }
    }

    /// The covariance.
    pub fn covariance(&self) -> Symmetric {
        composed(&self.axes, self.variances)
    }

    /// The velocity at so many standard deviations along each axis.
    pub fn at(&self, deviations: Vector) -> Vector {
        let mut v = self.drift;
        for ((axis, variance), x) in self.axes.iter().zip(self.variances).zip(deviations) {
            v = plus(v, x * variance.sqrt(), *axis);
        }
        v
    }

    /// The largest standard deviation.
    pub fn width(&self) -> f64 {
        self.variances.iter().copied().fold(0.0, f64::max).sqrt()
    }

    /// The logarithm of its value, and the gradient of that.
    #[inline]
    fn log(&self, v: Vector) -> (f64, Vector) {
        let from = plus(v, -1.0, self.drift);
        let slope = times(&self.precision, from).map(|component| -component);
        (self.log_factor + 0.5 * dot(slope, from), slope)
    }
}

/// A sum of Gaussians of particles of one mass.
#[derive(Debug, Clone)]
pub struct Gaussians {
    pub mass: f64,
    pub parts: Vec<Gaussian>,
}

/// log f and its derivatives at a velocity.
#[derive(Debug, Clone, Copy)]
pub struct Local {
    pub log: f64,
    pub slope: Vector,
    pub hessian: Symmetric,
}

impl Gaussians {
    /// ∫ f.
    pub fn density(&self) -> f64 {
        self.parts.iter().map(|part| part.density).sum()
    }

    /// ∫ |v − center|² f.
    pub fn square_about(&self, center: Vector) -> f64 {
        let of = |part: &Gaussian| {
            let from = plus(part.drift, -1.0, center);
            part.density * (part.variances.iter().sum::<f64>() + dot(from, from))
        };
        self.parts.iter().map(of).sum()
    }

    /// log f and its derivatives. The largest part is factored out, so that nothing underflows.
    #[inline]
    pub fn local(&self, v: Vector) -> Local {
        if let [part] = self.parts.as_slice() {
            let (log, slope) = part.log(v);
            return Local { log, slope, hessian: part.precision.map(|element| -element) };
        }
        let most = self.parts.iter().map(|part| part.log(v).0).fold(f64::NEG_INFINITY, f64::max);
        let (mut total, mut slope) = (0.0, [0.0; 3]);
        let mut hessian = [0.0; 6];
        for part in &self.parts {
            let (log, own) = part.log(v);
            let share = (log - most).exp();
            total += share;
            slope = plus(slope, share, own);
            let own = square(own);
            (0..6).for_each(|k| hessian[k] += share * (own[k] - part.precision[k]));
        }
        let slope = slope.map(|component| component / total);
        let mean = square(slope);
        Local {
            log: most + total.ln(),
            slope,
            hessian: std::array::from_fn(|k| hessian[k] / total - mean[k]),
        }
    }

    /// Where f is largest: v ← (Σ w P)⁻¹ Σ w P u from the drift of each part, which never lowers f, then Newton's steps.
    pub fn maximum(&self) -> Vector {
        let climbed = |start: Vector| {
            let mut v = start;
            for _ in 0..400 {
                let (mut matrix, mut right) = (Matrix3::zeros(), nalgebra::Vector3::zeros());
                let most = self.parts.iter().map(|part| part.log(v).0).fold(f64::NEG_INFINITY, f64::max);
                for part in &self.parts {
                    let share = (part.log(v).0 - most).exp();
                    let precision = Matrix3::from_fn(|a, b| part.precision[PLACE[a][b]]);
                    matrix += precision * share;
                    right += precision * nalgebra::Vector3::from(part.drift) * share;
                }
                let Some(inverse) = matrix.try_inverse() else { return v };
                v = (inverse * right).into();
            }
            for _ in 0..8 {
                let local = self.local(v);
                let hessian = Matrix3::from_fn(|a, b| local.hessian[PLACE[a][b]]);
                let Some(inverse) = hessian.try_inverse() else { return v };
                let step: Vector = (inverse * nalgebra::Vector3::from(local.slope)).into();
                let next = plus(v, -1.0, step);
                // Only towards a maximum, and only where Newton's step is a small last one.
                if self.local(next).log < local.log - 1e-12 {
                    return v;
                }
                v = next;
            }
            v
        };
        let tops = self.parts.iter().map(|part| climbed(part.drift));
        tops.fold(([0.0; 3], f64::NEG_INFINITY), |best, v| {
            let log = self.local(v).log;
            if log > best.1 { (v, log) } else { best }
        })
        .0
    }
}
