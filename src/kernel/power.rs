//! |z|^γ from |z|², for γ ∈ [−3, 1]: five exponents by multiplication and roots, any other by its
//! logarithm.
//!
//! Every power is exactly zero below [`NEAREST_SQUARE`](super::lanes::NEAREST_SQUARE), also where
//! γ ≤ 0: A(0) = 0 by definition.

use super::exponential::{polynomial, power_of_two};
use super::lanes::Lanes;
use super::series::{Series, TERMS};

/// One power law, known when a kernel is compiled.
pub trait Power: Copy + Sync {
    /// Whether γ = −3, for which A has a shorter form in three dimensions.
    const COULOMB: bool = false;

    /// Whether |z|² is to be increased by the spreads of both particles.
    const SOFTENED: bool = false;

    /// |z|^γ of |z|².
    fn power<L: Lanes>(self, lanes: L, square: L::Vector) -> L::Vector;

    /// |z|^γ and |z|⁻² of |z|².
    #[inline(always)]
    fn power_and_reciprocal<L: Lanes>(self, lanes: L, square: L::Vector) -> [L::Vector; 2] {
        [self.power(lanes, square), lanes.reciprocal(square)]
    }

    /// What A multiplies |z|² I − z zᵀ with, of |z|² and of the δ² of the pair: |z|^γ, unless regularised.
    #[inline(always)]
    fn strength<L: Lanes>(self, lanes: L, square: L::Vector, _delta_squared: L::Vector) -> L::Vector {
        self.power(lanes, square)
    }
}

/// A law of distances that the spreads of both particles add to.
#[derive(Debug, Clone, Copy)]
pub struct Softened<P>(pub P);

impl<P: Power> Power for Softened<P> {
    const SOFTENED: bool = true;

    #[inline(always)]
    fn power<L: Lanes>(self, lanes: L, square: L::Vector) -> L::Vector {
        self.0.power(lanes, square)
    }

    #[inline(always)]
    fn strength<L: Lanes>(self, lanes: L, square: L::Vector, delta_squared: L::Vector) -> L::Vector {
        self.0.strength(lanes, square, delta_squared)
    }
}

/// A law made regular by a [`Series`] in u = δ²/(|z|² + δ²).
#[derive(Debug, Clone, Copy)]
pub struct Regularised<P>(P, Series);

impl<P: Power> Power for Regularised<P> {
    #[inline(always)]
    fn power<L: Lanes>(self, lanes: L, square: L::Vector) -> L::Vector {
        self.0.power(lanes, square)
    }

    #[inline(always)]
    fn strength<L: Lanes>(self, lanes: L, square: L::Vector, delta_squared: L::Vector) -> L::Vector {
        let Self(law, series) = self;
        let [power, reciprocal] = law.power_and_reciprocal(lanes, lanes.add(square, delta_squared));
        lanes.mul(power, series.of(lanes, lanes.mul(delta_squared, reciprocal)))
    }
}

/// γ = −3.
#[derive(Debug, Clone, Copy)]
pub struct Coulomb;

impl Power for Coulomb {
    const COULOMB: bool = true;

    #[inline(always)]
    fn power<L: Lanes>(self, lanes: L, square: L::Vector) -> L::Vector {
        let [power, _] = self.power_and_reciprocal(lanes, square);
        power
    }

    #[inline(always)]
    fn power_and_reciprocal<L: Lanes>(self, lanes: L, square: L::Vector) -> [L::Vector; 2] {
        let y = lanes.reciprocal_root(square);
        let reciprocal = lanes.mul(y, y);
        [lanes.mul(reciprocal, y), reciprocal]
    }
}

/// γ = −2.
#[derive(Debug, Clone, Copy)]
pub struct InverseSquare;

impl Power for InverseSquare {
    #[inline(always)]
    fn power<L: Lanes>(self, lanes: L, square: L::Vector) -> L::Vector {
        lanes.reciprocal(square)
    }

    #[inline(always)]
    fn power_and_reciprocal<L: Lanes>(self, lanes: L, square: L::Vector) -> [L::Vector; 2] {
        [lanes.reciprocal(square); 2]
    }
}

/// γ = −1.
#[derive(Debug, Clone, Copy)]
pub struct Inverse;

impl Power for Inverse {
    #[inline(always)]
    fn power<L: Lanes>(self, lanes: L, square: L::Vector) -> L::Vector {
        lanes.reciprocal_root(square)
    }

    #[inline(always)]
    fn power_and_reciprocal<L: Lanes>(self, lanes: L, square: L::Vector) -> [L::Vector; 2] {
        let y = lanes.reciprocal_root(square);
        [y, lanes.mul(y, y)]
    }
}

/// γ = 0, Maxwell molecules.
#[derive(Debug, Clone, Copy)]
pub struct Maxwell;

impl Power for Maxwell {
    #[inline(always)]
    fn power<L: Lanes>(self, lanes: L, _: L::Vector) -> L::Vector {
        lanes.splat(1.0)
    }
}

/// γ = 1, hard spheres.
#[derive(Debug, Clone, Copy)]
pub struct HardSpheres;

impl Power for HardSpheres {
    #[inline(always)]
    fn power<L: Lanes>(self, lanes: L, square: L::Vector) -> L::Vector {
        lanes.mul(square, lanes.reciprocal_root(square))
    }

    #[inline(always)]
    fn power_and_reciprocal<L: Lanes>(self, lanes: L, square: L::Vector) -> [L::Vector; 2] {
        let y = lanes.reciprocal_root(square);
        [lanes.mul(square, y), lanes.mul(y, y)]
    }
}

/// Any γ: |z|^γ = 2^t, t = α log₂|z|², α = γ/2.
///
/// With |z|² = 2ᵉ m and c the middle of the sixteenth of [1, 2) that holds m,
/// t = α e + α log₂ c + α log₂(1 + x), x = (m − c)/c. The leading bits of the first two terms add
/// exactly, and the nearest integer leaves the sum before the rest enters: t mod 1 is right to 2⁻⁵⁴
/// and the power to 2 ulp.
#[derive(Debug, Clone, Copy)]
pub struct General {
    /// α: the leading 32 bits, whose product with an exponent is exact, and the others.
    exponent_high: f64,
    exponent_low: f64,
    /// 1/c.
    reciprocal_middles: [f64; 16],
    /// α log₂ c: a multiple of 2⁻⁴⁰, and what is left.
    logarithms_high: [f64; 16],
    logarithms_low: [f64; 16],
    /// Coefficients of α log₂(1 + x)/x.
    series: [f64; 8],
}

/// log₂ c for the middles c = 33/32, 35/32 … 63/32 of the sixteenths: a number and its rounding.
const LOGARITHMS: [(f64, f64); 16] = [
    (0.044394119358453436, 1.3338680039226223e-18),
    (0.12928301694496647, -1.147571414337692e-17),
    (0.20945336562894978, -1.747801539116594e-18),
    (0.28540221886224837, -2.726283638197372e-17),
    (0.3575520046180837, 1.8984820907705057e-17),
    (0.42626475470209796, -1.9932012137193316e-17),
    (0.4918530963296747, -1.0820682119194486e-17),
    (0.5545888516776374, -1.2269989151629687e-17),
    (0.6147098441152082, -2.2208024293925304e-17),
    (0.6724253419714956, -2.6214744450027748e-17),
    (0.7279204545631992, -2.476475356878588e-17),
    (0.7813597135246596, -7.522378350087652e-19),
    (0.8328900141647416, 5.415287952402795e-17),
    (0.8826430493618412, 2.2296523086165164e-17),
    (0.9307373375628862, 4.094087911381388e-17),
    (0.9772799234999164, 3.395815896151496e-17),
];

/// log₂(1 + x)/x ≈ Σ aₙ xⁿ for |x| ≤ 1/33; x times the error is below 1.4e-17 (least
/// squares at Chebyshev points).
const LOGARITHM: [f64; 8] = [
    1.4426950408889594,
    -0.7213475204444744,
    0.4808983470212702,
    -0.3606737602991847,
    0.28853877973105163,
    -0.24044892215801253,
    0.2064308693106707,
    -0.1806611205046524,
];

impl General {
    /// The power law of exponent `gamma`.
    pub fn new(gamma: f64) -> Self {
        let alpha = 0.5 * gamma;
        let exponent_high = f64::from_bits(alpha.to_bits() & (u64::MAX << 21));
        let two40 = (1_u64 << 40) as f64;
        let logarithms_high = LOGARITHMS.map(|(log, _)| (alpha * log * two40).round() / two40);
        Self {
            exponent_high,
            exponent_low: alpha - exponent_high,
            reciprocal_middles: std::array::from_fn(|k| 32.0 / (33 + 2 * k) as f64),
            logarithms_high,
            logarithms_low: std::array::from_fn(|k| {
                let (log, rounding) = LOGARITHMS[k];
                alpha.mul_add(log, -logarithms_high[k]) + alpha * rounding
            }),
            series: LOGARITHM.map(|a| alpha * a),
        }
    }
}

impl Power for &General {
    #[inline(always)]
    fn power<L: Lanes>(self, lanes: L, square: L::Vector) -> L::Vector {
        let e = lanes.exponent(square);
        let m = lanes.mantissa(square);
        let logarithm = lanes.lookup(&self.logarithms_high, m);
        let offset = lanes.sub(m, lanes.middle(m));
        let x = lanes.mul(offset, lanes.lookup(&self.reciprocal_middles, m));
        let high = lanes.mul(e, lanes.splat(self.exponent_high));
        let integer = lanes.round(lanes.add(high, logarithm));
        let fraction = lanes.add(lanes.sub(high, integer), logarithm);
        let low = lanes.lookup(&self.logarithms_low, m);
        let low = lanes.mul_add(e, lanes.splat(self.exponent_low), low);
        let small = lanes.mul_add(x, polynomial(lanes, &self.series, x), low);
        let t = lanes.add(fraction, small);
        lanes.zero_if_near(power_of_two(lanes, integer, t), square)
    }
}

/// Work that is compiled for every power law.
pub trait WithPower {
    fn compute(self, law: impl Power);
}

/// Work with a law that a series makes regular.
struct WithSeries<W>(W, Series);

impl<W: WithPower> WithPower for WithSeries<W> {
    fn compute(self, law: impl Power) {
        self.0.compute(Regularised(law, self.1));
    }
}

/// Work with a law that the spreads of both particles soften.
struct WithSpreads<W>(W);

impl<W: WithPower> WithPower for WithSpreads<W> {
    fn compute(self, law: impl Power) {
        self.0.compute(Softened(law));
    }
}

/// A power law by its exponent.
#[derive(Debug, Clone)]
pub enum PowerLaw {
    Coulomb,
    InverseSquare,
    Inverse,
    Maxwell,
    HardSpheres,
    General(Box<General>),
}

impl PowerLaw {
    /// The law of exponent `gamma`, in its shortest form.
    pub fn new(gamma: f64) -> Self {
        match gamma {
            -3.0 => Self::Coulomb,
            -2.0 => Self::InverseSquare,
            -1.0 => Self::Inverse,
            0.0 => Self::Maxwell,
            1.0 => Self::HardSpheres,
            _ => Self::General(Box::new(General::new(gamma))),
        }
    }

    /// Does work with the law as a type, made regular by a series if there is one.
    pub fn apply(&self, series: Option<Series>, work: impl WithPower) {
        match series {
            None => self.apply_plain(work),
            Some(series) => self.apply_plain(WithSeries(work, series)),
        }
    }

    /// The same, softened by the spreads of both particles.
    pub fn apply_softened(&self, series: Option<Series>, work: impl WithPower) {
        self.apply(series, WithSpreads(work));
    }

    fn apply_plain(&self, work: impl WithPower) {
        match self {
            Self::Coulomb => work.compute(Coulomb),
            Self::InverseSquare => work.compute(InverseSquare),
            Self::Inverse => work.compute(Inverse),
            Self::Maxwell => work.compute(Maxwell),
            Self::HardSpheres => work.compute(HardSpheres),
            Self::General(law) => work.compute(&**law),
        }
    }
}

/// A law that a kernel chooses while it runs, by a branch for each vector of pairs, where a kernel for each law would be much to
/// compile.
impl Power for &PowerLaw {
    #[inline(always)]
    fn power<L: Lanes>(self, lanes: L, square: L::Vector) -> L::Vector {
        let [power, _] = self.power_and_reciprocal(lanes, square);
        power
    }

    #[inline(always)]
    fn power_and_reciprocal<L: Lanes>(self, lanes: L, square: L::Vector) -> [L::Vector; 2] {
        match self {
            PowerLaw::Coulomb => Coulomb.power_and_reciprocal(lanes, square),
            PowerLaw::InverseSquare => InverseSquare.power_and_reciprocal(lanes, square),
            PowerLaw::Inverse => Inverse.power_and_reciprocal(lanes, square),
            PowerLaw::Maxwell => Maxwell.power_and_reciprocal(lanes, square),
            PowerLaw::HardSpheres => HardSpheres.power_and_reciprocal(lanes, square),
            PowerLaw::General(law) => (&**law).power_and_reciprocal(lanes, square),
        }
    }
}

/// A [`PowerLaw`] that is made regular by a series, if there is one, both known when a kernel runs.
#[derive(Debug, Clone, Copy)]
pub struct ChosenPower<'a> {
    pub law: &'a PowerLaw,
    pub series: Option<Series>,
}

impl Power for ChosenPower<'_> {
    #[inline(always)]
    fn power<L: Lanes>(self, lanes: L, square: L::Vector) -> L::Vector {
        self.law.power(lanes, square)
    }

    #[inline(always)]
    fn strength<L: Lanes>(self, lanes: L, square: L::Vector, delta_squared: L::Vector) -> L::Vector {
        match self.series {
            None => self.law.power(lanes, square),
            Some(series) => Regularised(self.law, series).strength(lanes, square, delta_squared),
        }
    }
}

/// Floating-point operations of one ordered pair on its own, the measure of the machine's peak: a
/// fused multiply-add counts two.
///
/// In three dimensions z, g_p − g_q, |z|² and z·(g_p − g_q) take 16; for γ = −3 the rest of
/// A(z)(g_p − g_q) 8, its weight and its addition 7, and 1/|z| is counted as 7: 38. Another γ takes
/// 16 + 9 + 7 and its power. In two dimensions A(z) g = |z|^γ z⊥ (z⊥·g) makes it 16 and the power.
/// Reciprocals and roots count 7 (the kernels spend 8 and 10, or a division), a general power 48.
/// Pair symmetry spares almost half of all this, so a share of the peak in these operations can
/// exceed 1.
///
/// Regularised, every γ but 0 takes the longer form of A, and |z|² + δ², u, two for each term of the series and its
/// product with the power; 1/(|z|² + δ²) is a multiplication where it is the square of a root, none for γ = −2, and
/// 7 for a general power.
pub fn flops_per_ordered_pair(dimension: usize, gamma: f64, regularised: bool) -> u32 {
    let law = PowerLaw::new(gamma);
    let pair = match (dimension, &law) {
        (2, PowerLaw::Maxwell) => 15,
        (2, _) => 16,
        (_, PowerLaw::Maxwell) => 31,
        (_, PowerLaw::Coulomb) if !regularised => 29,
        _ => 32,
    };
    let series = match (regularised, &law) {
        (false, _) | (_, PowerLaw::Maxwell) => 0,
        _ => 3 + 2 * TERMS as u32 + reciprocal_flops(&law),
    };
    pair + power_flops(&law) + series
}

/// Of 1/|z|² beside the power.
fn reciprocal_flops(law: &PowerLaw) -> u32 {
    match law {
        PowerLaw::Maxwell | PowerLaw::Coulomb | PowerLaw::InverseSquare => 0,
        PowerLaw::Inverse | PowerLaw::HardSpheres => 1,
        PowerLaw::General(_) => 7,
    }
}

fn power_flops(law: &PowerLaw) -> u32 {
    match law {
        PowerLaw::Maxwell => 0,
        PowerLaw::InverseSquare | PowerLaw::Inverse => 7,
        PowerLaw::HardSpheres => 8,
        PowerLaw::Coulomb => 9,
        PowerLaw::General(_) => 48,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::lanes::{InstructionSet, Kernel, NEAREST_SQUARE};
    use crate::random::Numbers;

    struct Map<'a, P>(P, &'a [f64], &'a mut [f64]);

    impl<P: Power> Kernel for Map<'_, P> {
        #[inline(always)]
        fn compute<L: Lanes>(self, lanes: L) {
            for (x, y) in self.1.chunks_exact(L::WIDTH).zip(self.2.chunks_exact_mut(L::WIDTH)) {
                lanes.store(self.0.power(lanes, lanes.load(x)), y);
            }
        }
    }

    fn powers(set: InstructionSet, law: impl Power, squares: &[f64]) -> Vec<f64> {
        let mut powers = vec![f64::NAN; squares.len()];
        set.dispatch(Map(law, squares, &mut powers));
        powers
    }

    /// All sizes, dense around 1, the edges of the sixteenths, and just above the threshold.
    fn squares() -> Vec<f64> {
        let mut squares = vec![NEAREST_SQUARE, 1.0, f64::from_bits(1.0_f64.to_bits() - 1), 4.0];
        let mut numbers = Numbers(1);
        for k in 0..400_000 {
            let bits = numbers.bits();
            let exponent = if k % 2 == 0 { 1021 + k % 5 } else { 343 + bits % 1700 };
            squares.push(f64::from_bits(exponent << 52 | bits >> 12));
        }
        for k in 0..64_u64 {
            let edge = (1.0 + k as f64 / 64.0).to_bits();
            squares.extend([edge - 1, edge, edge + 1, edge + 2].map(f64::from_bits));
        }
        squares.resize(squares.len().next_multiple_of(8), 2.0);
        squares
    }

    struct Strengths<'a, P> {
        law: P,
        squares: &'a [f64],
        delta_squared: f64,
        strengths: &'a mut [f64],
    }

    impl<P: Power> Kernel for Strengths<'_, P> {
        #[inline(always)]
        fn compute<L: Lanes>(self, lanes: L) {
            let delta_squared = lanes.splat(self.delta_squared);
            for (x, y) in self.squares.chunks_exact(L::WIDTH).zip(self.strengths.chunks_exact_mut(L::WIDTH)) {
                lanes.store(self.law.strength(lanes, lanes.load(x), delta_squared), y);
            }
        }
    }

    fn strengths(set: InstructionSet, law: impl Power, squares: &[f64]) -> Vec<f64> {
        let mut strengths = vec![f64::NAN; squares.len()];
        set.dispatch(Strengths { law, squares, delta_squared: 0.3, strengths: &mut strengths });
        strengths
    }

    /// A chosen law beside the same as a type.
    struct Beside<'a>(InstructionSet, ChosenPower<'a>);

    impl WithPower for Beside<'_> {
        fn compute(self, law: impl Power) {
            let squares: Vec<f64> = (-400..400).map(|k| 1.05_f64.powi(k)).collect();
            let Self(set, chosen) = self;
            assert_eq!(strengths(set, law, &squares), strengths(set, chosen, &squares), "{set:?} {chosen:?}");
        }
    }

    #[test]
    fn a_law_that_is_chosen_while_a_kernel_runs_is_the_same() {
        for gamma in [-3.0, -2.5, -2.0, -1.0, 0.0, 0.7, 1.0] {
            let law = PowerLaw::new(gamma);
            for series in [None, Some(Series::between_particles(gamma, 3))] {
                for set in InstructionSet::available() {
                    law.apply(series, Beside(set, ChosenPower { law: &law, series }));
                }
            }
        }
    }

    fn ulps(x: f64, y: f64) -> u64 {
        x.to_bits().abs_diff(y.to_bits())
    }

    fn is_right_to(bound: u64, gamma: f64, law: impl Power) {
        let squares = squares();
        for set in InstructionSet::available() {
            let mut worst = 0;
            for (x, y) in squares.iter().zip(powers(set, law, &squares)) {
                let right = x.powf(0.5 * gamma);
                // Where the power is out of the normal range, its size is all that is asked.
                if (1e-306..1e306).contains(&right) {
                    worst = worst.max(ulps(y, right));
                } else {
                    assert!(if right < 1.0 { y < 1e-300 } else { y > 1e300 }, "{y} of {x}");
                }
            }
            assert!(worst <= bound, "γ = {gamma}, {}: {worst} ulp", set.name());
        }
    }

    #[test]
    fn general_powers_are_right_to_two_ulp() {
        for gamma in [-3.0, -2.9999, -2.5, -2.0, -1.3, -1.0, -1e-9, 0.0, 0.4, 1.0 / 3.0, 0.99, 1.0] {
            is_right_to(2, gamma, &General::new(gamma));
        }
    }

    #[test]
    fn special_powers_are_right_to_a_few_ulp() {
        is_right_to(5, -3.0, Coulomb);
        is_right_to(2, -2.0, InverseSquare);
        is_right_to(2, -1.0, Inverse);
        is_right_to(0, 0.0, Maxwell);
        is_right_to(3, 1.0, HardSpheres);
    }

    #[test]
    fn powers_of_coincident_particles_are_zero() {
        let below = f64::from_bits(NEAREST_SQUARE.to_bits() - 1);
        let squares = [0.0, 5e-324, 1e-310, 1e-300, below, 1e-250, 0.0, below];
        for set in InstructionSet::available() {
            assert_eq!(powers(set, Coulomb, &squares), [0.0; 8]);
            assert_eq!(powers(set, InverseSquare, &squares), [0.0; 8]);
            assert_eq!(powers(set, Inverse, &squares), [0.0; 8]);
            assert_eq!(powers(set, HardSpheres, &squares), [0.0; 8]);
            assert_eq!(powers(set, &General::new(-2.5), &squares), [0.0; 8]);
            assert_eq!(powers(set, &General::new(0.4), &squares), [0.0; 8]);
        }
    }
}
