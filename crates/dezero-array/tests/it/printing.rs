//! Printing against what NumPy printed for the same arrays, in `tests/numpy/printing.txt`.

use dezero_array::{Array, Element};

#[test]
fn str_and_repr_are_those_of_numpy() {
    let mut failures = Vec::new();
    for line in include_str!("../numpy/printing.txt").lines() {
        let [dtype, shape, elements, str, repr] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let array = match dtype {
            "float64" => array(shape, elements, |x| f64::from_bits(hexadecimal(x))),
            "float32" => array(shape, elements, |x| f32::from_bits(hexadecimal(x) as u32)),
            "int64" => array(shape, elements, |x| x.parse::<i64>().expect("an integer")),
            "bool" => array(shape, elements, |x| x == "1"),
            _ => panic!("{line}"),
        };
        for (got, want) in [(array.to_string(), str), (array.repr(), repr)] {
            let want = want.replace("\\n", "\n");
            if got != want {
                failures.push(format!(
                    "{dtype} ({shape}) of {elements}:\n{got}\nnot\n{want}\n"
                ));
            }
        }
    }
    let count = failures.len();
    failures.truncate(20);
    assert!(count == 0, "{count} differ:\n{}", failures.join("\n"));
}

fn hexadecimal(bits: &str) -> u64 {
    u64::from_str_radix(bits, 16).expect("hexadecimal digits")
}

/// The array of a line; its elements repeat until the shape is full.
fn array<T: Element>(shape: &str, elements: &str, parse: impl Fn(&str) -> T) -> Array {
    let lengths = shape.split_terminator(',');
    let shape: Vec<usize> = lengths.map(|len| len.parse().expect("a length")).collect();
    let elements: Vec<T> = elements.split_terminator(',').map(parse).collect();
    let size = shape.iter().product();
    let repeated = elements.into_iter().cycle().take(size).collect();
    Array::from_vec(repeated, &shape).expect("as many elements as the shape has")
}

#[test]
fn views_print_what_they_show() {
    let x = Array::arange(0.0, 6.0, 1.0).and_then(|x| x.reshape(&[2, 3]));
    let x = x.expect("six elements");
    assert_eq!(x.t().to_string(), "[[0. 3.]\n [1. 4.]\n [2. 5.]]");
    assert_eq!(
        format!("{x:?}"),
        "array([[0., 1., 2.],\n       [3., 4., 5.]])"
    );
}

#[test]
fn a_summary_looks_only_at_what_it_shows() {
    let row = Array::from([0.5, -1.0]);
    let rows = 1_usize << 50;
    let x = row
        .broadcast_to(&[rows, 2])
        .expect("a view without elements of its own");
    let lines = ["[[ 0.5 -1. ]", "[ 0.5 -1. ]", "[ 0.5 -1. ]", "..."];
    let ends = ["[ 0.5 -1. ]", "[ 0.5 -1. ]", "[ 0.5 -1. ]]"];
    assert_eq!(x.to_string(), [&lines[..], &ends[..]].concat().join("\n "));
    assert!(x.repr().ends_with(&format!("shape=({rows}, 2))")));
}

#[test]
fn more_axes_than_columns_print() {
    let x = Array::from_vec(vec![1.0, 2.0], &[&[1; 99][..], &[2]].concat()).expect("two elements");
    let lines = format!(
        "{}1.\n{}2.{}",
        "[".repeat(100),
        " ".repeat(100),
        "]".repeat(100)
    );
    assert_eq!(x.to_string(), lines);
}
