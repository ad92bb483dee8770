//! Programs saved and loaded: the same to the last bit, or an error that says why.

use dezero_compile::{Program, compile};
use dezero_core::{Array, DType, Function, Result, Slice, Variable, checkpoint};
use proptest::prelude::*;

use crate::cases;
use crate::looks::drawn;
use crate::programs::variables;
use crate::random_programs::{config, recipes};

/// Shape, dtype, and all bits of the elements, those of NaN too.
type Bits = (Vec<usize>, DType, Vec<u64>);

type Derive = fn(&Program) -> dezero_compile::Result<Program>;

fn bits(x: &Array) -> Bits {
    let bits = match x.dtype() {
        DType::F64 => x.to_vec::<f64>().into_iter().map(f64::to_bits).collect(),
        DType::F32 => {
            let singles = x.to_vec::<f32>().into_iter();
            singles.map(|x| x.to_bits().into()).collect()
        }
        _ => x.to_vec::<i64>().into_iter().map(|x| x as u64).collect(),
    };
    (x.shape().to_vec(), x.dtype(), bits)
}

fn all_bits(program: &Program, inputs: &[Array]) -> std::result::Result<Vec<Bits>, String> {
    let ys = program.run(inputs).map_err(|error| error.to_string())?;
    Ok(ys.iter().map(bits).collect())
}

/// A drawing without source lines, which the engine cannot take from a file.
fn drawing(program: &Program) -> String {
    let text = drawn(&program.graph().unwrap());
    let line = |line: &str| {
        line.rsplit_once(" at ")
            .map_or(line, |(text, _)| text)
            .to_owned()
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn again(program: &Program) -> Program {
    Program::from_bytes(&program.to_bytes().unwrap()).unwrap()
}

/// Compares all that there is of a program with that of the loaded one.
fn assert_same(program: &Program, points: &[Vec<Array>], name: &str) {
    let bytes = program
        .to_bytes()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let loaded = Program::from_bytes(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(loaded.to_bytes().unwrap(), bytes, "{name}");
    assert_eq!(loaded.to_string(), program.to_string(), "{name}");
    assert_eq!(
        loaded.simplified().to_string(),
        program.simplified().to_string(),
        "{name}"
    );
    assert_eq!(format!("{loaded:?}"), format!("{program:?}"), "{name}");
    assert_eq!(drawing(&loaded), drawing(program), "{name}");
    for point in points {
        assert_eq!(all_bits(&loaded, point), all_bits(program, point), "{name}");
    }
}

#[test]
fn every_case_comes_back() {
    for case in cases::all() {
        let at = variables(&case.point(1));
        for (i, x) in at.iter().enumerate().step_by(2) {
            x.set_name(&format!("x{i}"));
        }
        let program =
            Program::record(|xs: &[Variable]| (case.apply)(xs).named("y"), &at[..]).unwrap();
        let points = [case.point(1), case.point(2)];
        assert_same(&program, &points, &case.name);
        assert_same(&program.simplified(), &points, &case.name);
    }
}

#[test]
fn every_derivative_comes_back() {
    for case in cases::all() {
        let at = variables(&case.point(1));
        let total = |xs: &[Variable]| (case.apply)(xs).sin().sum(..);
        let program = Program::record(total, &at[..]).unwrap();
        let loaded = again(&program);
        let derivatives: [Derive; 4] = [
            Program::value_and_grad,
            Program::hessian,
            |program| program.grad()?.vjp(),
            |program| program.hvp()?.jvp(),
        ];
        for derive in derivatives {
            let (own, other) = (derive(&program), derive(&loaded));
            let (Ok(own), Ok(other)) = (&own, &other) else {
                assert_eq!(
                    own.unwrap_err().to_string(),
                    other.unwrap_err().to_string(),
                    "{}",
                    case.name
                );
                continue;
            };
            let inputs: Vec<Array> = own
                .inputs()
                .enumerate()
                .map(|(i, x)| match case.point(3).get(i) {
                    Some(value) => value.clone(),
                    None => Array::full(x.shape(), 0.75, x.dtype()).unwrap(),
                })
                .collect();
            assert_eq!(
                all_bits(other, &inputs),
                all_bits(own, &inputs),
                "{}",
                case.name
            );
            assert_same(own, std::slice::from_ref(&inputs), &case.name);
            assert_same(other, &[inputs], &case.name);
        }
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn random_programs_come_back(recipe in recipes(20), seed in any::<u64>()) {
        let inputs = recipe.values(seed);
        let program = Program::record(|xs: &[Variable]| recipe.build(xs), &variables(&inputs)[..]);
        let Ok(program) = program else { return Ok(()) };
        if program.to_string().contains("Twice") {
            let error = program.to_bytes().unwrap_err();
            prop_assert!(error.to_string().contains("function `Twice`"), "{}", error);
            return Ok(());
        }
        assert_same(&program, &[inputs, recipe.values(seed + 1)], "random");
    }
}

#[test]
fn constants_are_kept_to_the_bit_and_as_they_lie() {
    let nan = f64::from_bits(0xfff8_0000_dead_beef);
    let quiet = f32::from_bits(0x7fc0_1234);
    let table = Array::from((0..60).map(f64::from).collect::<Vec<_>>())
        .reshape(&[3, 4, 5])
        .unwrap();
    let constants = [
        Array::from([nan, -0.0, 5e-324, f64::NEG_INFINITY]),
        Array::from([quiet, -0.0, 1e-45]),
        Array::from([i64::MIN, -1, i64::MAX]),
        Array::from([true, false]),
        Array::from(nan),
        Array::from(quiet),
        Array::from(7_i64),
        Array::from(true),
        Array::zeros(&[0, 3], DType::F64).unwrap(),
        table.t(),
        table.transpose(&[1, 2, 0]).unwrap(),
        table
            .slice(&[(1..).into(), Slice::step(.., -2), Slice::step(1.., 2)])
            .unwrap(),
        Array::from([1.5, 2.5]).broadcast_to(&[3, 2]).unwrap(),
        Array::from(nan).broadcast_to(&[1000, 1000]).unwrap(),
        table
            .slice(&[1.into()])
            .unwrap()
            .t()
            .expand_dims(0)
            .unwrap()
            .broadcast_to(&[2, 5, 4])
            .unwrap(),
    ];
    let given: Vec<Variable> = constants.iter().cloned().map(Variable::constant).collect();
    let f = |x: &Variable| {
        let mut ys = given.clone();
        ys.push(x.sin());
        ys
    };
    let program = Program::record(f, &Variable::new(table.t())).unwrap();
    let bytes = program.to_bytes().unwrap();
    assert!(
        bytes.len() < 6000,
        "what is repeated is written once: {}",
        bytes.len()
    );
    let loaded = Program::from_bytes(&bytes).unwrap();
    let ys = loaded.run(&[table.t()]).unwrap();
    for (a, b) in ys.iter().zip(&constants) {
        assert_eq!(bits(a), bits(b));
        assert!(
            a.placement().agrees_with(&b.placement()),
            "{:?} {:?}",
            a.strides(),
            b.strides()
        );
    }
}

#[test]
fn names_passes_and_lines_are_kept() {
    let f = |x: &Variable| {
        let y = (x.tanh().named("h") * x).named("y");
        dezero_core::grad(&y, &[x]).remove(0).named("gx")
    };
    let program = compile(f, &Variable::new(1.0).named("x"))
        .unwrap()
        .into_program();
    let loaded = again(&program);
    assert_same(&program, &[vec![Array::from(0.3)]], "names");
    let (own, other) = (program.values(), loaded.values());
    for (a, b) in own.zip(other) {
        assert_eq!((a.name, a.pass, a.line), (b.name, b.pass, b.line));
    }
    assert!(loaded.values().any(|value| value.pass == 1));
    assert!(
        loaded
            .to_string()
            .contains("# crates/dezero-compile/tests/it/saved.rs:"),
        "{loaded}"
    );
    // Of what is derived from it, the lines are not known, and none are made up.
    let derived = loaded.grad().unwrap();
    assert!(!derived.to_string().contains('#'), "{derived}");
}

#[test]
fn a_derived_error_blames_no_line_of_the_library() {
    let x = Variable::new([[2.0, 0.0], [0.0, 2.0]]);
    let loaded = again(&Program::record(|x: &Variable| x.det(), &x).unwrap());
    let singular = Program::record(|x: &Variable| x.try_sub(x).unwrap().det(), &x).unwrap();
    let error = again(&singular).grad().unwrap_err();
    assert!(!error.to_string().contains(".rs"), "{error}");
    assert!(loaded.grad().is_ok());
}

struct Double;

impl Function for Double {
    fn name(&self) -> &'static str {
        "Double"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![xs[0].map_float(|x| 2.0 * x, |x| 2.0 * x)])
    }

    fn backward(&self, _: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![&gys[0] * 2.0])
    }
}

#[test]
fn functions_are_code_and_cannot_be_saved() {
    let x = Variable::new(1.0);
    let program = Program::record(|x: &Variable| Double.call(&[x]).sin(), &x).unwrap();
    for program in [program.clone(), program.grad().unwrap()] {
        let error = program.to_bytes().unwrap_err();
        assert!(error.is_saved());
        let text = error.to_string();
        assert!(text.starts_with("to_bytes: Program calls function `Double` at crates/dezero-compile/tests/it/saved.rs:"), "{text}");
        assert!(
            text.contains("cannot be saved; write it with operations of `Variable`"),
            "{text}"
        );
    }
    let inner = compile(|x: &Variable| x.sin(), &x).unwrap();
    let outer = Program::record(|x: &Variable| inner.call(x) * 2.0, &x).unwrap();
    let text = outer.to_bytes().unwrap_err().to_string();
    assert!(
        text.contains("call the one that it was compiled from"),
        "{text}"
    );
    let recomputed = Program::record(|x: &Variable| checkpoint(|x| x[0].sin(), [x]), &x).unwrap();
    assert!(recomputed.to_bytes().unwrap_err().is_saved());
}

/// A small program with something of everything.
pub(crate) fn small() -> Program {
    let x = Variable::new([1.0, 2.0]).named("x");
    let f = |x: &Variable| (x.clip(-1.0, 1.5) * Array::from([0.5, f64::NAN])).sum(0);
    Program::record(f, &x).unwrap()
}

#[test]
fn what_is_cut_off_is_an_error() {
    let bytes = small().to_bytes().unwrap();
    for length in 0..bytes.len() {
        let error = Program::from_bytes(&bytes[..length]).unwrap_err();
        assert!(
            error.is_saved() && error.to_string().starts_with("from_bytes: "),
            "{error}"
        );
    }
    let more = [&bytes[..], &[0]].concat();
    assert!(Program::from_bytes(&more).is_err());
}

#[test]
fn every_changed_byte_is_an_error() {
    let bytes = small().to_bytes().unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        for by in 1..=255 {
            changed[at] = bytes[at] ^ by;
            assert!(
                Program::from_bytes(&changed).unwrap_err().is_saved(),
                "byte {at}"
            );
        }
    }
}

/// The same with the right checksum.
pub(crate) fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    bytes.extend(hash.to_le_bytes());
    bytes
}

fn opened(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - 8);
    bytes
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes
        .windows(from.len())
        .position(|part| part == from)
        .unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn errors_say_what_to_do() {
    let text = |bytes: &[u8]| Program::from_bytes(bytes).unwrap_err().to_string();
    insta::assert_snapshot!(text(b"\x89PNG\r\n\x1a\n"), @"from_bytes: these bytes are no program: they do not begin as those of `Program::to_bytes` do");
    insta::assert_snapshot!(text(b"DEZE"), @"from_bytes: 4 bytes are only the beginning of a program");
    let bytes = small().to_bytes().unwrap();
    let cut = text(&bytes[..100]);
    assert!(
        cut.contains("the checksum of the 100 bytes is not the one that they end with"),
        "{cut}"
    );

    // Saved by another version, of which this one knows the format and not an operation.
    let later = replaced(&opened(bytes.clone()), b"clip", b"clap");
    let later = replaced(&later, env!("CARGO_PKG_VERSION").as_bytes(), b"9.8.7");
    let unknown = text(&sealed(later.clone()));
    assert_eq!(
        unknown,
        format!(
            "from_bytes: the program was saved by dezero 9.8.7, which knows the operation `clap`; this is dezero {}, \
             which does not: load it with that version",
            env!("CARGO_PKG_VERSION")
        )
    );
    let mut format = later;
    format[8] = 2;
    let format = text(&sealed(format));
    assert!(
        format.starts_with(
            "from_bytes: the program is in format 2, as dezero 9.8.7 saves it, or was changed"
        ),
        "{format}"
    );
    let large = Program::from_bytes_within(&bytes, 50)
        .unwrap_err()
        .to_string();
    assert!(
        large.contains("`from_bytes_within` sets another limit"),
        "{large}"
    );
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Model {
    name: String,
    programs: Vec<Program>,
    best: Option<f64>,
}

#[test]
fn programs_stand_in_what_users_serialize() {
    let model = Model {
        name: "model".to_owned(),
        programs: vec![small(), small().grad().unwrap()],
        best: None,
    };
    let x = [Array::from([0.25, 3.0])];
    let json = serde_json::to_string(&model).unwrap();
    let back: Model = serde_json::from_str(&json).unwrap();
    let value: Model = serde_json::from_value(serde_json::to_value(&model).unwrap()).unwrap();
    let reader: Model = serde_json::from_reader(json.as_bytes()).unwrap();
    for other in [back, value, reader] {
        assert_eq!((&*other.name, other.best), ("model", None));
        for (a, b) in model.programs.iter().zip(&other.programs) {
            assert_eq!(all_bits(a, &x), all_bits(b, &x));
            assert_eq!(a.to_string(), b.to_string());
        }
    }
    let changed = json.replacen("63", "64", 3);
    let error = serde_json::from_str::<Model>(&changed)
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("from_bytes: "), "{error}");
    let error = serde_json::from_str::<Program>(&format!("\"{}\"", "0a1".repeat(9999)))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("a saved program, as bytes or their hexadecimal digits")
            && error.len() < 200,
        "{error}"
    );
    let code = Program::record(|x: &Variable| Double.call(&[x]), &Variable::new(1.0)).unwrap();
    let error = serde_json::to_string(&code).unwrap_err().to_string();
    assert!(error.contains("function `Double`"), "{error}");
}
