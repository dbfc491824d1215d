//! Unordered pairs a second of the pair sums of rings and shells on one thread, and their share of the multiply-add peak
//! that the same machine shows in the same minute; and milliseconds of one evaluation, pair by pair and by what is linear
//! in their number.
//!
//! ```text
//! cargo bench --bench rings
//! ```
//!
//! Not by criterion: the best of many short evaluations is what neighbours on the machine disturb least.

#[path = "../pair_sum/fma_peak.rs"]
mod fma_peak;
#[path = "../../tests/common/random.rs"]
mod random;

use std::time::{Duration, Instant};

use landau::collision::pair_sum::{Accuracy, Particles, SpeciesTable};
use landau::collision::regularisation::Regularisation;
use landau::collision::rings::RingSum;
use landau::collision::shells::ShellSum;
use landau::kernel::lanes::InstructionSet;
use landau::kernel::rings::flops_per_pair;
use landau::symmetry::HalfPlane;
use random::Numbers;

/// Rings of two species, and shells.
const RINGS: usize = 2000;
const SHELLS: usize = 1000;

/// Rings of a tree: 200 cells across by 400 along the axis.
const MANY_RINGS: usize = 80_000;

/// For each row.
const SECONDS: Duration = Duration::from_secs(2);

/// Two species in a half plane, or on a half line.
struct Cloud {
    species: SpeciesTable,
    velocities: Vec<[f64; 3]>,
    gradients: Vec<[f64; 3]>,
    weights: Vec<f64>,
    regularisation: Regularisation,
}

impl Cloud {
    fn new(particles: usize, components: [bool; 3], delta: f64) -> Self {
        let mut numbers = Numbers(1);
        let mut vector = || components.map(|held| if held { numbers.next() } else { 0.0 });
        let mut vectors = || (0..particles).map(|_| vector()).collect::<Vec<_>>();
        let ranges = vec![0..particles / 2, particles / 2..particles];
        Self {
            species: SpeciesTable::new(vec![1.0; 2], ranges, vec![1.0, 0.5, 0.5, 2.0]),
            velocities: vectors(),
            gradients: vectors(),
            weights: vec![1.0 / particles as f64; particles],
            regularisation: Regularisation { squares: vec![delta * delta; 4], ..Default::default() },
        }
    }

    fn particles(&self) -> Particles<'_, 3> {
        let Self { species, velocities, gradients, weights, regularisation } = self;
        Particles { species, velocities, gradients, weights, spreads: None, regularisation }
    }
}

/// The best time of an evaluation, in seconds.
fn best(mut evaluate: impl FnMut()) -> f64 {
    evaluate();
    let (mut best, begin) = (f64::INFINITY, Instant::now());
    while begin.elapsed() < SECONDS {
        let start = Instant::now();
        evaluate();
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}

fn report(name: &str, particles: usize, seconds: f64, flops: Option<u32>, peak: f64) {
    let pairs = (particles * (particles - 1) / 2) as f64 / seconds;
    let share = flops.map_or(String::new(), |flops| {
        format!(", {flops} flops a pair, {:.0} % of the peak", 100.0 * pairs * f64::from(flops) / peak)
    });
    println!("{name}: {pairs:.2e} unordered pairs/s, {:.3} ms{share}", 1e3 * seconds);
}

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    for set in InstructionSet::available() {
        let peak = fma_peak::flops_per_second(set, 1);
        println!("{}: {peak:.2e} operations/s", set.name());
        for (gamma, delta) in
            [(-3.0, 0.0), (-3.0, 0.05), (-2.0, 0.0), (-2.0, 0.05), (-1.0, 0.05), (-2.5, 0.05), (0.0, 0.0)]
        {
            let cloud = Cloud::new(RINGS, [true, false, true], delta);
            let mut sums = vec![[0.0; 3]; RINGS];
            let mut sum = RingSum::new(gamma, HalfPlane { along: 2, across: 0 }, set);
            let seconds = pool.install(|| {
                best(|| {
                    sum.evaluate(cloud.particles(), Accuracy::Kept, &mut sums);
                })
            });
            let name = format!("{RINGS} rings, γ = {gamma}, δ = {delta}");
            report(&name, RINGS, seconds, flops_per_pair(gamma, delta != 0.0), peak);
        }
        for (gamma, delta, shells) in [(-3.0, 0.0, SHELLS), (-3.0, 0.05, SHELLS), (-2.0, 0.05, SHELLS)]
            .into_iter()
            .chain([(-3.0, 0.0, 10 * SHELLS), (-3.0, 0.005, 10 * SHELLS)])
        {
            let cloud = Cloud::new(shells, [true, false, false], delta);
            let mut sums = vec![[0.0; 3]; shells];
            for (way, mut sum) in [
                ("pair by pair", ShellSum::pair_by_pair(gamma, set)),
                ("as runs do", ShellSum::new(gamma, set)),
            ] {
                let seconds = pool.install(|| {
                    best(|| {
                        sum.evaluate(cloud.particles(), &mut sums);
                    })
                });
                let name = format!("{shells} shells, γ = {gamma}, δ = {delta}, {way}");
                report(&name, shells, seconds, None, peak);
            }
        }
        let cloud = Cloud::new(MANY_RINGS, [true, false, true], 0.005);
        let mut sums = vec![[0.0; 3]; MANY_RINGS];
        for tolerance in [1e-3, 1e-6] {
            let mut sum = RingSum::by_tree(-3.0, HalfPlane { along: 2, across: 0 }, tolerance, set);
            let error = sum.calibrate(cloud.particles());
            let seconds = pool.install(|| {
                best(|| {
                    sum.evaluate(cloud.particles(), Accuracy::Kept, &mut sums);
                })
            });
            let name = format!("{MANY_RINGS} rings by a tree to {tolerance:e}, of the error {error:.1e}");
            report(&name, MANY_RINGS, seconds, None, peak);
        }
    }
}
