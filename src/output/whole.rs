//! Files that appear whole or not at all, whatever ends the program or the power.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes `bytes` under the name `partial`, syncs them, and renames the file to `path`, in the same folder. A file of that
/// name stays as it was until then.
///
/// # Errors
///
/// Every failure to write, sync or rename. The partial file is then removed.
pub fn write(path: &Path, partial: &Path, bytes: &[u8]) -> io::Result<File> {
    let written = File::create(partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(file)
    });
    match written.and_then(|file| fs::rename(partial, path).map(|()| file)) {
        Ok(file) => {
            sync_folder_of(path)?;
            Ok(file)
        }
        Err(error) => {
            // The failure above is the one to report.
            let _ = fs::remove_file(partial);
            Err(error)
        }
    }
}

/// Makes names in the folder of a file outlast a power cut. Only Unix lets a folder be opened and synced.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent().filter(|_| cfg!(unix)) {
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_leaves_the_former_one() {
        let folder = tempfile::tempdir().unwrap();
        let [path, partial] = ["a", "a.partial"].map(|name| folder.path().join(name));
        write(&path, &partial, b"first").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert!(!partial.exists());
        fs::create_dir(&partial).unwrap();
        write(&path, &partial, b"second").unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"first");
    }
}
