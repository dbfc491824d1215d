//! The run folder: created before anything is computed, never overwritten by accident.

use crate::error::Failure;
use crate::output::{checkpoint, openpmd};
use crate::scenario::Scenario;
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A run folder that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Creates the folder at `path` with the resolved scenario in it. An existing folder that is not
    /// empty is refused unless `overwrite`, and then loses what a run wrote there, and no more.
    pub fn create(path: &Path, overwrite: bool, scenario: &Scenario) -> Result<Self, Failure> {
        let folder = Self { path: path.to_path_buf() };
        match fs::read_dir(path) {
            Ok(mut entries) => {
                if entries.next().is_some() && !overwrite {
                    return Err(Failure::FolderExists { path: path.to_path_buf() });
                }
                folder.clear()?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                fs::create_dir_all(path).map_err(Failure::file(path, "cannot create the run folder"))?;
            }
            Err(error) => return Err(Failure::file(path, "cannot create the run folder")(error)),
        }
        let file = folder.scenario();
        fs::write(&file, json_text(scenario)).map_err(Failure::file(file, "cannot write"))?;
        Ok(folder)
    }

    /// The folder of an earlier run.
    pub fn open(path: &Path) -> Self {
        Self { path: path.to_path_buf() }
    }

    fn clear(&self) -> Result<(), Failure> {
        for file in
            [self.scenario(), self.diagnostics(), self.convergence(), self.summary(), self.checkpoint()]
        {
            remove(&file)?;
        }
        self.remove_frames(|_| true)?;
        // Where something else lies in it, it stays.
        let _ = fs::remove_dir(self.particles());
        Ok(())
    }

    /// Removes the particle files of the steps that `condemned` names, and what a run that was killed
    /// while it wrote left behind.
    pub fn remove_frames(&self, condemned: impl Fn(u64) -> bool) -> Result<(), Failure> {
        remove(&checkpoint::partial(&self.checkpoint()))?;
        let particles = self.particles();
        let entries = match fs::read_dir(&particles) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(Failure::file(particles, "cannot list")(error)),
        };
        for entry in entries {
            let path = entry.map_err(Failure::file(&particles, "cannot list"))?.path();
            if path.is_dir() {
                continue;
            }
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
            let whole = openpmd::step_of(name);
            let partial = openpmd::step_of_partial(name);
            if partial.is_some() || whole.is_some_and(&condemned) {
                remove(&path)?;
            }
        }
        Ok(())
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn scenario(&self) -> PathBuf {
        self.path.join("scenario.json")
    }

    pub fn diagnostics(&self) -> PathBuf {
        self.path.join("diagnostics.csv")
    }

    pub fn convergence(&self) -> PathBuf {
        self.path.join("convergence.csv")
    }

    pub fn summary(&self) -> PathBuf {
        self.path.join("run.json")
    }

    pub fn checkpoint(&self) -> PathBuf {
        self.path.join("checkpoint")
    }

    pub fn particles(&self) -> PathBuf {
        self.path.join("particles")
    }
}

/// The resolved scenario as it stands in the run folder.
pub fn json_text(scenario: &Scenario) -> String {
    // Serialising plain data to a string cannot fail.
    let text = serde_json::to_string_pretty(scenario).unwrap_or_default();
    text + "\n"
}

fn remove(file: &Path) -> Result<(), Failure> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::file(file, "cannot remove")(error)),
        _ => Ok(()),
    }
}
