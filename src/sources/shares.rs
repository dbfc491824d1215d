//! Shares of particles' weights among the cells of a lattice, smooth where no cell falls below 0 and plain elsewhere.
//!
//! Smooth shares are Lagrange's polynomials and may be negative. Beside a density that falls steeply they may leave a cell below
//! 0. Of the particles that took too much there a part is then shared plainly, among the nearest cells.

/// Particles are shared plainly as far as it takes, and this many times further, so that few rounds do.
const MARGIN: f64 = 2.0;

/// Rounds after which particles that take too much are shared plainly as a whole.
const GENTLE_ROUNDS: u32 = 20;

/// A cell, and the share of a particle's weight that it gets.
pub type Share = (usize, f64);

/// The two ways to share out a particle. Either has shares of sum 1.
pub struct Choice<const S: usize, const P: usize> {
    /// `None` where there are too few cells around the particle.
    pub smooth: Option<[Share; S]>,
    pub plain: [Share; P],
}

/// Weights of cells.
pub struct Shared {
    /// Below 0 where plain shares of all particles that take from a cell leave too little there.
    pub weights: Vec<f64>,
    /// How much of each particle is shared plainly.
    pub blends: Vec<f64>,
}

/// Shares particles out among so many cells.
pub fn shared<const S: usize, const P: usize>(
    cells: usize,
    choices: &[Choice<S, P>],
    weights: &[f64],
) -> Shared {
    let all = || choices.iter().zip(weights);
    let mut blends: Vec<f64> =
        choices.iter().map(|choice| if choice.smooth.is_some() { 0.0 } else { 1.0 }).collect();
    let mut found = vec![0.0; cells];
    let mut taken = vec![0.0; cells];
    for round in 0.. {
        found.fill(0.0);
        taken.fill(0.0);
        for ((choice, &weight), &blend) in all().zip(&blends) {
            for &(cell, share) in choice.smooth.iter().flatten().filter(|_| blend < 1.0) {
                let part = (1.0 - blend) * share * weight;
                found[cell] += part;
                taken[cell] += part.min(0.0);
            }
            if blend > 0.0 {
                choice.plain.iter().for_each(|&(cell, share)| found[cell] += blend * share * weight);
            }
        }
        if found.iter().all(|weight| *weight >= 0.0) {
            break;
        }
        let mut changed = false;
        for (choice, blend) in choices.iter().zip(&mut blends).filter(|(_, blend)| **blend < 1.0) {
            let smooth = choice.smooth.iter().flatten();
            let short = smooth.filter(|&&(cell, share)| share < 0.0 && found[cell] < 0.0);
            // Of what is taken from a cell this part is too much.
            let most = short.map(|&(cell, _)| found[cell] / taken[cell]).fold(0.0, f64::max);
            if most > 0.0 {
                let part = if round < GENTLE_ROUNDS { (MARGIN * most).min(1.0) } else { 1.0 };
                (*blend, changed) = (1.0 - (1.0 - *blend) * (1.0 - part), true);
            }
        }
        if !changed {
            break;
        }
    }
    Shared { weights: found, blends }
}

/// Lagrange's polynomials over so many places, at one.
pub fn lagrange<const N: usize>(places: [f64; N], at: f64) -> [f64; N] {
    std::array::from_fn(|k| {
        let others = (0..N).filter(|&other| other != k);
        others.map(|other| (at - places[other]) / (places[k] - places[other])).product()
    })
}

/// The first of so many neighbouring cells around a radius, on the line with mirror images: cell k is at k ≥ 0, its image at
/// −k − 1. An odd number of cells has the nearest one in its middle.
pub fn first(radii: &[f64], radius: f64, count: usize) -> i64 {
    let inside = radii.partition_point(|cell| *cell <= radius);
    let above_the_middle = match inside {
        0 => radii.first().is_some_and(|cell| *cell - radius < cell + radius),
        _ => radii.get(inside).is_some_and(|cell| cell - radius < radius - radii[inside - 1]),
    };
    let inside = inside + usize::from(count % 2 == 1 && above_the_middle);
    (inside as i64 - count.div_ceil(2) as i64).min(radii.len() as i64 - count as i64)
}

/// Lagrange's shares of a radius among N cells with mirror images. Σ_k l_k(r) q(r_k) = q(r) for every even polynomial q of
/// degree N − 1 at most.
pub fn smooth<const N: usize>(radii: &[f64], radius: f64) -> [Share; N] {
    let first = first(radii, radius, N);
    let cell = |k: usize| {
        let index = first + k as i64;
        if index < 0 { (-index - 1) as usize } else { index as usize }
    };
    let place = |k: usize| if first + (k as i64) < 0 { -radii[cell(k)] } else { radii[cell(k)] };
    let shares = lagrange::<N>(std::array::from_fn(place), radius);
    std::array::from_fn(|k| (cell(k), shares[k]))
}
