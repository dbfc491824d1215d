//! Run folders that someone changed since: what would make other bytes is refused or told, by its place.

use super::{break_at, prepared, simple};
use crate::program;
use program::{outputs, run, status, stderr, succeed};
use std::fs;

#[test]
fn rows_that_were_changed_are_not_gone_on_with() {
    let directory = prepared(&simple());
    let directory = directory.path();
    let path = directory.join("broken/diagnostics.csv");
    break_at(directory, "broken", 5);
    let rows = fs::read_to_string(&path).unwrap();
    let digit = rows.rfind("1,").unwrap();
    let headless = rows.split_once('\n').unwrap().1.to_string();
    for changed in [
        rows.replace('\n', "\r\n"),
        format!("{}2{}", &rows[..100], &rows[101..]),
        headless + &rows,
        rows.replacen("step", "STEP", 1),
    ] {
        assert!(digit > 0 && changed != rows);
        fs::write(&path, &changed).unwrap();
        let before = outputs(&directory.join("broken"));
        let output = run(directory, "resume broken --quiet");
        assert_eq!(status(&output), 1);
        let said = stderr(&output);
        let start = "error: broken/diagnostics.csv: holds other rows than the run wrote up to its checkpoint (CRC-32 ";
        assert!(
            said.starts_with(start) && said.ends_with("): restore the file, or run the scenario anew\n"),
            "{said}"
        );
        assert!(outputs(&directory.join("broken")) == before, "a refused resume changes nothing");
    }
    fs::write(&path, &rows).unwrap();
    succeed(directory, "resume broken --quiet");
    program::assert_same(&directory.join("broken"), &directory.join("whole"), "restored");
}

#[test]
fn frames_that_were_taken_away_are_named() {
    let directory = prepared(&simple());
    let directory = directory.path();
    break_at(directory, "broken", 5);
    for step in [0, 2] {
        fs::remove_file(directory.join(format!("broken/particles/frame_0000000{step}.h5"))).unwrap();
    }
    let said = stderr(&run(directory, "resume broken"));
    let words = "warning: particles/ lacks the frames of the steps 0, 2, which the run wrote before its checkpoint; they are not written again\n";
    assert!(said.contains(words), "{said}");
}

/// A finished run is not made longer by its scenario.json, and not said to be what it is not.
#[test]
fn a_finished_run_with_another_scenario_is_refused_by_the_place_of_the_change() {
    let directory = prepared(&simple());
    let directory = directory.path();
    let path = directory.join("whole/scenario.json");
    let text = fs::read_to_string(&path).unwrap();
    let longer = text.replace("\"steps\": 8", "\"steps\": 9");
    let line = 1 + longer[..longer.find("\"steps\"").unwrap()].matches('\n').count();
    fs::write(&path, longer).unwrap();
    let output = run(directory, "resume whole");
    assert_eq!(status(&output), 2);
    assert_eq!(
        stderr(&output),
        format!(
            "error: whole/scenario.json:{line}:14: time.steps: found 9, where the completed run in whole has 8; allowed: that, or a run of its own by: landau run\n"
        )
    );
    fs::write(&path, text).unwrap();
    assert_eq!(succeed(directory, "resume whole"), "the run in whole is complete\n");
}

#[test]
fn a_finished_run_without_its_summary_is_told_what_it_is() {
    let directory = prepared(&simple());
    let directory = directory.path();
    fs::remove_file(directory.join("whole/run.json")).unwrap();
    let output = run(directory, "resume whole");
    assert_eq!(status(&output), 1);
    assert_eq!(
        stderr(&output),
        "error: whole/checkpoint: found no checkpoint, and diagnostics.csv has all 8 steps: the run is complete, though its run.json is not there to say so; nothing is left to do\n"
    );
}
