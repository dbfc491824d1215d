//! The rules a scenario must keep beyond its types, each with what was found and what is allowed.

use super::parse::Violation;
use super::types::*;
use crate::integrators::MOST_STAGES;

/// Every rule the scenario breaks, in the order of the file.
pub fn violations(scenario: &Scenario) -> Vec<Violation> {
    let mut found = Checks::default();
    let dimension = scenario.dimension as usize;
    found.require(scenario.version == FORMAT_VERSION, "version", || {
        format!("found {}; allowed: {FORMAT_VERSION}", scenario.version)
    });
    if !found
        .require(matches!(dimension, 2 | 3), "dimension", || format!("found {dimension}; allowed: 2 or 3"))
    {
        return found.violations;
    }
    species(&mut found, &scenario.species, dimension);
    memory(&mut found, &scenario.species, dimension);
    collisions(&mut found, &scenario.collisions, scenario.species.len());
    score(&mut found, &scenario.score, &scenario.species);
    integrator(&mut found, &scenario.integrator);
    time(&mut found, &scenario.time, &scenario.integrator);
    found.require(scenario.output.diagnostics_every >= 1, "output.diagnostics_every", || {
        "found 0; allowed: a whole number ≥ 1".to_string()
    });
    super::functional_rules::check(&mut found, scenario);
    if found.violations.is_empty() {
        match scenario.reference {
            Some(Reference::Bkw {}) => bkw_reference(&mut found, scenario),
            Some(Reference::OrnsteinUhlenbeck {}) => ornstein_uhlenbeck_reference(&mut found, scenario),
            Some(Reference::Lorentz {}) => lorentz_reference(&mut found, scenario),
            None => {}
        }
    }
    found.violations
}

#[derive(Default)]
pub(super) struct Checks {
    pub(super) violations: Vec<Violation>,
}

impl Checks {
    pub(super) fn require(&mut self, holds: bool, path: impl Into<String>, message: impl FnOnce() -> String) -> bool {
        if !holds {
            self.violations.push(Violation::new(path, message()));
        }
        holds
    }

    pub(super) fn positive(&mut self, path: impl Into<String>, value: f64) -> bool {
        self.require(value > 0.0 && value.is_finite(), path, || {
            format!("found {}; allowed: a number > 0", number(value))
        })
    }

    pub(super) fn within(&mut self, path: impl Into<String>, value: f64, low: f64, high: f64) -> bool {
        self.require((low..=high).contains(&value), path, || {
            let [value, low, high] = [value, low, high].map(number);
            format!("found {value}; allowed: a number from {low} to {high}")
        })
    }

    fn vector(&mut self, path: impl Into<String>, value: Option<&Vec<f64>>, dimension: usize) {
        let length = value.map_or(dimension, Vec::len);
        self.require(length == dimension, path, || {
            format!("found {length} components; allowed: {dimension}, one for each dimension")
        });
    }
}

/// A number in a message: with an exponent where it would fill the line with zeros.
pub(super) fn number(value: f64) -> String {
    let plain = value == 0.0 || (1e-4..1e16).contains(&value.abs());
    if plain { value.to_string() } else { format!("{value:e}") }
}

fn species(found: &mut Checks, species: &[Species], dimension: usize) {
    for (index, one) in species.iter().enumerate() {
        let path = format!("species.{index}");
        let mut characters = one.name.chars();
        let named = characters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && characters.all(|other| other.is_ascii_alphanumeric() || other == '_');
        found.require(named, format!("{path}.name"), || {
            format!("found \"{}\"; allowed: a letter, then letters, digits or `_`", one.name)
        });
        let earlier = species[..index].iter().position(|other| other.name == one.name);
        found.require(earlier.is_none(), format!("{path}.name"), || {
            format!(
                "found \"{}\", the name of species {} already; allowed: a name of its own",
                one.name,
                earlier.unwrap_or(0)
            )
        });
        match &one.fixed {
            Some(fixed) => {
                for (key, present) in [
                    ("mass", one.mass.is_some()),
                    ("initial", one.initial.is_some()),
                    ("particles", one.particles.is_some()),
                ] {
                    if present {
                        found.violations.push(Violation::of_key(
                            format!("{path}.{key}"),
                            format!("found `{key}` beside `fixed`; allowed: name, charge and fixed for a species of infinite mass"),
                        ));
                    }
                }
                found.positive(format!("{path}.fixed.density"), fixed.density);
                found.vector(format!("{path}.fixed.velocity"), fixed.velocity.as_ref(), dimension);
            }
            None => moving(found, &path, one, dimension),
        }
    }
    found.require(species.iter().any(|one| one.fixed.is_none()), "species", || {
        let count = species.len();
        format!("found {count} species, none of which moves; allowed: at least one with mass, initial and particles")
    });
}

fn moving(found: &mut Checks, path: &str, one: &Species, dimension: usize) {
    let missing =
        |key: &str| format!("found no `{key}`; allowed: mass, initial and particles, or fixed alone");
    if found.require(one.mass.is_some(), path, || missing("mass")) {
        found.positive(format!("{path}.mass"), one.mass.unwrap_or_default());
    }
    if found.require(one.initial.is_some(), path, || missing("initial"))
        && let Some(distribution) = &one.initial
    {
        initial(found, &format!("{path}.initial"), distribution, dimension);
    }
    if !found.require(one.particles.is_some(), path, || missing("particles")) {
        return;
    }
    match one.particles.as_ref() {
        Some(Particles::Lattice { per_axis, half_width, center, drop_below }) => {
            let path = format!("{path}.particles.lattice");
            found.require(*per_axis >= 1, format!("{path}.per_axis"), || {
                "found 0; allowed: a whole number ≥ 1".to_string()
            });
            found.positive(format!("{path}.half_width"), *half_width);
            found.vector(format!("{path}.center"), center.as_ref(), dimension);
            found.require((0.0..1.0).contains(drop_below), format!("{path}.drop_below"), || {
                format!("found {}; allowed: 0 ≤ drop_below < 1", number(*drop_below))
            });
        }
        Some(Particles::Random { count, .. }) => {
            found.require(*count >= 2, format!("{path}.particles.random.count"), || {
                format!("found {count}; allowed: a whole number ≥ 2")
            });
        }
        Some(Particles::QuasiRandom { count }) => {
            found.require(*count >= 2, format!("{path}.particles.quasi_random.count"), || {
                format!("found {count}; allowed: a whole number ≥ 2")
            });
        }
        None => {}
    }
}

/// What a particle costs at most, from its velocity to its places on the meshes of order 8: about 700
/// bytes in three dimensions, rounded up.
const BYTES_PER_PARTICLE: f64 = 1024.0;

/// 2²⁴ particles: what a workstation holds, and 2.8e14 pairs, a day for one evaluation at 3e9 pairs
/// per second. Larger counts are more likely typos, and end a program for want of memory.
const MOST_BYTES: f64 = 16.0 * GIBIBYTE;

const GIBIBYTE: f64 = (1u64 << 30) as f64;

/// All particles must fit in memory, the cells that `drop_below` may leave out included.
fn memory(found: &mut Checks, species: &[Species], dimension: usize) {
    let count = |one: &Species| match one.particles {
        Some(Particles::Lattice { per_axis, .. }) => f64::from(per_axis).powi(dimension as i32),
        Some(Particles::Random { count, .. } | Particles::QuasiRandom { count }) => f64::from(count),
        None => 0.0,
    };
    let total: f64 = species.iter().map(count).sum();
    let largest =
        (0..species.len()).max_by(|&i, &j| count(&species[i]).total_cmp(&count(&species[j]))).unwrap_or(0);
    found.require(
        total * BYTES_PER_PARTICLE <= MOST_BYTES,
        format!("species.{largest}.particles"),
        || {
            format!(
                "found {total} particles in all species, which need {:.0} GiB; allowed: at most {} particles, {:.0} GiB",
                (total * BYTES_PER_PARTICLE / GIBIBYTE).ceil(),
                MOST_BYTES / BYTES_PER_PARTICLE,
                MOST_BYTES / GIBIBYTE
            )
        },
    );
}

fn initial(found: &mut Checks, path: &str, initial: &Initial, dimension: usize) {
    match initial {
        Initial::Maxwellian { density, temperature, drift } => {
            let path = format!("{path}.maxwellian");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.temperature"), *temperature);
            found.vector(format!("{path}.drift"), drift.as_ref(), dimension);
        }
        Initial::AnisotropicMaxwellian { density, temperatures, drift } => {
            let path = format!("{path}.anisotropic_maxwellian");
            found.positive(format!("{path}.density"), *density);
            found.vector(format!("{path}.temperatures"), Some(temperatures), dimension);
            for (axis, temperature) in temperatures.iter().enumerate() {
                found.positive(format!("{path}.temperatures.{axis}"), *temperature);
            }
            found.vector(format!("{path}.drift"), drift.as_ref(), dimension);
        }
        Initial::Bkw { density, temperature, contrast } => {
            let path = format!("{path}.bkw");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.temperature"), *temperature);
            let most = 2.0 / (dimension as f64 + 2.0);
            found.require((0.0..=most).contains(contrast), format!("{path}.contrast"), || {
                format!(
                    "found {}; allowed: 0 to 2/(d + 2) = {most}, beyond which the density is negative",
                    number(*contrast)
                )
            });
        }
        Initial::Shell { density, radius, sharpness } => {
            let path = format!("{path}.shell");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.radius"), *radius);
            found.positive(format!("{path}.sharpness"), *sharpness);
        }
        Initial::Dipole { density, temperature, amplitude, power } => {
            let path = format!("{path}.dipole");
            found.positive(format!("{path}.density"), *density);
            found.positive(format!("{path}.temperature"), *temperature);
            found.within(format!("{path}.power"), *power, 0.0, 2.0);
            // Beyond 1/2 a dipole of power 2 grows without bound, and below 2 nearly so.
            let most = if *power > 1.0 { 0.49 } else { 10.0 };
            found.require(amplitude.abs() <= most, format!("{path}.amplitude"), || {
                format!("found {}; allowed: a number from -10 to 10, from -0.49 to 0.49 where the power is above 1", number(*amplitude))
            });
        }
        Initial::Mixture(parts) => {
            let path = format!("{path}.mixture");
            found.require(!parts.is_empty(), path.clone(), || {
                "found no parts; allowed: one or more".to_string()
            });
            for (index, part) in parts.iter().enumerate() {
                self::initial(found, &format!("{path}.{index}"), part, dimension);
            }
            let total: f64 = parts.iter().map(Initial::density).sum();
            found.require(total < f64::INFINITY || parts.len() < 2, path, || {
                "found parts whose densities add up beyond every number; allowed: a sum up to 1.7e308"
                    .to_string()
            });
        }
    }
}

fn collisions(found: &mut Checks, collisions: &Collisions, species: usize) {
    found.within("collisions.gamma", collisions.gamma, -3.0, 1.0);
    let not_negative = |found: &mut Checks, path: String, value: f64| {
        found.require(value >= 0.0 && value.is_finite(), path, || {
            format!("found {}; allowed: a number ≥ 0", number(value))
        })
    };
    match &collisions.coefficients {
        Coefficients::Uniform(coefficient) => {
            not_negative(found, "collisions.coefficients.uniform".to_string(), *coefficient);
        }
        Coefficients::Matrix(rows) => {
            let path = "collisions.coefficients.matrix";
            let mut square = found.require(rows.len() == species, path, || {
                format!("found {} rows; allowed: {species}, one for each species", rows.len())
            });
            for (i, row) in rows.iter().enumerate() {
                square &= found.require(row.len() == species, format!("{path}.{i}"), || {
                    format!("found {} numbers; allowed: {species}, one for each species", row.len())
                });
                for (j, coefficient) in row.iter().enumerate() {
                    not_negative(found, format!("{path}.{i}.{j}"), *coefficient);
                }
            }
            if !square {
                return;
            }
            for (i, row) in rows.iter().enumerate() {
                for (j, coefficient) in row.iter().enumerate().take(i) {
                    found.require(*coefficient == rows[j][i], format!("{path}.{i}.{j}"), || {
                        format!(
                            "found {} where [{j}][{i}] is {}; allowed: a symmetric matrix",
                            number(*coefficient),
                            number(rows[j][i])
                        )
                    });
                }
            }
        }
    }
}

fn score(found: &mut Checks, score: &Score, species: &[Species]) {
    let (path, order, bandwidth, cutoff) = match score {
        Score::Mesh { order, bandwidth, cutoff, .. } => ("score.mesh", order, bandwidth, cutoff),
        Score::Particles { order, bandwidth, cutoff } => ("score.particles", order, bandwidth, cutoff),
    };
    found.require(matches!(order, 2 | 4 | 6 | 8), format!("{path}.order"), || {
        format!("found {order}; allowed: 2, 4, 6 or 8")
    });
    found.within(format!("{path}.cutoff"), *cutoff, 3.0, 12.0);
    match bandwidth {
        Bandwidth::SpacingSquared(factor) => {
            found.positive(format!("{path}.bandwidth.spacing_squared"), *factor);
        }
        Bandwidth::Variance(Variance::Common(variance)) => {
            found.positive(format!("{path}.bandwidth.variance"), *variance);
        }
        Bandwidth::Variance(Variance::PerSpecies(variances)) => {
            let moving = species.iter().filter(|one| one.fixed.is_none()).count();
            found.require(variances.len() == moving, format!("{path}.bandwidth.variance"), || {
                format!(
                    "found {} numbers; allowed: {moving}, one for each moving species, or a single number",
                    variances.len()
                )
            });
            for (index, variance) in variances.iter().enumerate() {
                found.positive(format!("{path}.bandwidth.variance.{index}"), *variance);
            }
        }
        Bandwidth::Chv {} => {}
    }
    match score {
        Score::Mesh { spacing: MeshSpacing::Relative(relative), .. } => {
            found.within("score.mesh.spacing.relative", *relative, 0.1, 2.0);
        }
        Score::Mesh { spacing: MeshSpacing::Deviations(relative), .. } => {
            found.within("score.mesh.spacing.deviations", *relative, 0.1, 2.0);
        }
        Score::Mesh { spacing: MeshSpacing::Lattice {}, .. } => {
            for one in species {
                let off_lattice =
                    matches!(one.particles, Some(Particles::Random { .. } | Particles::QuasiRandom { .. }));
                found.require(!off_lattice, "score.mesh.spacing.lattice", || {
                    format!("found species \"{}\" without a lattice; allowed: particles on a `lattice` for every moving species", one.name)
                });
            }
        }
        Score::Particles { .. } => {}
    }
}

fn integrator(found: &mut Checks, integrator: &Integrator) {
    match integrator {
        Integrator::ForwardEuler {} => {}
        Integrator::RungeKutta { order } => {
            found.require(matches!(order, 2 | 4), "integrator.runge_kutta.order", || {
                format!("found {order}; allowed: 2 or 4")
            });
        }
        Integrator::RungeKuttaChebyshev { stages } => {
            if let Some(stages) = stages {
                let path = "integrator.runge_kutta_chebyshev.stages";
                found.require((2..=MOST_STAGES).contains(stages), path, || {
                    format!("found {stages}; allowed: a whole number from 2 to {MOST_STAGES}")
                });
            }
        }
        Integrator::ImplicitMidpoint { tolerance, max_iterations }
        | Integrator::DiscreteGradient { tolerance, max_iterations } => {
            let path = match integrator {
                Integrator::DiscreteGradient { .. } => "integrator.discrete_gradient",
                _ => "integrator.implicit_midpoint",
            };
            found.within(format!("{path}.tolerance"), *tolerance, 1e-15, 1e-2);
            found.require(*max_iterations >= 1, format!("{path}.max_iterations"), || {
                format!("found {max_iterations}; allowed: a whole number ≥ 1")
            });
        }
    }
}

fn time(found: &mut Checks, time: &Time, integrator: &Integrator) {
    let Some(adaptive) = &time.adaptive else {
        let missing = |key: &str| format!("found no `{key}`; allowed: step and steps, or adaptive alone");
        if found.require(time.step.is_some(), "time", || missing("step")) {
            found.positive("time.step", time.step.unwrap_or_default());
        }
        if found.require(time.steps.is_some(), "time", || missing("steps")) {
            found.require(time.steps != Some(0), "time.steps", || {
                "found 0; allowed: a whole number ≥ 1".to_string()
            });
        }
        if let (Some(step), Some(steps)) = (time.step, time.steps) {
            let end = step * steps as f64;
            found.require(end.is_finite() || !step.is_finite(), "time", || {
                format!(
                    "found {steps} steps of {}, which end beyond every number; allowed: step × steps up to 1.7e308",
                    number(step)
                )
            });
        }
        return;
    };
    for (key, present) in [("step", time.step.is_some()), ("steps", time.steps.is_some())] {
        found.require(!present, format!("time.{key}"), || {
            format!("found `{key}` beside `adaptive`; allowed: step and steps, or adaptive alone")
        });
    }
    let ends = found.positive("time.adaptive.end", adaptive.end);
    found.within("time.adaptive.relative_tolerance", adaptive.relative_tolerance, 1e-12, 0.1);
    if let Some(first) = adaptive.first_step
        && found.positive("time.adaptive.first_step", first)
    {
        found.require(!ends || first <= adaptive.end, "time.adaptive.first_step", || {
            format!("found {first}; allowed: a number > 0, at most the end {}", adaptive.end)
        });
    }
    let explicit = match integrator {
        Integrator::ForwardEuler {}
        | Integrator::RungeKutta { .. }
        | Integrator::RungeKuttaChebyshev { .. } => true,
        Integrator::ImplicitMidpoint { .. } | Integrator::DiscreteGradient { .. } => false,
    };
    found.require(explicit, "time.adaptive", || {
        "found with an implicit integrator, which has no error estimate; allowed: step and steps, or forward_euler, runge_kutta or runge_kutta_chebyshev".to_string()
    });
}

/// The conditions under which the Bobylev–Krook–Wu densities solve the multispecies equation
/// (Carrillo, Hu, Van Fleet 2024): γ = 0, one temperature and contrast for all species, and
/// Σ_j n_j c_ij / (m_i m_j) the same number for every i.
fn bkw_reference(found: &mut Checks, scenario: &Scenario) {
    let path = "reference.bkw";
    let gamma = scenario.collisions.gamma;
    found.require(gamma == 0.0, path, || {
        format!("found collisions.gamma {}; allowed: 0 with this reference", number(gamma))
    });
    let mut first: Option<(f64, f64)> = None;
    let mut densities = Vec::new();
    for (index, one) in scenario.species.iter().enumerate() {
        let Some(Initial::Bkw { density, temperature, contrast }) = one.initial else {
            found.require(false, path, || {
                format!("found species.{index} without `bkw`; allowed: `bkw` as the initial of every species with this reference, none fixed")
            });
            return;
        };
        on_lattice(found, path, index, one);
        let (common_temperature, common_contrast) = *first.get_or_insert((temperature, contrast));
        found.require(temperature == common_temperature && contrast == common_contrast, path, || {
            let [temperature, contrast] = [temperature, contrast].map(number);
            let [first, second] = [common_temperature, common_contrast].map(number);
            format!("found temperature {temperature} and contrast {contrast} in species.{index}, {first} and {second} in species.0; allowed: the same for all with this reference")
        });
        densities.push(density);
    }
    let rates: Vec<f64> = (0..densities.len())
        .map(|i| {
            let mass = |k: usize| scenario.species[k].mass.unwrap_or(f64::NAN);
            (0..densities.len())
                .map(|j| densities[j] * scenario.collisions.coefficients.between(i, j) / (mass(i) * mass(j)))
                .sum()
        })
        .collect();
    for (index, rate) in rates.iter().enumerate() {
        // A few rounding errors of the sum are no violation.
        let same = (rate - rates[0]).abs() <= 1e-12 * rates[0].abs();
        found.require(same, path, || {
            format!(
                "found Σ_j n_j c_ij/(m_i m_j) = {} for species.{index}, {} for species.0; allowed: the same number for every species with this reference",
                number(*rate),
                number(rates[0])
            )
        });
    }
}

/// A species of a scenario with an exact solution must be on a lattice, where errors are taken.
fn on_lattice(found: &mut Checks, path: &str, index: usize, one: &Species) {
    found.require(matches!(one.particles, Some(Particles::Lattice { .. })), path, || {
        format!("found species.{index} without a lattice; allowed: particles on a `lattice` with this reference, whose errors are taken at the cell centres")
    });
}

/// Whether a velocity that is 0 when left out is another one; only called with valid lengths.
fn differs(velocity: &Option<Vec<f64>>, other: &Option<Vec<f64>>) -> bool {
    let component = |of: &Option<Vec<f64>>, axis: usize| of.as_ref().map_or(0.0, |v| v[axis]);
    let length = velocity.as_ref().or(other.as_ref()).map_or(0, Vec::len);
    (0..length).any(|axis| component(velocity, axis) != component(other, axis))
}

/// The conditions under which Maxwellians stay Maxwellian: γ = 0 and one mean velocity.
fn ornstein_uhlenbeck_reference(found: &mut Checks, scenario: &Scenario) {
    let path = "reference.ornstein_uhlenbeck";
    let gamma = scenario.collisions.gamma;
    found.require(gamma == 0.0, path, || {
        format!("found collisions.gamma {}; allowed: 0 with this reference", number(gamma))
    });
    let moving = |one: &&Species| one.fixed.is_none();
    let common = scenario.species.iter().find(moving).and_then(|one| match &one.initial {
        Some(Initial::Maxwellian { drift, .. }) => drift.clone(),
        _ => None,
    });
    for (index, one) in scenario.species.iter().enumerate() {
        let velocity = match (&one.fixed, &one.initial) {
            (Some(fixed), _) => &fixed.velocity,
            (None, Some(Initial::Maxwellian { drift, .. })) => {
                on_lattice(found, path, index, one);
                drift
            }
            _ => {
                found.require(false, path, || {
                    format!("found species.{index} without `maxwellian`; allowed: `maxwellian` as the initial of every moving species with this reference")
                });
                continue;
            }
        };
        found.require(!differs(velocity, &common), path, || {
            format!("found species.{index} at another velocity than the first moving species; allowed: the same for all with this reference")
        });
    }
}

/// The conditions under which dipoles decay mode by mode: collisions with fixed species at velocity 0 alone.
fn lorentz_reference(found: &mut Checks, scenario: &Scenario) {
    let path = "reference.lorentz";
    found.require(scenario.species.iter().any(|one| one.fixed.is_some()), path, || {
        "found no fixed species; allowed: one or more with this reference".to_string()
    });
    for (index, one) in scenario.species.iter().enumerate() {
        if let Some(fixed) = &one.fixed {
            found.require(!differs(&fixed.velocity, &None), path, || {
                format!(
                    "found species.{index} fixed at another velocity than 0; allowed: 0 with this reference"
                )
            });
            continue;
        }
        found.require(matches!(one.initial, Some(Initial::Dipole { .. })), path, || {
            format!("found species.{index} without `dipole`; allowed: `dipole` as the initial of every moving species with this reference")
        });
        on_lattice(found, path, index, one);
        for (other, _) in
            scenario.species.iter().enumerate().take(index + 1).filter(|(_, of)| of.fixed.is_none())
        {
            let coefficient = scenario.collisions.coefficients.between(index, other);
            found.require(coefficient == 0.0, path, || {
                format!("found a coefficient of {} between species.{index} and species.{other}, which move; allowed: 0 with this reference", number(coefficient))
            });
        }
    }
}
