//! Numbers of a table, with a point or, where the comma does not divide columns, a decimal comma.

use crate::rules::excerpt;

/// The decimal mark of a table: the first one that is found in it.
pub struct DecimalMark {
    comma_allowed: bool,
    found: Option<char>,
}

impl DecimalMark {
    /// Of a table with this between its columns.
    pub fn new(delimiter: u8) -> Self {
        Self { comma_allowed: delimiter != b',', found: None }
    }

    /// The number of a word, none if it is no number.
    ///
    /// # Errors
    ///
    /// A point in a table of decimal commas, or the reverse: one of them may divide thousands.
    pub fn number(&mut self, word: &str) -> Result<Option<f64>, String> {
        let mark = word.chars().find(|c| *c == '.' || (*c == ',' && self.comma_allowed));
        if let (Some(mark), Some(found)) = (mark, self.found)
            && mark != found
        {
            return Err(format!(
                "found \"{}\" below numbers with \"{found}\"; allowed: one decimal mark in a table",
                excerpt(word)
            ));
        }
        self.found = self.found.or(mark);
        if mark != Some(',') {
            return Ok(number(word));
        }
        Ok(number(&word.replace(',', ".")))
    }
}

/// A number as programs write it, in Fortran with D for the exponent.
fn number(word: &str) -> Option<f64> {
    word.parse().ok().or_else(|| {
        let (digits, exponent) = word.split_once(['d', 'D'])?;
        let whole = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let is_exponent = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
        if is_exponent { format!("{digits}e{exponent}").parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_programs_write_them() {
        for (word, value) in [
            ("1.5", Some(1.5)),
            ("-1.25D+05", Some(-1.25e5)),
            ("1d-3", Some(1e-3)),
            ("1.0Dx", None),
            ("D5", None),
            ("1,5", None),
            ("", None),
        ] {
            assert_eq!(DecimalMark::new(b',').number(word), Ok(value), "{word}");
        }
    }

    #[test]
    fn one_decimal_mark_holds_for_a_table() {
        let mut mark = DecimalMark::new(b';');
        assert_eq!(mark.number("1,5e3"), Ok(Some(1500.0)));
        assert_eq!(mark.number("7"), Ok(Some(7.0)));
        assert_eq!(mark.number("1,234,567"), Ok(None));
        assert_eq!(
            mark.number("1.5"),
            Err("found \"1.5\" below numbers with \",\"; allowed: one decimal mark in a table".to_string())
        );
    }
}
