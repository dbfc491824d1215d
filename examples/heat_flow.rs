//! Runs a scenario into a folder, as the program does, and follows a quantity that no column has: the heat flux
//! q = ½ Σ m w |v − u|² (v − u).
//!
//! `cargo run --release --example heat_flow -- scenarios/rosenbluth_shell_3d.json out/heat_flow`

use landau::functionals::moments::Moments;
use landau::kernel::lanes::InstructionSet;
use landau::scenario;
use landau::session::Session;
use landau::simulation::{Observer, ObserverError, View};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// Keeps the largest heat flux of the first species.
#[derive(Default)]
struct HeatFlux {
    largest: f64,
}

impl Observer<3> for HeatFlux {
    fn observe(&mut self, view: &View<'_, 3>) -> Result<(), ObserverError> {
        let species = &view.problem.species[0];
        let velocities = &view.state.velocities[species.range.clone()];
        let weights = &view.problem.weights[species.range.clone()];
        let mean = Moments::of(species.mass, velocities, weights).velocity;
        let mut flux = [0.0; 3];
        for (v, w) in velocities.iter().zip(weights) {
            let peculiar: [f64; 3] = std::array::from_fn(|axis| v[axis] - mean[axis]);
            let square: f64 = peculiar.iter().map(|c| c * c).sum();
            (0..3).for_each(|axis| flux[axis] += 0.5 * species.mass * w * square * peculiar[axis]);
        }
        self.largest = self.largest.max(flux.iter().map(|c| c * c).sum::<f64>().sqrt());
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (Some(file), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("allowed: the file of a scenario in three dimensions, and a new folder".into());
    };
    let (scenario, _) = scenario::read(&file, &[])?;
    let session = Session::<3>::create(&scenario, &folder, false, InstructionSet::detect())?;
    session.warnings().iter().for_each(|warning| eprintln!("warning: {warning}"));
    let mut heat_flux = HeatFlux::default();
    let closing = session.run(&mut heat_flux, &AtomicBool::new(false))?;
    println!("{} steps, largest heat flux {:.3e}", closing.last_step, heat_flux.largest);
    Ok(())
}
