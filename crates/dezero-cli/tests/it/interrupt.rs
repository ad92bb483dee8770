//! Ctrl-C, by the real signal.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::command::command;

/// Starts a search that takes a minute, and interrupts it once it is on its way.
fn interrupted(arguments: &[&str]) -> Output {
    let child = started(arguments);
    interrupt(&child);
    child.wait_with_output().unwrap()
}

fn started(arguments: &[&str]) -> Child {
    let mut child = command(arguments)
        .args(["--time", "60"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until_it_listens(&mut child);
    // And past the start, where the first search would stop before it has begun.
    let begun = ticks(&child);
    while ticks(&child) < begun + 20 {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
    }
    child
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Until the process catches SIGINT, the second signal.
fn wait_until_it_listens(child: &mut Child) {
    let status = format!("/proc/{}/status", child.id());
    loop {
        let text = fs::read_to_string(&status).unwrap();
        let caught = text.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.map(|mask| u64::from_str_radix(mask.trim(), 16).unwrap());
        if caught.is_some_and(|mask| mask & 0b10 != 0) {
            return;
        }
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
    }
}

/// The time that a process has computed, in hundredths of a second.
fn ticks(child: &Child) -> u64 {
    let text = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    // The fields after the name, which is in parentheses; the time is the 14th of all.
    let fields = text.rsplit_once(')').unwrap().1;
    fields.split_whitespace().nth(11).unwrap().parse().unwrap()
}

const SLOW: [&str; 10] = [
    "minimize",
    "(x - 1)^2",
    "--start",
    "x=0",
    "--method",
    "gd",
    "--lr",
    "1e-9",
    "--iters",
    "1e15",
];

#[test]
fn the_best_point_is_printed_at_an_interrupt() {
    let output = interrupted(&SLOW);
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stdout}{stderr}");
    assert!(
        stdout.contains("\n  x     = ") && stdout.contains("it was interrupted"),
        "{stdout}"
    );
    assert!(
        stderr.starts_with("interrupted: the point is the best of "),
        "{stderr}"
    );
}

#[test]
fn the_trace_is_not_lost_either() {
    let output = interrupted(&[&SLOW[..], &["--trace", "--json"]].concat());
    assert_eq!(output.status.code(), Some(130));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["stop"], "interrupt");
    let trace = found["trace"].as_array().unwrap();
    assert_eq!(found["iterations"], trace.len() - 1);
    assert_eq!(trace.last().unwrap()["point"], found["minimum"]);
}

#[test]
fn a_comparison_ends_with_what_it_has() {
    let arguments = [
        "minimize",
        "(x - 1)^2",
        "--start",
        "x=0",
        "--compare",
        "gd,newton",
        "--lr",
        "1e-9",
        "--iters",
        "1e15",
        "--json",
    ];
    let output = interrupted(&arguments);
    assert_eq!(output.status.code(), Some(130));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["methods"].as_array().unwrap().len(), 1);
}

/// The first simplex of so many variables takes long, and no iteration ends meanwhile.
#[test]
fn the_second_interrupt_does_not_wait() {
    let variables: Vec<String> = (0..3000).map(|i| format!("x{i}")).collect();
    let formula = variables.iter().map(|x| format!("sin({x})"));
    let formula = formula.collect::<Vec<_>>().join(" + ");
    let start = variables.iter().map(|x| format!("{x}=1"));
    let start = start.collect::<Vec<_>>().join(",");
    let mut child = started(&[
        "minimize",
        &formula,
        "--start",
        &start,
        "--method",
        "nelder-mead",
        "--no-compile",
    ]);
    // Two that come at once may count as one.
    while child.try_wait().unwrap().is_none() {
        interrupt(&child);
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
}
