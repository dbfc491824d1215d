//! The tree against the direct sum.

use super::*;
use crate::collision::direct::DirectSum;

#[test]
#[ignore]
fn scan() {
    let n: usize = std::env::var("N").map_or(20000, |n| n.parse().unwrap());
    let capacity: usize = std::env::var("CAP").map_or(100, |n| n.parse().unwrap());
    let orders: Vec<usize> = std::env::var("P").map_or(vec![4, 6, 8, 10], |n| n.split(',').map(|p| p.parse().unwrap()).collect());
    let gamma: f64 = std::env::var("G").map_or(-3.0, |n| n.parse().unwrap());
    let two = std::env::var("D").is_ok();
    if two { scan_in::<2>(n, capacity, &orders, gamma) } else { scan_in::<3>(n, capacity, &orders, gamma) }
}

fn scan_in<const D: usize>(n: usize, capacity: usize, orders: &[usize], gamma: f64) {
    let mut state = 1_u64;
    let mut number = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let kind = std::env::var("KIND").unwrap_or_default();
    let velocities: Vec<[f64; D]> = (0..n).map(|p| std::array::from_fn(|_| {
        let x = (0..6).map(|_| number() - 0.5).sum::<f64>();
        match kind.as_str() { "box" => 2.0 * number() - 1.0, "scales" => x * if p % 2 == 0 { 1.0 } else { 0.01 }, _ => x }
    })).collect();
    let gradients: Vec<[f64; D]> = velocities.iter().map(|v| std::array::from_fn(|k| -v[k] * (0.5 + 0.5 * k as f64) + 0.1 * v[0] * v[1])).collect();
    let weights: Vec<f64> = (0..n).map(|p| 1.0 / n as f64 * (1.0 + (p % 3) as f64)).collect();
    let set = InstructionSet::detect();
    let mut exact = vec![[0.0; D]; n];
    if n <= 200_000 {
        DirectSum::<D>::new(gamma, &[n], &[1.0], &weights, set).evaluate(&velocities, &gradients, &mut exact);
    }
    for &order in orders {
        let few = Few { pairs: order.pow(D as u32) * 8, particles: order.pow(D as u32) };
        let start = std::time::Instant::now();
        let mut tree = TreeSum::<D>::with_order(gamma, &[n], &[1.0], &[1.0], &weights, order, capacity, few, set);
        let made = start.elapsed().as_secs_f64();
        let mut sums = vec![[0.0; D]; n];
        for _ in 0..2 {
        let start = std::time::Instant::now();
        tree.evaluate(&velocities, &gradients, &mut sums);
        let took = start.elapsed().as_secs_f64();
        let (mut error, mut size) = (0.0, 0.0);
        for p in 0..n {
            for k in 0..D {
                error += weights[p] * (sums[p][k] - exact[p][k]).powi(2);
                size += weights[p] * exact[p][k].powi(2);
            }
        }
        let energy: f64 = (0..n).map(|p| weights[p] * (0..D).map(|k| velocities[p][k] * sums[p][k]).sum::<f64>()).sum();
        let momentum: f64 = (0..n).map(|p| weights[p] * sums[p][0]).sum();
        println!("order {order}: error {:.2e} made {made:.2} took {took:.3} energy {energy:.1e} momentum {momentum:.1e} memory {:.0} MiB", (error / size as f64).sqrt(), tree.memory() as f64 / 1048576.0);
        }
    }
}
