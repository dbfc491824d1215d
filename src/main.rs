//! The command line: arguments in, library call, error out, exit status.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Arguments::of_program().map(cli::Arguments::run) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(stop)) => {
            stop.say();
            stop.exit_code()
        }
        Err(code) => code,
    }
}
