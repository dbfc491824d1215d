//! A parser of strict JSON (RFC 8259). It returns the value of a text and the positions of its parts, or the
//! first fault.
//!
//! One pass finds the value and where every key and value starts. The message of a fault says what to change.
//! In addition to the standard, keys of an object must be unique, lists and objects nest at most [`DEEPEST`]
//! levels, and numbers must fit into f64. Floating-point numbers are rounded correctly.

#[cfg(test)]
mod tests;

use super::errors::{MOST_QUOTED, join};
use crate::rules::{shortened, visible};
use serde_json::{Map, Number, Value};
use std::collections::HashMap;

/// The deepest nesting of lists and objects, so that no text exhausts the stack.
pub const DEEPEST: usize = 127;

/// Where the values of a text and their keys start, by path.
#[derive(Debug, Clone, PartialEq)]
pub struct Places {
    starts: HashMap<String, Start>,
}

/// The bytes at which a value and the key in front of it start. In a list both are the start of the value.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Start {
    key: usize,
    value: usize,
}

impl Places {
    /// The byte at which the value at `path` starts, or with `of_key` the key in front of it. If the text has
    /// no such value, the start of the innermost value around it.
    pub fn start(&self, path: &str, of_key: bool) -> usize {
        match self.starts.get(path) {
            Some(start) if of_key => start.key,
            Some(start) => start.value,
            None if path.is_empty() => 0,
            None => self.start(path.rsplit_once('.').map_or("", |(parent, _)| parent), false),
        }
    }

    /// Whether the text holds a value at `path`.
    pub fn holds(&self, path: &str) -> bool {
        self.starts.contains_key(path)
    }
}

/// Why a text cannot be parsed.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The text is not JSON from the byte `at` on. The message says what was found and what is allowed.
    Syntax { at: usize, message: String },
    /// The key at `path` occurs a second time in its object, at the byte `at`.
    KeyTwice { at: usize, path: String },
}

/// Parses a text into its value and the positions of its parts.
pub fn parse(text: &str) -> Result<(Value, Places), Fault> {
    let mut reader = Reader { text, at: 0, starts: HashMap::new() };
    if text.trim().is_empty() {
        return Err(reader.fault("found an empty file; allowed: a scenario, { … }"));
    }
    if text.starts_with('\u{feff}') {
        return Err(reader.fault("found a byte order mark; allowed: UTF-8 text without one"));
    }
    let value = reader.value(String::new(), None, 0)?;
    match reader.next() {
        Some(_) => Err(reader.unexpected(" after the end of the scenario", "nothing there", "")),
        None => Ok((value, Places { starts: reader.starts })),
    }
}

const UNKNOWN_ESCAPE: &str = r#"found an unknown escape in a string; allowed: \" \\ \/ \b \f \n \r \t and \u with four hexadecimal digits"#;
const HALF_A_PAIR: &str =
    r"found half of a surrogate pair in a string; allowed: both halves, as in \ud83d\ude00";
const CONTROL: &str = r"found a control character in a string; allowed: escapes such as \n and \t";

/// A text that has been read up to the byte `at`.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    starts: HashMap<String, Start>,
}

impl<'t> Reader<'t> {
    /// Reads the value at `path`, nested in `depth` lists and objects. Its key, if it has one, starts at
    /// `key`.
    fn value(&mut self, path: String, key: Option<usize>, depth: usize) -> Result<Value, Fault> {
        let first = self.next();
        let start = self.at;
        let value = match first {
            Some('{' | '[') if depth == DEEPEST => Err(self.fault(format!(
                "found objects and lists nested {} deep; allowed: at most {DEEPEST} levels",
                DEEPEST + 1
            ))),
            Some('{') => self.object(&path, depth + 1),
            Some('[') => self.list(&path, depth + 1),
            Some('"') => self.string().map(Value::String),
            _ => self.word(),
        }?;
        self.starts.insert(path, Start { key: key.unwrap_or(start), value: start });
        Ok(value)
    }

    fn object(&mut self, path: &str, depth: usize) -> Result<Value, Fault> {
        self.at += 1;
        let mut object = Map::new();
        let mut more = !self.takes('}');
        while more {
            if self.next() != Some('"') {
                return Err(self.unexpected("", "a key in double quotes", "an object"));
            }
            let at = self.at;
            let key = self.string()?;
            let path = join(path, &key);
            if object.contains_key(&key) {
                return Err(Fault::KeyTwice { at, path });
            }
            if !self.takes(':') {
                return Err(self.unexpected(" after a key", "`:`", "an object"));
            }
            let value = self.value(path, Some(at), depth)?;
            object.insert(key, value);
            more = self.goes_on('}', "an object")?;
        }
        Ok(Value::Object(object))
    }

    fn list(&mut self, path: &str, depth: usize) -> Result<Value, Fault> {
        self.at += 1;
        let mut list = Vec::new();
        let mut more = !self.takes(']');
        while more {
            if self.next().is_none() {
                return Err(self.end_inside("a list"));
            }
            list.push(self.value(join(path, &list.len().to_string()), None, depth)?);
            more = self.goes_on(']', "a list")?;
        }
        Ok(Value::Array(list))
    }

    /// Whether another element follows, after a comma. The end of the list or object is consumed.
    fn goes_on(&mut self, end: char, whole: &str) -> Result<bool, Fault> {
        if self.takes(end) {
            return Ok(false);
        }
        if !self.takes(',') {
            return Err(self.unexpected(&format!(" in {whole}"), &format!("`,` or `{end}`"), whole));
        }
        match self.next() == Some(end) {
            true => Err(self.fault(format!("found a comma before `{end}`; allowed: no comma there"))),
            false => Ok(true),
        }
    }

    fn string(&mut self) -> Result<String, Fault> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let Some(c) = self.rest().chars().next() else { return Err(self.end_inside("a string")) };
            match c {
                '\\' => string.push(self.escaped()?),
                c if c < ' ' => return Err(self.fault(CONTROL)),
                c => {
                    self.at += c.len_utf8();
                    if c == '"' {
                        return Ok(string);
                    }
                    string.push(c);
                }
            }
        }
    }

    /// Reads an escape sequence and returns the character that it stands for.
    fn escaped(&mut self) -> Result<char, Fault> {
        let escape = self.at;
        let plain = match self.rest().chars().nth(1) {
            None => return Err(self.end_inside("a string")),
            Some(c @ ('"' | '\\' | '/')) => Some(c),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some(_) => None,
        };
        if let Some(c) = plain {
            self.at += 2;
            return Ok(c);
        }
        let first = self.code_unit().ok_or_else(|| self.fault(UNKNOWN_ESCAPE))?;
        let second = if (0xd800..0xdc00).contains(&first) { self.code_unit() } else { None };
        let mut characters = char::decode_utf16([first].into_iter().chain(second));
        let half = || Fault::Syntax { at: escape, message: HALF_A_PAIR.to_string() };
        characters.next().and_then(Result::ok).ok_or_else(half)
    }

    /// Reads a UTF-16 code unit, written as `\u` and four hexadecimal digits.
    fn code_unit(&mut self) -> Option<u16> {
        let digits = self.rest().strip_prefix("\\u")?.get(..4)?;
        // JSON allows no sign here, though `from_str_radix` does.
        let unit = u16::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        self.at += 6;
        Some(unit)
    }

    /// Reads a number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Value, Fault> {
        let word = self.token();
        let value = match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ if is_number(word) => Value::Number(number(word).ok_or_else(|| {
                self.fault(format!(
                    "found the number {}; allowed: numbers up to 1.7e308 in size",
                    quoted(word)
                ))
            })?),
            _ if word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
                return Err(self.fault(format!(
                    "found {} as a number; allowed: numbers such as 2, 0.5 or -1e-3",
                    quoted(word)
                )));
            }
            _ => {
                let allowed = "a number, a string in double quotes, true, false, a list or an object";
                return Err(self.unexpected("", allowed, "a value"));
            }
        };
        self.at += word.len();
        Ok(value)
    }

    /// Skips blanks, and returns the next character.
    fn next(&mut self) -> Option<char> {
        let rest = self.rest().trim_start_matches([' ', '\t', '\n', '\r']);
        self.at = self.text.len() - rest.len();
        rest.chars().next()
    }

    /// Consumes this character if it comes next. Returns whether it did.
    fn takes(&mut self, c: char) -> bool {
        let found = self.next() == Some(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The next word, or the next single character.
    fn token(&self) -> &'t str {
        let rest = self.rest();
        let ends = |c: char| !(c.is_alphanumeric() || "_+-.".contains(c));
        let length = match rest.find(ends) {
            Some(0) => rest.chars().next().map_or(0, char::len_utf8),
            length => length.unwrap_or(rest.len()),
        };
        &rest[..length]
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault::Syntax { at: self.at, message: message.into() }
    }

    /// The fault that the next token is not `allowed` there. `whole` is what it would be part of.
    fn unexpected(&self, there: &str, allowed: &str, whole: &str) -> Fault {
        match self.token() {
            "" => self.end_inside(whole),
            "/" | "#" => self.fault("found a comment; allowed: JSON, which has no comments"),
            token => self.fault(format!("found {}{there}; allowed: {allowed}", quoted(token))),
        }
    }

    fn end_inside(&self, whole: &str) -> Fault {
        let message = format!("found the end of the file inside {whole}; allowed: the rest of it");
        Fault::Syntax { at: self.text.trim_end().len(), message }
    }
}

/// Whether a word is a JSON number: an optional `-`, digits without a leading zero, an optional fraction and
/// exponent.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let size = word.strip_prefix('-').unwrap_or(word);
    let (decimal, exponent) = size.split_once(['e', 'E']).unwrap_or((size, "0"));
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && digits(fraction) && digits(exponent)
}

/// An integer if it is written as one and fits into 64 bits. Otherwise the nearest f64, or none if that is
/// infinite.
fn number(word: &str) -> Option<Number> {
    let unsigned = word.parse::<u64>().ok().map(Number::from);
    // −0 stays floating-point, to keep its sign.
    let signed = || word.parse::<i64>().ok().filter(|&number| number != 0).map(Number::from);
    unsigned.or_else(signed).or_else(|| word.parse().ok().and_then(Number::from_f64))
}

fn quoted(token: &str) -> String {
    format!("`{}`", visible(&shortened(token, MOST_QUOTED)))
}
