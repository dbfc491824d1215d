//! What happens to an isotropic species besides collisions.
//!
//! ```text
//! ∂_t f = Σ_j Q_j + b − f/τ
//! ```
//!
//! with births b(|v|) and a time τ after which 1/e of what was there is left. A species that is held stays as it is: a background, to
//! which others give and from which they take.

use super::species::Isotropic;

/// Births, losses and whether a species is held. By default there is none of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sources {
    births: Vec<f64>,
    decay: f64,
    is_held: bool,
}

impl Sources {
    /// Of a background.
    pub fn held() -> Self {
        Self { is_held: true, ..Self::default() }
    }

    /// Births on the grid of a species in the shape of a function of the speed, of so many particles per volume and time; and
    /// losses in a time, which may be infinite.
    ///
    /// # Panics
    ///
    /// If the shape has no density on the grid, or the time is not positive.
    pub fn new(on: &Isotropic, number_per_time: f64, shape: impl Fn(f64) -> f64, time: f64) -> Self {
        let fastest = on.width * on.density.len() as f64;
        let shape = Isotropic::new(on.mass, on.density.len(), fastest, shape);
        let number = shape.number();
        assert!(number > 0.0 && time > 0.0, "births of a shape of density {number}, losses in {time}");
        let births = shape.density.iter().map(|density| density * number_per_time / number).collect();
        Self { births, decay: 1.0 / time, is_held: false }
    }

    /// Whether the species stays as it is.
    pub fn is_held(&self) -> bool {
        self.is_held
    }

    /// 1/τ, a rate of decay.
    pub fn decay(&self) -> f64 {
        self.decay
    }

    /// The rates of a density with these sources, from those by collisions.
    pub fn rates(&self, density: &[f64], by_collisions: Vec<f64>) -> Vec<f64> {
        if self.is_held {
            return vec![0.0; density.len()];
        }
        let births = self.births.iter().copied().chain(std::iter::repeat(0.0));
        let all = by_collisions.into_iter().zip(density).zip(births);
        all.map(|((rate, f), born)| rate + born - self.decay * f).collect()
    }
}
