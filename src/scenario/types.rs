//! The scenario file, key by key. The doc comments are the descriptions in the JSON Schema.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the scenario format this program reads.
pub const FORMAT_VERSION: u32 = 1;

/// A run: species, collisions, method, time span and output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Version of the scenario format: 1.
    pub version: u32,
    /// A line that says what the run shows.
    #[serde(default)]
    pub title: String,
    /// Dimension of velocity space: 2 or 3.
    pub dimension: u32,
    /// Units of every quantity in the file.
    #[serde(default)]
    pub units: Units,
    /// The species, moving or fixed.
    pub species: Vec<Species>,
    /// The collision kernel and its coefficients.
    pub collisions: Collisions,
    /// How the gradients of the log-densities (scores) are computed.
    #[serde(default)]
    pub score: Score,
    /// How the sum over pairs of particles is computed.
    #[serde(default)]
    pub summation: Summation,
    /// The time integrator.
    #[serde(default)]
    pub integrator: Integrator,
    /// The time grid.
    pub time: Time,
    /// What is written, and how often.
    #[serde(default)]
    pub output: Output,
    /// An exact solution to measure errors against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// Functionals of the densities, columns of their own in diagnostics.csv.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functionals: Vec<Functional>,
}

/// Units of every quantity in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Units {
    /// Dimensionless: temperature is mass times velocity squared.
    Normalized {},
    /// Mass in kg, charge in elementary charges, density in m⁻³, temperature in eV, velocity in m/s, time in s;
    /// in three dimensions.
    Si {},
}

impl Default for Units {
    fn default() -> Self {
        Self::Normalized {}
    }
}

/// One species: `mass`, `initial` and `particles` for a moving one, `fixed` for one of infinite mass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Species {
    /// Name in the output columns: a letter, then letters, digits or `_`.
    pub name: String,
    /// Mass of a particle, > 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass: Option<f64>,
    /// Charge of a particle.
    #[serde(default)]
    pub charge: f64,
    /// Distribution at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial: Option<Initial>,
    /// Where the particles are placed at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub particles: Option<Particles>,
    /// Infinite mass: a density at a velocity, for all times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Fixed>,
}

/// Distribution at the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Initial {
    /// Maxwellian of a density (> 0) and a temperature (> 0) about a drift velocity (default 0).
    Maxwellian {
        density: f64,
        temperature: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drift: Option<Vec<f64>>,
    },
    /// Maxwellian with a temperature (> 0) of its own along each axis.
    AnisotropicMaxwellian {
        density: f64,
        temperatures: Vec<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drift: Option<Vec<f64>>,
    },
    /// The Bobylev–Krook–Wu solution at t = 0, K = T (1 − contrast), 0 ≤ contrast ≤ 2/(d + 2).
    Bkw { density: f64, temperature: f64, contrast: f64 },
    /// A spherical shell, exp(−sharpness (|v| − radius)² / radius²) up to a factor.
    Shell { density: f64, radius: f64, sharpness: f64 },
    /// A Maxwellian about 0 times exp(a (|v|/√(T/m))^p cos θ), θ the angle to the first axis; normalised to
    /// the density.
    Dipole {
        density: f64,
        temperature: f64,
        /// a: at most 10 either way, and at most 0.49 where the power is above 1.
        amplitude: f64,
        /// p, 0 to 2.
        power: f64,
    },
    /// A formula of vx, vy, vz and the speed v, times the factor that gives the particles the density; particles
    /// on a `lattice`.
    Expression {
        density: f64,
        /// Numbers, + − * / ^, parentheses, pi, e, exp, log, sqrt, abs, sin, cos, tan, atan, sinh, cosh, tanh, erf,
        /// step (1 from 0 on), min, max; ≥ 0 on the whole lattice.
        formula: String,
    },
    /// The sum of its parts.
    Mixture(Vec<Initial>),
    /// Weighted particles from a file, as they stand; then no `particles`.
    File {
        /// CSV with the header `vx,vy[,vz],weight`, or openPMD (.h5, the last iteration in it); relative to the
        /// scenario's folder.
        path: String,
        /// Name of the species in an openPMD file; this species' own name when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        species: Option<String>,
    },
}

/// The variables of a formula, in the order their values are given in.
pub fn formula_variables(dimension: usize) -> &'static [&'static str] {
    if dimension == 2 { &["v", "vx", "vy"] } else { &["v", "vx", "vy", "vz"] }
}

/// Where the particles are placed at the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Particles {
    /// Cell centres of a uniform lattice, each with weight h^d f(v).
    Lattice {
        /// Cells along each axis, ≥ 1.
        per_axis: u32,
        /// Half the edge of the square or cube, > 0; h = 2 half_width / per_axis.
        half_width: f64,
        /// Centre of the lattice; the mean velocity of the distribution when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        center: Option<Vec<f64>>,
        /// Particles below this fraction of the largest weight are left out; 0 ≤ drop_below < 1.
        #[serde(default)]
        drop_below: f64,
    },
    /// Independent samples of equal weight.
    Random { count: u32, seed: u64 },
    /// Low-discrepancy samples of equal weight.
    QuasiRandom { count: u32 },
}

/// A species of infinite mass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// Density, > 0.
    pub density: f64,
    /// Velocity, one component per dimension; 0 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub velocity: Option<Vec<f64>>,
}

/// The collision kernel |z|^γ (|z|² I − z zᵀ) and its coefficients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Collisions {
    /// Exponent γ in [−3, 1]: −3 Coulomb, 0 Maxwell molecules.
    pub gamma: f64,
    /// Collision strength of every pair of species.
    pub coefficients: Coefficients,
}

/// Collision strength c_ij = c_ji ≥ 0 of every pair of species.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Coefficients {
    /// A symmetric matrix in the order of the species.
    Matrix(Vec<Vec<f64>>),
    /// The same number for every pair.
    Uniform(f64),
    /// q_i² q_j² ln Λ / (8π ε0²), from the charges; needs `units: si` and `gamma: -3`.
    Coulomb {
        /// ln Λ, > 0, for every pair; when left out, of each pair from densities and temperatures at the start,
        /// by the formulas of the NRL Plasma Formulary.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log_lambda: Option<f64>,
    },
}

/// How the gradients of the log-densities (scores) are computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Score {
    /// Entropy of the mollified density summed over a uniform mesh, differentiated exactly.
    Mesh {
        /// Order in the bandwidth: 2, 4, 6 or 8.
        #[serde(default = "default_order")]
        order: u32,
        #[serde(default)]
        bandwidth: Bandwidth,
        #[serde(default)]
        spacing: MeshSpacing,
        /// Reach of the mollifier in standard deviations, 3 to 12.
        #[serde(default = "default_cutoff")]
        cutoff: f64,
    },
    /// Entropy of the mollified density summed over the particles themselves, differentiated exactly.
    Particles {
        /// Order in the bandwidth: 2, 4, 6 or 8.
        #[serde(default = "default_order")]
        order: u32,
        #[serde(default)]
        bandwidth: Bandwidth,
        /// Reach of the mollifier in standard deviations, 3 to 12.
        #[serde(default = "default_cutoff")]
        cutoff: f64,
    },
}

/// At 40 to 80 cells along an axis one to two orders of magnitude more accurate than order 2, for about four
/// times the work; the tables are in the documentation of [`exact`](crate::exact).
fn default_order() -> u32 {
    6
}

/// Leaves out 1e-10 of the mollifier's mass. No two particles of a lattice are 6.5 √k spacings apart for
/// k = 1 to 3: rounding does not decide which neighbours count.
fn default_cutoff() -> f64 {
    6.5
}

impl Default for Score {
    fn default() -> Self {
        Self::Mesh {
            order: default_order(),
            bandwidth: Bandwidth::default(),
            spacing: MeshSpacing::default(),
            cutoff: default_cutoff(),
        }
    }
}

/// The variance ε of the Gaussian mollifier; h is the lattice spacing, for other clouds the mean
/// distance between neighbours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Bandwidth {
    /// ε = κ h² with this κ > 0.
    SpacingSquared(f64),
    /// ε itself, > 0: one number, or one for each moving species.
    Variance(Variance),
    /// ε = 0.64 h^1.98 (Carrillo, Hu, Van Fleet 2024).
    Chv {},
    /// ε = h² on a lattice, from a cloud's own variance and number of particles where they are not on one.
    Adapted {},
}

impl Default for Bandwidth {
    fn default() -> Self {
        // On lattices one constant for all orders: what limits them is the overlap of particles that have drifted off
        // their lattice (a floor of 2e-3 at 0.64 h²), and above 1 the bias alone (twice the error at 1.3 h²).
        Self::Adapted {}
    }
}

/// One number, or one for each moving species.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Variance {
    Common(f64),
    PerSpecies(Vec<f64>),
}

/// The mesh of the mesh scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MeshSpacing {
    /// Spacing as a multiple (0.1 to 2) of h; the mesh covers wherever particles are.
    Relative(f64),
    /// Spacing as a multiple (0.1 to 2) of the mollifier's standard deviation √ε; the mesh covers wherever
    /// particles are.
    Deviations(f64),
    /// The cells of the initial lattice and nothing beyond, as published by Carrillo, Hu and Van Fleet (2024).
    Lattice {},
}

impl Default for MeshSpacing {
    fn default() -> Self {
        Self::Deviations(0.9)
    }
}

/// How the sum over pairs of particles is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Summation {
    /// Every pair; for γ = 0 by moments, which is exact too.
    Direct {},
    /// Neighbours pair by pair, far particles by polynomials on a tree of cells: work that grows like the number
    /// of particles. Momentum and energy are conserved to rounding; for γ = 0 by moments, without error.
    Tree {
        /// Largest error of the rates of change of all velocities, relative to these in the norm Σ m w |v̇|², 1e-9 to
        /// 0.1.
        tolerance: f64,
    },
    /// Pairs inside batches drawn anew for every step, scaled so that the mean over draws is the sum over all
    /// pairs. Momentum and energy are conserved to rounding.
    RandomBatch {
        /// Particles in a batch, ≥ 2.
        size: u32,
        /// Seed of the draws.
        seed: u64,
    },
}

impl Default for Summation {
    fn default() -> Self {
        Self::Direct {}
    }
}

/// The time integrator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Integrator {
    /// Explicit Euler, first order, without projection: the published baseline.
    ForwardEuler {},
    /// Explicit Runge–Kutta of order 2 (Heun) or 4 (classical), projected on the invariants.
    RungeKutta { order: u32 },
    /// Runge–Kutta–Chebyshev of order 2, projected on the invariants: long steps where scores are stiff.
    RungeKuttaChebyshev {
        /// Stages of a step, 2 to 250; as many as the stiffness asks for when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stages: Option<u32>,
    },
    /// Implicit midpoint: conserves momentum to rounding, energy to the tolerance.
    ImplicitMidpoint {
        /// Residual of the equation of a step, in thermal speeds, 1e-15 to 0.01.
        #[serde(default = "default_solver_tolerance")]
        tolerance: f64,
        /// Evaluations after which a step counts as failed.
        #[serde(default = "default_max_iterations")]
        max_iterations: u32,
    },
    /// Discrete gradient: conserves as implicit midpoint, and entropy falls at every step, however long.
    DiscreteGradient {
        /// Residual of the equation of a step, in thermal speeds, 1e-15 to 0.01.
        #[serde(default = "default_solver_tolerance")]
        tolerance: f64,
        /// Evaluations after which a step counts as failed.
        #[serde(default = "default_max_iterations")]
        max_iterations: u32,
    },
}

fn default_solver_tolerance() -> f64 {
    1e-13
}

fn default_max_iterations() -> u32 {
    500
}

impl Default for Integrator {
    fn default() -> Self {
        Self::RungeKuttaChebyshev { stages: None }
    }
}

/// The time grid: `step` and `steps` for steps of one length, `adaptive` alone for steps as long as a
/// tolerance allows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// Length of a step, > 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<f64>,
    /// Number of steps, ≥ 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// Steps as long as a tolerance allows; for explicit integrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adaptive: Option<AdaptiveTime>,
}

/// Steps as long as a tolerance allows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdaptiveTime {
    /// The time at which the run ends, exactly, > 0.
    pub end: f64,
    /// Largest estimated error of a step, in thermal speeds, 1e-12 to 0.1.
    pub relative_tolerance: f64,
    /// Length of the first step to try, > 0 and at most `end`; from the rates at the start when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_step: Option<f64>,
}

/// What is written, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Steps between rows of diagnostics.csv, ≥ 1.
    #[serde(default = "default_diagnostics_every")]
    pub diagnostics_every: u64,
    /// Steps between particle files; 0 writes none.
    #[serde(default)]
    pub particles_every: u64,
    /// Steps between checkpoints; 0 writes one on interruption only.
    #[serde(default = "default_checkpoint_every")]
    pub checkpoint_every: u64,
}

fn default_diagnostics_every() -> u64 {
    1
}

fn default_checkpoint_every() -> u64 {
    100
}

impl Default for Output {
    fn default() -> Self {
        Self {
            diagnostics_every: default_diagnostics_every(),
            particles_every: 0,
            checkpoint_every: default_checkpoint_every(),
        }
    }
}

/// An exact solution to measure errors against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reference {
    /// The Bobylev–Krook–Wu solution: Maxwell molecules (γ = 0), every species `bkw` on a `lattice`.
    Bkw {},
    /// Maxwellians that stay Maxwellian: Maxwell molecules (γ = 0), every moving species `maxwellian` at one
    /// drift on a `lattice`.
    OrnsteinUhlenbeck {},
    /// Scattering by fixed species alone, at velocity 0: every moving species `dipole` on a `lattice`.
    Lorentz {},
    /// Mean velocities and second moments between Maxwell molecules (γ = 0), whatever the initial
    /// distributions.
    MaxwellMolecules {},
}

/// A functional of the densities, reconstructed at the order of the scores, or a derivative of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Functional {
    /// Fisher information ∫ |∇ log f|² f of each species, and their sum over 1/m.
    Fisher {},
    /// ∫ |Π ∇ log f|² |v|^(−β) f about the fixed species, Π the projection across v; 0 ≤ β < d.
    SphericalFisher { beta: f64 },
    /// Entropy relative to the Maxwellian of the same mass and energy about the fixed species.
    RelativeEntropy {},
    /// Fisher information plus a times the spherical one with β = 1 plus r times the relative entropy.
    Lyapunov { a: f64, r: f64 },
    /// Σ m ∫ (1 + |v|²)^(l/2) f over all moving species, for each order l from −20 to 20.
    Moments { orders: Vec<f64> },
    /// The dissipation of entropy by each pair of species; costs as much as a sum over pairs.
    Dissipation {},
    /// The dissipation of the spherical Fisher information by collisions with the fixed species.
    SphericalDissipation { beta: f64 },
    /// The derivative of the Fisher information along collisions with the fixed species, and its radial and
    /// spherical parts.
    FisherRate {},
}
