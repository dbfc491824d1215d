//! Integrals over two velocities: the dissipation of Fisher information by a pair of species (Junné, Winter, Yoldaş 2025, (2.7),
//! (2.8), (2.15), Propositions 2.5 and 3.5, Lemma 3.7), in z = v_i − v_j and z* = (m_i v_i + m_j v_j)/(m_i + m_j).
//!
//! With L = log f_i(v_i) + log f_j(v_j), e = z/|z|, Π the projection across z, H = ∇_z∇_z L and the part of it on the sphere,
//! S = Π H Π − (e·∇_z L/|z|) Π:
//!
//! ```text
//! hessian      ∫∫ |z|^(γ+2) H : [ H − H e eᵀ + …/|z| ]            = ∫∫ H : ∇_z(A ∇_z L)
//! center       ∫∫ |z|^(γ+2) (|B|² − |B e|²),    B = ∇_z ∇_z* L
//! square       ∫∫ |z|^(γ+2) |Π ∇_z(e·∇_z L) + (γ/2|z|) Π ∇_z L|²
//! curvature    ∫∫ |z|^(γ+2) (|S|² + |Π ∇_z L|²/|z|²)
//! turning      ∫∫ |z|^γ |Π ∇_z L|²
//! ```
//!
//! all times f_i f_j. Each pair of Gaussians of f_i and f_j is a Gaussian of z times one of z* about a mean that is linear in z. z is in
//! polar coordinates about 0; over |z| Gauss–Jacobi points know the power |z|^(γ+2), over directions there are so many Gauss–Legendre
//! points that their spacing stays the same. z* is on a lattice. Points whose two distances
//! together are beyond a reach are left out.

use super::bulk::{Lattice, REACH, Sums, term};
use super::convolution::jacobi;
use super::gaussians::{Gaussian, Gaussians, Local, composed, principal};
use super::tensor::{Symmetric, Vector, contracted, dot, plus, times, trace};
use crate::functionals::axisymmetric::Integral;
use crate::laboratory::quadrature::rule;
use crate::parallel;
use std::f64::consts::PI;

/// Integrals over a pair of species, c_ij = 1.
#[derive(Debug, Clone)]
pub struct OfPair {
    /// ∫∫ |z|^(γ+2) |Π ∇_z L|².
    pub entropy: Integral,
    pub hessian: Integral,
    pub center: Integral,
    pub square: Integral,
    pub curvature: Integral,
    pub turning: Integral,
    /// ∫∫ |z|^(γ+2) |Π ∇_z L|⁴.
    pub fourth: Integral,
    /// ∫∫ |z|^(γ+2) (tr S)².
    pub laplacian: Integral,
    /// ∫ |∇_z L(0, z*)|² f_i f_j dz*: where it is not 0, `square`, `curvature` and `turning` diverge at γ = −3.
    pub contact: Integral,
}

const COUNT: usize = 8;

/// Two masses in what z and z* are made of: β = m_j/M and α = m_i/M, v_i = z* + β z, v_j = z* − α z.
#[derive(Debug, Clone, Copy)]
struct Shares {
    alpha: f64,
    beta: f64,
}

/// The integrands at a point, without |z|^(γ+2), into `values`.
#[inline]
fn integrands(
    gamma: f64,
    r: f64,
    e: Vector,
    one: &Local,
    other: &Local,
    by: Shares,
    values: &mut [Integral; COUNT],
) {
    let Shares { alpha, beta } = by;
    let slope: Vector = std::array::from_fn(|k| beta * one.slope[k] - alpha * other.slope[k]);
    let hessian: Symmetric =
        std::array::from_fn(|k| beta * beta * one.hessian[k] + alpha * alpha * other.hessian[k]);
    let mixed: Symmetric = std::array::from_fn(|k| beta * one.hessian[k] - alpha * other.hessian[k]);
    let along = dot(e, slope);
    let across = plus(slope, -along, e);
    let image = times(&hessian, e);
    let twice = dot(e, image);
    let turned = plus(image, -twice, e);
    let turning = dot(across, across);
    let mixing = dot(turned, across);
    // |Π H Π|² and tr Π H Π.
    let whole = contracted(&hessian, &hessian);
    let length = dot(image, image);
    let tangent = whole - 2.0 * length + twice * twice;
    let flat = trace(&hessian) - twice;
    let sphere = tangent - 2.0 * along / r * flat + 2.0 * (along / r).powi(2);
    let bent = times(&mixed, e);
    let completed = plus(turned, (1.0 + 0.5 * gamma) / r, across);
    let slopes = dot(slope, slope);
    let (steep, all) = (slopes / (r * r), whole + slopes / (r * r));
    let flatness = flat - 2.0 * along / r;
    *values = [
        term(turning, slopes),
        term(whole - length + ((1.0 + gamma) * mixing - along * flat) / r, whole),
        term(contracted(&mixed, &mixed) - dot(bent, bent), contracted(&mixed, &mixed)),
        term(dot(completed, completed), all),
        term(sphere + turning / (r * r), all),
        term(turning / (r * r), steep),
        term(turning * turning, slopes * slopes),
        term(flatness * flatness, all),
    ];
}

/// A direction with its weight: the upper half of the sphere, or all of it.
fn directions(count: usize, half: bool) -> Vec<(Vector, f64)> {
    // An even number of cosines has none at the equator.
    let cosines = rule(count + count % 2);
    let azimuths = 2 * count;
    let weight = 2.0 * PI / azimuths as f64;
    let mut found = Vec::new();
    for &(mu, dmu) in cosines.iter().filter(|(mu, _)| !half || *mu > 0.0) {
        let sine = (1.0 - mu * mu).sqrt();
        for k in 0..azimuths {
            let angle = weight * (k as f64 + 0.5);
            let factor = if half { 2.0 } else { 1.0 };
            found.push(([sine * angle.cos(), sine * angle.sin(), mu], factor * weight * dmu));
        }
    }
    found
}

/// How fine the points are: 1 has a lattice of 0.8 standard deviations. For two Gaussians, one with axes of its own, the two sides of (2.15) differ
/// by 8e-4, 2e-5 and 1e-7 of themselves at 0.55, 0.75 and 1.
#[derive(Debug, Clone, Copy)]
pub struct Fineness(pub f64);

impl Fineness {
    fn radii(self, reach: f64) -> usize {
        (self.0 * 2.3 * reach).ceil() as usize + 2
    }

    fn cosines(self, radius: f64) -> usize {
        (self.0 * (2.7 * radius + 3.0)).ceil() as usize + 2
    }
}

/// Two Gaussians as one of z and one of z*.
struct Joint {
    density: f64,
    /// The mean of z, the axes of its covariance, and its standard deviations along them.
    mean: Vector,
    axes: [Vector; 3],
    widths: Vector,
    /// z* at x standard deviations is its mean, start + slope z, and Σ x_k inner_k.
    inner: [Vector; 3],
    start: Vector,
    slope: [Vector; 3],
}

impl Joint {
    fn new(one: &Gaussian, other: &Gaussian, by: Shares) -> Self {
        let [first, second] = [one.covariance(), other.covariance()];
        let relative: Symmetric = std::array::from_fn(|k| first[k] + second[k]);
        let (axes, variances) = principal(&relative);
        let mean = plus(one.drift, -1.0, other.drift);
        let precision: Symmetric = std::array::from_fn(|k| one.precision[k] + other.precision[k]);
        let (inner_axes, precisions) = principal(&precision);
        let inner = std::array::from_fn(|k| inner_axes[k].map(|component| component / precisions[k].sqrt()));
        let covariance = composed(&inner_axes, precisions.map(|one| 1.0 / one));
        // z* = (P_i + P_j)⁻¹ [P_i (u_i − β z) + P_j (u_j + α z)].
        let start = times(
            &covariance,
            plus(times(&one.precision, one.drift), 1.0, times(&other.precision, other.drift)),
        );
        let slope = std::array::from_fn(|k| {
            let unit: Vector = std::array::from_fn(|a| if a == k { 1.0 } else { 0.0 });
            let [from_one, from_other] = [times(&one.precision, unit), times(&other.precision, unit)];
            times(&covariance, std::array::from_fn(|a| by.alpha * from_other[a] - by.beta * from_one[a]))
        });
        let widths = variances.map(f64::sqrt);
        Self { density: one.density * other.density, mean, axes, widths, inner, start, slope }
    }

    /// The square of the distance of z from its mean, in standard deviations.
    fn distance(&self, z: Vector) -> f64 {
        let from = plus(z, -1.0, self.mean);
        self.axes.iter().zip(self.widths).map(|(axis, width)| (dot(*axis, from) / width).powi(2)).sum()
    }

    /// The Gaussian of z at a distance from its mean, with the product of both densities.
    fn value(&self, distance: f64) -> f64 {
        let widths: f64 = self.widths.iter().product();
        self.density * (-0.5 * distance).exp() / ((2.0 * PI).powf(1.5) * widths)
    }

    /// The mean of z* at z.
    fn center(&self, z: Vector) -> Vector {
        let mut center = self.start;
        (0..3).for_each(|k| center = plus(center, z[k], self.slope[k]));
        center
    }

    fn inside(&self, center: Vector, x: Vector) -> Vector {
        let mut v = center;
        (0..3).for_each(|k| v = plus(v, x[k], self.inner[k]));
        v
    }
}

/// A point of the outer integral, over z.
struct Outer {
    z: Vector,
    weight: f64,
    /// The square of its distance from the mean, in standard deviations.
    distance: f64,
}

fn outer(joint: &Joint, gamma: f64, fineness: Fineness, half: bool) -> Vec<Outer> {
    let [narrow, wide] =
        [f64::min, f64::max].map(|pick| joint.widths.into_iter().fold(joint.widths[0], pick));
    let reach = dot(joint.mean, joint.mean).sqrt() + REACH * wide;
    // At γ = −3 no integral is left whose power of |z| is below 0.
    let power = if gamma > -3.0 { gamma + 2.0 } else { 0.0 };
    let radii = jacobi(fineness.radii(reach / narrow), power, 0.0).unwrap_or_default();
    let mut points = Vec::new();
    for (x, dx) in radii {
        let r = reach * x;
        // r² r^(γ+2) dr, of which the points have x^power.
        let shell = dx * reach * r.powf(gamma + 4.0) * x.powf(-power);
        for (unit, area) in directions(fineness.cosines(r / narrow), half) {
            let z = unit.map(|component| r * component);
            let distance = joint.distance(z);
            if distance <= REACH * REACH {
                points.push(Outer { z, weight: area * shell * joint.value(distance), distance });
            }
        }
    }
    points
}

/// All integrals of the pair of species `f` and `g`; `same` says that they are one species.
pub fn of_pair(f: &Gaussians, g: &Gaussians, same: bool, gamma: f64, fineness: Fineness) -> OfPair {
    let total = f.mass + g.mass;
    let by = Shares { alpha: f.mass / total, beta: g.mass / total };
    let lattice = Lattice::new(0.8 / fineness.0, REACH);
    let mut all = Sums::new(COUNT);
    let mut contact = Sums::new(1);
    for (k, one) in f.parts.iter().enumerate() {
        for (l, other) in g.parts.iter().enumerate() {
            // (z, z*) and (−z, z*) are one pair of particles of a species.
            if same && l < k {
                continue;
            }
            let joint = Joint::new(one, other, by);
            let factor = if same && l > k { 2.0 } else { 1.0 };
            let points = outer(&joint, gamma, fineness, same && l == k);
            let rows = parallel::map(points.len(), &|k| {
                let point = &points[k];
                let r = dot(point.z, point.z).sqrt();
                let e = point.z.map(|component| component / r);
                let center = joint.center(point.z);
                let none = Integral { value: 0.0, size: 0.0 };
                let (mut sums, mut values) = ([none; COUNT], [none; COUNT]);
                for &(x, distance, weight) in &lattice.points {
                    if point.distance + distance > REACH * REACH {
                        break;
                    }
                    let v = joint.inside(center, x);
                    let [one, other] =
                        [f.local(plus(v, by.beta, point.z)), g.local(plus(v, -by.alpha, point.z))];
                    integrands(gamma, r, e, &one, &other, by, &mut values);
                    // All have weights of one sign, and are few enough for a plain sum.
                    for (sum, value) in sums.iter_mut().zip(values) {
                        sum.value += weight * value.value;
                        sum.size += weight * value.size;
                    }
                }
                let strength = factor * point.weight;
                sums.map(|sum| sum.combined(strength, sum, 0.0))
            });
            rows.iter().for_each(|row| all.join(row));
            if !same {
                let at_zero = joint.value(joint.distance([0.0; 3]));
                for &(x, _, weight) in &lattice.points {
                    let v = joint.inside(joint.center([0.0; 3]), x);
                    let [one, other] = [f.local(v).slope, g.local(v).slope];
                    let slope: Vector = std::array::from_fn(|k| by.beta * one[k] - by.alpha * other[k]);
                    contact.add(at_zero * weight, &[term(dot(slope, slope), 0.0)]);
                }
            }
        }
    }
    let found = all.integrals();
    let contact = contact.integrals();
    OfPair {
        entropy: found[0],
        hessian: found[1],
        center: found[2],
        square: found[3],
        curvature: found[4],
        turning: found[5],
        fourth: found[6],
        laplacian: found[7],
        contact: contact[0],
    }
}
