//! Help, completions and the manual page.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::command::{data, dezero};

const COMMANDS: [&str; 13] = [
    "diff",
    "taylor",
    "plot",
    "check",
    "graph",
    "render",
    "minimize",
    "maximize",
    "root",
    "fit",
    "ops",
    "completions",
    "man",
];

#[test]
fn help_of_every_command() {
    insta::assert_snapshot!("help", dezero(&["--help"]).success());
    for command in [
        "diff", "taylor", "plot", "check", "graph", "render", "minimize", "maximize", "root", "fit",
    ] {
        insta::assert_snapshot!(
            format!("help_{command}"),
            dezero(&[command, "--help"]).success()
        );
    }
}

/// Splits a line as a shell does, as far as the examples need it.
fn words(line: &str) -> Vec<String> {
    let quoted = line
        .split('"')
        .enumerate()
        .flat_map(|(i, part)| match i % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        });
    quoted.collect()
}

#[test]
fn the_examples_of_the_help_work() {
    let directory = tempfile::tempdir().unwrap();
    for table in ["decay.csv", "plane.csv", "graph.dot"] {
        std::fs::copy(data(table), directory.path().join(table)).unwrap();
    }
    let mut examples = 0;
    for help in COMMANDS {
        let text = dezero(&[help, "--help"]).success();
        let (_, after) = text.rsplit_once("Example").unwrap();
        for line in after.lines().filter(|line| line.starts_with("  dezero ")) {
            // What comes after > or && is the shell's.
            let words = words(line.split(['>', '&']).next().unwrap());
            let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
            crate::command::dezero_in(directory.path(), &arguments).success();
            examples += 1;
        }
    }
    assert!(examples >= 28, "{examples} examples");
}

#[test]
fn completions_know_commands_and_flags() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = dezero(&["completions", shell]).success();
        for word in COMMANDS.into_iter().chain([
            "wrt",
            "start",
            "trace",
            "around",
            "jacobian",
            "compare",
            "residuals",
        ]) {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
}

#[test]
fn bash_takes_its_completions() {
    let script = dezero(&["completions", "bash"]).success();
    let Ok(mut bash) = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn() else {
        return;
    };
    bash.stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    assert!(bash.wait().unwrap().success());
}

#[test]
fn the_manual_has_a_page_of_every_command() {
    let page = dezero(&["man"]).success();
    let titles = page
        .lines()
        .filter_map(|line| line.strip_prefix(".TH "))
        .map(|title| title.split(' ').next().unwrap());
    let expected = [
        "dezero",
        "dezero-diff",
        "dezero-taylor",
        "dezero-plot",
        "dezero-check",
        "dezero-graph",
        "dezero-render",
        "dezero-minimize",
        "dezero-maximize",
        "dezero-root",
        "dezero-fit",
        "dezero-ops",
        "dezero-completions",
        "dezero-man",
    ];
    assert_eq!(titles.collect::<Vec<_>>(), expected);
    assert_eq!(page.matches("Example").count(), expected.len());
}
