//! What lattices have of the distributions they were placed by, in words.

use super::quantities::QuantityFormat;
use crate::problem::Problem;
use crate::setup::Coverage;

/// How far the density on a lattice may be off before a run is warned of.
const DENSITY: f64 = 0.01;

/// The same of the temperature. A lattice of three thermal speeds leaves out 3 % of it.
const TEMPERATURE: f64 = 0.05;

/// The share of the default half width below which a lattice that is off is called narrow: that of four thermal speeds.
const NARROW: f64 = 8.0 / 9.0;

/// Names of species, each with the lattice it is on.
pub fn lines<const D: usize>(
    problem: &Problem<D>,
    coverages: &[Coverage],
    units: &QuantityFormat,
) -> Vec<(String, String)> {
    let line = |one: &Coverage| {
        let in_thermal_speeds = one
            .thermal_speed
            .map_or(String::new(), |speed| format!(", {:.3} thermal speeds", one.half_width / speed));
        let words =
            format!("half width {}{in_thermal_speeds}; {}", units.velocity(one.half_width), shares(one));
        (problem.species[one.species].name.clone(), words)
    };
    coverages.iter().map(line).collect()
}

/// A warning for each lattice that is too narrow for its distribution, or too coarse for it or a part of it.
pub fn warnings<const D: usize>(
    problem: &Problem<D>,
    coverages: &[Coverage],
    units: &QuantityFormat,
) -> Vec<String> {
    let warning = |one: &Coverage| {
        let species = &problem.species[one.species];
        let (name, spacing) = (&species.name, units.velocity(species.spacing));
        let off = |share: f64, most: f64| (share - 1.0).abs() > most;
        let is_off =
            off(one.density, DENSITY) || one.temperature.is_some_and(|share| off(share, TEMPERATURE));
        match (one.default_half_width, one.narrowest_width) {
            (Some(default), _) if is_off && one.half_width < NARROW * default => Some(format!(
                "the lattice of {name} is narrow for its distribution: {}; take a larger half_width than {}, or leave it out for {}",
                shares(one),
                units.velocity(one.half_width),
                units.velocity(default),
            )),
            _ if is_off => Some(format!(
                "the lattice of {name}, with h = {spacing}, is coarse for its distribution: {}; take more cells along each axis, or a smaller half_width or drop_below",
                shares(one),
            )),
            (_, Some(width)) if species.spacing > width => Some(format!(
                "the lattice of {name} is coarse for the narrowest part of its distribution: h = {spacing} is {:.2} of the width of that part; take more cells along each axis, or a smaller half_width",
                species.spacing / width,
            )),
            _ => None,
        }
    };
    coverages.iter().filter_map(warning).collect()
}

/// What the particles have of the distribution.
fn shares(one: &Coverage) -> String {
    let percent = |share: f64| format!("{:.3} %", 100.0 * share);
    let temperature =
        one.temperature.map_or(String::new(), |share| format!(" and {} of its temperature", percent(share)));
    format!("the particles have {} of its density{temperature}", percent(one.density))
}
