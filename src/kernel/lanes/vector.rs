//! The interface between kernels and instruction sets: SIMD vectors of f64, and kernels generic over them.

/// Squared distances below this count as zero: the particles coincide and do not interact.
///
/// 2⁻⁶⁸⁰ keeps |z|⁻³ and all products with it finite. It corresponds to a distance of 4.5e-103. That is far
/// below the spacing of floating-point numbers near any velocity that is not itself so small. Distances above
/// 2³⁴⁰ = 2e102 are out of range too: there powers underflow to zero or overflow.
pub const NEAREST_SQUARE: f64 = f64::from_bits((1023 - 680) << 52);

/// SIMD vectors of f64 of one instruction set. A value of this type is a token that proves that the machine
/// has it.
///
/// Arithmetic follows IEEE 754 lane by lane, including NaN. Only [`mul_add`](Lanes::mul_add) and
/// [`neg_mul_add`](Lanes::neg_mul_add) may round once or twice, depending on the instruction set.
pub trait Lanes: Copy {
    /// A vector of `WIDTH` numbers.
    type Vector: Copy;
    /// Numbers in a vector: a power of two of at most 8.
    const WIDTH: usize;
    /// The number of target vectors that one pass over the sources serves, limited by the registers.
    const TARGETS: usize;

    fn splat(self, x: f64) -> Self::Vector;
    /// A vector of each number.
    #[inline(always)]
    fn splats<const N: usize>(self, numbers: [f64; N]) -> [Self::Vector; N] {
        let mut vectors = [self.splat(0.0); N];
        for k in 0..N {
            vectors[k] = self.splat(numbers[k]);
        }
        vectors
    }
    /// The first `WIDTH` numbers of a slice.
    fn load(self, from: &[f64]) -> Self::Vector;
    /// Overwrites the first `WIDTH` numbers of a slice.
    fn store(self, x: Self::Vector, to: &mut [f64]);
    /// The numbers of a slice as vectors, without those left over.
    ///
    /// # Panics
    ///
    /// If the slice does not begin where a vector may.
    fn vectors_mut(self, numbers: &mut [f64]) -> &mut [Self::Vector];
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
    /// √x to 2 ulp for x ≥ [`NEAREST_SQUARE`], NaN for NaN.
    fn root(self, x: Self::Vector) -> Self::Vector;
    /// x, but zero in lanes where `square` is below [`NEAREST_SQUARE`].
    fn zero_if_near(self, x: Self::Vector, square: Self::Vector) -> Self::Vector;

    /// The exponent e of x = 2ᵉ m with 1 ≤ m < 2; unspecified unless x is normal.
    fn exponent(self, x: Self::Vector) -> Self::Vector;
    /// The mantissa m of x = 2ᵉ m with 1 ≤ m < 2; unspecified unless x is normal.
    fn mantissa(self, x: Self::Vector) -> Self::Vector;
    /// [1, 2) is divided into 16 equal intervals. The middle of the one that contains m.
    fn middle(self, m: Self::Vector) -> Self::Vector;
    /// The entry of the table for the one of these 16 intervals that contains m.
    fn lookup(self, table: &[f64; 16], m: Self::Vector) -> Self::Vector;
    /// The nearest integer, for |x| < 2⁵¹.
    fn round(self, x: Self::Vector) -> Self::Vector;
    /// x 2ⁿ for an integer n and √½ ≤ x ≤ √2. For n below −1021 the result is at most 2⁻¹⁰²⁰.
    fn scale(self, x: Self::Vector, n: Self::Vector) -> Self::Vector;
}

/// Work that is compiled for every instruction set. `compute` and everything it calls must be
/// `#[inline(always)]`.
pub trait Kernel {
    fn compute<L: Lanes>(self, lanes: L);
}
