//! Exit codes, and what is said where.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

use crate::command::{command, dezero, finished};

#[test]
fn what_was_asked_is_0() {
    dezero(&["diff", "x^2", "--at", "x=2"]).success();
    dezero(&["--help"]).success();
    dezero(&["help", "minimize"]).success();
    dezero(&["--version"]).success();
    // Also at the limit of iterations.
    dezero(&["minimize", "x^2", "--start", "x=2", "--iters", "1"]).success();
}

#[test]
fn failures_are_1_and_explained() {
    let said = [
        dezero(&["diff", "2x + 1", "--at", "x=1"]).failure(1),
        dezero(&["diff", "sinx", "--at", "x=1", "--json"]).failure(1),
        dezero(&["diff", "", "--at", "x=1"]).failure(1),
        dezero(&["diff", "x*y", "--at", "x=1,y=1", "--order", "1000"]).failure(1),
        dezero(&["diff", "x", "--at", "x=1", "--order", "1e9"]).failure(1),
        dezero(&["diff", "tanh(x)", "--at", "x=1", "--order", "10000"]).failure(1),
        dezero(&["diff", "x; y", "--at", "x=1,y=1"]).failure(1),
        dezero(&["diff", "--jacobian", "x*y; 2x + y", "--at", "x=1,y=1"]).failure(1),
        dezero(&["diff", "--jacobian", "2x", "--at", "x=1"]).failure(1),
        dezero(&[
            "graph",
            "x",
            "--at",
            "x=1",
            "-o",
            "/nonexistent-directory/x.dot",
        ])
        .failure(1),
    ];
    insta::assert_snapshot!(said.concat());
}

#[test]
fn wrong_points_are_2_and_explained() {
    let at = |point| dezero(&["diff", "x*y", "--at", point]).failure(2);
    let said = [
        dezero(&["diff", "x*y"]).failure(2),
        at("y=2"),
        at("X=1,y=2"),
        at("x=1,y=2,x=3"),
        at("-1"),
        at("x=1,y"),
        at("x=1,y="),
        at("x=1,,y=2"),
        at("x=1,2y=2"),
        at("x=1,y=z"),
        at("x=1,y=2*"),
        at("x=1,\u{1b}[31my=2"),
    ];
    insta::assert_snapshot!(said.concat());
}

#[test]
fn wrong_flags_are_2_and_explained() {
    let said = [
        dezero(&["diff", "x", "--at", "x=1", "--order", "-1"]).failure(2),
        dezero(&["diff", "x", "--at", "x=1", "--ordr", "1"]).failure(2),
        dezero(&["minimize", "x", "--start", "x=1", "--lr", "-0.1"]).failure(2),
        dezero(&["minimize", "x", "--start", "x=1", "--tol", "nan"]).failure(2),
        dezero(&["minimize", "x", "--start", "x=1", "--iters", "1.5"]).failure(2),
        dezero(&["minimize", "x", "--start", "x=1", "--method", "magic"]).failure(2),
        dezero(&["graph", "x*y", "--at", "x=1,y=2", "--order", "1"]).failure(2),
        dezero(&[
            "graph", "x*y", "--at", "x=1,y=2", "--order", "1", "--wrt", "z",
        ])
        .failure(2),
        dezero(&["graph", "2", "--order", "1"]).failure(2),
        dezero(&["graph", "x", "--at", "x=1", "-o", "x.gif"]).failure(2),
        dezero(&["graph", "x", "--at", "x=1", "--json"]).failure(2),
        dezero(&["taylor", "x*y", "--around", "x=1,y=2"]).failure(2),
        dezero(&["taylor", "x", "--around", "x=1", "--wrt", "y"]).failure(2),
        dezero(&["taylor", "2"]).failure(2),
        dezero(&["check", "2"]).failure(2),
        dezero(&["diff", "--at", "x=1"]).failure(2),
        dezero(&["diff", "x", "--jacobian", "x; y", "--at", "x=1,y=1"]).failure(2),
        dezero(&[
            "diff",
            "--jacobian",
            "x; y",
            "--at",
            "x=1,y=1",
            "--order",
            "2",
        ])
        .failure(2),
        dezero(&["diff", "--jacobian", "x; ; y", "--at", "x=1,y=1"]).failure(2),
        dezero(&["diff", "--jacobian", "x; y", "--at", "x=1"]).failure(2),
        dezero(&["dif", "x"]).failure(2),
    ];
    insta::assert_snapshot!(said.concat());
}

#[test]
fn no_command_is_2_with_the_help() {
    let said = dezero(&[]).failure(2);
    assert!(
        said.contains("Usage: dezero") && said.contains("Examples:"),
        "{said}"
    );
}

#[test]
fn arguments_that_are_not_utf_8_are_2() {
    let mut command = command(&["diff"]);
    command
        .arg(OsStr::from_bytes(b"x\xff"))
        .args(["--at", "x=1"]);
    let said = finished(command).failure(2);
    assert!(said.contains("invalid UTF-8"), "{said}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    // More than a pipe holds.
    let arguments = ["graph", "tanh(x)", "--at", "x=1", "--order", "9"];
    let mut child = command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut start = [0; 9];
    child.stdout.take().unwrap().read_exact(&mut start).unwrap();
    assert_eq!(&start, b"digraph g");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_1() {
    for arguments in [
        &["diff", "x", "--at", "x=1"][..],
        &["--help"],
        &["ops", "--json"],
    ] {
        let mut command = command(arguments);
        command.stdout(File::options().write(true).open("/dev/full").unwrap());
        let said = finished(command).failure(1);
        assert!(said.starts_with("error: standard output: "), "{said}");
    }
}

#[test]
fn colour_is_for_terminals() {
    let said = dezero(&["diff", "x", "--at", "x=1", "--nope"]).failure(2);
    assert!(!said.contains('\u{1b}'), "{said}");
    let help = dezero(&["--help"]).success();
    assert!(!help.contains('\u{1b}'), "{help}");
}
