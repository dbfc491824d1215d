//! Relaxation of isotropic species in three dimensions: a reference by finite volumes in the speed.
//!
//! It shares nothing with the particle method but the equation. Species with densities f_i(|v|, t) collide by
//!
//! ```text
//! ∂_t f_i = Σ_j (1/m_i) ∇ · ∫ c_ij A(v − v*) [ f_j* ∇f_i/m_i − f_i ∇f_j*/m_j ] dv*,   A(z) = |z|^γ ( |z|² I − z zᵀ )
//! ```
//!
//! for any γ from −3 to 1 and any masses. Fixed species at rest leave isotropic densities as they are. Species may be born and
//! lost, and some may be held as they are: [`Sources`].
//!
//! # Scheme
//!
//! Averaged over directions, and with the energy ε = ½ m v² as the variable, the flux through a sphere of radius v is
//!
//! ```text
//! N_i(v) = −Σ_j (16 π² c_ij/m_i) ∫ v³ v*⁴ κ(v, v*) [ f_j(v*) ∂f_i/∂ε(v) − f_i(v) ∂f_j/∂ε(v*) ] dv*,
//! κ(v, v*) = ½ ∫₋₁¹ (1 − μ²) |v² + v*² − 2 v v* μ|^(γ/2) dμ.
//! ```
//!
//! Each species has its own uniform cells of speed. Between two cells, f is their logarithmic mean f̄ = δf/δ(ln f), and
//! ∂f/∂ε is the quotient δf/δε. The integral becomes a sum over the faces b of the other grid:
//!
//! ```text
//! N_a = −(1/δε_a) Σ_b K_ab [ f̄_b (δf/δε)_a − f̄_a (δf/δε)_b ],   K_ab = K_ba ≥ 0
//! ```
//!
//! The structure is that of Bobylev and Chuyanov (USSR Comput. Math. Math. Phys. 16, 1976) and Buet and Cordier
//! (J. Comput. Phys. 145, 1998), here for several species on grids of their own. Where all densities are positive:
//!
//! * The density of each species and the energy of all are conserved to rounding, whatever the densities are.
//! * The bracket is f̄_a f̄_b times the difference of δ(ln f)/δε at a and b. So Σ_i ∫ f_i ln f_i dv falls in continuous
//!   time, and Maxwellians of one temperature do not change.
//! * f̄ vanishes with either density, so that in continuous time an empty cell can only fill.
//!
//! Time is stepped by an explicit stabilised Runge–Kutta method of order 2 with steps of controlled error. It conserves
//! the same sums, and needs only as many stages as the square root of the ratio of the step to the fastest decay.
//!
//! # Accuracy
//!
//! Errors fall with the square of the width of the cells, and smoothly, so that two runs may be extrapolated:
//! (4 X(2n) − X(n))/3. Measured with n cells for each species and a tolerance of 1e-8, relative errors of a density at
//! its largest and of a temperature, and seconds of one core for the second case:
//!
//! | n | f, molecules | f, shell | f, two | T, two | ΔT, proton | seconds | T, two, from n/2 and n |
//! |---|---|---|---|---|---|---|---|
//! | 100 | 3.7e-4 | 1.8e-3 | 2.9e-4 | 1.5e-5 | 6.3e-4 | 0.04 | |
//! | 200 | 9.2e-5 | 4.4e-4 | 7.2e-5 | 3.6e-6 | 1.5e-4 | 0.08 | 3.4e-7 |
//! | 400 | 2.3e-5 | 1.1e-4 | 1.8e-5 | 8.6e-7 | 3.8e-5 | 0.2 | 4.4e-8 |
//! | 800 | 6.0e-6 | 2.7e-5 | 4.5e-6 | 2.1e-7 | 9.4e-6 | 0.6 | 5e-9 |
//!
//! * Molecules: the solution of Bobylev, Krook and Wu of contrast 0.4, γ = 0, c = 0.25, up to a speed of 7.5, t = 1.
//! * Shell: f ∝ exp(−10 (v/0.3 − 1)²), f(0) = 0.24 at the start and 1.18 at t = 0.05, γ = −3, c = 1, up to 1.5.
//! * Two: masses 1 and 3, densities 1 and 0.7, temperatures 1 and 0.5, γ = −3, c = 0.2, 0.3, 0.1, up to 7 and 3.5, t = 1.
//! * Proton: an increase of 5.7e-4 of its temperature 0.5 at t = 10 by electrons of temperature 1, mass ratio 1836,
//!   γ = −3, c = 0.2. There n = 400 takes 1 s.
//!
//! The rates of temperatures are as accurate as ΔT. Sums cost O(n) for γ = −3, −1, 0 and 1, and O(n²) for others,
//! which is ten times as much for n = 400. For γ close above −3 the kernel is nearly as uneven as there, but unlike
//! there nothing is done about it: errors still fall with order 2 and less smoothly.
//!
//! Nothing passes the fastest cell. So take 7 thermal speeds or more of the hottest that a species becomes.

mod chebyshev;
mod exchange;
mod faces;
mod grid;
mod kink;
mod shells;
mod sources;
mod species;
#[cfg(test)]
mod tests;

pub use sources::Sources;
pub use species::Isotropic;

use exchange::Exchange;
use faces::SpeciesFaces;

/// Several isotropic species at one time.
///
/// ```
/// use landau::exact::isotropic::{Isotropic, IsotropicRelaxation};
///
/// let shell = Isotropic::new(1.0, 200, 3.0, |v| (-10.0 * (v / 0.5 - 1.0) * (v / 0.5 - 1.0)).exp());
/// let cold = Isotropic::maxwellian(2.0, 200, 2.0, 1.0, 0.05);
/// let mut relaxation = IsotropicRelaxation::new(-3.0, &[0.1; 4], vec![shell, cold]);
/// relaxation.advance_to(2.0, 1e-6);
/// let [shell, cold] = &relaxation.species[..] else { unreachable!() };
/// assert!((shell.temperature() / cold.temperature() - 1.0).abs() < 0.1);
/// assert!(shell.density_at(0.0) > shell.density_at(0.5));
/// ```
#[derive(Debug, Clone)]
pub struct IsotropicRelaxation {
    /// The species now. Their grids must stay.
    pub species: Vec<Isotropic>,
    /// t.
    pub time: f64,
    /// The exchange of energy between species i ≤ j that collide.
    exchanges: Vec<(usize, usize, Exchange)>,
    /// What happens to each species besides.
    sources: Vec<Sources>,
    /// The step to try next, once there was one.
    step: Option<f64>,
}

/// What the densities of all species give, one species after the other.
struct Evaluation {
    /// ∂_t f.
    rates: Vec<f64>,
    /// A bound of the fastest rate of decay.
    decay: f64,
}

impl IsotropicRelaxation {
    /// At t = 0. `coefficients` are c_ij, row after row.
    ///
    /// # Panics
    ///
    /// If γ is not from −3 to 1, or the coefficients are not a symmetric matrix of numbers from 0.
    pub fn new(gamma: f64, coefficients: &[f64], species: Vec<Isotropic>) -> Self {
        let count = species.len();
        assert!((-3.0..=1.0).contains(&gamma), "γ is {gamma}");
        assert_eq!(coefficients.len(), count * count, "coefficients of {count} species");
        let mut exchanges = Vec::new();
        for i in 0..count {
            for j in i..count {
                let c = coefficients[i * count + j];
                assert!(
                    c >= 0.0 && c == coefficients[j * count + i],
                    "the coefficient of {i} and {j} is {c}"
                );
                if c > 0.0 {
                    exchanges.push((i, j, Exchange::new(gamma, c, species[i].grid(), species[j].grid())));
                }
            }
        }
        Self { sources: vec![Sources::default(); count], species, time: 0.0, exchanges, step: None }
    }

    /// With births, losses and species that are held: one entry for each species.
    ///
    /// # Panics
    ///
    /// If there are more or fewer.
    pub fn with_sources(self, sources: Vec<Sources>) -> Self {
        assert_eq!(sources.len(), self.species.len(), "sources of each species");
        Self { sources, ..self }
    }

    /// What each species i gets by collisions with each other j: energy per volume and time, at place (i, j) of the rows i. It is the
    /// opposite of what j gets from i; with itself no species exchanges any. Nothing where they do not collide.
    pub fn powers(&self) -> Vec<Vec<f64>> {
        let count = self.species.len();
        let mut powers = vec![vec![0.0; count]; count];
        let own = || self.species.iter().map(|one| SpeciesFaces::new(one, &one.density));
        for (i, j, exchange) in self.exchanges.iter().filter(|(i, j, _)| i < j) {
            let mut faces: Vec<SpeciesFaces> = own().collect();
            exchange.add_to_first(&faces[*j].own.clone(), &mut faces[*i].field);
            let density = faces[*i].fluxes(&self.species[*i]).rates;
            let gained = Isotropic { density, ..self.species[*i].clone() }.energy();
            (powers[*i][*j], powers[*j][*i]) = (gained, -gained);
        }
        powers
    }

    /// ∂_t f at the cells of every species.
    pub fn rates(&self) -> Vec<Vec<f64>> {
        let rates = self.evaluate(&self.densities()).rates;
        self.apart(&rates).map(<[f64]>::to_vec).collect()
    }

    /// dT_i/dt of every species.
    pub fn heating(&self) -> Vec<f64> {
        let of = |(one, density): (&Isotropic, Vec<f64>)| {
            let change = Isotropic { density, ..one.clone() };
            2.0 / 3.0 * change.energy() / one.number()
        };
        self.species.iter().zip(self.rates()).map(of).collect()
    }

    /// Runs on to a time. `tolerance` bounds the estimated error of f in each step, relative to the largest f of each
    /// species.
    ///
    /// # Panics
    ///
    /// If the time lies behind, the tolerance is not positive, or a density is not finite.
    pub fn advance_to(&mut self, time: f64, tolerance: f64) {
        assert!(time >= self.time && tolerance > 0.0, "from {} to {time} within {tolerance}", self.time);
        let mut densities = self.densities();
        let mut now = self.evaluate(&densities);
        while self.time < time {
            let (rest, wanted) = (time - self.time, self.step.unwrap_or(1.0 / now.decay));
            let step = wanted.min(rest);
            let stages = chebyshev::stages(step, now.decay);
            let mut decay = now.decay;
            let end = chebyshev::advance(step, stages, &now.rates, |change| {
                let evaluation = self.evaluate(&sum(&densities, change));
                decay = evaluation.decay;
                evaluation.rates
            });

            let finite = end.error.iter().all(|error| error.is_finite());
            assert!(finite, "a density is not finite at {}", self.time);
            let after = sum(&densities, &end.change);
            let error = self.relative_error([&densities, &after], &end.error) / tolerance;
            let factor = (0.8 * error.powf(-1.0 / 3.0)).clamp(0.1, 5.0);
            // A step cut short by the end of the run says nothing against the one that was wanted.
            self.step = Some(if step < wanted && factor > 1.0 { wanted } else { step * factor });
            if error <= 1.0 {
                densities = after;
                now = Evaluation { rates: end.rates, decay };
                self.time = if step < rest { self.time + step } else { time };
            }
        }
        let mut rest = &densities[..];
        for one in &mut self.species {
            let (own, others) = rest.split_at(one.density.len());
            one.density.copy_from_slice(own);
            rest = others;
        }
    }

    /// The densities of all species in one row.
    fn densities(&self) -> Vec<f64> {
        self.species.iter().flat_map(|one| one.density.iter().copied()).collect()
    }

    /// The part of each species in such a row.
    fn apart<'a>(&self, row: &'a [f64]) -> impl Iterator<Item = &'a [f64]> {
        let mut rest = row;
        self.species.iter().map(move |one| {
            let (own, others) = rest.split_at(one.density.len());
            rest = others;
            own
        })
    }

    /// The largest error relative to the largest density of its species before or after the step: there may be none before births.
    fn relative_error(&self, densities: [&[f64]; 2], errors: &[f64]) -> f64 {
        let largest = |values: &[f64]| values.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
        let [before, after] = densities.map(|densities| self.apart(densities).map(largest));
        let scales = before.zip(after).map(|(before, after)| before.max(after));
        let errors = self.apart(errors).map(largest).zip(scales);
        errors.map(|(error, scale)| if error == 0.0 { 0.0 } else { error / scale }).fold(0.0, f64::max)
    }

    /// The rates for other densities on the same grids.
    fn evaluate(&self, densities: &[f64]) -> Evaluation {
        let species = self.species.iter().zip(self.apart(densities));
        let mut faces: Vec<SpeciesFaces> = species.map(|(one, f)| SpeciesFaces::new(one, f)).collect();
        for (i, j, exchange) in &self.exchanges {
            let (front, back) = faces.split_at_mut(*j);
            match front.get_mut(*i) {
                Some(first) => {
                    exchange.add_to_first(&back[0].own, &mut first.field);
                    exchange.add_to_second(&first.own, &mut back[0].field);
                }
                None => exchange.add_to_first(&back[0].own, &mut back[0].field),
            }
        }
        let mut all = Evaluation { rates: Vec::with_capacity(densities.len()), decay: 0.0 };
        let sources = self.sources.iter().zip(self.apart(densities));
        for ((one, faces), (sources, density)) in self.species.iter().zip(&faces).zip(sources) {
            let fluxes = faces.fluxes(one);
            all.rates.extend(sources.rates(density, fluxes.rates));
            if !sources.is_held() {
                all.decay = all.decay.max(fluxes.decay + sources.decay());
            }
        }
        all
    }
}

fn sum(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}
