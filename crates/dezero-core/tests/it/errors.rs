//! The texts of errors, and the source line that they blame: the user's, also when what fails is
//! a derivative.

use dezero_core::{Array, Backward, DType, Error, Function, Result, Slice, Variable, try_grad};
use insta::assert_snapshot;

/// The text of an error, with its line replaced after a look at whether it is the right one.
#[track_caller]
fn told<T>(result: Result<T>, line: u32) -> String {
    let error = result.err().expect("an error");
    let blamed = error.line().expect("a line");
    assert!(blamed.file().ends_with("tests/it/errors.rs"), "{error}");
    assert_eq!(blamed.line(), line, "{error}");
    let position = format!("{}:{}:{}", blamed.file(), line, blamed.column());
    let text = error.to_string();
    assert!(text.contains(&position), "{text}");
    text.replace(&position, "tests/it/errors.rs:LL")
}

/// What an expression on one line gives as its error.
macro_rules! told {
    ($result:expr) => {
        told($result, line!())
    };
}

fn vector() -> Variable {
    Variable::new([1.0, 2.0, 3.0])
}

fn matrix() -> Variable {
    Variable::new([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
}

#[test]
fn shapes_that_do_not_fit() {
    let (x, y) = (matrix(), Variable::new([1.0, 2.0]));
    assert_snapshot!(told!(x.try_add(&y)), @r"
    add: shapes (2, 3) and (2,) do not broadcast: axis 1 has 3 and 2
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_hypot(&y)), @r"
    hypot: shapes (2, 3) and (2,) do not broadcast: axis 1 has 3 and 2
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_less(&y)), @r"
    less: shapes (2, 3) and (2,) do not broadcast: axis 1 has 3 and 2
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.greater(0.0).try_where(&x, &y)), @r"
    where: shapes (2, 3) and (2,) do not broadcast: axis 1 has 3 and 2
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_reshape([4, -1])), @r"
    reshape: an array of shape (2, 3) has 6 elements, shape (4, 1) has 4
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_reshape([-1, -1])), @r"
    reshape: only one length can be -1, to be worked out
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_reshape([-2, 3])), @r"
    reshape: a length cannot be -2
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_broadcast_to([3, 3])), @r"
    broadcast_to: shape (2, 3) does not broadcast to (3, 3)
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_sum_to([2])), @r"
    sum_to: shape (2,) is no sum of shape (2, 3): it does not broadcast to it
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_squeeze(0)), @r"
    squeeze: axis 0 of shape (2, 3) has length 2, not 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_matmul(&x)), @r"
    matmul: shapes (2, 3) and (2, 3) do not multiply: the last axis of the first has 3, the last but one of the second 2
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_matmul(&y)), @r"
    matmul: shapes (2, 3) and (2,) do not multiply: the last axis of the first has 3, the only one of the second 2
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(y.try_matmul(2.0)), @r"
    matmul: shapes (2,) and () do not multiply: a 0-d factor goes with *
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_solve(&y)), @r"
    solve: shape (2, 3) is not of square matrices: the last two axes must be equal
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_inv()), @r"
    inv: shape (2, 3) is not of square matrices: the last two axes must be equal
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_det()), @r"
    det: shape (2, 3) is not of square matrices: the last two axes must be equal
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(y.try_tril(0)), @r"
    tril: shape (2,) is not of matrices
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(Variable::new(1.0).try_diag(0)), @r"
    diag: shape () is neither of a vector nor of a matrix
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(Variable::try_concatenate(&[&x, &y], 0)), @r"
    concatenate: shapes (2, 3) and (2,) differ in more than axis 0
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(Variable::try_stack(&[&vector(), &y], 0)), @r"
    stack: shapes (3,) and (2,) differ
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(Variable::try_stack(&[&x, &x], 3)), @r"
    stack: axis 3 is out of range for 3 dimensions: it may be from -3 to 2
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(Variable::try_stack(&[], 0)), @r"
    stack: at least one array is needed
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_pad(&[(1, 1)], 0.0)), @r"
    pad: 1 pairs of widths for the 2 axes of shape (2, 3)
      at tests/it/errors.rs:LL
    ");
    assert!(x.try_add(&y).unwrap_err().is_shape() && x.try_matmul(&x).unwrap_err().is_shape());
}

#[test]
fn axes_out_of_range() {
    let x = matrix();
    assert_snapshot!(told!(x.try_sum(2)), @r"
    sum: axis 2 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_mean([0, -3])), @r"
    mean: axis -3 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_prod(2)), @r"
    prod: axis 2 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_max([0, 0])), @r"
    max: axis 0 is named twice
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_var(2)), @r"
    var: axis 2 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_softmax(5)), @r"
    softmax: axis 5 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_cumsum(2)), @r"
    cumsum: axis 2 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_argmax(2)), @r"
    argmax: axis 2 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_permute([0, 0])), @r"
    permute: axis 0 is named twice
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_permute([0, 2])), @r"
    permute: axis 2 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_swapaxes(0, 2)), @r"
    swapaxes: axis 2 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_expand_dims(4)), @r"
    expand_dims: axis 4 is out of range for 3 dimensions: it may be from -3 to 2
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_flip(2)), @r"
    flip: axis 2 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_split(&[1], 2)), @r"
    split: axis 2 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(Variable::try_concatenate(&[&x, &x], 2)), @r"
    concatenate: axis 2 is out of range for 2 dimensions: it may be from -2 to 1
      at tests/it/errors.rs:LL
    ");
    assert!(x.try_sum(2).unwrap_err().is_axis() && x.try_split(&[1], 2).unwrap_err().is_axis());
}

#[test]
fn indices_out_of_bounds() {
    let x = matrix();
    assert_snapshot!(told!(x.try_get_item(2)), @r"
    slice: index 2 is out of bounds for axis 0 with size 2
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_get_item((0, 1, 0))), @r"
    slice: 3 indices for the 2 axes of shape (2, 3)
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_get_item(Slice::step(.., 0))), @r"
    slice: the step of a slice cannot be 0
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_take(Variable::new([0_i64, 3]), 1)), @r"
    take: index 3 is out of bounds for axis 1 with size 3
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_take(Variable::new([0.0]), 1)), @r"
    take: indices are float64, not int64
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.try_gather(Variable::new([[0_i64], [-4]]), 1)), @r"
    take_along_axis: index -4 is out of bounds for axis 1 with size 3
      at tests/it/errors.rs:LL
    ");
    assert!(x.try_get_item(2).unwrap_err().is_index());
}

#[test]
fn dtypes_that_an_operation_does_not_take() {
    let truth = Variable::new([true, false]);
    assert_snapshot!(told!(truth.try_neg()), @r"
    neg: not defined for bool: convert with astype, or use a logical operation
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(truth.try_sub(&truth)), @r"
    sub: not defined for bool: convert with astype, or use a logical operation
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(Variable::new(1.0).try_where(1.0, 2.0)), @r"
    where: the condition is float64, not bool: compare it with something
      at tests/it/errors.rs:LL
    ");
    assert!(truth.try_neg().unwrap_err().is_dtype());
}

#[test]
fn singular_matrices() {
    let singular = Variable::new([[1.0, 2.0], [2.0, 4.0]]);
    assert_snapshot!(told!(singular.try_inv()), @r"
    inv: the matrix is singular
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(singular.try_solve(Variable::new([1.0, 2.0]))), @r"
    solve: the matrix is singular
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!((-&singular).try_cholesky()), @r"
    cholesky: the matrix is not positive definite
      at tests/it/errors.rs:LL
    ");
    assert!(singular.try_inv().unwrap_err().is_singular());
}

#[test]
fn derivatives_that_do_not_exist() {
    let x = vector();
    assert_snapshot!(told!(x.detach().try_backward(Backward::new())), @r"
    backward: this variable is a constant, with no graph to go back through: a detached value, a result of constants alone, or a gradient computed without `create_graph`
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(Variable::new([1_i64, 2]).try_backward(Backward::new())), @r"
    backward: a result of dtype int64 has no derivative; f32 and f64 have
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(x.greater(0.0).try_backward(Backward::new())), @r"
    backward: a result of dtype bool has no derivative; f32 and f64 have
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(try_grad(&Variable::constant(1.0), &[&x])), @r"
    backward: this variable is a constant, with no graph to go back through: a detached value, a result of constants alone, or a gradient computed without `create_graph`
      at tests/it/errors.rs:LL
    ");
    assert!(
        x.detach()
            .try_backward(Backward::new())
            .unwrap_err()
            .is_derivative()
    );
}

/// The failing operation is one that `backward` does; to blame is the line that it differentiates.
#[test]
fn errors_inside_backward_blame_the_line_of_the_operation() {
    let x = Variable::new([[1.0, 2.0], [2.0, 4.0]]);
    let (y, line) = (x.det(), line!());
    let z = (y * 2.0).exp();
    assert_snapshot!(told(z.try_backward(Backward::new()), line), @r"
    inv: the matrix is singular
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told(try_grad(&z, &[&x]), line), @r"
    inv: the matrix is singular
      at tests/it/errors.rs:LL
    ");
}

struct Broken(fn(&[Variable]) -> Result<Vec<Variable>>);

impl Function for Broken {
    fn name(&self) -> &'static str {
        "Broken"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        if xs.is_empty() {
            Err(Error::function("Broken", "wants an input"))
        } else {
            Ok(vec![xs[0].clone()])
        }
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], _: &[Variable]) -> Result<Vec<Variable>> {
        self.0(xs)
    }
}

#[test]
fn functions_that_break_their_contract() {
    let (a, b) = (matrix(), Variable::new(1.0));
    assert_snapshot!(told!(Broken(|_| Ok(vec![])).try_call(&[])), @r"
    function `Broken`: wants an input
      at tests/it/errors.rs:LL
    ");
    let function = Broken(|xs| Ok(vec![xs[0].clone()]));
    let (y, line) = (function.call(&[&a, &b]), line!());
    assert_snapshot!(told(y.try_backward(Backward::new()), line), @r"
    function `Broken`: backward gave 1 cotangents for 2 inputs; one is due for each
      at tests/it/errors.rs:LL
    ");
    let function = Broken(|xs| Ok(vec![xs[0].sum(0), xs[1].clone()]));
    let (y, line) = (function.call(&[&a, &b]), line!());
    assert_snapshot!(told(y.try_backward(Backward::new()), line), @r"
    function `Broken`: backward gave input 0, of shape (2, 3), a cotangent of shape (3,); `sum_to` undoes a broadcast
      at tests/it/errors.rs:LL
    ");
    let function = Broken(|_| Err(Error::function("Broken", "has no derivative")));
    let (y, line) = (function.call(&[&a]), line!());
    assert_snapshot!(told(y.try_backward(Backward::new()), line), @r"
    function `Broken`: has no derivative
      at tests/it/errors.rs:LL
    ");
}

/// An error of an operation inside the user's `backward` blames that operation.
#[test]
fn errors_in_the_code_of_a_function_blame_its_lines() {
    const LINE: u32 = line!() + 1;
    let y = Broken(|xs| Ok(vec![xs[0].try_reshape([7])?])).call(&[&matrix()]);
    let error = y.try_backward(Backward::new()).unwrap_err();
    assert_eq!(error.line().map(std::panic::Location::line), Some(LINE));
    assert!(error.is_shape());
}

#[test]
fn rows_of_the_table_say_what_they_take() {
    let x = vector();
    let clip = dezero_core::primitives()
        .find(|p| p.name == "clip")
        .unwrap();
    assert_snapshot!(told!(clip.apply(&[&x, &x])), @r"
    function `clip`: takes 1 variable, got 2
      at tests/it/errors.rs:LL
    ");
    assert_snapshot!(told!(clip.apply_with(&[&x], &[1.0])), @r"
    function `clip`: takes 2 parameters, got 1
      at tests/it/errors.rs:LL
    ");
}

/// Operators and short methods panic with the same text.
#[test]
fn panics_say_what_errors_say() {
    for (wrong, operation) in [
        (
            (|| matrix() + Variable::new([1.0, 2.0])) as fn() -> Variable,
            "add: shapes (2, 3) and (2,)",
        ),
        (|| matrix().sum(2), "sum: axis 2"),
        (|| -Variable::new(true), "neg: not defined for bool"),
        (
            || Array::zeros(&[2], DType::F64).unwrap() * matrix(),
            "mul: shapes (2,) and (2, 3)",
        ),
    ] {
        let panic = std::panic::catch_unwind(wrong).unwrap_err();
        let text = panic.downcast_ref::<String>().unwrap();
        assert!(
            text.starts_with(operation) && text.contains("tests/it/errors.rs:"),
            "{text}"
        );
    }
}

#[test]
fn an_error_gives_its_source() {
    use std::error::Error as _;
    let error = matrix().try_sum(2).unwrap_err();
    assert!(
        error
            .source()
            .unwrap()
            .downcast_ref::<dezero_array::Error>()
            .unwrap()
            .is_axis()
    );
    assert_eq!(format!("{error:?}"), format!("Error({error})"));
}
