//! Any bytes behind the signature of HDF5 read as an openPMD file give an error or particles, never a panic.
#![no_main]

mod cloud;

use libfuzzer_sys::fuzz_target;

const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

fuzz_target!(|bytes: &[u8]| {
    // Files of other programs, to start from, have it already.
    let rest = bytes.strip_prefix(SIGNATURE).unwrap_or(bytes);
    cloud::read(&[SIGNATURE, rest].concat());
});
