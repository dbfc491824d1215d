//! How many particles runs have, those of files among them.

use super::{cloud, memory};
use crate::distribution::Initial;
use crate::scenario::{Scenario, Species};
use std::collections::HashMap;

/// What the number of particles in a file follows from: its path, the name of the species in it, and the iteration.
type Place = (String, String, Option<u64>);

/// Counts the particles of scenarios. A file is read once, however many scenarios begin from it.
#[derive(Debug, Default)]
pub struct Counter {
    files: HashMap<Place, usize>,
}

impl Counter {
    /// Particles of a scenario. A file that cannot be read counts as empty: its run says what is wrong with it.
    pub fn particles(&mut self, scenario: &Scenario) -> usize {
        let placed = match scenario.dimension {
            2 => memory::particles::<2>(scenario),
            _ => memory::particles::<3>(scenario),
        };
        placed + scenario.species.iter().map(|one| self.held(scenario, one)).sum::<usize>()
    }

    /// Particles that a file or the scenario itself holds of a species.
    fn held(&mut self, scenario: &Scenario, one: &Species) -> usize {
        let file = match &one.initial {
            Some(Initial::Points(points)) => return points.weights.len(),
            Some(Initial::File(file)) => file,
            _ => return 0,
        };
        let species = file.species.as_ref().unwrap_or(&one.name);
        let place = (file.path.clone(), species.clone(), file.iteration);
        *self.files.entry(place).or_insert_with(|| match scenario.dimension {
            2 => cloud::read::<2>(scenario, one, file).map_or(0, |cloud| cloud.weights.len()),
            _ => cloud::read::<3>(scenario, one, file).map_or(0, |cloud| cloud.weights.len()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;
    use serde_json::{Value, json};
    use std::fs;

    fn scenario(initials: &[Value]) -> Scenario {
        let species = initials.iter().enumerate().map(|(place, initial)| {
            let mut one = json!({ "name": format!("s{place}"), "mass": 1.0, "initial": initial });
            if initial.get("maxwellian").is_some() {
                one["particles"] = json!({ "lattice": { "per_axis": 6 } });
            }
            one
        });
        let text = json!({
            "version": 1, "dimension": 2, "species": species.collect::<Vec<_>>(),
            "collisions": { "gamma": -3.0, "coefficients": { "uniform": 1.0 } },
            "time": { "step": 0.1, "steps": 1 }
        });
        parse("a.json", text.to_string(), &[]).unwrap().0
    }

    #[test]
    fn particles_of_files_and_points_are_counted_beside_those_of_lattices() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cloud.csv");
        // The last one weighs nothing, and is left out.
        fs::write(&path, "vx,vy,weight\n0,1,1\n1,0,1\n0,-1,1\n1,1,0\n").unwrap();
        let file = json!({ "file": { "path": path } });
        let points = json!({ "points": { "velocities": [[0, 1], [1, 0]], "weights": [1, 1] } });
        let maxwellian = json!({ "maxwellian": { "density": 1.0, "temperature": 1.0 } });
        let missing = json!({ "file": { "path": directory.path().join("nowhere.csv") } });
        let count = |initials: &[Value]| Counter::default().particles(&scenario(initials));
        assert_eq!(count(std::slice::from_ref(&maxwellian)), 36);
        assert_eq!(count(&[maxwellian, file.clone(), points]), 36 + 3 + 2);
        assert_eq!(count(&[missing]), 0);
        // Another run that begins from the same file does not read it again.
        let mut counter = Counter::default();
        let one = scenario(&[file]);
        assert_eq!(counter.particles(&one), 3);
        fs::remove_file(&path).unwrap();
        assert_eq!(counter.particles(&one), 3);
    }
}
