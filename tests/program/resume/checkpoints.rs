//! Refused checkpoints: those of other programs, scenarios or particles, and damaged ones.

use super::{break_at, prepared, simple};
use crate::program;
use program::{run, status, stderr, succeed};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Changes the header of the checkpoint by `change`, and updates its checksum.
fn with_header(directory: &Path, change: impl Fn(&mut Value)) {
    let path = directory.join("broken/checkpoint");
    let bytes = fs::read(&path).unwrap();
    let line = bytes.iter().position(|&byte| byte == b'\n').unwrap();
    let mut header: Value = serde_json::from_slice(&bytes[..line]).unwrap();
    change(&mut header);
    let mut changed = serde_json::to_vec(&header).unwrap();
    changed.extend_from_slice(&bytes[line..bytes.len() - 4]);
    let check = crc32fast::hash(&changed).to_le_bytes();
    changed.extend(check);
    fs::write(&path, changed).unwrap();
}

fn refusal(directory: &Path) -> String {
    let before = program::outputs(&directory.join("broken"));
    let output = run(directory, "resume broken --quiet");
    assert_eq!(status(&output), 1);
    assert!(output.stdout.is_empty());
    assert!(program::outputs(&directory.join("broken")) == before, "a refused resume changes nothing");
    stderr(&output)
}

#[test]
fn checkpoints_of_other_programs_machines_and_scenarios_are_refused() {
    let directory = prepared(&simple());
    let directory = directory.path();
    let this = env!("CARGO_PKG_VERSION");

    break_at(directory, "broken", 5);
    with_header(directory, |_| ());
    succeed(directory, "resume broken --quiet");

    break_at(directory, "broken", 5);
    with_header(directory, |header| header["program_version"] = json!("9.8.7"));
    assert_eq!(
        refusal(directory),
        format!(
            "error: broken/checkpoint: found one written by version 9.8.7 (layout 8), this is version {this} (layout 8); resume with that version, or run the scenario anew\n"
        )
    );

    // Of another file layout, only the version must be readable.
    break_at(directory, "broken", 5);
    let other = json!({ "landau_checkpoint": 9, "program_version": this });
    fs::write(directory.join("broken/checkpoint"), format!("{other}\nsomething else")).unwrap();
    assert_eq!(
        refusal(directory),
        format!(
            "error: broken/checkpoint: found one written by version {this} (layout 9), this is version {this} (layout 8); resume with that version, or run the scenario anew\n"
        )
    );

    break_at(directory, "broken", 5);
    with_header(directory, |header| header["instruction_set"] = json!("abacus"));
    let message = refusal(directory);
    let (start, end) = (
        "error: broken/checkpoint: found one written with instruction set abacus, this machine would go on with ",
        " and other last bits; resume where the run began, or run the scenario anew\n",
    );
    assert!(message.starts_with(start) && message.ends_with(end), "{message}");

    break_at(directory, "broken", 5);
    let path = directory.join("broken/scenario.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"steps\": 8", "\"steps\": 9")).unwrap();
    assert_eq!(
        refusal(directory),
        "error: broken/checkpoint: found one of another scenario than the scenario.json beside it: time.steps is 9, was 8; restore that file, or run the scenario anew\n"
    );

    break_at(directory, "broken", 5);
    fs::write(directory.join("broken/diagnostics.csv"), "step\n").unwrap();
    let message = refusal(directory);
    let (start, end) = (
        "error: broken/diagnostics.csv: holds 5 bytes, the checkpoint says ",
        ": rows are missing; run the scenario anew\n",
    );
    assert!(message.starts_with(start) && message.ends_with(end), "{message}");

    break_at(directory, "broken", 5);
    fs::remove_file(directory.join("broken/checkpoint")).unwrap();
    assert_eq!(
        refusal(directory),
        "error: broken/checkpoint: found no checkpoint, the run stopped before its first; run it anew: landau run broken/scenario.json --out broken --overwrite\n"
    );
}

#[test]
fn a_checkpoint_damaged_anywhere_is_refused() {
    let directory = prepared(&simple());
    let directory = directory.path();
    break_at(directory, "broken", 5);
    let path = directory.join("broken/checkpoint");
    let whole = fs::read(&path).unwrap();
    let mut generator = ChaCha8Rng::seed_from_u64(11);
    let mut random = |below: usize| (generator.next_u64() % below as u64) as usize;
    let mut damaged: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"\n".to_vec(),
        b"{}\n".to_vec(),
        whole[..whole.len() - 1].to_vec(),
        [whole.as_slice(), b"\0"].concat(),
        whole[..=whole.iter().position(|&byte| byte == b'\n').unwrap()].to_vec(),
    ];
    for _ in 0..10 {
        damaged.push(whole[..random(whole.len())].to_vec());
    }
    for _ in 0..30 {
        let mut flipped = whole.clone();
        flipped[random(whole.len())] ^= 1 << random(8);
        damaged.push(flipped);
    }
    for bytes in damaged {
        fs::write(&path, &bytes).unwrap();
        let message = refusal(directory);
        // A changed bit in the version makes it a file of another version.
        let known = ["found a damaged checkpoint; run the scenario anew", "found one written by version"];
        assert!(known.iter().any(|words| message.contains(words)), "{message}");
    }
}
