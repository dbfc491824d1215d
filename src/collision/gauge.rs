//! Gradients without the part that no pair feels.
//!
//! A(z) z = 0, so that the pair sums of g and of g − a − λ (v − V) are the same for any a and λ. An
//! approximate sum of what is left has the smaller error: near equilibrium g is almost −(v − u)/T, and the
//! sums almost cancel. Least squares with the weights w choose a and λ, for species that do not interact apart.

use super::conserve::Group;

/// Writes `gradients` without the best fit a + λ (v − V) of each group of species, V the mean of its velocities.
pub fn remove<const D: usize>(
    groups: &mut [Group],
    weights: &[f64],
    velocities: &[[f64; D]],
    gradients: &[[f64; D]],
    left: &mut Vec<[f64; D]>,
) {
    left.resize(velocities.len(), [0.0; D]);
    for group in groups {
        let [weight, velocity @ .., _] = group.total(|_, p| {
            let mut terms = [weights[p]; 5];
            for (term, v) in terms[1..].iter_mut().zip(&velocities[p]) {
                *term *= v;
            }
            terms
        });
        let relative = |p: usize, axis: usize| velocities[p][axis] - velocity[axis] / weight;
        let [_, gradient @ .., square] = group.total(|_, p| {
            let mut terms = [weights[p]; 5];
            terms[4] = 0.0;
            for (axis, g) in gradients[p].iter().enumerate() {
                terms[1 + axis] *= g;
                terms[4] += weights[p] * relative(p, axis).powi(2);
            }
            terms
        });
        let [along, ..] = group.total(|_, p| {
            let mut terms = [0.0; 5];
            for (axis, g) in gradients[p].iter().enumerate() {
                terms[0] += weights[p] * relative(p, axis) * g;
            }
            terms
        });
        let slope = if square > 0.0 { along / square } else { 0.0 };
        for p in group.species.iter().flat_map(|(_, range)| range.clone()) {
            left[p] = std::array::from_fn(|axis| {
                gradients[p][axis] - gradient[axis] / weight - slope * relative(p, axis)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collision::conserve::groups;

    #[test]
    fn nothing_is_left_of_the_gradients_of_a_maxwellian() {
        let velocities: Vec<[f64; 3]> =
            (0..50).map(|p| [p as f64, (p * p % 17) as f64, (p * 7 % 11) as f64 - 30.0]).collect();
        let weights: Vec<f64> = (0..50).map(|p| 1.0 + (p % 3) as f64).collect();
        let gradients: Vec<[f64; 3]> = velocities.iter().map(|v| v.map(|v| -0.7 * (v - 4.0))).collect();
        let mut left = Vec::new();
        let mut groups = groups(&[1.0, 1.0], &[0..20, 20..50], &[1.0; 4]);
        remove(&mut groups, &weights, &velocities, &gradients, &mut left);
        // A few ulp of gradients of at most 40.
        assert!(left.iter().flatten().all(|g| g.abs() < 1e-13));
    }
}
