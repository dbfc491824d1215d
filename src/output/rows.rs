//! The numbers of a state that users read: totals, the moments of each species, errors and functionals. A row of
//! diagnostics.csv has them, and so has a run in memory.

use crate::error::Failure;
use crate::functionals::comparison::Comparison;
use crate::functionals::invariants::Invariants;
use crate::functionals::{At, Columns};
use crate::problem::Problem;
use crate::simulation::View;
use crate::sources;
use crate::sum::sum;
use crate::terms::{self, Supply};

const AXES: [&str; 3] = ["x", "y", "z"];

/// Makes the rows of a run.
pub struct Rows<const D: usize> {
    comparison: Option<Comparison<D>>,
    functionals: Columns,
    names: Vec<String>,
}

/// The numbers of a state, in the units of the scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub step: u64,
    /// What follows the step, in the order of the names. NaN stands for what is not known at the state.
    pub values: Vec<f64>,
}

impl Row {
    /// The cells of the row in a file: what is not known is empty.
    pub fn cells(&self) -> Vec<String> {
        let cell = |value: &f64| if value.is_nan() { String::new() } else { format!("{value:e}") };
        std::iter::once(self.step.to_string()).chain(self.values.iter().map(cell)).collect()
    }
}

impl<const D: usize> Rows<D> {
    /// Of a problem, with the errors against a reference and the functionals that are asked for.
    pub fn new(problem: &Problem<D>, comparison: Option<Comparison<D>>, functionals: Columns) -> Self {
        let mut names = header(problem, comparison.as_ref());
        names.extend(functionals.names(problem));
        Self { comparison, functionals, names }
    }

    /// The names of all columns; the first is `step`.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The row of a state.
    ///
    /// # Errors
    ///
    /// A density that takes a mesh that is too large; a value that is no number: what follows from it cannot be trusted.
    pub fn at(&self, view: &View<'_, D>) -> Result<Row, Failure> {
        let View { problem, state, scores, regularisation, .. } = view;
        let in_units = |failure: Failure| failure.in_units(&problem.scales);
        let mut values = self.moments_and_errors(view).map_err(in_units)?;
        let at = At { problem, regularisation, velocities: &state.velocities, scores };
        let functionals = self.functionals.values(&at).map_err(in_units)?;
        // Only rates may be unknown; any other number must be one.
        let mut may_be_unknown = vec![false; values.len()];
        may_be_unknown.extend(self.functionals.may_be_unknown(problem));
        values.extend(functionals);
        let no_number = |(value, unknown): (&f64, bool)| !(value.is_finite() || unknown && value.is_nan());
        match values.iter().zip(may_be_unknown).position(no_number) {
            None => Ok(Row { step: state.step, values }),
            Some(column) => Err(Failure::ColumnNotFinite {
                column: self.names[column + 1].clone(),
                value: format!("{:e}", values[column]),
                step: state.step,
            }),
        }
    }

    /// Totals, then of each species its moments and errors.
    fn moments_and_errors(&self, view: &View<'_, D>) -> Result<Vec<f64>, Failure> {
        let View { problem, state, time, .. } = *view;
        let all = values(view);
        let of_species = columns_of_species::<D>();
        let totals = all.len() - problem.species.len() * of_species;
        let mut values = all[..totals].to_vec();
        for (index, moments) in all[totals..].chunks(of_species).enumerate() {
            values.extend_from_slice(moments);
            if let Some(comparison) = &self.comparison {
                values.extend(comparison.errors(problem, index, &state.velocities, time)?);
            }
        }
        Ok(values)
    }
}

fn header<const D: usize>(problem: &Problem<D>, comparison: Option<&Comparison<D>>) -> Vec<String> {
    let mut header = vec!["step".to_string()];
    let of_problem = names(problem);
    let of_species = columns_of_species::<D>();
    let totals = of_problem.len() - problem.species.len() * of_species;
    header.extend_from_slice(&of_problem[..totals]);
    for (species, names) in problem.species.iter().zip(of_problem[totals..].chunks(of_species)) {
        header.extend_from_slice(names);
        let errors = comparison.map_or(&[][..], Comparison::columns);
        header.extend(errors.iter().map(|of| format!("{}_error_{of}", species.name)));
    }
    header
}

/// The names of what [`values`] has: totals, then the moments of each species.
pub fn names<const D: usize>(problem: &Problem<D>) -> Vec<String> {
    let mut names = vec!["time".to_string()];
    names.extend(AXES[..D].iter().map(|axis| format!("momentum_{axis}")));
    names.extend(["energy", "entropy", "entropy_rate"].map(String::from));
    if problem.is_driven() {
        names.push("work".into());
        names.extend(AXES[..D].iter().map(|axis| format!("momentum_given_{axis}")));
        names.extend(terms::sources(problem).iter().map(|source| format!("{source}_power")));
        let of_weight = sources::names(problem);
        names.extend(of_weight.iter().map(|source| format!("{source}_power")));
        names.extend(of_weight.iter().map(|source| format!("{source}_density")));
    }
    for species in &problem.species {
        let name = &species.name;
        names.push(format!("{name}_density"));
        names.extend(AXES[..D].iter().map(|axis| format!("{name}_velocity_{axis}")));
        names.push(format!("{name}_temperature"));
        for (row, column) in distinct::<D>() {
            names.push(format!("{name}_temperature_{}{}", AXES[row], AXES[column]));
        }
        names.extend(AXES[..D].iter().map(|axis| format!("{name}_heat_flux_{axis}")));
        names.push(format!("{name}_entropy"));
    }
    names
}

/// How many columns each species has, without errors.
fn columns_of_species<const D: usize>() -> usize {
    3 + 2 * D + distinct::<D>().count()
}

/// The distinct components of a symmetric tensor: xx, xy, …, row after row.
fn distinct<const D: usize>() -> impl Iterator<Item = (usize, usize)> {
    (0..D).flat_map(|row| (row..D).map(move |column| (row, column)))
}

/// Totals and moments at a state, in the units of the scenario.
pub fn values<const D: usize>(view: &View<'_, D>) -> Vec<f64> {
    let View { problem, state, evaluation, time, .. } = *view;
    let totals = Invariants::of(problem, &state.velocities);
    let scales = &problem.scales;
    let mut values = vec![time * scales.time];
    values.extend(totals.momentum.map(|component| component * scales.momentum()));
    let particles = sum(problem.weights.iter().copied());
    values.extend([
        totals.energy * scales.energy(),
        scales.entropy(evaluation.entropy(), particles, D),
        evaluation.entropy_rate * scales.entropy_rate(),
    ]);
    if problem.is_driven() {
        values.push(given_energy(problem, &state.supplied) * scales.energy());
        let momentum = state.supplied.momentum_about_rest(problem.reference);
        values.extend(momentum.map(|component| component * scales.momentum()));
        let power = scales.energy() / scales.time;
        values.extend(evaluation.sources.iter().map(|source| given_energy(problem, source) * power));
        values.extend(state.given.iter().map(|given| given.power * power));
        values.extend(state.given.iter().map(|given| given.density * scales.density));
    }
    for (index, species) in problem.species.iter().enumerate() {
        let moments = problem.moments(species, &state.velocities);
        values.push(moments.density * scales.density);
        values.extend(moments.velocity.map(|component| component * scales.velocity));
        values.push(moments.temperature() * scales.temperature);
        values.extend(distinct::<D>().map(|place| moments.temperature_tensor[place] * scales.temperature));
        let range = species.range.clone();
        let (velocities, weights) = (&state.velocities[range.clone()], &problem.weights[range]);
        let heat = moments.heat_flux(problem.symmetry, species.mass, velocities, weights);
        values.extend(heat.map(|component| component * scales.energy() * scales.velocity));
        values.push(scales.entropy(evaluation.entropies[index], moments.density, D));
    }
    values
}

/// The energy that was given; inside a run energies are about its reference velocity.
pub fn given_energy<const D: usize>(problem: &Problem<D>, supply: &Supply<D>) -> f64 {
    supply.energy_about_rest(problem.reference)
}
