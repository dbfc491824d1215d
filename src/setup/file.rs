//! Clouds of particles from files: CSV tables, and openPMD files (HDF5) of this and other programs.
//!
//! A file is what its first bytes say, whatever its name. What is no regular file is not read: a pipe may wait for ever,
//! and a device may have no end.

use super::cloud_file::{Amount, CloudFile, Fault, MOST_PARTICLES, Wanted};
#[cfg(feature = "hdf5")]
use super::openpmd::read as read_openpmd;
use super::table;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
#[cfg(not(feature = "hdf5"))]
use without_hdf5 as read_openpmd;

/// The first bytes of an HDF5 file. Source: HDF5 File Format Specification 3.0, II.A.
const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";

/// Of [`MOST_PARTICLES`] with 256 bytes each.
const MOST_BYTES: u64 = MOST_PARTICLES as u64 * 256;

impl<const D: usize> CloudFile<D> {
    /// Reads the particles at `path`. The fault says the file, the row, what was found and what is allowed.
    pub fn read(path: &Path, wanted: &Wanted) -> Result<Self, Fault> {
        let cloud = if is_hdf5(path)? {
            read_openpmd(path, wanted)?
        } else {
            let space = wanted.amount.filter(|amount| !matches!(amount, Amount::Density(_))).map(Amount::key);
            if let Some(key) = wanted.iteration.map(|_| "iteration").or(space) {
                let message = "found beside a CSV file, whose weights are densities at one time; allowed: beside an openPMD file (.h5)";
                return Err(Fault::of(key, message));
            }
            table::read(path, wanted).map_err(|fault| fault.in_file(path))?
        };
        let cloud = cloud.without_weightless();
        let count = cloud.velocities.len();
        if (2..=MOST_PARTICLES).contains(&count) {
            Ok(cloud)
        } else {
            Err(Fault::of_count(count).in_file(path))
        }
    }
}

/// Whether the file is HDF5; if not, it is taken for a table. What is known to be neither is refused by its name.
fn is_hdf5(path: &Path) -> Result<bool, Fault> {
    let name = path.display();
    let cannot_read = |error: std::io::Error| {
        let series = name.to_string().contains('%');
        let hint = if series {
            "; allowed: one file, by its name, where %T or the like stands for many"
        } else {
            ""
        };
        Fault::of_path(format!("cannot read {name}: {error}{hint}"))
    };
    let refuse = |found: &str, allowed: &str| {
        Err(Fault::of_path(format!("found {found}; allowed: {allowed}")).in_file(path))
    };
    const EITHER: &str = "a CSV table or an openPMD file in HDF5 (.h5)";
    const REWRITTEN: &str = "HDF5 (.h5), as which openPMD-api's openpmd-pipe writes it, or a CSV table";
    let metadata = fs::metadata(path).map_err(cannot_read)?;
    if metadata.len() > MOST_BYTES {
        return refuse(
            &format!("{} bytes", metadata.len()),
            "at most 4 GiB, which 2²⁴ particles do not need",
        );
    }
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if ["bp", "bp4", "bp5", "sst"].contains(&extension.as_str()) {
        return refuse("an ADIOS2 file", REWRITTEN);
    }
    if metadata.is_dir() {
        return refuse("a folder", EITHER);
    }
    if !metadata.is_file() {
        return refuse("a pipe or a device", EITHER);
    }
    let mut start = Vec::new();
    File::open(path).and_then(|file| file.take(512).read_to_end(&mut start)).map_err(cannot_read)?;
    if start.starts_with(HDF5) || ["h5", "hdf5"].contains(&extension.as_str()) {
        return Ok(true);
    }
    match start.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => refuse("a file in JSON", REWRITTEN),
        _ => Ok(false),
    }
}

/// What a library says that cannot read openPMD files.
#[cfg(any(test, not(feature = "hdf5")))]
fn without_hdf5<const D: usize>(path: &Path, _: &Wanted) -> Result<CloudFile<D>, Fault> {
    Err(Fault::of_path(
        "found an openPMD file; allowed: a CSV file, as landau was built without its feature `hdf5`",
    )
    .in_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symmetry::Symmetry;

    #[test]
    fn a_library_without_hdf5_says_so() {
        let wanted = Wanted {
            species: "a".to_string(),
            iteration: None,
            amount: None,
            mass: 1.0,
            charge: 0.0,
            si: false,
            symmetry: Symmetry::None,
        };
        let fault = without_hdf5::<3>(Path::new("cloud.h5"), &wanted).unwrap_err();
        let message = "cloud.h5: found an openPMD file; allowed: a CSV file, as landau was built without its feature `hdf5`";
        assert_eq!(fault, Fault::of_path(message));
    }
}
