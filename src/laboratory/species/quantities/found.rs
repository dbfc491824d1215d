//! All integrals at one refinement, and the sums that several quantities are made of.

use super::beside_ions::BesideIons;
use super::refinement::Named;
use crate::functionals::axisymmetric::Integral;
use crate::laboratory::species::bulk::OfSpecies;
use crate::laboratory::species::gaussians::Gaussians;
use crate::laboratory::species::input::SpeciesExperiment;
use crate::laboratory::species::pairs::OfPair;

/// All integrals at one refinement.
pub struct Found<'a> {
    pub experiment: &'a SpeciesExperiment,
    pub densities: &'a [Gaussians],
    pub species: Vec<&'a OfSpecies>,
    /// Of the species i and j ≥ i, row by row; none for pairs that do not collide, or where they are not asked for.
    pub pairs: Vec<Option<&'a OfPair>>,
    pub ions: Vec<&'a BesideIons>,
}
/// i and j ≥ i.
pub fn indices(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |i| (i..count).map(move |j| (i, j)))
}
pub fn scaled(integral: Integral, factor: f64) -> Integral {
    integral.combined(factor, integral, 0.0)
}

pub fn plain(value: f64) -> Integral {
    Integral { value, size: value.abs() }
}
/// ∫ Γ f over ∫ |∇_S log f|² f, where that is not 0 but for rounding.
pub fn ratio(curvature: Integral, turning: Integral) -> Result<Integral, String> {
    match turning.value > 1e-12 * turning.size {
        true => Ok(plain(curvature.value / turning.value)),
        false => Err("has no value: the density is isotropic, 0 is divided by 0".to_string()),
    }
}

/// The sum of the integrals, each times its factor.
pub fn combined(terms: impl IntoIterator<Item = (f64, Integral)>) -> Integral {
    let none = Integral { value: 0.0, size: 0.0 };
    terms.into_iter().fold(none, |sum, (factor, term)| sum.combined(1.0, term, factor))
}
impl Found<'_> {
    pub fn name(&self, i: usize) -> &str {
        &self.experiment.species[i].name
    }

    pub fn single(&self, all: &mut Vec<Named>, name: String, value: Result<Integral, String>) {
        all.push(Named { name, value, tolerance: self.experiment.tolerance });
    }

    pub fn double(&self, all: &mut Vec<Named>, name: String, value: Result<Integral, String>) {
        all.push(Named { name, value, tolerance: self.experiment.pair_tolerance });
    }

    /// ⟨I'(f_i), Q_ij⟩ or, of `entropy`, ⟨H', Q_ij⟩, with c_ij.
    pub fn along(&self, i: usize, j: usize) -> [Integral; 3] {
        let along = self.species[i].along[j];
        let c = self.experiment.coefficient(i, j);
        [along.entropy, along.entropy_by_flux, along.fisher].map(|one| scaled(one, c))
    }

    /// −⟨I'(f), Q(f, f)⟩ for c/m² = 1.
    pub fn own_dissipation(&self, i: usize) -> Integral {
        let mass = self.densities[i].mass;
        scaled(self.species[i].along[i].fisher, -mass * mass)
    }
}
