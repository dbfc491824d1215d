//! Mesh scores (form A) of rings and shells: E_ε = Σ_l V_l ρ_ε(x_l) log ρ_ε(x_l) over the orbits of the nodes of a mesh in a
//! half plane or on a half line, V_l their volumes, and s_p = Σ_l V_l ∇_p ψ̄(p, l) [log ρ_ε(x_l) + 1], ψ̄ the Gaussian mollifier
//! averaged over the orbit of the particle.
//!
//! It is the functional of the mesh scores in three dimensions, and its exact gradient by the points that orbits are held
//! by. The mesh is finer along the radius than along the axis: there a sum over nodes is not as exact for a Gaussian as on a line
//! without end.

mod bessel;
mod field;
pub mod radial;

use super::Score;
use super::extrapolation;
use super::mollifier::mass_beyond_cube;
use crate::error::Failure;
use crate::problem::{Lattice, Problem, Species};
use crate::ranks::Ranks;
use crate::symmetry::axis::Nodes;
use crate::symmetry::{HalfPlane, RADIUS, Symmetry};
use field::{Field, Geometry, MOST_NODES, TooManyNodes};
use radial::Orbit;

/// The spacing of the mesh along the radius over that along the axis. At 0.9 standard deviations along the axis the
/// integral of a mollifier at the axis is then exact to 5e-6.
const RADIAL: f64 = 0.75;

/// The components of a held point that are its radius and its place on the axis, if it has one.
#[derive(Debug, Clone, Copy)]
pub struct Coordinates {
    pub radius: usize,
    pub along: Option<usize>,
}

impl Coordinates {
    pub fn of(symmetry: Symmetry) -> Self {
        match symmetry {
            Symmetry::Axial(HalfPlane { along, across }) => Self { radius: across, along: Some(along) },
            Symmetry::Spherical | Symmetry::None => Self { radius: RADIUS, along: None },
        }
    }

    pub fn orbit(self) -> Orbit {
        if self.along.is_some() { Orbit::Ring } else { Orbit::Shell }
    }

    /// (r, z) of a held point, r ≥ 0.
    pub fn place<const D: usize>(self, v: &[f64; D]) -> [f64; 2] {
        [v[self.radius].abs(), self.along.map_or(0.0, |along| v[along])]
    }
}

/// Mesh scores of all species of rings or shells.
#[derive(Debug)]
pub struct OrbitScore {
    weights: Vec<f64>,
    cutoff: f64,
    coordinates: Coordinates,
    /// For each species its mesh spacing along the axis and its fields, one for each bandwidth.
    species: Vec<(f64, Vec<Field>)>,
    places: Vec<[f64; 2]>,
    gradients: Vec<[f64; 2]>,
}

impl OrbitScore {
    /// Scores of the given order on meshes of some spacings, one for each species, for the first bandwidth; `cutoff` in
    /// standard deviations.
    pub fn new<const D: usize>(problem: &Problem<D>, order: u32, spacings: Vec<f64>, cutoff: f64) -> Self {
        let weights = extrapolation::weights(order);
        let coordinates = Coordinates::of(problem.symmetry);
        let fields = |(species, &spacing): (&Species<D>, &f64)| {
            let field = |k: usize| {
                let wide = (k as f64).sqrt();
                Field::new(Geometry {
                    orbit: coordinates.orbit(),
                    nodes: Nodes::OnAxis,
                    spacings: [RADIAL * spacing * wide, spacing * wide],
                    origin: coordinates.along.map_or(0.0, |along| species.center[along]),
                    variance: k as f64 * species.bandwidth,
                    cutoff,
                })
            };
            (spacing, (1..=weights.len()).map(field).collect())
        };
        let species = problem.species.iter().zip(&spacings).map(fields).collect();
        Self { weights, cutoff, coordinates, species, places: Vec::new(), gradients: Vec::new() }
    }
}

impl<const D: usize> Score<D> for OrbitScore {
    fn evaluate(
        &mut self,
        problem: &Problem<D>,
        velocities: &[[f64; D]],
        scores: &mut [[f64; D]],
        entropies: &mut [f64],
    ) -> Result<(), Failure> {
        let Self { weights: factors, coordinates, species: meshes, places, gradients, .. } = self;
        scores.fill([0.0; D]);
        entropies.fill(0.0);
        for ((species, (_, fields)), entropy) in problem.species.iter().zip(meshes).zip(entropies) {
            let velocities = &velocities[species.range.clone()];
            let weights = &problem.weights[species.range.clone()];
            places.clear();
            places.extend(velocities.iter().map(|v| coordinates.place(v)));
            gradients.clear();
            gradients.resize(places.len(), [0.0; 2]);
            for (field, factor) in fields.iter_mut().zip(factors.iter()) {
                field.deposit(places, weights).map_err(|error| too_large(error, &species.name))?;
                *entropy += factor * field.take_logarithm();
                field.gather(*factor, gradients);
            }
            if let Some(field) = fields.first() {
                field.complete(gradients);
            }
            let scores = &mut scores[species.range.clone()];
            for ((score, v), [by_radius, by_axis]) in scores.iter_mut().zip(velocities).zip(gradients.iter())
            {
                // A ring beyond the axis is the ring of −r.
                score[coordinates.radius] = by_radius * 1f64.copysign(v[coordinates.radius]);
                if let Some(along) = coordinates.along {
                    score[along] = *by_axis;
                }
            }
        }
        Ok(())
    }

    fn divide(&mut self, ranks: &Ranks) {
        self.species.iter_mut().flat_map(|(_, fields)| fields).for_each(|field| field.divide(ranks));
    }

    fn gathered(&self, problem: &Problem<D>) -> usize {
        let deposits = self.species.iter().flat_map(|(_, fields)| fields).map(Field::gathered);
        deposits.sum::<usize>() + 2 * problem.particles()
    }

    fn truncation(&self) -> f64 {
        self.weights.iter().map(|a| a.abs()).sum::<f64>() * mass_beyond_cube(self.cutoff, 3)
    }

    fn memory(&self) -> usize {
        self.species.iter().flat_map(|(_, fields)| fields).map(Field::memory).sum()
    }

    fn mesh_spacing(&self, species: usize) -> Option<f64> {
        Some(self.species[species].0)
    }

    fn method(&self, _problem: &Problem<D>) -> String {
        let of = match self.coordinates.orbit() {
            Orbit::Ring => "rings",
            Orbit::Shell => "shells",
        };
        format!("of {of} on meshes, order {}", 2 * self.weights.len())
    }
}

fn too_large(TooManyNodes { nodes, spacing }: TooManyNodes, species: &str) -> Failure {
    let gibibytes = |nodes: f64| nodes * 8.0 / 2f64.powi(30);
    Failure::MeshTooLarge {
        species: species.to_string(),
        nodes,
        gibibytes: gibibytes(nodes),
        limit_gibibytes: gibibytes(MOST_NODES as f64),
        spacing,
    }
}

/// The density Σ_k a_k ρ_kε at the cells of a lattice of rings or shells, in the order of [`Lattice::cells`], reconstructed with the
/// extrapolation weights of the given order.
pub fn density_on_lattice<const D: usize>(
    lattice: &Lattice<D>,
    velocities: &[[f64; D]],
    weights: &[f64],
    bandwidth: f64,
    (order, cutoff): (u32, f64),
    species: &str,
) -> Result<Vec<f64>, Failure> {
    let coordinates = Coordinates::of(lattice.symmetry);
    let places: Vec<[f64; 2]> = velocities.iter().map(|v| coordinates.place(v)).collect();
    let origin = coordinates.along.map_or(0.0, |along| lattice.first[along]);
    let mut density = vec![0.0; lattice.cells().count()];
    for (factor, k) in extrapolation::weights(order).iter().zip(1..) {
        let mut field = Field::new(Geometry {
            orbit: coordinates.orbit(),
            nodes: Nodes::Midpoints,
            spacings: [lattice.spacing; 2],
            origin,
            variance: f64::from(k) * bandwidth,
            cutoff,
        });
        field.deposit(&places, weights).map_err(|error| too_large(error, species))?;
        for (density, center) in density.iter_mut().zip(lattice.centers()) {
            let [r, z] = coordinates.place(&center);
            let plane =
                if coordinates.along.is_some() { ((z - origin) / lattice.spacing).round() } else { 0.0 };
            *density += factor * field.value_at((r / lattice.spacing) as usize, plane as i64);
        }
    }
    Ok(density)
}

/// Square cells in a half plane that an axis bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    /// Where the centres of the first cells are along the axis; across it they are at half a spacing.
    pub first: f64,
    pub spacing: f64,
    /// How many there are along and across the axis.
    pub counts: [usize; 2],
}

impl Plane {
    /// The centres (r, z), row after row of equal z.
    pub fn centers(self) -> impl Iterator<Item = [f64; 2]> {
        let [along, across] = self.counts;
        (0..along * across).map(move |cell| {
            let (row, k) = (cell / across, cell % across);
            [Nodes::Midpoints.place(k) * self.spacing, self.first + row as f64 * self.spacing]
        })
    }
}

/// The density Σ_k a_k ρ_kε of rings at (r, z) at the centres of the cells of a half plane, with the extrapolation weights of the given
/// order; `cutoff` in standard deviations.
///
/// # Errors
///
/// If rings are so far apart that their mesh would be too large.
pub fn density_on_plane(
    plane: Plane,
    places: &[[f64; 2]],
    weights: &[f64],
    bandwidth: f64,
    (order, cutoff): (u32, f64),
    species: &str,
) -> Result<Vec<f64>, Failure> {
    let [along, across] = plane.counts;
    let mut density = vec![0.0; along * across];
    for (factor, k) in extrapolation::weights(order).iter().zip(1..) {
        let mut field = Field::new(Geometry {
            orbit: Orbit::Ring,
            nodes: Nodes::Midpoints,
            spacings: [plane.spacing; 2],
            origin: plane.first,
            variance: f64::from(k) * bandwidth,
            cutoff,
        });
        field.deposit(places, weights).map_err(|error| too_large(error, species))?;
        for (cell, density) in density.iter_mut().enumerate() {
            *density += factor * field.value_at(cell % across, (cell / across) as i64);
        }
    }
    Ok(density)
}
