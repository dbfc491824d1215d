//! Tests of what the solver computes: initial data, scores, rates, conservation, time integration, exact
//! solutions.
//!
//! All are in one program, since each program would compile all loops of the solver again.

#[path = "../common/fit.rs"]
mod fit;
#[path = "../common/integrators.rs"]
mod integrators;
#[path = "../common/program.rs"]
mod program;
#[path = "../common/python.rs"]
mod python;
#[path = "../common/solver.rs"]
mod solver;

mod accuracy;
mod batches;
mod conservation;
mod determinism;
mod dissipation;
mod drift;
mod exactness;
mod fields;
mod following;
mod golden_chv;
mod initial;
mod lattices;
mod mutations;
mod openpmd_input;
mod orbits;
mod pairs_of_species;
mod rates;
#[cfg(not(debug_assertions))]
mod regularisation;
#[cfg(not(debug_assertions))] // Takes optimised code.
mod score_study;
mod scores;
mod tables;
mod theorems;
#[cfg(not(debug_assertions))]
mod time;
mod time_scenarios;
mod transport;
#[cfg(not(debug_assertions))]
mod tree;
mod units;
#[cfg(not(debug_assertions))]
mod verification;
mod weights;
