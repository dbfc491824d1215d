//! The header of a table: its columns, what stands between them, and where it is.

use crate::rules::excerpt;
use crate::setup::cloud_file::{Amount, Wanted};
use crate::symmetry::coordinates::Coordinate;

/// The header of a table.
#[derive(Debug, PartialEq)]
pub struct Header {
    pub names: Vec<String>,
    /// Between two columns; a blank for any white space.
    pub delimiter: u8,
    /// Whether it is the first row that is no comment, rather than a comment.
    pub is_record: bool,
}

/// Where the columns are that a cloud is read from.
pub struct Columns {
    pub velocity: Vec<(usize, Coordinate)>,
    /// None if all weights are the same.
    pub weight: Option<usize>,
}

impl Header {
    /// The header in the beginning of a table: the first line with words, or a comment above a line of numbers.
    pub fn of(head: &[u8]) -> Self {
        let head = String::from_utf8_lossy(head);
        let mut commented: Option<(Vec<String>, u8)> = None;
        for line in head.split(['\n', '\r']).filter(|line| !line.trim().is_empty()) {
            if let Some(comment) = line.trim_start().strip_prefix('#') {
                let (names, delimiter) = words(comment);
                let is_header = names.iter().any(|name| COORDINATES.contains(&name.as_str()));
                commented = if is_header { Some((names, delimiter)) } else { commented };
                continue;
            }
            let (names, delimiter) = words(line);
            let has_numbers = names[0].starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
            return match commented {
                Some((names, delimiter)) if has_numbers => Self { names, delimiter, is_record: false },
                _ => Self { names, delimiter, is_record: true },
            };
        }
        let (names, delimiter) = commented.unwrap_or((vec![String::new()], b','));
        Self { names, delimiter, is_record: false }
    }

    /// Where the columns of a cloud are. Others may stand beside them, but no other coordinates.
    pub fn columns<const D: usize>(&self, wanted: &Wanted) -> Result<Columns, String> {
        let layouts = wanted.layouts::<D>();
        if let Some(columns) = layouts.iter().find_map(|layout| self.places(layout, wanted)) {
            return Ok(columns);
        }
        let list = |layout: &Vec<Coordinate>| {
            let velocity = layout.iter().map(|coordinate| format!("v{}", coordinate.name));
            velocity.chain(["weight".to_string()]).collect::<Vec<_>>().join(",")
        };
        let allowed = layouts.iter().map(list).collect::<Vec<_>>().join(" or ");
        let hint = match self.names.iter().any(|name| name == "vr") && wanted.symmetry.is_none() {
            true => ", or a scenario with `symmetry` for vr",
            false => "",
        };
        Err(format!("found the header \"{}\"; allowed: {allowed}{hint}", excerpt(&self.names.join(","))))
    }

    fn places(&self, layout: &[Coordinate], wanted: &Wanted) -> Option<Columns> {
        let place = |wanted: &str| {
            let mut places = (0..self.names.len()).filter(|&column| self.names[column] == wanted);
            places.next().filter(|_| places.next().is_none())
        };
        let velocity: Option<Vec<_>> = layout
            .iter()
            .map(|coordinate| Some((place(&format!("v{}", coordinate.name))?, *coordinate)))
            .collect();
        let velocity = velocity?;
        let coordinates = self.names.iter().filter(|name| COORDINATES.contains(&name.as_str())).count();
        let weight = place("weight");
        let weights = self.names.iter().filter(|name| *name == "weight").count();
        let equal = weights == 0 && matches!(wanted.amount, Some(Amount::Density(_)));
        (coordinates == velocity.len() && (weight.is_some() || equal)).then_some(Columns { velocity, weight })
    }
}

/// All coordinates that a table may have.
const COORDINATES: [&str; 4] = ["vx", "vy", "vz", "vr"];

/// The words of a header, without their quotes, and what stands between them.
fn words(line: &str) -> (Vec<String>, u8) {
    let delimiter = [';', ',', '\t'].into_iter().find(|&delimiter| line.trim().contains(delimiter));
    let parts: Vec<&str> = match delimiter {
        Some(delimiter) => line.trim().split(delimiter).collect(),
        None => line.split_whitespace().collect(),
    };
    let bare = |part: &str| part.trim().trim_matches('"').trim().to_string();
    (parts.into_iter().map(bare).collect(), delimiter.map_or(b' ', |delimiter| delimiter as u8))
}
