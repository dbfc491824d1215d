//! Symmetries of velocity space that a run keeps: an axis, or all directions alike.
//!
//! A cloud with a symmetry is a cloud in three dimensions of which one particle of every orbit is held. About an axis
//! the orbit is a ring, held by its point in a half plane that the axis bounds; with all directions alike it is a
//! shell, held by its point on a half line. So velocities and scores keep three components, of which some are 0, and a
//! weight is the density on the whole ring or shell.
//!
//! What is a function of |v|² and of components along the axis is computed from the held points as from any cloud:
//! energies, fixed species on the axis, projections, norms. What is not goes through here.
//!
//! A particle may cross the axis in a step, and its distance from it is then below 0: it is the same ring.

pub mod axis;
pub mod coordinates;

use nalgebra::SMatrix;
use std::f64::consts::PI;

/// What turns a run leaves unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Symmetry {
    /// None: particles are points.
    #[default]
    None,
    /// Those about an axis: particles are rings.
    Axial(HalfPlane),
    /// All about the origin: particles are shells, whose radius is the component [`RADIUS`].
    Spherical,
}

/// The component that holds the radius of a shell.
pub const RADIUS: usize = 0;

/// The components of the points that rings are held by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfPlane {
    /// That along the axis.
    pub along: usize,
    /// That which holds the distance from the axis.
    pub across: usize,
}

impl HalfPlane {
    /// Of an axis, 0 to 2 for x to z.
    pub fn of_axis(along: usize) -> Self {
        Self { along, across: if along == 0 { 1 } else { 0 } }
    }
}

impl Symmetry {
    /// Whether particles are points.
    pub fn is_none(self) -> bool {
        self == Self::None
    }

    /// Whether the points that particles are held by can have this component.
    pub fn holds(self, component: usize) -> bool {
        match self {
            Self::None => true,
            Self::Axial(HalfPlane { along, across }) => component == along || component == across,
            Self::Spherical => component == RADIUS,
        }
    }

    /// Whether means over an orbit can have this component.
    pub fn has_mean(self, component: usize) -> bool {
        match self {
            Self::None => true,
            Self::Axial(HalfPlane { along, .. }) => component == along,
            Self::Spherical => false,
        }
    }

    /// The mean of a vector over its orbit.
    pub fn mean<const D: usize>(self, vector: [f64; D]) -> [f64; D] {
        std::array::from_fn(|axis| if self.has_mean(axis) { vector[axis] } else { 0.0 })
    }

    /// The mean of a symmetric tensor over its orbit, from its value where the points are held.
    pub fn mean_tensor<const D: usize>(self, tensor: SMatrix<f64, D, D>) -> SMatrix<f64, D, D> {
        match self {
            Self::None => tensor,
            Self::Axial(HalfPlane { along, .. }) => {
                let across = 0.5 * (tensor.trace() - tensor[(along, along)]);
                SMatrix::from_fn(|row, column| match (row == column, row == along) {
                    (true, true) => tensor[(along, along)],
                    (true, false) => across,
                    (false, _) => 0.0,
                })
            }
            Self::Spherical => SMatrix::from_diagonal_element(tensor.trace() / D as f64),
        }
    }

    /// What vectors have the symmetry, in words.
    pub fn of_vectors(self) -> String {
        match self {
            Self::None => "any vector".to_string(),
            Self::Axial(HalfPlane { along, .. }) => {
                format!("0 across the axis {} of `symmetry`", ["x", "y", "z"][along])
            }
            Self::Spherical => "0 in all components with `symmetry` `spherical`".to_string(),
        }
    }

    /// What temperatures along the axes have the symmetry, in words.
    pub fn of_temperatures(self) -> String {
        match self {
            Self::None => "any".to_string(),
            Self::Axial(HalfPlane { along, .. }) => {
                let others: Vec<&str> =
                    (0..3).filter(|&axis| axis != along).map(|axis| ["x", "y", "z"][axis]).collect();
                format!("one temperature across the axis of `symmetry`, along {}", others.join(" and "))
            }
            Self::Spherical => "one temperature along all axes with `symmetry` `spherical`".to_string(),
        }
    }

    /// How many coordinates the held points have, in D dimensions.
    pub fn coordinates<const D: usize>(self) -> usize {
        (0..D).filter(|&axis| self.holds(axis)).count()
    }

    /// A vector without the components that held points do not have.
    pub fn restricted<const D: usize>(self, vector: [f64; D]) -> [f64; D] {
        std::array::from_fn(|axis| if self.holds(axis) { vector[axis] } else { 0.0 })
    }

    /// The point that holds the orbit of a velocity.
    pub fn held<const D: usize>(self, velocity: [f64; D]) -> [f64; D] {
        let mut point = [0.0; D];
        match self {
            Self::None => return velocity,
            Self::Axial(HalfPlane { along, across }) => {
                let others = (0..D).filter(|&axis| axis != along).map(|axis| velocity[axis]);
                point[across] = others.fold(0.0, f64::hypot);
                point[along] = velocity[along];
            }
            Self::Spherical => point[RADIUS] = velocity.into_iter().fold(0.0, f64::hypot),
        }
        point
    }

    /// Two other points of the orbit of a held point in three dimensions, in directions that no axis and no polyhedron
    /// has.
    pub fn elsewhere<const D: usize>(self, held: [f64; D]) -> [[f64; D]; 2] {
        [0, 1].map(|which| match self {
            Self::None => held,
            Self::Axial(HalfPlane { along, across }) => {
                let angle: f64 = [1.0, 2.5][which];
                let mut point = held;
                point[across] = held[across] * angle.cos();
                point[3 - along - across] = held[across] * angle.sin();
                point
            }
            Self::Spherical => std::array::from_fn(|axis| {
                held[RADIUS] * [[0.48, 0.6, 0.64], [-0.36, 0.48, -0.8]][which][axis]
            }),
        })
    }

    /// Points of the orbit of a held point in three dimensions over which polynomials up to degree 5 have their mean over
    /// the orbit: a hexagon on a ring, an icosahedron on a shell.
    pub fn orbit<const D: usize>(self, held: [f64; D]) -> impl Iterator<Item = [f64; D]> {
        let count = match self {
            Self::None => 1,
            Self::Axial(_) => 6,
            Self::Spherical => 12,
        };
        (0..count).map(move |k| match self {
            Self::None => held,
            Self::Axial(HalfPlane { along, across }) => {
                let (sine, cosine) = (PI / 3.0 * k as f64).sin_cos();
                let mut point = held;
                point[across] = held[across] * cosine;
                point[3 - along - across] = held[across] * sine;
                point
            }
            Self::Spherical => {
                let golden = 0.5 * (1.0 + 5f64.sqrt());
                let sign = |bit: usize| if k >> bit & 1 == 0 { 1.0 } else { -1.0 };
                let vertex = [0.0, sign(0), sign(1) * golden];
                let size = held[RADIUS] / golden.hypot(1.0);
                std::array::from_fn(|axis| size * vertex[(axis + k / 4) % 3])
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Symmetry> {
        let axes = (0..3).map(|axis| Symmetry::Axial(HalfPlane::of_axis(axis)));
        axes.chain([Symmetry::None, Symmetry::Spherical])
    }

    #[test]
    fn an_orbit_is_held_by_one_of_its_points() {
        for symmetry in all() {
            let point = symmetry.held([3.0, -4.0, 12.0]);
            // The length of (3, −4, 12) is 13, but for the rounding of roots.
            assert!((point.iter().map(|x| x * x).sum::<f64>() - 169.0).abs() < 1e-13, "{symmetry:?}");
            assert_eq!(symmetry.held(point), point, "{symmetry:?}");
            assert!((0..3).all(|axis| symmetry.holds(axis) || point[axis] == 0.0));
            assert_eq!(symmetry.mean(point), symmetry.mean([3.0, -4.0, 12.0]));
            for back in symmetry.elsewhere(point).map(|point| symmetry.held(point)) {
                // Sines and roots round.
                assert!((0..3).all(|axis| (back[axis] - point[axis]).abs() < 1e-13), "{symmetry:?}");
            }
        }
        assert_eq!(Symmetry::Axial(HalfPlane::of_axis(2)).held([3.0, -4.0, 12.0]), [5.0, 0.0, 12.0]);
        assert_eq!(Symmetry::Axial(HalfPlane::of_axis(0)).held([12.0, -4.0, 3.0]), [12.0, 5.0, 0.0]);
    }

    #[test]
    fn polynomials_of_degree_4_have_their_mean_over_an_orbit() {
        // Of x⁴ and x² y²: r⁴ (3/8, 1/8) on a ring, r⁴ (1/5, 1/15) on a shell.
        for (symmetry, means) in [
            (Symmetry::Axial(HalfPlane { along: 2, across: 0 }), [0.375, 0.125]),
            (Symmetry::Spherical, [0.2, 1.0 / 15.0]),
        ] {
            let points: Vec<[f64; 3]> = symmetry.orbit(symmetry.held([0.0, 2.0, 0.0])).collect();
            let mean =
                |of: &dyn Fn(&[f64; 3]) -> f64| points.iter().map(of).sum::<f64>() / points.len() as f64;
            assert!((mean(&|v| v[0].powi(4)) - 16.0 * means[0]).abs() < 1e-14);
            assert!((mean(&|v| v[0] * v[0] * v[1] * v[1]) - 16.0 * means[1]).abs() < 1e-14);
            assert!(mean(&|v| v[0].powi(3)).abs() < 1e-14 && mean(&|v| v[0] * v[1]).abs() < 1e-14);
            assert!(points.iter().all(|v| (v.iter().map(|x| x * x).sum::<f64>() - 4.0).abs() < 1e-14));
        }
    }

    #[test]
    fn the_mean_of_a_tensor_has_the_symmetry_and_the_trace() {
        let point = [3.0, 0.0, 2.0];
        let tensor = SMatrix::<f64, 3, 3>::from_fn(|row, column| point[row] * point[column]);
        let axial = Symmetry::Axial(HalfPlane::of_axis(2)).mean_tensor(tensor);
        assert_eq!(axial, SMatrix::from_diagonal(&[4.5, 4.5, 4.0].into()));
        let spherical = Symmetry::Spherical.mean_tensor(tensor);
        assert_eq!(spherical, SMatrix::<f64, 3, 3>::from_diagonal_element(13.0 / 3.0));
        assert_eq!(Symmetry::None.mean_tensor(tensor), tensor);
    }
}
