//! Runs a scenario into a folder, as the program does, and follows a quantity of its own: how fast the fastest particle of the
//! first species is.
//!
//! `cargo run --release --example fastest -- scenarios/rosenbluth_shell_3d.json out/fastest`

use landau::any::{AnyObserver, AnySession, AnyView};
use landau::kernel::lanes::InstructionSet;
use landau::scenario;
use landau::simulation::ObserverError;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// Keeps the largest speed of the first species.
#[derive(Default)]
struct Fastest {
    speed: f64,
}

impl AnyObserver for Fastest {
    fn observe(&mut self, view: &dyn AnyView) -> Result<(), ObserverError> {
        let velocities = view.velocities(view.species()[0]).unwrap_or_default();
        let speeds =
            velocities.chunks_exact(view.dimension()).map(|v| v.iter().copied().fold(0.0, f64::hypot));
        self.speed = speeds.fold(self.speed, f64::max);
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
    let mut fastest = Fastest::default();
    let closing = session.run(&mut fastest, &AtomicBool::new(false))?;
    println!("{} steps, largest speed {:.3e}", closing.last_step, fastest.speed);
    Ok(())
}
