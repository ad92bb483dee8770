//! Formula text to a function of dezero Variables, with errors that point into the text.
//!
//! A [`Formula`] is parsed once and evaluated as often as wanted:
//!
//! ```
//! use dezero_expr::Formula;
//!
//! let rosenbrock = Formula::parse("100*(x1 - x0^2)^2 + (1 - x0)^2")?;
//! assert_eq!(rosenbrock.variables(), ["x1", "x0"]);
//! # Ok::<(), dezero_expr::Error>(())
//! ```
//!
//! What is wrong in a formula is shown at its place, with the fix where the cause is clear:
//!
//! ```
//! let error = dezero_expr::Formula::parse("3*sin x + 1").unwrap_err();
//! assert_eq!(error.to_string(), "\
//! the argument of `sin` is not in parentheses
//!   3*sin x + 1
//!     ^^^^^
//!   help: write `sin(x)`");
//! ```
//!
//! # The language
//!
//! | written | means |
//! | --- | --- |
//! | `1`, `1.`, `.5`, `2.5e-3` | numbers |
//! | `pi` `π`, `e`, `tau` `τ` | constants |
//! | any other name: `x`, `x_1`, `θ₀`, `높이` | a variable |
//! | `a + b`, `a - b` | sum and difference |
//! | `a*b`, `a/b` | product and quotient, also `a×b`, `a·b`, `a÷b` |
//! | `-a`, `+a` | binds tighter than `*`, looser than `^`: `-x^2` is `-(x^2)` |
//! | `a^b`, `a**b`, `a²` | power, from the right: `2^3^2` is `2^9` |
//! | `sin(x)`, `max(a, b, c)` | functions, listed by [`Functions::builtin`] |
//! | `where(a < b, c, d)` | `c` where the condition holds, else `d` |
//!
//! Conditions are one of `<`, `<=`, `>`, `>=`, `==`, `!=` between two expressions.
//!
//! # Limits
//!
//! A text of at most [`MAX_LENGTH`] bytes, nested at most [`MAX_DEPTH`] levels deep: every
//! parenthesis, call, sign and exponent that is still open counts as one level. Sums and products
//! have no limit beside the length. Parsing, printing, evaluating and dropping take linear time and
//! no recursion.
//!
//! # Design note
//!
//! The grammar is an operator-precedence parser over a token list, written by hand rather than with
//! winnow: its explicit stack is what bounds the depth, and most of the work is in diagnosing a wrong
//! formula from the tokens around the place, which combinators would only be in the way of.

mod eval;
mod formula;
mod recorded;
mod syntax;

pub use eval::{Operand, Operations};
pub use formula::Formula;
pub use syntax::{
    Binary, Comparison, Constant, Error, FunctionId, Functions, MAX_DEPTH, MAX_LENGTH, Node,
    Parameter, Signature, Tree,
};
