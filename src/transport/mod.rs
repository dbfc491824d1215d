//! Transport coefficients near equilibrium: Green and Kubo's integrals of responses to impulses, without noise.
//!
//! A small force, or a small gradient of temperature or velocity, disturbs a Maxwellian in every instant by a known function of the
//! velocity ([`mode`]). The flux that it drives in the end is the sum of the responses to all these impulses: the integral over
//! time of the flux after one of them (Green, J. Chem. Phys. 22, 1954; Kubo, J. Phys. Soc. Japan 12, 1957). Here one impulse
//! is given to the weights of the particles, and the run that follows is integrated ([`response`]).
//!
//! The responses of all fluxes to all impulses ([`matrix`]) give the coefficients ([`coefficients`]), with estimates of
//! their errors ([`estimate`]).
//!
//! # Accuracy
//!
#![doc = include_str!("accuracy.md")]

pub mod across;
pub mod coefficients;
mod equilibrium;
pub mod estimate;
pub mod matrix;
pub mod mode;
pub mod plasma;
pub mod response;
pub mod turning;
