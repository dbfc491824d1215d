//! Plots of real runs: every picture exists and is not empty, the report is self-contained, and unsuitable
//! folders are reported.

use crate::python;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const REQUIREMENTS: &str = "tests/python/requirements-plots.txt";

/// The pictures that every run with particle files has.
const ALWAYS: [&str; 9] = [
    "anisotropy.png",
    "animation.gif",
    "conservation.png",
    "density.png",
    "entropy.png",
    "particles.png",
    "profiles.png",
    "temperatures.png",
    "velocities.png",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a reduced shipped scenario into `folder`.
fn run(scenario: &str, changes: &[&str], folder: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landau"));
    command.arg("run").arg(root().join("scenarios").join(scenario)).arg("--out").arg(folder).arg("--quiet");
    for change in changes {
        command.args(["--set", change]);
    }
    assert_success(&command.output().unwrap());
}

fn small_bkw(folder: &Path) {
    let changes = [
        "species.0.particles.lattice.per_axis=14",
        "species.1.particles.lattice.per_axis=14",
        "time.steps=40",
        "output.particles_every=10",
    ];
    run("bkw_2d.json", &changes, folder);
}

fn report(arguments: &[&Path]) -> Output {
    python::run(REQUIREMENTS, "plots/report.py", arguments)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn assert_success(output: &Output) {
    assert!(output.status.success(), "{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr));
}

/// Checks that `folder` contains the pictures [`ALWAYS`] and `more`, and a report.html with all of them.
fn check(folder: &Path, gif_frames: usize, more: &[&str]) {
    let mut arguments = vec![folder.display().to_string(), gif_frames.to_string()];
    arguments.extend(ALWAYS.iter().chain(more).map(|name| (*name).to_owned()));
    assert_success(&python::run(REQUIREMENTS, "tests/python/check_report.py", arguments));
}

#[test]
fn a_report_holds_every_picture_and_is_the_same_twice() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    small_bkw(&run);
    let output = report(&[&run]);
    assert_success(&output);
    assert_eq!(text(&output.stderr), "");
    let plots = run.join("plots");
    let printed: Vec<PathBuf> = text(&output.stdout).lines().map(PathBuf::from).collect();
    assert_eq!(printed.len(), ALWAYS.len() + 2);
    assert_eq!(printed.last(), Some(&plots.join("report.html")));
    assert!(printed.iter().all(|path| path.is_file()), "{printed:?}");
    check(&plots, 5, &["errors.png"]);
    let page = fs::read_to_string(plots.join("report.html")).unwrap();
    assert!(page.contains("<h1>Two-species BKW in 2-D"), "no title");
    assert!(!page.contains("class=\"bad\""), "a completed run is called bad");

    let again = folder.path().join("again");
    assert_success(&report(&[&run, Path::new("--output"), &again]));
    for name in ALWAYS.iter().chain(&["errors.png", "report.html"]) {
        assert!(fs::read(plots.join(name)).unwrap() == fs::read(again.join(name)).unwrap(), "{name} differs");
    }

    open_in_a_browser(&plots.join("report.html"), ALWAYS.len() + 1);
}

/// Opens the page in Chromium, which must decode every image. If there is no Chromium, it only prints that.
fn open_in_a_browser(page: &Path, images: usize) {
    const NAMES: [&str; 5] =
        ["chromium", "chromium-browser", "chromium-headless-shell", "google-chrome", "google-chrome-stable"];
    let found = std::env::var_os("PATH").and_then(|path| {
        std::env::split_paths(&path)
            .flat_map(|folder| NAMES.map(|name| folder.join(name)))
            .find(|file| file.is_file())
    });
    let Some(browser) = found else {
        eprintln!("no Chromium on the PATH: the report was not opened in a browser");
        return;
    };
    // A copy of the page that counts its loaded images.
    let folder = tempfile::tempdir().unwrap();
    let counting = folder.path().join("report.html");
    let script = "<script>onload = () => { const all = [...document.images]; document.body.dataset.shown = \
                  `${all.filter(image => image.naturalWidth > 0).length} of ${all.length}`; }</script></body>";
    let text_of_page = fs::read_to_string(page).unwrap();
    fs::write(&counting, text_of_page.replace("</body>", script)).unwrap();
    let output = Command::new(&browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", counting.display()))
        .output()
        .unwrap();
    assert_success(&output);
    let shown = format!("data-shown=\"{images} of {images}\"");
    assert!(text(&output.stdout).contains(&shown), "{} does not show all images", browser.display());
}

#[test]
fn fixed_ions_in_three_dimensions() {
    let folder = tempfile::tempdir().unwrap();
    let run_folder = folder.path().join("run");
    let changes = ["species.0.particles.lattice.per_axis=9", "time.steps=4", "output.particles_every=2"];
    run("electrons_ions_3d.json", &changes, &run_folder);
    assert_success(&report(&[&run_folder]));
    check(&run_folder.join("plots"), 3, &[]);
}

/// Two species of rings beside fixed ions, and shells with the exact solution.
#[test]
fn rings_and_shells() {
    let folder = tempfile::tempdir().unwrap();
    let lattice = |per_axis: u32| json!({ "lattice": { "per_axis": per_axis } });
    let rings = json!([
        { "name": "a", "mass": 1.0, "particles": lattice(12),
          "initial": { "anisotropic_maxwellian": { "density": 1.0, "temperatures": [0.5, 1.0, 1.0], "drift": [0.4, 0.0, 0.0] } } },
        { "name": "b", "mass": 2.0, "particles": lattice(10),
          "initial": { "maxwellian": { "density": 0.5, "temperature": 0.7 } } },
        { "name": "ion", "charge": 1.0, "fixed": { "density": 0.2, "velocity": [0.1, 0.0, 0.0] } }
    ]);
    let bkw = json!({ "bkw": { "density": 1.0, "temperature": 1.0, "contrast": 0.25 } });
    let shells = json!([{ "name": "a", "mass": 1.0, "initial": bkw, "particles": lattice(40) }]);
    let axial = json!({ "axial": { "axis": "x" } });
    let cases = [
        ("rings", axial, -3.0, rings, json!(null), "symmetric about the x axis", &[][..]),
        (
            "shells",
            json!({ "spherical": {} }),
            0.0,
            shells,
            json!({ "bkw": {} }),
            "all directions alike",
            &["errors.png"],
        ),
    ];
    for (name, symmetry, gamma, species, reference, words, more) in cases {
        let mut scenario = json!({
            "version": 1, "dimension": 3, "symmetry": symmetry, "species": species,
            "collisions": { "gamma": gamma, "coefficients": { "uniform": 0.1 } },
            "time": { "step": 0.1, "steps": 2 }, "output": { "particles_every": 1 }
        });
        if !reference.is_null() {
            scenario["reference"] = reference;
        }
        fs::write(folder.path().join("a.json"), scenario.to_string()).unwrap();
        let run_folder = folder.path().join(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_landau"));
        command.arg("run").arg(folder.path().join("a.json")).arg("--quiet").arg("--out").arg(&run_folder);
        assert_success(&command.output().unwrap());
        assert_success(&report(&[&run_folder]));
        check(&run_folder.join("plots"), 3, more);
        let page = fs::read_to_string(run_folder.join("plots/report.html")).unwrap();
        assert!(page.contains(&format!("in 3 dimensions, {words},")), "{name}");
        // The moments of the pictures' densities are those of the run.
        let checked = python::run(REQUIREMENTS, "tests/python/check_densities.py", [&run_folder]);
        assert_success(&checked);
    }
}

#[test]
fn random_particles_and_many_species() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("nine.json");
    let species: Vec<String> = (0..9)
        .map(|i| {
            format!(
                r#"{{"name": "s{i}", "mass": {mass}, "initial": {{"maxwellian": {{"density": 1.0, "temperature": {mass}}}}},
                    "particles": {{"random": {{"count": 40, "seed": {i}}}}}}}"#,
                mass = i + 1,
            )
        })
        .collect();
    let json = format!(
        r#"{{"version": 1, "dimension": 2, "species": [{}],
            "collisions": {{"gamma": 0.0, "coefficients": {{"uniform": 0.1}}}},
            "time": {{"step": 0.01, "steps": 2}}, "output": {{"particles_every": 1}}}}"#,
        species.join(",")
    );
    fs::write(&scenario, json).unwrap();
    let run_folder = folder.path().join("run");
    let output = Command::new(env!("CARGO_BIN_EXE_landau"))
        .arg("run")
        .arg(&scenario)
        .args(["--quiet", "--out"])
        .arg(&run_folder)
        .output()
        .unwrap();
    assert_success(&output);
    assert_success(&report(&[&run_folder]));
    let plots = run_folder.join("plots");
    for name in
        ["density_1.png", "density_2.png", "density_3.png", "profiles_3.png", "animation.gif", "report.html"]
    {
        assert!(plots.join(name).is_file(), "{name}");
    }
}

#[test]
fn a_run_that_has_not_ended_is_plotted_and_said_to_be_unfinished() {
    let folder = tempfile::tempdir().unwrap();
    let run_folder = folder.path().join("run");
    small_bkw(&run_folder);
    let path = run_folder.join("run.json");
    let summary = fs::read_to_string(&path).unwrap();
    fs::write(&path, summary.replace("\"completed\"", "\"running\"")).unwrap();
    assert_success(&report(&[&run_folder]));
    let page = fs::read_to_string(run_folder.join("plots/report.html")).unwrap();
    assert!(page.contains("The run has not ended, or was killed."));
    assert!(run_folder.join("plots/density.png").exists());
    fs::remove_dir_all(run_folder.join("plots")).unwrap();
    fs::remove_file(&path).unwrap();
    // A killed program may leave no frames and an incomplete last row.
    fs::remove_dir_all(run_folder.join("particles")).unwrap();
    let rows = run_folder.join("diagnostics.csv");
    let whole = fs::read_to_string(&rows).unwrap();
    fs::write(&rows, &whole[..whole.len() - 100]).unwrap();
    assert_success(&report(&[&run_folder]));
    let page = fs::read_to_string(run_folder.join("plots/report.html")).unwrap();
    assert!(page.contains("There is no run.json"));
    assert!(run_folder.join("plots/errors.png").is_file());
    assert!(!run_folder.join("plots/density.png").exists());
}

#[test]
fn every_broken_folder_is_named_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    small_bkw(&whole);
    let at = |file: &str| folder.path().join("broken").join(file);
    let absent = folder.path().join("broken");
    let error = "expected the folder that `landau run` wrote";
    fails_with(&absent, &format!("{}: no such folder; {error}", absent.display()));
    fs::create_dir(&absent).unwrap();
    fails_with(&absent, &format!("{}: holds no scenario.json; {error}", absent.display()));
    for file in ["scenario.json", "diagnostics.csv"] {
        fs::copy(whole.join(file), at(file)).unwrap();
    }
    let broken = |file: &str, content: &str, message: &str| {
        let former = fs::read(at(file)).ok();
        fs::create_dir_all(at(file).parent().unwrap()).unwrap();
        fs::write(at(file), content).unwrap();
        fails_with(&absent, &format!("{}{message}", at(file).display()));
        match former {
            Some(content) => fs::write(at(file), content).unwrap(),
            None => fs::remove_file(at(file)).unwrap(),
        }
    };
    broken("scenario.json", "{\n  \"title\": }", ":2:12: not JSON: Expecting value");
    broken("scenario.json", "[]", ": holds no JSON object");
    broken("scenario.json", "{\"dimension\": 2}", ": not a resolved scenario: KeyError('collisions')");
    broken("diagnostics.csv", "", ": is empty; expected a header and rows of numbers");
    broken("diagnostics.csv", "step,time\n", ": has a header and no rows");
    broken("diagnostics.csv", "step,step\n1,2\n", ": two columns have one name in the header step,step");
    broken("diagnostics.csv", "step,time\n1,2\n1,2,3\n", ":3: 3 fields, the header has 2");
    broken("diagnostics.csv", "step,time\n1,2\n1,x\n", ":3: '1,x' are not all numbers");
    let lacks = ": lacks the columns energy, entropy, entropy_rate, momentum_x, momentum_y, heavy_density, ";
    broken("diagnostics.csv", "step,time\n1,2\n", lacks);
    broken("run.json", "{", ":1:2: not JSON: Expecting property name enclosed in double quotes");
    broken("particles/frame_00000000.h5", "no HDF5", ": not an openPMD frame: ");
    let frame = "particles/frame_00000000.h5";
    fs::create_dir_all(at("particles")).unwrap();
    fs::copy(whole.join(frame), at(frame)).unwrap();
    let older =
        ": has no spacing and bandwidth of heavy, as runs of an older program; run the scenario again";
    broken("run.json", "{\"status\": \"completed\"}", older);
    fs::remove_file(at(frame)).unwrap();
    fs::remove_file(at("diagnostics.csv")).unwrap();
    fails_with(
        &absent,
        &format!("{}: cannot read: No such file or directory", at("diagnostics.csv").display()),
    );
}

/// Checks that the report of `folder` fails with status 1 and one line that starts with `message`, and leaves
/// no files.
fn fails_with(folder: &Path, message: &str) {
    let output = report(&[folder]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.starts_with(&format!("error: {message}")), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(!folder.join("plots").exists());
}

#[test]
fn convergence_beside_the_published_errors() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("convergence.csv");
    // An observed order needs a coarser run, so the first order is empty. An error may be exactly 0.
    fs::write(
        &table,
        "per_axis,a_error_l1,a_error_l2,a_error_linf,a_order_l2,seconds\n\
         20,1e-1,2e-1,4e-1,,0.5\n40,5e-3,1e-2,4e-2,4.3,2\n80,0,1e-4,4e-4,6.6,9\n",
    )
    .unwrap();
    let script = "plots/convergence.py";
    assert_success(&python::run(REQUIREMENTS, script, [folder.path()]));
    let picture = folder.path().join("plots/convergence.png");
    let with_published = fs::read(&picture).unwrap();
    assert!(with_published.starts_with(b"\x89PNG\r\n\x1a\n") && with_published.len() > 20_000);
    assert_success(&python::run(REQUIREMENTS, script, [&table, Path::new("--no-published")]));
    assert!(fs::read(&picture).unwrap() != with_published);

    fs::write(&table, "per_axis,seconds\n20,1\n").unwrap();
    let output = python::run(REQUIREMENTS, script, [folder.path()]);
    assert_eq!(output.status.code(), Some(1));
    let message = format!(
        "error: {}: expected the columns per_axis and NAME_error_l1, _l2 or _linf; found per_axis, seconds\n",
        table.display()
    );
    assert_eq!(text(&output.stderr), message);
}

/// The pictures of benchmarks are drawn from the tables of the gallery. Other tables are refused.
#[test]
fn benchmarks_are_drawn_from_their_tables() {
    let folder = tempfile::tempdir().unwrap();
    let [output, other] = [Path::new("--output"), &folder.path().join("other.csv")];
    fs::write(other, "code,seconds\nlandau,1\n").unwrap();
    for (script, picture) in [
        ("performance", "performance"),
        ("work_precision", "work_precision"),
        ("summation", "summations"),
        ("symmetries", "symmetries"),
        ("scaling", "scaling"),
    ] {
        let script = format!("plots/{script}.py");
        assert_success(&python::run(REQUIREMENTS, &script, [output, folder.path()]));
        let drawn = fs::read(folder.path().join(picture).with_extension("png")).unwrap();
        assert!(drawn.starts_with(b"\x89PNG\r\n\x1a\n") && drawn.len() > 20_000, "{script}");

        let refused = python::run(REQUIREMENTS, &script, [other]);
        assert_eq!(refused.status.code(), Some(1), "{script}");
        let message = text(&refused.stderr);
        let expected = format!("error: {}: expected what benches/", other.display());
        assert!(message.starts_with(&expected) && message.lines().count() == 1, "{message}");
    }
}

/// Every picture of the theorems is drawn, from the laboratory and from runs that take seconds.
#[test]
fn the_theorems_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_landau"));
    let arguments: [&Path; 5] =
        [Path::new("--quick"), Path::new("--runs"), folder.path(), Path::new("--program"), program];
    let output = python::run(REQUIREMENTS, "plots/theorems.py", arguments);
    assert_success(&output);
    let printed = text(&output.stdout);
    let pictures: Vec<&Path> = printed.lines().filter(|line| line.ends_with(".png")).map(Path::new).collect();
    assert_eq!(pictures.len(), 7, "{printed}");
    for picture in pictures {
        let bytes = fs::read(picture).unwrap();
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() > 20_000, "{}", picture.display());
    }
    // Existing results are kept, so no program is needed.
    let kept: [&Path; 6] = [
        Path::new("--keep"),
        Path::new("--quick"),
        Path::new("--runs"),
        folder.path(),
        Path::new("--program"),
        Path::new("absent"),
    ];
    assert_success(&python::run(REQUIREMENTS, "plots/theorems.py", kept));
}

#[test]
fn the_scripts_ask_for_the_packages_they_are_tested_with() {
    let pinned = fs::read_to_string(root().join(REQUIREMENTS)).unwrap();
    let mut scripts = 0;
    for entry in fs::read_dir(root().join("plots")).unwrap() {
        let script = entry.unwrap().path();
        if script.extension().is_none_or(|extension| extension != "py") {
            continue;
        }
        let source = fs::read_to_string(&script).unwrap();
        let Some(line) = source.lines().find_map(|line| line.strip_prefix("# dependencies = [")) else {
            continue;
        };
        scripts += 1;
        for package in line.trim_end_matches(']').split(", ").map(|package| package.trim_matches('"')) {
            assert!(pinned.lines().any(|pin| pin == package), "{}: {package}", script.display());
        }
    }
    assert_eq!(scripts, 13);
}

/// On a machine with only Python, a script makes the environment that it needs.
#[test]
fn a_script_makes_its_own_environment() {
    let folder = tempfile::tempdir().unwrap();
    let run_folder = folder.path().join("run");
    small_bkw(&run_folder);
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plots-cache");
    let output = Command::new("python3")
        .arg(root().join("plots/diagnostics.py"))
        .arg(&run_folder)
        .env("XDG_CACHE_HOME", &cache)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert_success(&output);
    assert!(run_folder.join("plots/temperatures.png").is_file());
}
