#[path = "common/fit.rs"]
mod fit;
#[path = "common/solver.rs"]
mod solver;
#[path = "physics/weights.rs"]
mod weights;
