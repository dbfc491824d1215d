//! Measures the machine's peak rate of floating-point operations, by independent chains of multiply-adds in
//! registers. A fused multiply-add counts as two operations.

use std::hint::black_box;
use std::time::Instant;

use landau::kernel::lanes::InstructionSet;

const STEPS: usize = 200_000;

/// Operations per second of `threads` threads together, the best of five measurements.
pub fn flops_per_second(set: InstructionSet, threads: usize) -> f64 {
    (0..5).map(|_| once(set, threads)).fold(0.0, f64::max)
}

fn once(set: InstructionSet, threads: usize) -> f64 {
    let barrier = std::sync::Barrier::new(threads);
    let start = std::sync::OnceLock::new();
    let flops: f64 = std::thread::scope(|scope| {
        let work = || {
            barrier.wait();
            start.get_or_init(Instant::now);
            chains(set)
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).sum()
    });
    flops / start.get().expect("set by the threads").elapsed().as_secs_f64()
}

/// Runs the chains on one thread and returns the number of operations.
fn chains(set: InstructionSet) -> f64 {
    match set {
        // SAFETY: an `InstructionSet` beyond the portable one is only offered where it exists.
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx512 => unsafe { x86::avx512() },
        #[cfg(target_arch = "x86_64")]
        InstructionSet::Avx2 => unsafe { x86::avx2() },
        _ => portable(),
    }
}

/// Separate multiplications and additions, equally many of each.
fn portable() -> f64 {
    const WIDTH: usize = 2;
    let (a, b) = (black_box(0.999), black_box(1e-3));
    let mut x = [[1.0_f64; WIDTH]; 12];
    for _ in 0..STEPS {
        for chain in &mut x {
            for lane in chain {
                *lane = *lane * a + b;
            }
        }
    }
    black_box(x);
    (2 * STEPS * 12 * WIDTH) as f64
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::STEPS;
    use std::arch::x86_64::*;
    use std::hint::black_box;

    #[target_feature(enable = "avx512f")]
    pub fn avx512() -> f64 {
        const CHAINS: usize = 24;
        let (a, b) = (_mm512_set1_pd(black_box(0.999)), _mm512_set1_pd(black_box(1e-3)));
        let mut x = [_mm512_set1_pd(1.0); CHAINS];
        for _ in 0..STEPS {
            for chain in &mut x {
                *chain = _mm512_fmadd_pd(*chain, a, b);
            }
        }
        black_box(x);
        (2 * STEPS * CHAINS * 8) as f64
    }

    #[target_feature(enable = "avx2,fma")]
    pub fn avx2() -> f64 {
        const CHAINS: usize = 12;
        let (a, b) = (_mm256_set1_pd(black_box(0.999)), _mm256_set1_pd(black_box(1e-3)));
        let mut x = [_mm256_set1_pd(1.0); CHAINS];
        for _ in 0..STEPS {
            for chain in &mut x {
                *chain = _mm256_fmadd_pd(*chain, a, b);
            }
        }
        black_box(x);
        (2 * STEPS * CHAINS * 4) as f64
    }
}
