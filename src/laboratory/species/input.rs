//! The file of `landau functionals` for several species: sums of Gaussians, their collisions, and a parameter to sweep.

use super::gaussians::{Gaussian, Gaussians, principal};
use super::tensor::{Symmetric, Vector};
use crate::laboratory::sweep::{FORMAT_VERSION, Sweep};
use crate::rules::{Checks, Violation, number};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Species whose densities are sums of Gaussians, in three dimensions and without symmetry, and what to compute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeciesExperiment {
    /// Version of the format: 1.
    pub version: u32,
    /// A line that says what the experiment shows.
    #[serde(default)]
    pub title: String,
    /// Exponent γ of the collision kernel, in [−3, 0].
    pub gamma: f64,
    /// The species, 1 to 8.
    pub species: Vec<ExperimentSpecies>,
    /// Collision strengths c_ij.
    pub coefficients: ExperimentCoefficients,
    /// Whether integrals over two velocities are computed.
    #[serde(default = "yes")]
    pub two_particle: bool,
    /// Fixed ions that section 3 of the paper has about each species.
    #[serde(default)]
    pub ions: Option<ExperimentIons>,
    /// One parameter of the file, and the values it takes.
    #[serde(default)]
    pub sweep: Option<Sweep>,
    /// Relative error of integrals over one velocity, 1e-12 to 0.1.
    #[serde(default = "default_tolerance")]
    pub tolerance: f64,
    /// Relative error of integrals over two velocities, 1e-9 to 0.1.
    #[serde(default = "default_pair_tolerance")]
    pub pair_tolerance: f64,
}

/// A species of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentSpecies {
    /// Its columns have this name.
    pub name: String,
    /// Mass of a particle, > 0.
    #[serde(default = "one")]
    pub mass: f64,
    /// Charge of a particle, for `coefficients.charges`.
    #[serde(default = "one")]
    pub charge: f64,
    /// The Gaussians whose sum its density is.
    pub parts: Vec<ExperimentGaussian>,
}

/// A Gaussian about a drift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ExperimentGaussian {
    /// With one temperature.
    Maxwellian {
        density: f64,
        temperature: f64,
        /// Three components; left out: 0.
        #[serde(default)]
        drift: Option<Vec<f64>>,
    },
    /// With a temperature along each axis.
    AnisotropicMaxwellian {
        density: f64,
        temperatures: Vec<f64>,
        /// Three components; left out: 0.
        #[serde(default)]
        drift: Option<Vec<f64>>,
    },
    /// With any temperature tensor, mass times the covariance of the velocity.
    Gaussian {
        density: f64,
        /// Three rows of three numbers, symmetric.
        temperature_tensor: Vec<Vec<f64>>,
        /// Three components; left out: 0.
        #[serde(default)]
        drift: Option<Vec<f64>>,
    },
}

/// Collision strength c_ij = c_ji ≥ 0 of every pair of species.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ExperimentCoefficients {
    /// The same number for every pair.
    Uniform(f64),
    /// A symmetric matrix in the order of the species.
    Matrix(Vec<Vec<f64>>),
    /// strength q_i² q_j².
    Charges { strength: f64 },
}

/// Ions of infinite mass beside each species alone, of the probability density f/n with collisions of coefficient 1 with itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentIons {
    /// Their velocity.
    pub velocity: ExperimentVelocity,
    /// c n with ions over c n with itself, c_ei of the paper, > 0; left out: the least that (3.25) allows with the corrected constants.
    #[serde(default)]
    pub strength: Option<f64>,
}

/// A velocity of ions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ExperimentVelocity {
    /// Three components.
    At(Vec<f64>),
    /// Where the species' density is largest: dissipations by ions are finite only where ∇f = 0.
    Maximum {},
}

fn yes() -> bool {
    true
}

fn one() -> f64 {
    1.0
}

fn default_tolerance() -> f64 {
    1e-8
}

fn default_pair_tolerance() -> f64 {
    1e-5
}

/// Species at most.
const MOST_SPECIES: usize = 8;

/// Gaussians of a species at most.
const MOST_PARTS: usize = 16;

/// A Gaussian's largest temperature over its smallest at most: more takes more points than its potential has.
const MOST_ANISOTROPY: f64 = 100.0;

impl ExperimentGaussian {
    fn key(&self) -> &'static str {
        match self {
            Self::Maxwellian { .. } => "maxwellian",
            Self::AnisotropicMaxwellian { .. } => "anisotropic_maxwellian",
            Self::Gaussian { .. } => "gaussian",
        }
    }

    fn density_and_drift(&self) -> (f64, Option<&Vec<f64>>) {
        match self {
            Self::Maxwellian { density, drift, .. }
            | Self::AnisotropicMaxwellian { density, drift, .. }
            | Self::Gaussian { density, drift, .. } => (*density, drift.as_ref()),
        }
    }

    /// The temperature tensor. Its shape must have been checked.
    fn tensor(&self) -> Symmetric {
        match self {
            Self::Maxwellian { temperature, .. } => [*temperature, *temperature, *temperature, 0.0, 0.0, 0.0],
            Self::AnisotropicMaxwellian { temperatures: t, .. } => [t[0], t[1], t[2], 0.0, 0.0, 0.0],
            Self::Gaussian { temperature_tensor: t, .. } => {
                [t[0][0], t[1][1], t[2][2], t[0][1], t[0][2], t[1][2]]
            }
        }
    }

    fn rules(&self, found: &mut Checks) {
        let (density, drift) = self.density_and_drift();
        found.size("density", density);
        components(found, "drift", drift);
        let shaped = match self {
            Self::Maxwellian { temperature, .. } => found.size("temperature", *temperature),
            Self::AnisotropicMaxwellian { temperatures, .. } => {
                let three = found.require(temperatures.len() == 3, "temperatures", || {
                    format!("found {} components; allowed: 3, one for each dimension", temperatures.len())
                });
                let each = temperatures.iter().enumerate();
                three & each.fold(true, |all, (k, &one)| all & found.size(format!("temperatures.{k}"), one))
            }
            Self::Gaussian { temperature_tensor, .. } => tensor_rules(found, temperature_tensor),
        };
        if !shaped {
            return;
        }
        let (_, temperatures) = principal(&self.tensor());
        let low = temperatures.iter().copied().fold(f64::INFINITY, f64::min);
        let high = temperatures.iter().copied().fold(0.0, f64::max);
        if found.require(low > 0.0, self.temperature_key(), || {
            format!("found a matrix with the eigenvalue {}; allowed: all of them > 0", number(low))
        }) {
            found.require(high <= MOST_ANISOTROPY * low, self.temperature_key(), || {
                format!(
                    "found temperatures from {} to {} along its axes; allowed: the largest up to {MOST_ANISOTROPY} times the smallest",
                    number(low),
                    number(high)
                )
            });
        }
    }

    fn temperature_key(&self) -> &'static str {
        match self {
            Self::Maxwellian { .. } => "temperature",
            Self::AnisotropicMaxwellian { .. } => "temperatures",
            Self::Gaussian { .. } => "temperature_tensor",
        }
    }

    fn gaussian(&self, mass: f64) -> Gaussian {
        let (density, drift) = self.density_and_drift();
        let drift = drift.map_or([0.0; 3], |drift| [drift[0], drift[1], drift[2]]);
        Gaussian::new(density, drift, &self.tensor().map(|temperature| temperature / mass))
    }
}

fn components(found: &mut Checks, path: &str, vector: Option<&Vec<f64>>) {
    found.vector(path, vector, 3);
    for (axis, component) in vector.into_iter().flatten().enumerate() {
        found.within(format!("{path}.{axis}"), *component, -1e100, 1e100);
    }
}

/// A symmetric matrix of three rows.
fn tensor_rules(found: &mut Checks, rows: &[Vec<f64>]) -> bool {
    let square = rows.len() == 3 && rows.iter().all(|row| row.len() == 3);
    let square = found.require(square, "temperature_tensor", || {
        let lengths: Vec<String> = rows.iter().map(|row| row.len().to_string()).collect();
        format!("found rows of {} numbers; allowed: three rows of three numbers", lengths.join(", "))
    });
    if !square {
        return false;
    }
    let mut sound = true;
    for (i, row) in rows.iter().enumerate() {
        for (j, element) in row.iter().enumerate() {
            sound &= found.within(format!("temperature_tensor.{i}.{j}"), *element, -1e100, 1e100);
            sound &=
                found.require(*element == rows[j][i] || j > i, format!("temperature_tensor.{i}.{j}"), || {
                    let other = number(rows[j][i]);
                    format!(
                        "found {} where [{j}][{i}] is {other}; allowed: a symmetric matrix",
                        number(*element)
                    )
                });
        }
    }
    sound
}

/// All violations of rules in the experiment, in the order of the file.
pub fn violations(experiment: &SpeciesExperiment) -> Vec<Violation> {
    let mut found = Checks::default();
    let all = experiment.species.len();
    found.require(experiment.version == FORMAT_VERSION, "version", || {
        format!("found {}; allowed: {FORMAT_VERSION}", experiment.version)
    });
    found.require((-3.0..=0.0).contains(&experiment.gamma), "gamma", || {
        let value = number(experiment.gamma);
        format!("found {value}; allowed: a number from -3 to 0 for densities without symmetry")
    });
    found.require((1..=MOST_SPECIES).contains(&all), "species", || {
        format!("found {all} species; allowed: 1 to {MOST_SPECIES}")
    });
    for (i, species) in experiment.species.iter().enumerate() {
        found.under(&format!("species.{i}"), |found| species_rules(found, species));
        let before = experiment.species[..i].iter().any(|other| other.name == species.name);
        found.require(!before, format!("species.{i}.name"), || {
            format!("found {:?} a second time; allowed: a name of its own", species.name)
        });
    }
    coefficient_rules(&mut found, experiment);
    if let Some(ions) = &experiment.ions {
        if let ExperimentVelocity::At(velocity) = &ions.velocity {
            components(&mut found, "ions.velocity.at", Some(velocity));
        }
        if let Some(strength) = ions.strength {
            found.size("ions.strength", strength);
        }
    }
    if let Some(sweep) = &experiment.sweep {
        sweep.rules(&mut found);
    }
    found.within("tolerance", experiment.tolerance, 1e-12, 0.1);
    found.within("pair_tolerance", experiment.pair_tolerance, 1e-9, 0.1);
    found.violations
}

fn species_rules(found: &mut Checks, species: &ExperimentSpecies) {
    let plain = |c: char| c.is_alphanumeric() || "_-+".contains(c);
    let sound = (1..=60).contains(&species.name.chars().count()) && species.name.chars().all(plain);
    found.require(sound, "name", || {
        let name = crate::rules::excerpt(&species.name);
        format!("found {name:?}; allowed: 1 to 60 letters, digits, _, - and +")
    });
    found.size("mass", species.mass);
    found.within("charge", species.charge, -1e50, 1e50);
    found.require((1..=MOST_PARTS).contains(&species.parts.len()), "parts", || {
        format!("found {} Gaussians; allowed: 1 to {MOST_PARTS}", species.parts.len())
    });
    for (k, part) in species.parts.iter().enumerate() {
        found.under(&format!("parts.{k}.{}", part.key()), |found| part.rules(found));
    }
}

fn coefficient_rules(found: &mut Checks, experiment: &SpeciesExperiment) {
    let all = experiment.species.len();
    match &experiment.coefficients {
        ExperimentCoefficients::Uniform(coefficient) => {
            found.within("coefficients.uniform", *coefficient, 0.0, 1e100);
        }
        ExperimentCoefficients::Charges { strength } => {
            found.within("coefficients.charges.strength", *strength, 0.0, 1e100);
        }
        ExperimentCoefficients::Matrix(rows) => {
            let path = "coefficients.matrix";
            let square = rows.len() == all && rows.iter().all(|row| row.len() == all);
            if !found.require(square, path, || {
                format!("found no {all} rows of {all} numbers; allowed: one of each for each species")
            }) {
                return;
            }
            for (i, row) in rows.iter().enumerate() {
                for (j, coefficient) in row.iter().enumerate() {
                    found.within(format!("{path}.{i}.{j}"), *coefficient, 0.0, 1e100);
                    found.require(*coefficient == rows[j][i] || j > i, format!("{path}.{i}.{j}"), || {
                        let other = number(rows[j][i]);
                        format!(
                            "found {} where [{j}][{i}] is {other}; allowed: a symmetric matrix",
                            number(*coefficient)
                        )
                    });
                }
            }
        }
    }
}

impl SpeciesExperiment {
    /// The densities of the species.
    pub fn densities(&self) -> Vec<Gaussians> {
        let of = |one: &ExperimentSpecies| Gaussians {
            mass: one.mass,
            parts: one.parts.iter().map(|part| part.gaussian(one.mass)).collect(),
        };
        self.species.iter().map(of).collect()
    }

    /// c_ij.
    pub fn coefficient(&self, i: usize, j: usize) -> f64 {
        match &self.coefficients {
            ExperimentCoefficients::Uniform(coefficient) => *coefficient,
            ExperimentCoefficients::Matrix(rows) => rows[i][j],
            ExperimentCoefficients::Charges { strength } => {
                let square = |i: usize| self.species[i].charge.powi(2);
                strength * square(i) * square(j)
            }
        }
    }
}

impl ExperimentVelocity {
    /// The velocity beside a species.
    pub fn about(&self, f: &Gaussians) -> Vector {
        match self {
            Self::At(velocity) => [velocity[0], velocity[1], velocity[2]],
            Self::Maximum {} => f.maximum(),
        }
    }
}
