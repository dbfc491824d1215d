//! Vectors of f64 as a kernel sees them, and kernels as an instruction set sees them.

/// Squared distances below this count as zero: the particles coincide and do not interact.
///
/// 2⁻⁶⁸⁰ keeps |z|⁻³ and all products with it finite. It is a distance of 4.5e-103, far below the
/// spacing of the numbers around any velocity that is not itself that small. Distances above
/// 2³⁴⁰ = 2e102 are equally out of range: there, powers go to zero or cease to be finite.
pub const NEAREST_SQUARE: f64 = f64::from_bits((1023 - 680) << 52);

/// A few f64 handled by one instruction, as a token that proves the machine has it.
///
/// Arithmetic follows IEEE 754 lane by lane, NaN included; only [`mul_add`](Lanes::mul_add) and
/// [`neg_mul_add`](Lanes::neg_mul_add) may round once or twice, by instruction set.
pub trait Lanes: Copy {
    /// `WIDTH` numbers.
    type Vector: Copy;
    /// Numbers in a vector: a power of two of at most 8.
    const WIDTH: usize;
    /// Vectors of targets that one pass over the sources serves; what the registers hold.
    const TARGETS: usize;

    fn splat(self, x: f64) -> Self::Vector;
    /// The first `WIDTH` numbers of a slice.
    fn load(self, from: &[f64]) -> Self::Vector;
    /// Overwrites the first `WIDTH` numbers of a slice.
    fn store(self, x: Self::Vector, to: &mut [f64]);
    fn add(self, x: Self::Vector, y: Self::Vector) -> Self::Vector;
    fn sub(self, x: Self::Vector, y: Self::Vector) -> Self::Vector;
    fn mul(self, x: Self::Vector, y: Self::Vector) -> Self::Vector;
    /// x y + z
    fn mul_add(self, x: Self::Vector, y: Self::Vector, z: Self::Vector) -> Self::Vector;
    /// z − x y
    fn neg_mul_add(self, x: Self::Vector, y: Self::Vector, z: Self::Vector) -> Self::Vector;
    /// The sum over the lanes, always in the same order.
    fn sum(self, x: Self::Vector) -> f64;

    /// 1/x to 2 ulp, exactly zero for x below [`NEAREST_SQUARE`], NaN for NaN.
    fn reciprocal(self, x: Self::Vector) -> Self::Vector;
    /// 1/√x to 2 ulp, exactly zero for x below [`NEAREST_SQUARE`], NaN for NaN.
    fn reciprocal_root(self, x: Self::Vector) -> Self::Vector;
    /// x, with zero wherever `square` is below [`NEAREST_SQUARE`].
    fn zero_if_near(self, x: Self::Vector, square: Self::Vector) -> Self::Vector;

    /// The exponent e of x = 2ᵉ m, 1 ≤ m < 2; unspecified unless x is normal.
    fn exponent(self, x: Self::Vector) -> Self::Vector;
    /// The mantissa m of x = 2ᵉ m, 1 ≤ m < 2; unspecified unless x is normal.
    fn mantissa(self, x: Self::Vector) -> Self::Vector;
    /// The middle of the sixteenth of [1, 2) that holds m.
    fn middle(self, m: Self::Vector) -> Self::Vector;
    /// The table's entry for the sixteenth of [1, 2) that holds m.
    fn lookup(self, table: &[f64; 16], m: Self::Vector) -> Self::Vector;
    /// The nearest integer, for |x| < 2⁵¹.
    fn round(self, x: Self::Vector) -> Self::Vector;
    /// x 2ⁿ for an integer n and √½ ≤ x ≤ √2; for n below −1021 at most 2⁻¹⁰²⁰.
    fn scale(self, x: Self::Vector, n: Self::Vector) -> Self::Vector;
}

/// Work that is compiled for every instruction set. `compute` must be `#[inline(always)]`, and
/// everything it calls with it.
pub trait Kernel {
    fn compute<L: Lanes>(self, lanes: L);
}
