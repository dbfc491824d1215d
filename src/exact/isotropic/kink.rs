//! The kink of the kernel of Coulomb collisions, on grids of unlike widths.
//!
//! κ = 2/(3 v_>³) has a kink at equal speeds, −v⁴ |v − v*| in K. A sum over faces errs by its place between two of
//! them, which differs from face to face of the other grid. So |x|, x = v − v*, gives way to
//!
//! ```text
//! ⟨|x + ξ|⟩ − ½ σ² ⟨|x + ξ|⟩''
//! ```
//!
//! averaged over the product of the hat functions of both faces, of variance σ² = (h² + h'²)/6. The average is the
//! second difference in h and in h' of |x|⁵/120. The sum over faces then has no error of second order from the kink.

use super::grid::{Grid, is_slower};

/// What is added to K for the pairs of faces that the kink reaches: a face of either grid, and the number. `factor` is
/// 16 π² c h h'.
pub fn additions(factor: f64, first: Grid, second: Grid) -> Vec<(usize, usize, f64)> {
    let (h, other_h) = (first.width, second.width);
    let variance = (h * h + other_h * other_h) / 6.0;
    let second_difference = [(-1.0, 1.0), (0.0, -2.0), (1.0, 1.0)];
    let mut all = Vec::new();
    for a in 0..first.faces() {
        let v = first.face(a);
        let reached = |b: &usize| (second.face(*b) - v).abs() < h + other_h;
        let from = ((v - h) / other_h - 3.0).max(0.0) as usize;
        for b in (from..second.faces()).skip_while(|b| !reached(b)).take_while(reached) {
            let distance = v - second.face(b);
            let mut smooth = 0.0;
            for (p, weight) in second_difference {
                for (q, other_weight) in second_difference {
                    let x = (distance + p * h + q * other_h).abs();
                    smooth += weight * other_weight * (x.powi(5) / 120.0 - 0.5 * variance * x.powi(3) / 6.0);
                }
            }
            smooth /= (h * other_h).powi(2);
            let (grid, slower) = if is_slower(second, b, first, a) { (second, b) } else { (first, a) };
            all.push((a, b, factor * grid.corrected(slower) * (distance.abs() - smooth)));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Σ_b (|x| + what is added) over a long grid, less the integral, for faces at several places between those of the
    /// other grid.
    #[test]
    fn sums_over_faces_have_no_error_from_their_place() {
        let (first, second) = (Grid { cells: 30, width: 0.31 }, Grid { cells: 70, width: 0.2 });
        let added = additions(1.0, first, second);
        let (mut worst, mut worst_plain) = (0.0f64, 0.0f64);
        // Away from the origin, so that all faces that the kink reaches are there.
        for a in 9..20 {
            let v = first.face(a);
            // A polynomial that vanishes at both ends, and its integral with |v − v*|, whose second derivative is 2δ.
            let end = second.face(second.faces() - 1);
            let weight = |x: f64| (x * (end - x)).powi(2);
            let inner = |x: f64| end * end * x.powi(4) / 12.0 - end * x.powi(5) / 10.0 + x.powi(6) / 30.0;
            let total = end.powi(5) / 30.0;
            // ∫ w |v − x| dx = 2 W(v) + (½ end − v) ∫ w, W'' = w, W(0) = W'(0) = 0.
            let exact = 2.0 * inner(v) + (0.5 * end - v) * total;
            let plain: f64 = (0..second.faces())
                .map(|b| weight(second.face(b)) * (v - second.face(b)).abs() * second.width)
                .sum();
            let correction: f64 = added
                .iter()
                .filter(|&&(face, ..)| face == a)
                .map(|&(_, b, k)| {
                    let (grid, slower) =
                        if is_slower(second, b, first, a) { (second, b) } else { (first, a) };
                    // Additions are to −|x|.
                    -k / grid.corrected(slower) * weight(second.face(b)) * second.width
                })
                .sum();
            worst = worst.max(((plain + correction - exact) / exact).abs());
            worst_plain = worst_plain.max(((plain - exact) / exact).abs());
        }
        // Of order 2 without, h²/12 to −h²/24 times the weight, and of order 4 with it.
        assert!(worst_plain > 3e-4 && worst < 5e-7, "{worst_plain} {worst}");
    }
}
