//! `dezero ops`.

use serde_json::Value;

use crate::command::{dezero, fields};

#[test]
fn the_table_lines_up() {
    let text = dezero(&["ops"]).success();
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    assert_eq!(
        header.split("  ").filter(|title| !title.is_empty()).count(),
        3
    );
    let column = header.find("COTANGENT").unwrap();
    let table: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    assert!(table.len() > 40);
    for line in table {
        assert_eq!(&line[column - 2..column], "  ", "{line}");
        assert_ne!(&line[column..=column], " ", "{line}");
    }
}

/// What the table calls a function is one in a formula, with as many inputs.
#[test]
fn every_call_of_the_table_is_a_formula() {
    let table = dezero(&["ops", "--json"]).json();
    let table = table.as_array().unwrap();
    assert!(table.len() > 40);
    let mut sum = Vec::new();
    for row in table {
        assert_eq!(
            fields(row),
            ["name", "call", "label", "description", "cotangents"]
        );
        let call = row["call"].as_str().unwrap();
        sum.push(match row["name"].as_str().unwrap() {
            "polygamma" => "polygamma(1, x)",
            "leaky_relu" => "leaky_relu(x, 0.1)",
            _ => call,
        });
    }
    let at = "x=0.5,x0=2,x1=3,low=0,high=1,lo=0,hi=1";
    let found = dezero(&["diff", &sum.join(" + "), "--at", at, "--json"]).json();
    assert!(found["gradient"]["x0"].is_number());
}

#[test]
fn rows_say_what_the_function_is() {
    let table = dezero(&["ops", "--json"]).json();
    let row = |name: &str| -> Value {
        table
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["name"] == name)
            .unwrap()
            .clone()
    };
    insta::assert_snapshot!(format!("{}\n{}\n{}", row("tanh"), row("mul"), row("floor")));
}
