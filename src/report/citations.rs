//! What to cite for the methods that a scenario uses.

use crate::functionals::Functional;
use crate::integrators::Choice;
use crate::scenario::{Coefficients, Initial, Scenario, Score, Summation};

/// A publication, or this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Citation {
    /// What it is cited for.
    pub purpose: &'static str,
    key: &'static str,
    /// Separated by `and`, as BibTeX has them.
    authors: &'static str,
    title: &'static str,
    /// The journal with volume and pages; none of a program or a preprint.
    journal: Option<Journal>,
    /// Where it is found otherwise.
    note: &'static str,
    year: u32,
}

/// Where an article stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Journal {
    name: &'static str,
    volume: &'static str,
    pages: &'static str,
}

impl Citation {
    /// In a line: what for, authors, title, place, year.
    pub fn words(&self) -> String {
        let authors = self.authors.replace(" and ", ", ");
        let place = match self.journal {
            None if self.note.is_empty() => String::new(),
            None => format!(", {}", self.note),
            Some(Journal { name, volume, pages: "" }) => format!(", {name} {volume}"),
            Some(Journal { name, volume, pages }) => format!(", {name} {volume}, {pages}"),
        };
        format!("{}: {authors}, {}{place} ({})", self.purpose, self.title, self.year)
    }

    /// As an entry of BibTeX.
    pub fn bibtex(&self) -> String {
        let kind = if self.journal.is_some() { "article" } else { "misc" };
        let mut fields = vec![("author", self.authors), ("title", self.title)];
        if let Some(Journal { name, volume, pages }) = self.journal {
            fields.extend([("journal", name), ("volume", volume), ("pages", pages)]);
        }
        fields.push(("note", self.note));
        let written = fields.iter().filter(|(_, value)| !value.is_empty());
        let written: String = written.map(|(field, value)| format!("  {field} = {{{value}}},\n")).collect();
        format!("@{kind}{{{},\n{written}  year = {{{}}},\n}}\n", self.key, self.year)
    }
}

const fn journal(name: &'static str, volume: &'static str, pages: &'static str) -> Option<Journal> {
    Some(Journal { name, volume, pages })
}

const PROGRAM: Citation = Citation {
    purpose: "the program",
    key: "landau",
    authors: "{The landau developers}",
    title: "landau: a deterministic particle solver for the multispecies Landau equation",
    journal: None,
    note: concat!("version ", env!("CARGO_PKG_VERSION")),
    year: 2026,
};

const BLOB: Citation = Citation {
    purpose: "the particle method",
    key: "carrillo_hu_wang_wu_2020",
    authors: "Carrillo, J. A. and Hu, J. and Wang, L. and Wu, J.",
    title: "A particle method for the homogeneous Landau equation",
    journal: journal("Journal of Computational Physics: X", "7", "100066"),
    note: "",
    year: 2020,
};

const SPECIES: Citation = Citation {
    purpose: "the particle method for several species",
    key: "carrillo_hu_van_fleet_2024",
    authors: "Carrillo, J. A. and Hu, J. and Van Fleet, S. Q.",
    title: "A particle method for the multispecies Landau equation",
    journal: journal("Acta Applicandae Mathematicae", "194", ""),
    note: "",
    year: 2024,
};

const PARTICLE_SCORES: Citation = Citation {
    purpose: "scores at the particles",
    key: "carrillo_craig_patacchini_2019",
    authors: "Carrillo, J. A. and Craig, K. and Patacchini, F. S.",
    title: "A blob method for diffusion",
    journal: journal("Calculus of Variations and Partial Differential Equations", "58", "53"),
    note: "",
    year: 2019,
};

const BATCHES: Citation = Citation {
    purpose: "random batches",
    key: "carrillo_jin_tang_2022",
    authors: "Carrillo, J. A. and Jin, S. and Tang, Y.",
    title: "Random batch particle methods for the homogeneous Landau equation",
    journal: journal("Communications in Computational Physics", "31", "997--1019"),
    note: "",
    year: 2022,
};

const TREE: Citation = Citation {
    purpose: "the tree",
    key: "fong_darve_2009",
    authors: "Fong, W. and Darve, E.",
    title: "The black-box fast multipole method",
    journal: journal("Journal of Computational Physics", "228", "8712--8725"),
    note: "",
    year: 2009,
};

const CHEBYSHEV: Citation = Citation {
    purpose: "the integrator",
    key: "sommeijer_shampine_verwer_1998",
    authors: "Sommeijer, B. P. and Shampine, L. F. and Verwer, J. G.",
    title: "RKC: an explicit solver for parabolic PDEs",
    journal: journal("Journal of Computational and Applied Mathematics", "88", "315--326"),
    note: "",
    year: 1998,
};

const GRADIENT: Citation = Citation {
    purpose: "the integrator",
    key: "gonzalez_1996",
    authors: "Gonzalez, O.",
    title: "Time integration and discrete Hamiltonian systems",
    journal: journal("Journal of Nonlinear Science", "6", "449--467"),
    note: "",
    year: 1996,
};

const ADAPTIVE: Citation = Citation {
    purpose: "the control of steps",
    key: "gustafsson_1991",
    authors: "Gustafsson, K.",
    title: "Control theoretic techniques for stepsize selection in explicit Runge-Kutta methods",
    journal: journal("ACM Transactions on Mathematical Software", "17", "533--554"),
    note: "",
    year: 1991,
};

const POTENTIALS: Citation = Citation {
    purpose: "collisions with a background",
    key: "rosenbluth_macdonald_judd_1957",
    authors: "Rosenbluth, M. N. and MacDonald, W. M. and Judd, D. L.",
    title: "Fokker-Planck equation for an inverse-square force",
    journal: journal("Physical Review", "107", "1--6"),
    note: "",
    year: 1957,
};

const LOGARITHMS: Citation = Citation {
    purpose: "Coulomb logarithms",
    key: "nrl_formulary",
    authors: "{Naval Research Laboratory}",
    title: "NRL Plasma Formulary",
    journal: None,
    note: "Washington, DC",
    year: 2019,
};

const FISHER: Citation = Citation {
    purpose: "functionals of Fisher's information",
    key: "junne_winter_yoldas_2025",
    authors: "Junné, J. and Winter, R. and Yolda{\\c{s}}, H.",
    title: "On the existence of solutions to the multi-species Landau equation",
    journal: None,
    note: "preprint",
    year: 2025,
};

const EXACT: Citation = Citation {
    purpose: "the exact solution",
    key: "krook_wu_1977",
    authors: "Krook, M. and Wu, T. T.",
    title: "Exact solutions of the Boltzmann equation",
    journal: journal("Physics of Fluids", "20", "1589--1595"),
    note: "",
    year: 1977,
};

const FRAMES: Citation = Citation {
    purpose: "files of particles",
    key: "openpmd_2018",
    authors: "Huebl, A. and others",
    title: "openPMD: a meta data standard for particle and mesh based data, version 1.1.0",
    journal: None,
    note: "doi:10.5281/zenodo.1167843",
    year: 2018,
};

/// What to cite for a scenario: the program and its method first.
pub fn citations(scenario: &Scenario) -> Vec<Citation> {
    let moving = || scenario.species.iter().filter(|one| one.fixed.is_none());
    let background =
        scenario.species.iter().any(|one| one.fixed.as_ref().is_some_and(|fixed| fixed.mass.is_some()));
    let fisher = scenario.functionals.iter().any(|one| {
        !matches!(one, Functional::Moments(_) | Functional::Beyond(_) | Functional::RelativeEntropy(_))
    });
    let bkw = moving().any(|one| matches!(one.initial, Some(Initial::Bkw(_))));
    let openpmd = scenario.output.particles_every > 0
        || moving()
            .any(|one| matches!(&one.initial, Some(Initial::File(file)) if !file.path.ends_with(".csv")));
    let chosen = [
        (true, PROGRAM),
        (true, BLOB),
        (moving().count() > 1, SPECIES),
        (matches!(scenario.score, Score::Particles { .. }), PARTICLE_SCORES),
        (matches!(scenario.summation, Summation::RandomBatch { .. }), BATCHES),
        (matches!(scenario.summation, Summation::Tree { .. }), TREE),
        (matches!(scenario.integrator, Choice::RungeKuttaChebyshev(_)), CHEBYSHEV),
        (matches!(scenario.integrator, Choice::DiscreteGradient(_)), GRADIENT),
        (scenario.time.adaptive.is_some(), ADAPTIVE),
        (background, POTENTIALS),
        (matches!(scenario.collisions.coefficients, Coefficients::Coulomb { .. }), LOGARITHMS),
        (fisher, FISHER),
        (bkw, EXACT),
        (openpmd, FRAMES),
    ];
    chosen.into_iter().filter(|(is_used, _)| *is_used).map(|(_, citation)| citation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    fn keys(changes: &[&str]) -> Vec<&'static str> {
        let text = include_str!("../../tests/bad/maxwellian.json").to_string();
        let without_frames = ["output.particles_every=0"];
        let changes: Vec<String> =
            without_frames.iter().chain(changes).map(|change| change.to_string()).collect();
        let (scenario, _) = parse("maxwellian.json", text, &changes).unwrap();
        citations(&scenario).iter().map(|one| one.key).collect()
    }

    #[test]
    fn what_is_used_is_cited() {
        let plain = keys(&[]);
        assert_eq!(plain[..2], ["landau", "carrillo_hu_wang_wu_2020"]);
        for (change, key) in [
            ("summation={\"tree\":{\"tolerance\":1e-3}}", "fong_darve_2009"),
            ("summation={\"random_batch\":{\"size\":100,\"seed\":1}}", "carrillo_jin_tang_2022"),
            ("score={\"particles\":{}}", "carrillo_craig_patacchini_2019"),
            ("integrator={\"runge_kutta_chebyshev\":{}}", "sommeijer_shampine_verwer_1998"),
            ("integrator={\"discrete_gradient\":{}}", "gonzalez_1996"),
            ("functionals=[{\"fisher\":{}}]", "junne_winter_yoldas_2025"),
            ("output.particles_every=1", "openpmd_2018"),
        ] {
            assert!(!plain.contains(&key), "{key}");
            assert!(keys(&[change]).contains(&key), "{change}");
        }
    }

    #[test]
    fn a_citation_in_words_and_in_bibtex() {
        assert_eq!(
            TREE.words(),
            "the tree: Fong, W., Darve, E., The black-box fast multipole method, Journal of Computational Physics 228, 8712--8725 (2009)"
        );
        assert_eq!(
            TREE.bibtex(),
            "@article{fong_darve_2009,\n  author = {Fong, W. and Darve, E.},\n  title = {The black-box fast multipole method},\n  journal = {Journal of Computational Physics},\n  volume = {228},\n  pages = {8712--8725},\n  year = {2009},\n}\n"
        );
        assert!(FISHER.bibtex().starts_with("@misc{junne_winter_yoldas_2025,\n"), "{}", FISHER.bibtex());
    }
}
