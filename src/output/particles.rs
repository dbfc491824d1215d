//! particles/: openPMD files with all species, at the scheduled steps and at the end.

use crate::error::Failure;
use crate::functionals::gyroaverage;
use crate::output::error::FileFailure;
use crate::output::folder::Folder;
use crate::output::openpmd::{self, DistributionFrame, Frame, SiFactors, SpeciesFrame, Units};
use crate::problem::Species;
use crate::score::orbits::Plane;
use crate::simulation::{Observer, ObserverError, Outcome, View};
use crate::symmetry::HalfPlane;
use crate::symmetry::coordinates::AXES;
use crate::units::ELEMENTARY_CHARGE;
use std::fs;
use std::path::PathBuf;

/// The factors to SI of a scenario with SI units: its units are kg, elementary charges, m/s, m⁻³ and s.
const SI: SiFactors =
    SiFactors { mass: 1.0, charge: ELEMENTARY_CHARGE, velocity: 1.0, weighting: 1.0, time: 1.0 };

/// Writes a frame every `every` steps, and of the end of a run.
pub struct ParticleFiles {
    directory: PathBuf,
    every: u64,
    distribution: Option<Distribution>,
}

/// A density over velocities along and across an axis in every frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution {
    /// 0 to 2 for x to z.
    pub axis: usize,
    /// Along the axis; half as many are across it.
    pub cells: usize,
    /// Of the mollifier.
    pub order: u32,
}

impl ParticleFiles {
    /// Creates the directory; `every` ≥ 1 steps between frames.
    pub fn create(
        folder: &Folder,
        every: u64,
        distribution: Option<Distribution>,
    ) -> Result<Self, FileFailure> {
        let directory = folder.particles();
        fs::create_dir_all(&directory).map_err(FileFailure::file(&directory, "cannot create"))?;
        Ok(Self { directory, every, distribution })
    }

    /// The densities of all moving species, in the units of the scenario; none where none is asked for.
    fn distributions<'a, const D: usize>(
        &self,
        view: &View<'a, D>,
    ) -> Result<Vec<DistributionFrame<'a>>, Failure> {
        let Some(Distribution { axis, cells, order }) = self.distribution else { return Ok(Vec::new()) };
        let View { problem, state, .. } = *view;
        let scales = &problem.scales;
        let of_species = |species: &'a Species<D>| {
            let wanted = (HalfPlane::of_axis(axis), cells, order);
            let averaged = gyroaverage::averaged(problem, species, &state.velocities, wanted)?;
            let Plane { first, spacing, counts } = averaged.plane;
            let unit = scales.density / scales.velocity.powi(3);
            Ok(DistributionFrame {
                name: &species.name,
                axis: AXES[axis],
                start: (first - 0.5 * spacing) * scales.velocity,
                spacing: spacing * scales.velocity,
                counts,
                density: averaged.density.into_iter().map(|f| f * unit).collect(),
            })
        };
        problem.species.iter().map(of_species).collect()
    }
}

impl<const D: usize> Observer<D> for ParticleFiles {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), ObserverError> {
        let due = view.state.step.is_multiple_of(self.every);
        if !due && view.ending != Some(Outcome::Completed) {
            return Ok(());
        }
        let (problem, scales) = (view.problem, &view.problem.scales);
        let scaled = |v: &[f64; D]| v.map(|component| component * scales.velocity);
        let velocities: Vec<[f64; D]> = view.state.velocities.iter().map(scaled).collect();
        let weights: Vec<f64> = problem.weights.iter().map(|weight| weight * scales.density).collect();
        let fixed: Vec<_> = problem
            .fixed
            .iter()
            .map(|one| (one, scaled(&one.velocity), one.density * scales.density))
            .collect();
        let moving = problem.species.iter().map(|species| SpeciesFrame {
            name: &species.name,
            mass: species.mass * scales.mass,
            charge: species.charge,
            velocities: &velocities[species.range.clone()],
            weights: &weights[species.range.clone()],
        });
        let fixed = fixed.iter().map(|(fixed, velocity, density)| SpeciesFrame {
            name: &fixed.name,
            mass: f64::INFINITY,
            charge: fixed.charge,
            velocities: std::slice::from_ref(velocity),
            weights: std::slice::from_ref(density),
        });
        let units = match scales.si {
            false => Units::Normalized,
            true => Units::Si(SI),
        };
        let frame = Frame {
            step: view.state.step,
            time: view.time * scales.time,
            dt: view.dt * scales.time,
            units,
            symmetry: problem.symmetry,
            species: moving.chain(fixed).collect(),
            distributions: self.distributions(view).map_err(|failure| failure.in_units(scales))?,
        };
        openpmd::write(&self.directory, &frame)?;
        Ok(())
    }
}
