//! The terms of the right-hand side: what acts on the particles.
//!
//! ```text
//! m_i dv_p/dt = −Σ_terms drag_p
//! ```
//!
//! Each term says what it adds to the drag, which invariants it keeps, and what it brings in from outside. Projections,
//! adaptive steps and the discrete gradient take their targets from that, and nothing else knows the list of terms.
//!
//! To add a term: write a file with a type that implements [`Term`], and put it into [`beside_pairs`].

mod background;
mod electric;
mod fixed;
mod pairs;
mod term;

pub use background::BackgroundCollisions;
pub use electric::ElectricForce;
pub use fixed::FixedCollisions;
pub use pairs::PairCollisions;
pub use term::{Precision, Request, Supply, Term};

use crate::problem::{Conserved, Problem};

/// The terms of a problem besides the collisions between moving species.
pub fn beside_pairs<const D: usize>(problem: &Problem<D>) -> Vec<Box<dyn Term<D>>> {
    let mut terms: Vec<Box<dyn Term<D>>> = vec![Box::new(FixedCollisions)];
    for index in 0..problem.backgrounds.len() {
        terms.push(Box::new(BackgroundCollisions { index }));
    }
    if problem.fields.electric.is_some() {
        terms.push(Box::new(ElectricForce));
    }
    terms
}

/// The names of the sources of a problem: its backgrounds and fields, in the order of
/// [`Evaluation::sources`](crate::landau::Evaluation::sources).
pub fn sources<const D: usize>(problem: &Problem<D>) -> Vec<String> {
    beside_pairs(problem).iter().filter_map(|term| term.source(problem)).collect()
}

/// What all terms of a problem keep together, besides the mass of each species.
///
/// Collisions between moving species keep everything.
pub fn conserved<const D: usize>(problem: &Problem<D>) -> Conserved<D> {
    beside_pairs(problem)
        .iter()
        .fold(Conserved::MomentumAndEnergy, |all, term| all.and(term.conserved(problem)))
}
