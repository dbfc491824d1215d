//! The program as a user drives it: what it writes, prints and exits with.

use crate::program;
use program::{assert_same, landau, names, outputs, run, status, stderr, succeed, summary, write};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Two moving species and a fixed one, a few steps of milliseconds.
fn scenario() -> Value {
    json!({
        "version": 1,
        "dimension": 2,
        "species": [
            {
                "name": "ion",
                "mass": 2.0,
                "initial": { "maxwellian": { "density": 1.0, "temperature": 1.1 } },
                "particles": { "lattice": { "per_axis": 8, "half_width": 3.0 } }
            },
            {
                "name": "electron",
                "mass": 1.0,
                "initial": { "shell": { "density": 0.5, "radius": 1.2, "sharpness": 10.0 } },
                "particles": { "random": { "count": 50, "seed": 7 } }
            },
            { "name": "wall", "fixed": { "density": 0.1 } }
        ],
        "collisions": { "gamma": -2.0, "coefficients": { "uniform": 0.5 } },
        "time": { "step": 0.01, "steps": 10 },
        "output": { "diagnostics_every": 4, "particles_every": 5, "checkpoint_every": 3 }
    })
}

fn prepared() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "two.json", &scenario());
    directory
}

fn scenario_files() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    assert!(!files.is_empty());
    files
}

#[test]
fn a_run_writes_its_folder() {
    let directory = prepared();
    let printed = succeed(directory.path(), "run two.json --out there/run");
    let out = directory.path().join("there/run");
    assert_eq!(names(&out), ["diagnostics.csv", "particles", "run.json", "scenario.json"]);
    assert_eq!(
        names(&out.join("particles")),
        ["frame_00000000.h5", "frame_00000005.h5", "frame_00000010.h5"]
    );
    assert!(printed.starts_with("10 steps, "), "{printed}");
    assert!(printed.ends_with("written to there/run\n"), "{printed}");
}

#[test]
fn diagnostics_have_the_columns_of_the_contract() {
    let directory = prepared();
    succeed(directory.path(), "run two.json --quiet");
    let text = fs::read_to_string(directory.path().join("out/two/diagnostics.csv")).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|row| row.split(',').collect()).collect();
    let of_species = |name: &str| {
        [
            "density",
            "velocity_x",
            "velocity_y",
            "temperature",
            "temperature_xx",
            "temperature_xy",
            "temperature_yy",
            "entropy",
        ]
        .map(|column| format!("{name}_{column}"))
    };
    let mut columns: Vec<String> =
        ["step", "time", "momentum_x", "momentum_y", "energy", "entropy", "entropy_rate"]
            .map(String::from)
            .into();
    columns.extend(of_species("ion"));
    columns.extend(of_species("electron"));
    assert_eq!(rows[0], columns);
    // Every fourth step, and the last.
    let steps: Vec<&str> = rows[1..].iter().map(|row| row[0]).collect();
    assert_eq!(steps, ["0", "4", "8", "10"]);
    for row in &rows[1..] {
        assert_eq!(row.len(), columns.len());
        let numbers: Vec<f64> = row.iter().map(|cell| cell.parse().unwrap()).collect();
        assert!(numbers.iter().all(|number| number.is_finite()));
        assert_eq!(numbers[1], numbers[0] * 0.01, "time is the step count times the step");
        // The entropy rate is a sum of squares with a minus sign; at equilibrium it may round up to 0.
        assert!(numbers[6] <= 0.0);
    }
}

#[test]
fn diagnostics_in_3d_and_with_a_reference_have_theirs() {
    let directory = tempfile::tempdir().unwrap();
    let mut three = scenario();
    three["dimension"] = json!(3);
    three["species"] = json!([three["species"][0]]);
    three["species"][0]["particles"]["lattice"]["per_axis"] = json!(4);
    write(directory.path(), "three.json", &three);
    let mut bkw = scenario();
    bkw["species"] = json!([three["species"][0]]);
    bkw["species"][0]["initial"] = json!({ "bkw": { "density": 1, "temperature": 1, "contrast": 0.5 } });
    bkw["collisions"]["gamma"] = json!(0);
    bkw["reference"] = json!({ "bkw": {} });
    write(directory.path(), "bkw.json", &bkw);
    let header = |name: &str| {
        succeed(directory.path(), &format!("run {name}.json --quiet"));
        let text = fs::read_to_string(directory.path().join(format!("out/{name}/diagnostics.csv"))).unwrap();
        text.lines().next().unwrap().to_string()
    };
    assert_eq!(
        header("three"),
        "step,time,momentum_x,momentum_y,momentum_z,energy,entropy,entropy_rate,\
         ion_density,ion_velocity_x,ion_velocity_y,ion_velocity_z,ion_temperature,\
         ion_temperature_xx,ion_temperature_xy,ion_temperature_xz,ion_temperature_yy,ion_temperature_yz,ion_temperature_zz,\
         ion_entropy"
    );
    assert!(header("bkw").ends_with(",ion_entropy,ion_error_l1,ion_error_l2,ion_error_linf"));
}

#[test]
fn the_summary_has_the_keys_of_the_contract() {
    let directory = prepared();
    let heun = "--set integrator={\"runge_kutta\":{\"order\":2}}";
    succeed(directory.path(), &format!("run two.json --threads 2 --quiet {heun}"));
    let run = summary(&directory.path().join("out/two"));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&run),
        [
            "version",
            "commit",
            "threads",
            "instruction_set",
            "seconds",
            "evaluations",
            "pairs_per_second",
            "invariants",
            "status",
            "reason",
            "warnings"
        ]
    );
    assert_eq!(keys(&run["seconds"]), ["total", "score", "pair_sum", "integrator", "output"]);
    assert_eq!(keys(&run["invariants"]), ["first", "last", "drift"]);
    assert_eq!(run["threads"], 2);
    assert_eq!(run["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&run["status"], &run["reason"]), (&json!("completed"), &Value::Null));
    // Two stages a step, and one evaluation at the end.
    assert_eq!(run["evaluations"], 10 + 10 + 1);
}

#[test]
fn the_resolved_scenario_repeats_the_run() {
    let directory = prepared();
    let directory = directory.path();
    succeed(directory, "run two.json --set time.step=0.02 --out first --quiet --threads 1");
    succeed(directory, "run first/scenario.json --out second --quiet --threads 2");
    assert_same(&directory.join("second"), &directory.join("first"), "repeated");
    let resolved: Value =
        serde_json::from_slice(&fs::read(directory.join("first/scenario.json")).unwrap()).unwrap();
    assert_eq!(resolved["time"]["step"], 0.02);
    assert_eq!(resolved["integrator"], json!({ "runge_kutta_chebyshev": {} }), "defaults are explicit");
    assert_eq!(resolved["species"][0]["particles"]["lattice"]["center"], json!([0.0, 0.0]));
    assert_eq!(resolved["species"][2]["fixed"]["velocity"], json!([0.0, 0.0]));
}

#[test]
fn a_run_can_be_repeated_in_its_own_folder() {
    let directory = prepared();
    let directory = directory.path();
    succeed(directory, "run two.json --out there --quiet");
    let before = outputs(&directory.join("there"));
    succeed(directory, "run there/scenario.json --out there --overwrite --quiet");
    assert!(outputs(&directory.join("there")) == before);
}

#[test]
fn the_default_folder_is_named_after_the_scenario() {
    let directory = prepared();
    fs::create_dir(directory.path().join("deep")).unwrap();
    fs::copy(directory.path().join("two.json"), directory.path().join("deep/my run.json")).unwrap();
    let output = landau(directory.path()).args(["run", "deep/my run.json", "--quiet"]).output().unwrap();
    assert_eq!(status(&output), 0);
    assert_eq!(names(&directory.path().join("out")), ["my run"]);
}

#[test]
fn an_existing_folder_is_kept_unless_asked() {
    let directory = prepared();
    let directory = directory.path();
    succeed(directory, "run two.json --quiet");
    let out = directory.join("out/two");
    let before = outputs(&out);
    let output = run(directory, "run two.json --set time.steps=5 --quiet");
    assert_eq!(status(&output), 2);
    assert_eq!(
        stderr(&output),
        "error: out/two: found a folder that is not empty; allowed: a new or empty one, or --overwrite to replace the run in it\n"
    );
    assert!(outputs(&out) == before);

    // With --overwrite all that a run wrote goes, and nothing else.
    let kept = ["notes.txt", "figures/a.png", "particles/notes.txt", "particles/frame_1.h5"];
    fs::create_dir(out.join("figures")).unwrap();
    for name in kept {
        fs::write(out.join(name), "mine").unwrap();
    }
    for leftover in ["checkpoint", "checkpoint.partial", "particles/.frame_00000015.h5.partial"] {
        fs::write(out.join(leftover), "half").unwrap();
    }
    succeed(directory, "run two.json --set time.steps=5 --overwrite --quiet");
    for name in kept {
        assert_eq!(fs::read_to_string(out.join(name)).unwrap(), "mine");
        fs::remove_file(out.join(name)).unwrap();
    }
    fs::remove_dir(out.join("figures")).unwrap();
    succeed(directory, "run two.json --set time.steps=5 --out fresh --quiet");
    assert_same(&out, &directory.join("fresh"), "overwritten");
}

#[test]
fn overwriting_without_frames_leaves_no_empty_folder_of_frames() {
    let directory = prepared();
    let directory = directory.path();
    succeed(directory, "run two.json --quiet");
    succeed(directory, "run two.json --set output.particles_every=0 --overwrite --quiet");
    assert_eq!(names(&directory.join("out/two")), ["diagnostics.csv", "run.json", "scenario.json"]);
}

#[test]
fn a_wrong_scenario_leaves_the_old_run_alone() {
    let directory = prepared();
    let directory = directory.path();
    succeed(directory, "run two.json --quiet");
    let before = outputs(&directory.join("out/two"));
    let output = run(directory, "run two.json --set time.steps=0 --overwrite --quiet");
    assert_eq!(status(&output), 2);
    assert!(outputs(&directory.join("out/two")) == before);
}

#[test]
fn set_changes_values_in_order() {
    let directory = prepared();
    let directory = directory.path();
    succeed(
        directory,
        "run two.json --quiet --set title=Two --set species.0.mass=3 --set species.0.mass=4 \
         --set score.particles.order=4 --set integrator={\"forward_euler\":{}} --set time.steps=2",
    );
    let resolved: Value =
        serde_json::from_slice(&fs::read(directory.join("out/two/scenario.json")).unwrap()).unwrap();
    assert_eq!(resolved["title"], "Two");
    assert_eq!(resolved["species"][0]["mass"], 4.0);
    assert_eq!(resolved["score"]["particles"]["order"], 4);
    assert_eq!(resolved["integrator"], json!({ "forward_euler": {} }));
    assert_eq!(resolved["time"]["steps"], 2);
}

#[test]
fn quiet_prints_nothing_and_pipes_get_plain_lines() {
    let directory = prepared();
    let quiet = run(directory.path(), "run two.json --out a --quiet");
    assert_eq!((status(&quiet), quiet.stdout.len(), quiet.stderr.len()), (0, 0, 0));

    // Mollifiers narrow enough not to be warned of.
    let narrow = "--set score.particles.bandwidth={\"variance\":0.1}";
    let piped = run(directory.path(), &format!("run two.json --out b --set time.steps=40 {narrow}"));
    let lines = stderr(&piped);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 1 + 10, "the start and every tenth: {lines:?}");
    for (index, line) in lines.iter().enumerate() {
        assert!(line.starts_with(&format!("step {}/40  t = ", 4 * index)), "{line}");
        assert!(line.contains("  entropy "), "{line}");
        assert!(line.chars().all(|c| !c.is_control()), "{line:?}");
    }
}

#[test]
fn check_says_what_a_run_means_and_writes_nothing() {
    let directory = prepared();
    let printed = succeed(directory.path(), "check two.json");
    for line in [
        "dimension, gamma      2, -2\n",
        "particles             114\n",
        "integrator            runge_kutta_chebyshev, order 2, as many stages as stiffness asks for\n",
        "conserved             mass of each species, energy about [0.0, 0.0] to rounding\n",
        "wall                  fixed, density 0.1, velocity [0.0, 0.0]\n",
        "recommended step      0.1741 (a tenth of the shortest collision time is 0.1741; the number of stages adapts to the step)\n",
    ] {
        assert!(printed.contains(line), "no {line}in\n{printed}");
    }
    // 114² pairs, less each particle with itself.
    assert!(printed.contains(&format!("pairs per evaluation  {} (direct)\n", 114 * 114 - 114)), "{printed}");
    for label in ["memory                about ", " s an evaluation; how many follows from the stiffness\n"] {
        assert!(printed.contains(label), "{printed}");
    }
    assert_eq!(names(directory.path()), ["two.json"]);
}

/// Of theorem 1.3 what can be computed: the ratio of the two strengths, and its share of the bound on K.
#[test]
fn check_says_how_strongly_fixed_species_act_beside_own_collisions() {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let check = |name: &str, matrix: &str| {
        let output = landau(&scenarios)
            .args(["check", name, "--set", "species.0.particles.lattice.per_axis=10"])
            .args(["--set", &format!("collisions.coefficients.matrix={matrix}")])
            .output()
            .unwrap();
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let label = "theorem 1.3, electron ";
    let both = check("theorem_1_3_3d.json", "[[1e-4,1],[1,0]]");
    let words = "c n with fixed species over c n with itself 1.000e4, 3.333e-2 of K = 3e5 ";
    assert!(both.contains(&format!("{label}{words}")), "{both}");
    let alone = check("lorentz_shell_3d.json", "[[0,1],[1,0]]");
    assert!(
        alone.contains(&format!("{label}collides with fixed species alone, not with itself\n")),
        "{alone}"
    );
    // Fixed species that act on nothing are none.
    assert!(!check("lorentz_shell_3d.json", "[[1,0],[0,0]]").contains(label));
}

#[test]
fn every_scenario_passes_check() {
    for file in scenario_files() {
        let output = run(Path::new("."), &format!("check {}", file.display()));
        assert_eq!(status(&output), 0, "{}", stderr(&output));
    }
}

#[test]
fn the_schema_accepts_every_scenario_and_refuses_bad_ones() {
    let schema: Value = serde_json::from_str(&succeed(Path::new("."), "schema")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for file in scenario_files() {
        let instance: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&instance).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", file.display());
    }
    assert!(validator.is_valid(&scenario()));
    let bad = [
        ("/version", json!("1")),
        ("/species/0/mass", json!(null)),
        ("/species/0/mass", json!("2")),
        ("/species/0/initial", json!({})),
        ("/species/0/initial", json!("maxwellian")),
        ("/species/0/initial/maxwellian", json!({ "density": 1 })),
        ("/species/0/particles/lattice/per_axis", json!(2.5)),
        ("/species/0/particles/lattice/per_axis", json!(-2)),
        ("/collisions/coefficients", json!({ "matrix": [1, 2] })),
        ("/collisions/coefficients", json!({ "uniform": 1, "matrix": [[1]] })),
        ("/time", json!({ "step": 1, "steps": 1, "stop": 1 })),
    ];
    for (place, value) in bad {
        let mut instance = scenario();
        *instance.pointer_mut(place).unwrap() = value.clone();
        assert!(!validator.is_valid(&instance), "{place}: {value}");
    }
}

/// What a run leaves in its folder is a scenario by the schema too.
#[test]
fn the_schema_accepts_resolved_scenarios() {
    let directory = prepared();
    succeed(directory.path(), "run two.json --quiet");
    let schema: Value = serde_json::from_str(&succeed(directory.path(), "schema")).unwrap();
    let resolved = fs::read(directory.path().join("out/two/scenario.json")).unwrap();
    let resolved: Value = serde_json::from_slice(&resolved).unwrap();
    jsonschema::validate(&schema, &resolved).unwrap();
}

/// Halving h of an order-2 method quarters the error; the table on stdout and the file say the same.
#[test]
fn converge_measures_errors_and_orders() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let base: Value = serde_json::from_str(include_str!("../bad/bkw.json")).unwrap();
    write(directory, "bkw.json", &base);
    let printed = succeed(
        directory,
        "converge bkw.json --per-axis 40,80 --out there --set score={\"mesh\":{\"order\":2}} --threads 2",
    );
    assert_eq!(names(&directory.join("there")), ["convergence.csv", "scenario.json"]);
    let text = fs::read_to_string(directory.join("there/convergence.csv")).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|row| row.split(',').collect()).collect();
    let mut columns = vec!["per_axis".to_string()];
    for name in ["heavy", "light"] {
        for kind in ["error", "order"] {
            columns.extend(["l1", "l2", "linf"].map(|norm| format!("{name}_{kind}_{norm}")));
        }
    }
    columns.extend(["seconds", "evaluations"].map(String::from));
    assert_eq!(rows[0], columns);
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), ["per_axis", "40", "80"]);
    // Euler's method: an evaluation a step, and one at the end.
    assert!(rows[1..].iter().all(|row| *row.last().unwrap() == "5"), "{text}");
    for species in [0, 1] {
        let column = 2 + 6 * species;
        let errors = [1, 2].map(|row: usize| rows[row][column].parse::<f64>().unwrap());
        assert_eq!(rows[1][column + 3], "", "the first has no neighbour");
        let order: f64 = rows[2][column + 3].parse().unwrap();
        // The file has four digits of it.
        assert!((order - (errors[0] / errors[1]).log2()).abs() < 1e-4, "{text}");
        // From h = 0.2 σ on, the next term of the series takes at most a third of an order.
        assert!((order - 2.0).abs() < 0.34, "{text}");
        assert!(printed.contains(&format!("{:.3e}", errors[1])), "{printed}");
    }
    assert!(printed.ends_with("written to there\n"), "{printed}");

    // What it wrote is as a run's: refused, then replaced when asked.
    let again = run(directory, "converge bkw.json --per-axis 4 --out there");
    assert_eq!(status(&again), 2);
    assert!(fs::read_to_string(directory.join("there/convergence.csv")).unwrap() == text);
    succeed(directory, "run bkw.json --out there --overwrite --quiet");
    assert_eq!(names(&directory.join("there")), ["diagnostics.csv", "run.json", "scenario.json"]);
    succeed(directory, "converge bkw.json --per-axis 4 --overwrite --out there");
    assert_eq!(names(&directory.join("there")), ["convergence.csv", "scenario.json"]);
}

#[test]
fn completions_name_every_command() {
    for (shell, mark) in [("bash", "_landau"), ("zsh", "#compdef landau"), ("fish", "complete -c landau")] {
        let script = succeed(Path::new("."), &format!("completions {shell}"));
        assert!(script.contains(mark), "{shell}");
        for command in ["run", "resume", "check", "converge", "schema", "completions"] {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
}

#[test]
fn help_and_version_exit_with_0() {
    let version = succeed(Path::new("."), "--version");
    assert_eq!(version, format!("landau {}\n", env!("CARGO_PKG_VERSION")));
    for arguments in ["--help", "help", "run --help", "resume --help", "check --help"] {
        assert!(succeed(Path::new("."), arguments).contains("Usage: landau"));
    }
}

/// As `landau … | head -1` does.
#[test]
#[cfg(unix)]
fn a_reader_that_leaves_is_no_error() {
    let directory = prepared();
    for arguments in ["schema", "completions bash", "check two.json", "run two.json --out a"] {
        let mut child = landau(directory.path())
            .args(arguments.split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments}");
    }
    // Progress goes to stderr: nobody reads on behind the first line, and the run goes on.
    let mut child = landau(directory.path())
        .args(["run", "two.json", "--out", "b", "--set", "time.steps=400"])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(summary(&directory.path().join("b"))["status"], "completed");
    // An error message with nobody to read it still gives its exit status.
    let mut child =
        landau(directory.path()).args(["check", "missing"]).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

/// As a full disk does, a limit on the size of files makes writes fail in the middle.
#[test]
#[cfg(unix)]
fn a_full_disk_ends_the_run_with_its_name_and_keeps_whole_rows() {
    let directory = prepared();
    let directory = directory.path();
    let arguments = "run two.json --set time.steps=1000 --set output={\"diagnostics_every\":1} --quiet";
    let limited = |script: &str| {
        Command::new("sh")
            .current_dir(directory)
            .args(["-c", &format!("trap '' XFSZ; ulimit -f {script}; exec \"$0\" \"$@\"")])
            .arg(env!("CARGO_BIN_EXE_landau"))
            .args(arguments.split(' '))
            .output()
            .unwrap()
    };
    // The limit counts blocks of 512 or 1024 bytes: 4 to 8 KiB, a few dozen rows.
    let output = limited("8");
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    let message = stderr(&output);
    assert!(message.starts_with("error: out/two/diagnostics.csv: cannot write: "), "{message}");
    let out = directory.join("out/two");
    let run = summary(&out);
    assert_eq!(run["status"], "failed");
    assert_eq!(format!("error: {}\n", run["reason"].as_str().unwrap()), message);
    let rows = fs::read_to_string(out.join("diagnostics.csv")).unwrap();
    assert!(rows.lines().count() > 5);
    // The rows are those of the run on a roomy disk.
    succeed(directory, &arguments.replace("=1000", "=100").replace("run ", "run --out roomy "));
    let roomy = fs::read_to_string(directory.join("roomy/diagnostics.csv")).unwrap();
    assert!(rows.ends_with('\n') && roomy.starts_with(&rows));
}

/// The frames' turn: the limit holds rows but no frame.
#[test]
#[cfg(unix)]
fn a_disk_too_full_for_a_frame_keeps_the_frames_before() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let mut scenario = scenario();
    scenario["species"][1]["particles"]["random"]["count"] = json!(2000);
    write(directory, "two.json", &scenario);
    let output = Command::new("sh")
        .current_dir(directory)
        .args(["-c", "trap '' XFSZ; ulimit -f 24; exec \"$0\" run two.json --quiet"])
        .arg(env!("CARGO_BIN_EXE_landau"))
        .output()
        .unwrap();
    assert_eq!(status(&output), 1);
    let message = stderr(&output);
    let start = "error: cannot write out/two/particles/frame_00000000.h5: ";
    assert!(message.starts_with(start) && message.lines().count() == 1, "{message}");
    assert!(names(&directory.join("out/two/particles")).is_empty());
    assert_eq!(summary(&directory.join("out/two"))["status"], "failed");
}

#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let directory = prepared();
    if cfg!(target_os = "linux") {
        // Where nobody can create a folder, the superuser included.
        let output = run(directory.path(), "run two.json --out /proc/run --quiet");
        assert_eq!(status(&output), 1);
        let message = stderr(&output);
        assert!(message.starts_with("error: /proc/run: cannot create the run folder: "), "{message}");
    }
    let sealed = directory.path().join("sealed");
    fs::create_dir(&sealed).unwrap();
    fs::set_permissions(&sealed, fs::Permissions::from_mode(0o555)).unwrap();
    // The superuser writes there all the same.
    let allowed = fs::write(sealed.join("probe"), "").is_ok();
    let output = run(directory.path(), "run two.json --out sealed/run --quiet");
    if allowed {
        assert_eq!(status(&output), 0);
    } else {
        assert_eq!(status(&output), 1);
        let message = stderr(&output);
        assert!(message.starts_with("error: sealed/run: cannot create the run folder: "), "{message}");
    }
    fs::set_permissions(&sealed, fs::Permissions::from_mode(0o755)).unwrap();
}
