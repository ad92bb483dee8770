//! What is wrong with texts that are not DOT.

use super::*;

#[test]
fn errors_say_the_place_what_was_found_and_what_helps() {
    for &(text, message, help) in WRONG {
        let error = error(text);
        assert!(error.starts_with(message), "{text}\n{error}");
        let (_, after) = error.split_once("\n  help: ").unwrap_or((&error, ""));
        assert!(after.contains(help), "{text}\n{error}");
    }
}

#[test]
fn what_follows_the_first_graph_is_read_too() {
    assert!(error("digraph {} digraph { a -- b }").contains("found `--`"));
}

/// Texts, how their errors begin, and what the help says.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "",
        "line 1, column 1: expected `graph` or `digraph`, found nothing",
        "`digraph {}`",
    ),
    (
        "# only\n",
        "line 2, column 1: expected `graph` or `digraph`, found nothing",
        "",
    ),
    (
        "hello",
        "line 1, column 1: expected `graph` or `digraph`, found `hello`",
        "a -> b",
    ),
    (
        "a -> b",
        "line 1, column 1: expected `graph` or `digraph`, found `a`",
        "a -> b",
    ),
    (
        "strict strict graph {}",
        "line 1, column 8: expected `graph` or `digraph`, found `strict`",
        "",
    ),
    (
        "digraph",
        "line 1, column 8: expected `{`, found the end of the text",
        "",
    ),
    (
        "digraph a b {}",
        "line 1, column 11: expected `{`, found `b`",
        "",
    ),
    (
        "digraph {\n  a -> b",
        "line 2, column 9: expected `}`, found the end of the text; the `{` of line 1, column 9 is never closed",
        "write `}`",
    ),
    (
        "digraph { {\n a }",
        "line 2, column 5: expected `}`, found the end of the text; the `{` of line 1, column 9",
        "",
    ),
    (
        "digraph {}}",
        "line 1, column 11: this `}` closes nothing",
        "remove the `}`",
    ),
    (
        "digraph {} x",
        "line 1, column 12: expected `graph` or `digraph`, found `x`",
        "",
    ),
    (
        "graph { a -> b }",
        "line 1, column 11: found `->` in a graph, whose edges are written `--`",
        "`digraph` instead",
    ),
    (
        "digraph { a -- b }",
        "line 1, column 13: found `--` in a digraph, whose edges are written `->`",
        "`graph` instead",
    ),
    (
        "digraph { a -> }",
        "line 1, column 16: expected a node or a subgraph at the end of the edge, found `}`",
        "",
    ),
    (
        "digraph { -> a }",
        "line 1, column 11: expected a statement or `}`, found `->`",
        "a -> b",
    ),
    (
        "digraph { a => b }",
        "line 1, column 14: found `>`, which means nothing here",
        "`->`",
    ),
    (
        "digraph { a > b }",
        "line 1, column 13: found `>`, which means nothing here",
        "`->`",
    ),
    (
        "digraph { ; }",
        "line 1, column 11: expected a statement or `}`, found `;`",
        "is enough",
    ),
    (
        "d\0i\0",
        "line 1, column 2: found a NUL, which is in no text",
        "UTF-16",
    ),
    (
        "digraph { a [label=\"\0\"] }",
        "line 1, column 21: found a NUL",
        "",
    ),
    (
        "\u{1}",
        "line 1, column 1: found `\u{fffd}`, which means nothing here",
        "a DOT file",
    ),
    (
        "digraph { a [label=two words] }",
        "line 1, column 29: expected `=` after `words`, found `]`",
        "several words",
    ),
    (
        "digraph { a [fontsize=12pt] }",
        "line 1, column 27: expected `=` after `pt`, found `]`",
        "digits and letters",
    ),
    (
        "digraph {\na [label=\"x]\nb [label=\"y\"]\n}",
        "line 3, column 12: the string that begins here is never closed",
        "the string of line 2, column 10 goes over several lines",
    ),
    (
        "digraph { a [color] }",
        "line 1, column 19: expected `=` after `color`, found `]`",
        "`name=value`",
    ),
    (
        "digraph { a [color=] }",
        "line 1, column 20: expected a value of `color` after `=`, found `]`",
        "`\"\"`",
    ),
    (
        "digraph { a [color=red }",
        "line 1, column 24: expected an attribute or `]`, found `}`",
        "`[` of line 1, column 13 is not closed",
    ),
    (
        "digraph { a [,] }",
        "line 1, column 14: expected an attribute or `]`, found `,`",
        "between",
    ),
    (
        "digraph { a [color=#ff0000] }",
        "line 1, column 20: expected a value after `=`, found `#ff0000`",
        "write \"#ff0000\"",
    ),
    (
        "digraph { a [label=node] }",
        "line 1, column 20: expected a value of `label` after `=`, found `node`",
        "double quotes",
    ),
    (
        "digraph { [color=red] }",
        "line 1, column 11: expected a statement or `}`, found `[`",
        "behind a node",
    ),
    (
        "digraph { node; }",
        "line 1, column 15: expected `[` after `node`, found `;`",
        "`node [color=red]`",
    ),
    (
        "digraph { subgraph a; }",
        "line 1, column 21: expected `{`, found `;`",
        "`subgraph name { ... }`",
    ),
    (
        "digraph { digraph {} }",
        "line 1, column 11: expected a statement or `}`, found `digraph`",
        "`subgraph`",
    ),
    (
        "digraph { a:b:c:d }",
        "line 1, column 16: expected a statement or `}`, found `:`",
        "",
    ),
    (
        "digraph { a: -> b }",
        "line 1, column 14: expected a port after `:`, found `->`",
        "",
    ),
    (
        "digraph { a, -> b }",
        "line 1, column 14: expected a node after `,`, found `->`",
        "",
    ),
    (
        "digraph { a = b = c }",
        "line 1, column 17: expected a statement or `}`, found `=`",
        "",
    ),
    (
        "digraph { \"a\n}",
        "line 1, column 11: the string that begins here is never closed",
        "`\\\"`",
    ),
    (
        "digraph { a [label=<b] }",
        "line 1, column 20: the `<` of this HTML-like text is never closed",
        "`&lt;`",
    ),
    (
        "digraph { /* a }",
        "line 1, column 11: this comment is never closed",
        "`*/`",
    ),
    ("digraph { 높이 \0 }", "line 1, column 14: found a NUL", ""),
    (
        "\u{89}PNG\r\n\u{1a}\n\0",
        "line 3, column 1: found a NUL, which is in no text",
        "",
    ),
    (
        "digraph { ( }",
        "line 1, column 11: found `(`, which means nothing here",
        "double quotes",
    ),
    (
        "digraph { 'a' }",
        "line 1, column 11: found `'`, which means nothing here",
        "double quotes",
    ),
    (
        "digraph { a + b }",
        "line 1, column 13: found `+`, which means nothing here",
        "joins two strings",
    ),
];
