//! Seconds of a whole right-hand side, with scores and pair sum measured separately, and the multiply-add
//! peak of the machine measured at the same time.
//!
//! Criterion times whole evaluations. The line after each benchmark has the best time of each part, which
//! other programs on the machine disturb least.

#[path = "../pair_sum/fma_peak.rs"]
mod fma_peak;

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use landau::collision::pair_sum::PairSum;
use landau::kernel::lanes::InstructionSet;
use landau::kernel::power::flops_per_ordered_pair;
use landau::landau::{Evaluation, InStep, Landau};
use landau::{scenario, setup};
use serde_json::{Value, json};

/// A named scenario.
struct Case {
    name: String,
    scenario: Value,
}

/// Two drifting Maxwellians in two dimensions, with the scores of Carrillo, Hu, Van Fleet (2024).
fn two_species(per_axis: usize, gamma: f64) -> Case {
    let species = |name: &str, temperature: f64, drift: [f64; 2]| {
        json!({
            "name": name, "mass": 1.0,
            "initial": { "maxwellian": { "density": 1.0, "temperature": temperature, "drift": drift } },
            "particles": { "lattice": { "per_axis": per_axis, "half_width": 4.0 } }
        })
    };
    Case {
        name: format!("D=2 γ={gamma} N={} lattice", 2 * per_axis * per_axis),
        scenario: json!({
            "version": 1, "dimension": 2,
            "species": [species("fast", 0.25, [0.5, 0.25]), species("slow", 0.125, [-0.25, 0.0])],
            "collisions": { "gamma": gamma, "coefficients": { "uniform": 0.03125 } },
            "score": { "mesh": { "bandwidth": { "chv": {} }, "spacing": { "lattice": {} }, "exact_degree": 0 } },
            "time": { "step": 1.0, "steps": 1 }
        }),
    }
}

/// One Maxwellian in three dimensions with Coulomb collisions.
fn one_species(particles: &Value, number: usize, score: &Value) -> Case {
    Case {
        name: format!("D=3 γ=-3 N={number} {}", score.to_string().replace(['"', '{', '}'], "")),
        scenario: json!({
            "version": 1, "dimension": 3,
            "species": [{
                "name": "one", "mass": 1.0, "particles": particles,
                "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } }
            }],
            "collisions": { "gamma": -3.0, "coefficients": { "uniform": 1.0 } },
            "score": score,
            "time": { "step": 1.0, "steps": 1 }
        }),
    }
}

fn on_lattice(per_axis: usize, order: u32) -> Case {
    let particles = json!({ "lattice": { "per_axis": per_axis, "half_width": 4.0 } });
    one_species(&particles, per_axis.pow(3), &json!({ "mesh": { "order": order } }))
}

fn measure<const D: usize>(criterion: &mut Criterion, group: &str, case: &Case, threads: usize) {
    let (scenario, _) = scenario::parse("benchmark", case.scenario.to_string(), &[])
        .unwrap_or_else(|errors| panic!("{errors}"));
    let set = InstructionSet::detect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
    // Made on demand, since criterion may skip this benchmark by the filter of its command line.
    let problem = std::cell::OnceCell::new();
    let start = || {
        let (problem, state) =
            setup::problem_and_state::<D>(&scenario).unwrap_or_else(|error| panic!("{error:?}"));
        (Arc::new(problem), state)
    };

    let (mut score, mut pair_sum, mut whole) = (Duration::MAX, Duration::MAX, Duration::MAX);
    let (mut peak, mut pairs): (f64, u64) = (0.0, 0);
    let mut criterion_group = criterion.benchmark_group(group);
    criterion_group.sample_size(10).sampling_mode(SamplingMode::Flat);
    criterion_group.warm_up_time(Duration::from_millis(200));
    criterion_group.measurement_time(Duration::from_secs(1));
    let name = format!("{} threads={threads}", case.name);
    criterion_group.bench_function(BenchmarkId::from_parameter(&name), |bencher| {
        let (problem, state) = problem.get_or_init(start);
        let scores = setup::score(&scenario, problem, &state.velocities, set);
        let mut landau =
            Landau::new(Arc::clone(problem), scores, PairSum::direct(problem.symmetry, problem.gamma, set));
        let mut evaluation = Evaluation::empty(problem);
        let mut evaluate = |landau: &mut Landau<D>| {
            pool.install(|| landau.evaluate(&state.velocities, InStep::unfenced(0), &mut evaluation))
                .expect("finite rates");
        };
        evaluate(&mut landau);
        pairs = landau.pairs();
        bencher.iter_custom(|times| {
            peak = peak.max(fma_peak::flops_per_second(set, threads));
            let mut total = Duration::ZERO;
            for _ in 0..times {
                let before = landau.work();
                let start = Instant::now();
                evaluate(&mut landau);
                let time = start.elapsed();
                let after = landau.work();
                score = score.min(after.score - before.score);
                pair_sum = pair_sum.min(after.pair_sum - before.pair_sum);
                whole = whole.min(time);
                total += time;
            }
            total
        });
    });
    criterion_group.finish();
    if whole < Duration::MAX {
        let [whole, score, pair_sum] = [whole, score, pair_sum].map(|time| time.as_secs_f64());
        println!("best: whole {whole:.3e} s, scores {score:.3e} s, pair sum {pair_sum:.3e} s");
        let flops = f64::from(flops_per_ordered_pair(D, scenario.collisions.gamma, true));
        let share = match scenario.collisions.gamma {
            // Sums by moments take a time linear in the number of particles.
            0.0 => String::new(),
            _ => format!(", pair sum {:.3} of it", pairs as f64 * flops / pair_sum / peak),
        };
        println!("multiply-adds: {:.1} GFlop/s{share}", peak / 1e9);
    }
}

fn evaluations(criterion: &mut Criterion) {
    let threads = rayon::current_num_threads();
    for gamma in [-3.0, 0.0] {
        for per_axis in [40, 100] {
            measure::<2>(criterion, "evaluation", &two_species(per_axis, gamma), threads);
        }
    }
    for order in [2, 6] {
        measure::<3>(criterion, "evaluation", &on_lattice(40, order), threads);
    }
    let particles = json!({ "quasi_random": { "count": 20_000 } });
    let case = one_species(&particles, 20_000, &json!({ "particles": {} }));
    measure::<3>(criterion, "evaluation", &case, threads);
}

fn sizes(criterion: &mut Criterion) {
    let threads = rayon::current_num_threads();
    for per_axis in [10, 20, 30, 50] {
        measure::<3>(criterion, "size", &on_lattice(per_axis, 6), threads);
    }
}

fn threads(criterion: &mut Criterion) {
    let most = rayon::current_num_threads();
    let doublings = std::iter::successors(Some(1), |threads| Some(2 * threads));
    for threads in doublings.take_while(|&threads| threads < most).chain([most]) {
        measure::<2>(criterion, "threads", &two_species(100, -3.0), threads);
        measure::<3>(criterion, "threads", &on_lattice(30, 6), threads);
    }
}

criterion_group!(benches, evaluations, sizes, threads);
criterion_main!(benches);
