//! Seconds of an evaluation of scores, for each form and each way to sum, by the number of particles and by
//! the number of neighbours that a mollifier reaches.
//!
//! The order is 4 unless stated otherwise. The line after each benchmark has the best time per particle,
//! which other programs on the machine disturb least. For sums over neighbours it adds the nanoseconds per
//! neighbour.

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use landau::kernel::lanes::InstructionSet;
use landau::score::particles::mean_neighbours;
use landau::{scenario, setup};
use serde_json::{Value, json};

/// A Maxwellian of quasi-random particles, and the choice of scores.
struct Case {
    particles: usize,
    score: Value,
}

impl Case {
    fn name(&self) -> String {
        format!("N={} {}", self.particles, self.score.to_string().replace(['"', '{', '}'], ""))
    }

    fn scenario(&self, dimension: usize) -> Value {
        json!({
            "version": 1, "dimension": dimension,
            "species": [{
                "name": "one", "mass": 1.0,
                "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } },
                "particles": { "quasi_random": { "count": self.particles } }
            }],
            "collisions": { "gamma": -3.0, "coefficients": { "uniform": 1.0 } },
            "score": self.score,
            "time": { "step": 1.0, "steps": 1 }
        })
    }
}

fn measure<const D: usize>(criterion: &mut Criterion, group: &str, case: &Case) {
    let (scenario, _) = scenario::parse("benchmark", case.scenario(D).to_string(), &[])
        .unwrap_or_else(|errors| panic!("{errors}"));
    let start = || setup::problem_and_state::<D>(&scenario).unwrap_or_else(|error| panic!("{error:?}"));
    let mut neighbours = 0.0;
    let mut best = Duration::MAX;
    let mut group = criterion.benchmark_group(format!("{group} D={D}"));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
    group.throughput(Throughput::Elements(case.particles as u64));
    group.bench_function(BenchmarkId::from_parameter(case.name()), |bencher| {
        let (problem, state) = start();
        let mut score = setup::score(&scenario, &problem, &state.velocities, InstructionSet::detect());
        let reach = 6.5 * (f64::from(scenario.score.order() / 2) * problem.species[0].bandwidth).sqrt();
        neighbours = mean_neighbours(&state.velocities, reach * reach);
        let mut scores = vec![[f64::NAN; D]; case.particles];
        let mut evaluate = || {
            let evaluated = score.evaluate(&problem, &state.velocities, &mut scores, &mut [f64::NAN]);
            evaluated.unwrap_or_else(|failure| panic!("{failure}"));
        };
        evaluate();
        bencher.iter_custom(|times| {
            let mut total = Duration::ZERO;
            for _ in 0..times {
                let start = Instant::now();
                evaluate();
                best = best.min(start.elapsed());
                total += start.elapsed();
            }
            total
        });
    });
    group.finish();
    if best < Duration::MAX {
        let each = best.as_secs_f64() * 1e9 / case.particles as f64;
        let of_each = match case.name().contains("neighbours") {
            true => format!(" of {:.2} ns", each / neighbours),
            false => String::new(),
        };
        println!(
            "best: {:.3e} s, {each:.0} ns a particle, {neighbours:.0} neighbours{of_each}",
            best.as_secs_f64()
        );
    }
}

fn sums(way: &str, bandwidth: &Value) -> Value {
    json!({ "particles": { "order": 4, "bandwidth": bandwidth, "sums": { way: {} } } })
}

/// The default bandwidth, from ten thousand particles to a million.
fn sizes(criterion: &mut Criterion) {
    let adapted = json!({ "adapted": {} });
    for particles in [10_000, 100_000, 1_000_000] {
        let mut scores = vec![json!({ "mesh": { "order": 4 } }), sums("mesh", &adapted)];
        if particles == 10_000 {
            scores.push(sums("neighbours", &adapted));
        }
        for score in scores {
            measure::<3>(criterion, "size", &Case { particles, score });
        }
    }
}

/// A bandwidth that shrinks with the distance between particles, so that the number of neighbours is
/// constant.
fn sizes_with_the_same_neighbours(criterion: &mut Criterion) {
    for particles in [10_000, 100_000, 1_000_000] {
        let score = sums("neighbours", &json!({ "spacing_squared": 0.5 }));
        measure::<3>(criterion, "size, same neighbours", &Case { particles, score });
    }
}

/// From few neighbours to many.
fn neighbours(criterion: &mut Criterion) {
    for variance in [0.0005, 0.002, 0.008, 0.03] {
        for way in ["neighbours", "mesh"] {
            let score = sums(way, &json!({ "variance": variance }));
            measure::<2>(criterion, "neighbours", &Case { particles: 20_000, score });
        }
    }
    for variance in [0.004, 0.01, 0.025, 0.1] {
        for way in ["neighbours", "mesh"] {
            let score = sums(way, &json!({ "variance": variance }));
            measure::<3>(criterion, "neighbours", &Case { particles: 20_000, score });
        }
    }
}

criterion_group!(benches, sizes, sizes_with_the_same_neighbours, neighbours);
criterion_main!(benches);
