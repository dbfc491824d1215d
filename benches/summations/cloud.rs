//! A cloud of particles, and the error of its pair sums.

use std::io::Write;

/// Particles whose sums are compared.
const SAMPLES: usize = 200;

/// One species of uneven weights, its velocities normal, its gradients bent, so that no pair is at rest.
pub struct Cloud<const D: usize> {
    pub velocities: Vec<[f64; D]>,
    pub gradients: Vec<[f64; D]>,
    pub weights: Vec<f64>,
}

impl<const D: usize> Cloud<D> {
    /// So many particles, the same in every run.
    pub fn new(particles: usize) -> Self {
        let mut state = 1_u64;
        let mut number = move || {
            // Knuth's linear congruential generator, its high bits: in (0, 1).
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        };
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
        Self { velocities, gradients, weights }
    }

    /// √(Σ w |error|²/Σ w |rate|²) over 200 particles for which every pair is summed in the plainest way.
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

    /// The sum of one particle over all others.
    fn plain_sum(&self, gamma: f64, p: usize) -> [f64; D] {
        let mut sum = [0.0; D];
        for (q, w) in self.weights.iter().enumerate().filter(|&(q, _)| q != p) {
            let z: [f64; D] = std::array::from_fn(|k| self.velocities[p][k] - self.velocities[q][k]);
            let g: [f64; D] = std::array::from_fn(|k| self.gradients[p][k] - self.gradients[q][k]);
            let dot = |a: &[f64; D], b: &[f64; D]| (0..D).map(|k| a[k] * b[k]).sum::<f64>();
            let (square, along) = (dot(&z, &z), dot(&z, &g));
            let power = w * square.powf(0.5 * gamma);
            for k in 0..D {
                sum[k] += power * (square * g[k] - along * z[k]);
            }
        }
        sum
    }

    /// The cloud (velocities, gradients, weight, each particle after the other) and then sums, little-endian doubles.
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
