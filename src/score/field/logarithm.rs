//! From a density on the mesh to the entropy of it, and to the logarithms that its gradient sums.

use super::Field;
use crate::sum::Sum;
use std::ops::Range;

impl<const D: usize> Field<D> {
    /// Replaces every density ρ by log ρ + `shift` and returns Σ η^d ρ (log ρ + shift − 1); nodes
    /// outside the bounds, and those no particle reaches, become 0 and count for nothing.
    pub fn take_logarithm(&mut self, shift: f64) -> f64 {
        self.plane_entropies.clear();
        self.plane_entropies.resize(self.layout.planes(), 0.0);
        let (mut values, mut entropies) =
            (std::mem::take(&mut self.values), std::mem::take(&mut self.plane_entropies));
        self.logarithm_of_planes(0..self.layout.planes(), &mut values, &mut entropies, shift);
        (self.values, self.plane_entropies) = (values, entropies);
        let mut entropy = Sum::default();
        self.plane_entropies.iter().for_each(|&plane| entropy.add(plane));
        entropy.value() * self.geometry.spacing.powi(D as i32)
    }

    fn logarithm_of_planes(
        &self,
        planes: Range<usize>,
        values: &mut [f64],
        entropies: &mut [f64],
        shift: f64,
    ) {
        if planes.len() > 1 {
            let middle = planes.start + planes.len() / 2;
            let split = self.layout.plane_offset(middle) - self.layout.plane_offset(planes.start);
            let (low, high) = values.split_at_mut(split);
            let (low_entropies, high_entropies) = entropies.split_at_mut(middle - planes.start);
            rayon::join(
                || self.logarithm_of_planes(planes.start..middle, low, low_entropies, shift),
                || self.logarithm_of_planes(middle..planes.end, high, high_entropies, shift),
            );
            return;
        }
        let Some(entropy) = entropies.first_mut() else { return };
        let base = self.layout.plane_offset(planes.start);
        let plane = self.layout.first_plane() + planes.start as i64;
        let inside = |place: i64| self.geometry.bound.is_none_or(|bound| (0..bound as i64).contains(&place));
        for (place, row) in self.layout.rows_of(planes.start) {
            let stored = &mut values[row.offset - base..row.offset - base + row.length];
            let row_inside = inside(plane) && (D == 2 || inside(place));
            for (node, value) in (row.first..).zip(stored) {
                let density = *value;
                *value = if row_inside && inside(node) && density != 0.0 {
                    let logarithm = density.ln() + shift;
                    *entropy += density * (logarithm - 1.0);
                    logarithm
                } else {
                    0.0
                };
            }
        }
    }
}
