//! The initial distributions: densities, and maps from the unit cube that sample them.

use super::radial::{Quantiles, integral};
use crate::exact::bkw::Bkw;
use crate::exact::lorentz::{Dipole, angle_on_circle, cosine_on_sphere};
use crate::formula::Formula;
use crate::problem::Lattice;
use crate::scenario::{Initial, formula_variables};
use crate::sum::Sum;
use rand::{Rng, RngExt};
use rand_distr::{Distribution as _, StandardNormal};
use statrs::distribution::{ContinuousCDF, Normal};
use std::f64::consts::PI;

/// One part of a distribution, with the constants of its density worked out.
enum Part<const D: usize> {
    /// Independent normal components; deviations √(T/m) for each axis.
    Normal { density: f64, deviations: [f64; D], drift: [f64; D] },
    /// A Maxwellian times exp(κ(|v|) cos θ); quantiles of |v|.
    Dipole { density: f64, dipole: Dipole, quantiles: Quantiles<Box<dyn Fn(f64) -> f64>> },
    /// A formula of v in the units of the scenario, in which 1 is `velocity`, times a factor.
    Formula { density: f64, formula: Formula, velocity: f64, factor: f64 },
    /// A density of |v| alone.
    Radial { density: f64, profile: Box<dyn Fn(f64) -> f64>, quantiles: Quantiles<Box<dyn Fn(f64) -> f64>> },
}

/// A distribution of velocities, the sum of its parts.
pub struct Distribution<const D: usize> {
    parts: Vec<Part<D>>,
}

impl<const D: usize> Distribution<D> {
    /// The distribution of a species of this mass. What is not known up to a factor is normalised on the
    /// lattice; 1 is `velocity` in the units of the scenario.
    pub fn new(
        initial: &Initial,
        mass: f64,
        velocity: f64,
        lattice: Option<&Lattice<D>>,
    ) -> Result<Self, String> {
        let mut parts = Vec::new();
        push_parts(initial, mass, velocity, &mut parts);
        if let Some(lattice) = lattice {
            parts.iter_mut().try_for_each(|part| part.normalise(lattice))?;
        }
        Ok(Self { parts })
    }

    /// f(v).
    pub fn density_at(&self, v: [f64; D]) -> f64 {
        self.parts.iter().map(|part| part.density_at(v)).sum()
    }

    /// ∫ f dv.
    pub fn total(&self) -> f64 {
        self.parts.iter().map(Part::total).sum()
    }

    /// Independent samples.
    pub fn random(&self, count: usize, generator: &mut impl Rng) -> Vec<[f64; D]> {
        (0..count)
            .map(|_| {
                let mut share = generator.random::<f64>() * self.total();
                let part = self.parts.iter().find(|part| {
                    share -= part.total();
                    share < 0.0
                });
                // Rounding may leave a share of 0 behind the last part.
                let part = part.unwrap_or(&self.parts[self.parts.len() - 1]);
                match part {
                    Part::Normal { deviations, drift, .. } => std::array::from_fn(|axis| {
                        let normal: f64 = StandardNormal.sample(generator);
                        drift[axis] + deviations[axis] * normal
                    }),
                    Part::Radial { .. } | Part::Dipole { .. } | Part::Formula { .. } => {
                        part.at_cube_point(std::array::from_fn(|_| generator.random()))
                    }
                }
            })
            .collect()
    }

    /// Low-discrepancy samples: every part gets its share of the count, rounded so that the counts
    /// add up, and its own sequence from the start.
    pub fn quasi_random(&self, count: usize) -> Vec<[f64; D]> {
        let mut samples = Vec::with_capacity(count);
        let mut before = 0.0;
        for part in &self.parts {
            before += part.total();
            let end = (count as f64 * before / self.total()).round() as usize;
            let own = end - samples.len();
            samples.extend((0..own).map(|index| part.at_cube_point(halton_point(index))));
        }
        samples
    }
}

fn push_parts<const D: usize>(initial: &Initial, mass: f64, velocity: f64, parts: &mut Vec<Part<D>>) {
    let vector = |components: &Option<Vec<f64>>| {
        std::array::from_fn(|axis| components.as_ref().map_or(0.0, |components| components[axis]))
    };
    match initial {
        Initial::Maxwellian { density, temperature, drift } => parts.push(Part::Normal {
            density: *density,
            deviations: [(temperature / mass).sqrt(); D],
            drift: vector(drift),
        }),
        Initial::AnisotropicMaxwellian { density, temperatures, drift } => parts.push(Part::Normal {
            density: *density,
            deviations: std::array::from_fn(|axis| (temperatures[axis] / mass).sqrt()),
            drift: vector(drift),
        }),
        Initial::Bkw { density, temperature, contrast } => {
            let exact =
                Bkw { density: *density, mass, temperature: *temperature, contrast: *contrast, rate: 0.0 };
            // 14 thermal speeds: the density beyond is below 1e-40 of its largest value.
            let reach = 14.0 * (temperature / mass).sqrt();
            parts.push(radial::<D>(
                *density,
                Box::new(move |r| exact.density_at::<D>(r * r, 0.0)),
                0.0,
                reach,
            ));
        }
        Initial::Shell { density, radius, sharpness } => {
            let (radius, sharpness) = (*radius, *sharpness);
            // Where the exponent is −50 the density is below 2e-22 of its largest value.
            let half_width = radius * (50.0 / sharpness).sqrt();
            let shape = move |r: f64| (-sharpness * ((r - radius) / radius).powi(2)).exp();
            let low = (radius - half_width).max(0.0);
            let factor = density / integral(|r| shell_area(r, D) * shape(r), low, radius + half_width);
            parts.push(radial::<D>(*density, Box::new(move |r| factor * shape(r)), low, radius + half_width));
        }
        Initial::Dipole { density, .. } => {
            let Some(dipole) = dipole(initial, mass, D) else { return };
            parts.push(Part::Dipole {
                density: *density,
                dipole,
                quantiles: Quantiles::new(
                    Box::new(move |r| shell_area(r, D) * dipole.mean_at(r, D)),
                    0.0,
                    reach(&dipole),
                ),
            });
        }
        Initial::Expression { density, formula } => {
            // Validation has parsed it before.
            let Ok(formula) = Formula::parse(formula, formula_variables(D)) else { return };
            parts.push(Part::Formula { density: *density, formula, velocity, factor: 1.0 });
        }
        Initial::Mixture(inner) => inner.iter().for_each(|part| push_parts(part, mass, velocity, parts)),
        // Its particles are not sampled.
        Initial::File { .. } => {}
    }
}

/// The dipole of an initial distribution that is one, with the factor that gives it its density.
pub fn dipole(initial: &Initial, mass: f64, dimension: usize) -> Option<Dipole> {
    let Initial::Dipole { density, temperature, amplitude, power } = *initial else { return None };
    let thermal_speed = (temperature / mass).sqrt();
    // In units of the thermal speed, in which no square overflows.
    let unit = Dipole { thermal_speed: 1.0, amplitude, power, factor: 1.0 };
    let total = integral(|r| shell_area(r, dimension) * unit.mean_at(r, dimension), 0.0, reach(&unit));
    Some(Dipole { thermal_speed, factor: density / total / thermal_speed.powi(dimension as i32), ..unit })
}

/// The speed beyond which a dipole's exponent is below −49 and falls, for the powers and amplitudes a
/// scenario may have: x²/2 − |a| x^p is at least ((x − |a|)² − |a|²)/2 for p ≤ 1 < x and x²(1/2 − |a|) for 1 < p ≤ 2.
fn reach(dipole: &Dipole) -> f64 {
    let size = dipole.amplitude.abs();
    let reach =
        if dipole.power <= 1.0 { size + (98.0 + size * size).sqrt() } else { 7.0 / (0.5 - size).sqrt() };
    reach * dipole.thermal_speed
}

/// The value of a formula at a velocity of the run.
fn value<const D: usize>(formula: &Formula, v: [f64; D], velocity: f64) -> f64 {
    let v = v.map(|component| component * velocity);
    let speed = v.iter().map(|component| component * component).sum::<f64>().sqrt();
    let mut variables = [speed; 4];
    variables[1..=D].copy_from_slice(&v);
    formula.at(&variables[..=D])
}

fn radial<const D: usize>(density: f64, profile: Box<dyn Fn(f64) -> f64>, low: f64, high: f64) -> Part<D> {
    // Sampling asks for quantiles of r^(d−1) times the profile, relative to its own integral.
    let profile = std::rc::Rc::<dyn Fn(f64) -> f64>::from(profile);
    let of_radius = std::rc::Rc::clone(&profile);
    let weighted: Box<dyn Fn(f64) -> f64> = Box::new(move |r| shell_area(r, D) * of_radius(r));
    Part::Radial {
        density,
        profile: Box::new(move |r| profile(r)),
        quantiles: Quantiles::new(weighted, low, high),
    }
}

/// The area of a sphere (the circumference of a circle) of radius r.
fn shell_area(r: f64, dimension: usize) -> f64 {
    if dimension == 2 { 2.0 * PI * r } else { 4.0 * PI * r * r }
}

impl<const D: usize> Part<D> {
    fn total(&self) -> f64 {
        match self {
            Self::Normal { density, .. }
            | Self::Radial { density, .. }
            | Self::Dipole { density, .. }
            | Self::Formula { density, .. } => *density,
        }
    }

    fn density_at(&self, v: [f64; D]) -> f64 {
        match self {
            Self::Normal { density, deviations, drift } => (0..D).fold(*density, |value, axis| {
                let x = (v[axis] - drift[axis]) / deviations[axis];
                value * (-0.5 * x * x).exp() / ((2.0 * PI).sqrt() * deviations[axis])
            }),
            Self::Dipole { dipole, .. } => dipole.density_at(v),
            Self::Formula { formula, velocity, factor, .. } => factor * value(formula, v, *velocity),
            Self::Radial { profile, .. } => profile(v.iter().map(|c| c * c).sum::<f64>().sqrt()),
        }
    }

    /// Gives a formula its density on the lattice.
    fn normalise(&mut self, lattice: &Lattice<D>) -> Result<(), String> {
        let Self::Formula { density, formula, velocity, factor } = self else { return Ok(()) };
        let mut total = Sum::default();
        for v in lattice.centers() {
            let value = value(formula, v, *velocity);
            if !(value >= 0.0 && value.is_finite()) {
                let place = v.map(|component| component * *velocity);
                return Err(format!(
                    "found a formula with the value {value} at v = {place:?}; allowed: finite values ≥ 0 on the whole lattice"
                ));
            }
            total.add(value);
        }
        let total = total.value() * lattice.cell_volume();
        if !total.is_normal() {
            return Err(format!(
                "found a formula whose integral over the lattice is {total}; allowed: one that is > 0 and finite"
            ));
        }
        *factor = *density / total;
        Ok(())
    }

    /// The velocity at a point of the unit cube, such that uniform points give this distribution.
    fn at_cube_point(&self, point: [f64; D]) -> [f64; D] {
        match self {
            Self::Normal { deviations, drift, .. } => {
                let standard = Normal::standard();
                std::array::from_fn(|axis| drift[axis] + deviations[axis] * standard.inverse_cdf(point[axis]))
            }
            // Validation asks for a lattice.
            Self::Formula { .. } => [f64::NAN; D],
            Self::Dipole { dipole, quantiles, .. } => {
                let r = quantiles.at(point[0]);
                let kappa = dipole.exponent(r);
                let mut v = [0.0; D];
                if D == 2 {
                    let angle = angle_on_circle(kappa, point[1]);
                    (v[0], v[1]) = (r * angle.cos(), r * angle.sin());
                } else {
                    let angle = 2.0 * PI * point[1];
                    let cosine = cosine_on_sphere(kappa, point[2]);
                    let sine = (1.0 - cosine * cosine).max(0.0).sqrt();
                    (v[0], v[1], v[2]) = (r * cosine, r * sine * angle.cos(), r * sine * angle.sin());
                }
                v
            }
            Self::Radial { quantiles, .. } => {
                let r = quantiles.at(point[0]);
                let angle = 2.0 * PI * point[1];
                let mut v = [0.0; D];
                if D == 2 {
                    (v[0], v[1]) = (r * angle.cos(), r * angle.sin());
                } else {
                    let cosine = 2.0 * point[2] - 1.0;
                    let sine = (1.0 - cosine * cosine).max(0.0).sqrt();
                    (v[0], v[1], v[2]) = (r * sine * angle.cos(), r * sine * angle.sin(), r * cosine);
                }
                v
            }
        }
    }
}

/// Point `index` + 1 of the Halton sequence (Halton 1960): radical inverses in the bases 2, 3, 5, inside
/// the open unit cube.
fn halton_point<const D: usize>(index: usize) -> [f64; D] {
    std::array::from_fn(|axis| {
        let base = [2, 3, 5][axis];
        let (mut rest, mut digit, mut inverse) = (index + 1, 1.0, 0.0);
        while rest > 0 {
            digit /= base as f64;
            inverse += digit * (rest % base) as f64;
            rest /= base;
        }
        inverse
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn shapes(dimension: usize) -> Vec<Initial> {
        let maxwellian =
            Initial::Maxwellian { density: 2.0, temperature: 0.5, drift: Some(vec![0.3; dimension]) };
        let anisotropic = Initial::AnisotropicMaxwellian {
            density: 1.5,
            temperatures: (1..=dimension).map(|axis| axis as f64).collect(),
            drift: Some(vec![-0.1; dimension]),
        };
        let bkw = Initial::Bkw { density: 0.7, temperature: 1.3, contrast: 0.3 };
        let shell = Initial::Shell { density: 1.1, radius: 0.8, sharpness: 10.0 };
        let dipole = |amplitude, power| Initial::Dipole { density: 0.9, temperature: 1.1, amplitude, power };
        vec![
            maxwellian.clone(),
            anisotropic,
            bkw,
            shell.clone(),
            dipole(-0.4, 1.2),
            Initial::Mixture(vec![maxwellian, shell]),
        ]
    }

    /// ∫ f, ∫ |v|² f and ∫ v f over a grid that is exact to far below the tolerance for these densities.
    fn grid_moments<const D: usize>(distribution: &Distribution<D>) -> (f64, f64, [f64; D]) {
        let (n, half_width) = (if D == 2 { 160 } else { 96 }, 10.0);
        let lattice = crate::problem::Lattice {
            first: [-half_width + half_width / n as f64; D],
            spacing: 2.0 * half_width / n as f64,
            per_axis: n,
        };
        lattice.centers().fold((0.0, 0.0, [0.0; D]), |(density, square, flux), v| {
            let w = distribution.density_at(v) * lattice.cell_volume();
            let flux = std::array::from_fn(|axis| flux[axis] + w * v[axis]);
            (density + w, square + w * v.iter().map(|c| c * c).sum::<f64>(), flux)
        })
    }

    fn check<const D: usize>() {
        for initial in shapes(D) {
            let distribution = Distribution::<D>::new(&initial, 1.2, 1.0, None).unwrap();
            let (density, square, flux) = grid_moments(&distribution);
            // The shell, 0.18 wide, is the narrowest: on the grid of spacing 0.21 its sum is exact to 1e-6.
            assert!((density / initial.density() - 1.0).abs() < 1e-5, "{initial:?}: {density}");
            let mean_square = square / density;
            for (samples, tolerance) in [
                // Four standard errors of the mean of 40,000 squares (their spread is below 2 means).
                (distribution.random(40_000, &mut ChaCha8Rng::seed_from_u64(7)), 0.04),
                // Low discrepancy: errors of order log³(N)/N, 0.03 times the random ones.
                (distribution.quasi_random(40_000), 0.002),
            ] {
                assert_eq!(samples.len(), 40_000);
                let sampled = samples.iter().flatten().map(|c| c * c).sum::<f64>() / samples.len() as f64;
                assert!(
                    (sampled / mean_square - 1.0).abs() < tolerance,
                    "{initial:?}: {sampled} {mean_square}"
                );
                for (axis, expected) in flux.map(|flux| flux / density).into_iter().enumerate() {
                    let mean = samples.iter().map(|v| v[axis]).sum::<f64>() / samples.len() as f64;
                    assert!((mean - expected).abs() < tolerance * mean_square.sqrt(), "{initial:?}");
                }
            }
        }
    }

    #[test]
    fn densities_and_samples_have_the_same_moments_in_2d() {
        check::<2>();
    }

    #[test]
    fn densities_and_samples_have_the_same_moments_in_3d() {
        check::<3>();
    }
}
