//! Particle snapshots in the openPMD format: one HDF5 file a frame, all species in it.
//!
//! A series is a folder of files `frame_%08T.h5`, `%08T` being the step with at least eight digits (openPMD's
//! `fileBased` encoding, iteration = step). Species NAME of step T lies in `/data/T/particles/NAME/`:
//!
//! | record | stored as | holds |
//! |---|---|---|
//! | `velocity/x,y[,z]` | f64 array | the velocities |
//! | `position/x,y[,z]` | hard links | the velocities again, for viewers that draw positions only; no second copy |
//! | `positionOffset/x,y[,z]` | constant | 0 |
//! | `weighting` | f64 array | the density that each particle stands for |
//! | `mass`, `charge` | constant | of one physical particle |
//! | `id` | u64 array | a running index over all species of the frame: unique in the run, the same in every frame |
//!
//! In h5py a component is `file["data/100/particles/electron/velocity/x"][:]`, a constant is
//! `file["data/100/particles/electron/mass"].attrs["value"]`.
//!
//! Particles of a run with a symmetry are rings or shells. Their records have other components, and their species two
//! attributes in the words that the standard has for meshes:
//!
//! | particles | components | attributes of the species |
//! |---|---|---|
//! | points | `x`, `y`, `z` | none |
//! | rings about an axis | `r` ≥ 0, the distance from the axis, and `z` along it, whatever its name | `geometry` = `cylindrical`, `axis` = `x`, `y` or `z` |
//! | shells about the origin | `r` ≥ 0 | `geometry` = `spherical` |
//!
//! A weighting is then the density on the whole ring or shell. A fixed species is a point on the axis: r = 0.
//!
//! A density over velocities along and across an axis is the mesh record `/data/T/meshes/NAME_distribution`: an array f(v_∥, v_⊥) of
//! square cells, with `axisLabels` = `parallel`, `perpendicular`, `gridSpacing`, `gridGlobalOffset` (where the first cells begin) and
//! `axis` = `x`, `y` or `z`. The standard has grids of positions; these are of velocities, as the positions of the particles are.
//! Frames without one have no meshes.
//!
//! SI records carry their true dimension: `position` has that of a velocity, `weighting` that of a number density.
//! Normalised records are dimensionless, `unitSI` is 1. `date` is left out, so that equal frames are equal files.
//!
//! Source: openPMD standard 1.1.0, A. Huebl et al. (2018), doi:10.5281/zenodo.1167843; no extension of it is used.
//! `macroWeighted` and `weightingPower`, defined by its extension ED-PIC, are there all the same: readers know them.

#[cfg(feature = "hdf5")]
mod encoder;
#[cfg(feature = "hdf5")]
mod hdf5;

/// The encoder of a library without HDF5 refuses.
#[cfg(not(feature = "hdf5"))]
mod encoder {
    pub fn encode<const D: usize>(_: &std::path::Path, _: &super::Frame<'_, D>) -> std::io::Result<()> {
        Err(std::io::Error::other("landau was built without its feature `hdf5`"))
    }
}

use crate::symmetry::Symmetry;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The name of a series' files, as readers of openPMD expect it: `%08T` stands for the step.
pub const ITERATION_FORMAT: &str = "frame_%08T.h5";

/// All particles at one time.
#[derive(Clone, Debug)]
pub struct Frame<'a, const D: usize> {
    /// Steps taken; the iteration of the series.
    pub step: u64,
    /// Time, in the time unit of `units`.
    pub time: f64,
    /// The step that led here, in the time unit of `units`.
    pub dt: f64,
    /// What the numbers are measured in.
    pub units: Units,
    /// What the particles are: points, rings or shells.
    pub symmetry: Symmetry,
    /// The species, in the same order in every frame of a run: ids depend on it.
    pub species: Vec<SpeciesFrame<'a, D>>,
    /// Densities over velocities along and across an axis, of some of the species.
    pub distributions: Vec<DistributionFrame<'a>>,
}

/// The density of a species over velocities along and across an axis at one time.
#[derive(Clone, Debug)]
pub struct DistributionFrame<'a> {
    /// The name of the species.
    pub name: &'a str,
    /// `x`, `y` or `z`.
    pub axis: &'static str,
    /// The least velocity of the first cells along the axis; across it that is 0.
    pub start: f64,
    /// The width of the cells.
    pub spacing: f64,
    /// How many cells there are along and across the axis.
    pub counts: [usize; 2],
    /// At the centres of the cells, those across varying fastest.
    pub density: Vec<f64>,
}

/// The particles of one species at one time.
#[derive(Clone, Debug)]
pub struct SpeciesFrame<'a, const D: usize> {
    /// The species' name, which [`is_name`] must allow.
    pub name: &'a str,
    /// Mass of one physical particle. Infinite for a fixed species, which is stored as [`f64::MAX`]: readers take it,
    /// 1/m is 0, and products with a velocity of 0 are 0 where infinity would give NaN.
    pub mass: f64,
    /// Charge of one physical particle.
    pub charge: f64,
    /// Velocities, one a particle, of rings and shells the points that they are held by; of a fixed species the only one.
    pub velocities: &'a [[f64; D]],
    /// Weights, one a particle: the density it stands for; of a fixed species its density.
    pub weights: &'a [f64],
}

/// What the numbers of a frame are measured in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Units {
    /// Dimensionless.
    Normalized,
    /// Multiples of SI quantities.
    Si(SiFactors),
}

/// What the stored numbers are multiplied by to get SI quantities (openPMD's `unitSI`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SiFactors {
    /// kg.
    pub mass: f64,
    /// C.
    pub charge: f64,
    /// m/s.
    pub velocity: f64,
    /// m⁻³.
    pub weighting: f64,
    /// s.
    pub time: f64,
}

/// Why a frame was not written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system or the HDF5 encoder refused.
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// openPMD does not allow the name.
    #[error("cannot write {}: species name {name:?}: openPMD allows a-z, A-Z, 0-9 and _ only", path.display())]
    Name { path: PathBuf, name: String },
    /// Two species have one name.
    #[error("cannot write {}: two species are called {name:?}", path.display())]
    DuplicateName { path: PathBuf, name: String },
    /// Velocities and weights differ in number.
    #[error("cannot write {}: species {name:?} has {velocities} velocities and {weights} weights", path.display())]
    Lengths { path: PathBuf, name: String, velocities: usize, weights: usize },
}

/// Whether openPMD allows a species to be called `name`: one or more of a-z, A-Z, 0-9 and the underscore.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name of the file that holds the frame of `step`.
pub fn file_name(step: u64) -> String {
    format!("frame_{step:08}.h5")
}

/// The step of the file that holds a frame, if this is the name of one.
pub fn step_of(name: &str) -> Option<u64> {
    let step = name.strip_prefix("frame_")?.strip_suffix(".h5")?.parse().ok()?;
    (file_name(step) == name).then_some(step)
}

/// The name a frame's file has until it is whole.
fn partial_name(step: u64) -> String {
    format!(".{}.partial", file_name(step))
}

/// The step of a frame whose writer was killed, if this is the name of what it left.
pub fn step_of_partial(name: &str) -> Option<u64> {
    step_of(name.strip_prefix('.')?.strip_suffix(".partial")?)
}

/// Writes a frame into `directory`, which must exist, and returns the path of its file.
///
/// The file appears whole or not at all: it is written under a hidden name that no reader takes for a frame, synced and
/// renamed, replacing what a former run left there. Equal frames give equal bytes.
///
/// # Errors
///
/// Every failure to write, sync or rename; names that openPMD does not allow or that occur twice; velocities and
/// weights that differ in number; a library that was built without its feature `hdf5`. The former file stays as it was;
/// only where syncing the directory itself fails, the new one may be in its place.
pub fn write<const D: usize>(directory: &Path, frame: &Frame<'_, D>) -> Result<PathBuf, Error> {
    const { assert!(D == 2 || D == 3) };
    let path = directory.join(file_name(frame.step));
    check(&path, frame)?;
    let partial = directory.join(partial_name(frame.step));
    let written = encoder::encode(&partial, frame)
        .and_then(|()| fs::rename(&partial, &path))
        .and_then(|()| sync_directory(directory));
    match written {
        Ok(()) => Ok(path),
        Err(source) => {
            // The failure above is the one to report; a partial file that cannot be removed is overwritten next time.
            let _ = fs::remove_file(&partial);
            Err(Error::Write { path, source })
        }
    }
}

fn check<const D: usize>(path: &Path, frame: &Frame<'_, D>) -> Result<(), Error> {
    let path = || path.to_path_buf();
    let mut names = HashSet::new();
    for species in &frame.species {
        let name = || species.name.to_owned();
        if !is_name(species.name) {
            return Err(Error::Name { path: path(), name: name() });
        }
        if !names.insert(species.name) {
            return Err(Error::DuplicateName { path: path(), name: name() });
        }
        let (velocities, weights) = (species.velocities.len(), species.weights.len());
        if velocities != weights {
            return Err(Error::Lengths { path: path(), name: name(), velocities, weights });
        }
    }
    Ok(())
}

/// Makes a rename in `directory` outlast a power cut; only Unix lets a directory be opened and synced.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
