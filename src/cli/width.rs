//! Whether mollifiers are narrow beside the Maxwellians that the species are, and tend to.

use super::words::Words;
use landau::functionals::moments::Moments;
use landau::problem::{Conserved, Problem};
use landau::scenario::Score;
use landau::score::extrapolation::{relative_bias, relative_bias_of_particles};

/// The relative error of a Maxwellian's score from which on a species is warned of: rates and the temperatures of equilibrium
/// err by about as much.
const MOST: f64 = 0.05;

/// A warning for each species whose mollifier is too wide for its temperature, at the start or in equilibrium.
pub fn warnings<const D: usize>(
    problem: &Problem<D>,
    velocities: &[[f64; D]],
    score: &Score,
    units: &Words,
) -> Vec<String> {
    let of = |species: &landau::problem::Species<D>| {
        let range = species.range.clone();
        Moments::of(species.mass, &velocities[range.clone()], &problem.weights[range])
    };
    let moments: Vec<Moments<D>> = problem.species.iter().map(of).collect();
    let common = common_temperature(problem, &moments);
    let count = problem.species.len();
    let mut warnings = Vec::new();
    for (i, species) in problem.species.iter().enumerate() {
        let own = moments[i].temperature();
        let meets = (0..count).any(|j| j != i && problem.coefficients[i * count + j] > 0.0);
        let end = if meets { common.unwrap_or(own) } else { own };
        let (temperature, when) = if end < own { (end, "it tends to") } else { (own, "at the start") };
        let width = species.mass * species.bandwidth / temperature;
        let bias = match score {
            Score::Mesh { order, .. } => relative_bias(*order, width),
            Score::Particles { order, .. } => relative_bias_of_particles(*order, width),
        };
        if bias.abs() > MOST {
            warnings.push(format!(
                "the mollifier of {} is wide for the temperature {} {when}: {:.2} of the thermal speed; the score of that Maxwellian comes out {:.0} % too {}, and with it rates, and the temperatures at which species meet: take a finer lattice, more particles or a smaller bandwidth",
                species.name,
                units.temperature(temperature),
                width.sqrt(),
                100.0 * bias.abs(),
                if bias > 0.0 { "small" } else { "large" },
            ));
        }
    }
    warnings
}

/// The temperature at which all moving species would rest, if the equation conserves what tells it.
fn common_temperature<const D: usize>(problem: &Problem<D>, moments: &[Moments<D>]) -> Option<f64> {
    let mass = |i: usize| problem.species[i].mass * moments[i].density;
    let all = 0..moments.len();
    let at_rest = match problem.conserved() {
        Conserved::MomentumAndEnergy => {
            let total: f64 = all.clone().map(mass).sum();
            std::array::from_fn(|axis| {
                all.clone().map(|i| mass(i) * moments[i].velocity[axis]).sum::<f64>() / total
            })
        }
        Conserved::EnergyAbout(velocity) => velocity,
        Conserved::MassOnly => return None,
    };
    let drift =
        |i: usize| (0..D).map(|axis| (moments[i].velocity[axis] - at_rest[axis]).powi(2)).sum::<f64>();
    let pressure: f64 = all
        .clone()
        .map(|i| moments[i].density * moments[i].temperature() + mass(i) * drift(i) / D as f64)
        .sum();
    Some(pressure / all.map(|i| moments[i].density).sum::<f64>())
}
