//! Mean velocities and second moments of Maxwell molecules (γ = 0), for initial data of any shape.
//!
//! A(z) is quadratic. So the equation has the diffusion tensor D_i and the drift −b_i with
//!
//! ```text
//! D_i = Σ_j (c_ij n_j/m_i²) ⟨|z|² I − z zᵀ⟩,   b_i(v) = Σ_j κ_ij (v − u_j),   z = v − v_j
//! κ_ij = (d − 1) c_ij n_j (m_i + m_j)/(m_i² m_j)
//! ```
//!
//! and the moments up to the second satisfy a closed system. With S_i = ⟨v vᵀ⟩ of species i it is
//!
//! ```text
//! du_i/dt = −Σ_j κ_ij (u_i − u_j)
//! dS_i/dt = 2 Σ_j (c_ij n_j/m_i²) (tr Z_ij I − Z_ij) − Σ_j κ_ij (2 S_i − u_i u_jᵀ − u_j u_iᵀ)
//! Z_ij    = S_i + S_j − u_i u_jᵀ − u_j u_iᵀ
//! ```
//!
//! (Truesdell, Muncaster, Fundamentals of Maxwell's Kinetic Theory, 1980, for the corresponding closure of
//! Boltzmann's equation). With the products u_i u_jᵀ and a constant as further unknowns the system is linear,
//! and a matrix exponential solves it. Fixed species enter as sources of infinite mass.

use super::exponential::exponential;
use crate::functionals::moments::Moments;
use crate::problem::Problem;
use nalgebra::{DMatrix, DVector, SMatrix, SVector};

/// The exact moments of every moving species as functions of time.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxwellMoments<const D: usize> {
    masses: Vec<f64>,
    /// The matrix of the linear system.
    matrix: DMatrix<f64>,
    start: DVector<f64>,
    /// The velocity about which moments are taken. About 0, second moments of fast clouds would lose digits.
    frame: SVector<f64, D>,
}

/// The fixed species as seen by species i: Σ_b c_ib n_b times 1, u_b and u_b u_bᵀ.
#[derive(Debug, Clone, Copy)]
struct Fixed<const D: usize> {
    strength: f64,
    velocity: SVector<f64, D>,
    square: SMatrix<f64, D, D>,
}

/// The unknowns of the linear system: a constant, mean velocities, their products, and second moments.
struct Moving<const D: usize> {
    constant: f64,
    velocities: Vec<SVector<f64, D>>,
    /// u_i u_jᵀ, row after row.
    products: Vec<SMatrix<f64, D, D>>,
    seconds: Vec<SMatrix<f64, D, D>>,
}

impl<const D: usize> Moving<D> {
    fn unpack(species: usize, numbers: &[f64]) -> Self {
        let mut rest = numbers.iter().copied();
        let mut next = || rest.next().expect("as many numbers as moments");
        let constant = next();
        let velocities = (0..species).map(|_| SVector::from_fn(|_, _| next())).collect();
        let mut matrices = |count: usize| (0..count).map(|_| SMatrix::from_fn(|_, _| next())).collect();
        Self { constant, velocities, products: matrices(species * species), seconds: matrices(species) }
    }

    fn pack(&self) -> Vec<f64> {
        let velocities = self.velocities.iter().flat_map(|u| u.iter().copied());
        let matrices = self.products.iter().chain(&self.seconds).flat_map(|m| m.iter().copied());
        std::iter::once(self.constant).chain(velocities).chain(matrices).collect()
    }
}

/// The coefficients of the system.
struct System<const D: usize> {
    masses: Vec<f64>,
    /// c_ij n_j, row after row.
    strengths: Vec<f64>,
    fixed: Vec<Fixed<D>>,
}

impl<const D: usize> System<D> {
    /// The rate of change, linear in the unknowns.
    fn rate(&self, now: &Moving<D>) -> Moving<D> {
        let count = self.masses.len();
        let kappa = |i: usize, j: usize| {
            let (m, other) = (self.masses[i], self.masses[j]);
            (D as f64 - 1.0) * self.strengths[i * count + j] * (m + other) / (m * m * other)
        };
        let diffusion =
            |strength: f64, z: SMatrix<f64, D, D>| (SMatrix::identity() * z.trace() - z) * strength;
        let symmetric = |m: SMatrix<f64, D, D>| m + m.transpose();
        let mut rates = Moving {
            constant: 0.0,
            velocities: vec![SVector::zeros(); count],
            products: vec![SMatrix::zeros(); count * count],
            seconds: vec![SMatrix::zeros(); count],
        };
        for i in 0..count {
            let (square, fixed) = (self.masses[i] * self.masses[i], &self.fixed[i]);
            let kappa_fixed = (D as f64 - 1.0) / square;
            let (u, second) = (now.velocities[i], now.seconds[i]);
            let mut towards = (fixed.velocity * now.constant - u * fixed.strength) * kappa_fixed;
            let with_fixed = symmetric(u * fixed.velocity.transpose());
            let z = second * fixed.strength + fixed.square * now.constant - with_fixed;
            let mut rate =
                diffusion(2.0 / square, z) - (second * (2.0 * fixed.strength) - with_fixed) * kappa_fixed;
            for j in 0..count {
                towards += (now.velocities[j] - u) * kappa(i, j);
                let both = symmetric(now.products[i * count + j]);
                let z = second + now.seconds[j] - both;
                rate += diffusion(2.0 * self.strengths[i * count + j] / square, z)
                    - (second * 2.0 - both) * kappa(i, j);
            }
            rates.velocities[i] = towards;
            rates.seconds[i] = rate;
            // The part of d(u_i u_jᵀ)/dt from du_i/dt, in row i. Its transpose is the part from du_i/dt in
            // column i.
            for j in 0..count {
                let other = now.velocities[j].transpose();
                let mut share =
                    (fixed.velocity * other - now.products[i * count + j] * fixed.strength) * kappa_fixed;
                for k in 0..count {
                    share += (now.products[k * count + j] - now.products[i * count + j]) * kappa(i, k);
                }
                rates.products[i * count + j] += share;
                rates.products[j * count + i] += share.transpose();
            }
        }
        rates
    }
}

impl<const D: usize> MaxwellMoments<D> {
    /// The moments of the particles at t = 0.
    pub fn new(problem: &Problem<D>, velocities: &[[f64; D]]) -> Self {
        let count = problem.species.len();
        let masses: Vec<f64> = problem.species.iter().map(|species| species.mass).collect();
        let moments: Vec<Moments<D>> =
            problem.species.iter().map(|one| problem.moments(one, velocities)).collect();
        let total: f64 = moments.iter().zip(&masses).map(|(of, mass)| mass * of.density).sum();
        let frame = moments.iter().zip(&masses).fold(SVector::zeros(), |sum, (of, mass)| {
            sum + SVector::from(of.velocity) * (mass * of.density / total)
        });
        let strengths = (0..count * count)
            .map(|place| problem.coefficients[place] * moments[place % count].density)
            .collect();
        let fixed = (0..count).map(|i| {
            let mut sums = Fixed { strength: 0.0, velocity: SVector::zeros(), square: SMatrix::zeros() };
            for (b, ion) in problem.fixed.iter().enumerate() {
                let strength = problem.fixed_coefficients[i * problem.fixed.len() + b] * ion.density;
                let velocity = SVector::from(ion.velocity) - frame;
                sums.strength += strength;
                sums.velocity += velocity * strength;
                sums.square += velocity * velocity.transpose() * strength;
            }
            sums
        });
        let system = System { masses: masses.clone(), strengths, fixed: fixed.collect() };
        let u: Vec<SVector<f64, D>> = moments.iter().map(|of| SVector::from(of.velocity) - frame).collect();
        let start = Moving {
            constant: 1.0,
            products: (0..count * count)
                .map(|place| u[place / count] * u[place % count].transpose())
                .collect(),
            seconds: (0..count)
                .map(|i| moments[i].temperature_tensor / masses[i] + u[i] * u[i].transpose())
                .collect(),
            velocities: u,
        };
        let start = DVector::from_vec(start.pack());
        let size = start.len();
        let mut matrix = DMatrix::zeros(size, size);
        for column in 0..size {
            let mut unit = vec![0.0; size];
            unit[column] = 1.0;
            let rate = system.rate(&Moving::unpack(count, &unit)).pack();
            matrix.set_column(column, &DVector::from_vec(rate));
        }
        Self { masses, matrix, start, frame }
    }

    /// The mean velocity and the temperature tensor m ⟨(v − u)(v − u)ᵀ⟩ of every moving species at a time.
    pub fn at(&self, time: f64) -> Vec<(SVector<f64, D>, SMatrix<f64, D, D>)> {
        let now = exponential(&(&self.matrix * time)) * &self.start;
        let now = Moving::<D>::unpack(self.masses.len(), now.as_slice());
        (0..self.masses.len())
            .map(|i| {
                let u = now.velocities[i];
                (u + self.frame, (now.seconds[i] - u * u.transpose()) * self.masses[i])
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ornstein_uhlenbeck::OrnsteinUhlenbeck;
    use crate::exact::rates::Maxwellian;
    use crate::problem::{Conserved, FixedSpecies, Species};
    use crate::symmetry::Symmetry;

    /// Moving species of two particles each, at u ± spread, and fixed species.
    fn problem(
        species: &[(f64, f64, [f64; 2], [f64; 2])],
        coefficients: &[f64],
        fixed: &[(f64, [f64; 2], f64)],
    ) -> (Problem<2>, Vec<[f64; 2]>) {
        let count = species.len();
        let mut velocities = Vec::new();
        for (_, _, u, spread) in species {
            for sign in [-1.0, 1.0] {
                velocities.push([u[0] + sign * spread[0], u[1] + sign * spread[1]]);
            }
        }
        let problem = Problem {
            symmetry: Symmetry::None,
            backgrounds: Vec::new(),
            background_coefficients: Vec::new(),
            fields: Default::default(),
            heatings: Vec::new(),
            weight_sources: Vec::new(),
            conserved: Conserved::MassOnly,
            reference: [0.0; 2],
            scales: Default::default(),
            gamma: 0.0,
            species: (0..count)
                .map(|i| Species {
                    name: format!("s{i}"),
                    mass: species[i].0,
                    charge: 0.0,
                    range: 2 * i..2 * i + 2,
                    spacing: 1.0,
                    bandwidth: 1.0,
                    following: None,
                    lattice: None,
                    center: [0.0; 2],
                    notes: Vec::new(),
                })
                .collect(),
            weights: species.iter().flat_map(|one| [0.5 * one.1; 2]).collect(),
            coefficients: coefficients.to_vec(),
            fixed_coefficients: (0..count).flat_map(|_| fixed.iter().map(|ion| ion.2)).collect(),
            regularisation: None,
            fixed_regularisation: None,
            fixed: fixed
                .iter()
                .map(|&(density, velocity, _)| FixedSpecies {
                    name: "ion".into(),
                    charge: 0.0,
                    density,
                    velocity,
                })
                .collect(),
        };
        (problem, velocities)
    }

    /// Σ(t) = Σ∞ + (Σ₀ − Σ∞) e^(−4 d c n t/m²).
    #[test]
    fn one_species_becomes_isotropic_at_its_rate() {
        let (mass, density, c) = (2.0, 0.7, 0.3);
        let (problem, velocities) = problem(&[(mass, density, [5.0, -3.0], [1.0, 0.4])], &[c], &[]);
        let exact = MaxwellMoments::new(&problem, &velocities);
        let (start, isotropic) = (exact.at(0.0)[0].1, SMatrix::identity() * mass * 0.58);
        for time in [0.0, 0.1, 1.0, 10.0] {
            let decay = (-8.0 * c * density * time / (mass * mass)).exp();
            let (u, tensor) = exact.at(time)[0];
            // Rounding of the exponential of a matrix of order 1.
            assert!((u - SVector::from([5.0, -3.0])).norm() < 1e-13);
            assert!((tensor - isotropic - (start - isotropic) * decay).norm() < 1e-13);
        }
    }

    #[test]
    fn temperatures_of_isotropic_species_are_those_of_ornstein_and_uhlenbeck() {
        // Two particles are not an isotropic cloud. But if all species rest at one velocity, the trace
        // evolves as for one.
        let species = [(1.0, 1.0, [0.0; 2], [1.0, 0.5]), (3.0, 0.4, [0.0; 2], [0.2, -0.6])];
        let coefficients = [0.2, 0.3, 0.3, 0.5];
        let (problem, velocities) = problem(&species, &coefficients, &[]);
        let exact = MaxwellMoments::new(&problem, &velocities);
        let maxwellian = |(mass, density, _, spread): (f64, f64, [f64; 2], [f64; 2])| Maxwellian {
            density,
            mass,
            temperature: mass * (spread[0] * spread[0] + spread[1] * spread[1]) / 2.0,
        };
        let known = OrnsteinUhlenbeck::<2> {
            center: [0.0; 2],
            species: species.map(maxwellian).to_vec(),
            coefficients: coefficients.to_vec(),
        };
        for time in [0.0, 0.3, 3.0] {
            for ((_, tensor), temperature) in exact.at(time).iter().zip(known.temperatures(time)) {
                assert!((tensor.trace() / 2.0 - temperature).abs() < 1e-13, "{time}");
            }
        }
    }

    /// Momentum and energy are constant. With fixed species all mean velocities decay, and the energy about
    /// the fixed velocity is constant.
    #[test]
    fn what_the_equation_conserves_is_conserved() {
        let species = [(1.0, 1.0, [1.0, 0.5], [1.0, 0.5]), (3.0, 0.4, [-1.0, 0.0], [0.2, -0.6])];
        let energy = |exact: &MaxwellMoments<2>, time: f64, about: [f64; 2]| -> f64 {
            exact.at(time).iter().zip(&species).fold(0.0, |sum, ((u, tensor), one)| {
                let drift = (u - SVector::from(about)).norm_squared();
                sum + 0.5 * one.1 * (one.0 * drift + tensor.trace())
            })
        };
        let momentum = |exact: &MaxwellMoments<2>, time: f64| {
            exact
                .at(time)
                .iter()
                .zip(&species)
                .fold(SVector::zeros(), |p: SVector<f64, 2>, ((u, _), one)| p + u * (one.0 * one.1))
        };
        let coefficients = [0.2, 0.3, 0.3, 0.5];
        let (free, velocities) = problem(&species, &coefficients, &[]);
        let exact = MaxwellMoments::new(&free, &velocities);
        assert!((energy(&exact, 2.0, [0.0; 2]) / energy(&exact, 0.0, [0.0; 2]) - 1.0).abs() < 1e-13);
        assert!((momentum(&exact, 2.0) - momentum(&exact, 0.0)).norm() < 1e-13);

        let (bound, velocities) = problem(&species, &coefficients, &[(0.5, [0.3, 0.1], 0.4)]);
        let exact = MaxwellMoments::new(&bound, &velocities);
        let ions = [0.3, 0.1];
        assert!((energy(&exact, 2.0, ions) / energy(&exact, 0.0, ions) - 1.0).abs() < 1e-13);
        assert!(exact.at(2000.0).iter().all(|(u, _)| (u - SVector::from(ions)).norm() < 1e-10));
    }
}
