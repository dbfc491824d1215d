//! What a way to average over the angle between two shells gives.

use crate::kernel::lanes::Lanes;

/// κ of two shells.
pub trait Average: Copy + Sync {
    /// From S and D, which include δ².
    fn average<L: Lanes, const REGULARISED: bool>(
        self,
        lanes: L,
        roots: [L::Vector; 2],
        delta_squared: L::Vector,
    ) -> L::Vector;
}
