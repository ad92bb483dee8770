//! The command `dezero`: derivatives, series, graphs, minima and roots of formulas at the shell.
//!
//! `cli` says what can be asked, `diff` (with `jacobian`), `taylor`, `plot`, `check`, `graph`, `render`, `minimize`, `root`,
//! `fit` and `ops` answer one command each, `pictures` writes what they draw, and `report` is the one way out:
//! text or JSON to standard output, messages to standard error, an exit code.

mod assignments;
mod bounds;
mod check;
mod cli;
mod columns;
mod derivation;
mod diff;
mod differences;
mod fit;
mod formulas;
mod graph;
#[cfg(test)]
mod hostile;
mod interrupt;
mod jacobian;
mod minimize;
mod ops;
mod pictures;
mod plot;
mod render;
mod report;
mod root;
mod series;
mod taylor;

use std::env;
use std::ffi::OsString;
use std::panic;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command};
use minimize::Goal;
use report::{Answer, Failure, Report};

fn main() -> ExitCode {
    // A bug is reported in a line, not as a trace.
    panic::set_hook(Box::new(|_| {}));
    let outcome = answer(env::args_os()).and_then(Answer::print);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.print(),
    }
}

/// What the command line `arguments` prints.
fn answer(arguments: impl Iterator<Item = OsString>) -> Result<Answer, Failure> {
    let cli = Cli::try_parse_from(arguments)?;
    let report = panic::catch_unwind(|| run(&cli).map(|report| report.render(cli.json)));
    report.unwrap_or_else(|payload| Err(Failure::bug(payload.as_ref())))
}

fn run(cli: &Cli) -> Result<Report, Failure> {
    if cli.json
        && let Some(what) = cli.command.written_for_programs()
    {
        return Err(Failure::usage(format!(
            "--json: {what} is for programs as it is"
        )));
    }
    match &cli.command {
        Command::Diff(arguments) => diff::run(arguments),
        Command::Taylor(arguments) => taylor::run(arguments),
        Command::Plot(arguments) => plot::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Graph(arguments) => graph::run(arguments),
        Command::Render(arguments) => render::run(arguments),
        Command::Minimize(arguments) => minimize::run(Goal::Minimum, arguments),
        Command::Maximize(arguments) => minimize::run(Goal::Maximum, arguments),
        Command::Root(arguments) => root::run(arguments),
        Command::Fit(arguments) => fit::run(arguments),
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
            let subcommands = command
                .get_subcommands()
                .filter(|sub| sub.get_name() != "help");
            for command in std::iter::once(&command).chain(subcommands) {
                clap_mangen::Man::new(command.clone())
                    .render(&mut page)
                    .map_err(|error| Failure::failed(error.to_string()))?;
            }
            Ok(Report::text(String::from_utf8_lossy(&page).into_owned()))
        }
    }
}
