//! The program as users drive it: commands, files, errors, restarts, plots, its reference.

#[path = "../common/program.rs"]
mod program;
#[path = "../common/python.rs"]
mod python;
#[path = "../common/solver.rs"]
mod solver;

mod bad_scenarios;
mod cli;
mod columns;
mod folders;
mod functionals;
mod openpmd;
mod openpmd_input;
mod plots;
mod readme;
mod resume;
mod summary;
mod theorems;
