//! diagnostics.csv: rows of numbers, written as the run proceeds.

use crate::output::error::FileFailure;
use crate::output::folder::Folder;
use crate::output::rows::Rows;
use crate::simulation::{Observer, ObserverError, Outcome, View};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Writes diagnostics.csv.
pub struct Diagnostics<const D: usize> {
    path: PathBuf,
    file: File,
    /// Bytes of the complete rows.
    length: u64,
    every: u64,
    rows: Rows<D>,
}

impl<const D: usize> Diagnostics<D> {
    /// Creates the file for a new run and writes its header.
    pub fn create(folder: &Folder, every: u64, rows: Rows<D>) -> Result<Self, FileFailure> {
        let path = folder.diagnostics();
        let file = File::create(&path).map_err(FileFailure::file(&path, "cannot create"))?;
        let names = rows.names().to_vec();
        let mut diagnostics = Self { path, file, length: 0, every, rows };
        diagnostics.write(&names)?;
        Ok(diagnostics)
    }

    /// Opens the file of an interrupted run, to continue after its first `length` bytes, which have this CRC-32.
    pub fn reopen(
        folder: &Folder,
        (length, check): (u64, u32),
        every: u64,
        rows: Rows<D>,
    ) -> Result<Self, FileFailure> {
        let path = folder.diagnostics();
        let file =
            OpenOptions::new().append(true).open(&path).map_err(FileFailure::file(&path, "cannot open"))?;
        let found = file.metadata().map_err(FileFailure::file(&path, "cannot open"))?.len();
        if found < length {
            let reason = format!(
                "holds {found} bytes, the checkpoint says {length}: rows are missing; run the scenario anew"
            );
            return Err(FileFailure::Checkpoint { path, reason });
        }
        let checked = check_of(&path, length).map_err(FileFailure::file(&path, "cannot read"))?;
        if checked != check {
            let reason = format!(
                "holds other rows than the run wrote up to its checkpoint (CRC-32 {checked:08x} of the first {length} bytes, the checkpoint says {check:08x}): restore the file, or run the scenario anew"
            );
            return Err(FileFailure::Checkpoint { path, reason });
        }
        file.set_len(length).map_err(FileFailure::file(&path, "cannot cut"))?;
        Ok(Self { path, file, length, every, rows })
    }

    /// Writes a row completely, or not at all if the disk is full.
    fn write(&mut self, record: &[String]) -> Result<(), FileFailure> {
        let mut row = csv::Writer::from_writer(Vec::new());
        let row = row
            .write_record(record)
            .map_err(std::io::Error::from)
            .and_then(|()| row.into_inner().map_err(|error| error.into_error()));
        let written = row.and_then(|row| {
            self.file.write_all(&row)?;
            Ok(row.len() as u64)
        });
        match written {
            Ok(length) => self.length += length,
            Err(error) => {
                // The failure to write is the one to report.
                let _ = self.file.set_len(self.length);
                return Err(FileFailure::file(&self.path, "cannot write")(error));
            }
        }
        Ok(())
    }
}

/// The CRC-32 of the first bytes of a file.
fn check_of(path: &Path, length: u64) -> io::Result<u32> {
    let mut hasher = crc32fast::Hasher::new();
    let mut file = File::open(path)?.take(length);
    let mut block = [0; 1 << 16];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hasher.finalize()),
            count => hasher.update(&block[..count]),
        }
    }
}

/// The step of the last whole row of the diagnostics in a folder, if there is one.
pub fn last_step(folder: &Folder) -> Option<u64> {
    let text = std::fs::read(folder.diagnostics()).ok()?;
    let rows = text.strip_suffix(b"\n")?;
    let row = rows.rsplit(|&byte| byte == b'\n').next()?;
    std::str::from_utf8(row.split(|&byte| byte == b',').next()?).ok()?.parse().ok()
}

impl<const D: usize> Observer<D> for Diagnostics<D> {
    fn observe(&mut self, view: &View<'_, D>) -> Result<(), ObserverError> {
        let due = view.state.step.is_multiple_of(self.every);
        if !due && view.ending != Some(Outcome::Completed) {
            return Ok(());
        }
        let row = self.rows.at(view)?;
        Ok(self.write(&row.cells())?)
    }
}
