//! `landau sweep`: many runs of one scenario, and one table of them.

use super::interruption::Interruption;
use super::{Stop, instruction_set, number_of_threads, print, say};
use crate::output::error::FileFailure;
use crate::scenario;
use crate::session::SessionError;
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
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let largest = runs.iter().map(Run::gibibytes).fold(0.0, f64::max);
        // The rest is for what runs need besides their particles.
        let by_memory = available().map_or(usize::MAX, |gibibytes| (0.8 * gibibytes / largest) as usize);
        let jobs = self.jobs.unwrap_or((processors / self.threads).min(by_memory)).max(1);
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

    #[test]
    fn paths_are_words_of_a_shell() {
        for (path, word) in
            [("a/b_1.json", "a/b_1.json"), ("a b", "'a b'"), ("it's", r"'it'\''s'"), ("", "''")]
        {
            assert_eq!(quoted(Path::new(path)), word);
        }
    }
}
