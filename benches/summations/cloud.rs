//! A cloud of particles, and the error of its pair sums.

use std::io::Write;

use crate::random::Numbers;
use landau::collision::pair_sum::{Particles, SpeciesTable};
use landau::collision::regularisation::Regularisation;
use landau::kernel::interaction::Tensor;
use landau::kernel::series::Series;

/// The number of particles whose sums are compared.
const SAMPLES: usize = 200;

/// One species with uneven weights, normally distributed velocities and nonlinear gradients, so that no pair
/// sum vanishes.
pub struct Cloud<const D: usize> {
    pub velocities: Vec<[f64; D]>,
    pub gradients: Vec<[f64; D]>,
    pub weights: Vec<f64>,
    species: SpeciesTable,
    /// δ² of the species with itself, 0 for |z|^γ.
    regularisation: Regularisation,
}

impl<const D: usize> Cloud<D> {
    /// A cloud of `particles` particles, the same in every run. `delta` is δ in thermal speeds.
    pub fn new(particles: usize, delta: f64) -> Self {
        let mut numbers = Numbers(1);
        // Positive, for the logarithm.
        let mut number = move || numbers.share() + f64::EPSILON / 4.0;
        let velocities: Vec<[f64; D]> = (0..particles)
            .map(|_| {
                std::array::from_fn(|_| {
                    (-2.0 * number().ln()).sqrt() * (std::f64::consts::TAU * number()).cos()
                })
            })
            .collect();
        let bend = |v: &[f64; D]| std::array::from_fn(|k| -(1.0 + 0.5 * k as f64) * v[k] + 0.1 * v[0] * v[1]);
        let gradients = velocities.iter().map(bend).collect();
        let weights = (0..particles).map(|_| (0.5 + number()) / particles as f64).collect();
        let regularisation = Regularisation { squares: vec![delta * delta], ..Default::default() };
        #[expect(clippy::single_range_in_vec_init, reason = "one species")]
        let species = SpeciesTable::new(vec![1.0], vec![0..particles], vec![1.0]);
        Self { velocities, gradients, weights, species, regularisation }
    }

    /// The particles in the form that pair sums take.
    pub fn particles(&self) -> Particles<'_, D> {
        let Self { species, velocities, gradients, weights, regularisation } = self;
        Particles { species, velocities, gradients, weights, spreads: None, regularisation }
    }

    /// √(Σ w |error|²/Σ w |rate|²) over 200 particles, whose sums over all pairs are computed in the plainest
    /// way.
    pub fn error(&self, gamma: f64, sums: &[[f64; D]]) -> f64 {
        let (mut error, mut size) = (0.0, 0.0);
        let step = self.weights.len().div_ceil(SAMPLES);
        for p in (0..self.weights.len()).step_by(step) {
            for (found, exact) in sums[p].iter().zip(self.plain_sum(gamma, p)) {
                error += self.weights[p] * (found - exact).powi(2);
                size += self.weights[p] * exact * exact;
            }
        }
        (error / size).sqrt()
    }

    /// The plain sum over all pairs of one particle.
    fn plain_sum(&self, gamma: f64, p: usize) -> [f64; D] {
        let mut sum = [0.0; D];
        let tensor = Tensor::new(gamma, self.regularisation.squares[0], Series::between_particles(gamma, D));
        for (q, w) in self.weights.iter().enumerate().filter(|&(q, _)| q != p) {
            let z: [f64; D] = std::array::from_fn(|k| self.velocities[p][k] - self.velocities[q][k]);
            let g: [f64; D] = std::array::from_fn(|k| self.gradients[p][k] - self.gradients[q][k]);
            for (sum, image) in sum.iter_mut().zip(tensor.apply(z, 0.0, g)) {
                *sum += w * image;
            }
        }
        sum
    }

    /// Writes little-endian doubles: velocity, gradient and weight of each particle, and then the sums.
    pub fn write(&self, file: &str, sums: &[[f64; D]]) -> std::io::Result<()> {
        let mut file = std::io::BufWriter::new(std::fs::File::create(file)?);
        for ((v, g), w) in self.velocities.iter().zip(&self.gradients).zip(&self.weights) {
            for number in v.iter().chain(g).chain([w]) {
                file.write_all(&number.to_le_bytes())?;
            }
        }
        for number in sums.iter().flatten() {
            file.write_all(&number.to_le_bytes())?;
        }
        file.flush()
    }
}
