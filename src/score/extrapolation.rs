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

#[cfg(test)]
mod tests {
    use super::*;

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
