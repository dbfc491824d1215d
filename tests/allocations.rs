//! Evaluations after the first do not allocate, since the workspaces have their final size by then. Only the
//! thread pool asks for a few blocks now and then.

#[path = "common/solver.rs"]
mod solver;

use landau::landau::{Evaluation, InStep};
use serde_json::{Value, json};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, with counters.
struct Counting;

/// The number of requested blocks, including reallocations, and their bytes.
static BLOCKS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

impl Counting {
    fn count(size: usize) {
        BLOCKS.fetch_add(1, Ordering::Relaxed);
        BYTES.fetch_add(size, Ordering::Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::count(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::count(size);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The number of evaluations after the first.
const EVALUATIONS: usize = 20;

/// The blocks and bytes that the evaluations after the first request.
fn allocated<const D: usize>(summed: &Value, gamma: f64, threads: usize) -> (usize, usize) {
    // Two widths, so that a tree has large leaves near small cells.
    let species = |name: &str, mass: f64, half_width: f64| {
        json!({
            "name": name, "mass": mass,
            "particles": { "lattice": { "per_axis": if D == 2 { 40 } else { 11 }, "half_width": half_width } },
            "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } }
        })
    };
    let mut scenario = json!({
        "version": 1, "dimension": D,
        "species": [species("one", 1.0, 3.5), species("other", 9.0, 1.2)],
        "collisions": { "gamma": gamma, "coefficients": { "uniform": 0.1 } },
        "time": { "step": 1.0, "steps": 1 }
    });
    for (key, value) in summed.as_object().unwrap() {
        scenario[key] = value.clone();
    }
    let scenario = solver::scenario(&scenario);
    let (problem, state) = solver::start::<D>(&scenario);
    let mut evaluation = Evaluation::empty(&problem);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut counts = (0, 0);
    // All evaluations run inside the pool, since entering it from outside allocates now and then. So does what a tree is
    // made ready with: the first evaluation takes the scores from there.
    pool.install(|| {
        let mut landau = solver::landau(&scenario, &problem);
        landau.evaluate(&state.velocities, InStep::unfenced(0), &mut evaluation).unwrap();
        let before = (BLOCKS.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed));
        for number in 1..=EVALUATIONS as u64 {
            // Random batches differ from step to step.
            landau.evaluate(&state.velocities, InStep::unfenced(number), &mut evaluation).unwrap();
        }
        let after = (BLOCKS.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed));
        counts = (after.0 - before.0, after.1 - before.1);
    });
    counts
}

fn check(summed: &Value, gamma: f64) {
    for threads in [1, 3] {
        let counts =
            [(2, allocated::<2>(summed, gamma, threads)), (3, allocated::<3>(summed, gamma, threads))];
        for (dimension, (blocks, bytes)) in counts {
            // These blocks are of the thread pool: bags of retired queues, and queues that grow by powers of
            // two. One block per evaluation would be twice as many.
            assert!(
                blocks <= EVALUATIONS / 2 && bytes <= 64 * 1024,
                "{dimension}-D, {summed}, γ = {gamma}, {threads} threads: {blocks} blocks, {bytes} bytes"
            );
        }
    }
}

/// The only test in this file, since allocations of others would be counted too.
#[test]
fn evaluations_after_the_first_allocate_nothing_of_their_own() {
    for score in [
        json!({ "mesh": { "order": 2 } }),
        json!({ "mesh": { "order": 6 } }),
        json!({ "particles": { "order": 4, "sums": { "mesh": {} } } }),
        json!({ "mesh": { "bandwidth": { "chv": {} }, "spacing": { "lattice": {} } } }),
    ] {
        for gamma in [-3.0, -1.3, 0.0] {
            check(&json!({ "score": score }), gamma);
        }
    }
    for summation in [
        json!({ "tree": { "tolerance": 1e-3 } }),
        json!({ "tree": { "tolerance": 1e-6 } }),
        json!({ "random_batch": { "size": 60, "seed": 1 } }),
    ] {
        for gamma in [-3.0, -1.3] {
            check(&json!({ "score": { "mesh": {} }, "summation": summation }), gamma);
        }
    }
}
