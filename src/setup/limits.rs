//! Sizes that only the particles show: what no floating-point number or no mesh can hold is refused here.

use crate::functionals::invariants::Invariants;
use crate::problem::Problem;
use crate::rules::number;
use crate::scenario::{MeshSpacing, Scenario, Score, Violation};
use crate::score::exactness::degree_of;

/// Nodes a mollifier may reach to each side on the mesh. At 1000 one particle touches 4 million nodes
/// in two dimensions, 8 billion in three: the limit is far beyond what makes sense, and protects memory.
const MOST_REACH: f64 = 1000.0;

/// Spacing of a mesh in standard deviations of the mollifier, beyond which sums over the mesh no longer
/// see it; the published lattice has 1.25.
const WIDEST_SPACING: f64 = 2.0;

/// Variances whose Gaussian, to the power 3 and over any weight, stays within floating-point range.
const VARIANCES: std::ops::RangeInclusive<f64> = 1e-150..=1e150;

/// Densities of all particles of a species: those that a distribution may have, with room for what a lattice misses, and
/// for sums.
const DENSITIES: std::ops::RangeInclusive<f64> = 1e-110..=1e110;

/// Total masses and energies whose products floating-point numbers hold with all their digits.
const TOTALS: std::ops::RangeInclusive<f64> = 1e-150..=1e150;

pub fn check<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    invariants: &Invariants<D>,
) -> Result<(), Violation> {
    let scales = &problem.scales;
    let [least, most] = [DENSITIES.start(), DENSITIES.end()].map(|size| number(*size));
    for (species, place) in problem.species.iter().zip(places(scenario)) {
        let moments = problem.moments(species, velocities);
        let (density, temperature) =
            (moments.density * scales.density, moments.temperature() * scales.temperature);
        if !(DENSITIES.contains(&density) && temperature.is_finite()) {
            let (density, temperature) = (number(density), number(temperature));
            return Err(Violation::new(
                place,
                format!(
                    "found particles of density {density} and temperature {temperature}; allowed: a density from {least} to {most}, and speeds whose squares are finite"
                ),
            ));
        }
    }
    let Invariants { mass, energy, .. } = *invariants;
    if !(TOTALS.contains(&mass) && (energy == 0.0 || TOTALS.contains(&energy))) {
        let [mass, energy] = [mass * scales.mass_density(), energy * scales.energy()].map(number);
        return Err(Violation::new(
            "species",
            format!(
                "found a total mass of {mass} and a total energy of {energy}; allowed: densities, masses and speeds that make both 1e-150 to 1e150 on the scales of the run"
            ),
        ));
    }
    bandwidths(scenario, problem, velocities)
}

/// The paths of the moving species.
fn places(scenario: &Scenario) -> impl Iterator<Item = String> {
    let moving = scenario.species.iter().enumerate().filter(|(_, one)| one.fixed.is_none());
    moving.map(|(index, _)| format!("species.{index}"))
}

fn bandwidths<const D: usize>(
    scenario: &Scenario,
    problem: &Problem<D>,
    velocities: &[[f64; D]],
) -> Result<(), Violation> {
    let path = match scenario.score {
        Score::Mesh { .. } => "score.mesh.bandwidth",
        Score::Particles { .. } => "score.particles.bandwidth",
    };
    for species in &problem.species {
        let refuse = |found: String| {
            Err(Violation::new(path, format!("found, for species \"{}\", {found}", species.name)))
        };
        let range = species.range.clone();
        if species.following.is_some()
            && degree_of(problem.symmetry, &velocities[range.clone()], &problem.weights[range], 2) == 0
        {
            return refuse(format!(
                "a bandwidth that follows a cloud without volume; allowed: at least {} particles, not all in a plane",
                D + 1
            ));
        }
        let variance = species.bandwidth;
        if !VARIANCES.contains(&variance) {
            return refuse(format!("a variance of {variance:e}; allowed: 1e-150 to 1e150"));
        }
        let (Score::Mesh { order, cutoff, .. } | Score::Particles { order, cutoff, .. }) = &scenario.score;
        let reach = cutoff * (f64::from(order / 2) * variance).sqrt() / species.spacing;
        if reach < 1.0 {
            return refuse(format!(
                "a mollifier that reaches {reach:.3} of the distance to the nearest particles, which leaves them without neighbours; allowed: 1 or more"
            ));
        }
        let Score::Mesh { order, cutoff, spacing, .. } = &scenario.score else { continue };
        // The mesh of the widest of the order / 2 bandwidths is widened along, but for a lattice.
        let (spacing, widest) = match spacing {
            MeshSpacing::Relative(relative) => (relative * species.spacing, 1.0),
            MeshSpacing::Deviations(relative) => (relative * variance.sqrt(), 1.0),
            MeshSpacing::Lattice {} => (species.spacing, f64::from(order / 2)),
        };
        let reach = cutoff * (widest * variance).sqrt() / spacing;
        if reach.is_nan() || reach > MOST_REACH {
            return refuse(format!(
                "a mollifier that reaches {reach:.0} mesh spacings to each side; allowed: at most {MOST_REACH}"
            ));
        }
        let deviations = spacing / variance.sqrt();
        if deviations > WIDEST_SPACING {
            return refuse(format!(
                "a mesh spacing of {deviations:.3} standard deviations of the mollifier; allowed: at most {WIDEST_SPACING}"
            ));
        }
    }
    Ok(())
}
