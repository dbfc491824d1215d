//! Whether the sums of a species run over neighbours or over a mesh.
//!
//! The number n of particles within reach of the widest of K bandwidths decides. By `cargo bench --bench scores` a mesh takes
//! 220 ns a particle and bandwidth in two dimensions and 1100 in three, wherever it is filled well; neighbours take 4.2 down to
//! 1.0 ns each in two, 8.5 down to 1.1 in three, the fewer the more. They are equal at n/K of about 40 and 350.

use crate::parallel;

/// How the sums of one species run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sums {
    /// Over the particles within reach of each.
    Neighbours,
    /// Over a mesh between the particles.
    Mesh,
}

/// Particles whose neighbours are counted.
const SAMPLES: usize = 64;

impl Sums {
    /// The sums that cost less at these velocities, for a mollifier of variance ε that is cut off at so many
    /// standard deviations. The same velocities give the same sums on every machine.
    pub fn cheaper<const D: usize>(velocities: &[[f64; D]], variance: f64, order: u32, cutoff: f64) -> Self {
        let bandwidths = f64::from(order / 2);
        // Lattices of two dimensions with ε = h² have 133 K neighbours. They keep sums that are exact to rounding: a mesh
        // would be twice as fast.
        let most = bandwidths * if D == 2 { 150.0 } else { 400.0 };
        match mean_neighbours(velocities, cutoff * cutoff * bandwidths * variance) > most {
            true => Self::Mesh,
            false => Self::Neighbours,
        }
    }
}

/// Particles within a distance of another and itself, on average over a sample.
pub fn mean_neighbours<const D: usize>(velocities: &[[f64; D]], squared_distance: f64) -> f64 {
    let samples = velocities.len().min(SAMPLES);
    let near = |sample: usize| {
        // Steps of the golden ratio, which no lattice shares: even ones can all meet its edge.
        let place = (sample as f64 * 0.5 * (5f64.sqrt() - 1.0)).fract() * velocities.len() as f64;
        let own = velocities[place as usize];
        let square = |v: &[f64; D]| (0..D).map(|axis| (v[axis] - own[axis]).powi(2)).sum::<f64>();
        velocities.iter().filter(|v| square(v) <= squared_distance).count()
    };
    let all: usize = parallel::map(samples, &near).into_iter().sum();
    all as f64 / samples.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lattice<const D: usize>(per_axis: usize) -> Vec<[f64; D]> {
        let place =
            |cell: usize| std::array::from_fn(|axis| (cell / per_axis.pow(axis as u32) % per_axis) as f64);
        (0..per_axis.pow(D as u32)).map(place).collect()
    }

    #[test]
    fn neighbours_are_counted_with_the_particle_itself() {
        assert_eq!(mean_neighbours::<2>(&[], 1.0), 0.0);
        assert_eq!(mean_neighbours(&[[0.0, 0.0]], 1.0), 1.0);
        // Four neighbours in the interior of a lattice of 100 × 100, three on an edge, and itself: 4.96, by samples.
        let mean = mean_neighbours(&lattice::<2>(100), 1.0);
        assert!((4.9..=5.0).contains(&mean), "{mean}");
    }

    #[test]
    fn wide_mollifiers_take_the_mesh() {
        let sums = |variance: f64| Sums::cheaper(&lattice::<3>(16), variance, 4, 6.5);
        assert_eq!(sums(0.05), Sums::Neighbours);
        assert_eq!(sums(2.0), Sums::Mesh);
        assert_eq!(Sums::cheaper::<3>(&[], 1.0, 6, 6.5), Sums::Neighbours);
        // Even steps would look at one edge of this lattice alone, at 287 neighbours of 1150.
        assert_eq!(Sums::cheaper(&lattice::<3>(64), 1.0, 2, 6.5), Sums::Mesh);
        // The default on a lattice of two dimensions, on one of three.
        assert_eq!(Sums::cheaper(&lattice::<2>(60), 1.0, 6, 6.5), Sums::Neighbours);
        assert_eq!(Sums::cheaper(&lattice::<3>(20), 1.0, 6, 6.5), Sums::Mesh);
    }
}
