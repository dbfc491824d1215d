//! Which plasmas are near enough to an equilibrium for linear transport.

use crate::distribution::{Initial, vector};
use crate::problem::Problem;
use crate::scenario::{Scenario, Violation};

/// How far the velocity of a fixed species may be from the drift of the moving ones, relative to a thermal speed:
/// rounding of a file.
const AT_REST: f64 = 1e-6;

/// How much of its temperature a species may lose to a background while it slows down by 1/e. Coefficients go with
/// powers of the temperature up to 5/2.
const STEADY: f64 = 0.01;

/// Refuses a scenario whose moving species are not Maxwellians of one temperature and drift. Returns both.
///
/// # Errors
///
/// With the place of the species that differs.
pub fn common<const D: usize>(scenario: &Scenario) -> Result<(f64, [f64; D]), Violation> {
    let mut first: Option<(f64, [f64; D])> = None;
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
    }
    let Some(common) = first else { unreachable!("a scenario has a moving species") };
    Ok(common)
}

/// Refuses fixed species and backgrounds that move through the plasma or heat it.
///
/// # Errors
///
/// With the place of what keeps the plasma from an equilibrium.
pub fn check_surroundings<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    (temperature, drift): (f64, [f64; D]),
) -> Result<(), Violation> {
    let (mut fixed_before, mut backgrounds_before) = (0, 0);
    for (place, one) in scenario.species.iter().enumerate() {
        let Some(fixed) = &one.fixed else { continue };
        let background = fixed.background();
        let (coefficients, kinds, before) = match background {
            None => (&problem.fixed_coefficients, problem.fixed.len(), &mut fixed_before),
            Some(_) => (&problem.background_coefficients, problem.backgrounds.len(), &mut backgrounds_before),
        };
        let of_kind = *before;
        *before += 1;
        let met = problem.species.iter().enumerate().filter(|(i, _)| coefficients[i * kinds + of_kind] > 0.0);
        for (_, moving) in met {
            let thermal =
                (temperature / scenario.units.temperature() / moving.mass / problem.scales.mass).sqrt();
            let velocity = vector::<D>(fixed.velocity.as_ref());
            let away = (0..D).fold(0.0f64, |length, axis| length.hypot(velocity[axis] - drift[axis]));
            if away > AT_REST * thermal {
                return Err(Violation::new(
                    format!("species.{place}.fixed.velocity"),
                    format!(
                        "found {velocity:?} beside moving species that drift at {drift:?}; allowed: the same velocity, or the friction between them leaves no equilibrium"
                    ),
                ));
            }
            let Some((mass, background)) = background else { continue };
            // Between Maxwellians the temperature relaxes at 2 m/(m + M) times the rate of the friction.
            let own = moving.mass * problem.scales.mass;
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
