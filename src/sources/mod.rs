//! Sources of weight: births, losses and sinks of particles.
//!
//! ```text
//! dw_p/dt = b_p − w_p/τ,     and at the end of a step w_p = 0 where |v_p| > v_sink
//! ```
//!
//! **Splitting.** Collisions leave weights alone, and the equation above leaves velocities alone. It is solved exactly over
//! half a step before and half a step after the method's: Strang's splitting, of second order (Strang, SIAM J. Numer.
//! Anal. 5, 1968). Losses alone are exact. A sink acts once, at the end of a step; what passes its speed stays until then.
//!
//! **Births** take place on the cells of the lattice that the species started on. Particles have moved away from there, and
//! to put new ones among them would let their number grow without bound. So at the end of every step the weights are carried
//! back to the lattice, see [`shells`] and [`rings`]: mass, momentum and energy are kept to rounding, weights stay positive, and
//! smooth densities change by h⁵ of their sixth derivative. This is how vortex methods keep their particles
//! regular (Cottet, Koumoutsakos, Vortex Methods, 2000, chapter 7). Points have no such shares: positive ones with the
//! momentum of a point have more energy than it, as |v|² is convex, and nothing like the radius of a ring takes it up.
//!
//! **A particle without weight**, which a sink has emptied, stays where it is. It counts for nothing in densities, scores,
//! sums and moments.
//!
//! **Accounts.** What a source has given is summed from the changes of the weights themselves. Projections aim at the totals
//! with it, and so does the check of what is conserved.

pub mod given;
pub mod rings;
pub mod shares;
pub mod shells;

use self::given::Given;
use crate::error::Failure;
use crate::kernel::interaction::dot;
use crate::problem::{Birth, Flow, Problem, Species};
use crate::state::State;
use crate::sum::{Sum, sum};
use crate::symmetry::{HalfPlane, RADIUS, Symmetry};
use crate::terms::Supply;

/// The least density of a species that a run can go on with, on its scales: what
/// [a start](crate::setup::problem_and_state) needs too.
const LEAST_DENSITY: f64 = 1e-110;

/// Sums changes of weights of one species.
struct Account<'a, const D: usize> {
    problem: &'a Problem<D>,
    mass: f64,
    density: Sum,
    momentum: [Sum; D],
    energy: Sum,
}

impl<'a, const D: usize> Account<'a, D> {
    fn of(problem: &'a Problem<D>, species: usize) -> Self {
        let mass = problem.species[species].mass;
        Self { problem, mass, density: Sum::default(), momentum: [Sum::default(); D], energy: Sum::default() }
    }

    /// Enters a change of the weight of a particle.
    fn enter(&mut self, velocity: &[f64; D], change: f64) {
        let Problem { symmetry, reference, .. } = self.problem;
        let relative: [f64; D] = std::array::from_fn(|axis| velocity[axis] - reference[axis]);
        self.density.add(change);
        self.energy.add(0.5 * self.mass * change * dot(relative, relative));
        for axis in (0..D).filter(|&axis| symmetry.has_mean(axis)) {
            self.momentum[axis].add(self.mass * change * relative[axis]);
        }
    }

    /// Adds the sums to what a source has given in a step, and to what was brought in.
    fn close(self, given: &mut Given<D>, supplied: &mut Supply<D>) {
        let density = self.density.value();
        let momentum = self.momentum.map(Sum::value);
        let supply =
            Supply { mass: self.mass * density, momentum, energy: self.energy.value(), entropy: 0.0 };
        given.density += density;
        given.supply = given.supply.plus(1.0, supply);
        *supplied = supplied.plus(1.0, supply);
    }
}

/// Solves dw/dt = b − w/τ over a time, and enters what was born and lost: into `given`, one for each source, and into what the
/// state was supplied.
pub fn flow<const D: usize>(problem: &Problem<D>, state: &mut State<D>, time: f64, given: &mut [Given<D>]) {
    for (index, species) in problem.species.iter().enumerate() {
        let birth = problem.weight_source(index, |flow| match flow {
            Flow::Birth(birth) => Some(birth),
            _ => None,
        });
        let loss = problem.weight_source(index, |flow| match flow {
            Flow::Loss(decay) => Some(*decay),
            _ => None,
        });
        if birth.is_none() && loss.is_none() {
            continue;
        }
        let decays = loss.map_or(0.0, |(_, decay)| time / decay);
        let kept = (-decays).exp();
        // The time that weight born at a constant rate is worth at the end: ∫ e^(−t/τ) dt.
        let worth = if decays == 0.0 { time } else { -time * (-decays).exp_m1() / decays };
        let (mut born, mut lost) = (Account::of(problem, index), Account::of(problem, index));
        for (place, p) in species.range.clone().enumerate() {
            let rate = birth.map_or(0.0, |(_, birth)| birth.rates[place]);
            let before = state.weights[p];
            let after = before * kept + rate * worth;
            born.enter(&state.velocities[p], rate * time);
            lost.enter(&state.velocities[p], after - before - rate * time);
            state.weights[p] = after;
        }
        if let Some((source, _)) = birth {
            born.close(&mut given[source], &mut state.supplied);
        }
        if let Some((source, _)) = loss {
            lost.close(&mut given[source], &mut state.supplied);
        }
    }
}

/// Takes the weight of what is faster than sinks allow.
pub fn drain<const D: usize>(problem: &Problem<D>, state: &mut State<D>, given: &mut [Given<D>]) {
    for (source, given) in problem.weight_sources.iter().zip(given) {
        let Flow::Sink(speed) = source.flow else { continue };
        let mut taken = Account::of(problem, source.species);
        for p in problem.species[source.species].range.clone() {
            let velocity = state.velocities[p];
            if dot(velocity, velocity).sqrt() > speed {
                taken.enter(&velocity, -state.weights[p]);
                state.weights[p] = 0.0;
            }
        }
        taken.close(given, &mut state.supplied);
    }
}

/// Carries the weights of species with births back to the cells of their lattices.
///
/// # Errors
///
/// If particles are beyond the lattice, or it is too coarse for them.
pub fn settle<const D: usize>(problem: &Problem<D>, state: &mut State<D>) -> Result<(), Failure> {
    for (species, birth) in births(problem) {
        let range = species.range.clone();
        let weights = carried(problem, state, species, birth)?;
        state.weights[range.clone()].copy_from_slice(&weights);
        state.velocities[range].copy_from_slice(&birth.cells);
    }
    Ok(())
}

/// Whether [`settle`] could carry all weights back: the failure of the species that does not fit, with how far its weight has
/// moved since it was on the cells, in spacings, at the mean.
pub fn misfit<const D: usize>(problem: &Problem<D>, state: &State<D>) -> Option<(Failure, f64)> {
    births(problem).find_map(|(species, birth)| {
        let failure = carried(problem, state, species, birth).err()?;
        let range = species.range.clone();
        let weights = &state.weights[range.clone()];
        let moved =
            state.velocities[range].iter().zip(&birth.cells).zip(weights).map(|((v, cell), weight)| {
                let change: [f64; D] = std::array::from_fn(|axis| v[axis] - cell[axis]);
                weight * dot(change, change).sqrt()
            });
        Some((failure, sum(moved) / sum(weights.iter().copied()) / species.spacing))
    })
}

/// The longest time in which births double the weight of no species that has any, and in which what is born, moving at the rates at
/// its cells, moves by a spacing at the mean: what a first step may last. None without births.
pub fn first_step<const D: usize>(problem: &Problem<D>, weights: &[f64], rates: &[[f64; D]]) -> Option<f64> {
    let longest = births(problem).map(|(species, birth)| {
        let range = species.range.clone();
        let present = sum(weights[range.clone()].iter().copied());
        let born = sum(birth.rates.iter().copied());
        let moving =
            rates[range].iter().zip(&birth.rates).map(|(rate, born)| born * dot(*rate, *rate).sqrt());
        (present / born).min(species.spacing * born / sum(moving))
    });
    longest.reduce(f64::min)
}

/// The species with births.
fn births<const D: usize>(problem: &Problem<D>) -> impl Iterator<Item = (&Species<D>, &Birth<D>)> {
    problem.weight_sources.iter().filter_map(|source| match &source.flow {
        Flow::Birth(birth) => Some((&problem.species[source.species], birth)),
        _ => None,
    })
}

/// The weights of a species on the cells of its births.
fn carried<const D: usize>(
    problem: &Problem<D>,
    state: &State<D>,
    species: &Species<D>,
    birth: &Birth<D>,
) -> Result<Vec<f64>, Failure> {
    let (velocities, weights) =
        (&state.velocities[species.range.clone()], &state.weights[species.range.clone()]);
    let found = match problem.symmetry {
        Symmetry::None => None,
        Symmetry::Axial(HalfPlane { along, across }) => {
            let place = |v: &[f64; D]| [v[across].abs(), v[along]];
            let [cells, places] = [&birth.cells[..], velocities]
                .map(|points| points.iter().map(place).collect::<Vec<[f64; 2]>>());
            rings::carried(&cells, &places, weights)
        }
        Symmetry::Spherical => {
            let radius = |v: &[f64; D]| v[RADIUS].abs();
            let [cells, places] =
                [&birth.cells[..], velocities].map(|points| points.iter().map(radius).collect::<Vec<f64>>());
            shells::carried(&cells, &places, weights)
        }
    };
    found.ok_or_else(|| Failure::OffLattice { species: species.name.clone(), step: state.step + 1 })
}

/// Refuses a state in which nothing is left of a species.
///
/// # Errors
///
/// With its name.
pub fn require_weight<const D: usize>(problem: &Problem<D>, state: &State<D>) -> Result<(), Failure> {
    for species in &problem.species {
        let density = sum(state.weights[species.range.clone()].iter().copied());
        let is_enough = density >= LEAST_DENSITY;
        if !(is_enough || species.range.is_empty()) {
            return Err(Failure::NothingLeft { species: species.name.clone(), step: state.step + 1 });
        }
    }
    Ok(())
}

/// The names of the sources of weight, in the order of the problem's.
pub fn names<const D: usize>(problem: &Problem<D>) -> Vec<String> {
    let sources = problem.weight_sources.iter();
    let name = |source: &crate::problem::WeightSource<D>| {
        let kind = match source.flow {
            Flow::Birth(_) => "birth",
            Flow::Loss(_) => "loss",
            Flow::Sink(_) => "sink",
        };
        format!("{}_{kind}", problem.species[source.species].name)
    };
    sources.map(name).collect()
}
