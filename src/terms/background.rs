//! Coulomb collisions with backgrounds: species of finite mass that stay Maxwellian for all times.
//!
//! With f_b = n_b M(v − u_b) at the temperature T_b the collision operator is linear in f_i. Since A(z) z = 0, the part
//! with ∇f_b joins the score:
//!
//! ```text
//! m_i dv/dt = −c_ib n_b Ā(v − u_b) [ g_p + (v_p − u_b)/T_b ]
//! Ā(w) = ∫ A(w − y) M(y) dy = (2ψ(x)/w) ŵŵᵀ + ((erf x − ψ(x))/w) (I − ŵŵᵀ),   x = w/√(2 T_b/m_b)
//! ψ(x) = (erf x − x erf′ x)/(2x²)
//! ```
//!
//! Ā is the second derivative of Rosenbluth's potential G, ψ Chandrasekhar's function: drag and diffusion of test
//! particles (Rosenbluth, MacDonald, Judd, Phys. Rev. 107, 1957, equations 17–20; NRL Plasma Formulary, Relaxation Rates). A cloud
//! of the background's temperature and velocity with an exact score stands still.

use super::term::{Request, Supply, Term};
use crate::collision::interface::Particles;
use crate::error::Failure;
use crate::kernel::interaction::dot;
use crate::problem::{Conserved, Problem};
use std::f64::consts::PI;

/// Collisions of all moving species with one background.
#[derive(Debug, Clone, Copy)]
pub struct BackgroundCollisions {
    /// Its place among the problem's backgrounds.
    pub index: usize,
}

impl<const D: usize> Term<D> for BackgroundCollisions {
    fn add(
        &mut self,
        problem: &Problem<D>,
        at: Particles<'_, D>,
        _request: Request,
        drag: &mut [[f64; D]],
    ) -> Result<Supply<D>, Failure> {
        let background = &problem.backgrounds[self.index];
        let speed = (2.0 * background.temperature / background.mass).sqrt();
        let mut supply = Supply::default();
        for (i, species) in problem.species.iter().enumerate() {
            let strength = problem.background_coefficients[i * problem.backgrounds.len() + self.index];
            let strength = strength * background.density;
            if strength == 0.0 {
                continue;
            }
            let (mut momentum, mut energy, mut entropy) = ([0.0; D], 0.0, 0.0);
            for p in species.range.clone() {
                let w: [f64; D] =
                    std::array::from_fn(|axis| at.velocities[p][axis] - background.velocity[axis]);
                let g = at.gradients[p];
                let driven: [f64; D] = std::array::from_fn(|axis| g[axis] + w[axis] / background.temperature);
                let force = averaged(w, speed, driven).map(|component| -strength * component);
                let relative: [f64; D] =
                    std::array::from_fn(|axis| at.velocities[p][axis] - problem.reference[axis]);
                let weight = at.weights[p];
                energy += weight * dot(relative, force);
                entropy += weight * dot(g, force);
                for axis in 0..D {
                    drag[p][axis] -= force[axis];
                    momentum[axis] += weight * force[axis];
                }
            }
            let momentum = problem.symmetry.mean(momentum);
            supply = supply.plus(1.0, Supply { mass: 0.0, momentum, energy, entropy });
        }
        Ok(supply)
    }

    /// Everything, but for what it supplies.
    fn conserved(&self, _problem: &Problem<D>) -> Conserved<D> {
        Conserved::MomentumAndEnergy
    }

    fn source(&self, problem: &Problem<D>) -> Option<String> {
        Some(problem.backgrounds[self.index].name.clone())
    }
}

/// Ā(w) applied to a vector, for a background whose thermal speed √(2 T/m) is `speed`.
fn averaged<const D: usize>(w: [f64; D], speed: f64, vector: [f64; D]) -> [f64; D] {
    let square = dot(w, w);
    let Coefficients { along, across } = coefficients(square.sqrt() / speed);
    if square == 0.0 {
        return vector.map(|component| across / speed * component);
    }
    let share = (along - across) * dot(w, vector) / square;
    std::array::from_fn(|axis| (across * vector[axis] + share * w[axis]) / speed)
}

/// The eigenvalues of Ā times the thermal speed of the background.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Coefficients {
    /// 2ψ(x)/x.
    along: f64,
    /// (erf x − ψ(x))/x.
    across: f64,
}

/// Below this x the power series are used: by erf, ψ would lose digits to cancellation.
const SMALL: f64 = 1.0;

fn coefficients(x: f64) -> Coefficients {
    let (error, chandrasekhar) = if x < SMALL {
        // erf x/x = (2/√π) Σ (−x²)^k/(k! (2k + 1)),  ψ/x = (2/√π) Σ (−x²)^k/(k! (2k + 3)).
        let (mut term, mut error, mut chandrasekhar) = (1.0, 0.0, 0.0);
        for k in 0..20 {
            let k = f64::from(k);
            error += term / (2.0 * k + 1.0);
            chandrasekhar += term / (2.0 * k + 3.0);
            term *= -x * x / (k + 1.0);
        }
        let factor = 2.0 / PI.sqrt();
        (factor * error, factor * chandrasekhar)
    } else {
        let error = libm::erf(x);
        let slope = 2.0 / PI.sqrt() * (-x * x).exp();
        (error / x, (error - x * slope) / (2.0 * x * x * x))
    };
    Coefficients { along: 2.0 * chandrasekhar, across: error - chandrasekhar }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two ways to compute them agree where they meet, and far out Ā is that of a point: I − ŵŵᵀ over w.
    #[test]
    fn the_tensor_is_smooth_and_that_of_a_point_far_out() {
        let (inside, outside) = (coefficients(SMALL * (1.0 - 1e-12)), coefficients(SMALL * (1.0 + 1e-12)));
        assert!((inside.along - outside.along).abs() < 1e-11, "{inside:?} {outside:?}");
        assert!((inside.across - outside.across).abs() < 1e-11, "{inside:?} {outside:?}");
        let rest = coefficients(0.0);
        assert!((rest.along - 4.0 / (3.0 * PI.sqrt())).abs() < 1e-15);
        assert!((rest.across - 4.0 / (3.0 * PI.sqrt())).abs() < 1e-15);
        let far = coefficients(100.0);
        assert!((100.0 * far.across - 1.0).abs() < 1e-4, "{far:?}");
        // ψ → 1/(2x²), to rounding.
        assert!((far.along * 1e6 - 1.0).abs() < 1e-14, "{far:?}");
    }

    /// Ā is the mean of A over the background, here by a sum over its Maxwellian on a fine mesh.
    #[test]
    fn the_tensor_is_the_mean_over_the_maxwellian() {
        let (temperature, mass): (f64, f64) = (0.8, 1.3);
        let speed = (2.0 * temperature / mass).sqrt();
        let (w, vector) = ([0.7, -0.4, 0.9], [0.2, 1.0, -0.5]);
        let (cells, half) = (120, 5.0 * speed);
        let h = 2.0 * half / f64::from(cells);
        // The mesh is centred on w, halfway between nodes, so that the singularity of A is integrable.
        let node = |k: i32| (f64::from(k) + 0.5) * h - half;
        let mut mean = [0.0; 3];
        for (i, j, k) in
            (0..cells).flat_map(|i| (0..cells).flat_map(move |j| (0..cells).map(move |k| (i, j, k))))
        {
            let z = [node(i), node(j), node(k)];
            let y: [f64; 3] = std::array::from_fn(|axis| w[axis] - z[axis]);
            let weight = h.powi(3) * (-dot(y, y) / (speed * speed)).exp() / (PI.sqrt() * speed).powi(3);
            let (square, along) = (dot(z, z), dot(z, vector));
            let inverse = 1.0 / square.sqrt();
            (0..3)
                .for_each(|axis| mean[axis] += weight * inverse * (vector[axis] - along * z[axis] / square));
        }
        let found = averaged(w, speed, vector);
        for axis in 0..3 {
            // The sum over the singular cell errs by h².
            assert!((found[axis] - mean[axis]).abs() < 3e-3, "{found:?} {mean:?}");
        }
    }
}
