//! Runs on several ranks, started by mpiexec as users do, beside runs of one process.

#[path = "../common/integrators.rs"]
mod integrators;
#[path = "../common/program.rs"]
mod program;

use integrators::integrators;
use program::{assert_same, landau, run, send, status, stderr, succeed, summary, write};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Numbers of ranks that runs are compared on. Four share two processors where there are no more.
const COUNTS: [usize; 4] = [1, 2, 3, 4];

/// The launcher of the MPI that the program was built with, MPICH's or Open MPI's.
fn launcher(directory: &Path) -> Command {
    let mut command = Command::new("mpiexec");
    // Open MPI wants to hear that root may use it, and that ranks may share processors.
    command.envs([
        ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
        ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
        ("PRTE_MCA_rmaps_default_mapping_policy", ":oversubscribe"),
    ]);
    command.current_dir(directory);
    command
}

/// A command that starts the program on some ranks.
fn mpiexec(directory: &Path, ranks: usize) -> Command {
    let mut command = launcher(directory);
    command.args(["-n", &ranks.to_string(), env!("CARGO_BIN_EXE_landau")]);
    command
}

fn run_on(directory: &Path, ranks: usize, arguments: &str) -> Output {
    mpiexec(directory, ranks).args(arguments.split(' ')).output().expect("mpiexec")
}

fn succeed_on(directory: &Path, ranks: usize, arguments: &str) {
    let output = run_on(directory, ranks, arguments);
    assert_eq!(status(&output), 0, "landau {arguments} on {ranks} ranks: {}", stderr(&output));
}

/// What the program says on stderr, without the words of mpiexec.
fn said(output: &Output) -> Vec<String> {
    stderr(output).lines().filter(|line| line.starts_with("error: ")).map(String::from).collect()
}

/// Two species, with changes.
fn scenario(dimension: usize, changes: &Value) -> Value {
    let temperatures = &[1.2, 0.9, 1.0][..dimension];
    let species = |name: &str, mass: f64, half_width: f64| {
        json!({
            "name": name, "mass": mass,
            "particles": { "lattice": { "per_axis": if dimension == 2 { 14 } else { 6 }, "half_width": half_width } },
            "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": temperatures } }
        })
    };
    let mut scenario = json!({
        "version": 1, "dimension": dimension,
        "species": [species("one", 1.0, 3.5), species("other", 9.0, 1.2)],
        "collisions": { "gamma": -3.0, "coefficients": { "uniform": 0.1 } },
        "integrator": { "runge_kutta": { "order": 2 } },
        "time": { "step": 0.01, "steps": 2 },
        "output": { "particles_every": 1 }
    });
    for (key, value) in changes.as_object().unwrap() {
        scenario[key] = value.clone();
    }
    scenario
}

/// Runs a scenario in one process and on some ranks, which leave the same bytes.
fn is_the_same(directory: &Path, scenario: &Value, counts: &[usize]) {
    write(directory, "a.json", scenario);
    succeed(directory, "run a.json --out one --overwrite --quiet --threads 1");
    for &count in counts {
        succeed_on(directory, count, "run a.json --out many --overwrite --quiet --threads 1");
        let what = format!("{count} ranks, {scenario}");
        assert_same(&directory.join("many"), &directory.join("one"), &what);
        let found = &summary(&directory.join("many"))["ranks"]["count"];
        assert_eq!(*found, if count == 1 { Value::Null } else { json!(count) });
    }
}

#[test]
fn every_integrator_has_the_bytes_of_one_process() {
    let directory = tempfile::tempdir().unwrap();
    let adaptive = json!({ "adaptive": { "end": 0.05, "relative_tolerance": 1e-3 } });
    for integrator in integrators(1e-10) {
        is_the_same(directory.path(), &scenario(2, &json!({ "integrator": integrator })), &COUNTS);
    }
    is_the_same(directory.path(), &scenario(2, &json!({ "time": adaptive })), &COUNTS);
}

#[test]
fn every_summation_has_the_bytes_of_one_process() {
    let directory = tempfile::tempdir().unwrap();
    for summation in [
        json!({ "direct": {} }),
        json!({ "tree": { "tolerance": 1e-3 } }),
        json!({ "random_batch": { "size": 20, "seed": 5 } }),
    ] {
        is_the_same(directory.path(), &scenario(2, &json!({ "summation": summation })), &COUNTS);
        is_the_same(directory.path(), &scenario(3, &json!({ "summation": summation })), &COUNTS);
    }
}

#[test]
fn every_score_has_the_bytes_of_one_process() {
    let directory = tempfile::tempdir().unwrap();
    for score in [
        json!({ "mesh": { "order": 6 } }),
        json!({ "particles": { "order": 4, "sums": { "neighbours": {} } } }),
        json!({ "particles": { "order": 2, "sums": { "mesh": {} } } }),
        json!({ "mesh": { "bandwidth": { "following": {} } } }),
    ] {
        is_the_same(directory.path(), &scenario(2, &json!({ "score": score })), &COUNTS);
    }
    // Rings and shells have scores of their own, and sums by moments.
    for symmetry in [json!({ "axial": { "axis": "x" } }), json!({ "spherical": {} })] {
        for gamma in [-3.0, 0.0] {
            let mut changes = scenario(3, &json!({}));
            changes["symmetry"] = symmetry.clone();
            changes["collisions"]["gamma"] = json!(gamma);
            for species in changes["species"].as_array_mut().unwrap() {
                species["particles"]["lattice"]["per_axis"] =
                    json!(if symmetry.get("axial").is_some() { 24 } else { 600 });
                species["initial"] = json!({ "maxwellian": { "density": 1.0, "temperature": 1.0 } });
            }
            is_the_same(directory.path(), &changes, &COUNTS);
        }
    }
}

/// Waits until a run has written its first rows, or fails.
fn wait_for_rows(folder: &Path, rows: usize) {
    let began = Instant::now();
    loop {
        let found = fs::read_to_string(folder.join("diagnostics.csv")).unwrap_or_default();
        if found.lines().count() > rows {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{} has no rows", folder.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A run that takes long enough to be ended from outside.
fn long() -> Value {
    scenario(2, &json!({ "time": { "step": 0.01, "steps": 300 }, "output": { "checkpoint_every": 0 } }))
}

#[test]
fn an_interrupted_run_goes_on_with_another_number_of_ranks() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write(directory, "a.json", &long());
    let mut ranks = mpiexec(directory, 3);
    ranks.args(["run", "a.json", "--out", "many", "--quiet", "--threads", "1"]);
    let ranks = ranks.stderr(Stdio::piped()).spawn().unwrap();
    wait_for_rows(&directory.join("many"), 3);
    // What Ctrl-C tells mpiexec, MPICH passes on. Open MPI passes on another signal, and ends the ranks before they answer it.
    let version = launcher(directory).arg("--version").output().unwrap().stdout;
    let told = match String::from_utf8(version).unwrap().contains("Open MPI") {
        true => ranks_below(ranks.id())[1],
        false => ranks.id(),
    };
    send("INT", told);
    let output = ranks.wait_with_output().unwrap();
    assert_eq!(status(&output), 130, "{}", stderr(&output));
    let words: Vec<_> =
        stderr(&output).lines().filter(|line| line.contains("resume")).map(String::from).collect();
    assert!(words.len() == 1 && words[0].starts_with("interrupted after step "), "{words:?}");
    succeed_on(directory, 2, "resume many --quiet --threads 1");
    succeed(directory, "run a.json --out one --quiet --threads 1");
    assert_same(&directory.join("many"), &directory.join("one"), "3 ranks, then 2");
    // Nothing is left to do, which one rank says.
    let complete = run_on(directory, 2, "resume many");
    assert_eq!(String::from_utf8(complete.stdout).unwrap(), "the run in many is complete\n");
}

/// The ranks that mpiexec has started, itself or through others.
fn ranks_below(process: u32) -> Vec<u32> {
    let program = fs::canonicalize(env!("CARGO_BIN_EXE_landau")).unwrap();
    let found = Command::new("pgrep").args(["-P", &process.to_string()]).output().unwrap().stdout;
    let below = String::from_utf8(found).unwrap();
    let below = below.lines().map(|line| line.parse().unwrap());
    let is_rank =
        |process: u32| fs::read_link(format!("/proc/{process}/exe")).is_ok_and(|exe| exe == program);
    below.flat_map(|one| if is_rank(one) { vec![one] } else { ranks_below(one) }).collect()
}

#[test]
fn a_rank_that_ends_ends_all() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write(directory, "a.json", &long());
    let mut ranks = mpiexec(directory, 2);
    ranks.args(["run", "a.json", "--out", "killed", "--quiet", "--threads", "1"]);
    let ranks = ranks.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for_rows(&directory.join("killed"), 3);
    let processes = ranks_below(ranks.id());
    assert_eq!(processes.len(), 2);
    send("KILL", processes[1]);
    assert!(!ranks.wait_with_output().unwrap().status.success());
    // The launcher may be gone before the last of them.
    let began = Instant::now();
    while processes.iter().any(|process| Path::new(&format!("/proc/{process}")).exists()) {
        assert!(began.elapsed() < Duration::from_secs(10), "a rank goes on alone");
        std::thread::sleep(Duration::from_millis(20));
    }
    // What the first rank alone fails of ends all with its reason.
    let mut fails = scenario(2, &json!({ "functionals": [{ "moments": { "orders": [20] } }] }));
    for species in fails["species"].as_array_mut().unwrap() {
        species["initial"] = json!({ "maxwellian": { "density": 1.0, "temperature": 1e32 } });
        species["particles"]["lattice"]["half_width"] = json!(4e16);
    }
    write(directory, "fails.json", &fails);
    let alone = run(directory, "run fails.json --out alone --quiet");
    let output = run_on(directory, 2, "run fails.json --out many --quiet");
    assert_eq!((status(&alone), status(&output)), (1, 1));
    assert!(said(&output)[0].starts_with("error: the column "), "{}", stderr(&output));
    assert_eq!(said(&output), said(&alone));
    assert_eq!(summary(&directory.join("many"))["status"], "failed");
    // What a step fails of, all ranks fail of: one says it.
    write(directory, "a.json", &long());
    let output = run_on(
        directory,
        3,
        "run a.json --set time.step=1e6 --set integrator={\"forward_euler\":{}} --out far --quiet",
    );
    assert_eq!(status(&output), 1);
    assert!(
        said(&output).len() == 1 && said(&output)[0].contains("throws a particle"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn ranks_that_cannot_run_together_are_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    write(directory, "a.json", &scenario(2, &json!({})));
    let refused = |output: Output, words: &str| {
        assert_eq!(
            (status(&output), said(&output)),
            (2, vec![format!("error: {words}")]),
            "{}",
            stderr(&output)
        );
        assert!(!directory.join("out").exists(), "{words}");
    };
    refused(
        run_on(directory, 2, "run a.json --set time.step=-1"),
        "--set time.step=-1: time.step: found -1; allowed: a number > 0",
    );
    refused(
        run_on(
            directory,
            3,
            "run a.json --set species.0.particles.lattice.per_axis=5 --set species.1.particles.lattice.per_axis=5",
        ),
        "found 3 ranks; allowed: up to 2 for a run of 50 particles, one for every 32, as more would have nothing to do",
    );
    let program = env!("CARGO_BIN_EXE_landau");
    let with = |first: &str, second: &str| {
        let words = format!("-n 1 {first} : -n 1 {second}").replace("landau", program);
        launcher(directory).args(words.split(' ')).output().unwrap()
    };
    let output = with(
        "env LANDAU_INSTRUCTION_SET=portable landau run a.json",
        "env LANDAU_INSTRUCTION_SET=sse9 landau run a.json",
    );
    assert_eq!(status(&output), 2);
    assert!(
        said(&output)[0].starts_with("error: rank 1: LANDAU_INSTRUCTION_SET: found `sse9`"),
        "{output:?}"
    );
    let output = with("landau run a.json", "landau run a.json --set time.steps=3");
    assert_eq!((status(&output), said(&output).len()), (2, 1));
    assert!(said(&output)[0].starts_with("error: rank 1 has a scenario with the checksum "), "{output:?}");
    // Without a launcher there is one rank.
    let mut alone = landau(directory);
    let output = alone.args(["run", "a.json", "--quiet"]).env("PMI_SIZE", "2").output().unwrap();
    refused(
        output,
        "found 2 copies of the program, started together (PMI_SIZE in the environment), of which MPI sees one; allowed: the mpiexec of the MPI library that the program was built with",
    );
}

#[test]
fn ranks_receive_what_check_says_at_most() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    for summation in [json!({ "direct": {} }), json!({ "random_batch": { "size": 20, "seed": 5 } })] {
        write(directory, "a.json", &scenario(3, &json!({ "summation": summation })));
        let said = succeed(directory, "check a.json");
        let line = said.lines().find(|line| line.starts_with("ranks")).unwrap();
        let mebibytes: f64 = line.split("up to ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        succeed_on(directory, 3, "run a.json --out many --overwrite --quiet --threads 1");
        let received = summary(&directory.join("many"))["ranks"]["bytes"].as_f64().unwrap() / 2f64.powi(20);
        // The last digit is rounded. A third of what is gathered is a rank's own.
        assert!(received <= mebibytes + 0.005 && received > 0.3 * mebibytes - 0.005, "{line}: {received}");
    }
}
