//! Functionals of lattices of known densities: closed forms, the laboratory's integrals, and orders.

use super::*;
use crate::functionals::fisher::FisherDensity;
use crate::functionals::fisher_rate::{RadialRate, SphericalRate};
use crate::functionals::relative_entropy::EntropyDensity;
use crate::functionals::spherical_dissipation::BendingDensity;
use crate::functionals::spherical_fisher::SphericalFisherDensity;
use crate::laboratory::densities::ExperimentDensity as Formula;
use crate::laboratory::density::{Density, points};
use crate::symmetry::Symmetry;

/// What to integrate besides entropy and Fisher information.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub betas: Vec<f64>,
    pub dissipations: Vec<f64>,
    pub fisher_rate: bool,
    pub gamma: f64,
}

impl Wanted {
    /// Entropy and Fisher information, then what is wanted besides.
    pub fn integrands<const D: usize>(&self) -> Vec<Box<dyn Integrand<D>>> {
        let gamma = self.gamma;
        let mut all: Vec<Box<dyn Integrand<D>>> = vec![Box::new(EntropyDensity), Box::new(FisherDensity)];
        for &beta in &self.betas {
            all.push(Box::new(SphericalFisherDensity { beta }));
        }
        for &beta in &self.dissipations {
            all.push(Box::new(BendingDensity { beta, gamma }));
        }
        if self.fisher_rate {
            all.push(Box::new(RadialRate { gamma }));
            all.push(Box::new(SphericalRate { gamma }));
        }
        all
    }

    /// The values of the integrands by what they are.
    pub fn named(&self, values: &[f64]) -> Functionals {
        let (betas, count) = (2 + self.betas.len(), 2 + self.betas.len() + self.dissipations.len());
        Functionals {
            entropy: values[0],
            fisher: values[1],
            spherical: values[2..betas].to_vec(),
            dissipations: values[betas..count].to_vec(),
            fisher_rate: self.fisher_rate.then(|| [values[count], values[count + 1]]),
        }
    }
}

/// Functionals of one species. Derivatives are along fixed species with c n_b/m² = 1.
#[derive(Debug, Clone)]
pub(super) struct Functionals {
    pub entropy: f64,
    pub fisher: f64,
    pub spherical: Vec<f64>,
    pub dissipations: Vec<f64>,
    pub fisher_rate: Option<[f64; 2]>,
}

/// The functionals of particles about a center, with a mollifier of this variance and cut-off.
pub(super) fn functionals<const D: usize>(
    velocities: &[[f64; D]],
    weights: &[f64],
    (bandwidth, order, cutoff): (f64, u32, f64),
    center: [f64; D],
    wanted: &Wanted,
) -> Functionals {
    let density =
        Reconstruction { symmetry: Symmetry::None, velocities, weights, bandwidth, order, cutoff, center };
    wanted.named(&integrals(&density, &wanted.integrands()).unwrap())
}

/// A density on a lattice of cell centres.
pub(super) fn lattice<const D: usize>(
    per_axis: usize,
    half_width: f64,
    density: impl Fn([f64; D]) -> f64,
) -> (Vec<[f64; D]>, Vec<f64>, f64) {
    let h = 2.0 * half_width / per_axis as f64;
    let lattice = crate::problem::Lattice {
        symmetry: Symmetry::None,
        first: [-half_width + 0.5 * h; D],
        spacing: h,
        per_axis,
    };
    let velocities: Vec<[f64; D]> = lattice.centers().collect();
    let weights = velocities.iter().map(|v| density(*v) * lattice.spacing.powi(D as i32)).collect();
    (velocities, weights, h)
}

const WANTED: Wanted =
    Wanted { betas: Vec::new(), dissipations: Vec::new(), fisher_rate: false, gamma: -3.0 };

fn of<const D: usize>(
    per_axis: usize,
    half_width: f64,
    order: u32,
    wanted: &Wanted,
    density: impl Fn([f64; D]) -> f64,
) -> Functionals {
    let (velocities, weights, h) = lattice(per_axis, half_width, density);
    functionals(&velocities, &weights, (h * h, order, 7.0), [0.0; D], wanted)
}

fn gaussian<const D: usize>(temperatures: [f64; D], drift: [f64; D]) -> impl Fn([f64; D]) -> f64 {
    move |v| {
        (0..D).fold(1.0, |value, axis| {
            let x = v[axis] - drift[axis];
            value * (-0.5 * x * x / temperatures[axis]).exp()
                / (2.0 * std::f64::consts::PI * temperatures[axis]).sqrt()
        })
    }
}

/// Order 2K: the error falls as h^2K between two lattices, asserted to 15 % (three orders of accuracy in two numbers).
#[test]
fn entropy_and_fisher_information_of_gaussians_have_the_order_of_the_scores() {
    let temperatures = [0.8, 1.2];
    let density = gaussian::<2>(temperatures, [0.1, -0.2]);
    let entropy = -(2.0 * std::f64::consts::PI).ln() - 0.5 * (0.8f64 * 1.2).ln() - 1.0;
    let fisher = 1.0 / 0.8 + 1.0 / 1.2;
    for order in [2, 4, 6] {
        let errors = |n: usize| {
            let found = of(n, 9.0, order, &WANTED, &density);
            [(found.entropy - entropy).abs(), (found.fisher - fisher).abs()]
        };
        let (coarse, fine) = (errors(72), errors(108));
        for (coarse, fine) in coarse.iter().zip(fine) {
            let slope = (coarse / fine).ln() / 1.5f64.ln();
            assert!(
                (slope / f64::from(order) - 1.0).abs() < 0.15,
                "order {order}: {slope} ({coarse:e}, {fine:e})"
            );
        }
    }
}

#[test]
fn a_gaussian_in_three_dimensions_has_its_closed_forms() {
    let temperatures = [0.8, 1.0, 1.3];
    let found = of(32, 7.0, 6, &WANTED, gaussian::<3>(temperatures, [0.2, 0.0, -0.1]));
    let entropy: f64 =
        -temperatures.iter().map(|t| 0.5 * (2.0 * std::f64::consts::PI * t).ln() + 0.5).sum::<f64>();
    let fisher: f64 = temperatures.iter().map(|t| 1.0 / t).sum();
    // ε = 0.19: (ε/T)³ is 1.3e-2 at the lowest temperature, of each axis.
    assert!((found.entropy - entropy).abs() < 2e-2, "{} {entropy}", found.entropy);
    assert!((found.fisher / fisher - 1.0).abs() < 2e-2, "{} {fisher}", found.fisher);
}

/// Shells with dipole data against the laboratory: every functional, and that refinement brings it nearer.
#[test]
fn a_shell_with_a_dipole_has_the_functionals_of_the_laboratory() {
    let (gamma, betas) = (-3.0, vec![0.0, 1.0]);
    let formula = Formula::ShellDipole {
        density: 1.0,
        radius: 2.0,
        width: 0.7,
        amplitude: 0.6,
        power: Some(1.5),
        degree: 1,
    };
    let density = Density::new(&formula, 1.0, gamma).unwrap();
    let exact_points = points(&density, 27, 54);
    use crate::functionals::axisymmetric as exact;
    let at = |v: [f64; 3]| {
        let r = dot(v, v).sqrt();
        density.log::<3>(r, v[0] / r).map_or(0.0, |log| log.value().exp())
    };
    let wanted = Wanted { betas, dissipations: vec![0.0], fisher_rate: true, gamma };
    let [coarse, fine] = [20, 30].map(|n| of::<3>(n, 5.4, 6, &wanted, at));
    let [radial, angular] = exact::fisher_rate(&exact_points, gamma);
    let quantities = |found: &Functionals| {
        let rate = found.fisher_rate.unwrap();
        [
            found.entropy,
            found.fisher,
            found.spherical[0],
            found.spherical[1],
            found.dissipations[0],
            rate[0],
            rate[1],
        ]
    };
    let exact = [
        exact::entropy(&exact_points),
        exact::fisher(&exact_points),
        exact::spherical_fisher(&exact_points, 0.0),
        exact::spherical_fisher(&exact_points, 1.0),
        exact::spherical_dissipation(&exact_points, gamma, 0.0),
        radial,
        angular,
    ];
    for (index, ((coarse, fine), exact)) in
        quantities(&coarse).iter().zip(quantities(&fine)).zip(exact).enumerate()
    {
        let [coarse, fine] = [(coarse - exact.value) / exact.size, (fine - exact.value) / exact.size];
        // A width of 0.7 is one or two cells: errors of per cents of the terms, which fall or are small in both.
        assert!(fine.abs() < 0.05, "{index}: {coarse:e} {fine:e}");
        assert!(fine.abs() < 0.8 * coarse.abs() || fine.abs() < 0.02, "{index}: {coarse:e} {fine:e}");
    }
}

/// The singular weight does not spoil the order: without the correction single bandwidths would err by h^(d−β).
#[test]
fn spherical_fisher_information_is_summed_through_its_singularity() {
    // A drift: ∇f ≠ 0 at the center.
    let (temperature, drift) = (1.0, 0.5);
    let formula = Formula::Maxwellian { density: 1.0, temperature, drift };
    let density = Density::new(&formula, 1.0, -3.0).unwrap();
    let exact = crate::functionals::axisymmetric::spherical_fisher(&points(&density, 27, 54), 1.0).value;
    let wanted = Wanted { betas: vec![1.0], ..WANTED };
    let errors = [27, 36].map(|n| {
        let found = of::<3>(n, 7.0, 6, &wanted, gaussian([temperature; 3], [drift, 0.0, 0.0])).spherical[0];
        (found / exact - 1.0).abs()
    });
    let slope = (errors[0] / errors[1]).ln() / (4.0f64 / 3.0).ln();
    // Towards 6, that of the bandwidth: ε = 0.15 is not yet small beside the temperature.
    assert!(slope > 3.5 && errors[1] < 0.06, "{errors:?}");
}
