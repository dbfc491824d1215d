//! The order of convergence from errors.

/// The least-squares slope of log y over log x.
pub fn slope(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let n = logs.len() as f64;
    let (mean_x, mean_y) =
        (logs.iter().map(|p| p.0).sum::<f64>() / n, logs.iter().map(|p| p.1).sum::<f64>() / n);
    let covariance: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    covariance / logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum::<f64>()
}

#[test]
fn the_slope_of_a_power_is_its_exponent() {
    let points = [1.0, 2.0, 5.0, 7.0].map(|x: f64| (x, 3.0 * x.powf(-2.5)));
    assert!((slope(&points) + 2.5).abs() < 1e-14);
}
