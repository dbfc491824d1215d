//! Transport coefficients of one species across a magnetic field.
//!
//! Fluxes and forces across the field are complex numbers: the direction of the force is 1, b × that direction is i, b along
//! the field. A coefficient is then one complex number whose parts are told apart by name:
//!
//! | name | part | meaning |
//! |---|---|---|
//! | `…_perpendicular` | real | flux along the force across the field |
//! | `…_hall` | imaginary | flux along b × the force: currents after Hall, heat after Righi and Leduc, forces after Nernst |
//! | `viscosity_1` … `viscosity_4` | | Braginskii's η₁ to η₄: at ω = 2Ω the real part and minus the imaginary, at Ω the same |
//!
//! The numbers beside are those of textbooks, in their signs for electrons: α and β of Epperlein, Haines, Phys. Fluids 29 (1986), κ and η
//! of Braginskii, Rev. Plasma Phys. 1 (1965). There α_c is friction alone: E = (α_c/τ + iΩ) J m/(n q²).

use super::coefficients::Coefficient;
use super::matrix::Across;
use super::plasma::Constituents;
use crate::units::ELEMENTARY_CHARGE;
use nalgebra::{Complex, Matrix2};

/// L_ab and the stresses of a species that turns at Ω, by expansion; none where the plasma has none.
pub fn exact(of: &Constituents, frequency: f64, terms: usize) -> Option<Across> {
    let plasma = of.expansion.as_ref()?;
    let vectors = plasma.vectors_across(terms, &[frequency]);
    let stress = |times: f64| plasma.stresses_across(terms, &[times * frequency])[(0, 0)];
    Some(Across {
        frequency,
        vectors: Matrix2::from_fn(|a, b| vectors[(a, b)]),
        stresses: [stress(1.0), stress(2.0)],
    })
}

/// The place of the other part of the complex number that the coefficient at a place is a part of, among `count` coefficients of
/// [`coefficients`].
pub fn other_part(place: usize, count: usize) -> usize {
    match count - place {
        // η₁ and η₃, η₂ and η₄.
        3 | 4 => place + 2,
        1 | 2 => place - 2,
        _ => place ^ 1,
    }
}

/// The coefficients of the one moving species.
pub fn coefficients(of: &Constituents, across: &Across) -> Vec<Coefficient> {
    let (one, scales) = (&of.species[0], &of.scales);
    let charge = if scales.si { ELEMENTARY_CHARGE } else { 1.0 };
    let sign = if one.charge < 0.0 { 1.0 } else { -1.0 };
    let time = of.time_of(0);
    let mut found = Vec::new();
    let mut add = |name: String, value: f64, unit: &'static str, number: Option<(&'static str, f64)>| {
        found.push(Coefficient { name, value, unit, number });
    };
    // Onsager's relations hold but for errors of the particles: the mean of both sides is used.
    let flow = across.vectors[(0, 0)];
    let cross = 0.5 * (across.vectors[(0, 1)] + across.vectors[(1, 0)]);
    // Where momentum is kept, the species has no flow of its own.
    let force = if of.keeps_momentum { Complex::default() } else { cross / flow };
    let heat = across.vectors[(1, 1)] - force * cross;

    if !of.keeps_momentum {
        let conductivity = flow * one.charge.powi(2) / one.mass;
        let unit = charge * charge * scales.density * scales.time / scales.mass;
        let number = of.electrons.map(|electrons| {
            let ideal = one.density * one.charge.powi(2) * electrons.time / one.mass;
            ideal / conductivity - Complex::new(0.0, across.frequency * electrons.time)
        });
        let of_part = |symbol, part: fn(Complex<f64>) -> f64| number.map(|number| (symbol, part(number)));
        add(
            "electrical_conductivity_perpendicular".to_string(),
            conductivity.re * unit,
            "S/m",
            of_part("alpha_perpendicular", |number| number.re),
        );
        add(
            "electrical_conductivity_hall".to_string(),
            conductivity.im * unit,
            "S/m",
            of_part("alpha_hall", |number| number.im).map(|(symbol, number)| (symbol, -sign * number)),
        );
        let beta = |symbol, number: f64| of.electrons.map(|_| (symbol, number));
        let name = |part: &str| format!("thermoelectric_{part}.{}", one.name);
        add(name("perpendicular"), force.re, "1", beta("beta_perpendicular", force.re));
        add(name("hall"), force.im, "1", beta("beta_hall", sign * force.im));
    }
    let conductivity = heat * of.temperature / one.mass;
    let unit = scales.density * scales.velocity.powi(2) * scales.time * charge;
    let number = time.map(|(_, time)| conductivity * one.mass / (one.density * of.temperature * time));
    let name = |part: &str| format!("thermal_conductivity_{part}.{}", one.name);
    let perpendicular = number.map(|number| ("kappa_perpendicular", number.re));
    add(name("perpendicular"), conductivity.re * unit, "W/(m eV)", perpendicular);
    let hall = number.map(|number| ("kappa_hall", sign * number.im));
    add(name("hall"), conductivity.im * unit, "W/(m eV)", hall);

    let [once, twice] = across.stresses;
    let parts = [("1", twice.re), ("2", once.re), ("3", twice.im), ("4", once.im)];
    for ((index, part), symbol) in parts.into_iter().zip(["eta_1", "eta_2", "eta_3", "eta_4"]) {
        let viscosity = of.temperature * part;
        let unit = scales.mass * scales.density * scales.velocity.powi(2) * scales.time;
        let turned = matches!(index, "3" | "4");
        let number = time.map(|(_, time)| {
            let sign = if turned { sign } else { 1.0 };
            (symbol, sign * viscosity / (one.density * of.temperature * time))
        });
        add(format!("viscosity_{index}.{}", one.name), viscosity * unit, "Pa s", number);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::sonine::{Moving, Plasma, Still, TERMS};
    use crate::transport::plasma::{Constituent, Electrons};
    use crate::units::Scales;
    use std::f64::consts::PI;

    /// The numbers of one species of charge −1 (with fixed ions of charge Z) or +1 (alone), at Ωτ = χ.
    fn numbers(z: Option<f64>, chi: f64) -> Vec<(&'static str, f64)> {
        let strength = z.unwrap_or_default();
        let time = match z {
            Some(z) => 0.75 * (2.0 * PI).sqrt() / z,
            None => 1.5 * PI.sqrt(),
        };
        let charge = if z.is_some() { -1.0 } else { 1.0 };
        let still = z.map(|_| Still { variance: 0.0, strengths: vec![strength] }).into_iter().collect();
        let species = vec![Moving { mass: 1.0, density: 1.0 }];
        let of = Constituents {
            species: vec![Constituent {
                name: "s".to_string(),
                mass: 1.0,
                charge,
                density: 1.0,
                own_time: Some(time),
            }],
            temperature: 1.0,
            scales: Scales::default(),
            keeps_momentum: z.is_none(),
            electrons: z.map(|_| Electrons { index: 0, time }),
            expansion: Some(Plasma { temperature: 1.0, species, coefficients: vec![1.0], still }),
        };
        let turning = exact(&of, charge * chi / time, TERMS).unwrap();
        coefficients(&of, &turning).into_iter().filter_map(|one| one.number).collect()
    }

    /// Coefficients of a fit: of the numerator and of the denominator.
    type Fit<const N: usize> = ([f64; 2], [f64; N]);

    /// Fits of one charge: α_⊥, α_∧, β_⊥, β_∧, κ_⊥ and κ_∧.
    struct Fits(Fit<2>, Fit<3>, Fit<3>, Fit<3>, Fit<3>, Fit<3>);

    impl Fits {
        fn at(&self, chi: f64) -> [f64; 6] {
            let line = |[zero, one]: [f64; 2]| one * chi + zero;
            let cubic = |[zero, one, two]: [f64; 3]| chi.powi(3) + two * chi * chi + one * chi + zero;
            let Self((n0, [d0, d1]), (n1, c1), (n2, c2), (n3, c3), (n4, c4), (n5, c5)) = *self;
            [
                1.0 - line(n0) / (chi * chi + d1 * chi + d0),
                chi * line(n1) / cubic(c1).powf(8.0 / 9.0),
                line(n2) / cubic(c2).powf(8.0 / 9.0),
                chi * line(n3) / cubic(c3),
                line(n4) / cubic(c4),
                chi * line(n5) / cubic(c5),
            ]
        }
    }

    /// Epperlein and Haines (1986), tables II to IV, at Z = 1 and 4. Their fits are good to some ten percent, as the limits of
    /// weak fields show; the expansion is off by less than 1e-3 up to χ = 10.
    #[test]
    fn electrons_have_the_published_coefficients() {
        let one = Fits(
            ([1.37, 3.03], [2.77, 6.72]),
            ([266.0, 2.53], [3280.0, 3460.0, 366.0]),
            ([1050.0, 6.33], [3710.0, 4110.0, 515.0]),
            ([2.54, 1.5], [2.87, 3.27, 7.09]),
            ([6.18, 4.66], [1.93, 2.31, 5.3]),
            ([4.01, 2.5], [0.661, 0.931, 2.5]),
        );
        let four = Fits(
            ([1.74, 3.15], [2.78, 6.37]),
            ([706.0, 2.53], [3670.0, 10200.0, 735.0]),
            ([1640.0, 6.33], [3740.0, 9730.0, 707.0]),
            ([3.43, 1.5], [1.06, 3.92, 8.27]),
            ([9.14, 3.6], [1.31, 4.63, 8.8]),
            ([0.628, 2.5], [0.018, 0.101, 0.775]),
        );
        for (z, fits) in [(1.0, one), (4.0, four)] {
            for chi in [0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0] {
                for ((symbol, found), fit) in numbers(Some(z), chi).into_iter().zip(fits.at(chi)) {
                    assert!((found / fit - 1.0).abs() < 0.12, "Z = {z}, χ = {chi}: {symbol} {found} {fit}");
                }
            }
        }
    }

    #[test]
    fn parts_of_one_number_know_each_other() {
        for count in [6, 10] {
            for place in 0..count {
                let other = other_part(place, count);
                assert!(other != place && other_part(other, count) == place);
            }
        }
        assert_eq!([0, 1, 4, 6, 7].map(|place| other_part(place, 10)), [1, 0, 5, 8, 9]);
    }

    /// Braginskii's ions (1965): heat and stress across the field, by two polynomials of his to some percent.
    #[test]
    fn ions_have_the_published_coefficients() {
        for chi in [0.1f64, 0.5, 2.0, 10.0] {
            let x = chi * chi;
            let heat = x * x + 2.7 * x + 0.677;
            let stress = |chi: f64| {
                let x = chi * chi;
                let delta = x * x + 4.03 * x + 2.33;
                ((1.2 * x + 2.23) / delta, chi * (x + 2.38) / delta)
            };
            let (once, twice) = (stress(chi), stress(2.0 * chi));
            let fits =
                [(2.0 * x + 2.645) / heat, chi * (2.5 * x + 4.65) / heat, twice.0, once.0, twice.1, once.1];
            for ((symbol, found), fit) in numbers(None, chi).into_iter().zip(fits) {
                assert!((found / fit - 1.0).abs() < 0.06, "χ = {chi}: {symbol} {found} {fit}");
            }
        }
    }
}
