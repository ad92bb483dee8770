//! Files that no program is written as.

use std::borrow::Cow;

use dezero_core::{DType, Slice};

use super::envelope::Opened;
use super::file::{Array, Bytes, File, Operation, Place, Source, Value};
use super::{MOST_BYTES, load};
use crate::program::Program;

pub(super) fn bytes(parameters: &impl serde::Serialize) -> Bytes<'static> {
    Bytes(Cow::Owned(postcard::to_allocvec(parameters).unwrap()))
}

pub(super) fn value(source: Source<'static>) -> Value<'static> {
    Value {
        source,
        name: None,
        line: None,
        pass: 0,
    }
}

/// Zeros.
fn array(shape: &[usize]) -> Array<'static> {
    Array {
        dtype: DType::F64,
        shape: shape.to_vec(),
        strides: None,
        elements: Bytes(vec![0; 8 * shape.iter().product::<usize>()].into()),
    }
}

fn indices(shape: &[usize]) -> Array<'static> {
    Array {
        dtype: DType::I64,
        ..array(shape)
    }
}

fn repeated(shape: &[usize], dtype: DType) -> Array<'static> {
    Array {
        dtype,
        shape: shape.to_vec(),
        strides: Some(vec![0; shape.len()]),
        elements: Bytes(vec![0; dtype.size_of()].into()),
    }
}

/// One operation on inputs.
fn file(
    name: &'static str,
    parameters: &impl serde::Serialize,
    inputs: Vec<Array<'static>>,
) -> File<'static> {
    let count = inputs.len() as u32;
    let mut values: Vec<_> = inputs
        .into_iter()
        .map(|input| value(Source::Input(input)))
        .collect();
    values.push(value(Source::Call {
        operation: 0,
        args: (0..count).collect(),
    }));
    File {
        name: "f",
        sources: vec!["main.rs"],
        operations: vec![Operation {
            name,
            parameters: bytes(parameters),
        }],
        values,
        outputs: vec![count],
    }
}

pub(super) fn loaded(file: &File<'_>) -> crate::Result<Program> {
    let payload = postcard::to_allocvec(file).unwrap();
    let version = "0.0.0".to_owned();
    load::program(
        &Opened {
            payload: &payload,
            version,
        },
        MOST_BYTES,
    )
}

fn refused(file: &File<'_>) -> String {
    let error = loaded(file).unwrap_err();
    assert!(error.is_saved(), "{error}");
    error.to_string()
}

/// Asserts that such an operation is in order with some parameters, and is not with others.
fn only<P: serde::Serialize>(
    name: &'static str,
    inputs: &[&dyn Fn() -> Array<'static>],
    good: &[P],
    bad: &[P],
) {
    let inputs = || inputs.iter().map(|input| input()).collect();
    for parameters in good {
        if let Err(error) = loaded(&file(name, parameters, inputs())) {
            panic!("{error}");
        }
    }
    for (i, parameters) in bad.iter().enumerate() {
        let made = loaded(&file(name, parameters, inputs()));
        assert!(made.is_err(), "{name} with bad parameters {i}");
    }
}

const WHOLE: Slice = Slice::Range {
    start: None,
    stop: None,
    step: 1,
};

#[test]
#[allow(clippy::too_many_lines)]
fn parameters_fit_what_they_are_applied_to() {
    let matrix = || array(&[2, 3]);
    let (vector, wide) = (|| array(&[3]), || array(&[1, 3]));
    let (two, rows) = (|| indices(&[2]), || indices(&[2, 1]));
    let far = usize::MAX;
    only(
        "Reshape",
        &[&matrix],
        &[vec![6_usize], vec![3, 2, 1]],
        &[vec![5], vec![0, far], vec![far, far]],
    );
    only(
        "Transpose",
        &[&matrix],
        &[vec![1_usize, 0], vec![0, 1]],
        &[vec![0, 0], vec![0, 2], vec![far, 1]],
    );
    only(
        "Transpose",
        &[&matrix],
        &[],
        &[vec![0_usize], vec![0, 1, 2]],
    );
    only(
        "BroadcastTo",
        &[&wide],
        &[vec![4_usize, 3], vec![0, 3]],
        &[vec![3], vec![4, 1], vec![1 << 40, 3], vec![far, far, 3]],
    );
    only(
        "SumTo",
        &[&matrix],
        &[vec![3_usize], vec![2, 1], vec![]],
        &[vec![2], vec![1, 2, 3], vec![0, 3]],
    );
    let over = |axes: &[isize]| (axes.to_vec(), false);
    let (good, bad) = (
        [over(&[0]), over(&[0, 1]), over(&[])],
        [
            over(&[1, 0]),
            over(&[0, 0]),
            over(&[-1]),
            over(&[2]),
            over(&[isize::MIN]),
        ],
    );
    for name in ["Sum", "Max", "Min", "LogSumExp", "Softmax", "LogSoftmax"] {
        only(name, &[&matrix], &good, &bad);
    }
    for name in ["ArgMax", "ArgMin"] {
        only(
            name,
            &[&matrix],
            &[(Some(-1_isize), true), (None, false)],
            &[(Some(2), true), (Some(isize::MIN), false)],
        );
    }
    only("CumSum", &[&matrix], &[0_isize, 1], &[-1, 2, isize::MAX]);
    for (name, at) in [("Take", two as fn() -> _), ("Gather", rows)] {
        only(name, &[&matrix, &at], &[1_isize], &[-1, 2, isize::MIN]);
        only(name, &[&matrix, &matrix], &[], &[1_isize]);
    }
    only("PutAdd", &[&matrix, &two, &vector], &[0_isize], &[1, -2, 5]);
    only(
        "ScatterAdd",
        &[&matrix, &rows, &|| array(&[2, 1])],
        &[1_isize],
        &[-1, 2],
    );
    only(
        "ScatterAdd",
        &[&matrix, &rows, &|| array(&[5])],
        &[],
        &[1_isize],
    );
    only("GatherNd", &[&matrix, &two, &two], &[()], &[]);
    only("GatherNd", &[&matrix, &two, &two, &two], &[], &[()]);
    only("ScatterNdAdd", &[&matrix], &[], &[()]);
    only("ScatterNdAdd", &[&matrix, &vector, &two], &[()], &[]);
    let slices = |slices: &[Slice]| slices.to_vec();
    let bad = [
        slices(&[Slice::Index(2)]),
        slices(&[Slice::Index(isize::MIN)]),
        slices(&[Slice::Ellipsis, Slice::Ellipsis]),
        slices(&[WHOLE, WHOLE, WHOLE]),
        slices(&[Slice::Range {
            start: None,
            stop: None,
            step: 0,
        }]),
        vec![Slice::NewAxis; 70],
    ];
    let extremes = Slice::Range {
        start: Some(isize::MAX),
        stop: Some(isize::MIN),
        step: isize::MIN,
    };
    only(
        "GetItem",
        &[&matrix],
        &[slices(&[]), slices(&[Slice::NewAxis, extremes])],
        &bad,
    );
    let placed = |shape: &[usize], slices: &[Slice]| (shape.to_vec(), slices.to_vec());
    only(
        "GetItemGrad",
        &[&vector],
        &[placed(&[4, 3], &[Slice::Index(1)]), placed(&[3], &[])],
        &[
            placed(&[4, 5], &[Slice::Index(1)]),
            placed(&[far, 3], &[Slice::Index(1)]),
            placed(&[0, 3], &[Slice::Index(0)]),
        ],
    );
    let joined = |axis: isize, starts: &[usize]| (axis, starts.to_vec());
    only(
        "Concatenate",
        &[&matrix, &wide],
        &[joined(0, &[0, 2, 3])],
        &[
            joined(0, &[0, 2]),
            joined(0, &[0, 2, 4]),
            joined(1, &[0, 3, 6]),
            joined(-2, &[0, 2, 3]),
            joined(5, &[0, 2, 3]),
        ],
    );
    only::<(isize, Vec<usize>)>("Concatenate", &[], &[], &[joined(0, &[0])]);
    let padded = |widths: &[(usize, usize)]| (widths.to_vec(), 0.5);
    only(
        "Pad",
        &[&matrix],
        &[padded(&[(1, 0), (0, 2)])],
        &[
            padded(&[(1, 1)]),
            padded(&[(far, 1), (0, 0)]),
            padded(&[(1 << 40, 0), (0, 0)]),
        ],
    );
    for name in ["MatMul", "Solve"] {
        only(name, &[&matrix, &vector], &[], &[()]);
        only(name, &[&matrix, &matrix], &[], &[()]);
    }
    only("MatMul", &[&matrix, &|| array(&[3, 1])], &[()], &[]);
    for name in ["Inv", "Cholesky", "Det", "SignDet", "LogAbsDet"] {
        only(name, &[&matrix], &[], &[()]);
        only(name, &[&vector], &[], &[()]);
        only(name, &[&|| array(&[2, 2])], &[()], &[]);
    }
    only("Tril", &[&matrix], &[0_isize, isize::MIN, isize::MAX], &[]);
    only("Triu", &[&vector], &[], &[0_isize]);
    only(
        "Diag",
        &[&vector],
        &[2_isize, -2],
        &[isize::MIN, isize::MAX, 1 << 30],
    );
    only(
        "Diagonal",
        &[&matrix],
        &[2_isize, isize::MIN, isize::MAX],
        &[],
    );
    only("Diagonal", &[&vector], &[], &[0_isize]);
    only("Where", &[&matrix, &matrix, &matrix], &[], &[()]);
    only(
        "clip",
        &[&matrix],
        &[vec![1.0, -1.0]],
        &[vec![1.0], vec![1.0, 2.0, 3.0]],
    );
    only("add", &[&matrix, &wide], &[Vec::<f64>::new()], &[vec![1.0]]);
    only("add", &[&matrix], &[], &[Vec::<f64>::new()]);
    only("Cast", &[&matrix], &[1_u8], &[4]);
    for name in ["Custom", "Output", "Leaf", "Constant", "Variable", ""] {
        assert!(refused(&file(name, &0_u8, vec![matrix()])).contains("which knows the operation"));
    }
}

/// The derivative of what is in order is in order.
#[test]
fn a_diagonal_far_away_is_empty() {
    for k in [isize::MIN, -5, 5, isize::MAX] {
        let program = loaded(&file("Diagonal", &k, vec![array(&[2, 3])])).unwrap();
        let vjp = program.vjp().unwrap();
        let x = dezero_core::Array::zeros(&[2, 3], DType::F64).unwrap();
        let gy = dezero_core::Array::zeros(&[0], DType::F64).unwrap();
        assert_eq!(vjp.run(&[x.clone(), gy]).unwrap(), [x]);
    }
}

#[test]
fn positions_are_those_of_what_is_there() {
    let good = || file("tanh", &Vec::<f64>::new(), vec![array(&[2])]);
    assert!(loaded(&good()).is_ok());
    for args in [vec![1], vec![u32::MAX], vec![0, 0], vec![]] {
        let mut file = good();
        file.values[1] = value(Source::Call { operation: 0, args });
        refused(&file);
    }
    let mut file = good();
    file.values[1] = value(Source::Call {
        operation: 1,
        args: vec![0],
    });
    assert!(refused(&file).contains("of operation 1, which is none"));
    let mut file = good();
    file.outputs = vec![0, 2];
    assert!(refused(&file).contains("output 2 of 2 values"));
    let mut file = good();
    file.values.push(value(Source::Input(array(&[1]))));
    assert!(refused(&file).contains("value 2 is an input, and not among the first"));
    let mut file = good();
    let place = Place {
        source: 1,
        line: 1,
        column: 1,
    };
    file.values[1].line = Some(place);
    assert!(refused(&file).contains("a line of source 1, which is none"));
    let mut file = good();
    file.operations[0].parameters = bytes(&(Vec::<f64>::new(), 1_u8));
    assert!(refused(&file).contains("1 bytes are left"));
}

#[test]
fn arrays_are_checked() {
    let of = |array: Array<'static>| file("tanh", &Vec::<f64>::new(), vec![array]);
    let layouts: [(&[usize], &[isize], bool); 12] = [
        (&[2, 2], &[1, 2], true),
        (&[2, 2], &[-7, 2], true),
        (&[2, 2], &[0, 1], true),
        (&[1, 2], &[isize::MIN, 1], true),
        (&[0, 2], &[0, 0], true),
        (&[2, 2], &[1, 1], false),
        (&[2, 2], &[1], false),
        (&[2, 2], &[isize::MIN, 1], false),
        (&[3, 2], &[isize::MAX, 1], false),
        (&[2, 2], &[1 << 40, 1], false),
        (&[0, 2], &[0, isize::MIN], false),
        (&[3, 2], &[1, -2], false),
    ];
    for (shape, strides, good) in layouts {
        let axes = shape.iter().zip(strides);
        let count: usize = axes
            .map(|(&len, &stride)| if stride == 0 { len.min(1) } else { len })
            .product();
        let made = loaded(&of(Array {
            strides: Some(strides.to_vec()),
            elements: Bytes(vec![0; 8 * count].into()),
            ..array(shape)
        }));
        assert_eq!(made.is_ok(), good, "{shape:?} {strides:?}");
        if let Ok(program) = made {
            let x = dezero_core::Array::zeros(shape, DType::F64).unwrap();
            assert_eq!(program.run(std::slice::from_ref(&x)).unwrap(), [x]);
        }
    }
    for shape in [
        vec![usize::MAX],
        vec![usize::MAX, 2],
        vec![0, 1 << 62],
        vec![1 << 32, 1 << 32],
        vec![1; 65],
    ] {
        let array = Array {
            shape,
            ..array(&[1])
        };
        refused(&of(array));
    }
    let short = Array {
        elements: Bytes(vec![0; 15].into()),
        ..array(&[2])
    };
    assert!(refused(&of(short)).contains("15 bytes are not the 2 elements"));
    let truth = Array {
        dtype: DType::Bool,
        elements: Bytes(vec![2].into()),
        ..array(&[])
    };
    assert!(refused(&of(truth)).contains("neither 0 nor 1"));
}

#[test]
fn memory_is_counted_before_it_is_taken() {
    // Some hundred bytes each.
    let long = |n: usize| repeated(&[n], DType::F64);
    assert!(loaded(&file("tanh", &Vec::<f64>::new(), vec![long(1 << 20)])).is_ok());
    refused(&file("tanh", &Vec::<f64>::new(), vec![long(1 << 30)]));
    // Two that are not too large make one that is.
    let (column, row) = (
        repeated(&[1 << 20, 1], DType::F64),
        repeated(&[1, 1 << 20], DType::F64),
    );
    refused(&file("add", &Vec::<f64>::new(), vec![column, row]));
    let (column, row) = (
        repeated(&[1 << 20, 1], DType::F64),
        repeated(&[1, 1 << 20], DType::F64),
    );
    refused(&file("MatMul", &(), vec![column, row]));
    // On the way to a value or back from it.
    let at = |shape: &[usize]| repeated(shape, DType::I64);
    let (column, row) = (at(&[1 << 20, 1]), at(&[1, 1 << 20]));
    refused(&file(
        "ScatterNdAdd",
        &(),
        vec![array(&[1, 1]), array(&[]), column, row],
    ));
    refused(&file(
        "PutAdd",
        &1_isize,
        vec![long(1 << 20), at(&[1 << 20]), array(&[])],
    ));
    refused(&file(
        "ScatterAdd",
        &0_isize,
        vec![
            repeated(&[1, 1 << 20], DType::F64),
            at(&[1 << 20, 1]),
            array(&[]),
        ],
    ));
    let (left, right) = (
        repeated(&[1, 1 << 12, 1 << 12], DType::F64),
        repeated(&[1 << 12, 1 << 12, 1], DType::F64),
    );
    refused(&file("MatMul", &(), vec![left, right]));
    // Many that are not too large.
    let mut many = file("tanh", &Vec::<f64>::new(), vec![long(1 << 20)]);
    for x in 1..2000 {
        many.values.push(value(Source::Call {
            operation: 0,
            args: vec![x],
        }));
    }
    assert!(refused(&many).contains("`from_bytes_within` sets another limit"));
}
