//! Quantities of species and of pairs of them, by the numbers of the paper's formulas.

use super::found::{Found, combined, indices, ratio, scaled};
use super::refinement::Named;
use crate::functionals::axisymmetric::Integral;
use crate::laboratory::species::pairs::OfPair;
use crate::laboratory::theorem_1_3::{self, OF_ALL, OF_EVEN};
use std::f64::consts::PI;

const DIVERGES_AT_CONTACT: &str =
    "diverges as a logarithm at v_i = v_j, where ∇_z log(f_i f_j) is not 0 and γ = −3";

impl Found<'_> {
    pub fn push_totals(&self, all: &mut Vec<Named>) {
        let count = self.species.len();
        let species = || self.species.iter().zip(self.densities);
        let pairs = || (0..count).flat_map(|i| (0..count).map(move |j| (i, j)));
        let entropy = combined(species().map(|(one, _)| (1.0, one.entropy)));
        let fisher = combined(species().map(|(one, f)| (1.0 / f.mass, one.fisher)));
        let entropy_rate = combined(pairs().map(|(i, j)| (1.0, self.along(i, j)[1])));
        let fisher_rate = combined(pairs().map(|(i, j)| (1.0 / self.densities[i].mass, self.along(i, j)[2])));
        self.single(all, "entropy".to_string(), Ok(entropy));
        self.single(all, "fisher".to_string(), Ok(fisher));
        self.single(all, "entropy_rate".to_string(), Ok(entropy_rate));
        self.single(all, "fisher_rate".to_string(), Ok(fisher_rate));
        if self.experiment.two_particle {
            let lifted = indices(count).zip(&self.pairs).filter_map(|((i, j), pair)| {
                let half = if i == j { -0.5 } else { -1.0 };
                pair.map(|pair| (half, self.dissipation(i, j, pair)))
            });
            self.double(all, "lifted_fisher_rate".to_string(), Ok(combined(lifted)));
        }
    }

    pub fn push_species(&self, i: usize, all: &mut Vec<Named>) {
        let (name, one) = (self.name(i), self.species[i]);
        for (what, value) in [("density", one.density), ("entropy", one.entropy), ("fisher", one.fisher)] {
            self.single(all, format!("{name}_{what}"), Ok(value));
        }
        let along: Vec<Integral> = (0..self.species.len()).map(|j| self.along(i, j)[2]).collect();
        let total = combined(along.iter().map(|one| (1.0, *one)));
        self.single(all, format!("{name}_fisher_rate"), Ok(total));
        for (j, one) in along.iter().enumerate() {
            if self.experiment.coefficient(i, j) > 0.0 {
                self.single(all, format!("{name}_fisher_rate_{}", self.name(j)), Ok(*one));
            }
        }
    }

    /// 2 c α³ and 2 c α²/M.
    fn factors(&self, i: usize, j: usize) -> [f64; 2] {
        let [m, n] = [i, j].map(|k| self.densities[k].mass);
        let alpha = 1.0 / m + 1.0 / n;
        let c = 2.0 * self.experiment.coefficient(i, j);
        [c * alpha.powi(3), c * alpha * alpha / (m + n)]
    }

    /// D by (2.7) and (2.8).
    fn dissipation(&self, i: usize, j: usize, pair: &OfPair) -> Integral {
        let [cubic, quadratic] = self.factors(i, j);
        pair.hessian.combined(cubic, pair.center, quadratic)
    }

    pub fn push_pair(&self, i: usize, j: usize, pair: Option<&OfPair>, all: &mut Vec<Named>) {
        let names = format!("{}_{}", self.name(i), self.name(j));
        let [m, n] = [i, j].map(|k| self.densities[k].mass);
        let (one, other) = (self.along(i, j), self.along(j, i));
        let half = if i == j { 0.5 } else { 1.0 };
        let entropy = |k: usize| one[k].combined(-half, other[k], -half);
        self.single(all, format!("dissipation_{names}"), Ok(entropy(1)));
        self.single(all, format!("dissipation_{names}_direct"), Ok(entropy(0)));
        let direct = one[2].combined(-1.0 / m, other[2], -1.0 / n);
        self.single(all, format!("fisher_dissipation_{names}_direct"), Ok(direct));
        let Some(pair) = pair else { return };
        let gamma = self.experiment.gamma;
        let [cubic, quadratic] = self.factors(i, j);
        let alpha = 1.0 / m + 1.0 / n;
        let c = self.experiment.coefficient(i, j);
        self.double(
            all,
            format!("dissipation_{names}_pairs"),
            Ok(scaled(pair.entropy, half * c * alpha * alpha)),
        );
        let whole = self.dissipation(i, j, pair);
        self.double(all, format!("fisher_dissipation_{names}"), Ok(whole));
        let diverges = i != j && gamma == -3.0 && pair.contact.value > 1e-12 * pair.entropy.size;
        let finite = |value: Integral| match diverges {
            true => Err(DIVERGES_AT_CONTACT.to_string()),
            false => Ok(value),
        };
        let curvature = pair.curvature.combined(cubic, pair.turning, -0.25 * gamma * gamma * cubic);
        let square = scaled(pair.square, cubic);
        let center = scaled(pair.center, quadratic);
        let least = if i == j { OF_EVEN } else { OF_ALL };
        let bound = square
            .combined(1.0, pair.turning, cubic * (least - 0.25 * gamma * gamma))
            .combined(1.0, center, 1.0);
        self.double(all, format!("fisher_dissipation_{names}_square"), finite(square));
        self.double(all, format!("fisher_dissipation_{names}_curvature"), finite(curvature));
        self.double(all, format!("fisher_dissipation_{names}_center"), Ok(center));
        self.double(all, format!("fisher_dissipation_{names}_bound"), finite(bound));
        let ratio = ratio(pair.curvature, pair.turning).and_then(finite);
        self.double(all, format!("log_sobolev_{names}"), ratio);
        if i != j {
            // What (2.15) lacks at γ = −3.
            let contact = if gamma == -3.0 { cubic * 8.0 * PI / 3.0 } else { 0.0 };
            self.double(
                all,
                format!("fisher_dissipation_{names}_contact"),
                Ok(scaled(pair.contact, contact)),
            );
        } else {
            self.push_own(i, pair, all);
        }
    }
    /// Proposition 3.5, Lemma 3.7 for pairs, and (3.10), for c/m² = 1.
    pub fn push_own(&self, i: usize, pair: &OfPair, all: &mut Vec<Named>) {
        let (name, gamma) = (self.name(i), self.experiment.gamma);
        let quarter = 0.25 * gamma * gamma;
        let own = self.own_dissipation(i);
        let curvature = pair.curvature.combined(8.0, pair.turning, -8.0 * quarter);
        let parts = [
            ("square", scaled(pair.square, 8.0)),
            ("curvature", curvature),
            ("center", scaled(pair.center, 2.0)),
        ];
        self.single(all, format!("{name}_proposition_3_5_direct"), Ok(own));
        for (what, value) in parts {
            self.double(all, format!("{name}_proposition_3_5_{what}"), Ok(value));
        }
        let constant = theorem_1_3::of_pairs(gamma);
        for (formula, left, factor) in [("3_7", pair.fourth, 2.0), ("3_8", pair.laplacian, 1.0)] {
            self.double(all, format!("{name}_{formula}_left"), Ok(scaled(left, 16.0)));
            self.single(all, format!("{name}_{formula}_right"), Ok(scaled(own, factor * constant)));
        }
        let rest = pair.curvature.combined(1.0, pair.turning, -1.0);
        self.double(all, format!("{name}_3_10_middle"), Ok(curvature));
        self.double(all, format!("{name}_3_10_right"), Ok(scaled(rest, 8.0 * (1.0 - quarter / OF_EVEN))));
    }
}
