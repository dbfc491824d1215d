//! Sums over a mesh of functions of the mollified density of rings and shells, as [`mollified`](super::mollified) has them
//! of points.
//!
//! The mesh lies in the half plane or on the half line by which orbits are held, and each node stands for the volume of
//! its orbit. Nodes are half a standard deviation apart, where end-point weights at the axis are exact to 1e-7. About the axis the
//! second derivative of log ρ across the half plane is (1/r) ∂_r log ρ.

use super::mollified::{Center, Node, Sums, TooManyNodes};
use super::origin::Around;
use crate::parallel;
use crate::score::mollifier::normalization;
use crate::score::orbits::Coordinates;
use crate::score::orbits::radial::Orbit;
use crate::sum::Sum;
use crate::symmetry::Symmetry;
use crate::symmetry::axis::Nodes;

/// Spacing of the mesh in standard deviations.
const SPACING: f64 = 0.5;

/// Nodes at most: with all derivatives 3 GiB for each part of the particles.
const MOST_NODES: f64 = (1u64 << 24) as f64;

/// Parts of the particles that are summed at a time at most, and particles of a part at least.
const MOST_PARTS: usize = 16;
const FEWEST_IN_PART: usize = 512;

/// ρ and its derivatives by r, z, rr, rz, zz at a node.
type Derivatives = [f64; 6];

/// Rings or shells of one species and how they are mollified.
#[derive(Debug, Clone, Copy)]
pub struct MollifiedOrbits<'a, const D: usize> {
    pub symmetry: Symmetry,
    pub velocities: &'a [[f64; D]],
    pub weights: &'a [f64],
    /// ε.
    pub variance: f64,
    /// κ.
    pub cutoff: f64,
    /// On the axis.
    pub center: [f64; D],
}

/// A box of nodes.
struct Mesh {
    orbit: Orbit,
    spacing: f64,
    variance: f64,
    reach: i64,
    /// The first plane, relative to the centre, and the numbers of radii and planes.
    first_plane: i64,
    counts: [usize; 2],
}

impl<const D: usize> MollifiedOrbits<'_, D> {
    /// So many sums of the volumes of nodes times what `add` adds at each node that a particle reaches.
    pub fn sums(&self, count: usize, add: impl Fn(&Node<D>, &mut [f64])) -> Result<Sums<D>, TooManyNodes> {
        let coordinates = Coordinates::of(self.symmetry);
        let middle = coordinates.along.map_or(0.0, |along| self.center[along]);
        let places: Vec<[f64; 2]> = self
            .velocities
            .iter()
            .map(|v| {
                let [r, z] = coordinates.place(v);
                [r, z - middle]
            })
            .collect();
        let mesh = self.mesh(coordinates.orbit(), &places)?;
        let derivatives = mesh.deposit(&places, self.weights);
        let mut totals = vec![Sum::default(); count];
        let mut center = None;
        let mut terms = vec![0.0; count];
        for (place, found) in derivatives.iter().enumerate().filter(|(_, found)| found[0] != 0.0) {
            let (k, plane) = (place % mesh.counts[0], mesh.first_plane + (place / mesh.counts[0]) as i64);
            let node = mesh.node(coordinates, self.symmetry, [k as i64, plane], found);
            if (k, plane) == (0, 0) {
                center = Some(Center { density: node.density, score: node.score });
            }
            let volume = mesh.orbit.volume(Nodes::OnAxis, k) * mesh.spacing.powi(3);
            terms.fill(0.0);
            add(&node, &mut terms);
            totals.iter_mut().zip(&terms).for_each(|(total, term)| total.add(volume * term));
        }
        let around = match mesh.orbit {
            Orbit::Ring => Around::Rings { spacing: mesh.spacing },
            // Σ 4π k² |k|^(−s) over k ≥ 1 is 4π ζ(s − 2), which is small, and the score is 0 at the centre.
            Orbit::Shell => Around::Nothing,
        };
        Ok(Sums { values: totals.into_iter().map(Sum::value).collect(), center, around })
    }

    fn mesh(&self, orbit: Orbit, places: &[[f64; 2]]) -> Result<Mesh, TooManyNodes> {
        let spacing = SPACING * self.variance.sqrt();
        let reach = (self.cutoff / SPACING * (1.0 - 8.0 * f64::EPSILON)).ceil();
        let (mut outermost, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
        for [r, z] in places.iter().map(|place| place.map(|coordinate| (coordinate / spacing).round())) {
            (outermost, low, high) = (f64::max(outermost, r), low.min(z), high.max(z));
        }
        let planes = if orbit == Orbit::Ring { high - low + 2.0 * reach + 1.0 } else { 1.0 };
        let nodes = (outermost + reach + 1.0) * planes;
        if !(nodes <= MOST_NODES && low.abs() < 1e15) {
            return Err(TooManyNodes(nodes));
        }
        Ok(Mesh {
            orbit,
            spacing,
            variance: self.variance,
            reach: reach as i64,
            first_plane: if orbit == Orbit::Ring { (low - reach) as i64 } else { 0 },
            counts: [(outermost + reach + 1.0) as usize, planes as usize],
        })
    }
}

impl Mesh {
    /// The density and its derivatives at all nodes.
    fn deposit(&self, places: &[[f64; 2]], weights: &[f64]) -> Vec<Derivatives> {
        let part = places.len().div_ceil(MOST_PARTS).max(FEWEST_IN_PART);
        let parts = parallel::map(places.len().div_ceil(part), &|number| {
            let mut nodes = vec![[0.0; 6]; self.counts[0] * self.counts[1]];
            let range = number * part..places.len().min((number + 1) * part);
            let particles = places[range.clone()].iter().zip(&weights[range]);
            particles.for_each(|(place, weight)| self.add(*place, *weight, &mut nodes));
            nodes
        });
        let mut parts = parts.into_iter();
        let mut all = parts.next().unwrap_or_default();
        for part in parts {
            for (node, own) in all.iter_mut().zip(part) {
                node.iter_mut().zip(own).for_each(|(node, own)| *node += own);
            }
        }
        all
    }

    fn add(&self, [r, z]: [f64; 2], weight: f64, nodes: &mut [Derivatives]) {
        let strength = weight * normalization(self.variance, 3);
        let nearest = [r, z].map(|coordinate| (coordinate / self.spacing).round() as i64);
        let radii = (nearest[0] - self.reach).max(0)..=nearest[0] + self.reach;
        let by_radius: Vec<[f64; 3]> = radii
            .clone()
            // The factor is the same with both radii exchanged: its derivatives here are those by the node's.
            .map(|k| self.orbit.factor_and_derivatives(k as f64 * self.spacing, r, self.variance))
            .collect();
        let planes = match self.orbit {
            Orbit::Ring => nearest[1] - self.reach..=nearest[1] + self.reach,
            Orbit::Shell => 0..=0,
        };
        for plane in planes {
            let x = plane as f64 * self.spacing - z;
            let slope = -x / self.variance;
            let value = strength * (0.5 * slope * x).exp();
            let [z0, z1, z2] = match self.orbit {
                Orbit::Ring => [value, slope * value, (slope * slope - 1.0 / self.variance) * value],
                Orbit::Shell => [strength, 0.0, 0.0],
            };
            let row = (plane - self.first_plane) as usize * self.counts[0] + *radii.start() as usize;
            for (node, [r0, r1, r2]) in nodes[row..].iter_mut().zip(&by_radius) {
                let own = [r0 * z0, r1 * z0, r0 * z1, r2 * z0, r1 * z1, r0 * z2];
                node.iter_mut().zip(own).for_each(|(node, own)| *node += own);
            }
        }
    }

    /// What functionals see of a node.
    fn node<const D: usize>(
        &self,
        coordinates: Coordinates,
        symmetry: Symmetry,
        place: [i64; 2],
        found: &Derivatives,
    ) -> Node<D> {
        let [density, by_r, by_z, twice_r, mixed, twice_z] = *found;
        let [r, z] = place.map(|index| index as f64 * self.spacing);
        let (radius, along) = (coordinates.radius, coordinates.along);
        let (mut from_center, mut score, mut hessian) = ([0.0; D], [0.0; D], [[0.0; D]; D]);
        from_center[radius] = r;
        score[radius] = by_r / density;
        let across = twice_r / density - score[radius] * score[radius];
        // At r = 0 both second derivatives across the axis are the same.
        let around = if r > 0.0 { score[radius] / r } else { across };
        for axis in (0..D).filter(|&axis| !symmetry.holds(axis)) {
            hessian[axis][axis] = around;
        }
        hessian[radius][radius] = across;
        if let Some(along) = along {
            from_center[along] = z;
            score[along] = by_z / density;
            hessian[along][along] = twice_z / density - score[along] * score[along];
            hessian[radius][along] = mixed / density - score[radius] * score[along];
            hessian[along][radius] = hessian[radius][along];
        }
        Node { from_center, density, score, hessian }
    }
}
