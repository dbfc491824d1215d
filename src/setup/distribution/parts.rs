//! From the initial distribution of a scenario to its parts, with the constants of their densities.

use super::part::Part;
use crate::exact::bkw::Bkw;
use crate::exact::lorentz::Dipole;
use crate::formula::Formula;
use crate::scenario::{Initial, formula_variables};
use crate::setup::radial::{Quantiles, integral};
use std::f64::consts::PI;

/// Appends the parts of a distribution that stands at `path` among the species' keys.
pub fn push_parts<const D: usize>(
    initial: &Initial,
    path: &str,
    mass: f64,
    velocity: f64,
    parts: &mut Vec<Part<D>>,
) {
    let vector = |components: &Option<Vec<f64>>| {
        std::array::from_fn(|axis| components.as_ref().map_or(0.0, |components| components[axis]))
    };
    match initial {
        Initial::Maxwellian { density, temperature, drift } => parts.push(Part::Normal {
            density: *density,
            deviations: [(temperature / mass).sqrt(); D],
            drift: vector(drift),
        }),
        Initial::AnisotropicMaxwellian { density, temperatures, drift } => parts.push(Part::Normal {
            density: *density,
            deviations: std::array::from_fn(|axis| (temperatures[axis] / mass).sqrt()),
            drift: vector(drift),
        }),
        Initial::Bkw { density, temperature, contrast } => {
            let exact =
                Bkw { density: *density, mass, temperature: *temperature, contrast: *contrast, rate: 0.0 };
            let thermal_speed = (temperature / mass).sqrt();
            // 14 thermal speeds: the density beyond is below 1e-40 of its largest value.
            let reach = 14.0 * thermal_speed;
            let (profile, quantiles) = radial::<D>(move |r| exact.density_at::<D>(r * r, 0.0), 0.0, reach);
            parts.push(Part::Radial {
                density: *density,
                profile,
                radius: 0.0,
                thickness: thermal_speed,
                mean_square: D as f64 * thermal_speed * thermal_speed,
                quantiles,
            });
        }
        Initial::Shell { density, radius, sharpness } => {
            let (density, radius, sharpness) = (*density, *radius, *sharpness);
            let shape = move |r: f64| (-sharpness * ((r - radius) / radius).powi(2)).exp();
            // Where the exponent is −50 the density is below 2e-22 of its largest value.
            let half_width = radius * (50.0 / sharpness).sqrt();
            let (low, high) = ((radius - half_width).max(0.0), radius + half_width);
            let moment =
                |power: i32| integral(|r| shell_area(r, D) * shape(r) * (r / radius).powi(power), low, high);
            let total = moment(0);
            let factor = density / total;
            let (profile, quantiles) = radial::<D>(move |r| factor * shape(r), low, high);
            parts.push(Part::Radial {
                density,
                profile,
                radius,
                thickness: radius / (2.0 * sharpness).sqrt(),
                mean_square: radius * radius * moment(2) / total,
                quantiles,
            });
        }
        Initial::Dipole { density, .. } => {
            let Some(dipole) = dipole(initial, mass, D) else { return };
            parts.push(Part::Dipole {
                density: *density,
                dipole,
                quantiles: Quantiles::new(
                    Box::new(move |r| shell_area(r, D) * dipole.mean_at(r, D)),
                    0.0,
                    reach(&dipole),
                ),
            });
        }
        Initial::Expression { density, formula } => {
            // Validation has parsed it before.
            let Ok(formula) = Formula::parse(formula, formula_variables(D)) else { return };
            let path = format!("{path}.expression.formula");
            parts.push(Part::Formula { density: *density, formula, velocity, factor: 1.0, path });
        }
        Initial::Mixture(inner) => {
            for (index, part) in inner.iter().enumerate() {
                push_parts(part, &format!("{path}.mixture.{index}"), mass, velocity, parts);
            }
        }
        // Its particles are not sampled.
        Initial::File { .. } => {}
    }
}

/// The dipole of an initial distribution that is one, with the factor that gives it its density.
pub fn dipole(initial: &Initial, mass: f64, dimension: usize) -> Option<Dipole> {
    let Initial::Dipole { density, temperature, amplitude, power } = *initial else { return None };
    let thermal_speed = (temperature / mass).sqrt();
    // In units of the thermal speed, in which no square overflows.
    let unit = Dipole { thermal_speed: 1.0, amplitude, power, factor: 1.0 };
    let total = integral(|r| shell_area(r, dimension) * unit.mean_at(r, dimension), 0.0, reach(&unit));
    Some(Dipole { thermal_speed, factor: density / total / thermal_speed.powi(dimension as i32), ..unit })
}

/// The speed beyond which a dipole's exponent is below −49 and falls, for the powers and amplitudes a
/// scenario may have: x²/2 − |a| x^p is at least ((x − |a|)² − |a|²)/2 for p ≤ 1 < x and x²(1/2 − |a|) for 1 < p ≤ 2.
pub(super) fn reach(dipole: &Dipole) -> f64 {
    let size = dipole.amplitude.abs();
    let reach =
        if dipole.power <= 1.0 { size + (98.0 + size * size).sqrt() } else { 7.0 / (0.5 - size).sqrt() };
    reach * dipole.thermal_speed
}

/// A function of a radius.
type OfRadius = Box<dyn Fn(f64) -> f64>;

/// A density of |v| and the quantiles of |v|.
fn radial<const D: usize>(
    profile: impl Fn(f64) -> f64 + Copy + 'static,
    low: f64,
    high: f64,
) -> (OfRadius, Quantiles<OfRadius>) {
    // Sampling asks for quantiles of r^(d−1) times the profile, relative to its own integral.
    let weighted: OfRadius = Box::new(move |r| shell_area(r, D) * profile(r));
    (Box::new(profile), Quantiles::new(weighted, low, high))
}

/// The area of a sphere (the circumference of a circle) of radius r.
pub(super) fn shell_area(r: f64, dimension: usize) -> f64 {
    if dimension == 2 { 2.0 * PI * r } else { 4.0 * PI * r * r }
}
