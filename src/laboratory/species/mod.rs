//! Several species without symmetry: functionals of sums of drifting Gaussians in three dimensions, and their derivatives
//! along collisions with one another, by quadrature.
//!
//! Any masses, any coefficients, −3 ≤ γ ≤ 0. What makes it cheap: A convolved with a Gaussian is an integral over one
//! number ([`convolution`]), so that Q_ij is known at a velocity, and functionals and their derivatives are integrals over v
//! alone ([`bulk`]). What the paper of Junné, Winter and Yoldaş (2025) writes as integrals over two velocities is computed as
//! such, by other points and without Q ([`pairs`]): its identities have two independent sides here. What stands about fixed
//! ions is integrated over spheres about them ([`about_ions`]). Each group of integrals is refined until it changes by less than its tolerance,
//! and every number has beside it by how much it changed in the last refinement ([`quantities`]).

pub mod about_ions;
pub mod bulk;
pub mod convolution;
pub mod gaussians;
pub mod input;
pub mod pairs;
pub mod quantities;
mod tensor;
#[cfg(test)]
mod tests;
