//! What one of many ranks computes in an evaluation, and what it receives: `cargo bench --bench ranks > plots/gallery/ranks.csv`.
//!
//! A rank in the middle runs by itself. In place of what others would send it takes copies of its own numbers: the
//! results are wrong, the work is that of the run. Seconds are of one processor core, so that other programs on the machine
//! do not count. Linux only.

use landau::collision::interface::Accuracy;
use landau::kernel::lanes::InstructionSet;
use landau::landau::{Drive, Evaluation, InStep};
use landau::ranks::{Communicator, Ranks};
use landau::scenario;
use landau::setup;
use serde_json::{Value, json};
use std::fs;
use std::sync::Arc;

/// A rank whose others send nothing.
#[derive(Debug)]
struct ByItself {
    rank: usize,
    size: usize,
}

impl Communicator for ByItself {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn gather(&self, bounds: &[usize], all: &mut [f64]) {
        let own = all[bounds[self.rank]..bounds[self.rank + 1]].to_vec();
        if !own.is_empty() {
            all.iter_mut().zip(own.iter().cycle()).for_each(|(number, own)| *number = *own);
        }
    }

    fn exchange(&self, _outgoing: &[(usize, Vec<f64>)], incoming: &mut [(usize, Vec<f64>)]) {
        incoming.iter_mut().for_each(|(_, numbers)| numbers.fill(0.0));
    }
}

/// Seconds of a core that this process has taken.
fn seconds() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").expect("Linux");
    let after = text.rsplit(')').next().unwrap_or_default();
    let mut words = after.split_whitespace().skip(11);
    let mut ticks = || words.next().and_then(|word| word.parse::<f64>().ok()).unwrap_or(f64::NAN);
    // A tick is a hundredth of a second.
    0.01 * (ticks() + ticks())
}

fn measure(name: &str, changes: &Value, counts: &[usize]) {
    let mut scenario = json!({
        "version": 1, "dimension": 3,
        "species": [{
            "name": "electron", "mass": 1.0, "particles": { "lattice": { "per_axis": changes["per_axis"] } },
            "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } }
        }],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.1 } },
        "time": { "step": 0.1, "steps": 1 }
    });
    for key in ["summation", "symmetry"] {
        if let Some(value) = changes.get(key) {
            scenario[key] = value.clone();
        }
    }
    let (scenario, _) = scenario::parse(name, scenario.to_string(), &[]).unwrap_or_else(|e| panic!("{e:?}"));
    let (problem, state) = setup::problem_and_state::<3>(&scenario).unwrap_or_else(|e| panic!("{e}"));
    let problem = Arc::new(problem);
    for &size in counts {
        let ranks = Ranks::of(Box::new(ByItself { rank: (size / 2).saturating_sub(1), size }));
        let landau = setup::landau(&scenario, &problem, &state.velocities, InstructionSet::detect());
        let mut landau = landau.unwrap_or_else(|e| panic!("{e}")).among(&ranks);
        let mut evaluation = Evaluation::empty(&problem);
        let mut scores = vec![[0.0; 3]; problem.particles()];
        let within = InStep::unfenced(1);
        let mut taken = [f64::INFINITY; 2];
        // The first evaluation makes the workspace.
        for round in 0..3 {
            let before = (ranks.received(), seconds());
            landau
                .evaluate_scores(&state.velocities, within, &mut scores, &mut evaluation.entropies)
                .unwrap();
            let middle = seconds();
            // Scores are for a sum of its own, which is not measured for errors.
            let drive = Drive { accuracy: Accuracy::Rough, ..Drive::by(&state.velocities) };
            landau.evaluate_rates(&state.velocities, within, drive, &mut evaluation).unwrap();
            let after = (ranks.received(), seconds());
            if round > 0 {
                taken = [taken[0].min(middle - before.1), taken[1].min(after.1 - middle)];
            }
            if round == 2 {
                let (particles, [score, pairs]) = (problem.particles(), taken);
                let bytes = after.0.bytes - before.0.bytes;
                let exchanges = after.0.gathers + after.0.messages - before.0.gathers - before.0.messages;
                println!("{name},{particles},{size},{score:.3},{pairs:.3},{exchanges},{bytes}");
            }
        }
    }
}

fn main() {
    // One thread, whose seconds are those of a core.
    let threads = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
    threads.unwrap_or_else(|error| panic!("{error}"));
    println!("summation,particles,ranks,score_seconds,pair_seconds,exchanges,bytes");
    let tree = json!({ "tree": { "tolerance": 1e-3 } });
    let counts = [1, 2, 4, 16, 64, 1024];
    measure("direct", &json!({ "per_axis": 32 }), &counts);
    measure("tree", &json!({ "per_axis": 32, "summation": tree }), &counts);
    measure("tree", &json!({ "per_axis": 64, "summation": tree }), &counts);
    measure("rings", &json!({ "per_axis": 180, "symmetry": { "axial": {} } }), &counts);
}
