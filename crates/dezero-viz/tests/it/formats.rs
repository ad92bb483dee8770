//! Pictures as files: what can be read in them, and that they are there whole or not at all.

use std::fs;
use std::path::Path;

use dezero_viz::{Format, Picture, write_file};

#[cfg(any(feature = "png", feature = "pdf"))]
const LINES: &[&str] = &[
    "Backward pass 2, Ærøskøbing",
    "αβγδε ΓΔΘΛ λφψω",
    "∇²f(x) ≤ ∑ᵢ xᵢ⁻¹ ∂y/∂x ∈ ℝⁿ",
    "Производная функции",
    #[cfg(feature = "korean")]
    "역전파 그래프의 값",
    #[cfg(feature = "korean")]
    "뷁 x=1 한\u{ae00}: e\u{301} \u{378}",
];

/// The distance between lines.
#[cfg(any(feature = "png", feature = "pdf"))]
const STEP: usize = 30;

/// Lines of text in families that no machine has.
#[cfg(any(feature = "png", feature = "pdf"))]
fn lines(texts: &[&str]) -> Picture {
    let line = |(at, text): (usize, &&str)| {
        format!(
            "<text x=\"10\" y=\"{}\" font-family=\"No Such, serif\" font-size=\"16\">{text}</text>",
            STEP * at + 20
        )
    };
    let lines: Vec<String> = texts.iter().enumerate().map(line).collect();
    Picture::from_svg(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"{}\">\
         <title>f &amp; g</title><rect width=\"100%\" height=\"100%\" fill=\"white\"/>{}</svg>",
        STEP * texts.len(),
        lines.concat()
    ))
}

fn blank(width: &str, height: &str) -> Picture {
    let root = "<svg xmlns=\"http://www.w3.org/2000/svg\"";
    Picture::from_svg(format!("{root} width=\"{width}\" height=\"{height}\"/>"))
}

#[cfg(feature = "png")]
mod png {
    use super::*;

    /// Width, height, and darkness of each pixel, from 0 for white to 255.
    fn decode(file: &[u8]) -> (usize, usize, Vec<u8>) {
        let mut reader = ::png::Decoder::new(std::io::Cursor::new(file))
            .read_info()
            .unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        assert_eq!(info.color_type, ::png::ColorType::Rgba);
        let dark = bytes
            .chunks(4)
            .map(|p| if p[3] == 0 { 0 } else { 255 - p[0] });
        (info.width as usize, info.height as usize, dark.collect())
    }

    /// The columns of each line, as the sum of their darkness.
    fn profile(picture: &Picture) -> Vec<Vec<u32>> {
        let (width, height, dark) = decode(&picture.to_png(1.0).unwrap());
        assert_eq!(height % STEP, 0);
        let column = |line: &[u8], x| {
            line.iter()
                .skip(x)
                .step_by(width)
                .map(|&d| u32::from(d))
                .sum()
        };
        let columns = |line: &[u8]| (0..width).map(|x| column(line, x)).collect();
        dark.chunks(width * STEP).map(columns).collect()
    }

    #[test]
    fn letters_leave_ink_that_is_not_that_of_boxes() {
        // A character that is not assigned is a box in each font: this is what a letter looks like
        // when it is dropped or lacking.
        let boxed = |c: char| {
            if c.is_whitespace() || c.is_ascii_punctuation() {
                c
            } else {
                '\u{378}'
            }
        };
        for text in LINES {
            let boxes: String = text.chars().map(boxed).collect();
            let letters = text.chars().filter(|c| c.is_alphanumeric()).count() as u32;
            let profile = profile(&lines(&[text, &boxes, ""]));
            let ink: Vec<u32> = profile.iter().map(|line| line.iter().sum()).collect();
            assert!(ink[0] > letters * 5 * 255, "{text}: {ink:?}");
            assert_ne!(profile[0], profile[1], "{text}");
            assert_eq!(ink[2], 0);
        }
        // Each letter of its own, so that none hides behind the others.
        let letters = LINES.concat();
        let letters = letters
            .chars()
            .filter(|c| c.is_alphanumeric() && *c != '\u{378}');
        let letters: Vec<String> = letters.map(String::from).collect();
        let mut texts: Vec<&str> = letters.iter().map(String::as_str).collect();
        texts.push("\u{378}");
        let profile = profile(&lines(&texts));
        let (missing, letters) = profile.split_last().unwrap();
        for (letter, text) in letters.iter().zip(texts) {
            assert!(letter.iter().sum::<u32>() > 255, "{text} is not drawn");
            assert_ne!(letter, missing, "{text} is a box");
        }
    }

    #[test]
    fn what_no_font_has_is_a_box_and_hides_nothing_else() {
        let alone = profile(&lines(&["\u{378}"]));
        assert!(alone[0].iter().sum::<u32>() > 10 * 255);
        if cfg!(feature = "korean") {
            let both = profile(&lines(&["\u{378}\u{378}", "\u{378}한", "\u{378}글"]));
            assert_ne!(both[0], both[1]);
            assert_ne!(both[1], both[2]);
        }
    }

    #[test]
    fn sizes_are_those_of_the_picture_times_the_scale() {
        let picture = lines(&["x", "y"]);
        for (scale, size) in [
            (0.5, (200, 30)),
            (1.0, (400, 60)),
            (3.0, (1200, 180)),
            (1e-9, (1, 1)),
        ] {
            let (width, height, dark) = decode(&picture.to_png(scale).unwrap());
            assert_eq!((width, height), size);
            assert!(scale < 0.1 || dark.iter().any(|&d| d > 0));
        }
        assert_eq!(picture.size(), (400.0, 60.0));
    }

    #[test]
    fn bands_of_a_large_picture_fit_together() {
        // Two bands or more, and a slanted line over all of them.
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='500' height='4000'>\
                   <path d='M0 0L500 4000' stroke='#000'/></svg>";
        let picture = Picture::from_svg(svg.to_owned());
        let (width, height) = (2000, 16000);
        assert!(width * height > 1 << 24, "one band only");
        let covered = opacity(&picture, 4.0);
        assert_eq!(covered.len(), width * height);
        for (y, row) in covered.chunks(width).enumerate() {
            let middle = (y as f64 + 0.5) / 8.0;
            assert!(row[middle as usize] > 200, "row {y}");
        }
    }

    /// The opacity of each pixel.
    fn opacity(picture: &Picture, scale: f64) -> Vec<u8> {
        let file = picture.to_png(scale).unwrap();
        let mut reader = ::png::Decoder::new(std::io::Cursor::new(file))
            .read_info()
            .unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut bytes).unwrap();
        bytes.chunks(4).map(|p| p[3]).collect()
    }

    #[test]
    fn the_same_picture_is_the_same_file() {
        let picture = lines(LINES);
        assert_eq!(picture.to_png(2.0).unwrap(), picture.to_png(2.0).unwrap());
    }

    #[test]
    fn scales_and_sizes_without_sense_are_errors() {
        let picture = lines(&["x"]);
        for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = picture.to_png(scale).unwrap_err();
            assert!(error.is_value(), "{error}");
        }
        for scale in [1e3, 1e300, f64::MAX] {
            let error = picture.to_png(scale).unwrap_err();
            assert!(error.is_too_large(), "{error}");
        }
        let error = picture.to_png(1000.0).unwrap_err().to_string();
        assert!(
            error.contains("400000 x 30000") && error.contains("scale") && error.contains("SVG"),
            "{error}"
        );
        let error = blank("1e30", "1e30").to_png(1.0).unwrap_err();
        assert!(error.is_too_large() || error.is_svg(), "{error}");
    }
}

#[cfg(feature = "pdf")]
mod pdf {
    use std::process::Command;

    use super::*;

    /// What a program of the system says, or nothing if it is not installed.
    fn run(program: &str, arguments: &[&std::ffi::OsStr]) -> Option<Vec<u8>> {
        match Command::new(program).args(arguments).output() {
            Ok(output) => {
                assert!(output.status.success(), "{program}: {output:?}");
                Some(output.stdout)
            }
            Err(error) => {
                let required = std::env::var_os("DEZERO_REQUIRE_TOOLS").is_some();
                assert!(!required, "{program} (of poppler-utils) is needed: {error}");
                eprintln!("skipped: {program} (of poppler-utils) is not installed");
                None
            }
        }
    }

    #[test]
    fn text_can_be_read_in_the_page() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("text.pdf");
        lines(LINES).save(&file).unwrap();
        let arguments = [file.as_os_str(), "-".as_ref()];
        let Some(text) = run("pdftotext", &arguments) else {
            return;
        };
        let text = String::from_utf8(text).unwrap();
        for line in LINES {
            let words = line
                .split_whitespace()
                .filter(|word| !word.contains(['\u{301}', '\u{378}']));
            for word in words {
                assert!(text.contains(word), "{word} is not in {text}");
            }
        }
        let Some(about) = run("pdfinfo", &[file.as_os_str()]) else {
            return;
        };
        let about = String::from_utf8(about).unwrap();
        assert!(about.contains("f & g"), "{about}");
        let size = format!("400 x {} pts", STEP * LINES.len());
        assert!(about.contains(&size), "{about}");
    }

    #[test]
    fn pages_are_painted_as_png_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("text.pdf");
        lines(LINES).save(&file).unwrap();
        let arguments = ["-r", "72", "-gray"].map(std::ffi::OsStr::new);
        let Some(image) = run("pdftoppm", &[&arguments[..], &[file.as_os_str()]].concat()) else {
            return;
        };
        // A PGM file: three lines, then a byte for each pixel.
        let pixels = &image[image.len() - 400 * STEP * LINES.len()..];
        for (at, line) in pixels.chunks(400 * STEP).enumerate() {
            let ink: u32 = line.iter().map(|&p| u32::from(255 - p)).sum();
            assert!(ink > 8_000, "line {at}: {ink}");
        }
    }

    #[test]
    fn the_same_picture_is_the_same_file() {
        let picture = lines(LINES);
        assert_eq!(picture.to_pdf().unwrap(), picture.to_pdf().unwrap());
    }

    #[test]
    fn pages_stay_within_what_readers_take() {
        for (width, height) in [("100000", "10"), ("1", "1"), ("0.01", "3")] {
            let file = blank(width, height).to_pdf().unwrap();
            assert!(file.starts_with(b"%PDF"));
        }
    }
}

#[cfg(any(feature = "png", feature = "pdf"))]
#[test]
fn hostile_svg_is_an_error_or_a_picture() {
    let root = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='40'>";
    let bomb = "<!DOCTYPE s [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;'>]>";
    let wrong = [
        String::new(),
        "no picture".to_owned(),
        "<svg".to_owned(),
        format!("{root}<g>"),
        format!("{root}<text>\u{0}</text></svg>"),
        format!("{bomb}{root}<text>&b;</text></svg>"),
        format!(
            "{root}{}{}</svg>",
            "<g>".repeat(100_000),
            "</g>".repeat(100_000)
        ),
        format!("{root}{}", "<g>".repeat(1_000_000)),
    ];
    for svg in wrong {
        for_each_writer(&svg, |result| assert!(result.unwrap_err().is_svg()));
    }
    let huge = "<path d='M-1e38 0L1e38 1e38' stroke='red' stroke-width='1e38' stroke-dasharray='1e-30 1'/>";
    let right = [
        format!("{root}<path d='M NaN inf L 1 NaN' stroke='red'/><circle cx='NaN' r='inf'/></svg>"),
        format!("{root}{huge}<rect x='-1e300' width='1e300' height='1e-300'/></svg>"),
        format!("{root}<text x='NaN' y='1e38' font-size='1e30'>한x</text></svg>"),
        format!("{root}<text font-size='0'>x</text><text font-size='-3'>x</text></svg>"),
        format!("{root}<text>{}</text></svg>", "한 \u{378} x ".repeat(600)),
        format!("{root}<image href='/etc/hostname' width='9' height='9'/></svg>"),
        format!(
            "{root}<text>&lt;&amp;&quot; \u{202e}שלום\u{202c} \u{1f642}\u{200d}\u{fe0f}</text></svg>"
        ),
        format!("{root}{}</svg>", "<g><g><g><g/></g></g></g>".repeat(1000)),
        format!(
            "{root}<g transform='scale(1e30)'><g transform='scale(1e30)'><path d='M0 0L1 1' stroke='red'/></g></g></svg>"
        ),
    ];
    for svg in right {
        for_each_writer(&svg, |result| assert!(!result.unwrap().is_empty()));
    }
}

#[cfg(any(feature = "png", feature = "pdf"))]
fn for_each_writer(svg: &str, check: impl Fn(Result<Vec<u8>, dezero_viz::Error>)) {
    let picture = Picture::from_svg(svg.to_owned());
    for format in [Format::Png, Format::Pdf] {
        if format.is_available() {
            check(picture.to_bytes(format, 1.0));
        }
    }
}

#[test]
fn formats_follow_the_extension() {
    for format in Format::all() {
        let name = format!("some.folder/a.b.{}", format.extension());
        assert_eq!(Format::from_path(&name).unwrap(), *format);
        assert_eq!(Format::from_path(name.to_uppercase()).unwrap(), *format);
    }
    for name in ["a.gif", "a.", "png", ".png", "", "folder.png/", "한.글"] {
        match Format::from_path(name) {
            Err(error) => {
                assert!(error.is_format());
                let text = error.to_string();
                assert!(text.contains(".svg") && text.contains(".html"), "{text}");
            }
            Ok(format) => assert_eq!((name, format), ("folder.png/", Format::Png)),
        }
    }
}

#[test]
fn pictures_are_saved_in_the_formats_for_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let picture = blank("40", "30");
    let starts: [(&str, &[u8]); 3] = [
        ("a.svg", b"<svg"),
        ("a.png", b"\x89PNG"),
        ("a.PDF", b"%PDF"),
    ];
    for (name, start) in starts {
        if Format::from_path(name).unwrap().is_available() {
            picture.save(file(name)).unwrap();
            assert!(fs::read(file(name)).unwrap().starts_with(start), "{name}");
        } else {
            let error = picture.save(file(name)).unwrap_err();
            assert!(
                error.is_format() && error.to_string().contains("feature"),
                "{error}"
            );
        }
    }
    for name in ["a.html", "a.dot"] {
        let error = picture.save(file(name)).unwrap_err();
        assert!(error.is_format(), "{error}");
        assert!(
            error.to_string().contains("only drawings of graphs"),
            "{error}"
        );
        assert!(error.to_string().contains(name), "{error}");
        assert!(!file(name).exists());
    }
    assert!(picture.save(file("a.gif")).unwrap_err().is_format());
}

/// The names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn files_are_whole_or_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    write_file(file("a.svg"), "old").unwrap();
    write_file(file("a.svg"), "new").unwrap();
    assert_eq!(fs::read_to_string(file("a.svg")).unwrap(), "new");
    // Not SVG that can be drawn: what was there stays.
    #[cfg(feature = "png")]
    {
        write_file(file("a.png"), "old").unwrap();
        let wrong = Picture::from_svg("<svg".to_owned());
        let error = wrong.save(file("a.png")).unwrap_err();
        assert!(
            error.is_svg() && error.to_string().contains("a.png"),
            "{error}"
        );
        assert_eq!(fs::read_to_string(file("a.png")).unwrap(), "old");
        fs::remove_file(file("a.png")).unwrap();
    }
    // A folder of the name: the last step fails.
    fs::create_dir(file("b.svg")).unwrap();
    let error = write_file(file("b.svg"), "x").unwrap_err();
    assert!(
        error.is_io() && error.to_string().contains("b.svg"),
        "{error}"
    );
    // A folder that is not there.
    let error = write_file(file("no/c.svg"), "x").unwrap_err();
    assert!(error.is_io(), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("c.svg: there is no folder") && text.ends_with("no"),
        "{text}"
    );
    // A file in the place of the folder.
    let error = write_file(file("a.svg/c.svg"), "x").unwrap_err();
    assert!(
        error.is_io() && error.to_string().contains("c.svg"),
        "{error}"
    );
    for nothing in ["", "/", "..", "\0"] {
        assert!(write_file(nothing, "x").unwrap_err().is_io(), "{nothing:?}");
    }
    assert_eq!(names(folder.path()), ["a.svg", "b.svg"]);
}

#[cfg(unix)]
#[test]
fn links_stay_links_and_protected_files_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::create_dir(file("there")).unwrap();
    write_file(file("there/a.svg"), "old").unwrap();
    fs::set_permissions(file("there/a.svg"), PermissionsExt::from_mode(0o640)).unwrap();
    symlink("there/a.svg", file("link.svg")).unwrap();
    write_file(file("link.svg"), "new").unwrap();
    assert_eq!(fs::read_to_string(file("there/a.svg")).unwrap(), "new");
    assert!(fs::symlink_metadata(file("link.svg")).unwrap().is_symlink());
    // Also one to what is not there yet.
    symlink("not-yet.svg", file("early.svg")).unwrap();
    write_file(file("early.svg"), "first").unwrap();
    assert!(
        fs::symlink_metadata(file("early.svg"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(fs::read_to_string(file("not-yet.svg")).unwrap(), "first");
    let mode = fs::metadata(file("there/a.svg"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    fs::set_permissions(file("there/a.svg"), PermissionsExt::from_mode(0o440)).unwrap();
    let error = write_file(file("there/a.svg"), "x").unwrap_err();
    assert!(error.is_io(), "{error}");
    assert_eq!(fs::read_to_string(file("there/a.svg")).unwrap(), "new");
    assert_eq!(names(&file("there")), ["a.svg"]);
    // Not a file, and not to be replaced by one.
    write_file("/dev/null", "x").unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[cfg(all(feature = "plot", feature = "png"))]
#[test]
fn plots_have_their_text_in_png() {
    let picture = |title: &str| {
        let path = vec![(2.0, 1.0), (1.0, 0.3), (0.1, 0.0)];
        let plot = dezero_viz::plot::Paths::new(|x, y| x * x + 4.0 * y * y);
        let plot = plot.title(title).axes("x", "y").path("Newton", path);
        plot.picture().to_png(1.0).unwrap()
    };
    let titles = ["λ² + x₀", "\u{378}\u{378} + \u{378}\u{378}", "", "정"];
    let files = titles.map(picture);
    for (at, file) in files.iter().enumerate() {
        assert!(!files[..at].contains(file), "{}", titles[at]);
    }
}
