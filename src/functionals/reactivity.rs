//! Fusion reactivity ⟨σ v⟩ of two species as they are, Maxwellian or not:
//!
//! ```text
//! ⟨σ v⟩ = Σ_p Σ_q w_p w_q σ(E) u / (n_a n_b),     u = |v_p − v_q|,   E = ½ μ u²,   μ = m_a m_b/(m_a + m_b)
//! ```
//!
//! Of rings it is the mean over the angle between them, of shells that over u: uniform in u² between |r − r'| and r + r'. The
//! cross section vanishes with all its derivatives at u = 0, so both are smooth.
//!
//! Beyond the highest energy of the [cross section](super::fusion) the fit says nothing. Where more than [`UNKNOWN`] of the sum
//! is from there, the reactivity is not known.

use super::column::{At, Column};
use super::fusion::Reaction;
use crate::parallel;
use crate::problem::{Problem, Species};
use crate::sum::{Sum, sum};
use crate::symmetry::{HalfPlane, RADIUS, Symmetry};
use crate::units::ELEMENTARY_CHARGE;
use gauss_quad::GaussLegendre;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;
use std::num::NonZeroUsize;

/// The share of the sum that may be of energies beyond the fit.
pub const UNKNOWN: f64 = 1e-3;

/// Angles between two rings, from 0 to π.
const ANGLES: usize = 32;

/// Relative speeds of two shells.
const SPEEDS: usize = 32;

/// The fusion reactivity ⟨σv⟩ of two moving species in m³/s, with SI units; of a species with itself it is the mean over all
/// its pairs. The cross sections are those of Bosch and Hale (1992).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Reactivity {
    /// The names of the two species that react, in any order.
    pub species: [String; 2],
    pub reaction: Reaction,
}

impl<const D: usize> Column<D> for Reactivity {
    fn key(&self) -> &'static str {
        "reactivity"
    }

    fn has_units(&self) -> bool {
        true
    }

    fn may_be_unknown(&self) -> bool {
        true
    }

    fn names(&self, _problem: &Problem<D>) -> Vec<String> {
        let [one, other] = &self.species;
        vec![format!("reactivity_{one}_{other}_{}", self.reaction.emitted())]
    }

    fn values(&self, at: &At<'_, D>, _integrals: &[&[f64]]) -> Vec<f64> {
        let problem = at.problem;
        let find = |name: &String| problem.species.iter().find(|species| species.name == *name);
        let (Some(one), Some(other)) = (find(&self.species[0]), find(&self.species[1])) else {
            unreachable!("validation asks for moving species");
        };
        vec![reactivity(at, self.reaction, one, other)]
    }
}

/// ⟨σ v⟩ in m³/s; NaN where it is not known.
fn reactivity<const D: usize>(
    at: &At<'_, D>,
    reaction: Reaction,
    one: &Species<D>,
    other: &Species<D>,
) -> f64 {
    let At { problem, velocities, .. } = *at;
    let scales = &problem.scales;
    let reduced = scales.mass * one.mass * other.mass / (one.mass + other.mass);
    let highest = reaction.highest_energy();
    // σ u of a relative speed on the scales of the run, and what of it is beyond the fit.
    let rate = |u: f64| -> [f64; 2] {
        let u = u * scales.velocity;
        let energy = 0.5 * reduced * u * u / (1e3 * ELEMENTARY_CHARGE);
        let rate = reaction.cross_section(energy) * u;
        [rate, if energy > highest { rate } else { 0.0 }]
    };
    let mean = Mean::new(problem.symmetry);
    let weights = &problem.weights;
    let rows = parallel::map(one.range.len(), &|k| {
        let p = one.range.start + k;
        let mut sums = [Sum::default(); 2];
        if weights[p] != 0.0 {
            for q in other.range.clone().filter(|&q| weights[q] != 0.0) {
                let found = mean.of(&velocities[p], &velocities[q], rate);
                (0..2).for_each(|k| sums[k].add(weights[q] * found[k]));
            }
        }
        sums.map(|sum| weights[p] * sum.value())
    });
    let [all, beyond] = [0, 1].map(|k| sum(rows.iter().map(|row| row[k])));
    if beyond > UNKNOWN * all {
        return f64::NAN;
    }
    let density = |species: &Species<D>| sum(weights[species.range.clone()].iter().copied());
    all / (density(one) * density(other))
}

/// Means of functions of the relative speed over two orbits.
struct Mean {
    symmetry: Symmetry,
    /// Cosines of angles between rings.
    cosines: Vec<f64>,
    /// Nodes and weights on [−1, 1].
    rule: Vec<(f64, f64)>,
}

impl Mean {
    fn new(symmetry: Symmetry) -> Self {
        let cosine = |k: usize| (PI * (k as f64 + 0.5) / ANGLES as f64).cos();
        let count = NonZeroUsize::new(SPEEDS).unwrap_or(NonZeroUsize::MIN);
        Self {
            symmetry,
            cosines: (0..ANGLES).map(cosine).collect(),
            rule: GaussLegendre::new(count).as_node_weight_pairs().to_vec(),
        }
    }

    fn of<const D: usize>(&self, v: &[f64; D], w: &[f64; D], f: impl Fn(f64) -> [f64; 2]) -> [f64; 2] {
        let mut mean = [0.0; 2];
        let mut add = |weight: f64, speed: f64| {
            let found = f(speed);
            (0..2).for_each(|k| mean[k] += weight * found[k]);
        };
        match self.symmetry {
            Symmetry::None => add(1.0, (0..D).map(|axis| (v[axis] - w[axis]).powi(2)).sum::<f64>().sqrt()),
            Symmetry::Axial(HalfPlane { along, across }) => {
                let (r, s, z) = (v[across], w[across], v[along] - w[along]);
                for cosine in &self.cosines {
                    let square = z * z + r * r + s * s - 2.0 * r * s * cosine;
                    add(1.0 / ANGLES as f64, square.max(0.0).sqrt());
                }
            }
            Symmetry::Spherical => {
                let (r, s) = (v[RADIUS].abs(), w[RADIUS].abs());
                let (middle, half) = (r.max(s), r.min(s));
                if half == 0.0 {
                    add(1.0, middle);
                } else {
                    for (node, weight) in &self.rule {
                        // The density of u is u/(2 r s), and ∫ u du = 2 r s.
                        let u = middle + half * node;
                        add(0.5 * weight * u / middle, u);
                    }
                }
            }
        }
        mean
    }
}
