//! `landau sweep`: many runs of one scenario, and one table of them.

use super::interruption::Interruption;
use super::{Stop, instruction_set, number_of_threads, print, say};
use crate::output::error::FileFailure;
use crate::scenario;
use crate::session::SessionError;
use crate::setup::Counter;
use crate::simulation::Outcome;
use crate::sweep::plan::Plan;
use crate::sweep::runs::{self, Crew, Run, Stage, Told};
use crate::sweep::table;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Sweep {
    /// The file of the sweep: a scenario, axes of values, and what to keep
    sweep: PathBuf,
    /// The folder of the runs and their table [default: out/<file stem>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Runs at once [default: as many as processors and memory allow]
    #[arg(long, value_name = "N", value_parser = number_of_threads)]
    jobs: Option<usize>,
    /// Threads of each run
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = number_of_threads)]
    threads: usize,
    /// Print a command for each run, one a line, for job managers; run nothing
    #[arg(long, conflicts_with_all = ["only", "collect"])]
    list: bool,
    /// Do this run alone, and leave the table as it is
    #[arg(long, value_name = "NUMBER", conflicts_with = "collect")]
    only: Option<usize>,
    /// Write the table of what has been done; run nothing
    #[arg(long)]
    collect: bool,
    /// Also repeat runs that failed
    #[arg(long)]
    retry: bool,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

impl Sweep {
    pub fn run(self) -> Result<(), Stop> {
        let (plan, _) = scenario::read_plan(&self.sweep)?;
        let base = self.sweep.parent().unwrap_or(Path::new("")).join(&plan.scenario);
        let stem = self.sweep.file_stem().unwrap_or("sweep".as_ref());
        let folder = self.out.clone().unwrap_or_else(|| PathBuf::from("out").join(stem));
        // All scenarios are read before the first one runs, so that errors in the last are reported at once.
        let all = runs::runs(&plan, &base, &folder)?;
        if self.list {
            return print(&self.commands(&folder, all.len()));
        }
        runs::require_the_same(&all)?;
        if self.collect {
            return self.collected(&plan, &folder, &all);
        }
        let chosen = match self.only {
            None => &all[..],
            Some(number) => std::slice::from_ref(all.get(number.wrapping_sub(1)).ok_or_else(|| {
                Stop::Wrong(format!("--only {number}: allowed: the number of a run, 1 to {}", all.len()))
            })?),
        };
        let crew = self.crew(chosen);
        let (set, interruption) = (instruction_set()?, Interruption::watch()?);
        let mut tell = |told: &Told<'_>| {
            if let Some(line) = words(told, chosen.len()).filter(|_| !self.quiet) {
                say(&line);
            }
        };
        let finished =
            runs::work(chosen, crew, set, interruption.of_run(), &mut tell).map_err(Stop::Failed)?;
        if self.only.is_none() {
            self.collected(&plan, &folder, &all)?;
        }
        let failed = chosen.iter().filter(|run| run.stage() == Stage::Failed).count();
        match (finished, failed) {
            (true, 0) => Ok(()),
            (true, _) => Err(Stop::Failed(format!(
                "{failed} of {} runs failed; their reasons are in their run.json",
                chosen.len()
            ))),
            (false, _) if interruption.is_interrupted() => Err(Stop::Interrupted(format!(
                "interrupted; continue with: landau sweep {}",
                self.sweep.display()
            ))),
            (false, _) => Err(Stop::Failed("not every run could be finished".to_string())),
        }
    }

    /// As many runs at once as were asked for, or as processors and memory allow.
    fn crew(&self, runs: &[Run]) -> Crew {
        let jobs = self.jobs.unwrap_or_else(|| {
            let processors = std::thread::available_parallelism().map_or(1, usize::from);
            at_once(processors / self.threads, available(), runs)
        });
        Crew { jobs, threads: self.threads, retries: self.retry }
    }

    /// A command for each run.
    fn commands(&self, folder: &Path, count: usize) -> String {
        let (sweep, out) = (quoted(&self.sweep), quoted(folder));
        let threads = self.threads;
        let command = |number: usize| {
            format!("landau sweep {sweep} --out {out} --threads {threads} --quiet --only {number}\n")
        };
        (1..=count).map(command).collect()
    }

    fn collected(&self, plan: &Plan, folder: &Path, all: &[Run]) -> Result<(), Stop> {
        let path = table::write(folder, plan, all)?;
        let count = |stage: Stage| all.iter().filter(|run| run.stage() == stage).count();
        let (completed, failed) = (count(Stage::Completed), count(Stage::Failed));
        let words = format!(
            "{} runs: {completed} completed, {failed} failed, {} to do\nwritten to {}\n",
            all.len(),
            all.len() - completed - failed,
            path.display()
        );
        if self.quiet { Ok(()) } else { print(&words) }
    }
}

/// What is said of a run that was taken up.
fn words(told: &Told<'_>, all: usize) -> Option<String> {
    let how = match &told.result {
        Ok(Outcome::Completed) => "completed".to_string(),
        Ok(Outcome::Interrupted) => return None,
        Err(SessionError::File(FileFailure::FolderInUse { .. })) => "is done by another process".to_string(),
        Err(error) => format!("failed: {error}"),
    };
    Some(format!("{}/{all}  run {}: {how}", told.finished, told.run.number))
}

/// As many runs at once as processors do, if memory of so many GiB holds the largest of them as often; none if that is not known.
fn at_once(by_processors: usize, gibibytes: Option<f64>, runs: &[Run]) -> usize {
    // One run is always done, whatever it needs. Then nothing has to be counted.
    let Some(gibibytes) = gibibytes.filter(|_| by_processors > 1) else { return by_processors.max(1) };
    let mut counter = Counter::default();
    let largest = runs.iter().map(|run| run.gibibytes(&mut counter)).fold(0.0, f64::max);
    // The rest is for what runs need besides their particles.
    let by_memory = (0.8 * gibibytes / largest) as usize;
    by_processors.min(by_memory).max(1)
}

/// GiB of memory that the system says are there to be had.
fn available() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / (1 << 20) as f64)
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,=:@%".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;

    #[test]
    fn as_many_runs_go_on_at_once_as_memory_holds_particles_of_files() {
        let directory = tempfile::tempdir().unwrap();
        let rows: String = (0..1024).map(|row| format!("{row},{},1\n", row * row)).collect();
        fs::write(directory.path().join("cloud.csv"), format!("vx,vy,weight\n{rows}")).unwrap();
        let scenario = json!({
            "version": 1, "dimension": 2,
            "species": [{ "name": "a", "mass": 1.0, "initial": { "file": { "path": "cloud.csv" } } }],
            "collisions": { "gamma": -3.0, "coefficients": { "uniform": 1.0 } },
            "time": { "step": 0.1, "steps": 1 }
        });
        let path = directory.path().join("a.json");
        fs::write(&path, scenario.to_string()).unwrap();
        let plan = json!({ "version": 1, "scenario": "a.json", "axes": [{ "time.step": [0.1, 0.2] }] });
        let runs = runs::runs(&serde_json::from_value(plan).unwrap(), &path, directory.path()).unwrap();
        // 1024 particles of 1 KiB are 1 MiB, and four fifths of the memory are theirs.
        let mebibytes = |count: f64| Some(count / 0.8 / 1024.0);
        assert_eq!(at_once(16, mebibytes(3.5), &runs), 3);
        assert_eq!(at_once(16, mebibytes(100.0), &runs), 16);
        assert_eq!(at_once(16, mebibytes(0.5), &runs), 1);
        assert_eq!((at_once(16, None, &runs), at_once(0, None, &runs)), (16, 1));
    }

    #[test]
    fn paths_are_words_of_a_shell() {
        for (path, word) in
            [("a/b_1.json", "a/b_1.json"), ("a b", "'a b'"), ("it's", r"'it'\''s'"), ("", "''")]
        {
            assert_eq!(quoted(Path::new(path)), word);
        }
    }
}
