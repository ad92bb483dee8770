//! The command `dezero`: derivatives, graphs and minima of formulas at the shell.
//!
//! `cli` says what can be asked, each other module answers one command, and `report` is the one
//! way out: text or JSON to standard output, messages to standard error, an exit code.

mod assignments;
mod cli;
mod diff;
mod graph;
mod minimize;
mod ops;
mod report;

use std::panic;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command};
use report::{Failure, Report};

fn main() -> ExitCode {
    // A bug is reported in a line, not as a trace.
    panic::set_hook(Box::new(|_| {}));
    let outcome = panic::catch_unwind(|| {
        let cli = Cli::try_parse()?;
        run(&cli)?.print(cli.json)
    });
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => failure.print(),
        Err(payload) => Failure::bug(payload.as_ref()).print(),
    }
}

fn run(cli: &Cli) -> Result<Report, Failure> {
    match &cli.command {
        Command::Diff(arguments) => diff::run(arguments),
        Command::Graph(arguments) => graph::run(arguments),
        Command::Minimize(arguments) => minimize::run(arguments),
        Command::Ops => Ok(ops::run()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "dezero", &mut script);
            Ok(Report::text(String::from_utf8_lossy(&script).into_owned()))
        }
        Command::Man => {
            let mut page = Vec::new();
            // One page: the command, then each of its subcommands.
            let mut command = Cli::command();
            command.build();
            clap_mangen::Man::new(command.clone())
                .render(&mut page)
                .map_err(|error| Failure::failed(error.to_string()))?;
            for sub in command
                .get_subcommands()
                .filter(|sub| sub.get_name() != "help")
            {
                clap_mangen::Man::new(sub.clone())
                    .render(&mut page)
                    .map_err(|error| Failure::failed(error.to_string()))?;
            }
            Ok(Report::text(String::from_utf8_lossy(&page).into_owned()))
        }
    }
}
