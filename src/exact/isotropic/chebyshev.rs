//! A stabilised explicit Runge–Kutta step of order 2 with an estimate of its error (RKC: Sommeijer, Shampine, Verwer,
//! J. Comput. Appl. Math. 88, 1998, equations 2.1 to 2.9).
//!
//! With s stages the step is stable for rates of decay up to 0.65 (s² − 1)/step. Its stages are sums of rates, so that
//! whatever linear sum the rates conserve is conserved to rounding.

/// The damping ε of the stability polynomial.
const DAMPING: f64 = 2.0 / 13.0;

/// What a step gives, per component of the state.
pub struct Advanced {
    pub change: Vec<f64>,
    /// The rates at its end.
    pub rates: Vec<f64>,
    /// The estimated error.
    pub error: Vec<f64>,
}

/// How many stages, at least 2, make a step stable for rates of decay up to `fastest`.
pub fn stages(step: f64, fastest: f64) -> usize {
    1 + (1.0 + 1.54 * step * fastest).sqrt().ceil() as usize
}

/// One step. `before` are the rates at its start, and `rates(change)` those at a state changed by so much.
pub fn advance(
    step: f64,
    stages: usize,
    before: &[f64],
    mut rates: impl FnMut(&[f64]) -> Vec<f64>,
) -> Advanced {
    let w0 = 1.0 + DAMPING / (stages * stages) as f64;
    let polynomials = chebyshev(stages, w0);
    let w1 = polynomials[stages][1] / polynomials[stages][2];
    let b = |j: usize| polynomials[j.max(2)][2] / polynomials[j.max(2)][1].powi(2);
    let a = |j: usize| 1.0 - b(j) * polynomials[j][0];

    let mut previous = vec![0.0; before.len()];
    let mut change: Vec<f64> = before.iter().map(|rate| b(1) * w1 * step * rate).collect();
    let mut now = rates(&change);
    for j in 2..=stages {
        let mu = 2.0 * b(j) / b(j - 1);
        let of_rate = mu * w1 * step;
        let factors = [mu * w0, -b(j) / b(j - 2), of_rate, -a(j - 1) * of_rate];
        for k in 0..change.len() {
            let next = factors[0] * change[k]
                + factors[1] * previous[k]
                + factors[2] * now[k]
                + factors[3] * before[k];
            previous[k] = std::mem::replace(&mut change[k], next);
        }
        now = rates(&change);
    }
    let error = (0..change.len()).map(|k| 0.4 * step * (before[k] + now[k]) - 0.8 * change[k]).collect();
    Advanced { change, rates: now, error }
}

/// T_j(x) with its first two derivatives, j from 0 to `degree`.
fn chebyshev(degree: usize, x: f64) -> Vec<[f64; 3]> {
    let mut all = vec![[1.0, 0.0, 0.0], [x, 1.0, 0.0]];
    for j in 2..=degree {
        let ([t, d, dd], before) = (all[j - 1], all[j - 2]);
        all.push([
            2.0 * x * t - before[0],
            2.0 * (t + x * d) - before[1],
            2.0 * (2.0 * d + x * dd) - before[2],
        ]);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// y' = −y² from 1 to t = 1, where y = ½, in equal steps.
    fn error_and_estimate(steps: usize, stages: usize) -> (f64, f64) {
        let (mut y, mut estimate) = (1.0, 0.0);
        for _ in 0..steps {
            let end = advance(1.0 / steps as f64, stages, &[-y * y], |change| vec![-(y + change[0]).powi(2)]);
            assert_eq!(end.rates[0], -(y + end.change[0]).powi(2));
            y += end.change[0];
            estimate = end.error[0];
        }
        (y - 0.5, estimate)
    }

    #[test]
    fn the_order_is_two_and_that_of_the_estimate_three() {
        for stages in [2, 3, 8, 25] {
            let ((coarse, big), (fine, small)) =
                (error_and_estimate(20, stages), error_and_estimate(40, stages));
            let (order, of_estimate) = ((coarse / fine).log2(), (big / small).log2());
            assert!(
                (order - 2.0).abs() < 0.1 && (of_estimate - 3.0).abs() < 0.15,
                "{stages}: {order} {of_estimate}"
            );
        }
    }

    /// Every decay up to the fastest shrinks, in a step that explicit methods of few stages could not take.
    #[test]
    fn decays_up_to_the_fastest_are_stable() {
        for fastest in [1.0, 30.0, 1e3, 1e5] {
            let stages = stages(1.0, fastest);
            assert!(stages as f64 <= 3.0 + 1.3 * fastest.sqrt());
            for part in 1..=200 {
                let decay = fastest * f64::from(part) / 200.0;
                let end = advance(1.0, stages, &[-decay], |change| vec![-decay * (1.0 + change[0])]);
                assert!((1.0 + end.change[0]).abs() < 1.0, "{fastest} {decay}");
            }
        }
    }
}
