//! Lanes of AVX2 with fused multiply-add: four numbers in a vector.

use std::arch::x86_64::*;

use super::vector::{Kernel, Lanes, NEAREST_SQUARE};

/// Exists only inside [`compute`], on machines that have AVX2 and FMA.
#[derive(Debug, Clone, Copy)]
pub struct Avx2(());

/// Compiles a kernel for AVX2 with FMA.
#[target_feature(enable = "avx2,fma")]
pub fn compute(kernel: impl Kernel) {
    kernel.compute(Avx2(()));
}

/// An expression of intrinsics that only need the instruction set.
macro_rules! vector {
    ($($body:tt)*) => {
        // SAFETY: an `Avx2` exists only where the machine has AVX2 and FMA, and the intrinsics
        // here touch no memory.
        unsafe { $($body)* }
    };
}

impl Lanes for Avx2 {
    type Vector = __m256d;
    const WIDTH: usize = 4;
    const TARGETS: usize = 1;

    #[inline(always)]
    fn splat(self, x: f64) -> __m256d {
        vector!(_mm256_set1_pd(x))
    }

    #[inline(always)]
    fn load(self, from: &[f64]) -> __m256d {
        assert!(from.len() >= Self::WIDTH);
        // SAFETY: the slice holds four numbers; the load needs no alignment.
        unsafe { _mm256_loadu_pd(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, x: __m256d, to: &mut [f64]) {
        assert!(to.len() >= Self::WIDTH);
        // SAFETY: the slice holds four numbers; the store needs no alignment.
        unsafe { _mm256_storeu_pd(to.as_mut_ptr(), x) }
    }

    #[inline(always)]
    fn vectors_mut(self, numbers: &mut [f64]) -> &mut [__m256d] {
        let (start, vectors) = (numbers.as_mut_ptr().cast::<__m256d>(), numbers.len() / Self::WIDTH);
        assert!(start.is_aligned());
        // SAFETY: so many whole vectors lie there, aligned, borrowed exclusively, and any bits are numbers.
        unsafe { std::slice::from_raw_parts_mut(start, vectors) }
    }

    #[inline(always)]
    fn add(self, x: __m256d, y: __m256d) -> __m256d {
        vector!(_mm256_add_pd(x, y))
    }

    #[inline(always)]
    fn sub(self, x: __m256d, y: __m256d) -> __m256d {
        vector!(_mm256_sub_pd(x, y))
    }

    #[inline(always)]
    fn mul(self, x: __m256d, y: __m256d) -> __m256d {
        vector!(_mm256_mul_pd(x, y))
    }

    #[inline(always)]
    fn mul_add(self, x: __m256d, y: __m256d, z: __m256d) -> __m256d {
        vector!(_mm256_fmadd_pd(x, y, z))
    }

    #[inline(always)]
    fn neg_mul_add(self, x: __m256d, y: __m256d, z: __m256d) -> __m256d {
        vector!(_mm256_fnmadd_pd(x, y, z))
    }

    #[inline(always)]
    fn sum(self, x: __m256d) -> f64 {
        vector! {
            let pairs = _mm_add_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd::<1>(x));
            _mm_cvtsd_f64(_mm_add_sd(pairs, _mm_unpackhi_pd(pairs, pairs)))
        }
    }

    #[inline(always)]
    fn reciprocal(self, x: __m256d) -> __m256d {
        self.zero_if_near(vector!(_mm256_div_pd(_mm256_set1_pd(1.0), x)), x)
    }

    /// By square root and division. That is faster here than an integer estimate with two corrections.
    #[inline(always)]
    fn reciprocal_root(self, x: __m256d) -> __m256d {
        let y = vector!(_mm256_div_pd(_mm256_set1_pd(1.0), _mm256_sqrt_pd(x)));
        self.zero_if_near(y, x)
    }

    #[inline(always)]
    fn root(self, x: __m256d) -> __m256d {
        vector!(_mm256_sqrt_pd(x))
    }

    #[inline(always)]
    fn zero_if_near(self, x: __m256d, square: __m256d) -> __m256d {
        vector! {
            let nearest = _mm256_set1_pd(NEAREST_SQUARE);
            _mm256_and_pd(x, _mm256_cmp_pd::<_CMP_NLT_UQ>(square, nearest))
        }
    }

    #[inline(always)]
    fn exponent(self, x: __m256d) -> __m256d {
        // The bits 2⁵² + k are the number 2⁵² + k.
        vector! {
            let two52 = _mm256_set1_pd(4503599627370496.0);
            let biased = _mm256_castsi256_pd(_mm256_srli_epi64::<52>(_mm256_castpd_si256(x)));
            _mm256_sub_pd(_mm256_or_pd(biased, two52), _mm256_set1_pd(4503599627370496.0 + 1023.0))
        }
    }

    #[inline(always)]
    fn mantissa(self, x: __m256d) -> __m256d {
        vector! {
            let fraction = _mm256_castsi256_pd(_mm256_set1_epi64x((1 << 52) - 1));
            _mm256_or_pd(_mm256_and_pd(x, fraction), _mm256_set1_pd(1.0))
        }
    }

    #[inline(always)]
    fn middle(self, m: __m256d) -> __m256d {
        vector! {
            let top = _mm256_castsi256_pd(_mm256_set1_epi64x(0xFFFF << 48));
            let half = _mm256_castsi256_pd(_mm256_set1_epi64x(1 << 47));
            _mm256_or_pd(_mm256_and_pd(m, top), half)
        }
    }

    #[inline(always)]
    fn lookup(self, table: &[f64; 16], m: __m256d) -> __m256d {
        // SAFETY: the features as above; the four indices are masked to 0..16, the table's length.
        unsafe {
            let sixteenth = _mm256_srli_epi64::<48>(_mm256_castpd_si256(m));
            let index = _mm256_and_si256(sixteenth, _mm256_set1_epi64x(15));
            _mm256_i64gather_pd::<8>(table.as_ptr(), index)
        }
    }

    #[inline(always)]
    fn round(self, x: __m256d) -> __m256d {
        vector!(_mm256_round_pd::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(x))
    }

    #[inline(always)]
    fn scale(self, x: __m256d, n: __m256d) -> __m256d {
        // The low bits of 3·2⁵¹ + 1023 + n are those of 1023 + n, the biased exponent of 2ⁿ.
        vector! {
            let n = _mm256_max_pd(n, _mm256_set1_pd(-1021.0));
            let integers = _mm256_set1_pd(6755399441055744.0 + 1023.0);
            let power = _mm256_slli_epi64::<52>(_mm256_castpd_si256(_mm256_add_pd(n, integers)));
            _mm256_mul_pd(x, _mm256_castsi256_pd(power))
        }
    }
}
