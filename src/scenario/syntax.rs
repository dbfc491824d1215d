//! Text that is no JSON: where, what was found there, and what is allowed, in words.

use super::locate::{Position, position_at};

/// The place and the message for the parser's error about `text`.
pub fn violation(text: &str, error: &serde_json::Error) -> (Position, String) {
    if text.trim().is_empty() {
        return (Position::START, "found an empty file; allowed: a scenario, { … }".to_string());
    }
    if text.starts_with('\u{feff}') {
        let message = "found a byte order mark; allowed: UTF-8 text without one";
        return (Position::START, message.to_string());
    }
    let said = error.to_string();
    let said = said.rfind(" at line ").map_or(said.as_str(), |at| &said[..at]);
    let offset = offset(text, error.line(), error.column());
    let (start, token) = token(text, offset);
    // A word that the parser took for a number as far as it understood it, as in 0x10 or `5. `.
    let number = start < offset && token.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    if let Some(inside) = said.strip_prefix("EOF while parsing ") {
        let inside = if inside.starts_with('a') { inside.to_string() } else { format!("a {inside}") };
        let place = position_at(text, text.trim_end().len());
        return (place, format!("found the end of the file inside {inside}; allowed: the rest of it"));
    }
    if let Some(message) = in_string(said) {
        return (position_at(text, offset), message.to_string());
    }
    let message = match said {
        _ if matches!(token, "/" | "#") => {
            "found a comment; allowed: JSON, which has no comments".to_string()
        }
        "expected value" | "expected ident" => format!(
            "found {}; allowed: a number, a string in double quotes, true, false, a list or an object",
            quoted(token)
        ),
        _ if number && said != "number out of range" => {
            format!("found {} as a number; allowed: numbers such as 2, 0.5 or -1e-3", quoted(token))
        }
        "invalid number" => {
            format!("found {} as a number; allowed: numbers such as 2, 0.5 or -1e-3", quoted(token))
        }
        "number out of range" => {
            format!("found the number {}; allowed: numbers up to 1.7e308 in size", quoted(token))
        }
        "trailing comma" => format!("found a comma before {}; allowed: no comma there", quoted(token)),
        "key must be a string" => format!("found {}; allowed: a key in double quotes", quoted(token)),
        "expected `:`" => format!("found {} after a key; allowed: `:`", quoted(token)),
        "expected `,` or `}`" => format!("found {} in an object; allowed: `,` or `}}`", quoted(token)),
        "expected `,` or `]`" => format!("found {} in a list; allowed: `,` or `]`", quoted(token)),
        "trailing characters" => {
            format!("found {} after the end of the scenario; allowed: nothing there", quoted(token))
        }
        "recursion limit exceeded" => {
            "found objects and lists nested 128 deep; allowed: at most 127 levels".to_string()
        }
        other => format!("found no JSON: {other}; allowed: JSON"),
    };
    (position_at(text, start), message)
}

/// The message for an error inside a string.
fn in_string(said: &str) -> Option<&'static str> {
    match said {
        "invalid escape" => Some(
            r#"found an unknown escape in a string; allowed: \" \\ \/ \b \f \n \r \t and \u with four hexadecimal digits"#,
        ),
        _ if said.starts_with("control character") => {
            Some(r"found a control character in a string; allowed: escapes such as \n and \t")
        }
        _ if said.contains("surrogate") || said.contains("hex escape") || said.contains("unicode") => {
            Some(r"found half of a surrogate pair in a string; allowed: both halves, as in \ud83d\ude00")
        }
        _ => None,
    }
}

/// The text on one line: control characters as escapes.
pub fn visible(text: &str) -> String {
    let show = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(show).collect()
}

/// The parser counts columns in bytes, and 0 when it stopped behind a newline.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let line_start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut offset = (line_start + column).saturating_sub(1).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The word or the single character at `offset`, and where it starts.
fn token(text: &str, offset: usize) -> (usize, &str) {
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '+' | '-' | '.');
    let start =
        offset - text[..offset].chars().rev().take_while(|&c| in_word(c)).map(char::len_utf8).sum::<usize>();
    let length: usize = text[start..].chars().take_while(|&c| in_word(c)).map(char::len_utf8).sum();
    if start < offset || length > 0 {
        return (start, &text[start..start + length]);
    }
    let length = text[offset..].chars().next().map_or(0, char::len_utf8);
    (offset, &text[offset..offset + length])
}

fn quoted(token: &str) -> String {
    let shown = visible(&token.chars().take(40).collect::<String>());
    let rest = if token.chars().count() > 40 { "…" } else { "" };
    format!("`{shown}{rest}`")
}
