//! The file of `landau sweep`: a scenario, the values that it is run with, and what is kept of each run.

use crate::rules::{Checks, Violation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The version of the format that this program reads.
const FORMAT_VERSION: u32 = 1;

/// More runs than a folder should hold are a mistake.
const MOST_RUNS: usize = 1_000_000;

/// Many runs of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of the format: 1.
    pub version: u32,
    /// A line that says what the runs show.
    #[serde(default)]
    pub title: String,
    /// The scenario's file, relative to the folder of this one.
    pub scenario: String,
    /// Axes, which are crossed: the last one is the fastest. Each has paths with their values, of which the first go
    /// together, then the second, …
    pub axes: Vec<BTreeMap<String, Vec<Value>>>,
    /// What is kept of each run.
    #[serde(default)]
    pub keep: Keep,
}

/// What the table has of each run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// Columns of diagnostics.csv, of which the last values are kept; all of them when left out.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Times at which columns first pass thresholds.
    #[serde(default)]
    pub times: Vec<Threshold>,
}

/// The first time at which a column is beyond a value, linear between rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// A column of diagnostics.csv.
    pub column: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
}

impl Threshold {
    /// Its name in the table.
    pub fn name(&self) -> String {
        let column = &self.column;
        match (self.above, self.below) {
            (Some(above), _) => format!("time_of_{column}_above_{above}"),
            (None, below) => format!("time_of_{column}_below_{}", below.unwrap_or(f64::NAN)),
        }
    }

    /// The first time at which a column is beyond the value; none if it never is.
    pub fn time(&self, times: &[f64], column: &[f64]) -> Option<f64> {
        let (level, sign) = match (self.above, self.below) {
            (Some(above), _) => (above, 1.0),
            (None, below) => (below?, -1.0),
        };
        let beyond = |value: &f64| sign * (value - level) > 0.0;
        let at = column.iter().position(beyond)?;
        let Some(before) = at.checked_sub(1) else { return Some(times[0]) };
        let part = (level - column[before]) / (column[at] - column[before]);
        Some(times[before] + part * (times[at] - times[before]))
    }
}

/// Values of a scenario that differ from its file, by their paths.
pub type Changes = Vec<(String, Value)>;

impl Plan {
    /// The changes of every run, in the order of their numbers.
    pub fn runs(&self) -> Vec<Changes> {
        let mut runs: Vec<Changes> = vec![Vec::new()];
        for axis in &self.axes {
            let length = axis.values().map(Vec::len).min().unwrap_or(0);
            let points: Vec<Changes> = (0..length)
                .map(|i| axis.iter().map(|(path, values)| (path.clone(), values[i].clone())).collect())
                .collect();
            let with = |run: &Changes| {
                points.iter().map(|point| [run.as_slice(), point].concat()).collect::<Vec<_>>()
            };
            runs = runs.iter().flat_map(with).collect();
        }
        runs
    }

    /// The paths that axes change, in the order in which runs have them.
    pub fn paths(&self) -> Vec<&str> {
        self.axes.iter().flat_map(|axis| axis.keys().map(String::as_str)).collect()
    }
}

/// Every rule that the numbers of a plan break.
pub fn violations(plan: &Plan) -> Vec<Violation> {
    let mut found = Checks::default();
    found.require(plan.version == FORMAT_VERSION, "version", || {
        format!("found {}; allowed: {FORMAT_VERSION}, the version that this program reads", plan.version)
    });
    found.require(!plan.scenario.is_empty(), "scenario", || {
        "found an empty path; allowed: the path of a scenario".to_string()
    });
    found.require(!plan.axes.is_empty(), "axes", || {
        "found no axes; allowed: one or more, each with a path and its values".to_string()
    });
    let mut runs = 1.0_f64;
    for (place, axis) in plan.axes.iter().enumerate() {
        let path = format!("axes.{place}");
        let Some((first, values)) = axis.iter().next() else {
            found.require(false, path, || {
                "found no path; allowed: one or more, as in {\"time.step\": [0.1, 0.05]}".to_string()
            });
            continue;
        };
        found.require(!values.is_empty(), format!("{path}.{first}"), || {
            "found no values; allowed: one or more".to_string()
        });
        for (other, of_other) in axis {
            let (length, expected) = (of_other.len(), values.len());
            found.require(length == expected, format!("{path}.{other}"), || {
                format!(
                    "found {length} values; allowed: {expected}, as many as of {first}, with which they go"
                )
            });
        }
        runs *= values.len() as f64;
    }
    found.require(runs <= MOST_RUNS as f64, "axes", || {
        format!("found {runs} runs; allowed: at most {MOST_RUNS}")
    });
    let mut paths: Vec<&str> = plan.paths();
    paths.sort_unstable();
    if let Some(pair) = paths.windows(2).find(|pair| pair[0] == pair[1]) {
        found.require(false, "axes", || format!("found {} in two axes; allowed: in one", pair[0]));
    }
    for (place, one) in plan.keep.times.iter().enumerate() {
        let given = usize::from(one.above.is_some()) + usize::from(one.below.is_some());
        found.require(given == 1, format!("keep.times.{place}"), || {
            let which = if given == 0 { "neither `above` nor `below`" } else { "`above` and `below`" };
            format!("found {which}; allowed: one of them")
        });
    }
    found.violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan(axes: Value) -> Plan {
        serde_json::from_value(json!({ "version": 1, "scenario": "a.json", "axes": axes })).unwrap()
    }

    #[test]
    fn axes_are_crossed_and_the_values_of_one_go_together() {
        let plan = plan(json!([{ "b": [1, 2], "a": [3, 4] }, { "c": [5, 6, 7] }]));
        assert_eq!(plan.paths(), ["a", "b", "c"]);
        let found: Vec<Vec<i64>> = plan
            .runs()
            .iter()
            .map(|run| run.iter().map(|(_, value)| value.as_i64().unwrap()).collect())
            .collect();
        let expected = [[3, 1, 5], [3, 1, 6], [3, 1, 7], [4, 2, 5], [4, 2, 6], [4, 2, 7]];
        assert_eq!(found, expected);
        assert_eq!(violations(&plan), []);
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        let said = |plan: Plan| violations(&plan).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            said(plan(json!([])))[0],
            "axes: found no axes; allowed: one or more, each with a path and its values"
        );
        assert_eq!(
            said(plan(json!([{ "a": [1, 2], "b": [1] }, {}, { "a": [] }]))),
            [
                "axes.0.b: found 1 values; allowed: 2, as many as of a, with which they go",
                "axes.1: found no path; allowed: one or more, as in {\"time.step\": [0.1, 0.05]}",
                "axes.2.a: found no values; allowed: one or more",
                "axes: found a in two axes; allowed: in one",
            ]
        );
        let mut many = plan(json!([{ "a": vec![0; 1001] }, { "b": vec![0; 1000] }]));
        assert_eq!(said(many.clone()), ["axes: found 1001000 runs; allowed: at most 1000000"]);
        many.axes.pop();
        many.keep.times = vec![
            Threshold { column: "x".into(), above: None, below: None },
            Threshold { column: "x".into(), above: Some(1.0), below: Some(0.0) },
        ];
        assert_eq!(
            said(many),
            [
                "keep.times.0: found neither `above` nor `below`; allowed: one of them",
                "keep.times.1: found `above` and `below`; allowed: one of them",
            ]
        );
    }

    #[test]
    fn a_threshold_is_passed_between_rows() {
        let (times, column) = ([0.0, 1.0, 3.0, 4.0], [4.0, 3.0, 1.0, 2.0]);
        let of = |above, below| Threshold { column: "x".into(), above, below }.time(&times, &column);
        assert_eq!(of(None, Some(2.0)), Some(2.0));
        assert_eq!(of(Some(3.5), None), Some(0.0), "from the start");
        assert_eq!(of(None, Some(0.5)), None);
        let name = Threshold { column: "x".into(), above: None, below: Some(0.5) }.name();
        assert_eq!(name, "time_of_x_below_0.5");
    }
}
