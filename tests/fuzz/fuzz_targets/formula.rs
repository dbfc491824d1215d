//! Any text parsed as a formula gives an error with a position, or a number.
#![no_main]

use landau::formula::Formula;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Formula::parse(text, &["v", "vx", "vy"]) {
        Ok(formula) => {
            let value = formula.at(&[1.5, -0.5, 2.0]);
            assert!(formula.at(&[1.5, -0.5, 2.0]).to_bits() == value.to_bits());
        }
        Err(message) => assert!(message.starts_with("found "), "{message}"),
    }
});
