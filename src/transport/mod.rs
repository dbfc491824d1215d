//! Transport coefficients by impulse response.

pub mod mode;
pub mod response;
