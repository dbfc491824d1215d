//! The Halton sequence.

/// Point `index` + 1 of the Halton sequence (Halton 1960): radical inverses in the bases 2, 3, 5, inside
/// the open unit cube.
pub fn halton_point<const D: usize>(index: usize) -> [f64; D] {
    std::array::from_fn(|axis| {
        let base = [2, 3, 5][axis];
        let (mut rest, mut digit, mut inverse) = (index + 1, 1.0, 0.0);
        while rest > 0 {
            digit /= base as f64;
            inverse += digit * (rest % base) as f64;
            rest /= base;
        }
        inverse
    })
}
