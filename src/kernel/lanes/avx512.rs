//! Lanes of AVX-512 Foundation: eight numbers in a vector.

use std::arch::x86_64::*;

use super::vector::{Kernel, Lanes, NEAREST_SQUARE};

/// Exists only inside [`compute`], on machines that have AVX-512 Foundation.
#[derive(Debug, Clone, Copy)]
pub struct Avx512(());

/// Compiles a kernel for AVX-512 Foundation.
#[target_feature(enable = "avx512f")]
pub fn compute(kernel: impl Kernel) {
    kernel.compute(Avx512(()));
}

/// An expression of intrinsics that only need the instruction set.
macro_rules! vector {
    ($($body:tt)*) => {
        // SAFETY: an `Avx512` exists only where the machine has AVX-512 Foundation, and the
        // intrinsics here touch no memory.
        unsafe { $($body)* }
    };
}

impl Avx512 {
    #[inline(always)]
    fn is_apart(self, square: __m512d) -> __mmask8 {
        vector!(_mm512_cmp_pd_mask::<_CMP_NLT_UQ>(square, _mm512_set1_pd(NEAREST_SQUARE)))
    }
}

impl Lanes for Avx512 {
    type Vector = __m512d;
    const WIDTH: usize = 8;
    const TARGETS: usize = 2;

    #[inline(always)]
    fn splat(self, x: f64) -> __m512d {
        vector!(_mm512_set1_pd(x))
    }

    #[inline(always)]
    fn load(self, from: &[f64]) -> __m512d {
        assert!(from.len() >= Self::WIDTH);
        // SAFETY: the slice holds eight numbers; the load needs no alignment.
        unsafe { _mm512_loadu_pd(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, x: __m512d, to: &mut [f64]) {
        assert!(to.len() >= Self::WIDTH);
        // SAFETY: the slice holds eight numbers; the store needs no alignment.
        unsafe { _mm512_storeu_pd(to.as_mut_ptr(), x) }
    }

    #[inline(always)]
    fn vectors_mut(self, numbers: &mut [f64]) -> &mut [__m512d] {
        let (start, vectors) = (numbers.as_mut_ptr().cast::<__m512d>(), numbers.len() / Self::WIDTH);
        assert!(start.is_aligned());
        // SAFETY: so many whole vectors lie there, aligned, borrowed exclusively, and any bits are numbers.
        unsafe { std::slice::from_raw_parts_mut(start, vectors) }
    }

    #[inline(always)]
    fn add(self, x: __m512d, y: __m512d) -> __m512d {
        vector!(_mm512_add_pd(x, y))
    }

    #[inline(always)]
    fn sub(self, x: __m512d, y: __m512d) -> __m512d {
        vector!(_mm512_sub_pd(x, y))
    }

    #[inline(always)]
    fn mul(self, x: __m512d, y: __m512d) -> __m512d {
        vector!(_mm512_mul_pd(x, y))
    }

    #[inline(always)]
    fn mul_add(self, x: __m512d, y: __m512d, z: __m512d) -> __m512d {
        vector!(_mm512_fmadd_pd(x, y, z))
    }

    #[inline(always)]
    fn neg_mul_add(self, x: __m512d, y: __m512d, z: __m512d) -> __m512d {
        vector!(_mm512_fnmadd_pd(x, y, z))
    }

    #[inline(always)]
    fn sum(self, x: __m512d) -> f64 {
        vector!(_mm512_reduce_add_pd(x))
    }

    /// The 14-bit estimate y and one correction of fourth order in e = 1 − x y. It leaves an error of
    /// |e|⁴ ≤ 2⁻⁵⁶.
    #[inline(always)]
    fn reciprocal(self, x: __m512d) -> __m512d {
        let y = vector!(_mm512_rcp14_pd(x));
        let e = self.neg_mul_add(x, y, self.splat(1.0));
        let series = self.mul_add(self.mul_add(e, e, e), e, e);
        vector!(_mm512_maskz_fmadd_pd(self.is_apart(x), y, series, y))
    }

    /// The 14-bit estimate y and one correction of fourth order in e = 1 − x y². With |e| ≤ 2⁻¹³ it leaves an
    /// error of 35/128 e⁴ ≤ 6e-17.
    #[inline(always)]
    fn reciprocal_root(self, x: __m512d) -> __m512d {
        let y = vector!(_mm512_rsqrt14_pd(x));
        let e = self.neg_mul_add(self.mul(x, y), y, self.splat(1.0));
        let series = self.mul_add(self.splat(0.3125), e, self.splat(0.375));
        let series = self.mul_add(series, e, self.splat(0.5));
        vector!(_mm512_maskz_fmadd_pd(self.is_apart(x), self.mul(y, e), series, y))
    }

    /// By the estimate of 1/√x, which is faster than the root itself.
    #[inline(always)]
    fn root(self, x: __m512d) -> __m512d {
        self.mul(x, self.reciprocal_root(x))
    }

    #[inline(always)]
    fn zero_if_near(self, x: __m512d, square: __m512d) -> __m512d {
        vector!(_mm512_maskz_mov_pd(self.is_apart(square), x))
    }

    #[inline(always)]
    fn exponent(self, x: __m512d) -> __m512d {
        vector!(_mm512_getexp_pd(x))
    }

    #[inline(always)]
    fn mantissa(self, x: __m512d) -> __m512d {
        vector!(_mm512_getmant_pd::<_MM_MANT_NORM_1_2, _MM_MANT_SIGN_ZERO>(x))
    }

    #[inline(always)]
    fn middle(self, m: __m512d) -> __m512d {
        vector! {
            let top = _mm512_set1_epi64(0xFFFF << 48);
            let half = _mm512_set1_epi64(1 << 47);
            // (m AND top) OR half
            let bits = _mm512_ternarylogic_epi64::<0xEA>(_mm512_castpd_si512(m), top, half);
            _mm512_castsi512_pd(bits)
        }
    }

    #[inline(always)]
    fn lookup(self, table: &[f64; 16], m: __m512d) -> __m512d {
        let (low, high) = (self.load(&table[..8]), self.load(&table[8..]));
        // The permutation looks at the lowest four bits of each index.
        vector! {
            let sixteenth = _mm512_srli_epi64::<48>(_mm512_castpd_si512(m));
            _mm512_permutex2var_pd(low, sixteenth, high)
        }
    }

    #[inline(always)]
    fn round(self, x: __m512d) -> __m512d {
        vector!(_mm512_roundscale_pd::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(x))
    }

    #[inline(always)]
    fn scale(self, x: __m512d, n: __m512d) -> __m512d {
        vector!(_mm512_scalef_pd(x, n))
    }
}
