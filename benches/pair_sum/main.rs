//! Ordered pairs per second of the direct pair sum, for the kernel |z|^γ and the regularised one, by
//! dimension, exponent, number of particles, instruction set and threads. Each rate is also given as a share
//! of the multiply-add peak, which is measured at the same time.
//!
//! Criterion's `elem/s` are ordered pairs. The line after each benchmark has the best evaluation, which other
//! programs on the machine disturb least. Its share of the peak counts [`flops_per_ordered_pair`] operations
//! per pair. One evaluation of the kernel serves two ordered pairs by symmetry, so a share can exceed 1.

mod fma_peak;
#[path = "../../tests/common/random.rs"]
mod random;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use landau::collision::direct::DirectSum;
use landau::collision::pair_sum::{Particles, SpeciesTable};
use landau::collision::regularisation::Regularisation;
use landau::kernel::lanes::InstructionSet;
use landau::kernel::power::flops_per_ordered_pair;
use random::Numbers;

#[derive(Clone, Copy)]
struct Setting {
    gamma: f64,
    /// δ of every pair of species; 0 for none.
    delta: f64,
    particles: usize,
    set: InstructionSet,
    threads: usize,
}

/// Two species of equal numbers, uniform in a box, the same in every run.
struct Cloud<const D: usize> {
    velocities: Vec<[f64; D]>,
    gradients: Vec<[f64; D]>,
}

impl<const D: usize> Cloud<D> {
    fn new(particles: usize) -> Self {
        let mut numbers = Numbers(1);
        let mut vectors = || (0..particles).map(|_| numbers.vector()).collect();
        Self { velocities: vectors(), gradients: vectors() }
    }
}

fn measure<const D: usize>(criterion: &mut Criterion, group: &str, setting: Setting) {
    let Setting { gamma, delta, particles, set, threads } = setting;
    let cloud = Cloud::<D>::new(particles);
    let ranges = vec![0..particles / 2, particles / 2..particles];
    let species = SpeciesTable::new(vec![1.0; 2], ranges, vec![1.0, 0.5, 0.5, 2.0]);
    let weights = vec![1.0 / particles as f64; particles];
    let mut direct = DirectSum::<D>::new(gamma, set);
    let regularisation = Regularisation { squares: vec![delta * delta; 4], ..Default::default() };
    let Cloud { velocities, gradients } = &cloud;
    let at = Particles {
        species: &species,
        velocities,
        gradients,
        weights: &weights,
        spreads: None,
        regularisation: &regularisation,
    };
    let mut sums = vec![[0.0; D]; particles];
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
    let pairs = species.ordered_pairs();

    let mut best = Duration::MAX;
    let mut peak: f64 = 0.0;
    let mut criterion_group = criterion.benchmark_group(group);
    criterion_group.throughput(Throughput::Elements(pairs));
    criterion_group.sample_size(10).sampling_mode(SamplingMode::Flat);
    criterion_group.warm_up_time(Duration::from_millis(200));
    criterion_group.measurement_time(Duration::from_secs(1));
    let name = format!("D={D} γ={gamma} δ={delta} N={particles} {} threads={threads}", set.name());
    criterion_group.bench_function(BenchmarkId::from_parameter(&name), |bencher| {
        bencher.iter_custom(|times| {
            peak = peak.max(fma_peak::flops_per_second(set, threads));
            let mut total = Duration::ZERO;
            for _ in 0..times {
                let start = Instant::now();
                pool.install(|| direct.evaluate(at, &mut sums));
                let time = start.elapsed();
                best = best.min(time);
                total += time;
            }
            black_box(&sums);
            total
        });
    });
    criterion_group.finish();
    // Criterion may have skipped this benchmark by the filter of its command line.
    if best < Duration::MAX {
        let rate = pairs as f64 / best.as_secs_f64();
        let flops = flops_per_ordered_pair(D, gamma, delta > 0.0);
        let share = rate * f64::from(flops) / peak;
        println!("best: {rate:.3e} pairs/s, {share:.3} of {:.1} GFlop/s at {flops} a pair", peak / 1e9);
    }
}

/// About the spacing of the particles.
const DELTA: f64 = 0.1;

const GAMMAS: [f64; 6] = [-3.0, -2.0, -1.0, 0.0, 1.0, -1.3];

fn exponents(criterion: &mut Criterion) {
    let threads = rayon::current_num_threads();
    for set in InstructionSet::available() {
        for gamma in GAMMAS {
            for delta in [0.0, DELTA] {
                let setting = Setting { gamma, delta, particles: 8_000, set, threads };
                measure::<2>(criterion, "exponent", setting);
                measure::<3>(criterion, "exponent", setting);
            }
        }
    }
}

fn sizes(criterion: &mut Criterion) {
    let threads = rayon::current_num_threads();
    let set = InstructionSet::detect();
    for gamma in [-3.0, -1.3] {
        for particles in [1_000, 3_000, 16_000, 64_000] {
            let setting = Setting { gamma, delta: DELTA, particles, set, threads };
            measure::<2>(criterion, "size", setting);
            measure::<3>(criterion, "size", setting);
        }
    }
    measure::<3>(criterion, "size", Setting { gamma: -3.0, delta: DELTA, particles: 260_000, set, threads });
}

fn threads(criterion: &mut Criterion) {
    let set = InstructionSet::detect();
    let most = rayon::current_num_threads();
    let doublings = std::iter::successors(Some(1), |threads| Some(2 * threads));
    for threads in doublings.take_while(|&threads| threads < most).chain([most]) {
        for particles in [3_000, 64_000] {
            let setting = Setting { gamma: -3.0, delta: DELTA, particles, set, threads };
            measure::<3>(criterion, "threads", setting);
        }
    }
}

criterion_group!(benches, exponents, sizes, threads);
criterion_main!(benches);
