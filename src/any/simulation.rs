//! A run in memory that is stepped, in any dimension and in the units of its scenario.

use super::view::{AnyView, density, vectors, weights};
use crate::error::Failure;
use crate::integrators::Facts;
use crate::kernel::lanes::InstructionSet;
use crate::rules::Violation;
use crate::scenario::Scenario;
use crate::setup::{self, StartError};
use crate::simulation::Simulation;

/// A run in memory, in two or three dimensions. Vectors have the components of the scenario's dimension, particle after
/// particle; with a symmetry they are those of the point that holds a particle's orbit.
pub struct AnySimulation {
    run: Box<dyn InUnits>,
    order: u32,
}

impl AnySimulation {
    /// The run of a scenario at its start, by the best instruction set of the machine.
    ///
    /// # Errors
    ///
    /// A value of the scenario that only its particles show to be wrong; a start that is out of reach for its summation.
    pub fn new(scenario: &Scenario) -> Result<Self, StartError> {
        Self::by(scenario, InstructionSet::detect())
    }

    /// The same, by an instruction set.
    ///
    /// # Errors
    ///
    /// As of [`Self::new`].
    pub fn by(scenario: &Scenario, set: InstructionSet) -> Result<Self, StartError> {
        let run: Box<dyn InUnits> = match scenario.dimension {
            2 => Box::new(setup::simulation::<2>(scenario, set)?),
            _ => Box::new(setup::simulation::<3>(scenario, set)?),
        };
        Ok(Self { run, order: scenario.score.order() })
    }

    /// Takes one step, and returns its length in the units of the scenario.
    ///
    /// # Errors
    ///
    /// If the step cannot be taken or trusted; numbers are in the units of the scenario. The state is then what it was.
    pub fn step(&mut self) -> Result<f64, Failure> {
        self.run.step()
    }

    /// Steps to the first state at or after a time in the units of the scenario, or to the end of the time grid if that
    /// comes first, and returns the time of that state.
    ///
    /// # Errors
    ///
    /// As of [`Self::step`]. The state is then the last good one.
    pub fn advance_to(&mut self, time: f64) -> Result<f64, Failure> {
        while self.time() < time && !self.is_complete() {
            self.step()?;
        }
        Ok(self.time())
    }

    /// Whether the state is the last of the time grid.
    pub fn is_complete(&self) -> bool {
        self.run.is_complete()
    }

    /// Steps taken.
    pub fn steps(&self) -> u64 {
        self.run.steps()
    }

    /// The time of the state, in the units of the scenario.
    pub fn time(&self) -> f64 {
        self.run.time()
    }

    /// The dimension of the velocity space.
    pub fn dimension(&self) -> usize {
        self.run.dimension()
    }

    /// The names of the moving species, in the order of the scenario.
    pub fn species(&self) -> Vec<&str> {
        self.run.species()
    }

    /// The velocities of a moving species, in the units of the scenario. None if there is no moving species of this name.
    pub fn velocities(&self, species: &str) -> Option<Vec<f64>> {
        self.run.velocities(species)
    }

    /// The weights of a moving species, in the scenario's unit of density, one a particle.
    pub fn weights(&self, species: &str) -> Option<Vec<f64>> {
        self.run.weights(species)
    }

    /// Puts the particles of a species at other velocities: what is conserved is from now on that of the new state, and
    /// what terms gave before is forgotten.
    ///
    /// # Errors
    ///
    /// No moving species of this name; another number of components than its particles have, or one that is not finite.
    /// The state is then what it was.
    pub fn set_velocities(&mut self, species: &str, velocities: &[f64]) -> Result<(), Violation> {
        self.run.set_velocities(species, velocities)
    }

    /// The density of a species at points, in the scenario's units: [`density_at`](crate::functionals::density::density_at)
    /// at the order of the scenario's scores. None if there is no moving species of this name.
    pub fn density(&self, species: &str, points: &[f64]) -> Option<Vec<f64>> {
        self.run.density(species, self.order, points)
    }

    /// Looks at the state with its scores and rates, which are computed if they are not known.
    ///
    /// # Errors
    ///
    /// If the rates at the state cannot be trusted.
    pub fn look<T>(&mut self, at: impl FnOnce(&dyn AnyView) -> T) -> Result<T, Failure> {
        let (mut at, mut seen) = (Some(at), None);
        self.run.look(&mut |view| seen = at.take().map(|at| at(view)))?;
        seen.ok_or_else(|| unreachable!("a state that was evaluated is shown"))
    }

    /// What is known of the method.
    pub fn facts(&self) -> Facts {
        self.run.facts()
    }

    /// Evaluations of the right-hand side so far.
    pub fn evaluations(&self) -> u64 {
        self.run.evaluations()
    }
}

/// A run in one dimension, by what it says in the units of its scenario.
trait InUnits: Send {
    fn step(&mut self) -> Result<f64, Failure>;
    fn is_complete(&self) -> bool;
    fn steps(&self) -> u64;
    fn time(&self) -> f64;
    fn dimension(&self) -> usize;
    fn species(&self) -> Vec<&str>;
    fn velocities(&self, species: &str) -> Option<Vec<f64>>;
    fn weights(&self, species: &str) -> Option<Vec<f64>>;
    fn set_velocities(&mut self, species: &str, velocities: &[f64]) -> Result<(), Violation>;
    fn density(&self, species: &str, order: u32, points: &[f64]) -> Option<Vec<f64>>;
    fn look(&mut self, at: &mut dyn FnMut(&dyn AnyView)) -> Result<(), Failure>;
    fn facts(&self) -> Facts;
    fn evaluations(&self) -> u64;
}

impl<const D: usize> InUnits for Simulation<D> {
    fn step(&mut self) -> Result<f64, Failure> {
        let scales = self.problem().scales;
        let dt = Simulation::step(self).map_err(|failure| failure.in_units(&scales))?;
        Ok(dt * scales.time)
    }

    fn is_complete(&self) -> bool {
        self.state().is_last()
    }

    fn steps(&self) -> u64 {
        self.state().step
    }

    fn time(&self) -> f64 {
        Simulation::time(self) * self.problem().scales.time
    }

    fn dimension(&self) -> usize {
        D
    }

    fn species(&self) -> Vec<&str> {
        self.problem().species.iter().map(|one| one.name.as_str()).collect()
    }

    fn velocities(&self, species: &str) -> Option<Vec<f64>> {
        vectors(self.problem(), Simulation::velocities(self), species, |scales| scales.velocity)
    }

    fn weights(&self, species: &str) -> Option<Vec<f64>> {
        weights(self.problem(), species)
    }

    fn set_velocities(&mut self, species: &str, velocities: &[f64]) -> Result<(), Violation> {
        let problem = self.problem();
        let names: Vec<&str> = problem.species.iter().map(|one| one.name.as_str()).collect();
        let place = names.iter().position(|name| *name == species).ok_or_else(|| {
            let message = format!("found \"{species}\"; allowed: {}", names.join(", "));
            Violation::new("species", message)
        })?;
        let count = problem.species[place].range.len();
        if velocities.len() != D * count {
            let found = velocities.len();
            let message = format!("found {found} components; allowed: {D} of each of {count} particles");
            return Err(Violation::new("velocities", message));
        }
        if let Some(at) = velocities.iter().position(|component| !component.is_finite()) {
            let path = format!("velocities.{}.{}", at / D, at % D);
            return Err(Violation::new(path, format!("found {}; allowed: a finite number", velocities[at])));
        }
        let (unit, symmetry) = (problem.scales.velocity, problem.symmetry);
        let point = |v: &[f64]| symmetry.held(std::array::from_fn(|axis| v[axis] / unit));
        let points: Vec<[f64; D]> = velocities.chunks_exact(D).map(point).collect();
        self.set_velocities_of(place, &points);
        Ok(())
    }

    fn density(&self, species: &str, order: u32, points: &[f64]) -> Option<Vec<f64>> {
        density(self.problem(), Simulation::velocities(self), species, order, points)
    }

    fn look(&mut self, at: &mut dyn FnMut(&dyn AnyView)) -> Result<(), Failure> {
        let scales = self.problem().scales;
        let view = self.view().map_err(|failure| failure.in_units(&scales))?;
        at(&view);
        Ok(())
    }

    fn facts(&self) -> Facts {
        Simulation::facts(self)
    }

    fn evaluations(&self) -> u64 {
        self.work().evaluations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    fn simulation(symmetry: &str, per_axis: u32) -> AnySimulation {
        let text = format!(
            r#"{{
                "version": 1, "dimension": 3, "symmetry": {{ "{symmetry}": {{}} }},
                "species": [{{
                    "name": "a", "mass": 2.0, "particles": {{ "lattice": {{ "per_axis": {per_axis}, "half_width": 3.0 }} }},
                    "initial": {{ "maxwellian": {{ "density": 1.5, "temperature": 0.7 }} }}
                }}],
                "collisions": {{ "gamma": -3.0, "coefficients": {{ "uniform": 1.0 }} }},
                "time": {{ "step": 0.1, "steps": 3 }}
            }}"#
        );
        let (scenario, _) = scenario::parse("test", text, &[]).unwrap();
        AnySimulation::new(&scenario).unwrap()
    }

    #[test]
    fn a_state_is_set_and_gone_on_from() {
        let mut run = simulation("none", 8);
        run.step().unwrap();
        let moved: Vec<f64> = run.velocities("a").unwrap().iter().map(|v| v + 1.0).collect();
        run.set_velocities("a", &moved).unwrap();
        assert_eq!(run.velocities("a").unwrap(), moved);
        let momentum = |run: &mut AnySimulation| run.look(|view| view.values()[1]).unwrap();
        let before = momentum(&mut run);
        // Mass 2, density 1.5 but for the corners of the lattice, and velocity 1.
        assert!((before - 3.0).abs() < 0.05, "{before}");
        run.advance_to(0.3).unwrap();
        assert!((momentum(&mut run) - before).abs() < 1e-14, "the projection aims at what was set");
        assert_eq!((run.steps(), run.is_complete()), (3, true));
    }

    #[test]
    fn a_state_that_cannot_be_set_is_refused_and_kept() {
        let mut run = simulation("none", 8);
        let before = run.velocities("a").unwrap();
        let message = |found: Result<(), Violation>| found.unwrap_err().to_string();
        assert_eq!(message(run.set_velocities("b", &before)), "species: found \"b\"; allowed: a");
        assert_eq!(
            message(run.set_velocities("a", &before[1..])),
            "velocities: found 1535 components; allowed: 3 of each of 512 particles"
        );
        let mut wrong = before.clone();
        wrong[4] = f64::NAN;
        assert_eq!(
            message(run.set_velocities("a", &wrong)),
            "velocities.1.1: found NaN; allowed: a finite number"
        );
        assert_eq!(run.velocities("a").unwrap(), before);
    }

    /// Of a Maxwellian, which the mollifier of variance kε makes one of variance σ² + kε; by default ε = h² and the order is 6.
    #[test]
    fn densities_are_those_of_the_distribution() {
        for symmetry in ["none", "spherical"] {
            let run = simulation(symmetry, 20);
            let points = [0.0, 0.0, 0.0, 0.0, 0.3, 0.4, -0.5, 0.0, 0.0];
            let found = run.density("a", &points).unwrap();
            let normal = |square: f64, k: f64| {
                let variance = 0.35 + k * 0.09;
                1.5 * (2.0 * std::f64::consts::PI * variance).powf(-1.5) * (-0.5 * square / variance).exp()
            };
            let exact = |square| 3.0 * normal(square, 1.0) - 3.0 * normal(square, 2.0) + normal(square, 3.0);
            for (found, exact) in found.iter().zip([0.0, 0.25, 0.25].map(exact)) {
                // 5 deviations hold all but 2e-6 of the density; sums over shells are exact to 1e-3 at this spacing.
                let tolerance = if symmetry == "none" { 1e-5 } else { 3e-3 };
                assert!((found / exact - 1.0).abs() < tolerance, "{symmetry}: {found} {exact}");
            }
            assert_eq!(run.density("b", &points), None);
        }
    }
}
