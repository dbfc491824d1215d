//! Any bytes read as a table of particles give an error or particles, never a panic.
#![no_main]

mod cloud;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(b"\x89HDF") {
        cloud::read(bytes);
    }
});
