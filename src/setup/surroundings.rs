//! What acts on the particles from outside: species that stay as they are, and fields; on the scales of a run.

use crate::distribution::vector;
use crate::fields::{Electric, Fields};
use crate::functionals::moments::Moments;
use crate::problem::{Background, FixedSpecies, Heat, HeatingOf, Problem};
use crate::scenario::{self, Electric as ElectricChoice, Fixed, Scenario, SourceTerm, Violation};
use crate::units::{ELEMENTARY_CHARGE, Scales};

/// The thermal speed √(T/m) of a background in spacings of a species below which the sums over particles no longer see
/// how drag and diffusion change with the velocity.
const NARROWEST: f64 = 0.5;

/// Puts the fixed species, the backgrounds and the fields of a scenario into a problem that has its scales.
pub fn fill<const D: usize>(scenario: &Scenario, problem: &mut Problem<D>) {
    let scales = problem.scales;
    for one in &scenario.species {
        let Some(fixed) = &one.fixed else { continue };
        let (name, charge) = (one.name.clone(), one.charge);
        let density = fixed.density / scales.density;
        let velocity = vector(fixed.velocity.as_ref()).map(|component| component / scales.velocity);
        match background(scenario, fixed) {
            None => problem.fixed.push(FixedSpecies { name, charge, density, velocity }),
            Some((mass, temperature)) => problem.backgrounds.push(Background {
                name,
                charge,
                mass: mass / scales.mass,
                temperature: temperature / (scales.mass * scales.velocity * scales.velocity),
                density,
                velocity,
            }),
        }
    }
    problem.fields = fields(&scenario.fields, &scales);
    let heatings = scenario.sources.iter().filter_map(|source| heating(scenario, source, &scales));
    problem.heatings = heatings.collect();
}

/// The place among the moving species of that of a source.
pub fn place_of(scenario: &Scenario, source: &SourceTerm) -> usize {
    let mut moving = scenario.species.iter().filter(|one| one.fixed.is_none());
    let Some(species) = moving.position(|one| one.name == source.species()) else {
        unreachable!("validation asks for a moving species");
    };
    species
}

/// A heating, if the source is one.
fn heating(scenario: &Scenario, source: &SourceTerm, scales: &Scales) -> Option<HeatingOf> {
    let SourceTerm::Heating { power, temperature, time, .. } = source else { return None };
    let heat = match (power, temperature, time) {
        (Some(power), ..) => Heat::Power(power * scales.time / scales.energy()),
        (None, Some(temperature), Some(time)) => {
            Heat::Towards { temperature: temperature / scales.temperature, time: time / scales.time }
        }
        _ => unreachable!("validation asks for one or the other"),
    };
    Some(HeatingOf { species: place_of(scenario, source), heat })
}

/// Mass and temperature, in units of mass times velocity squared, of a background.
fn background(scenario: &Scenario, fixed: &Fixed) -> Option<(f64, f64)> {
    let (mass, temperature) = fixed.background()?;
    Some((mass, temperature / scenario.units.temperature()))
}

/// Refuses a background that is narrower than what the particles of a species resolve.
///
/// # Errors
///
/// With the place of its temperature.
pub fn check<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    moments: impl Fn(usize) -> Moments<D>,
) -> Result<(), Violation> {
    let places = (0..scenario.species.len())
        .filter(|&i| scenario.species[i].fixed.as_ref().is_some_and(|one| one.background().is_some()));
    for (place, (b, background)) in places.zip(problem.backgrounds.iter().enumerate()) {
        let speed = (background.temperature / background.mass).sqrt();
        for (i, species) in problem.species.iter().enumerate() {
            let meets = problem.background_coefficients[i * problem.backgrounds.len() + b] > 0.0;
            if meets && speed < NARROWEST * species.spacing && moments(i).density > 0.0 {
                return Err(Violation::new(
                    format!("species.{place}.fixed.temperature"),
                    format!(
                        "found a thermal speed of {:.3} of the distance between particles of \"{}\"; allowed: {NARROWEST} or more of it, or a species of infinite mass, without `mass` and `temperature`",
                        speed / species.spacing,
                        species.name
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// Fields per unit of charge on the scales of a run: accelerations times masses.
fn fields<const D: usize>(fields: &scenario::Fields, scales: &Scales) -> Fields<D> {
    // A charge is a number of elementary charges with SI units.
    let charge = if scales.si { ELEMENTARY_CHARGE } else { 1.0 };
    let electric = charge * scales.time / (scales.mass * scales.velocity);
    let magnetic = charge * scales.time / scales.mass;
    let scaled = |field: &Vec<f64>, unit: f64| vector(Some(field)).map(|component| component * unit);
    Fields {
        electric: fields.electric.as_ref().map(|choice| match choice {
            ElectricChoice::Constant(field) => Electric::constant(scaled(field, electric)),
            ElectricChoice::OverTime { table } => Electric {
                times: table.times.iter().map(|time| time / scales.time).collect(),
                values: table.values.iter().map(|field| scaled(field, electric)).collect(),
            },
        }),
        magnetic: fields.magnetic.as_ref().map(|field| scaled(field, magnetic)),
    }
}
