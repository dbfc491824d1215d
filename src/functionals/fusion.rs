//! Cross sections of the fusion of hydrogen isotopes and helium 3 (Bosch, Hale, Nucl. Fusion 32, 1992, equations 8 and 9, table
//! IV; erratum 33, 1993).
//!
//! ```text
//! σ(E) = S(E)/(E exp(B_G/√E)),   S(E) = (A1 + E (A2 + E (A3 + E (A4 + E A5))))/(1 + E (B1 + E (B2 + E (B3 + E B4))))
//! ```
//!
//! E is the energy in the centre of mass in keV, σ is in millibarn. The fits are of R-matrix evaluations, from which they deviate by
//! at most 1.9 % for T(d,n)⁴He, 2.2 % for ³He(d,p)⁴He, 2.0 % for D(d,p)T and 2.5 % for D(d,n)³He. Below the lowest energy of a fit the
//! formula has the Gamow factor that rules there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A fusion reaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Reaction {
    #[serde(rename = "T(d,n)4He")]
    DeuteronTriton,
    #[serde(rename = "3He(d,p)4He")]
    DeuteronHelion,
    #[serde(rename = "D(d,p)T")]
    DeuteronsToTriton,
    #[serde(rename = "D(d,n)3He")]
    DeuteronsToHelion,
}

/// A nucleus by its mass in kg (CODATA 2022) and its charge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nucleus {
    pub name: &'static str,
    pub mass: f64,
    pub charge: f64,
}

pub const DEUTERON: Nucleus = Nucleus { name: "deuteron", mass: 3.343_583_776_8e-27, charge: 1.0 };
pub const TRITON: Nucleus = Nucleus { name: "triton", mass: 5.007_356_751_2e-27, charge: 1.0 };
pub const HELION: Nucleus = Nucleus { name: "helion", mass: 5.006_412_786_2e-27, charge: 2.0 };

/// The numbers of a fit.
struct Fit {
    /// B_G in √keV.
    gamow: f64,
    /// A1 to A5.
    above: [f64; 5],
    /// B1 to B4.
    below: [f64; 4],
    /// The highest energy of the fit, in keV.
    highest: f64,
}

impl Reaction {
    /// The nuclei that react.
    pub fn nuclei(self) -> [Nucleus; 2] {
        match self {
            Self::DeuteronTriton => [DEUTERON, TRITON],
            Self::DeuteronHelion => [DEUTERON, HELION],
            Self::DeuteronsToTriton | Self::DeuteronsToHelion => [DEUTERON, DEUTERON],
        }
    }

    /// What leaves beside the heavier product, as in the name of the reaction.
    pub fn emitted(self) -> &'static str {
        match self {
            Self::DeuteronTriton | Self::DeuteronsToHelion => "n",
            Self::DeuteronHelion | Self::DeuteronsToTriton => "p",
        }
    }

    fn fit(self) -> Fit {
        match self {
            Self::DeuteronTriton => Fit {
                gamow: 34.3827,
                above: [6.927e4, 7.454e8, 2.050e6, 5.2002e4, 0.0],
                below: [6.38e1, -9.95e-1, 6.981e-5, 1.728e-4],
                highest: 550.0,
            },
            Self::DeuteronHelion => Fit {
                gamow: 68.7508,
                above: [5.7501e6, 2.5226e3, 4.5566e1, 0.0, 0.0],
                below: [-3.1995e-3, -8.5530e-6, 5.9014e-8, 0.0],
                highest: 900.0,
            },
            Self::DeuteronsToTriton => Fit {
                gamow: 31.3970,
                above: [5.5576e4, 2.1054e2, -3.2638e-2, 1.4987e-6, 1.8181e-10],
                below: [0.0; 4],
                highest: 5000.0,
            },
            Self::DeuteronsToHelion => Fit {
                gamow: 31.3970,
                above: [5.3701e4, 3.3027e2, -1.2706e-1, 2.9327e-5, -2.5151e-9],
                below: [0.0; 4],
                highest: 4900.0,
            },
        }
    }

    /// The highest energy of the fit, in keV in the centre of mass.
    pub fn highest_energy(self) -> f64 {
        self.fit().highest
    }

    /// The cross section in m² at an energy in keV in the centre of mass; beyond the highest energy of the fit the value
    /// there.
    pub fn cross_section(self, energy: f64) -> f64 {
        let Fit { gamow, above, below, highest } = self.fit();
        let energy = energy.min(highest);
        if energy <= 0.0 {
            return 0.0;
        }
        let polynomial =
            |coefficients: &[f64]| coefficients.iter().rev().fold(0.0, |sum, a| sum * energy + a);
        let astrophysical = polynomial(&above) / (1.0 + energy * polynomial(&below));
        const SQUARE_METRES_PER_MILLIBARN: f64 = 1e-31;
        SQUARE_METRES_PER_MILLIBARN * astrophysical / (energy * (gamow / energy.sqrt()).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::ELEMENTARY_CHARGE;
    use std::f64::consts::PI;

    /// The fit of the reactivity of Maxwellians (Bosch, Hale 1992, equations 12 to 14, table VII): C1 to C7 and m_r c² in keV.
    fn of_maxwellians(reaction: Reaction) -> ([f64; 7], f64) {
        match reaction {
            Reaction::DeuteronTriton => (
                [1.17302e-9, 1.51361e-2, 7.51886e-2, 4.60643e-3, 1.35000e-2, -1.06750e-4, 1.36600e-5],
                1_124_656.0,
            ),
            Reaction::DeuteronHelion => {
                ([5.51036e-10, 6.41918e-3, -2.02896e-3, -1.91080e-5, 1.35776e-4, 0.0, 0.0], 1_124_572.0)
            }
            Reaction::DeuteronsToTriton => {
                ([5.65718e-12, 3.41267e-3, 1.99167e-3, 0.0, 1.05060e-5, 0.0, 0.0], 937_814.0)
            }
            Reaction::DeuteronsToHelion => {
                ([5.43360e-12, 5.85778e-3, 7.68222e-3, 0.0, -2.96400e-6, 0.0, 0.0], 937_814.0)
            }
        }
    }

    /// ⟨σv⟩ of that fit at a temperature in keV, in m³/s.
    fn fitted(reaction: Reaction, t: f64) -> f64 {
        let ([c1, c2, c3, c4, c5, c6, c7], mass) = of_maxwellians(reaction);
        let theta = t / (1.0 - t * (c2 + t * (c4 + t * c6)) / (1.0 + t * (c3 + t * (c5 + t * c7))));
        let xi = (reaction.fit().gamow.powi(2) / (4.0 * theta)).cbrt();
        1e-6 * c1 * theta * (xi / (mass * t.powi(3))).sqrt() * (-3.0 * xi).exp()
    }

    /// √(8/(π μ)) T^(−3/2) ∫ σ E exp(−E/T) dE, in m³/s.
    fn integrated(reaction: Reaction, t: f64) -> f64 {
        let [one, other] = reaction.nuclei();
        let reduced = one.mass * other.mass / (one.mass + other.mass);
        let (count, top) = (20_000, 40.0 * t + 200.0);
        let step = top / f64::from(count);
        let term = |k: i32| {
            let energy = (f64::from(k) + 0.5) * step;
            step * reaction.cross_section(energy) * energy * (-energy / t).exp()
        };
        let kilo = 1e3 * ELEMENTARY_CHARGE;
        (8.0 * kilo / (PI * reduced)).sqrt() * t.powf(-1.5) * (0..count).map(term).sum::<f64>()
    }

    /// The two fits of the paper were made independently of one set of data, and stray from it by at most what the paper says
    /// of each: a wrong digit in any coefficient would show.
    #[test]
    fn cross_sections_agree_with_the_reactivities_of_maxwellians() {
        let reactions = [
            // The deviations of the cross section and of the reactivity.
            (Reaction::DeuteronTriton, 0.019 + 0.0025),
            (Reaction::DeuteronHelion, 0.022 + 0.025),
            (Reaction::DeuteronsToTriton, 0.020 + 0.0035),
            (Reaction::DeuteronsToHelion, 0.025 + 0.003),
        ];
        for (reaction, most) in reactions {
            for t in [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0] {
                let off = integrated(reaction, t) / fitted(reaction, t) - 1.0;
                println!("{reaction:?} at {t} keV: {off:+.4}");
                assert!(off.abs() < most, "{reaction:?} at {t} keV: {off}");
            }
        }
        // Published at 10 keV, to the four digits of the paper's table VIII.
        let published = [1.136e-22, 2.126e-25, 5.781e-25, 6.023e-25];
        for ((reaction, _), value) in reactions.iter().zip(published) {
            assert!((fitted(*reaction, 10.0) / value - 1.0).abs() < 5e-4, "{reaction:?}");
        }
        // The peak of T(d,n)⁴He: 5 barn at 64 keV.
        let peak =
            (1..=550).map(|e| Reaction::DeuteronTriton.cross_section(f64::from(e))).fold(0.0, f64::max);
        assert!((peak / 5e-28 - 1.0).abs() < 0.02, "{peak:e}");
    }

    #[test]
    fn beyond_the_fit_a_cross_section_stays() {
        for reaction in [Reaction::DeuteronTriton, Reaction::DeuteronsToHelion] {
            let highest = reaction.highest_energy();
            assert_eq!(reaction.cross_section(2.0 * highest), reaction.cross_section(highest));
            assert_eq!(reaction.cross_section(0.0), 0.0);
        }
    }
}
