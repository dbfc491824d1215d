//! Electric and magnetic fields, the same for all velocities.
//!
//! A particle of charge q feels the force q (E + v × B). Inside a run E and B are per unit of charge, on the scales of
//! the run: a species of mass m is accelerated by q E/m and turns about B at the angular frequency q B/m.

use crate::symmetry::Symmetry;
use std::f64::consts::PI;

/// The fields of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fields<const D: usize> {
    pub electric: Option<Electric<D>>,
    /// B, constant in time, in three dimensions.
    pub magnetic: Option<[f64; D]>,
}

impl<const D: usize> Fields<D> {
    /// The magnetic field that particles are turned by. About an axis it turns rings into themselves.
    pub fn turning_field(&self, symmetry: Symmetry) -> Option<[f64; D]> {
        self.magnetic.filter(|_| symmetry.is_none())
    }
}

/// An electric field: constant, or linear between times.
#[derive(Debug, Clone, PartialEq)]
pub struct Electric<const D: usize> {
    /// Increasing times; one for a constant field.
    pub times: Vec<f64>,
    /// E at each of them. Before the first and after the last time E is constant.
    pub values: Vec<[f64; D]>,
}

impl<const D: usize> Electric<D> {
    /// The same field at all times.
    pub fn constant(value: [f64; D]) -> Self {
        Self { times: vec![0.0], values: vec![value] }
    }

    /// E at a time.
    pub fn at(&self, time: f64) -> [f64; D] {
        let next = self.times.partition_point(|&one| one <= time);
        if next == 0 {
            return self.values[0];
        }
        let before = next - 1;
        let Some(after) = self.values.get(next) else { return self.values[before] };
        let share = (time - self.times[before]) / (self.times[next] - self.times[before]);
        let before = self.values[before];
        std::array::from_fn(|axis| before[axis] + share * (after[axis] - before[axis]))
    }
}

/// sin(θ/2)/(θ/2) for an angle θ.
///
/// A kick of E_⊥ times this share between two half turns is the exact motion in crossed fields over a step in which
/// particles turn by θ: (1 − e^{−iθ}) = e^{−iθ/2} 2 i sin(θ/2).
pub fn share_of_kick(angle: f64) -> f64 {
    let half = 0.5 * angle.abs();
    // Below this the series to second order is exact to rounding.
    if half < 1e-4 { 1.0 - half * half / 6.0 } else { half.sin() / half }
}

/// A turn about an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn<const D: usize> {
    axis: [f64; D],
    sine: f64,
    /// 1 − cos of the angle.
    versine: f64,
}

impl<const D: usize> Turn<D> {
    /// The turn of a particle in a magnetic field: dv/dt = (q/m) v × B over a time, `ratio` = q/m.
    pub fn in_field(magnetic: [f64; D], ratio: f64, time: f64) -> Self {
        let strength = magnetic.iter().fold(0.0f64, |length, component| length.hypot(*component));
        if strength == 0.0 {
            return Self { axis: [0.0; D], sine: 0.0, versine: 0.0 };
        }
        // v × B turns v about −B.
        let angle = (-ratio * strength * time) % (2.0 * PI);
        let half = (0.5 * angle).sin();
        Self {
            axis: magnetic.map(|component| component / strength),
            sine: angle.sin(),
            versine: 2.0 * half * half,
        }
    }

    /// The turned vector (Rodrigues' formula); D is 3.
    pub fn of(&self, vector: [f64; D]) -> [f64; D] {
        let once = cross(self.axis, vector);
        let twice = cross(self.axis, once);
        std::array::from_fn(|axis| vector[axis] + self.sine * once[axis] + self.versine * twice[axis])
    }
}

/// a × b in three dimensions; in two there is no axis to turn about, and validation refuses the field.
fn cross<const D: usize>(a: [f64; D], b: [f64; D]) -> [f64; D] {
    std::array::from_fn(|axis| {
        let (one, other) = ((axis + 1) % D, (axis + 2) % D);
        a[one] * b[other] - a[other] * b[one]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_linear_between_its_times_and_constant_outside() {
        let table = Electric { times: vec![1.0, 3.0], values: vec![[0.0, 4.0, 0.0], [2.0, 0.0, 0.0]] };
        assert_eq!(table.at(0.0), [0.0, 4.0, 0.0]);
        assert_eq!(table.at(1.0), [0.0, 4.0, 0.0]);
        assert_eq!(table.at(1.5), [0.5, 3.0, 0.0]);
        assert_eq!(table.at(3.0), [2.0, 0.0, 0.0]);
        assert_eq!(table.at(9.0), [2.0, 0.0, 0.0]);
        assert_eq!(Electric::constant([1.0, 2.0, 3.0]).at(7.0), [1.0, 2.0, 3.0]);
    }

    /// A positive charge in B along z goes round clockwise: v = x̂ is turned towards x̂ × ẑ = −ŷ.
    #[test]
    fn charges_turn_the_right_way_by_the_right_angle() {
        let quarter = Turn::in_field([0.0, 0.0, 2.0], 1.0, PI / 4.0);
        let turned = quarter.of([1.0, 0.0, 5.0]);
        for (found, exact) in turned.iter().zip([0.0, -1.0, 5.0]) {
            assert!((found - exact).abs() < 4.0 * f64::EPSILON, "{turned:?}");
        }
        let back = Turn::in_field([0.0, 0.0, 2.0], -1.0, PI / 4.0).of(turned);
        for (found, exact) in back.iter().zip([1.0, 0.0, 5.0]) {
            assert!((found - exact).abs() < 4.0 * f64::EPSILON, "{back:?}");
        }
    }

    /// Two half turns with the share of a kick between them are the exact motion about the drift E × B/B².
    #[test]
    fn half_turns_with_a_kick_between_them_are_the_motion_in_crossed_fields() {
        let (electric, magnetic, ratio) = ([0.3, -0.1, 0.0], [0.0, 0.0, 1.7], 0.8);
        let drift = [electric[1] / magnetic[2], -electric[0] / magnetic[2], 0.0];
        let v = [0.4, 1.1, -0.6];
        for time in [1e-5, 0.1, 1.0, 7.0, 100.0] {
            let half = Turn::in_field(magnetic, ratio, 0.5 * time);
            let kick = ratio * time * share_of_kick(ratio * magnetic[2] * time);
            let middle = half.of(v);
            let found = half.of(std::array::from_fn(|axis| middle[axis] + kick * electric[axis]));
            let whole = Turn::in_field(magnetic, ratio, time);
            let turned = whole.of(std::array::from_fn(|axis| v[axis] - drift[axis]));
            for axis in 0..3 {
                let exact = drift[axis] + turned[axis];
                // The rounding of angles up to 136.
                assert!((found[axis] - exact).abs() < 1e-13, "{time}: {found:?}");
            }
        }
    }
}
