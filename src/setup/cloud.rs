//! The particles of one species, with their weights and the distance between them.

use super::cloud_file::{Amount, CloudFile, Fault, MOST_PARTICLES, Wanted};
use super::lattice::THERMAL_SPEEDS;
use super::scales;
use crate::distribution::{Distribution, File, Initial, Particle, Points, vector};
use crate::functionals::moments::Moments;
use crate::parallel;
use crate::problem::Lattice;
use crate::scenario::{HalfWidth, Particles, Scenario, SourceTerm, Species, Units, Violation};
use crate::sum::sum;
use crate::symmetry::Symmetry;
use crate::units::Scales;
use kiddo::{ImmutableKdTree, SquaredEuclidean};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::num::NonZeroUsize;
use std::path::Path;

/// How particles are placed on a lattice.
struct Placing<const D: usize> {
    center: [f64; D],
    drop_below: f64,
    /// Whether every cell has a particle, also where the density is 0.
    whole: bool,
}

/// Whether particles of a species are born during the run.
fn is_born(scenario: &Scenario, one: &Species) -> bool {
    let births = |source: &SourceTerm| matches!(source, SourceTerm::Birth { .. });
    scenario.sources.iter().any(|source| births(source) && source.species() == one.name)
}

/// The particles of one species.
pub struct Cloud<const D: usize> {
    pub symmetry: Symmetry,
    pub velocities: Vec<[f64; D]>,
    pub weights: Vec<f64>,
    pub spacing: f64,
    pub lattice: Option<Lattice<D>>,
    pub center: [f64; D],
    /// What a user should know of the file that it came from, a line each.
    pub notes: Vec<String>,
}

/// The cloud of every moving species of a scenario, in its units.
pub fn clouds<const D: usize>(scenario: &Scenario) -> Result<Vec<Cloud<D>>, Violation> {
    let moving = scenario.species.iter().enumerate().filter(|(_, one)| one.fixed.is_none());
    let cloud = |(index, one)| {
        Cloud::of(scenario, one, index).map_err(|violation| violation.under(&format!("species.{index}")))
    };
    moving.map(cloud).collect()
}

impl<const D: usize> Cloud<D> {
    /// The particles of the species at `index`, which is also the stream of its random numbers. A violation's path is
    /// among the species' keys.
    fn of(scenario: &Scenario, one: &Species, index: usize) -> Result<Self, Violation> {
        let Some(initial) = &one.initial else { unreachable!("validation asks for it in a moving species") };
        let distribution =
            |lattice| Distribution::<D>::new(initial, scales::particle(scenario, one), lattice);
        let symmetry = scenario.symmetry.of_run();
        let misplaced = |message| Violation::new("particles", message);
        match &one.particles {
            None => {
                let path = format!("initial.{}", initial.key());
                let held = match initial {
                    Initial::File(file) => read(scenario, one, file)?,
                    Initial::Points(points) => {
                        held(points).map_err(|message| Violation::new(&path, message))?
                    }
                    _ => unreachable!("validation asks for particles"),
                };
                Self::of_file(held, symmetry).map_err(|message| Violation::new(path, message))
            }
            Some(Particles::Lattice { per_axis, half_width, center, drop_below }) => {
                let (Some(HalfWidth::Velocity(half_width)), Some(center)) = (half_width, center) else {
                    unreachable!("lattices are resolved before particles are placed on them");
                };
                let spacing = 2.0 * half_width / f64::from(*per_axis);
                let center = vector(Some(center));
                let lattice = Lattice {
                    symmetry,
                    first: center.map(|component| component - half_width + 0.5 * spacing),
                    spacing,
                    per_axis: *per_axis as usize,
                };
                let distribution = distribution(Some(&lattice))?;
                if initial.needs_lattice::<D>() {
                    require_symmetry(&distribution, &lattice)
                        .map_err(|message| Violation::new("initial", message))?;
                }
                let particle = scales::particle(scenario, one);
                let placing = Placing { center, drop_below: *drop_below, whole: is_born(scenario, one) };
                Self::on_lattice(&distribution, particle, lattice, placing).map_err(misplaced)
            }
            Some(Particles::Random { count, seed }) => {
                let mut generator = ChaCha8Rng::seed_from_u64(*seed);
                generator.set_stream(index as u64);
                let distribution = distribution(None)?;
                let samples = distribution.random(*count as usize, &mut generator);
                Self::sampled(samples, &distribution, symmetry).map_err(misplaced)
            }
            Some(Particles::QuasiRandom { count }) => {
                let distribution = distribution(None)?;
                let samples = distribution.quasi_random(*count as usize);
                Self::sampled(samples, &distribution, symmetry).map_err(misplaced)
            }
        }
    }

    fn on_lattice(
        distribution: &Distribution<D>,
        particle: Particle,
        lattice: Lattice<D>,
        Placing { center, drop_below, whole }: Placing<D>,
    ) -> Result<Self, String> {
        let farthest = farthest(&lattice);
        if lattice.spacing < FINEST * farthest {
            let half_width = 0.5 * lattice.per_axis as f64 * FINEST * farthest;
            return Err(format!(
                "found cells that are {:.1e} of the velocities on their lattice; allowed: at least {FINEST:.1e} of them, for numbers to tell the cells apart, here a half width from {half_width:.2e} on, that of a temperature of {:.2e} by {THERMAL_SPEEDS} thermal speeds",
                lattice.spacing / farthest,
                particle.temperature(half_width / THERMAL_SPEEDS),
            ));
        }
        let grid = snapping_grid(lattice.spacing, farthest);
        let snap = |v: [f64; D]| v.map(|component| (component / grid).round() * grid);
        let weighted = || lattice.cells().map(|(v, volume)| (snap(v), distribution.density_at(v) * volume));
        let largest = weighted().map(|(_, weight)| weight).fold(0.0, f64::max);
        let least = drop_below * largest;
        let (velocities, weights): (Vec<_>, Vec<_>) = weighted()
            .filter(|&(_, weight)| weight.is_finite() && (whole || weight > 0.0 && weight >= least))
            .unzip();
        if largest == 0.0 || velocities.is_empty() {
            let is_coarse = distribution.narrowest_width().is_some_and(|width| width < lattice.spacing);
            let seen =
                Some(particle.temperature(lattice.spacing)).filter(|seen| is_coarse && seen.is_finite());
            let wider = seen.map_or(String::new(), |seen| {
                format!(
                    " and whose cells are no wider than its parts, as of a temperature from {seen:.2e} on"
                )
            });
            return Err(format!(
                "found a lattice whose cells all lie where the density is 0; allowed: a lattice that covers the distribution{wider}"
            ));
        }
        let Lattice { symmetry, spacing, .. } = lattice;
        Ok(Self { symmetry, velocities, weights, spacing, lattice: Some(lattice), center, notes: Vec::new() })
    }

    fn sampled(
        velocities: Vec<[f64; D]>,
        distribution: &Distribution<D>,
        symmetry: Symmetry,
    ) -> Result<Self, String> {
        let weights = vec![distribution.density() / velocities.len() as f64; velocities.len()];
        Self::weighted(velocities, weights, distribution.mean(), symmetry)
    }

    fn of_file(file: CloudFile<D>, symmetry: Symmetry) -> Result<Self, String> {
        require_symmetric_mean(&file, symmetry)?;
        let CloudFile { velocities, weights, notes } = file;
        let total = sum(weights.iter().copied());
        let center = std::array::from_fn(|axis| {
            sum(velocities.iter().zip(&weights).map(|(v, w)| w * v[axis])) / total
        });
        Ok(Self { notes, ..Self::weighted(velocities, weights, center, symmetry)? })
    }

    /// Of particles that are no lattice's: each stands for its orbit.
    fn weighted(
        mut velocities: Vec<[f64; D]>,
        weights: Vec<f64>,
        center: [f64; D],
        symmetry: Symmetry,
    ) -> Result<Self, String> {
        velocities.iter_mut().for_each(|v| *v = symmetry.held(*v));
        let center = symmetry.mean(center);
        // A tree over millions of equal points takes its time to find the same.
        let differ = velocities.iter().any(|v| *v != velocities[0]);
        let spacing = if differ { mean_neighbour_distance(&velocities) } else { 0.0 };
        if spacing.is_nan() || spacing <= 0.0 {
            return Err(format!(
                "found a mean distance of {spacing} between neighbours; allowed: particles that differ"
            ));
        }
        Ok(Self { symmetry, velocities, weights, spacing, lattice: None, center, notes: Vec::new() })
    }

    /// The moments of its velocities, by the mass 1.
    pub fn moments(&self) -> Moments<D> {
        Moments::of(self.symmetry, 1.0, &self.velocities, &self.weights)
    }

    /// The cloud on the scales of a run: powers of two, which change no bit of a number.
    pub fn scaled(mut self, scales: &Scales) -> Self {
        let scaled = |v: [f64; D]| v.map(|component| component / scales.velocity);
        self.velocities.iter_mut().for_each(|v| *v = scaled(*v));
        self.weights.iter_mut().for_each(|weight| *weight /= scales.density);
        self.spacing /= scales.velocity;
        self.center = scaled(self.center);
        if let Some(lattice) = &mut self.lattice {
            lattice.first = scaled(lattice.first);
            lattice.spacing /= scales.velocity;
        }
        self
    }
}

/// A formula must have the symmetry of the lattice that it is placed on: on every orbit it has one value.
pub(super) fn require_symmetry<const D: usize>(
    distribution: &Distribution<D>,
    lattice: &Lattice<D>,
) -> Result<(), String> {
    let largest = lattice.centers().map(|v| distribution.density_at(v)).fold(0.0, f64::max);
    for held in lattice.centers() {
        // What changes around an axis may be the same at the corners of a hexagon and at one more point.
        for point in lattice.symmetry.orbit(held).chain(lattice.symmetry.elsewhere(held)) {
            let [one, other] = [held, point].map(|v| distribution.density_at(v));
            // Formulas have their rounding; what breaks a symmetry is of the size of the density.
            if (one - other).abs() > 1e-9 * largest {
                return Err(format!(
                    "found a density that is {one:.4e} at v = {held:.3?} and {other:.4e} at v = {point:.3?}; allowed: the same at both, for the symmetry of the scenario"
                ));
            }
        }
    }
    Ok(())
}

/// How many standard errors points may drift in a way that their orbits cannot: 1e-8 of all samples do so by chance.
const CHANCE: f64 = 6.0;

/// Points stand for their orbits, which lose what of a drift does not have the symmetry. So they must not have any, but for
/// what their number leaves to chance. Points that orbits are held by say nothing of a drift.
fn require_symmetric_mean<const D: usize>(file: &CloudFile<D>, symmetry: Symmetry) -> Result<(), String> {
    let CloudFile { velocities, weights, .. } = file;
    if velocities.iter().all(|v| *v == symmetry.restricted(*v)) {
        return Ok(());
    }
    let total = sum(weights.iter().copied());
    let moment = |power: i32, axis: usize| {
        sum(velocities.iter().zip(weights).map(|(v, w)| w * v[axis].powi(power))) / total
    };
    let mean: [f64; D] = std::array::from_fn(|axis| moment(1, axis));
    let (mut drift, mut variance) = (0.0, 0.0);
    for axis in (0..D).filter(|&axis| !symmetry.has_mean(axis)) {
        drift += mean[axis] * mean[axis];
        variance += moment(2, axis) - mean[axis] * mean[axis];
    }
    let effective = total * total / sum(weights.iter().map(|w| w * w));
    let errors = (drift * effective / variance).sqrt();
    if errors > CHANCE {
        return Err(format!(
            "found points that drift at {mean:.3?}, {errors:.0} times what their number leaves to chance; allowed: {}, for points that stand for their orbits",
            symmetry.of_vectors()
        ));
    }
    Ok(())
}

/// The particles that a scenario holds of a species.
fn held<const D: usize>(points: &Points) -> Result<CloudFile<D>, String> {
    let (velocities, weights) = points.particles::<D>();
    let cloud = CloudFile { velocities, weights, notes: Vec::new() }.without_weightless();
    match cloud.velocities.len() {
        2..=MOST_PARTICLES => Ok(cloud),
        count => Err(Fault::of_count(count).message),
    }
}

/// The particles that a file holds of a species.
pub(super) fn read<const D: usize>(
    scenario: &Scenario,
    one: &Species,
    file: &File,
) -> Result<CloudFile<D>, Violation> {
    let wanted = Wanted {
        species: file.species.as_ref().unwrap_or(&one.name).clone(),
        iteration: file.iteration,
        amount: amount(file),
        mass: one.mass.unwrap_or(1.0),
        charge: one.charge,
        si: scenario.units == Units::Si {},
        symmetry: scenario.symmetry.of_run(),
    };
    CloudFile::read(Path::new(&file.path), &wanted)
        .map_err(|Fault { key, message }| Violation::new(format!("initial.file.{key}"), message))
}

/// What makes the weights of a file densities; validation asks for one at most.
fn amount(file: &File) -> Option<Amount> {
    let volume = file.volume.map(Amount::Volume);
    let area = file.area.map(Amount::Area);
    let length = file.length.map(Amount::Length);
    volume.or(area).or(length).or(file.density.map(Amount::Density))
}

/// Spacing of a lattice beside its farthest velocity: 2⁻⁴⁴, so that a grid of 2⁻⁴⁸ of that velocity moves a cell by at most
/// a thirty-second of the spacing.
const FINEST: f64 = 1.0 / (1_u64 << 44) as f64;

/// The largest size of a component on a lattice.
fn farthest<const D: usize>(lattice: &Lattice<D>) -> f64 {
    let edge = (lattice.per_axis - 1) as f64 * lattice.spacing;
    lattice.first.into_iter().fold(0.0, |most, first| first.abs().max((first + edge).abs()).max(most))
}

/// A power of two that is fine beside a lattice's spacing and coarse beside the rounding of its farthest velocity. On the
/// grid of its multiples, cells of two species that meet in the same point meet in the same bits, and do not interact; a
/// rounding error apart the force between them would be 10¹⁵ times what it is between neighbours.
fn snapping_grid(spacing: f64, farthest: f64) -> f64 {
    let exponent = (spacing.log2().round() - 36.0).max(farthest.log2().floor() - 48.0);
    2f64.powi(exponent as i32)
}

/// The mean distance from a particle to its nearest neighbour.
fn mean_neighbour_distance<const D: usize>(velocities: &[[f64; D]]) -> f64 {
    let Ok(tree) = ImmutableKdTree::<f64, D>::new_from_slice(velocities) else { return f64::NAN };
    let two = NonZeroUsize::MIN.saturating_add(1);
    let distances = parallel::map(velocities.len(), &|p| {
        // The nearest is the particle itself.
        let nearest = tree.query(&velocities[p]).nearest_n::<SquaredEuclidean<f64>>(two).execute();
        nearest.last().map_or(f64::NAN, |neighbour| neighbour.distance.sqrt())
    });
    distances.iter().sum::<f64>() / velocities.len() as f64
}
