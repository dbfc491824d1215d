//! The quantities of an experiment with several species: which integrals they are made of, and how accurate they are.
//!
//! Integrals are in three groups, over one velocity, over spheres about the ions and over two velocities. Each group is refined until none of its
//! integrals changes by more than its tolerance, relative to the integral of its absolute value. Quantities are computed from the last two
//! refinements; their difference is the error beside each, in a column NAME_error. The rules converge faster than any power, so that the
//! last difference is larger than the error that is left.

use super::about_ions::{self, AlongIons, Section33, TooNarrow};
use super::bulk::{self, Lattice, OfSpecies};
use super::convolution::Kernel;
use super::gaussians::Gaussians;
use super::input::SpeciesExperiment;
use super::pairs::{self, Fineness, OfPair};
use super::tensor::{Vector, dot};
use crate::functionals::axisymmetric::Integral;
use crate::laboratory::experiment::Quantity;
use crate::laboratory::theorem_1_3::{self, OF_ALL, OF_EVEN};
use std::f64::consts::PI;

/// Spacings of the lattices over one velocity, in standard deviations.
const SPACINGS: [f64; 5] = [0.8, 0.55, 0.4, 0.28, 0.2];

/// Finenesses of the spheres about ions.
const SPHERES: [f64; 5] = [0.8, 1.1, 1.5, 2.0, 2.7];

/// Finenesses of the integrals over two velocities, each four to five times as much work as the one before.
const PAIRS: [f64; 5] = [0.55, 0.75, 1.0, 1.3, 1.65];

/// ∇ log f at the ions times the smallest standard deviation, below which it is rounding.
const NO_SLOPE: f64 = 1e-10;

/// η of (3.18) and δ of (3.16).
const ETA: f64 = 0.5;
const DELTA: f64 = 1.5;

/// The last two refinements of a group.
struct Refined<T> {
    before: T,
    last: T,
}

/// Refines until no integral changes by more than the tolerance.
fn refined<L, T>(
    levels: &[L],
    tolerance: f64,
    evaluate: impl Fn(&L) -> T,
    listed: impl Fn(&T) -> Vec<Integral>,
) -> Refined<T> {
    let mut pair = Refined { before: evaluate(&levels[0]), last: evaluate(&levels[1]) };
    for level in &levels[2..] {
        let (before, last) = (listed(&pair.before), listed(&pair.last));
        let still = |(before, last): (&Integral, &Integral)| {
            (before.value - last.value).abs() <= tolerance * last.size
        };
        if before.iter().zip(&last).all(still) {
            break;
        }
        pair = Refined { before: pair.last, last: evaluate(level) };
    }
    pair
}

/// What is known about the ions beside a species.
struct BesideIons {
    velocity: Vector,
    /// Whether ∇f = 0 there.
    at_top: bool,
    /// −(4π/3) f |∇ log f|² there, which dI/dt has beside Proposition 3.3 at γ = −3.
    at_origin: f64,
    along: Result<AlongIons, TooNarrow>,
    section: Result<Section33, TooNarrow>,
    potential: f64,
}

/// All integrals at one refinement.
struct Found<'a> {
    experiment: &'a SpeciesExperiment,
    densities: &'a [Gaussians],
    species: Vec<&'a OfSpecies>,
    /// Of the species i and j ≥ i, row by row; none for pairs that do not collide, or where they are not asked for.
    pairs: Vec<Option<&'a OfPair>>,
    ions: Vec<&'a BesideIons>,
}

/// A number, or why there is none, with its name and the tolerance that it has to meet.
struct Named {
    name: String,
    value: Result<Integral, String>,
    tolerance: f64,
}

/// All quantities of the experiment.
pub fn quantities(experiment: &SpeciesExperiment) -> Vec<Quantity> {
    let densities = experiment.densities();
    let kernel = Kernel::new(experiment.gamma);
    let (tolerance, pair_tolerance) = (experiment.tolerance, experiment.pair_tolerance);
    let norm = norm(experiment.gamma);
    let species: Vec<Refined<OfSpecies>> = (0..densities.len())
        .map(|i| {
            let evaluate = |&spacing: &f64| {
                bulk::of_species(&densities, i, &kernel, &Lattice::new(spacing, bulk::REACH), norm)
            };
            refined(&SPACINGS, tolerance, evaluate, |found| {
                let along = found.along.iter().flat_map(|one| [one.entropy, one.entropy_by_flux, one.fisher]);
                [found.density, found.entropy, found.fisher, found.power].into_iter().chain(along).collect()
            })
        })
        .collect();
    let of_pair = |(i, j): (usize, usize)| {
        let wanted = experiment.two_particle && experiment.coefficient(i, j) > 0.0;
        wanted.then(|| {
            let evaluate = |&fineness: &f64| {
                let (f, g) = (&densities[i], &densities[j]);
                pairs::of_pair(f, g, i == j, experiment.gamma, Fineness(fineness))
            };
            refined(&PAIRS, pair_tolerance, evaluate, |found| {
                let mut listed = vec![found.entropy, found.hessian, found.center];
                if i == j || experiment.gamma > -3.0 {
                    listed.extend([found.square, found.curvature, found.turning]);
                }
                if i == j {
                    listed.extend([found.fourth, found.laplacian]);
                }
                listed
            })
        })
    };
    let both: Vec<Option<Refined<OfPair>>> = indices(densities.len()).map(of_pair).collect();
    let ions: Vec<Refined<BesideIons>> = match &experiment.ions {
        None => Vec::new(),
        Some(ions) => densities
            .iter()
            .map(|f| {
                let velocity = ions.velocity.about(f);
                let evaluate = |&fineness: &f64| beside_ions(f, velocity, &kernel, fineness);
                refined(&SPHERES, tolerance, evaluate, BesideIons::listed)
            })
            .collect(),
    };
    let [before, last] = [false, true].map(|last| {
        let found = Found {
            experiment,
            densities: &densities,
            species: species.iter().map(|one| one.take(last)).collect(),
            pairs: both.iter().map(|one| one.as_ref().map(|one| one.take(last))).collect(),
            ions: ions.iter().map(|one| one.take(last)).collect(),
        };
        found.named()
    });
    before.into_iter().zip(last).flat_map(|(before, last)| with_error(before, last)).collect()
}

impl<T> Refined<T> {
    fn take(&self, last: bool) -> &T {
        if last { &self.last } else { &self.before }
    }
}

/// A number and its error, from two refinements.
fn with_error(before: Named, last: Named) -> [Quantity; 2] {
    let (name, tolerance) = (last.name, last.tolerance);
    let found = last.value.and_then(|last| {
        let before = before.value?;
        let error = (last.value - before.value).abs();
        match last.value.is_finite() && error <= tolerance * last.size {
            true => Ok((last.value, error)),
            false if !last.value.is_finite() => Err(format!("comes out as {}", last.value)),
            false => Err(format!("changes by {:.1e} of its size in the last refinement", error / last.size)),
        }
    });
    let error = Quantity { name: format!("{name}_error"), value: found.clone().map(|(_, error)| error) };
    [Quantity { name, value: found.map(|(value, _)| value) }, error]
}

/// i and j ≥ i.
fn indices(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |i| (i..count).map(move |j| (i, j)))
}

/// The exponent p of the norm |f|_p of (3.16), (3 − δ)/(5 + γ − δ); 1 where the paper has none.
fn norm(gamma: f64) -> f64 {
    if gamma < -2.0 { (3.0 - DELTA) / (5.0 + gamma - DELTA) } else { 1.0 }
}

fn beside_ions(f: &Gaussians, velocity: Vector, kernel: &Kernel, fineness: f64) -> BesideIons {
    let local = f.local(velocity);
    let narrowest = f.parts.iter().flat_map(|part| part.variances).fold(f64::INFINITY, f64::min).sqrt();
    let slope = dot(local.slope, local.slope);
    let at_origin = -4.0 / 3.0 * PI * local.log.exp() * slope;
    BesideIons {
        velocity,
        at_top: slope.sqrt() * narrowest <= NO_SLOPE,
        at_origin: if kernel.gamma() == -3.0 { at_origin } else { 0.0 },
        along: about_ions::along_ions(f, velocity, kernel.gamma(), fineness),
        section: about_ions::section_3_3(f, velocity, kernel, fineness),
        potential: about_ions::potential(f, kernel),
    }
}

impl BesideIons {
    fn listed(&self) -> Vec<Integral> {
        let mut listed = Vec::new();
        if let Ok(along) = &self.along {
            listed.extend([along.entropy_dissipation, along.fisher, along.fisher_direct]);
        }
        if let Ok(section) = &self.section {
            listed.extend([section.spherical_fisher, section.spherical_fisher_rate, section.fourth]);
            if self.at_top {
                listed.extend([
                    section.spherical_dissipation,
                    section.sharp,
                    section.third,
                    section.laplacian,
                ]);
            }
        }
        listed
    }
}

fn scaled(integral: Integral, factor: f64) -> Integral {
    integral.combined(factor, integral, 0.0)
}

fn plain(value: f64) -> Integral {
    Integral { value, size: value.abs() }
}

/// ∫ Γ f over ∫ |∇_S log f|² f, where that is not 0 but for rounding.
fn ratio(curvature: Integral, turning: Integral) -> Result<Integral, String> {
    match turning.value > 1e-12 * turning.size {
        true => Ok(plain(curvature.value / turning.value)),
        false => Err("has no value: the density is isotropic, 0 is divided by 0".to_string()),
    }
}

/// The sum of the integrals, each times its factor.
fn combined(terms: impl IntoIterator<Item = (f64, Integral)>) -> Integral {
    let none = Integral { value: 0.0, size: 0.0 };
    terms.into_iter().fold(none, |sum, (factor, term)| sum.combined(1.0, term, factor))
}

const DIVERGES_AT_CONTACT: &str =
    "diverges as a logarithm at v_i = v_j, where ∇_z log(f_i f_j) is not 0 and γ = −3";
const DIVERGES_AT_IONS: &str = "diverges at the ions' velocity, where ∇f is not 0";
const TOO_NARROW: &str = "the density is too narrow for its distance from the ions";

impl Found<'_> {
    fn named(&self) -> Vec<Named> {
        let mut all = Vec::new();
        self.push_totals(&mut all);
        for i in 0..self.species.len() {
            self.push_species(i, &mut all);
        }
        for ((i, j), pair) in indices(self.species.len()).zip(&self.pairs) {
            if self.experiment.coefficient(i, j) > 0.0 {
                self.push_pair(i, j, *pair, &mut all);
            }
        }
        for (i, ions) in self.ions.iter().enumerate() {
            self.push_ions(i, ions, &mut all);
        }
        all
    }

    fn name(&self, i: usize) -> &str {
        &self.experiment.species[i].name
    }

    fn single(&self, all: &mut Vec<Named>, name: String, value: Result<Integral, String>) {
        all.push(Named { name, value, tolerance: self.experiment.tolerance });
    }

    fn double(&self, all: &mut Vec<Named>, name: String, value: Result<Integral, String>) {
        all.push(Named { name, value, tolerance: self.experiment.pair_tolerance });
    }

    /// ⟨I'(f_i), Q_ij⟩ or, of `entropy`, ⟨H', Q_ij⟩, with c_ij.
    fn along(&self, i: usize, j: usize) -> [Integral; 3] {
        let along = self.species[i].along[j];
        let c = self.experiment.coefficient(i, j);
        [along.entropy, along.entropy_by_flux, along.fisher].map(|one| scaled(one, c))
    }

    fn push_totals(&self, all: &mut Vec<Named>) {
        let count = self.species.len();
        let species = || self.species.iter().zip(self.densities);
        let pairs = || (0..count).flat_map(|i| (0..count).map(move |j| (i, j)));
        let entropy = combined(species().map(|(one, _)| (1.0, one.entropy)));
        let fisher = combined(species().map(|(one, f)| (1.0 / f.mass, one.fisher)));
        let entropy_rate = combined(pairs().map(|(i, j)| (1.0, self.along(i, j)[1])));
        let fisher_rate = combined(pairs().map(|(i, j)| (1.0 / self.densities[i].mass, self.along(i, j)[2])));
        self.single(all, "entropy".to_string(), Ok(entropy));
        self.single(all, "fisher".to_string(), Ok(fisher));
        self.single(all, "entropy_rate".to_string(), Ok(entropy_rate));
        self.single(all, "fisher_rate".to_string(), Ok(fisher_rate));
        if self.experiment.two_particle {
            let lifted = indices(count).zip(&self.pairs).filter_map(|((i, j), pair)| {
                let half = if i == j { -0.5 } else { -1.0 };
                pair.map(|pair| (half, self.dissipation(i, j, pair)))
            });
            self.double(all, "lifted_fisher_rate".to_string(), Ok(combined(lifted)));
        }
    }

    fn push_species(&self, i: usize, all: &mut Vec<Named>) {
        let (name, one) = (self.name(i), self.species[i]);
        for (what, value) in [("density", one.density), ("entropy", one.entropy), ("fisher", one.fisher)] {
            self.single(all, format!("{name}_{what}"), Ok(value));
        }
        let along: Vec<Integral> = (0..self.species.len()).map(|j| self.along(i, j)[2]).collect();
        let total = combined(along.iter().map(|one| (1.0, *one)));
        self.single(all, format!("{name}_fisher_rate"), Ok(total));
        for (j, one) in along.iter().enumerate() {
            if self.experiment.coefficient(i, j) > 0.0 {
                self.single(all, format!("{name}_fisher_rate_{}", self.name(j)), Ok(*one));
            }
        }
    }

    /// 2 c α³ and 2 c α²/M.
    fn factors(&self, i: usize, j: usize) -> [f64; 2] {
        let [m, n] = [i, j].map(|k| self.densities[k].mass);
        let alpha = 1.0 / m + 1.0 / n;
        let c = 2.0 * self.experiment.coefficient(i, j);
        [c * alpha.powi(3), c * alpha * alpha / (m + n)]
    }

    /// D by (2.7) and (2.8).
    fn dissipation(&self, i: usize, j: usize, pair: &OfPair) -> Integral {
        let [cubic, quadratic] = self.factors(i, j);
        pair.hessian.combined(cubic, pair.center, quadratic)
    }

    fn push_pair(&self, i: usize, j: usize, pair: Option<&OfPair>, all: &mut Vec<Named>) {
        let names = format!("{}_{}", self.name(i), self.name(j));
        let [m, n] = [i, j].map(|k| self.densities[k].mass);
        let (one, other) = (self.along(i, j), self.along(j, i));
        let half = if i == j { 0.5 } else { 1.0 };
        let entropy = |k: usize| one[k].combined(-half, other[k], -half);
        self.single(all, format!("dissipation_{names}"), Ok(entropy(1)));
        self.single(all, format!("dissipation_{names}_direct"), Ok(entropy(0)));
        let direct = one[2].combined(-1.0 / m, other[2], -1.0 / n);
        self.single(all, format!("fisher_dissipation_{names}_direct"), Ok(direct));
        let Some(pair) = pair else { return };
        let gamma = self.experiment.gamma;
        let [cubic, quadratic] = self.factors(i, j);
        let alpha = 1.0 / m + 1.0 / n;
        let c = self.experiment.coefficient(i, j);
        self.double(
            all,
            format!("dissipation_{names}_pairs"),
            Ok(scaled(pair.entropy, half * c * alpha * alpha)),
        );
        let whole = self.dissipation(i, j, pair);
        self.double(all, format!("fisher_dissipation_{names}"), Ok(whole));
        let diverges = i != j && gamma == -3.0 && pair.contact.value > 1e-12 * pair.entropy.size;
        let finite = |value: Integral| match diverges {
            true => Err(DIVERGES_AT_CONTACT.to_string()),
            false => Ok(value),
        };
        let curvature = pair.curvature.combined(cubic, pair.turning, -0.25 * gamma * gamma * cubic);
        let square = scaled(pair.square, cubic);
        let center = scaled(pair.center, quadratic);
        let least = if i == j { OF_EVEN } else { OF_ALL };
        let bound = square
            .combined(1.0, pair.turning, cubic * (least - 0.25 * gamma * gamma))
            .combined(1.0, center, 1.0);
        self.double(all, format!("fisher_dissipation_{names}_square"), finite(square));
        self.double(all, format!("fisher_dissipation_{names}_curvature"), finite(curvature));
        self.double(all, format!("fisher_dissipation_{names}_center"), Ok(center));
        self.double(all, format!("fisher_dissipation_{names}_bound"), finite(bound));
        let ratio = ratio(pair.curvature, pair.turning).and_then(finite);
        self.double(all, format!("log_sobolev_{names}"), ratio);
        if i != j {
            // What (2.15) lacks at γ = −3.
            let contact = if gamma == -3.0 { cubic * 8.0 * PI / 3.0 } else { 0.0 };
            self.double(
                all,
                format!("fisher_dissipation_{names}_contact"),
                Ok(scaled(pair.contact, contact)),
            );
        } else {
            self.push_own(i, pair, all);
        }
    }

    /// −⟨I'(f), Q(f, f)⟩ for c/m² = 1.
    fn own_dissipation(&self, i: usize) -> Integral {
        let mass = self.densities[i].mass;
        scaled(self.species[i].along[i].fisher, -mass * mass)
    }

    /// Proposition 3.5, Lemma 3.7 for pairs, and (3.10), for c/m² = 1.
    fn push_own(&self, i: usize, pair: &OfPair, all: &mut Vec<Named>) {
        let (name, gamma) = (self.name(i), self.experiment.gamma);
        let quarter = 0.25 * gamma * gamma;
        let own = self.own_dissipation(i);
        let curvature = pair.curvature.combined(8.0, pair.turning, -8.0 * quarter);
        let parts = [
            ("square", scaled(pair.square, 8.0)),
            ("curvature", curvature),
            ("center", scaled(pair.center, 2.0)),
        ];
        self.single(all, format!("{name}_proposition_3_5_direct"), Ok(own));
        for (what, value) in parts {
            self.double(all, format!("{name}_proposition_3_5_{what}"), Ok(value));
        }
        let constant = theorem_1_3::of_pairs(gamma);
        for (formula, left, factor) in [("3_7", pair.fourth, 2.0), ("3_8", pair.laplacian, 1.0)] {
            self.double(all, format!("{name}_{formula}_left"), Ok(scaled(left, 16.0)));
            self.single(all, format!("{name}_{formula}_right"), Ok(scaled(own, factor * constant)));
        }
        let rest = pair.curvature.combined(1.0, pair.turning, -1.0);
        self.double(all, format!("{name}_3_10_middle"), Ok(curvature));
        self.double(all, format!("{name}_3_10_right"), Ok(scaled(rest, 8.0 * (1.0 - quarter / OF_EVEN))));
    }

    /// What section 3 of the paper has about ions, of f/n with c/m² = 1 but for what the names say.
    fn push_ions(&self, i: usize, ions: &BesideIons, all: &mut Vec<Named>) {
        let name = self.name(i).to_string();
        let gamma = self.experiment.gamma;
        for (axis, component) in ["x", "y", "z"].into_iter().zip(ions.velocity) {
            self.single(all, format!("{name}_ions_velocity_{axis}"), Ok(plain(component)));
        }
        let along = ions.along.as_ref().map_err(|TooNarrow| TOO_NARROW.to_string());
        let of_along = |value: &dyn Fn(&AlongIons) -> Integral| along.clone().map(value);
        self.single(
            all,
            format!("{name}_entropy_dissipation_ions"),
            of_along(&|one| one.entropy_dissipation),
        );
        let at_origin = plain(ions.at_origin);
        self.single(
            all,
            format!("{name}_fisher_rate_ions"),
            of_along(&|one| one.fisher.combined(1.0, at_origin, 1.0)),
        );
        // The integral over v ≠ 0 lacks −(16π/3) f |∇ log f|² of the formula, dI/dt a quarter of that.
        self.single(
            all,
            format!("{name}_fisher_rate_ions_direct"),
            of_along(&|one| one.fisher_direct.combined(1.0, at_origin, -3.0)),
        );
        let of_log_sobolev = match ions.at_top || gamma > -3.0 {
            true => along.clone().and_then(|one| ratio(one.bending, one.turning)),
            false => Err(DIVERGES_AT_IONS.to_string()),
        };
        self.single(all, format!("{name}_log_sobolev_ions"), of_log_sobolev);
        let section = ions.section.as_ref().map_err(|TooNarrow| TOO_NARROW.to_string());
        for (what, value) in self.section_3_3(i, ions, section) {
            self.single(all, format!("{name}_{what}"), value);
        }
    }

    /// Both sides of (3.5), (3.6) and (3.15) to (3.25), of the probability density f/n.
    fn section_3_3(
        &self,
        i: usize,
        ions: &BesideIons,
        section: Result<&Section33, String>,
    ) -> Vec<(&'static str, Result<Integral, String>)> {
        let gamma = self.experiment.gamma;
        let density = self.densities[i].density();
        let of = |value: &dyn Fn(&Section33) -> Integral| {
            section.clone().map(|one| scaled(value(one), 1.0 / density))
        };
        let finite = |value: Result<Integral, String>| match ions.at_top {
            true => value,
            false => value.and(Err(DIVERGES_AT_IONS.to_string())),
        };
        let mut all = vec![
            ("spherical_fisher", of(&|one| one.spherical_fisher)),
            ("spherical_dissipation_ions", finite(of(&|one| one.spherical_dissipation))),
            ("3_5_left", finite(of(&|one| one.fourth.combined(1.0, one.sharp, 18.0)))),
            ("3_5_right", finite(of(&|one| scaled(one.spherical_dissipation, 9.0)))),
            ("3_6_left", finite(of(&|one| one.laplacian.combined(1.0, one.sharp, 2.0)))),
            ("3_6_right", finite(of(&|one| one.spherical_dissipation))),
        ];
        let rate = of(&|one| scaled(one.spherical_fisher_rate, 1.0 / density));
        all.push(("3_15_left", rate.clone()));
        if (-3.0..-2.0).contains(&gamma) {
            let chain = self.chain(i, ions, section.clone().ok());
            let finite = |value: f64| finite(section.clone().map(|_| plain(value)));
            all.push(("3_15_right", finite(chain.right_of_15)));
            all.push(("3_16_left", Ok(plain(chain.potential))));
            all.push(("3_16_middle", Ok(plain(chain.by_norm))));
            all.push(("3_16_right", Ok(plain(chain.by_fisher))));
            all.push(("3_17_right", finite(chain.right_of_17)));
        }
        if gamma == -3.0 {
            all.extend(self.at_coulomb(i, ions, section));
        }
        all
    }

    /// Numbers of f/n that the chain of section 3.3 needs, NaN where the section has none.
    fn chain(&self, i: usize, ions: &BesideIons, section: Option<&Section33>) -> Chain {
        let gamma = self.experiment.gamma;
        let density = self.densities[i].density();
        let one = self.species[i];
        let information = one.fisher.value / density;
        let own = self.own_dissipation(i).value / (density * density);
        let spherical = section.map_or(f64::NAN, |one| one.spherical_dissipation.value / density);
        let power = -(2.0 + gamma) / (3.0 - DELTA);
        let tail = (4.0 * PI / DELTA).powf(power);
        // |f/n|_p, and its bound by Sobolev's inequality.
        let p = norm(gamma);
        let of_norm = (one.power.value / density.powf(p)).powf(1.0 / p);
        let theta = 0.75 * power;
        let sobolev = theorem_1_3::sobolev() / 4.0;
        let factor = theorem_1_3::of_young() * theorem_1_3::of_pairs(gamma).sqrt();
        let whole = factor * (1.0 + tail * sobolev.powf(2.0 * theta)).sqrt();
        let potential = ions.potential / density;
        Chain {
            information,
            own,

            whole,
            potential,
            by_norm: 1.0 + tail * of_norm,
            by_fisher: 1.0 + tail * (sobolev * information).powf(2.0 * theta),
            right_of_15: factor * (potential * spherical * own).sqrt(),
            right_of_17: whole * (1.0 + information).powf(theta) * 0.5 * (spherical + own),
        }
    }

    /// (3.18), (1.11) and case 2 of section 3.3, velocities in the unit that makes I = 1.
    fn at_coulomb(
        &self,
        i: usize,
        ions: &BesideIons,
        section: Result<&Section33, String>,
    ) -> Vec<(&'static str, Result<Integral, String>)> {
        let f = &self.densities[i];
        let density = f.density();
        let finite = |value: &dyn Fn(&Section33) -> f64| match (&section, ions.at_top) {
            (Err(reason), _) => Err(reason.clone()),
            (Ok(_), false) => Err(DIVERGES_AT_IONS.to_string()),
            (Ok(section), true) => Ok(plain(value(section))),
        };
        let of = |value: Integral| value.value / density;
        let fisher =
            ions.along.as_ref().map_or(f64::NAN, |along| of(along.fisher) + ions.at_origin / density);
        let entropy = |one: &Section33| of(one.spherical_fisher);
        let spherical = |one: &Section33| of(one.spherical_dissipation);
        let temperature = f.square_about(ions.velocity) / (3.0 * density);
        let relative = self.species[i].entropy.value / density - density.ln()
            + 1.5 * (1.0 + (2.0 * PI * temperature).ln());
        let chain = self.chain(i, ions, section.as_ref().ok().copied());
        let left = |one: &Section33| 2.0 + entropy(one) / chain.information.powf(1.5) + relative;
        let mut all = vec![
            ("3_18_left", finite(&|_| fisher)),
            ("3_18_second", finite(&|one| 0.5 * of(one.third))),
            (
                "3_18_third",
                finite(&|one| 2f64.powf(-5.0 / 3.0) * (entropy(one) * spherical(one).powi(2)).cbrt()),
            ),
            (
                "3_18_right",
                finite(&|one| {
                    2f64.powf(-5.0 / 3.0)
                        * (entropy(one) / (3.0 * ETA * ETA) + 2.0 * ETA / 3.0 * spherical(one))
                }),
            ),
            ("relative_entropy", Ok(plain(relative))),
            ("condition_1_11", section.clone().map(|one| plain(left(one)))),
        ];
        let own_entropy =
            -self.species[i].along[i].entropy_by_flux.value * f.mass * f.mass / (density * density);
        let case = |one: &Section33| {
            // D along L_S and along Q scale as I, J and H do, times λ³.
            let unit = chain.information.sqrt();
            let (own_i, own_h) = (chain.own * unit.powi(-5), own_entropy * unit.powi(-3));
            let own_j = of(one.spherical_fisher_rate) / density * unit.powi(-6);
            let (fixed_i, fixed_j) = (fisher * unit.powi(-5), spherical(one) * unit.powi(-6));
            let fixed_h = entropy(one) * unit.powi(-3);
            let left = left(one);
            let least = chain.whole * chain.whole * left / (6.0 * 6f64.sqrt());
            let given = self.experiment.ions.as_ref().and_then(|ions| ions.strength);
            let strength = given.unwrap_or(least);
            let a = 1.0 / (3.0 * 6f64.sqrt());
            let eta = 1.0 / (3.0 * 2f64.powf(5.0 / 3.0)).sqrt();
            // κ with which the factor of D of I along Q is 0.
            let kappa = 0.5 * a * chain.whole * left.sqrt();
            let rate =
                -own_i + strength * fixed_i + a * own_j - a * strength * fixed_j - own_h - strength * fixed_h;
            let of_j = strength * eta / (3.0 * 2f64.powf(2.0 / 3.0))
                + 0.5 * a * chain.whole * left.sqrt() * kappa
                - a * strength;
            // The factors of D of I along Q and of D of H along L_S are 0.
            [strength, least, rate, of_j * fixed_j - own_h]
        };
        for (k, name) in ["3_20_strength", "3_25_strength", "3_20_left", "3_22_right"].into_iter().enumerate()
        {
            all.push((name, finite(&|one| case(one)[k])));
        }
        all
    }
}

/// Numbers of the chain (3.15) to (3.17), of f/n.
struct Chain {
    information: f64,
    /// D of I along Q.
    own: f64,
    /// C of (3.17).
    whole: f64,
    potential: f64,
    by_norm: f64,
    by_fisher: f64,
    right_of_15: f64,
    right_of_17: f64,
}
