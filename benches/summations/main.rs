//! Seconds, error and memory of one pair sum, by any summation, over the number of particles.
//!
//! ```text
//! cargo bench --bench summations                                   a short table
//! cargo bench --bench summations -- DIMENSION GAMMA SUMMATION PARTICLES [FILE]
//! ```
//!
//! SUMMATION is `direct`, the tolerance of a tree, or `batches`, random ones of a hundred particles. One case a process, so that
//! the peak memory is its own; a row of CSV for each. The cloud is normal, one species of uneven weights, its
//! gradients bent, so that no pair is at rest. The error is that of the rates, √(Σ w |error|²/Σ w |rate|²), over
//! 200 particles for which every pair is summed in the plainest way. FILE receives the cloud (velocities, gradients,
//! weight, each particle after the other) and then the sums, little-endian doubles.
//!
//! Not a benchmark of criterion: it times each case many times, a million particles for minutes. The best of three
//! is reported, or of as many as forty seconds hold.

use std::io::Write;
use std::time::Instant;

use landau::collision::direct::DirectSum;
use landau::collision::pair_sum::Place;
use landau::collision::random_batch::RandomBatchSum;
use landau::collision::tree::{Cloud, TreeSum};
use landau::kernel::lanes::InstructionSet;

/// Particles of a random batch.
const BATCH: usize = 100;

/// Particles whose sums are compared.
const SAMPLES: usize = 200;

/// Evaluations at most, and the seconds after which there are no more.
const REPEATS: (usize, f64) = (3, 40.0);

/// Overwrites pair sums.
type Evaluate<'a, const D: usize> = Box<dyn FnMut(&mut [[f64; D]]) + 'a>;

struct Particles<const D: usize> {
    velocities: Vec<[f64; D]>,
    gradients: Vec<[f64; D]>,
    weights: Vec<f64>,
}

impl<const D: usize> Particles<D> {
    fn new(particles: usize) -> Self {
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

    fn error(&self, gamma: f64, sums: &[[f64; D]]) -> f64 {
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

    fn write(&self, file: &str, sums: &[[f64; D]]) -> std::io::Result<()> {
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

fn measure<const D: usize>(gamma: f64, summation: &str, particles: usize, file: Option<&str>) {
    let set = InstructionSet::detect();
    let cloud = Particles::<D>::new(particles);
    let Particles { velocities, gradients, weights } = &cloud;
    #[expect(clippy::single_range_in_vec_init, reason = "one species")]
    let ranges = [0..particles];
    let at = Place { velocities, gradients, spreads: None };
    let mut sums = vec![[f64::NAN; D]; particles];
    let begin = Instant::now();
    let mut calibration = 0.0;
    let mut points = String::new();
    let mut evaluate: Evaluate<'_, D> = match summation {
        "direct" => {
            let mut direct = DirectSum::new(gamma, &[particles], &[1.0], weights, set);
            Box::new(move |sums| direct.evaluate(velocities, gradients, None, sums))
        }
        "batches" => {
            let mut batches = RandomBatchSum::new(gamma, &ranges, &[1.0], weights, (BATCH, 1), set);
            let mut step = 0;
            Box::new(move |sums| {
                step += 1;
                batches.evaluate(step, velocities, gradients, None, sums);
            })
        }
        tolerance => {
            let tolerance = tolerance.parse().expect("direct, batches or a tolerance");
            let cloud = Cloud { gamma, masses: &[1.0], ranges: &ranges, coefficients: &[1.0], weights };
            let mut tree = TreeSum::new(cloud, tolerance, set);
            tree.calibrate(velocities, gradients).unwrap_or_else(|failure| panic!("{failure}"));
            calibration = begin.elapsed().as_secs_f64();
            points = tree.points().to_string();
            Box::new(move |sums| {
                tree.evaluate(at, sums);
            })
        }
    };
    let (mut best, begin) = (f64::INFINITY, Instant::now());
    for _ in 0..REPEATS.0 {
        let start = Instant::now();
        evaluate(&mut sums);
        best = best.min(start.elapsed().as_secs_f64());
        if begin.elapsed().as_secs_f64() > REPEATS.1 {
            break;
        }
    }
    let memory = peak_mebibytes().map_or(String::new(), |mebibytes| format!("{mebibytes:.0}"));
    let error = cloud.error(gamma, &sums);
    println!("{D},{gamma},{summation},{particles},{best:.3e},{error:.2e},{points},{calibration:.3},{memory}");
    if let Some(file) = file {
        cloud.write(file, &sums).unwrap_or_else(|error| panic!("{file}: {error}"));
    }
}

/// The most memory this process held, where the system says so.
fn peak_mebibytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kibibytes| kibibytes / 1024.0)
}

fn main() {
    // Cargo says `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let one = |dimension: &str, gamma: f64, summation: &str, particles: usize, file: Option<&str>| {
        match dimension {
            "2" => measure::<2>(gamma, summation, particles, file),
            _ => measure::<3>(gamma, summation, particles, file),
        }
    };
    if let [dimension, gamma, summation, particles, file @ ..] = arguments.as_slice() {
        let gamma = gamma.parse().expect("an exponent");
        let particles = particles.parse().expect("a number of particles");
        one(dimension, gamma, summation, particles, file.first().map(String::as_str));
        return;
    }
    println!("dimension,gamma,summation,particles,seconds,error,points,calibration_seconds,mebibytes");
    for particles in [1_000, 4_000, 16_000] {
        for summation in ["direct", "1e-3", "1e-6", "1e-9", "batches"] {
            one("3", -3.0, summation, particles, None);
        }
    }
}
