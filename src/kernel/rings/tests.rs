//! The averages of rings against quadrature, and quadrature against what is known.

use super::averages::{Base, Distances};
use super::quadrature::averages;
use super::*;
use crate::kernel::lanes::{InstructionSet, Kernel};

const GAMMAS: [f64; 17] = [
    -3.0, -2.9999, -2.6, -2.3, -2.0001, -2.0, -1.9, -1.5, -1.001, -1.0, -0.999, -0.5, -0.01, 0.01, 0.7,
    0.9999, 1.0,
];

/// d/s from rings that all but touch to a ring and a point of the axis.
fn ratios() -> impl Iterator<Item = f64> {
    (0..=280).map(|k| 10_f64.powf(-14.0 + 0.05 * f64::from(k)))
}

#[test]
fn quadrature_knows_elliptic_integrals() {
    // K and E of the parameter k² = ½, Abramowitz and Stegun (1964), table 17.1: ⟨t^−½⟩ = (2/π) K, ⟨t^½⟩ = (2/π) E.
    let integrals = [(-0.5, 1.854_074_677_301_372), (0.5, 1.350_643_881_047_675_5)];
    for (nu, integral) in integrals {
        let [alpha, beta, _] = averages(nu, 0.5);
        assert!((alpha + beta - integral * std::f64::consts::FRAC_2_PI).abs() < 1e-14);
    }
    // α, β and κ of ν = −3/2 from K and E.
    let [k, e] = integrals.map(|(_, integral)| integral * std::f64::consts::FRAC_2_PI);
    let [alpha, beta, kappa] = averages(-1.5, 0.5);
    assert!((beta - 2.0 * (k - e)).abs() < 1e-14);
    assert!((alpha - 2.0 * (2.0 * e - k)).abs() < 1e-14);
    assert!((kappa - 8.0 * (3.0 * k - 4.0 * e)).abs() < 1e-13);
}

#[test]
fn quadrature_knows_what_is_elementary() {
    for ratio in ratios() {
        let near = ratio.sqrt();
        let expected = [1.0 / (near * (1.0 + near)), 1.0 / (1.0 + near), 2.0 / (1.0 + near).powi(2)];
        for (found, expected) in averages(-1.0, ratio).into_iter().zip(expected) {
            assert!((found / expected - 1.0).abs() < 2e-14, "d/s = {ratio:e}: {found} {expected}");
        }
        for (found, expected) in averages(0.0, ratio).into_iter().zip([0.5; 3]) {
            assert!((found / expected - 1.0).abs() < 2e-14);
        }
    }
}

#[test]
fn a_point_of_the_axis_is_at_one_distance_from_a_ring() {
    for nu in GAMMAS.map(|gamma| 0.5 * gamma) {
        for average in averages(nu, 1.0) {
            assert!((average - 0.5).abs() < 1e-14, "ν = {nu}");
        }
    }
}

/// α, β and κ of a law at some s and d.
struct Find<'a> {
    set: InstructionSet,
    squares: [f64; 2],
    delta_squared: f64,
    found: &'a mut [f64; 3],
}

struct FindBy<'a, B>(B, Find<'a>);

impl<B: Base> Kernel for FindBy<'_, B> {
    #[inline(always)]
    fn compute<L: Lanes>(self, lanes: L) {
        let Self(base, Find { squares: [s, d], delta_squared, found, .. }) = self;
        let [s, d] = [s + delta_squared, d + delta_squared].map(|square| lanes.splat(square));
        let distances: Distances<L> = base.distances(lanes, s, d);
        let singular = base.singular(lanes, &distances);
        let averages = base.averages(lanes, &distances, &singular);
        let averages = if delta_squared == 0.0 {
            base.plain(lanes, &distances, averages)
        } else {
            base.regularised(lanes, &distances, &singular, averages, lanes.splat(delta_squared))
        };
        let Averages { scale, alpha, beta, quarter_kappa } = averages;
        for (found, (average, factor)) in
            found.iter_mut().zip([(alpha, 1.0), (beta, 1.0), (quarter_kappa, 4.0)])
        {
            let mut values = [0.0; 8];
            lanes.store(lanes.mul(scale, average), &mut values);
            *found = factor * values[0];
        }
    }
}

impl WithBase for Find<'_> {
    fn compute(self, base: impl Base) {
        self.set.dispatch(FindBy(base, self));
    }
}

/// Relative errors of the fits are below 2e-12, and their terms cancel by at most a factor of two in an average.
const ACCURACY: f64 = 4e-12;

#[test]
fn averages_agree_with_quadrature_for_every_exponent_and_distance() {
    for gamma in GAMMAS {
        let law = RingLaw::new(gamma);
        for ratio in ratios() {
            let exact = averages(0.5 * gamma, ratio);
            // A scale that is not 1.
            let scale = 3.7_f64.powf(0.5 * gamma);
            for set in InstructionSet::available() {
                let mut found = [f64::NAN; 3];
                let squares = [3.7, 3.7 * ratio];
                law.with_base(Find { set, squares, delta_squared: 0.0, found: &mut found });
                for (found, exact) in found.into_iter().zip(exact) {
                    let error = (found / (exact * scale) - 1.0).abs();
                    assert!(error < ACCURACY, "γ = {gamma}, d/s = {ratio:e}, {}: {error:e}", set.name());
                }
            }
        }
    }
}

#[test]
fn regularised_averages_agree_with_the_series_of_quadratures() {
    for gamma in GAMMAS {
        let law = RingLaw::new(gamma);
        let coefficients = Series::between_particles(gamma, 3).coefficients();
        for (ratio, delta_squared) in
            ratios().step_by(4).flat_map(|ratio| [1e-8, 1e-3, 0.3, 20.0].map(|square| (ratio, square)))
        {
            let [s, d] = [1.0 + delta_squared, ratio + delta_squared];
            let mut exact = [0.0; 3];
            let mut sizes = [0.0; 3];
            for k in 0..=coefficients.len() {
                let nu = 0.5 * gamma - k as f64;
                let factor = delta_squared.powi(k as i32)
                    * s.powf(nu)
                    * if k == 0 { 1.0 } else { coefficients[k - 1] };
                for (at, average) in averages(nu, d / s).into_iter().enumerate() {
                    exact[at] += factor * average;
                    sizes[at] += (factor * average).abs();
                }
            }
            for set in InstructionSet::available() {
                let mut found = [f64::NAN; 3];
                law.with_base(Find { set, squares: [1.0, ratio], delta_squared, found: &mut found });
                for at in 0..3 {
                    let error = (found[at] - exact[at]).abs() / sizes[at];
                    assert!(
                        error < ACCURACY,
                        "γ = {gamma}, d/s = {ratio:e}, δ² = {delta_squared}: {error:e}"
                    );
                }
            }
        }
    }
}
