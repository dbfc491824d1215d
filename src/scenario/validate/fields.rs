//! Electric and magnetic fields.

use crate::rules::Checks;
use crate::scenario::types::*;
use crate::symmetry::Symmetry as Kept;

/// Fields are vectors in three dimensions, act on a charge, and have the symmetry of the run.
pub fn fields(found: &mut Checks, scenario: &Scenario) {
    let Fields { electric, magnetic } = &scenario.fields;
    if scenario.fields.is_none() {
        return;
    }
    let dimension = scenario.dimension;
    if !found.require(dimension == 3, "fields", || {
        format!("found a field in {dimension} dimensions; allowed: in three")
    }) {
        return;
    }
    found.require(scenario.species.iter().any(|one| one.fixed.is_none() && one.charge != 0.0), "fields", || {
        "found a field that acts on nothing: no moving species has a charge; allowed: with a `charge` other than 0"
            .to_string()
    });
    let symmetry = scenario.symmetry.of_run();
    match electric {
        None => {}
        Some(Electric::Constant(field)) => vector(found, "fields.electric", field, symmetry),
        Some(Electric::OverTime { table }) => over_time(found, table, symmetry),
    }
    if let Some(field) = magnetic {
        vector(found, "fields.magnetic", field, symmetry);
    }
}

fn vector(found: &mut Checks, path: &str, field: &Vec<f64>, symmetry: Kept) {
    found.vector(path, Some(field), 3);
    found.symmetric_vector(path, Some(field), symmetry);
}

fn over_time(found: &mut Checks, table: &FieldTable, symmetry: Kept) {
    let path = "fields.electric.table";
    let FieldTable { times, values } = table;
    if !found.require(!times.is_empty(), format!("{path}.times"), || {
        "found no times; allowed: one or more, increasing".to_string()
    }) {
        return;
    }
    for (k, pair) in times.windows(2).enumerate() {
        found.require(pair[0] < pair[1], format!("{path}.times.{}", k + 1), || {
            format!("found {} after {}; allowed: times that increase", pair[1], pair[0])
        });
    }
    found.require(values.len() == times.len(), format!("{path}.values"), || {
        format!("found {} vectors; allowed: {}, one for each time", values.len(), times.len())
    });
    for (k, field) in values.iter().enumerate() {
        vector(found, &format!("{path}.values.{k}"), field, symmetry);
    }
}
