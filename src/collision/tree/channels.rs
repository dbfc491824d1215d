//! Far fields that several species share.

use crate::collision::tile::Coefficients;

/// Rows of coefficients that are multiples of each other need one far field between them.
#[derive(Debug)]
pub struct Channels {
    /// By channel the coefficient of each source species.
    pub rows: Vec<Vec<f64>>,
    /// By species its channel and its factor: c_ij = a_i row_j.
    pub of_species: Vec<(usize, f64)>,
}

impl Channels {
    pub fn new(coefficients: &Coefficients) -> Self {
        let species = coefficients.species;
        let mut channels = Self { rows: Vec::new(), of_species: Vec::new() };
        for i in 0..species {
            let row: Vec<f64> = (0..species).map(|j| coefficients.of(i, j)).collect();
            let multiple = |of: &Vec<f64>| {
                let j = of.iter().position(|c| *c != 0.0)?;
                let a = row[j] / of[j];
                (0..species).all(|j| row[j] == a * of[j]).then_some(a)
            };
            let found = channels.rows.iter().enumerate().find_map(|(k, of)| multiple(of).map(|a| (k, a)));
            channels.of_species.push(found.unwrap_or((channels.rows.len(), 1.0)));
            if found.is_none() {
                channels.rows.push(row);
            }
        }
        channels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels(species: usize, values: &[f64]) -> Channels {
        Channels::new(&Coefficients { species, values: values.to_vec() })
    }

    #[test]
    fn products_of_charges_share_one_field() {
        let shared = channels(2, &[1.0, 4.0, 4.0, 16.0]);
        assert_eq!(shared.rows, [[1.0, 4.0]]);
        assert_eq!(shared.of_species, [(0, 1.0), (0, 4.0)]);
    }

    #[test]
    fn other_species_have_fields_of_their_own() {
        let apart = channels(3, &[1.0, 2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(apart.rows.len(), 2);
        assert_eq!(apart.of_species, [(0, 1.0), (1, 1.0), (0, 0.0)]);
    }
}
