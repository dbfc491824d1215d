//! Tables of particles are read to the same particles however they are written, and no number that is none is read.

use landau::any::AnySimulation;
use landau::scenario::parse;
use proptest::prelude::*;
use serde_json::json;
use std::fs;

/// How a table is written.
#[derive(Debug, Clone)]
struct Style {
    delimiter: &'static str,
    /// Blanks around the delimiter.
    padded: bool,
    comma: bool,
    exponent: Exponent,
    quoted: bool,
    /// The order of the columns vx, vy and weight, and how many others stand before each.
    order: Vec<usize>,
    others: [usize; 3],
    end: &'static str,
    /// Whether the last line ends.
    ended: bool,
    header_is_comment: bool,
    /// Lines that say nothing: before the header, and behind every second row.
    idle: Vec<&'static str>,
    coding: Coding,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Exponent {
    None,
    Small,
    Large,
    Fortran,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Coding {
    Plain,
    Marked,
    LittleEndian,
    BigEndian,
}

impl Style {
    fn number(&self, value: f64) -> String {
        let text = match self.exponent {
            Exponent::None => value.to_string(),
            Exponent::Small => format!("{value:e}"),
            Exponent::Large => format!("{value:E}"),
            Exponent::Fortran => format!("{value:e}").replace('e', "D+").replace("+-", "-"),
        };
        if self.comma { text.replace('.', ",") } else { text }
    }

    /// The words of a line, those of the three columns in their order and others between them.
    fn line(&self, words: [String; 3], other: &str) -> String {
        let quote = |word: String| if self.quoted { format!("\"{word}\"") } else { word };
        let mut all = Vec::new();
        for (place, &column) in self.order.iter().enumerate() {
            all.extend((0..self.others[place]).map(|k| format!("{other}{place}{k}")));
            all.push(quote(words[column].clone()));
        }
        let blank = if self.padded { " " } else { "" };
        all.join(&format!("{blank}{}{blank}", self.delimiter))
    }

    fn table(&self, rows: &[[String; 3]]) -> Vec<u8> {
        let header = self.line(["vx", "vy", "weight"].map(String::from), "id");
        let mark = if self.header_is_comment { "# " } else { "" };
        let mut lines: Vec<String> = self.idle.iter().map(|line| line.to_string()).collect();
        lines.push(format!("{mark}{header}"));
        for (k, row) in rows.iter().enumerate() {
            lines.push(self.line(row.clone(), "7"));
            lines.extend(self.idle.iter().filter(|_| k % 2 == 1).map(|line| line.to_string()));
        }
        let text = lines.join(self.end) + if self.ended { self.end } else { "" };
        let units = || "\u{feff}".encode_utf16().chain(text.encode_utf16());
        match self.coding {
            Coding::Plain => text.into_bytes(),
            Coding::Marked => format!("\u{feff}{text}").into_bytes(),
            Coding::LittleEndian => units().flat_map(u16::to_le_bytes).collect(),
            Coding::BigEndian => units().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

fn any_style() -> impl Strategy<Value = Style> {
    let select = |words: &'static [&'static str]| prop::sample::select(words);
    let exponents = vec![Exponent::None, Exponent::Small, Exponent::Large, Exponent::Fortran];
    let codings = vec![Coding::Plain, Coding::Marked, Coding::LittleEndian, Coding::BigEndian];
    let columns = (Just(vec![0, 1, 2]).prop_shuffle(), prop::array::uniform3(0usize..3));
    let numbers = (any::<bool>(), prop::sample::select(exponents), any::<bool>());
    let lines = (
        select(&["\n", "\r\n", "\r"]),
        any::<bool>(),
        any::<bool>(),
        prop::collection::vec(select(&["", "# beam, run 12", "#", "   "]), 0..3),
    );
    let delimiters = (select(&[",", ";", "\t", " "]), any::<bool>());
    (delimiters, columns, numbers, lines, prop::sample::select(codings)).prop_map(
        |((delimiter, padded), (order, others), (comma, exponent, quoted), lines, coding)| {
            let (end, ended, header_is_comment, idle) = lines;
            let comma = comma && delimiter != ",";
            // Blanks around a tab are words of their own to people too.
            let padded = padded && delimiter != "\t";
            // Fortran, numpy and whoever divides by blanks quote nothing.
            let quoted = quoted && delimiter != " " && !header_is_comment;
            Style {
                delimiter,
                padded,
                comma,
                exponent,
                quoted,
                order,
                others,
                end,
                ended,
                header_is_comment,
                idle,
                coding,
            }
        },
    )
}

fn any_rows() -> impl Strategy<Value = Vec<[f64; 3]>> {
    let velocity = || prop_oneof![-100.0..100.0f64, (-8i32..8).prop_map(f64::from)];
    // Eight rows: a mollifier reaches from one to the next.
    prop::collection::vec((velocity(), velocity(), 0.1..2.0f64), 8..12).prop_map(|rows| {
        let place = |(k, (x, y, weight)): (usize, (f64, f64, f64))| [x + 0.01 * k as f64, y, weight];
        rows.into_iter().enumerate().map(place).collect()
    })
}

/// The particles of a run from a table, or what is wrong with it.
fn read(table: &[u8]) -> Result<(Vec<f64>, Vec<f64>), String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cloud.csv");
    fs::write(&path, table).unwrap();
    let scenario = json!({
        "version": 1, "dimension": 2,
        "species": [{ "name": "a", "mass": 1.0, "initial": { "file": { "path": path } } }],
        "collisions": { "gamma": 0.0, "coefficients": { "uniform": 1.0 } },
        "score": { "particles": {} },
        "time": { "step": 0.01, "steps": 1 }
    });
    let (scenario, _) = parse("table.json", scenario.to_string(), &[]).unwrap();
    let run = AnySimulation::new(&scenario).map_err(|error| error.to_string())?;
    Ok((run.velocities("a").unwrap(), run.weights("a").unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tables_are_read_in_every_style(style in any_style(), rows in any_rows()) {
        let words: Vec<[String; 3]> = rows.iter().map(|row| row.map(|value| style.number(value))).collect();
        let table = style.table(&words);
        let (velocities, weights) = read(&table).map_err(|error| {
            TestCaseError::fail(format!("{error} in\n{}", String::from_utf8_lossy(&table)))
        })?;
        prop_assert_eq!(velocities, rows.iter().flat_map(|[x, y, _]| [*x, *y]).collect::<Vec<f64>>());
        prop_assert_eq!(weights, rows.iter().map(|[.., weight]| *weight).collect::<Vec<f64>>());
    }

    /// Not a number, or too large for one, wherever it stands among the columns that are read.
    #[test]
    fn no_number_that_is_none_is_read(
        style in any_style(),
        rows in any_rows(),
        place in (any::<prop::sample::Index>(), 0usize..3),
        word in prop::sample::select(vec!["nan", "NaN", "-nan", "inf", "-Infinity", "1e999", "", "--1", "1e", "0x10", "1_0", "one"]),
    ) {
        let mut words: Vec<[String; 3]> =
            rows.iter().map(|row| row.map(|value| style.number(value))).collect();
        let row = place.0.index(words.len());
        words[row][place.1] = word.to_string();
        let error = read(&style.table(&words)).unwrap_err();
        prop_assert!(error.starts_with("species.0.initial.file.path: ") && error.contains("found "), "{}", error);
    }
}
