//! Which plasmas are near enough to an equilibrium for linear transport.

use crate::distribution::{Initial, vector};
use crate::scenario::{Scenario, Violation};

/// How far the velocity of a fixed species may be from the drift of the moving ones, relative to the thermal speed of
/// the slowest: rounding of a file.
const AT_REST: f64 = 1e-6;

/// How much of its temperature a species may lose to a background while it slows down by 1/e. Coefficients go with
/// powers of the temperature up to 5/2.
const STEADY: f64 = 0.01;

/// Refuses a scenario whose species are not Maxwellians of one temperature and drift, at rest in what surrounds them.
///
/// # Errors
///
/// With the place of what keeps the plasma from an equilibrium.
pub fn check<const D: usize>(scenario: &Scenario) -> Result<(), Violation> {
    let mut first: Option<(f64, [f64; D])> = None;
    let mut slowest = f64::INFINITY;
    for (place, one) in scenario.species.iter().enumerate() {
        let Some(initial) = &one.initial else { continue };
        let path = format!("species.{place}.initial");
        let Initial::Maxwellian(maxwellian) = initial else {
            return Err(Violation::new(
                path,
                "found no `maxwellian`; allowed: Maxwellians of one temperature and drift",
            ));
        };
        let here = (maxwellian.temperature, vector::<D>(maxwellian.drift.as_ref()));
        match &first {
            Some(known) if *known != here => {
                return Err(Violation::new(
                    path,
                    format!(
                        "found temperature {} and drift {:?}, {} and {:?} in the species before; allowed: one temperature and drift, that of the equilibrium",
                        here.0, here.1, known.0, known.1
                    ),
                ));
            }
            _ => first = Some(here),
        }
        let mass = one.mass.unwrap_or(f64::INFINITY);
        slowest = slowest.min((maxwellian.temperature / scenario.units.temperature() / mass).sqrt());
    }
    let Some((temperature, drift)) = first else { return Ok(()) };
    for (place, one) in scenario.species.iter().enumerate() {
        let Some(fixed) = &one.fixed else { continue };
        let velocity = vector::<D>(fixed.velocity.as_ref());
        let away = (0..D).fold(0.0f64, |length, axis| length.hypot(velocity[axis] - drift[axis]));
        if away > AT_REST * slowest {
            return Err(Violation::new(
                format!("species.{place}.fixed.velocity"),
                format!(
                    "found {velocity:?} beside moving species that drift at {drift:?}; allowed: the same velocity, or the friction between them leaves no equilibrium"
                ),
            ));
        }
        let Some((mass, background)) = fixed.background() else { continue };
        for moving in scenario.species.iter().filter(|one| one.initial.is_some()) {
            let Some(own) = moving.mass else { continue };
            // Between Maxwellians the temperature relaxes at 2 m/(m + M) times the rate of the friction.
            let change = 2.0 * own / (own + mass) * (background / temperature - 1.0).abs();
            if change > STEADY {
                return Err(Violation::new(
                    format!("species.{place}.fixed.temperature"),
                    format!(
                        "found {background} beside moving species at {temperature}, which changes the temperature of \"{}\" by {:.0} % while it slows down; allowed: {} % or less, so one temperature or a much heavier background",
                        moving.name,
                        100.0 * change,
                        100.0 * STEADY
                    ),
                ));
            }
        }
    }
    Ok(())
}
