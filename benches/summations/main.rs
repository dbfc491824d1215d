//! Seconds of one pair sum by each summation, by the number of particles. Criterion's `elem/s` are particles.
//!
//! ```text
//! cargo bench --bench summations -- case DIMENSION GAMMA DELTA SUMMATION PARTICLES [FILE]
//! ```
//!
//! reports one case with its error and peak memory instead. DELTA is in thermal speeds, 0 for the kernel
//! |z|^γ. SUMMATION is `direct`, the tolerance of a tree, or `batches`. FILE receives the cloud and its sums.

mod case;
mod cloud;
mod pair_sums;
#[path = "../../tests/common/random.rs"]
mod random;

use std::cell::OnceCell;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group};

use cloud::Cloud;
use pair_sums::PairSums;

const SUMMATIONS: [&str; 5] = ["direct", "1e-3", "1e-6", "1e-9", "batches"];

fn measure<const D: usize>(criterion: &mut Criterion, particles: usize, delta: f64) {
    // Made on demand, since criterion may skip this benchmark by the filter of its command line.
    let cloud = OnceCell::new();
    let mut group = criterion.benchmark_group(format!("summation D={D} γ=-3 δ={delta} N={particles}"));
    group.throughput(Throughput::Elements(particles as u64));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_secs(1));
    for summation in SUMMATIONS {
        let mut pair_sums = None;
        group.bench_function(BenchmarkId::from_parameter(summation), |bencher| {
            let cloud = cloud.get_or_init(|| Cloud::<D>::new(particles, delta));
            let pair_sums = pair_sums.get_or_insert_with(|| PairSums::new(cloud, -3.0, summation));
            let mut sums = vec![[f64::NAN; D]; particles];
            bencher.iter(|| pair_sums.evaluate(&mut sums));
        });
    }
    group.finish();
}

fn sizes(criterion: &mut Criterion) {
    for particles in [1_000, 16_000, 64_000] {
        measure::<3>(criterion, particles, 0.0);
    }
    // δ is about 0.8 times the distance between neighbours.
    measure::<3>(criterion, 16_000, 0.1);
    measure::<2>(criterion, 16_000, 0.0);
}

criterion_group!(benches, sizes);

fn main() {
    // Cargo adds the argument `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.split_first() {
        Some((first, arguments)) if first == "case" => case::report(arguments),
        _ => {
            benches();
            Criterion::default().configure_from_args().final_summary();
        }
    }
}
