//! The command line: arguments in, library call, error out, exit status.

mod cli;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Arguments::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            stop.say();
            stop.exit_code()
        }
    }
}
