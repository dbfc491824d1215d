//! Closed-form answers that runs are measured against.

pub mod bkw;
pub mod rates;
