//! The corpus of nasty texts, which is also where fuzzing starts from.

use std::path::Path;

use crate::hostile::exercise;

#[test]
fn every_text_of_the_corpus_ends_well() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut texts = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        exercise(&String::from_utf8_lossy(&bytes));
        texts += 1;
    }
    assert!(texts >= 50, "the corpus has only {texts} texts");
}
