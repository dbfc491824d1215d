//! The integrals about fixed ions beside a species.

use crate::functionals::axisymmetric::Integral;
use crate::laboratory::species::about_ions::{self, AlongIons, Section33, TooNarrow};
use crate::laboratory::species::convolution::Kernel;
use crate::laboratory::species::gaussians::Gaussians;
use crate::laboratory::species::tensor::{Vector, dot};
use std::f64::consts::PI;

/// ∇ log f at the ions times the smallest standard deviation, below which it is rounding.
const NO_SLOPE: f64 = 1e-10;

/// What is known about the ions beside a species.
pub struct BesideIons {
    pub velocity: Vector,
    /// Whether ∇f = 0 there.
    pub at_top: bool,
    /// −(4π/3) f |∇ log f|² there, which dI/dt has beside Proposition 3.3 at γ = −3.
    pub at_origin: f64,
    pub along: Result<AlongIons, TooNarrow>,
    pub section: Result<Section33, TooNarrow>,
    pub potential: f64,
}
impl BesideIons {
    /// Of a species at one fineness of the spheres.
    pub fn of(f: &Gaussians, velocity: Vector, kernel: &Kernel, fineness: f64) -> Self {
        let local = f.local(velocity);
        let narrowest = f.parts.iter().flat_map(|part| part.variances).fold(f64::INFINITY, f64::min).sqrt();
        let slope = dot(local.slope, local.slope);
        let at_origin = -4.0 / 3.0 * PI * local.log.exp() * slope;
        Self {
            velocity,
            at_top: slope.sqrt() * narrowest <= NO_SLOPE,
            at_origin: if kernel.gamma() == -3.0 { at_origin } else { 0.0 },
            along: about_ions::along_ions(f, velocity, kernel.gamma(), fineness),
            section: about_ions::section_3_3(f, velocity, kernel, fineness),
            potential: about_ions::potential(f, kernel),
        }
    }

    /// The integrals that have to settle.
    pub fn listed(&self) -> Vec<Integral> {
        let mut listed = Vec::new();
        if let Ok(along) = &self.along {
            listed.extend([along.entropy_dissipation, along.fisher, along.fisher_direct]);
        }
        if let Ok(section) = &self.section {
            listed.extend([section.spherical_fisher, section.spherical_fisher_rate, section.fourth]);
            if self.at_top {
                listed.extend([
                    section.spherical_dissipation,
                    section.sharp,
                    section.third,
                    section.laplacian,
                ]);
            }
        }
        listed
    }
}
