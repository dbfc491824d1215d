//! Gauss–Legendre quadrature over radial panels and the cosine of the angle to the axis.

use super::jet::Jet;
use crate::functionals::axisymmetric::Point;
use gauss_quad::GaussLegendre;
use std::num::NonZeroUsize;

/// Nodes and weights of n points on [−1, 1].
pub fn rule(n: usize) -> Vec<(f64, f64)> {
    let n = NonZeroUsize::new(n).unwrap_or(NonZeroUsize::MIN);
    GaussLegendre::new(n).as_node_weight_pairs().to_vec()
}

/// Nodes and weights on an interval.
pub fn on_interval(rule: &[(f64, f64)], low: f64, high: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
    let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
    rule.iter().map(move |(node, weight)| (middle + half * node, half * weight))
}

/// Nodes with weights on panels, `per_panel` of them in each.
pub fn nodes(panels: &[(f64, f64)], per_panel: usize) -> Vec<(f64, f64)> {
    let rule = rule(per_panel);
    panels.iter().flat_map(|&(low, high)| on_interval(&rule, low, high)).collect()
}

/// A quadrature point, from its volume and the logarithm of the density with its derivatives.
pub fn point(r: f64, mu: f64, volume: f64, log: Jet<6>) -> Point {
    Point {
        r,
        mu,
        mass: volume * log.value().exp(),
        log: log.value(),
        along_r: log.derivative(1, 0),
        along_mu: log.derivative(0, 1),
        mixed: log.derivative(1, 1),
        twice_mu: log.derivative(0, 2),
    }
}
