//! Vectors and symmetric matrices of three dimensions. A matrix is xx, yy, zz, xy, xz, yz.

/// A vector.
pub type Vector = [f64; 3];

/// A symmetric matrix.
pub type Symmetric = [f64; 6];

/// The place of an element of a matrix among the six.
pub const PLACE: [[usize; 3]; 3] = [[0, 3, 4], [3, 1, 5], [4, 5, 2]];

#[inline]
pub fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[inline]
pub fn times(m: &Symmetric, v: Vector) -> Vector {
    [
        m[0] * v[0] + m[3] * v[1] + m[4] * v[2],
        m[3] * v[0] + m[1] * v[1] + m[5] * v[2],
        m[4] * v[0] + m[5] * v[1] + m[2] * v[2],
    ]
}

/// a : b.
#[inline]
pub fn contracted(a: &Symmetric, b: &Symmetric) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + 2.0 * (a[3] * b[3] + a[4] * b[4] + a[5] * b[5])
}

#[inline]
pub fn trace(m: &Symmetric) -> f64 {
    m[0] + m[1] + m[2]
}

/// a + factor b.
#[inline]
pub fn plus(a: Vector, factor: f64, b: Vector) -> Vector {
    [a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]]
}

/// v vᵀ.
#[inline]
pub fn square(v: Vector) -> Symmetric {
    [v[0] * v[0], v[1] * v[1], v[2] * v[2], v[0] * v[1], v[0] * v[2], v[1] * v[2]]
}
