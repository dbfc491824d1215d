//! What section 3 of the paper has about ions.

use super::beside_ions::BesideIons;
use super::found::{Found, plain, ratio, scaled};
use super::norm::{DELTA, norm};
use super::refinement::Named;
use crate::functionals::axisymmetric::Integral;
use crate::laboratory::species::about_ions::{AlongIons, Section33, TooNarrow};
use crate::laboratory::theorem_1_3;
use std::f64::consts::PI;

/// η of (3.18).
const ETA: f64 = 0.5;

const DIVERGES_AT_IONS: &str = "diverges at the ions' velocity, where ∇f is not 0";
const TOO_NARROW: &str = "the density is too narrow for its distance from the ions";
/// Numbers of the chain (3.15) to (3.17), of f/n.
struct Chain {
    information: f64,
    /// D of I along Q.
    own: f64,
    /// C of (3.17).
    whole: f64,
    potential: f64,
    by_norm: f64,
    by_fisher: f64,
    right_of_15: f64,
    right_of_17: f64,
}

impl Found<'_> {
    /// What section 3 of the paper has about ions, of f/n with c/m² = 1 but for what the names say.
    pub fn push_ions(&self, i: usize, ions: &BesideIons, all: &mut Vec<Named>) {
        let name = self.name(i).to_string();
        let gamma = self.experiment.gamma;
        for (axis, component) in ["x", "y", "z"].into_iter().zip(ions.velocity) {
            self.single(all, format!("{name}_ions_velocity_{axis}"), Ok(plain(component)));
        }
        let along = ions.along.as_ref().map_err(|TooNarrow| TOO_NARROW.to_string());
        let of_along = |value: &dyn Fn(&AlongIons) -> Integral| along.clone().map(value);
        self.single(
            all,
            format!("{name}_entropy_dissipation_ions"),
            of_along(&|one| one.entropy_dissipation),
        );
        let at_origin = plain(ions.at_origin);
        self.single(
            all,
            format!("{name}_fisher_rate_ions"),
            of_along(&|one| one.fisher.combined(1.0, at_origin, 1.0)),
        );
        // The integral over v ≠ 0 lacks −(16π/3) f |∇ log f|² of the formula, dI/dt a quarter of that.
        self.single(
            all,
            format!("{name}_fisher_rate_ions_direct"),
            of_along(&|one| one.fisher_direct.combined(1.0, at_origin, -3.0)),
        );
        let of_log_sobolev = match ions.at_top || gamma > -3.0 {
            true => along.clone().and_then(|one| ratio(one.bending, one.turning)),
            false => Err(DIVERGES_AT_IONS.to_string()),
        };
        self.single(all, format!("{name}_log_sobolev_ions"), of_log_sobolev);
        let section = ions.section.as_ref().map_err(|TooNarrow| TOO_NARROW.to_string());
        for (what, value) in self.section_3_3(i, ions, section) {
            self.single(all, format!("{name}_{what}"), value);
        }
    }

    /// Both sides of (3.5), (3.6) and (3.15) to (3.25), of the probability density f/n.
    fn section_3_3(
        &self,
        i: usize,
        ions: &BesideIons,
        section: Result<&Section33, String>,
    ) -> Vec<(&'static str, Result<Integral, String>)> {
        let gamma = self.experiment.gamma;
        let density = self.densities[i].density();
        let of = |value: &dyn Fn(&Section33) -> Integral| {
            section.clone().map(|one| scaled(value(one), 1.0 / density))
        };
        let finite = |value: Result<Integral, String>| match ions.at_top {
            true => value,
            false => value.and(Err(DIVERGES_AT_IONS.to_string())),
        };
        let mut all = vec![
            ("spherical_fisher", of(&|one| one.spherical_fisher)),
            ("spherical_dissipation_ions", finite(of(&|one| one.spherical_dissipation))),
            ("3_5_left", finite(of(&|one| one.fourth.combined(1.0, one.sharp, 18.0)))),
            ("3_5_right", finite(of(&|one| scaled(one.spherical_dissipation, 9.0)))),
            ("3_6_left", finite(of(&|one| one.laplacian.combined(1.0, one.sharp, 2.0)))),
            ("3_6_right", finite(of(&|one| one.spherical_dissipation))),
        ];
        let rate = of(&|one| scaled(one.spherical_fisher_rate, 1.0 / density));
        all.push(("3_15_left", rate.clone()));
        if (-3.0..-2.0).contains(&gamma) {
            let chain = self.chain(i, ions, section.clone().ok());
            let finite = |value: f64| finite(section.clone().map(|_| plain(value)));
            all.push(("3_15_right", finite(chain.right_of_15)));
            all.push(("3_16_left", Ok(plain(chain.potential))));
            all.push(("3_16_middle", Ok(plain(chain.by_norm))));
            all.push(("3_16_right", Ok(plain(chain.by_fisher))));
            all.push(("3_17_right", finite(chain.right_of_17)));
        }
        if gamma == -3.0 {
            all.extend(self.at_coulomb(i, ions, section));
        }
        all
    }

    /// Numbers of f/n that the chain of section 3.3 needs, NaN where the section has none.
    fn chain(&self, i: usize, ions: &BesideIons, section: Option<&Section33>) -> Chain {
        let gamma = self.experiment.gamma;
        let density = self.densities[i].density();
        let one = self.species[i];
        let information = one.fisher.value / density;
        let own = self.own_dissipation(i).value / (density * density);
        let spherical = section.map_or(f64::NAN, |one| one.spherical_dissipation.value / density);
        let power = -(2.0 + gamma) / (3.0 - DELTA);
        let tail = (4.0 * PI / DELTA).powf(power);
        // |f/n|_p, and its bound by Sobolev's inequality.
        let p = norm(gamma);
        let of_norm = (one.power.value / density.powf(p)).powf(1.0 / p);
        let theta = 0.75 * power;
        let sobolev = theorem_1_3::sobolev() / 4.0;
        let factor = theorem_1_3::of_young() * theorem_1_3::of_pairs(gamma).sqrt();
        let whole = factor * (1.0 + tail * sobolev.powf(2.0 * theta)).sqrt();
        let potential = ions.potential / density;
        Chain {
            information,
            own,

            whole,
            potential,
            by_norm: 1.0 + tail * of_norm,
            by_fisher: 1.0 + tail * (sobolev * information).powf(2.0 * theta),
            right_of_15: factor * (potential * spherical * own).sqrt(),
            right_of_17: whole * (1.0 + information).powf(theta) * 0.5 * (spherical + own),
        }
    }

    /// (3.18), (1.11) and case 2 of section 3.3, velocities in the unit that makes I = 1.
    fn at_coulomb(
        &self,
        i: usize,
        ions: &BesideIons,
        section: Result<&Section33, String>,
    ) -> Vec<(&'static str, Result<Integral, String>)> {
        let f = &self.densities[i];
        let density = f.density();
        let finite = |value: &dyn Fn(&Section33) -> f64| match (&section, ions.at_top) {
            (Err(reason), _) => Err(reason.clone()),
            (Ok(_), false) => Err(DIVERGES_AT_IONS.to_string()),
            (Ok(section), true) => Ok(plain(value(section))),
        };
        let of = |value: Integral| value.value / density;
        let fisher =
            ions.along.as_ref().map_or(f64::NAN, |along| of(along.fisher) + ions.at_origin / density);
        let entropy = |one: &Section33| of(one.spherical_fisher);
        let spherical = |one: &Section33| of(one.spherical_dissipation);
        let temperature = f.square_about(ions.velocity) / (3.0 * density);
        let relative = self.species[i].entropy.value / density - density.ln()
            + 1.5 * (1.0 + (2.0 * PI * temperature).ln());
        let chain = self.chain(i, ions, section.as_ref().ok().copied());
        let left = |one: &Section33| 2.0 + entropy(one) / chain.information.powf(1.5) + relative;
        let mut all = vec![
            ("3_18_left", finite(&|_| fisher)),
            ("3_18_second", finite(&|one| 0.5 * of(one.third))),
            (
                "3_18_third",
                finite(&|one| 2f64.powf(-5.0 / 3.0) * (entropy(one) * spherical(one).powi(2)).cbrt()),
            ),
            (
                "3_18_right",
                finite(&|one| {
                    2f64.powf(-5.0 / 3.0)
                        * (entropy(one) / (3.0 * ETA * ETA) + 2.0 * ETA / 3.0 * spherical(one))
                }),
            ),
            ("relative_entropy", Ok(plain(relative))),
            ("condition_1_11", section.clone().map(|one| plain(left(one)))),
        ];
        let own_entropy =
            -self.species[i].along[i].entropy_by_flux.value * f.mass * f.mass / (density * density);
        let case = |one: &Section33| {
            // D along L_S and along Q scale as I, J and H do, times λ³.
            let unit = chain.information.sqrt();
            let (own_i, own_h) = (chain.own * unit.powi(-5), own_entropy * unit.powi(-3));
            let own_j = of(one.spherical_fisher_rate) / density * unit.powi(-6);
            let (fixed_i, fixed_j) = (fisher * unit.powi(-5), spherical(one) * unit.powi(-6));
            let fixed_h = entropy(one) * unit.powi(-3);
            let left = left(one);
            let least = chain.whole * chain.whole * left / (6.0 * 6f64.sqrt());
            let given = self.experiment.ions.as_ref().and_then(|ions| ions.strength);
            let strength = given.unwrap_or(least);
            let a = 1.0 / (3.0 * 6f64.sqrt());
            let eta = 1.0 / (3.0 * 2f64.powf(5.0 / 3.0)).sqrt();
            // κ with which the factor of D of I along Q is 0.
            let kappa = 0.5 * a * chain.whole * left.sqrt();
            let rate =
                -own_i + strength * fixed_i + a * own_j - a * strength * fixed_j - own_h - strength * fixed_h;
            let of_j = strength * eta / (3.0 * 2f64.powf(2.0 / 3.0))
                + 0.5 * a * chain.whole * left.sqrt() * kappa
                - a * strength;
            // The factors of D of I along Q and of D of H along L_S are 0.
            [strength, least, rate, of_j * fixed_j - own_h]
        };
        for (k, name) in ["3_20_strength", "3_25_strength", "3_20_left", "3_22_right"].into_iter().enumerate()
        {
            all.push((name, finite(&|one| case(one)[k])));
        }
        all
    }
}
