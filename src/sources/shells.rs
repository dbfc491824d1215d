//! Carries the weights of shells to the cells of a lattice of radii.
//!
//! A shell at r gives to the six cells around it the shares l_k(r), Lagrange's polynomials of degree 5 over the line on which
//! a cell at r_k has its mirror image at −r_k. Σ_k l_k(r) q(r_k) = q(r) for every polynomial q up to degree 5, so
//! mass, energy and the fourth moment stay. A density whose shells have moved by a h from the cells changes by
//! a h⁶ ∂⁶f/60 at most; in a flow this adds up to a hyperdiffusion of fifth order in h.
//!
//! Beside a density that falls steeply such shares may leave a cell below 0. Of the shells that took too much there a part is
//! then shared between the two cells around them, linearly in r²: this keeps mass and energy too, and is positive. Within the first
//! cell and beyond the last that part goes to the cell alone, and two cells that can afford it exchange the weight
//! that restores the energy.

use super::shares::{self, Choice, Share, shared};

/// Cells that a shell is shared among.
const CELLS: usize = 6;

/// The weights of the cells, at increasing radii, from shells at radii ≥ 0. `None` where a shell is farther beyond the
/// last cell than the one before is within, where there are fewer than three cells, or where so much weight is within the first
/// cell or beyond the last that no two cells can restore its energy.
pub fn carried(cells: &[f64], places: &[f64], weights: &[f64]) -> Option<Vec<f64>> {
    if cells.len() < CELLS / 2 {
        return None;
    }
    let (last, before) = (cells[cells.len() - 1], cells[cells.len() - 2]);
    let (mut choices, mut heavy) = (Vec::new(), Vec::new());
    for (&place, &weight) in places.iter().zip(weights).filter(|(_, weight)| **weight != 0.0) {
        if place > 2.0 * last - before {
            return None;
        }
        choices.push(Choice {
            smooth: Some(shares::smooth::<CELLS>(cells, place)),
            plain: positive(cells, place),
        });
        heavy.push((place, weight));
    }
    let of_heavy: Vec<f64> = heavy.iter().map(|(_, weight)| *weight).collect();
    let found = shared(cells.len(), &choices, &of_heavy);
    let outside = |&(place, weight): &(f64, f64)| {
        let square = place * place;
        let [low, high] = [cells[0], last].map(|cell| cell * cell);
        [low - square, square - high].map(|beyond| weight * beyond.max(0.0))
    };
    let blended = || heavy.iter().zip(&found.blends);
    let [gained, lost] =
        [0, 1].map(|end| blended().map(|(shell, blend)| blend * outside(shell)[end]).sum::<f64>());
    let mut weights = found.weights;
    let is_whole = weights.iter().all(|weight| *weight >= 0.0)
        && inwards(cells, &mut weights, gained)
        && outwards(cells, &mut weights, lost);
    is_whole.then_some(weights)
}

/// Takes an amount from Σ w r², by weight that moves in by a cell, as near the first cell as there is enough of it.
fn inwards(cells: &[f64], weights: &mut [f64], amount: f64) -> bool {
    let moving = |k: usize| amount / (cells[k + 1] * cells[k + 1] - cells[k] * cells[k]);
    let Some(k) = (0..cells.len() - 1).find(|&k| weights[k + 1] >= moving(k)) else { return false };
    weights[k] += moving(k);
    weights[k + 1] -= moving(k);
    true
}

/// Adds an amount to Σ w r², by weight that moves out by a cell, as near the last cell as there is enough of it.
fn outwards(cells: &[f64], weights: &mut [f64], amount: f64) -> bool {
    let moving = |k: usize| amount / (cells[k + 1] * cells[k + 1] - cells[k] * cells[k]);
    let Some(k) = (0..cells.len() - 1).rev().find(|&k| weights[k] >= moving(k)) else { return false };
    weights[k] -= moving(k);
    weights[k + 1] += moving(k);
    true
}

/// Shares linear in r² between two cells, or the nearest cell alone within the first and beyond the last.
fn positive(cells: &[f64], radius: f64) -> [Share; 2] {
    let low = shares::first(cells, radius, 2).max(0) as usize;
    let (inner, outer) = (cells[low] * cells[low], cells[low + 1] * cells[low + 1]);
    let share = ((radius * radius - inner) / (outer - inner)).clamp(0.0, 1.0);
    [(low, 1.0 - share), (low + 1, share)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sum::sum;

    fn lattice(count: usize, spacing: f64) -> Vec<f64> {
        (0..count).map(|k| (k as f64 + 0.5) * spacing).collect()
    }

    fn moment(places: &[f64], weights: &[f64], power: i32) -> f64 {
        sum(places.iter().zip(weights).map(|(r, w)| w * r.powi(power)))
    }

    /// Shells that stand on cells stay there bit for bit, and those anywhere keep mass, energy and the fourth moment.
    #[test]
    fn what_stands_on_cells_stays_and_moments_are_kept() {
        let cells = lattice(20, 0.3);
        let density = |r: f64| r * r * (-0.5 * r * r).exp();
        let weights: Vec<f64> = cells.iter().map(|&r| density(r)).collect();
        assert_eq!(carried(&cells, &cells, &weights).unwrap(), weights);
        let moved: Vec<f64> = cells.iter().map(|r| (r * 0.93 - 0.03 * r.sin()).abs()).collect();
        let found = carried(&cells, &moved, &weights).unwrap();
        for power in [0, 2, 4] {
            let (before, after) = (moment(&moved, &weights, power), moment(&cells, &found, power));
            // Six shares of each shell, each product of five quotients, round.
            assert!((after / before - 1.0).abs() < 1e-14, "{power}: {before} {after}");
        }
        assert!(found.iter().all(|weight| *weight >= 0.0));
    }

    /// A flow by a small part of a cell, many times over, errs by the fifth power of the spacing.
    #[test]
    fn a_flow_is_carried_to_fifth_order() {
        let exact = |r: f64| (-(r - 2.0).powi(2) / 0.16).exp();
        let error = |count: usize| {
            let cells = lattice(count, 6.0 / count as f64);
            // Outwards from 2 − 0.5 to 2.
            let mut weights: Vec<f64> = cells.iter().map(|&r| exact(r + 0.5)).collect();
            let moved: Vec<f64> = cells.iter().map(|r| r + 0.01).collect();
            for _ in 0..50 {
                let mut inside = moved.clone();
                // The last cell has no weight worth moving.
                *inside.last_mut().unwrap() -= 0.01;
                weights = carried(&cells, &inside, &weights).unwrap();
            }
            cells.iter().zip(&weights).map(|(&r, w)| (w - exact(r)).abs()).fold(0.0, f64::max)
        };
        let (coarse, fine) = (error(60), error(120));
        println!("{coarse:e} {fine:e}");
        // The slope is 5; where the tail is shared positively it is less.
        assert!(coarse < 0.02 && (4.0..6.0).contains(&(coarse / fine).log2()), "{coarse:e} {fine:e}");
    }

    /// A front stays positive, with its mass and energy.
    #[test]
    fn a_front_stays_positive() {
        let cells = lattice(12, 1.0);
        let weights: Vec<f64> = (0..12).map(|k| if k < 7 { 1.0 } else { 0.0 }).collect();
        let moved: Vec<f64> = cells.iter().map(|r| r + 0.4).collect();
        let found = carried(&cells, &moved, &weights).unwrap();
        assert!(found.iter().all(|weight| *weight >= 0.0), "{found:?}");
        for power in [0, 2] {
            let (before, after) = (moment(&moved, &weights, power), moment(&cells, &found, power));
            assert!((after / before - 1.0).abs() < 1e-14, "{power}: {before} {after}");
        }
    }

    /// At both ends of the lattice no positive shares of a shell alone keep its energy.
    #[test]
    fn what_is_within_the_first_cell_and_beyond_the_last_keeps_its_energy() {
        let cells = lattice(6, 1.0);
        let (places, weights) = ([0.1, 0.2, 3.3, 5.9, 5.7], [0.5, 1.0, 2.0, 0.01, 0.02]);
        let found = carried(&cells, &places, &weights).unwrap();
        assert!(found.iter().all(|weight| *weight >= 0.0), "{found:?}");
        for power in [0, 2] {
            let (before, after) = (moment(&places, &weights, power), moment(&cells, &found, power));
            assert!((after / before - 1.0).abs() < 1e-14, "{power}: {before} {after}");
        }
    }

    #[test]
    fn what_is_beyond_the_lattice_is_refused() {
        let cells = lattice(5, 1.0);
        assert_eq!(carried(&cells, &[5.6], &[1.0]), None);
        // All weight a little beyond the last cell: none is left to restore its energy.
        assert_eq!(carried(&cells, &[4.7], &[1.0]), None);
        // What has no weight is nowhere.
        assert_eq!(carried(&cells, &[5.6, 1.5], &[0.0, 2.0]).unwrap(), [0.0, 2.0, 0.0, 0.0, 0.0]);
        assert_eq!(carried(&cells[..2], &[0.5], &[1.0]), None);
    }
}
