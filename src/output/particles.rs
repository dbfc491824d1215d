//! particles/: openPMD frames of every species at the scheduled steps.

use crate::error::Failure;
use crate::output::folder::Folder;
use crate::output::openpmd::{self, Frame, SpeciesFrame, Units};
use crate::simulation::{Observer, View};
use std::fs;
use std::path::PathBuf;

/// Writes a frame every so many steps.
pub struct ParticleFiles {
    directory: PathBuf,
    every: u64,
}

impl ParticleFiles {
    /// Creates the directory; `every` ≥ 1 steps between frames.
    pub fn create(folder: &Folder, every: u64) -> Result<Self, Failure> {
        let directory = folder.particles();
        fs::create_dir_all(&directory).map_err(Failure::file(&directory, "cannot create"))?;
        Ok(Self { directory, every })
    }
}

impl<const D: usize> Observer<D> for ParticleFiles {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), Failure> {
        if !view.state.step.is_multiple_of(self.every) {
            return Ok(());
        }
        let problem = view.problem;
        let moving = problem.species.iter().map(|species| SpeciesFrame {
            name: &species.name,
            mass: species.mass,
            charge: species.charge,
            velocities: &view.state.velocities[species.range.clone()],
            weights: &problem.weights[species.range.clone()],
        });
        let fixed = problem.fixed.iter().map(|fixed| SpeciesFrame {
            name: &fixed.name,
            mass: f64::INFINITY,
            charge: fixed.charge,
            velocities: std::slice::from_ref(&fixed.velocity),
            weights: std::slice::from_ref(&fixed.density),
        });
        let species = moving.chain(fixed).collect();
        let frame =
            Frame { step: view.state.step, time: view.time, dt: view.dt, units: Units::Normalized, species };
        openpmd::write(&self.directory, &frame)?;
        Ok(())
    }
}
