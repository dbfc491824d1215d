//! Species: names, what a moving one and a fixed one need, and where particles are placed.

use crate::distribution::{Initial, Particle};
use crate::rules::{Checks, Violation, excerpt, number};
use crate::scenario::types::*;

/// The most characters of a species' name.
const LONGEST_NAME: usize = 60;

pub fn species(found: &mut Checks, scenario: &Scenario, dimension: usize) {
    let species = &scenario.species;
    for (index, one) in species.iter().enumerate() {
        let path = format!("species.{index}");
        let mut characters = one.name.chars();
        let named = characters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && characters.all(|other| other.is_ascii_alphanumeric() || other == '_');
        found.require(named, format!("{path}.name"), || {
            format!("found \"{}\"; allowed: a letter, then letters, digits or `_`", excerpt(&one.name))
        });
        let length = one.name.chars().count();
        found.require(length <= LONGEST_NAME, format!("{path}.name"), || {
            format!("found a name of {length} characters; allowed: up to {LONGEST_NAME}, since names of columns begin with it")
        });
        let earlier = species[..index].iter().position(|other| other.name == one.name);
        found.require(earlier.is_none(), format!("{path}.name"), || {
            format!(
                "found \"{}\", the name of species {} already; allowed: a name of its own",
                excerpt(&one.name),
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
                found.size(format!("{path}.fixed.density"), fixed.density);
                found.vector(format!("{path}.fixed.velocity"), fixed.velocity.as_ref(), dimension);
                background(found, &format!("{path}.fixed"), fixed);
            }
            None => match dimension {
                2 => moving::<2>(found, &path, one, scenario.units),
                _ => moving::<3>(found, &path, one, scenario.units),
            },
        }
    }
    found.require(species.iter().any(|one| one.fixed.is_none()), "species", || {
        let count = species.len();
        format!("found {count} species, none of which moves; allowed: at least one with mass, initial and particles")
    });
}

/// A background has a mass and a temperature; its collisions are checked beside the kernel.
fn background(found: &mut Checks, path: &str, fixed: &Fixed) {
    for (key, value, other) in
        [("mass", fixed.mass, fixed.temperature), ("temperature", fixed.temperature, fixed.mass)]
    {
        found.require(value.is_some() || other.is_none(), path, || {
            format!("found no `{key}` beside the other; allowed: mass and temperature, of a background, or neither, for infinite mass")
        });
        if let Some(value) = value {
            let path = format!("{path}.{key}");
            if key == "mass" {
                found.size(path, value)
            } else {
                found.positive(path, value)
            };
        }
    }
}

fn moving<const D: usize>(found: &mut Checks, path: &str, one: &Species, units: Units) {
    let missing =
        |key: &str| format!("found no `{key}`; allowed: mass, initial and particles, or fixed alone");
    if found.require(one.mass.is_some(), path, || missing("mass")) {
        found.size(format!("{path}.mass"), one.mass.unwrap_or_default());
    }
    if found.require(one.initial.is_some(), path, || missing("initial"))
        && let Some(initial) = &one.initial
    {
        found.temperature_of_lattice = temperature_of_lattice(one, units);
        found.under(&format!("{path}.initial"), |found| initial.rules::<D>(found));
        found.temperature_of_lattice = None;
    }
    let held = one.initial.as_ref().filter(|initial| initial.holds_particles::<D>());
    if let Some(initial) = held {
        if one.particles.is_some() {
            let key = initial.key();
            found.violations.push(Violation::of_key(
                format!("{path}.particles"),
                format!("found `particles` beside `initial.{key}`; allowed: the {key} alone, as particles"),
            ));
        }
    } else if !found.require(one.particles.is_some(), path, || missing("particles")) {
        return;
    }
    if one.initial.as_ref().is_some_and(Initial::needs_lattice::<D>) {
        lattice_of_formula(found, path, one.particles.as_ref());
    }
    match one.particles.as_ref() {
        Some(Particles::Lattice { per_axis, half_width, center, drop_below }) => {
            let path = format!("{path}.particles.lattice");
            found.require(*per_axis >= 1, format!("{path}.per_axis"), || {
                "found 0; allowed: a whole number ≥ 1".to_string()
            });
            match half_width {
                None => {}
                Some(HalfWidth::Velocity(velocity)) => {
                    found.positive(format!("{path}.half_width"), *velocity);
                }
                Some(HalfWidth::ThermalSpeeds { thermal_speeds }) => {
                    found.positive(format!("{path}.half_width.thermal_speeds"), *thermal_speeds);
                }
            }
            found.vector(format!("{path}.center"), center.as_ref(), D);
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

/// The temperature whose thermal speed is the spacing of a species' lattice, where that is a number.
fn temperature_of_lattice(one: &Species, units: Units) -> Option<f64> {
    let Some(Particles::Lattice { per_axis, half_width: Some(HalfWidth::Velocity(half_width)), .. }) =
        &one.particles
    else {
        return None;
    };
    let particle = Particle { mass: one.mass?, temperature_unit: units.temperature() };
    let temperature = particle.temperature(2.0 * half_width / f64::from(*per_axis));
    (temperature > 0.0 && temperature.is_finite()).then_some(temperature)
}

/// A formula is normalised on a lattice, and has a thermal speed only there.
fn lattice_of_formula(found: &mut Checks, path: &str, particles: Option<&Particles>) {
    let (path, lacks) = match particles {
        Some(Particles::Lattice { half_width: Some(HalfWidth::Velocity(_)), .. }) => return,
        Some(Particles::Lattice { half_width: None, .. }) => {
            (format!("{path}.particles.lattice"), "no `half_width`")
        }
        Some(Particles::Lattice { .. }) => {
            (format!("{path}.particles.lattice.half_width"), "`thermal_speeds`")
        }
        _ => {
            found.require(false, format!("{path}.particles"), || {
                "found no lattice with `expression`; allowed: `lattice`, on which the formula is normalised"
                    .to_string()
            });
            return;
        }
    };
    found.require(false, path, || {
        format!("found {lacks} with `expression`; allowed: a number as `half_width`, since the thermal speed of a formula is not known before its lattice")
    });
}
