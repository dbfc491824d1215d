//! How strongly a species collides with fixed ones beside how strongly it collides with itself, c n/m² of both: the
//! two that the Lyapunov functional of theorem 1.3 weighs (Junné, Winter, Yoldaş 2025).

use landau::functionals::moments::Moments;
use landau::problem::{Conserved, Problem};

/// The bound on K of condition (1.11).
const K: f64 = 3e5;

/// Names of species, each with what it says of them; none but with fixed species at one velocity.
pub fn lines<const D: usize>(problem: &Problem<D>, velocities: &[[f64; D]]) -> Vec<(String, String)> {
    if problem.fixed.is_empty() || !matches!(problem.conserved(), Conserved::EnergyAbout(_)) {
        return Vec::new();
    }
    let of = |(i, species): (usize, &landau::problem::Species<D>)| {
        let range = species.range.clone();
        let density = Moments::of(species.mass, &velocities[range.clone()], &problem.weights[range]).density;
        let own = problem.coefficients[i * problem.species.len() + i] * density;
        let strengths = &problem.fixed_coefficients[i * problem.fixed.len()..];
        let fixed: f64 = problem.fixed.iter().zip(strengths).map(|(one, c)| c * one.density).sum();
        (species.name.clone(), words(fixed, own))
    };
    problem.species.iter().enumerate().map(of).collect()
}

/// Both are c n: the mass is that of one species.
fn words(fixed: f64, own: f64) -> String {
    if fixed == 0.0 {
        return "does not collide with fixed species".to_string();
    }
    if own == 0.0 {
        return "collides with fixed species alone, not with itself".to_string();
    }
    let ratio = fixed / own;
    format!(
        "c n with fixed species over c n with itself {ratio:.3e}, {:.3e} of K = {K:e} (condition (1.11) of theorem 1.3 in Junné, Winter, Yoldaş 2025; which side it asks for is said there)",
        ratio / K
    )
}
