//! The formulas of single pairs: pure functions of numbers, knowing no clouds, threads or files.

pub mod exponential;
mod fit;
pub mod interaction;
pub mod lanes;
pub mod logarithm;
pub mod pair;
pub mod power;
pub mod rings;
pub mod series;
pub mod shells;
