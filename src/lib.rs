//! Deterministic particle solver for the spatially homogeneous multispecies Landau equation.
//!
//! # Equation
//!
//! Species i with mass m_i has a density f_i(v, t) in velocity space, d = 2 or 3 dimensions:
//!
//! ```text
//! ∂_t f_i = Σ_j Q_ij(f_i, f_j)
//! Q_ij    = (1/m_i) ∇_v · ∫ c_ij A(v − v*) [ f_j(v*) ∇f_i(v)/m_i − f_i(v) ∇f_j(v*)/m_j ] dv*
//! A(z)    = |z|^γ ( |z|² I − z zᵀ ),   −3 ≤ γ ≤ 1,   c_ij = c_ji ≥ 0
//! ```
//!
//! γ = −3 are Coulomb collisions, γ = 0 Maxwell molecules. A species of infinite mass is fixed at a
//! density n_b and a velocity u_b; it acts on the others by the limit m_j → ∞, diffusion on spheres
//! around u_b. The mass of each species is conserved always; total momentum and energy when no species
//! is fixed; the energy about u_b when all fixed species share that velocity.
//!
//! # Method
//!
//! The blob method (Carrillo, Hu, Wang, Wu, J. Comput. Phys. X 7, 2020; several species: Carrillo, Hu,
//! Van Fleet, Acta Appl. Math. 194, 2024). f_i ≈ Σ_p w_p δ(v − v_p) with constant weights, and
//!
//! ```text
//! dv_p/dt = −(1/m_i) Σ_j c_ij Σ_{q∈j} w_q A(v_p − v_q)(g_p − g_q) − (1/m_i) Σ_b c_ib n_b A(v_p − u_b) g_p
//! ```
//!
//! with g_p = s_p/m_i and the score s_p the gradient of a regularised entropy ([`score`]). Whatever the
//! scores are, the pair sums ([`collision`]) conserve momentum and energy to rounding; since the scores
//! are exact gradients, the regularised entropy decays. Integrators ([`integrators`]) keep the
//! invariants over a step.
//!
//! # Units
//!
//! Inside a run everything is dimensionless: temperature is mass times velocity squared, a weight is a number of
//! real particles per volume, and c_ij carries the strength of collisions. Scenarios in SI units are scaled
//! once at the start, and what is written is scaled back ([`units`]).
//!
//! # Determinism
//!
//! Sums run in a fixed order: the same program, scenario and instruction set give the same bits for any
//! number of threads, and across an interruption.
//!
//! # Features
//!
//! The first two are on by default; a program that uses the library alone needs neither.
//!
//! | feature | adds |
//! |---|---|
//! | `cli` | the program `landau`: command line, man pages, progress, Ctrl-C |
//! | `hdf5` | openPMD files: frames of a run's particles, and files that a run starts from |
//! | `mpi` | one run on many [`ranks`], which MPI connects |
//!
//! # Modules, in the order data flows
//!
//! | module | holds |
//! |---|---|
//! | [`scenario`] | what the user wrote: JSON types, strict parsing, validation; no numerics |
//! | [`rules`] | what is said where a rule of a scenario is broken: place, found, allowed |
//! | [`distribution`] | distributions at the start, one file each: numbers, rules, density, samples, moments |
//! | [`setup`] | scenario → problem, state and run; the only place that samples |
//! | [`units`] | what the numbers of a run stand for in the units of its scenario |
//! | [`problem`], [`state`], [`time_grid`] | what is constant in a run, what evolves, and when |
//! | [`sources`] | births, losses and sinks: what changes weights, and the lattice that births keep |
//! | [`fields`] | electric and magnetic fields, and turns about the latter |
//! | [`symmetry`] | runs of rings or shells: what of a held point stands for a whole orbit |
//! | [`kernel`] | formulas of single pairs, pure functions of numbers |
//! | [`score`] | gradients of the regularised entropy, on a mesh or on the particles |
//! | [`collision`] | sums over pairs: direct, by moments, by a tree, by random batches |
//! | [`terms`] | the terms of the right-hand side: what each adds, keeps, and brings in from outside |
//! | [`ranks`] | processes that divide the work of an evaluation |
//! | [`landau`] | the right-hand side: scores, then terms; owns the workspace |
//! | [`integrators`] | time integrators, one file each; adaptive steps; projection on the invariants |
//! | [`watch`] | whether a step did what its rates say; how far it may carry particles |
//! | [`functionals`] | invariants, moments, entropy, Fisher information and its kin, of clouds and of densities |
//! | [`laboratory`] | densities by formula: functionals and their derivatives by quadrature |
//! | [`formula`] | formulas that a scenario holds as text |
//! | [`exact`] | closed-form answers to measure against, and isotropic relaxation by finite volumes |
//! | [`simulation`] | a run in memory: the one time loop |
//! | [`output`] | what is written, one file per thing written |
//! | [`accuracy`], [`report`] | what is expected of a run, and what is said of it |
//! | [`session`] | a run with its folder: opened, run, closed; or in memory, recorded |
//! | [`sweep`] | many runs of one scenario, and one table of them |
//! | [`any`] | the edge where the dimension that a scenario names becomes a type |
//! | `cli` | the command line, with the feature of that name |
//! | [`error`] | why numbers cannot be trusted or had |
//!
//! # A run in memory
//!
//! ```
//! use landau::any::AnySimulation;
//!
//! let text = r#"{
//!     "version": 1, "dimension": 2,
//!     "species": [{
//!         "name": "electron", "mass": 1.0, "particles": { "lattice": { "per_axis": 12 } },
//!         "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": [1.5, 0.5] } }
//!     }],
//!     "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.1 } },
//!     "time": { "step": 0.1, "steps": 100 }
//! }"#;
//! let (scenario, _) = landau::scenario::parse("relaxation", text.to_string(), &[])?;
//! let mut simulation = AnySimulation::new(&scenario)?;
//! simulation.advance_to(1.0)?;
//! let velocities = simulation.velocities("electron").expect("a species of this name");
//! assert_eq!((simulation.steps(), velocities.len()), (10, 2 * 144));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod accuracy;
pub mod any;
#[cfg(feature = "cli")]
pub mod cli;
pub mod collision;
mod dimension;
pub mod distribution;
pub mod error;
pub mod exact;
pub mod fields;
pub mod formula;
pub mod functionals;
pub mod integrators;
pub mod kernel;
pub mod laboratory;
pub mod landau;
pub mod output;
mod parallel;
mod per_thread;
pub mod problem;
#[cfg(test)]
#[path = "../tests/common/random.rs"]
mod random;
pub mod ranks;
pub mod report;
pub mod rules;
pub mod scenario;
pub mod score;
pub mod session;
pub mod setup;
pub mod simulation;
pub mod sources;
pub mod state;
pub mod sum;
pub mod sweep;
pub mod symmetry;
pub mod terms;
pub mod time_grid;
pub mod transport;
pub mod units;
pub mod watch;
