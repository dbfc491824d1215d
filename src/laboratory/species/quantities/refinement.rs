//! Integrals refined until they settle, and the error that their last change says.

use crate::functionals::axisymmetric::Integral;
use crate::laboratory::experiment::Quantity;

/// The last two refinements of a group.
pub struct Refined<T> {
    pub before: T,
    pub last: T,
}

/// Refines until no integral changes by more than the tolerance.
pub fn refined<L, T>(
    levels: &[L],
    tolerance: f64,
    evaluate: impl Fn(&L) -> T,
    listed: impl Fn(&T) -> Vec<Integral>,
) -> Refined<T> {
    let mut pair = Refined { before: evaluate(&levels[0]), last: evaluate(&levels[1]) };
    for level in &levels[2..] {
        let (before, last) = (listed(&pair.before), listed(&pair.last));
        let still = |(before, last): (&Integral, &Integral)| {
            (before.value - last.value).abs() <= tolerance * last.size
        };
        if before.iter().zip(&last).all(still) {
            break;
        }
        pair = Refined { before: pair.last, last: evaluate(level) };
    }
    pair
}
impl<T> Refined<T> {
    pub fn take(&self, last: bool) -> &T {
        if last { &self.last } else { &self.before }
    }
}
/// A number, or why there is none, with its name and the tolerance that it has to meet.
pub struct Named {
    pub name: String,
    pub value: Result<Integral, String>,
    pub tolerance: f64,
}
/// A number and its error, from two refinements.
pub fn with_error(before: Named, last: Named) -> [Quantity; 2] {
    let (name, tolerance) = (last.name, last.tolerance);
    let found = last.value.and_then(|last| {
        let before = before.value?;
        let error = (last.value - before.value).abs();
        match last.value.is_finite() && error <= tolerance * last.size {
            true => Ok((last.value, error)),
            false if !last.value.is_finite() => Err(format!("comes out as {}", last.value)),
            false => Err(format!("changes by {:.1e} of its size in the last refinement", error / last.size)),
        }
    });
    let error = Quantity { name: format!("{name}_error"), value: found.clone().map(|(_, error)| error) };
    [Quantity { name, value: found.map(|(value, _)| value) }, error]
}
