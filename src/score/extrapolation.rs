//! Richardson extrapolation in the bandwidth.
//!
//! The bias of a mollified functional is a power series in ε. With bandwidths ε, 2ε, …, Kε and the
//! weights a_k = (−1)^(k+1) C(K, k) its first K − 1 terms cancel: order 2K in √ε. The combination
//! is again the gradient of a functional, Σ_k a_k E_{kε}, so that conservation and dissipation
//! hold as they do for K = 1.

/// a_1 … a_K for a method of order 2K.
pub fn weights(order: u32) -> Vec<f64> {
    let bandwidths = order / 2;
    let mut binomial = 1.0;
    (1..=bandwidths)
        .map(|k| {
            binomial *= f64::from(bandwidths - k + 1) / f64::from(k);
            if k % 2 == 1 { binomial } else { -binomial }
        })
        .collect()
}

/// By how much the particle scores of a Maxwellian come out too small on average, −⟨s·v⟩ against d, for a mollifier
/// whose variance is `width` times the Maxwellian's: Σ a_k (k width/(1 + k width))², which may be negative.
///
/// With ρ_ε of variance τ + ε, −⟨s·v⟩ = ⟨∫ f(v') |v − v'|² ψ_ε(v − v') dv'/ρ_ε(v)⟩/ε, a mean of squares over normal
/// distributions: d (1 + 2x)/(1 + x)² with x = ε/τ.
pub fn relative_bias_of_particles(order: u32, width: f64) -> f64 {
    let one = |k: f64| (k * width / (1.0 + k * width)).powi(2);
    (1..).zip(weights(order)).map(|(k, a)| a * one(f64::from(k))).sum()
}

/// By how much the mesh score of a Maxwellian comes out too small, relatively, for a mollifier whose variance is
/// `width` times the Maxwellian's: 1 − Σ a_k/(1 + k width) = K! width^K/∏ (1 + k width), as each bandwidth
/// ε makes a Maxwellian of variance τ one of τ + ε, whose score is linear too.
pub fn relative_bias(order: u32, width: f64) -> f64 {
    (1..=order / 2).map(|k| f64::from(k) * width / (1.0 + f64::from(k) * width)).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bias_of_a_maxwellian_is_what_the_weights_leave() {
        for order in [2, 4, 6, 8] {
            for width in [0.1, 1.0, 3.0] {
                let left: f64 =
                    (1..).zip(weights(order)).map(|(k, a)| a / (1.0 + f64::from(k) * width)).sum();
                // The sum cancels from terms of size 6.
                assert!((relative_bias(order, width) - (1.0 - left)).abs() < 1e-14, "{order} {width}");
            }
        }
    }

    #[test]
    fn are_signed_binomials() {
        assert_eq!(weights(2), [1.0]);
        assert_eq!(weights(4), [2.0, -1.0]);
        assert_eq!(weights(6), [3.0, -3.0, 1.0]);
        assert_eq!(weights(8), [4.0, -6.0, 4.0, -1.0]);
    }

    #[test]
    fn cancel_the_first_powers_and_keep_constants() {
        for order in [2, 4, 6, 8] {
            let weights = weights(order);
            for power in 0..weights.len() as i32 {
                let moment: f64 = weights.iter().zip(1..).map(|(a, k)| a * f64::from(k).powi(power)).sum();
                assert_eq!(moment, if power == 0 { 1.0 } else { 0.0 });
            }
        }
    }
}
