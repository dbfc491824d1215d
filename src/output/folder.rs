//! The run folder: created before anything is computed, never overwritten by accident, written by one run at a time.
//!
//! A run holds an advisory lock on its `scenario.json`. The operating system releases it when the process
//! ends, for whatever reason.

use crate::output::error::FileFailure;
use crate::output::{openpmd, whole};
use crate::scenario::Scenario;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A run folder that exists.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// Of a folder that is open for writing.
    _lock: Option<Arc<Lock>>,
}

/// The locked file, and the one that it replaced.
///
/// Both are unlocked before they are closed. A process that is just being started from this one has them open too, until its
/// program begins, and would keep the folder in use.
#[derive(Debug)]
struct Lock(File, Option<File>);

impl Drop for Lock {
    fn drop(&mut self) {
        for file in [Some(&self.0), self.1.as_ref()].into_iter().flatten() {
            // Where there are no locks, there is nothing to give back.
            let _ = file.unlock();
        }
    }
}

impl Folder {
    /// Makes the checks of [`Self::create`] before anything is computed, and changes nothing.
    ///
    /// # Errors
    ///
    /// If the folder is not empty, unless `overwrite`; if another run is writing into it; or if the path
    /// cannot be read as a folder.
    pub fn require_free(path: &Path, overwrite: bool) -> Result<(), FileFailure> {
        match fs::read_dir(path) {
            Ok(mut entries) => {
                if entries.next().is_some() && !overwrite {
                    return Err(FileFailure::FolderExists { path: path.to_path_buf() });
                }
            }
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(FileFailure::file(path, "cannot create the run folder")(error));
            }
            Err(_) => {}
        }
        let folder = Self::open(path);
        match OpenOptions::new().append(true).open(folder.scenario()) {
            Ok(file) => folder.lock(&file).map(|()| drop(Lock(file, None))),
            Err(_) => Ok(()),
        }
    }

    /// Creates the folder at `path` and writes the resolved scenario into it. An existing folder that is not
    /// empty is refused unless `overwrite`. Then only the files that a run wrote are removed. A folder into
    /// which another run is writing is always refused.
    pub fn create(path: &Path, overwrite: bool, scenario: &Scenario) -> Result<Self, FileFailure> {
        let mut folder = Self::open(path);
        match fs::read_dir(path) {
            Ok(mut entries) => {
                if entries.next().is_some() && !overwrite {
                    return Err(FileFailure::FolderExists { path: path.to_path_buf() });
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                fs::create_dir_all(path).map_err(FileFailure::file(path, "cannot create the run folder"))?;
            }
            Err(error) => return Err(FileFailure::file(path, "cannot create the run folder")(error)),
        }
        let path = folder.scenario();
        let former = OpenOptions::new().append(true).open(&path).or_else(|_| File::open(&path)).ok();
        former.as_ref().map_or(Ok(()), |file| folder.lock(file))?;
        // Results of a former run go only when the scenario of this one is on the disk. Its file is another one: both
        // stay locked.
        let written = whole::write(&path, &folder.partial_scenario(), json_text(scenario).as_bytes());
        let file = written.map_err(FileFailure::file(&path, "cannot write"))?;
        folder.lock(&file)?;
        folder.clear()?;
        folder._lock = Some(Arc::new(Lock(file, former)));
        Ok(folder)
    }

    /// Opens the folder of an earlier run for reading.
    pub fn open(path: &Path) -> Self {
        Self { path: path.to_path_buf(), _lock: None }
    }

    /// Opens the folder of an earlier run for writing. It is refused while another run is writing into it.
    pub fn reopen(path: &Path) -> Result<Self, FileFailure> {
        let mut folder = Self::open(path);
        let path = folder.scenario();
        // Some file systems can only lock files that are open for writing. Some users make the file
        // read-only.
        let file = OpenOptions::new().append(true).open(&path).or_else(|_| File::open(&path));
        let file = file.map_err(FileFailure::file(path, "cannot read"))?;
        folder.lock(&file)?;
        folder._lock = Some(Arc::new(Lock(file, None)));
        Ok(folder)
    }

    /// Locks a file of the folder, if the file system supports locks.
    fn lock(&self, file: &File) -> Result<(), FileFailure> {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(FileFailure::FolderInUse { path: self.path.clone() }),
            Err(TryLockError::Error(_)) | Ok(()) => Ok(()),
        }
    }

    fn clear(&self) -> Result<(), FileFailure> {
        for file in [self.diagnostics(), self.convergence(), self.summary(), self.checkpoint()] {
            remove(&file)?;
        }
        self.remove_frames(|_| true)?;
        // The folder stays if it contains other files.
        let _ = fs::remove_dir(self.particles());
        Ok(())
    }

    /// Removes the particle files of the steps for which `condemned` holds, and partial files of a run that
    /// was killed while writing.
    pub fn remove_frames(&self, condemned: impl Fn(u64) -> bool) -> Result<(), FileFailure> {
        remove(&self.partial_checkpoint())?;
        remove(&self.partial_summary())?;
        remove(&self.partial_scenario())?;
        remove(&self.partial_convergence())?;
        let particles = self.particles();
        let entries = match fs::read_dir(&particles) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(FileFailure::file(particles, "cannot list")(error)),
        };
        for entry in entries {
            let path = entry.map_err(FileFailure::file(&particles, "cannot list"))?.path();
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

    /// The steps up to `last`, `every` so many, whose frames are not there.
    pub fn missing_frames(&self, every: u64, last: u64) -> Vec<u64> {
        let particles = self.particles();
        let is_missing = |step: &u64| !particles.join(openpmd::file_name(*step)).is_file();
        if every == 0 { Vec::new() } else { (0..=last).step_by(every as usize).filter(is_missing).collect() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn scenario(&self) -> PathBuf {
        self.path.join("scenario.json")
    }

    /// The scenario while it is being written.
    pub fn partial_scenario(&self) -> PathBuf {
        self.path.join("scenario.json.partial")
    }

    pub fn diagnostics(&self) -> PathBuf {
        self.path.join("diagnostics.csv")
    }

    pub fn convergence(&self) -> PathBuf {
        self.path.join("convergence.csv")
    }

    /// The table of `converge` while it is being written.
    pub fn partial_convergence(&self) -> PathBuf {
        self.path.join("convergence.csv.partial")
    }

    pub fn summary(&self) -> PathBuf {
        self.path.join("run.json")
    }

    pub fn partial_summary(&self) -> PathBuf {
        self.path.join("run.json.partial")
    }

    pub fn checkpoint(&self) -> PathBuf {
        self.path.join("checkpoint")
    }

    /// The checkpoint while it is being written.
    pub fn partial_checkpoint(&self) -> PathBuf {
        self.path.join("checkpoint.partial")
    }

    pub fn particles(&self) -> PathBuf {
        self.path.join("particles")
    }
}

/// The text of the resolved scenario in the run folder.
pub fn json_text(scenario: &Scenario) -> String {
    // Serialising plain data to a string cannot fail.
    let text = serde_json::to_string_pretty(scenario).unwrap_or_default();
    text + "\n"
}

fn remove(file: &Path) -> Result<(), FileFailure> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(FileFailure::file(file, "cannot remove")(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that is being started has the files of this one open until its program begins. Its copy of the locked file
    /// must not keep the folder in use.
    #[test]
    fn a_copy_of_the_locked_file_in_another_process_keeps_nothing_locked() {
        let directory = tempfile::tempdir().unwrap();
        let scenario = r#"{
            "version": 1, "dimension": 2,
            "species": [{
                "name": "a", "mass": 1.0, "initial": { "maxwellian": { "density": 1.0, "temperature": 1.0 } },
                "particles": { "lattice": { "per_axis": 4, "half_width": 3.0 } }
            }],
            "collisions": { "gamma": 0.0, "coefficients": { "uniform": 1.0 } },
            "time": { "step": 0.1, "steps": 1 }
        }"#;
        let (scenario, _) = crate::scenario::parse("here", scenario.to_string(), &[]).unwrap();
        for overwrite in [false, true] {
            let folder = Folder::create(directory.path(), overwrite, &scenario).unwrap();
            let Lock(file, former) = folder._lock.as_deref().unwrap();
            let copies = [Some(file), former.as_ref()].map(|file| file.map(|file| file.try_clone().unwrap()));
            assert!(matches!(Folder::reopen(directory.path()), Err(FileFailure::FolderInUse { .. })));
            drop(folder);
            drop(Folder::reopen(directory.path()).unwrap());
            drop(copies);
        }
    }
}
