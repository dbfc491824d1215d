//! Tests of the program as users run it: commands, files, errors, restarts, plots, and the README.

#[path = "../common/fit.rs"]
mod fit;
#[path = "../common/integrators.rs"]
mod integrators;
#[path = "../common/program.rs"]
mod program;
#[path = "../common/python.rs"]
mod python;

mod bad_scenarios;
mod cli;
mod columns;
mod driven;
mod echoes;
mod folders;
mod functionals;
mod imports;
mod instruction_sets;
mod lattices;
mod openpmd;
mod orbits;
mod particle_sums;
mod plasmas;
mod plots;
mod readme;
mod resume;
mod summary;
mod sweeps;
mod tables;
mod theorems;
mod warnings;
