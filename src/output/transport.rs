//! Transport coefficients as a table to read, as CSV and as JSON.

use crate::transport::estimate::{Estimated, Transport};
use serde_json::{Value, json};

/// The formats that coefficients are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

/// The table that is printed; units only with SI.
pub fn table(transport: &Transport, si: bool) -> String {
    let mut rows = vec![["coefficient", "value", "error", "exact", "off by", "number"].map(String::from)];
    rows.extend(transport.coefficients.iter().map(|one| row(one, si)));
    let widths: Vec<usize> = (0..6)
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default())
        .collect();
    let line = |row: &[String; 6]| {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
            .collect();
        cells.join("  ").trim_end().to_string() + "\n"
    };
    let text: String = rows.iter().map(line).collect();
    format!(
        "{text}error: of resolution, time and the size of the impulse together; exact: by Sonine polynomials, of the same plasma\nOnsager's relations hold to {:.1e}; {} evaluations of the rates\n",
        transport.asymmetry, transport.evaluations
    )
}

fn row(one: &Estimated, si: bool) -> [String; 6] {
    let value = one.coefficient.value;
    let unit =
        if si && one.coefficient.unit != "1" { format!(" {}", one.coefficient.unit) } else { String::new() };
    let number = one.coefficient.number.map(|(symbol, number)| format!("{symbol} = {number:.5}"));
    [
        one.coefficient.name.clone(),
        format!("{value:.5e}{unit}"),
        format!("{:.1e}", one.error() / value.abs()),
        one.exact.map_or(String::new(), |exact| format!("{exact:.5e}")),
        one.exact.map_or(String::new(), |exact| format!("{:+.1e}", value / exact - 1.0)),
        number.unwrap_or_default(),
    ]
}

/// A file of them.
pub fn file(transport: &Transport, format: Format, si: bool) -> String {
    match format {
        Format::Csv => csv(transport, si),
        Format::Json => format!("{:#}\n", json(transport, si)),
    }
}

/// A header and a row for each coefficient; cells without a value are empty.
fn csv(transport: &Transport, si: bool) -> String {
    let mut text =
        "name,value,unit,resolution_error,time_error,linearity_error,exact,symbol,number\n".to_string();
    let optional = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:e}"));
    for one in &transport.coefficients {
        let (symbol, number) = one.coefficient.number.unzip();
        text += &format!(
            "{},{:e},{},{},{:e},{:e},{},{},{}\n",
            one.coefficient.name,
            one.coefficient.value,
            if si { one.coefficient.unit } else { "" },
            optional(one.resolution_error),
            one.time_error,
            one.linearity_error,
            optional(one.exact),
            symbol.unwrap_or_default(),
            optional(number)
        );
    }
    text
}

fn json(transport: &Transport, si: bool) -> Value {
    let one = |one: &Estimated| {
        let mut value = json!({
            "name": one.coefficient.name,
            "value": one.coefficient.value,
            "errors": {
                "resolution": one.resolution_error,
                "time": one.time_error,
                "linearity": one.linearity_error,
            },
            "exact": one.exact,
        });
        if si {
            value["unit"] = one.coefficient.unit.into();
        }
        if let Some((symbol, number)) = one.coefficient.number {
            value["number"] = json!({ symbol: number });
        }
        value
    };
    json!({
        "coefficients": transport.coefficients.iter().map(one).collect::<Vec<_>>(),
        "asymmetry": transport.asymmetry,
        "evaluations": transport.evaluations,
    })
}
