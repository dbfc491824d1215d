//! From a scenario to a plasma near equilibrium whose transport can be asked for.

use super::equilibrium;
use super::response::Plasma;
use crate::exact::rates::{self, Maxwellian};
use crate::exact::sonine;
use crate::fields::Fields;
use crate::problem::Problem;
use crate::scenario::{Scenario, Violation};
use crate::setup;
use crate::symmetry::{HalfPlane, Symmetry};
use crate::units::Scales;

/// How far temperatures of particles may differ, relative to them: the lattices of species with one temperature cut
/// their tails at different thermal speeds.
const ONE_TEMPERATURE: f64 = 0.02;

impl<const D: usize> Plasma<D> {
    /// Of a scenario in three dimensions whose moving species are Maxwellians of one temperature and one drift.
    ///
    /// # Errors
    ///
    /// With the place of what is not near an equilibrium.
    pub fn new(scenario: &Scenario) -> Result<Self, Violation> {
        let (problem, state) = setup::problem_and_state::<D>(scenario)?;
        let axis = match problem.symmetry {
            Symmetry::None => 0,
            Symmetry::Axial(HalfPlane { along, .. }) => along,
            Symmetry::Spherical => {
                return Err(Violation::new(
                    "symmetry",
                    "found `spherical`; allowed: `none` or `axial`, since fluxes have a direction",
                ));
            }
        };
        if D != 3 {
            return Err(Violation::new("dimension", format!("found {D}; allowed: 3")));
        }
        if scenario.fields.electric.is_some() {
            return Err(Violation::new(
                "fields.electric",
                "found an electric field; allowed: none, since impulses stand for it",
            ));
        }
        let frequency = frequency(&problem)?;
        if !scenario.sources.is_empty() {
            return Err(Violation::new(
                "sources",
                "found sources; allowed: none, since the plasma is at rest",
            ));
        }
        let common = equilibrium::common(scenario)?;
        let moments: Vec<_> =
            problem.species.iter().map(|one| problem.moments(one, &state.velocities)).collect();
        let temperature = moments.iter().map(|one| one.temperature()).sum::<f64>() / moments.len() as f64;
        for (species, moments) in problem.species.iter().zip(&moments) {
            if (moments.temperature() / temperature - 1.0).abs() > ONE_TEMPERATURE {
                return Err(Violation::new(
                    "species",
                    format!(
                        "found species \"{}\" whose particles have {:.4} of the mean temperature; allowed: within {ONE_TEMPERATURE} of it, on lattices that reach as many thermal speeds",
                        species.name,
                        moments.temperature() / temperature
                    ),
                ));
            }
        }
        for (i, species) in problem.species.iter().enumerate() {
            let row =
                |coefficients: &[f64], of: usize| coefficients[i * of..(i + 1) * of].iter().any(|&c| c > 0.0);
            let collides = row(&problem.coefficients, problem.species.len())
                || row(&problem.fixed_coefficients, problem.fixed.len())
                || row(&problem.background_coefficients, problem.backgrounds.len());
            if !collides {
                return Err(Violation::new(
                    "collisions.coefficients",
                    format!(
                        "found species \"{}\" that collides with nothing; allowed: collisions with some species, or its response never ends",
                        species.name
                    ),
                ));
            }
        }
        equilibrium::check_surroundings(scenario, &problem, common)?;
        let speeds = problem.species.iter().map(|species| (temperature / species.mass).sqrt()).collect();
        let velocity = state.invariants.mean_velocity();
        // Runs are those without a field, whose responses are turned afterwards.
        let problem = Problem { fields: Fields::default(), ..problem };
        Ok(Self { axis, temperature, speeds, velocity, frequency, problem, state })
    }
}

/// q B/m of the one moving species in a magnetic field.
fn frequency<const D: usize>(problem: &Problem<D>) -> Result<Option<f64>, Violation> {
    let Some(magnetic) = problem.fields.magnetic else { return Ok(None) };
    let [one] = problem.species.as_slice() else {
        return Err(Violation::new(
            "fields.magnetic",
            format!(
                "found a magnetic field with {} moving species; allowed: with one, since each turns at a frequency of its own; make the others fixed or backgrounds",
                problem.species.len()
            ),
        ));
    };
    let strength = magnetic.iter().fold(0.0f64, |length, component| length.hypot(*component));
    Ok(Some(one.charge / one.mass * strength))
}

/// What coefficients are made of: the moving species, on the scales of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Constituents {
    pub species: Vec<Constituent>,
    pub temperature: f64,
    pub scales: Scales,
    /// Whether collisions keep the momentum of the moving species.
    pub keeps_momentum: bool,
    /// The electrons of a plasma of electrons and heavier species.
    pub electrons: Option<Electrons>,
    /// The same plasma for expansions in polynomials, where collisions are of Coulomb's kind.
    pub expansion: Option<sonine::Plasma>,
}

/// A moving species.
#[derive(Debug, Clone, PartialEq)]
pub struct Constituent {
    pub name: String,
    pub mass: f64,
    pub charge: f64,
    pub density: f64,
    /// 1.2 times the time of isotropisation, Braginskii's τ_i; none for a species that does not collide with itself.
    pub own_time: Option<f64>,
}

/// The lightest of several species.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Electrons {
    /// Its place among the moving species.
    pub index: usize,
    /// The time in which a Maxwellian slows down on all heavier species, Braginskii's τ_e.
    pub time: f64,
}

/// Species this many times as heavy are heavy beside electrons.
const HEAVY: f64 = 100.0;

impl Constituents {
    /// Of a plasma.
    pub fn of<const D: usize>(plasma: &Plasma<D>) -> Self {
        let Plasma { problem, state, temperature, .. } = plasma;
        let count = problem.species.len();
        let densities = problem.species.iter().map(|one| problem.moments(one, &state.velocities).density);
        let densities: Vec<f64> = densities.collect();
        let maxwellian = |i: usize| Maxwellian {
            density: densities[i],
            mass: problem.species[i].mass,
            temperature: *temperature,
        };
        let own_time = |i: usize| {
            let rate =
                rates::isotropisation(D, problem.gamma, problem.coefficients[i * count + i], maxwellian(i));
            (rate > 0.0).then_some(1.2 / rate)
        };
        let species = problem.species.iter().enumerate().map(|(i, one)| Constituent {
            name: one.name.clone(),
            mass: one.mass,
            charge: one.charge,
            density: densities[i],
            own_time: own_time(i),
        });
        let species: Vec<Constituent> = species.collect();
        Self {
            electrons: electrons(plasma, &maxwellian),
            temperature: *temperature,
            scales: problem.scales,
            keeps_momentum: plasma.keeps_momentum(),
            expansion: expansion(plasma, &species),
            species,
        }
    }

    /// The time that the coefficients of a species are measured in, and whether it is that of electrons.
    pub fn time_of(&self, species: usize) -> Option<(bool, f64)> {
        match self.electrons {
            Some(electrons) if electrons.index == species => Some((true, electrons.time)),
            _ => self.species[species].own_time.map(|time| (false, time)),
        }
    }
}

/// The one species that all others, moving or fixed, are heavy beside.
fn electrons<const D: usize>(
    plasma: &Plasma<D>,
    maxwellian: &impl Fn(usize) -> Maxwellian,
) -> Option<Electrons> {
    let Plasma { problem, .. } = plasma;
    let count = problem.species.len();
    let lightest = |&i: &usize, &j: &usize| problem.species[i].mass.total_cmp(&problem.species[j].mass);
    let index = (0..count).min_by(lightest)?;
    let one = maxwellian(index);
    let slowed = |c: f64, other: Maxwellian| rates::slowing_down(D, problem.gamma, c, one, other);
    let mut rate = 0.0;
    for j in (0..count).filter(|&j| j != index) {
        if problem.species[j].mass < HEAVY * one.mass {
            return None;
        }
        // To leading order in the ratio of the masses: heavy species are fixed.
        let wall = Maxwellian { mass: f64::INFINITY, ..maxwellian(j) };
        rate += slowed(problem.coefficients[index * count + j], wall);
    }
    for (b, fixed) in problem.fixed.iter().enumerate() {
        let wall = Maxwellian { density: fixed.density, mass: f64::INFINITY, temperature: 0.0 };
        rate += slowed(problem.fixed_coefficients[index * problem.fixed.len() + b], wall);
    }
    (rate > 0.0).then_some(Electrons { index, time: 1.0 / rate })
}

/// The plasma of an expansion in Sonine polynomials: γ = −3, and backgrounds at the equilibrium's own temperature.
fn expansion<const D: usize>(plasma: &Plasma<D>, species: &[Constituent]) -> Option<sonine::Plasma> {
    let Plasma { problem, temperature, .. } = plasma;
    let near = |other: f64| (other - temperature).abs() <= ONE_TEMPERATURE * temperature;
    let still = problem.backgrounds.iter().all(|one| near(one.temperature));
    if problem.gamma != -3.0 || !still {
        return None;
    }
    let strengths = |coefficients: &[f64], kinds: usize, b: usize, density: f64| {
        (0..species.len()).map(|i| coefficients[i * kinds + b] * density).collect()
    };
    let fixed = problem.fixed.iter().enumerate().map(|(b, one)| sonine::Still {
        variance: 0.0,
        strengths: strengths(&problem.fixed_coefficients, problem.fixed.len(), b, one.density),
    });
    let backgrounds = problem.backgrounds.iter().enumerate().map(|(b, one)| sonine::Still {
        variance: temperature / one.mass,
        strengths: strengths(&problem.background_coefficients, problem.backgrounds.len(), b, one.density),
    });
    Some(sonine::Plasma {
        temperature: *temperature,
        species: species.iter().map(|one| sonine::Moving { mass: one.mass, density: one.density }).collect(),
        coefficients: problem.coefficients.clone(),
        still: fixed.chain(backgrounds).collect(),
    })
}
