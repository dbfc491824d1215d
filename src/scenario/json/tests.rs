use super::*;
use crate::scenario::Position;
use proptest::prelude::*;

fn syntax(text: &str) -> (usize, String) {
    match parse(text) {
        Err(Fault::Syntax { at, message }) => (at, message),
        other => panic!("{text}: {other:?}"),
    }
}

/// serde_json accepts the same texts and finds the same values in them, except for duplicate keys.
fn as_serde_reads(text: &str) {
    let theirs = serde_json::from_str::<Value>(text).ok();
    match parse(text) {
        Err(Fault::KeyTwice { .. }) => {}
        ours => {
            let ours = ours.ok().map(|(value, _)| value);
            assert_eq!(ours, theirs, "{text:?}");
            // Numbers must agree to the bit: −0 differs from 0.
            assert_eq!(ours.map(|value| value.to_string()), theirs.map(|value| value.to_string()));
        }
    }
}

/// Texts that are tried alone, in a list, in an object and after a value.
const PARTS: &[&str] = &[
    "",
    " ",
    "\t\r\n",
    "\u{b}",
    "\u{c}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "\0",
    "{}",
    "[]",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "false",
    "nul",
    "nulll",
    "True",
    "true.",
    "NaN",
    "Infinity",
    "-Infinity",
    "undefined",
    "0",
    "-0",
    "-0.0",
    "1",
    "-1",
    "01",
    "-01",
    "00",
    "1.",
    "1.5",
    ".5",
    "-.5",
    "+1",
    "--1",
    "-",
    "1e5",
    "1E5",
    "1e+5",
    "1e-5",
    "1e",
    "1e+",
    "1.e5",
    "1.5e5",
    "1e5.5",
    "1e400",
    "-1e400",
    "1e308",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "5e-324",
    "2e-324",
    "1e-400",
    "0e400",
    "0x10",
    "0b1",
    "0o7",
    "1_000",
    "1,5",
    "1 2",
    "1-2",
    "1+2",
    "1a",
    "1é",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "-9223372036854775809",
    "123456789012345678901234567890",
    "0.1",
    "0.30000000000000004",
    "2.2250738585072011e-308",
    "9007199254740993",
    "9007199254740993.0",
    "1e23",
    "\"\"",
    "\"a\"",
    "\"é😀\"",
    "\"",
    "\"a",
    "'a'",
    "`a`",
    "a",
    "\"\\\"\"",
    "\"\\\\\"",
    "\"\\/\\b\\f\\n\\r\\t\"",
    "\"\\a\"",
    "\"\\'\"",
    "\"\\",
    "\"\\\"",
    "\"\\0\"",
    "\"\\x41\"",
    "\"\\v\"",
    "\"\\u0041\"",
    "\"\\u00e9\"",
    "\"\\u12\"",
    "\"\\u123\"",
    "\"\\u+123\"",
    "\"\\u12g4\"",
    "\"\\u\"",
    "\"\\U0041\"",
    "\"\\u0000\"",
    "\"\\ud83d\\ude00\"",
    "\"\\uD83D\\uDE00\"",
    "\"\\ud83d\"",
    "\"\\ude00\"",
    "\"\\ud83dx\"",
    "\"\\ud83d\\n\"",
    "\"\\ud83d\\ud83d\"",
    "\"\\ud83d\\u0041\"",
    "\"\\ud83d\\u\"",
    "\"\\ud83d\\",
    "\"\u{1}\"",
    "\"\t\"",
    "\"\n\"",
    "\"\u{7f}\"",
    "\"\u{80}\"",
    "\"\\\n\"",
    "\"é\\u00",
    "//",
    "// a\n",
    "/* a */",
    "/*",
    "#",
    "\"a\":1",
    "\"a\" 1",
    "a:1",
    "1:1",
    "\"a\":",
    ":1",
    "\"a\":1,",
    "\"a\":1,,",
    "1,",
    "1,2",
    ",1",
    "1,,2",
    "[1",
    "1]",
    "{\"a\":1}",
    "{\"a\":1,}",
    "{\"a\":1,\"b\":2}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":{\"b\":[1,{}]}}",
    "[1,]",
    "[1 2]",
    "[[],[]]",
    "{]",
    "[}",
    "{\"a\"}",
    "{1}",
    "{,}",
    "[,]",
    "?",
    "$",
    "\\",
    "\"a\"\"b\"",
    "\"a\"1",
    "1\"a\"",
    "[1}",
    "{\"a\":1]",
    "nan",
    "inf",
];

#[test]
fn the_same_texts_are_json_for_serde_json() {
    for part in PARTS {
        for text in [
            part.to_string(),
            format!(" {part}\n"),
            format!("[{part}]"),
            format!("[0,{part}]"),
            format!("[{part},0]"),
            format!("{{{part}}}"),
            format!("{{\"k\":{part}}}"),
            format!("{{\"k\":{part},\"l\":0}}"),
            format!("{{\"k\":0,{part}}}"),
            format!("{{\"k\"{part}:0}}"),
            format!("1{part}"),
        ] {
            as_serde_reads(&text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_same_mixtures_are_json_for_serde_json(
        parts in prop::collection::vec(prop::sample::select(PARTS), 1..8)
    ) {
        as_serde_reads(&parts.concat());
    }

    #[test]
    fn the_same_characters_are_json_for_serde_json(text in "[\\[\\]{},:\"\\\\u0-9a-f+.eE \n-]{0,16}") {
        as_serde_reads(&text);
    }

    #[test]
    fn numbers_are_rounded_as_by_serde_json(text in "-?[0-9]{1,25}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?") {
        as_serde_reads(&text);
    }

    #[test]
    fn numbers_keep_their_bits(bits: u64) {
        let number = f64::from_bits(bits);
        prop_assume!(number.is_finite());
        let (value, _) = parse(&format!("{number:?}")).unwrap();
        prop_assert_eq!(value.as_f64().unwrap().to_bits(), bits);
    }
}

#[test]
fn depth_is_bounded_where_serde_json_bounds_it() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| open.repeat(depth) + "0" + &close.repeat(depth);
        for depth in [1, DEEPEST, DEEPEST + 1, 100_000] {
            as_serde_reads(&nested(depth));
        }
        let (at, message) = syntax(&open.repeat(100_000));
        assert_eq!(at, DEEPEST * open.len());
        assert!(message.contains("nested 128 deep; allowed: at most 127 levels"), "{message}");
    }
}

#[test]
fn keys_that_stand_twice_are_found_by_their_meaning() {
    let twice = |text: &str| match parse(text) {
        Err(Fault::KeyTwice { at, path }) => (at, path),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(twice(r#"{"a":1,"a":2}"#), (7, "a".to_string()));
    assert_eq!(twice(r#"[{"b":{"a":1,"\u0061":2}}]"#), (13, "0.b.a".to_string()));
    assert!(parse(r#"{"a":{"a":1},"b":{"a":1}}"#).is_ok());
}

#[test]
fn paths_lead_to_keys_and_values() {
    let text = r#"{ "a": [ 1, { "b": 2 } ], "c.d": { "": 3 } }"#;
    let (_, places) = parse(text).unwrap();
    let start = |path: &str| (places.start(path, true), places.start(path, false));
    assert_eq!(start(""), (0, 0));
    assert_eq!(start("a"), (2, 7));
    assert_eq!(start("a.0"), (9, 9));
    assert_eq!(start("a.1.b"), (14, 19));
    assert_eq!(start("c.d"), (26, 33));
    // A missing value has the position of the innermost value around it.
    assert_eq!(start("a.1.x.y"), (12, 12));
    assert_eq!(start("x"), (0, 0));
    assert!(places.holds("a.1") && !places.holds("a.2"));
}

#[test]
fn positions_count_lines_and_characters() {
    let text = "é\n😀x";
    assert_eq!(Position::at(text, 0), Position { line: 1, column: 1 });
    assert_eq!(Position::at(text, text.len()).to_string(), "2:3");
}

/// The messages are tested in tests/bad. This tests which unfinished part is named.
#[test]
fn what_ends_too_early_says_what_it_is_in() {
    for (text, whole) in [
        ("[", "a list"),
        ("[1", "a list"),
        ("[1,", "a list"),
        ("{", "an object"),
        ("{\"a\"", "an object"),
        ("{\"a\":", "a value"),
        ("{\"a\":1", "an object"),
        ("{\"a\":1,", "an object"),
    ] {
        let (at, message) = syntax(&format!("{text} \n"));
        assert_eq!(at, text.len(), "{text}");
        let words = format!("found the end of the file inside {whole};");
        assert!(message.starts_with(&words), "{text}: {message}");
    }
    for text in ["\"", "\"a", "\"\\"] {
        let (at, message) = syntax(text);
        assert_eq!(at, text.len(), "{text}");
        assert!(message.starts_with("found the end of the file inside a string;"), "{text}: {message}");
    }
}
