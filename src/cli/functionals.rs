//! `landau functionals`: functionals of a density given by formula, by quadrature.

use super::{Stop, ThreadArguments, print, say};
use crate::output::functionals::Table;
use crate::scenario;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Functionals {
    /// The file of the experiment: a density, collisions, and a parameter to sweep
    experiment: PathBuf,
    /// The CSV file to write [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Change one value before validation, as in gamma=-2.5 (VALUE is JSON or a bare string)
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Replace an existing file
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    threads: ThreadArguments,
}

impl Functionals {
    pub fn run(self) -> Result<(), Stop> {
        self.threads.start()?;
        let (experiment, source) = scenario::read_experiment(&self.experiment, &self.set)?;
        let out = self.out.as_deref().map(|path| Output::open(path, &self)).transpose()?;
        let table = Table::of(&experiment, &source, &self.set)?;
        for note in &table.notes {
            say(&format!("note: {note}"));
        }
        let text = table.csv();
        match out {
            None => print(&text),
            Some(out) => {
                let path = out.path.clone();
                out.write(text.as_bytes())?;
                print(&format!("written to {}\n", path.display()))
            }
        }
    }
}

/// The file to write. It has a name of its own until it is whole.
struct Output {
    path: PathBuf,
    partial: PathBuf,
    file: File,
}

impl Output {
    /// Opens the file before anything is computed.
    fn open(path: &Path, arguments: &Functionals) -> Result<Self, Stop> {
        let name = path.display();
        let is_input = path
            .canonicalize()
            .ok()
            .filter(|path| arguments.experiment.canonicalize().ok().as_ref() == Some(path));
        if is_input.is_some() {
            return Err(Stop::Wrong(format!(
                "--out {name}: found the file of the experiment; allowed: another one"
            )));
        }
        if path.exists() && !arguments.overwrite {
            return Err(Stop::Wrong(format!(
                "--out {name}: found a file; allowed: a new one, or --overwrite to replace it"
            )));
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let file = File::create(&partial)
            .map_err(|error| Stop::Failed(format!("{}: cannot create: {error}", partial.display())))?;
        Ok(Self { path: path.to_path_buf(), partial, file })
    }

    fn write(mut self, text: &[u8]) -> Result<(), Stop> {
        let written = self.file.write_all(text).and_then(|()| self.file.sync_all());
        written
            .and_then(|()| fs::rename(&self.partial, &self.path))
            .map_err(|error| Stop::Failed(format!("{}: cannot write: {error}", self.path.display())))
    }
}

impl Drop for Output {
    /// Removes what is not whole; there is nothing to remove after it was renamed.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.partial);
    }
}
