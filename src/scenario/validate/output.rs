//! What is written.

use crate::rules::Checks;
use crate::scenario::types::*;

/// The most cells of a density along its axis.
const MOST_CELLS: u32 = 1024;

pub fn output(found: &mut Checks, scenario: &Scenario) {
    let output = &scenario.output;
    found.require(output.diagnostics_every >= 1, "output.diagnostics_every", || {
        "found 0; allowed: a whole number ≥ 1".to_string()
    });
    frames(found, output.particles_every, cfg!(feature = "hdf5"));
    if let Some(grid) = output.distribution {
        distribution(found, scenario, grid);
    }
}

/// Particle files are HDF5 files.
fn frames(found: &mut Checks, every: u64, hdf5: bool) {
    found.require(every == 0 || hdf5, "output.particles_every", || {
        format!("found {every}; allowed: 0, as landau was built without its feature `hdf5`")
    });
}

fn distribution(found: &mut Checks, scenario: &Scenario, grid: DistributionGrid) {
    let path = "output.distribution";
    found.require(scenario.dimension == 3, path, || {
        "found in two dimensions; allowed: in three, where there are velocities across an axis".to_string()
    });
    found.require(scenario.output.particles_every > 0, path, || {
        "found without particle files, which hold it; allowed: beside `particles_every` from 1 on".to_string()
    });
    let cells = grid.cells;
    let is_even = cells.is_multiple_of(2) && (4..=MOST_CELLS).contains(&cells);
    found.require(is_even, format!("{path}.cells"), || {
        format!("found {cells}; allowed: an even number from 4 to {MOST_CELLS}")
    });
    if let Symmetry::Axial { axis } = scenario.symmetry {
        found.require(grid.axis_in(scenario.symmetry) == axis, format!("{path}.axis"), || {
            "found another axis than that of `symmetry`; allowed: the same, about which rings are averages already"
                .to_string()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Violation;

    #[test]
    fn particle_files_take_hdf5() {
        let violations = |every, hdf5| {
            let mut found = Checks::default();
            frames(&mut found, every, hdf5);
            found.violations
        };
        assert_eq!(violations(0, false), []);
        assert_eq!(violations(10, true), []);
        let message = "found 10; allowed: 0, as landau was built without its feature `hdf5`";
        assert_eq!(violations(10, false), [Violation::new("output.particles_every", message)]);
    }
}
