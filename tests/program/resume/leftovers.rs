//! Other files in a folder that is resumed, and what the resumed run leaves there.

use super::{break_at, prepared, simple};
use crate::program;
use program::{assert_same, succeed, summary};
use std::fs;

#[test]
fn rows_frames_and_leftovers_behind_the_checkpoint_are_cut() {
    let directory = prepared(&simple());
    let directory = directory.path();
    let broken = directory.join("broken");
    break_at(directory, "broken", 5);
    // The state after a kill while a row, a frame and a checkpoint are written.
    let rows = fs::read_to_string(broken.join("diagnostics.csv")).unwrap();
    assert_eq!(rows.lines().count(), 1 + 6, "a header and steps 0 to 5");
    fs::write(broken.join("diagnostics.csv"), rows + "6,0.06,1.0").unwrap();
    fs::write(broken.join("particles/frame_00000007.h5"), "of another life").unwrap();
    fs::write(broken.join("particles/frame_00000009.h5"), "of another life").unwrap();
    fs::write(broken.join("particles/.frame_00000004.h5.partial"), "half").unwrap();
    fs::write(broken.join("checkpoint.partial"), "half").unwrap();
    succeed(directory, "resume broken --quiet");
    assert_same(&broken, &directory.join("whole"), "with leftovers");
}

#[test]
fn what_a_run_did_not_write_survives_a_resume() {
    let directory = prepared(&simple());
    let directory = directory.path();
    break_at(directory, "broken", 5);
    let kept = ["notes.txt", "particles/frame_9.h5", "particles/frame_00000009.h5.bak"];
    for name in kept {
        fs::write(directory.join("broken").join(name), "mine").unwrap();
    }
    succeed(directory, "resume broken --quiet");
    for name in kept {
        assert_eq!(fs::read_to_string(directory.join("broken").join(name)).unwrap(), "mine");
    }
}

#[test]
fn a_complete_run_has_nothing_to_resume() {
    let directory = prepared(&simple());
    let directory = directory.path();
    let before = program::outputs(&directory.join("whole"));
    let summary_before = summary(&directory.join("whole"));
    assert_eq!(succeed(directory, "resume whole"), "the run in whole is complete\n");
    assert_eq!(succeed(directory, "resume whole --quiet"), "");
    assert!(program::outputs(&directory.join("whole")) == before);
    assert_eq!(summary(&directory.join("whole")), summary_before);
    assert!(!directory.join("whole/checkpoint").exists());
}

/// The state after a kill between the summary and the end of the run.
#[test]
fn a_complete_run_with_its_checkpoint_left_over_stays_as_it_is() {
    let directory = prepared(&simple());
    let directory = directory.path();
    break_at(directory, "broken", 7);
    let checkpoint = fs::read(directory.join("broken/checkpoint")).unwrap();
    succeed(directory, "resume broken --quiet");
    fs::write(directory.join("broken/checkpoint"), checkpoint).unwrap();
    succeed(directory, "resume broken --quiet");
    assert_same(&directory.join("broken"), &directory.join("whole"), "resumed after its end");
}

/// run.json of a resumed run describes the whole run, with its first and last invariants.
#[test]
fn the_summary_of_a_resumed_run_starts_at_its_start() {
    let directory = prepared(&simple());
    let directory = directory.path();
    break_at(directory, "broken", 5);
    succeed(directory, "resume broken --quiet");
    let (found, expected) = (summary(&directory.join("broken")), summary(&directory.join("whole")));
    assert_eq!(found["invariants"]["first"], expected["invariants"]["first"]);
    assert_eq!(found["invariants"]["last"], expected["invariants"]["last"]);
}
