//! The order in the lattice spacing of every functional, for densities that are not Gaussian: dipole data and a sum of
//! Gaussians in two dimensions, about a center where they are next to nothing, so that weights are smooth.
//!
//! The exact values are sums over a fine mesh of the density itself, of which every derivative is a difference of
//! fourth order.

use super::tests::{Functionals, Wanted, functionals, lattice};
use super::*;

const CENTER: [f64; 2] = [9.0, 3.0];
const GAMMA: f64 = -3.0;
/// The bandwidth in squares of the spacing: at 1 the lattice itself shows in second derivatives from 1e-4 on.
const WIDE: f64 = 1.5;

/// log f = −|v|²/2 + a v_x exp(−|v|²/6): dipole data, smooth at the origin.
fn dipole(v: [f64; 2]) -> f64 {
    let square = dot(v, v);
    -0.5 * square + 0.8 * v[0] * (-square / 6.0).exp()
}

/// Two Gaussians of different widths, weights and places.
fn pair(v: [f64; 2]) -> f64 {
    let one = |place: [f64; 2], temperature: f64| {
        let from: [f64; 2] = std::array::from_fn(|axis| v[axis] - place[axis]);
        -0.5 * dot(from, from) / temperature
    };
    let (first, second) = (one([1.0, 0.3], 0.9), one([-1.0, -0.2], 1.2) - 0.5);
    let largest = first.max(second);
    largest + ((first - largest).exp() + (second - largest).exp()).ln()
}

fn wanted() -> Wanted {
    Wanted { betas: vec![0.0, 1.0, 1.5], dissipations: vec![0.0, 1.0], fisher_rate: true, gamma: GAMMA }
}

/// In one list, with a name for each.
fn listed(found: &Functionals) -> Vec<(&'static str, f64)> {
    let [radial, angular] = found.fisher_rate.unwrap();
    let names = ["H", "I", "J_0", "J_1", "J_1.5", "D_0", "D_1", "radial rate of I", "spherical rate of I"];
    let values =
        [&[found.entropy, found.fisher][..], &found.spherical, &found.dissipations, &[radial, angular]];
    names.into_iter().zip(values.concat()).collect()
}

/// ∂ and ∂² of fourth order along lines through v.
fn node(log: &dyn Fn([f64; 2]) -> f64, v: [f64; 2]) -> Node<2> {
    // h⁴ times a sixth derivative and rounding over h²: both 1e-10.
    let h = 5e-3;
    let along = |direction: [f64; 2], steps: f64| {
        log(std::array::from_fn(|axis| v[axis] + steps * h * direction[axis]))
    };
    let first = |d: [f64; 2]| {
        (8.0 * (along(d, 1.0) - along(d, -1.0)) - (along(d, 2.0) - along(d, -2.0))) / (12.0 * h)
    };
    let second = |d: [f64; 2]| {
        (16.0 * (along(d, 1.0) + along(d, -1.0)) - along(d, 2.0) - along(d, -2.0) - 30.0 * along(d, 0.0))
            / (12.0 * h * h)
    };
    let (x, y) = (second([1.0, 0.0]), second([0.0, 1.0]));
    let mixed = 0.25 * (second([1.0, 1.0]) - second([1.0, -1.0]));
    Node {
        from_center: std::array::from_fn(|axis| v[axis] - CENTER[axis]),
        density: log(v).exp(),
        score: [first([1.0, 0.0]), first([0.0, 1.0])],
        hessian: [[x, mixed], [mixed, y]],
    }
}

fn exact(log: &dyn Fn([f64; 2]) -> f64) -> Functionals {
    let wanted = wanted();
    let (velocities, _, spacing) = lattice::<2>(160, 8.0, |_| 1.0);
    let integrands = wanted.integrands::<2>();
    let mut sums = vec![0.0; integrands.len()];
    for &v in &velocities {
        let node = node(log, v);
        sums.iter_mut().zip(&integrands).for_each(|(sum, integrand)| *sum += integrand.at(&node));
    }
    wanted.named(&sums.iter().map(|sum| sum * spacing * spacing).collect::<Vec<_>>())
}

#[test]
fn functionals_of_dipole_data_and_of_sums_have_the_order_of_the_scores() {
    for (name, log) in [("dipole", dipole as fn([f64; 2]) -> f64), ("pair", pair)] {
        let exact = listed(&exact(&log));
        for order in [2, 6] {
            let at = |n: usize| {
                let (velocities, weights, h) = lattice::<2>(n, 8.0, |v| log(v).exp());
                let mollifier = (WIDE * h * h, order, 7.5);
                listed(&functionals(&velocities, &weights, mollifier, CENTER, &wanted()))
            };
            let (coarse, fine) = (at(96), at(144));
            for ((&(functional, exact), (_, coarse)), (_, fine)) in exact.iter().zip(coarse).zip(fine) {
                let errors = [coarse, fine].map(|found| (found / exact - 1.0).abs());
                let slope = (errors[0] / errors[1]).ln() / 1.5f64.ln();
                assert!(
                    (slope / f64::from(order) - 1.0).abs() < 0.15,
                    "{name}, order {order}, {functional}: {slope} {errors:?}"
                );
            }
        }
    }
}
