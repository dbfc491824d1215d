//! The sum of rings for γ = 0, by moments: exact, and linear in the number of rings.
//!
//! All averages are ½, and with z = z_p − z_q, δ = g_z − g'_z the force on p is
//!
//! ```text
//! F_z = δ(r² + r'²) − z(r g_r + r' g'_r),       F_r = z(z g_r − δ r) + ½ r'(r' g_r − r g'_r)
//! ```

use crate::collision::interface::SpeciesTable;

/// Σ w of what the forces are made of, for one species.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    weight: f64,
    z: f64,
    z_square: f64,
    g_z: f64,
    z_g_z: f64,
    r_square: f64,
    /// r g_r.
    work: f64,
    /// z r g_r.
    z_work: f64,
    /// r² g_z.
    r_square_g_z: f64,
}

impl Moments {
    /// Adds `factor` times the moments of a ring.
    fn add(&mut self, factor: f64, [z, r]: [f64; 2], [g_z, g_r]: [f64; 2]) {
        self.weight += factor;
        self.z += factor * z;
        self.z_square += factor * z * z;
        self.g_z += factor * g_z;
        self.z_g_z += factor * z * g_z;
        self.r_square += factor * r * r;
        self.work += factor * r * g_r;
        self.z_work += factor * z * r * g_r;
        self.r_square_g_z += factor * r * r * g_z;
    }

    fn add_scaled(&mut self, factor: f64, other: &Self) {
        self.weight += factor * other.weight;
        self.z += factor * other.z;
        self.z_square += factor * other.z_square;
        self.g_z += factor * other.g_z;
        self.z_g_z += factor * other.z_g_z;
        self.r_square += factor * other.r_square;
        self.work += factor * other.work;
        self.z_work += factor * other.z_work;
        self.r_square_g_z += factor * other.r_square_g_z;
    }

    /// Σ w F on a ring.
    fn sum_at(&self, [z, r]: [f64; 2], [g_z, g_r]: [f64; 2]) -> [f64; 2] {
        let offset = self.weight * z - self.z;
        let square = z * (offset - self.z) + self.z_square;
        let product = g_z * offset - z * self.g_z + self.z_g_z;
        let along = r * r * (self.weight * g_z - self.g_z) + self.r_square * g_z
            - self.r_square_g_z
            - (r * g_r * offset + z * self.work - self.z_work);
        [along, g_r * square - r * product + 0.5 * (g_r * self.r_square - r * self.work)]
    }
}

/// The pair sum of rings for γ = 0, with its workspace.
#[derive(Debug, Default)]
pub struct RingMoments {
    /// Of each species.
    moments: Vec<Moments>,
}

impl RingMoments {
    /// Overwrites `sums` with the pair sums of all rings, which are exact to rounding: components along the axis and
    /// across it.
    pub fn evaluate(
        &mut self,
        species: &SpeciesTable,
        (velocities, gradients): (&[[f64; 2]], &[[f64; 2]]),
        weights: &[f64],
        sums: &mut [[f64; 2]],
    ) {
        // About the mean of the cloud, so that a common drift does not cost digits.
        let total: f64 = weights.iter().sum();
        let first: f64 = velocities.iter().zip(weights).map(|([z, _], w)| w * z).sum();
        let center = first / total;
        let centered = |p: usize| [velocities[p][0] - center, velocities[p][1]];
        self.moments.clear();
        self.moments.extend(species.ranges().iter().map(|range| {
            let mut moments = Moments::default();
            range.clone().for_each(|p| moments.add(weights[p], centered(p), gradients[p]));
            moments
        }));
        for (i, range) in species.ranges().iter().enumerate() {
            // Sums over species differ by their coefficients alone.
            let mut combined = Moments::default();
            for (j, moments) in self.moments.iter().enumerate() {
                combined.add_scaled(species.coefficients().between(i, j), moments);
            }
            for p in range.clone() {
                sums[p] = combined.sum_at(centered(p), gradients[p]);
            }
        }
    }
}
