//! An isotropic density on a grid of speeds.

use super::grid::Grid;
use std::f64::consts::PI;

/// How many cells the interpolation of a density looks at.
const STENCIL: usize = 6;

/// f of one species at the middles v_k = (k + ½) h of cells of speed.
///
/// Cell k stands for 4π v_k² h of velocity space. That is the midpoint rule. Where f is a smooth function of |v|² and
/// has vanished at the fastest cell, its sums are more accurate than any power of h.
#[derive(Debug, Clone, PartialEq)]
pub struct Isotropic {
    /// m.
    pub mass: f64,
    /// h, a speed.
    pub width: f64,
    /// f at the cells: a number density per cube of speed.
    pub density: Vec<f64>,
}

impl Isotropic {
    /// f(v) = `density(v)` on `cells` cells between the speeds 0 and `fastest`.
    ///
    /// # Panics
    ///
    /// If there are fewer than 6 cells, or `mass` or `fastest` is not positive.
    pub fn new(mass: f64, cells: usize, fastest: f64, density: impl Fn(f64) -> f64) -> Self {
        assert!(cells >= STENCIL && mass > 0.0 && fastest > 0.0, "a grid of {cells} cells up to {fastest}");
        let width = fastest / cells as f64;
        Self { mass, width, density: (0..cells).map(|k| density((k as f64 + 0.5) * width)).collect() }
    }

    /// A Maxwellian of number density n and temperature T.
    pub fn maxwellian(mass: f64, cells: usize, fastest: f64, number: f64, temperature: f64) -> Self {
        let variance = temperature / mass;
        let factor = number * (2.0 * PI * variance).powf(-1.5);
        Self::new(mass, cells, fastest, |v| factor * (-0.5 * v * v / variance).exp())
    }

    /// v_k.
    pub fn speed(&self, cell: usize) -> f64 {
        (cell as f64 + 0.5) * self.width
    }

    /// 4π v_k² h.
    pub fn volume(&self, cell: usize) -> f64 {
        4.0 * PI * self.speed(cell).powi(2) * self.width
    }

    /// ∫ f φ(|v|) dv.
    pub fn integral(&self, of: impl Fn(f64) -> f64) -> f64 {
        (0..self.density.len()).map(|k| self.volume(k) * self.density[k] * of(self.speed(k))).sum()
    }

    /// n = ∫ f dv.
    pub fn number(&self) -> f64 {
        self.integral(|_| 1.0)
    }

    /// ½ m ∫ |v|² f dv.
    pub fn energy(&self) -> f64 {
        0.5 * self.mass * self.integral(|v| v * v)
    }

    /// T = m ⟨|v|²⟩/3.
    pub fn temperature(&self) -> f64 {
        2.0 / 3.0 * self.energy() / self.number()
    }

    /// ∫ f ln f dv.
    pub fn entropy(&self) -> f64 {
        let cells = self.density.iter().enumerate().filter(|&(_, &f)| f > 0.0);
        cells.map(|(k, f)| self.volume(k) * f * f.ln()).sum()
    }

    /// f(v) at any speed, 0 beyond the grid: the polynomial through the 6 cells around it. Near the origin some of them
    /// are those of −v, since f is even.
    pub fn density_at(&self, speed: f64) -> f64 {
        let (place, cells) = (speed / self.width - 0.5, self.density.len() as isize);
        if place > cells as f64 - 0.5 {
            return 0.0;
        }
        let half = STENCIL as isize / 2;
        let first = (place.floor() as isize + 1 - half).min(cells - 2 * half);
        let nodes = first..first + 2 * half;
        let value = |node: isize| self.density[if node < 0 { -1 - node } else { node } as usize];
        let basis = |node: isize| -> f64 {
            let others = nodes.clone().filter(|&other| other != node);
            others.map(|other| (place - other as f64) / (node - other) as f64).product()
        };
        nodes.clone().map(|node| value(node) * basis(node)).sum()
    }

    /// What the sums over pairs need of it.
    pub(super) fn grid(&self) -> Grid {
        Grid { cells: self.density.len(), width: self.width }
    }
}
