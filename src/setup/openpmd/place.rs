//! Where in an openPMD file the particles of a species are.
//!
//! The root says it by `basePath`, as a rule `/data/%T/` with the iteration as %T, and by `particlesPath`, as a rule
//! `particles/`. Files of beam physics may have one iteration without a number, and no group around the records.

use super::record::{Node, count};
use crate::rules::excerpt;
use crate::setup::cloud_file::{Fault, Wanted};
use hdf5_reader::group::Group;

/// A species in a file.
pub struct Found {
    pub species: Group,
    /// The number of its particles.
    pub count: usize,
    /// The iteration, and all that have particles of the species.
    iteration: Option<u64>,
    others: Vec<u64>,
}

/// The paths by which a file says where particles are.
struct Paths {
    /// Above the iterations.
    base: String,
    /// Below an iteration.
    particles: String,
    has_iterations: bool,
}

impl Paths {
    fn of(root: &Group) -> Self {
        let root = Node::Group(root.clone());
        let text = |name: &str, default: &str| root.text(name).unwrap_or_else(|| default.to_string());
        let (base, particles) = (text("basePath", "/data/%T/"), text("particlesPath", "particles"));
        match base.split_once("%T") {
            Some((base, below)) => Self {
                base: base.to_string(),
                particles: format!("{below}/{particles}"),
                has_iterations: true,
            },
            None => Self { base, particles, has_iterations: false },
        }
    }
}

/// The group at a path below another, if it is there.
fn descend(group: &Group, path: &str) -> Option<Group> {
    let mut names = path.split('/').filter(|name| !name.is_empty() && *name != ".");
    names.try_fold(group.clone(), |group, name| group.group(name)).ok()
}

impl Found {
    /// The species in the iteration that is asked for, the last one if none is.
    pub fn of(root: Group, wanted: &Wanted) -> Result<Self, Fault> {
        let paths = Paths::of(&root);
        let base = descend(&root, &paths.base).ok_or_else(|| {
            let base = format!("/{}", paths.base.trim_matches('/'));
            Fault::of_path(format!("found no group {base}; allowed: an openPMD file"))
        })?;
        if !paths.has_iterations {
            if let Some(iteration) = wanted.iteration {
                let message = format!("found {iteration} beside a file without iterations; allowed: none");
                return Err(Fault::of("iteration", message));
            }
            let place = "found no particles";
            let particles = descend(&base, &paths.particles).ok_or_else(|| Fault::of_path(place))?;
            let species = species(&particles, wanted).ok_or_else(|| unknown(&particles, wanted, &[]))?;
            return Ok(Self { count: count(&species), species, iteration: None, others: Vec::new() });
        }
        let mut iterations: Vec<u64> = groups(&base).iter().filter_map(|name| name.parse().ok()).collect();
        iterations.sort_unstable();
        let Some(&last) = iterations.last() else {
            let base = format!("/{}", paths.base.trim_matches('/'));
            return Err(Fault::of_path(format!(
                "found no iteration in {base}; allowed: an openPMD file with one or more"
            )));
        };
        let iteration = wanted.iteration.unwrap_or(last);
        if !iterations.contains(&iteration) {
            return Err(Fault::of(
                "iteration",
                format!("found {iteration}, which the file does not hold; allowed: {}", list(&iterations)),
            ));
        }
        let particles_of = |iteration: u64| {
            // Names may have leading zeros.
            let name = groups(&base).into_iter().find(|name| name.parse() == Ok(iteration))?;
            descend(&base, &format!("{name}/{}", paths.particles))
        };
        let species_of = |iteration: u64| species(&particles_of(iteration)?, wanted);
        let has_some = |&other: &u64| species_of(other).is_some_and(|species| count(&species) > 1);
        let others = || iterations.iter().copied().filter(has_some).collect::<Vec<u64>>();
        let Some(particles) = particles_of(iteration) else {
            let words = format!("found no particles in iteration {iteration}");
            return Err(Fault::of_path(words + &elsewhere(&others(), "; allowed: `iteration` ")));
        };
        let species = species(&particles, wanted).ok_or_else(|| unknown(&particles, wanted, &others()))?;
        let count = count(&species);
        let others = if count > 1 { Vec::new() } else { others() };
        Ok(Self { species, count, iteration: Some(iteration), others })
    }

    /// The fault of a species that has no particles, or too many.
    pub fn without_particles(&self, wanted: &Wanted) -> Fault {
        let fault = Fault::of_count(self.count);
        match self.iteration {
            Some(iteration) if !self.others.is_empty() => Fault::of_path(format!(
                "{} of species \"{}\", not as in iteration {iteration}{}",
                fault.message,
                excerpt(&wanted.species),
                elsewhere(&self.others, " but as in `iteration` "),
            )),
            _ => fault,
        }
    }
}

/// The species in a group of species, or the group itself where it has the records of one.
fn species(particles: &Group, wanted: &Wanted) -> Option<Group> {
    if groups(particles).contains(&wanted.species) {
        return particles.group(&wanted.species).ok();
    }
    let node = Node::Group(particles.clone());
    let is_species = ["momentum", "velocity"].iter().any(|name| Node::child(particles, name).is_some());
    let is_wanted = node.text("speciesType").is_none_or(|kind| kind == wanted.species);
    (is_species && is_wanted).then(|| particles.clone())
}

fn unknown(particles: &Group, wanted: &Wanted, others: &[u64]) -> Fault {
    let kind = Node::Group(particles.clone()).text("speciesType");
    let names = kind.map_or_else(|| groups(particles), |kind| vec![kind]).join(", ");
    let elsewhere = elsewhere(others, ", or `iteration` ");
    Fault::of(
        "species",
        format!("found no species \"{}\"; allowed: {names}{elsewhere}", excerpt(&wanted.species)),
    )
}

/// Iterations in words, if there are any.
fn elsewhere(iterations: &[u64], words: &str) -> String {
    if iterations.is_empty() { String::new() } else { format!("{words}{}", list(iterations)) }
}

/// At least one iteration, in words.
fn list(iterations: &[u64]) -> String {
    match iterations {
        [first, .., last] if iterations.len() > 10 => {
            format!("one of {} from {first} to {last}", iterations.len())
        }
        _ => iterations.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// The names of the groups in a group, none where they cannot be read.
fn groups(group: &Group) -> Vec<String> {
    group.member_names().map_or(Vec::new(), |(groups, _)| groups)
}
