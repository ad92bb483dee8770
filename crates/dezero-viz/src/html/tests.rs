//! The page as text, and in a browser.

mod sample;

use std::path::PathBuf;
use std::process::Command;

use super::page;
use crate::diagram::{Diagram, Edge, Line, Node, Paint, Shape, Sheet};
use crate::theme::Theme;

/// Labels that would do harm where text is not kept text.
const HOSTILE: [&str; 8] = [
    "</script><script>window.harmed = 1</script>",
    "<!--<script>",
    "\u{2028}\u{2029}'\"`${window.harmed = 1}\\",
    "<img src=x onerror=\"window.harmed = 1\">",
    "]]></svg><svg onload='window.harmed = 1'>",
    "{{data}} }} {{script}}",
    "🦀 \u{202e}אבג عربي 한글",
    "&lt;b&gt; &amp;",
];

fn hostile() -> Diagram {
    let mut diagram = Diagram {
        title: HOSTILE.join(" "),
        note: HOSTILE.join("\n"),
        sheet: Sheet {
            paper: Some("#ffffff".to_owned()),
            text: "#000000".to_owned(),
        },
        rank_distance: 30.0,
        node_distance: 20.0,
        ..Diagram::default()
    };
    for (at, text) in HOSTILE.into_iter().enumerate() {
        diagram.nodes.push(Node {
            // Ids that are those of parts of a drawing, or of the page.
            id: [
                "edge-0",
                "panel",
                "a b",
                "'",
                "<",
                "search",
                "0",
                "__proto__",
            ][at]
                .to_owned(),
            shape: Shape::Box,
            label: vec![Line {
                text: text.to_owned(),
                ..Line::default()
            }],
            font_size: 12.0,
            tooltip: text.to_owned(),
            details: vec![(text.to_owned(), text.to_owned())],
            ..Node::default()
        });
        if at > 0 {
            diagram.edges.push(Edge {
                from: at - 1,
                to: at,
                tooltip: text.to_owned(),
                paint: Paint {
                    stroke: Some("#000000".to_owned()),
                    width: 1.0,
                    ..Paint::default()
                },
                ..Edge::default()
            });
        }
    }
    diagram
}

/// What stands between two markers, the last time that the first is there.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.rsplit_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

#[test]
fn nothing_is_asked_of_a_network() {
    for page in [
        page(&sample::diagram(), Some(&sample::palette()), Theme::Light),
        page(&hostile(), None, Theme::Light),
    ] {
        assert!(page.starts_with("<!DOCTYPE html>"));
        // The names of the namespace in the drawing, and in the program that makes elements.
        assert_eq!(page.matches("://").count(), 2);
        assert_eq!(page.matches("http://www.w3.org/2000/svg").count(), 2);
        for asking in ["src=\"", "href=", "url(", "@import", "fetch(", "import("] {
            // The fonts are in the page itself.
            let page = page.replace("url(data:font/ttf;base64,", "");
            assert!(!page.replace("<img src", "").contains(asking), "{asking}");
        }
        assert!(page.contains("default-src 'none'; script-src 'sha256-"));
    }
}

#[test]
fn the_data_say_what_the_diagram_says() {
    let page = page(&sample::diagram(), None, Theme::Light);
    let data = between(&page, "class=\"data\">", "</script>");
    let value: serde_json::Value = serde_json::from_str(data).unwrap();
    let sample = sample::diagram();
    assert_eq!(value["nodes"].as_array().unwrap().len(), sample.nodes.len());
    assert_eq!(value["edges"].as_array().unwrap().len(), sample.edges.len());
    assert_eq!(value["nodes"][0]["label"], "x = 1");
    assert_eq!(value["nodes"][0]["details"][3][1], "float64");
    assert_eq!(value["nodes"][0]["cluster"], 0);
    assert_eq!(value["edges"][1]["label"], "0.7616");
    assert_eq!(
        (
            value["edges"][1]["from"].as_u64(),
            value["edges"][1]["to"].as_u64()
        ),
        (Some(2), Some(3))
    );
    assert_eq!(value["clusters"][2]["parent"], 1);
    assert_eq!(value["clusters"][2]["collapsed"], "sin, 6 times");
    assert_eq!(
        value["clusters"][2]["startsCollapsed"],
        serde_json::Value::Null
    );
}

#[test]
fn hostile_labels_stay_text() {
    let page = page(&hostile(), None, Theme::Light);
    // The two scripts of the page itself, and no more.
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("</svg>").count(), 7);
    assert!(!page.contains("<img") && !page.contains("<!--"));
    let data = between(&page, "class=\"data\">", "</script>");
    assert!(!data.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
    let value: serde_json::Value = serde_json::from_str(data).unwrap();
    for (at, text) in HOSTILE.into_iter().enumerate() {
        assert_eq!(value["nodes"][at]["label"], text.trim());
        assert_eq!(value["nodes"][at]["details"][0][0], text);
    }
}

#[test]
fn an_empty_diagram_is_a_page() {
    let page = page(&Diagram::default(), None, Theme::Light);
    assert!(page.contains("<h1>Computational graph</h1>"));
    let data = between(&page, "class=\"data\">", "</script>");
    let value: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(value["nodes"].as_array().unwrap().len(), 0);
}

/// Opens pages in Chromium and uses them with mouse, fingers and keys: tests/browser/page.mjs.
#[test]
fn a_reader_explores_the_page_in_a_browser() {
    let chromium = std::env::var("CHROME").unwrap_or_else(|_| "chromium".to_owned());
    for tool in ["node", &chromium] {
        let has = Command::new(tool).arg("--version").output();
        if has.is_ok_and(|output| output.status.success()) {
            continue;
        }
        assert!(
            std::env::var_os("DEZERO_REQUIRE_TOOLS").is_none(),
            "no {tool} on the PATH"
        );
        eprintln!("skipped: no {tool} on the PATH");
        return;
    }
    let folder = std::env::temp_dir().join(format!("dezero-page-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let palette = sample::palette();
    let mut folded = sample::diagram();
    folded.clusters[2].starts_collapsed = true;
    let pages = [
        (
            "sample.html",
            page(&sample::diagram(), Some(&palette), Theme::Light),
        ),
        ("folded.html", page(&folded, Some(&palette), Theme::Light)),
        ("hostile.html", page(&hostile(), None, Theme::Light)),
    ];
    for (name, page) in &pages {
        std::fs::write(folder.join(name), page).unwrap();
    }
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/browser/page.mjs");
    let output = Command::new("node")
        .arg(script)
        .args(pages.iter().map(|(name, _)| folder.join(name)))
        .env("CHROME", chromium)
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
