//! Exact solutions with which runs are compared, and two accurate numerical ones ([`isotropic`], [`sonine`]).
#![doc = include_str!("verification.md")]

pub mod bkw;
pub mod exponential;
pub mod isotropic;
pub mod lorentz;
pub mod lorentz_flow;
pub mod maxwell_moments;
pub mod ornstein_uhlenbeck;
pub mod rates;
pub mod sonine;

use bkw::Bkw;
use lorentz::Lorentz;
use ornstein_uhlenbeck::{OrnsteinUhlenbeck, maxwellian};
use rates::Maxwellian;

/// The exact solution of every moving species.
#[derive(Debug, Clone, PartialEq)]
pub enum Exact<const D: usize> {
    Bkw(Vec<Bkw>),
    OrnsteinUhlenbeck(OrnsteinUhlenbeck<D>),
    Lorentz(Vec<Lorentz>),
}

impl<const D: usize> Exact<D> {
    /// The density of moving species `index` at the given velocities and time.
    pub fn densities(&self, index: usize, velocities: impl Iterator<Item = [f64; D]>, time: f64) -> Vec<f64> {
        let square = |v: [f64; D], center: [f64; D]| -> f64 {
            (0..D).map(|axis| (v[axis] - center[axis]).powi(2)).sum()
        };
        match self {
            Self::Bkw(species) => {
                velocities.map(|v| species[index].density_at::<D>(square(v, [0.0; D]), time)).collect()
            }
            Self::OrnsteinUhlenbeck(exact) => {
                let temperature = exact.temperatures(time)[index];
                let now = Maxwellian { temperature, ..exact.species[index] };
                velocities.map(|v| maxwellian::<D>(now, square(v, exact.center))).collect()
            }
            Self::Lorentz(species) => velocities.map(|v| species[index].density_at(v, time)).collect(),
        }
    }
}
