//! Runs a scenario into a folder, as the program does, and follows a quantity that no column has: the heat flux
//! q = ½ Σ m w |v − u|² (v − u).
//!
//! `cargo run --release --example heat_flow -- scenarios/rosenbluth_shell_3d.json out/heat_flow`

use landau::any::AnySession;
use landau::kernel::lanes::InstructionSet;
use landau::scenario;
use landau::simulation::{Observer, ObserverError, View};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// Keeps the largest heat flux of the first species.
#[derive(Default)]
struct HeatFlux {
    largest: f64,
}

impl<const D: usize> Observer<D> for HeatFlux {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), ObserverError> {
        let species = &view.problem.species[0];
        let velocities = &view.state.velocities[species.range.clone()];
        let weights = &view.problem.weights[species.range.clone()];
        let mean = view.problem.moments(species, &view.state.velocities).velocity;
        let mut flux = [0.0; D];
        for (v, w) in velocities.iter().zip(weights) {
            let peculiar: [f64; D] = std::array::from_fn(|axis| v[axis] - mean[axis]);
            let square: f64 = peculiar.iter().map(|c| c * c).sum();
            (0..D).for_each(|axis| flux[axis] += 0.5 * species.mass * w * square * peculiar[axis]);
        }
        self.largest = self.largest.max(flux.iter().map(|c| c * c).sum::<f64>().sqrt());
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (Some(file), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("allowed: the file of a scenario, and a new folder".into());
    };
    let (scenario, _) = scenario::read(&file, &[])?;
    let session = AnySession::create(&scenario, &folder, false, InstructionSet::detect())?;
    session.warnings().iter().for_each(|warning| eprintln!("warning: {warning}"));
    let mut heat_flux = HeatFlux::default();
    let closing = session.run(&mut heat_flux, &AtomicBool::new(false))?;
    println!("{} steps, largest heat flux {:.3e}", closing.last_step, heat_flux.largest);
    Ok(())
}
