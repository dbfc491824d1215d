//! The disturbances of a Maxwellian that drive transport, and the fluxes that answer.
//!
//! In c = (v − u)/√(T/m), along an axis x:
//!
//! | mode | function | driven by | its moment is |
//! |---|---|---|---|
//! | flow | c_x | a force | the flux of particles over √(T/m) |
//! | heat | c_x (c² − 5)/2 | a gradient of the temperature at constant pressure | the flux of heat over T √(T/m) |
//! | stress | c_x² − c²/3 | a gradient of the mean velocity | the stress over T |

/// A function of the velocity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Flow,
    Heat,
    Stress,
}

impl Mode {
    /// At a velocity in thermal speeds relative to the mean.
    pub fn at<const D: usize>(self, axis: usize, c: [f64; D]) -> f64 {
        let square: f64 = c.iter().map(|component| component * component).sum();
        match self {
            Self::Flow => c[axis],
            Self::Heat => 0.5 * c[axis] * (square - 5.0),
            Self::Stress => c[axis] * c[axis] - square / 3.0,
        }
    }

    /// Its derivative along a direction.
    pub fn slope<const D: usize>(self, axis: usize, c: [f64; D], direction: [f64; D]) -> f64 {
        let square: f64 = c.iter().map(|component| component * component).sum();
        let along: f64 = c.iter().zip(direction).map(|(component, d)| component * d).sum();
        match self {
            Self::Flow => direction[axis],
            Self::Heat => 0.5 * direction[axis] * (square - 5.0) + c[axis] * along,
            Self::Stress => 2.0 * c[axis] * direction[axis] - 2.0 / 3.0 * along,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_differences() {
        let (c, direction, step) = ([0.7, -1.1, 0.4], [0.3, 0.2, -0.9], 1e-5);
        let shifted = |sign: f64| -> [f64; 3] { std::array::from_fn(|k| c[k] + sign * step * direction[k]) };
        for mode in [Mode::Flow, Mode::Heat, Mode::Stress] {
            for axis in 0..3 {
                let difference = (mode.at(axis, shifted(1.0)) - mode.at(axis, shifted(-1.0))) / (2.0 * step);
                // The third derivative times step²/6, and rounding over the step.
                assert!((mode.slope(axis, c, direction) - difference).abs() < 1e-9, "{mode:?}");
            }
        }
    }
}
