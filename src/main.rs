//! The program: arguments in, library call, exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(landau::cli::main(std::env::args_os()))
}
