//! Bytes that somebody made up, with the right checksum: an error, or a program that does what programs do.

use dezero_compile::Program;
use dezero_core::{Array, Function, Variable, try_grad};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::cases;
use crate::programs::variables;
use crate::random_programs::{config, is_same, recipes};
use crate::saved::{sealed, small};

/// The values of a program that is tried may take so many bytes.
const MOST: usize = 1 << 16;

/// A change of some bytes.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, u8),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, u8),
    Copy(Index, Index, u8),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = any::<Index>;
    // Small numbers are positions and lengths; 0x7f and more are large ones, or go on.
    let byte = prop_oneof![0..8_u8, Just(0x7f), Just(0x80), Just(0xff), any::<u8>()];
    let number = vec(
        prop_oneof![Just(0xff_u8), Just(0x80), 0..4_u8, any::<u8>()],
        1..10,
    );
    let change = prop_oneof![
        4 => (place(), byte).prop_map(|(at, byte)| Change::Set(at, byte)),
        2 => (place(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        1 => (place(), number).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        1 => (place(), 1..4_u8).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => (place(), place(), 1..9_u8).prop_map(|(from, to, count)| Change::Copy(from, to, count)),
    ];
    vec(change, 1..5)
}

impl Change {
    /// Changes what is behind the header.
    fn apply(&self, bytes: &mut Vec<u8>, header: usize) {
        let place = |at: &Index| header + at.index(bytes.len() - header);
        match self {
            Self::Set(at, byte) => {
                let at = place(at);
                bytes[at] = *byte;
            }
            Self::Flip(at, bit) => {
                let at = place(at);
                bytes[at] ^= 1 << bit;
            }
            Self::Insert(at, more) => {
                let at = place(at);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = place(at);
                let end = (at + usize::from(*count)).min(bytes.len() - 1);
                bytes.drain(at.min(end)..end);
            }
            Self::Copy(from, to, count) => {
                let (from, to) = (place(from), place(to));
                let end = (from + usize::from(*count)).min(bytes.len());
                let part = bytes[from..end].to_vec();
                for (byte, new) in bytes[to..].iter_mut().zip(part) {
                    *byte = new;
                }
            }
        }
    }
}

fn changed(program: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = program[..program.len() - 8].to_vec();
    let header = 11 + usize::from(bytes[10]);
    for change in changes {
        change.apply(&mut bytes, header);
    }
    sealed(bytes)
}

/// Does with a program all that one can, and expects of it nothing but that it returns.
fn used(program: &Program) {
    let all = |value: f64| -> Vec<Array> {
        let full = |x: dezero_compile::Slot<'_>| Array::full(x.shape(), value, x.dtype()).unwrap();
        program.inputs().map(full).collect()
    };
    let _ = (program.to_string(), format!("{program:?}"), program.graph());
    let _ = (program.simplified().to_string(), program.values().count());
    for value in [0.0, 1.0, -2.5] {
        let _ = program.run(&all(value));
    }
    let size = |slots: &mut dyn Iterator<Item = usize>| slots.sum::<usize>();
    let given = vec![0.5; size(&mut program.inputs().map(|x| x.size()))];
    let mut room = vec![0.0; size(&mut program.outputs().map(|y| y.size()))];
    let _ = program.call(&given, &mut room);

    let xs = variables(&all(0.5));
    let links: Vec<&Variable> = xs.iter().collect();
    if !xs.is_empty()
        && let Ok(ys) = program.function().try_call(&links)
    {
        for y in ys.iter().filter(|y| y.dtype().is_float()) {
            if let Ok(sum) = y.try_sum(..) {
                let _ = try_grad(&sum, &links);
            }
        }
    }
    let derived = [
        program.vjp(),
        program.jvp(),
        program.hvp(),
        program.derivatives(3),
    ];
    for derived in derived.iter().flatten() {
        let inputs: Vec<Array> = derived
            .inputs()
            .map(|x| Array::full(x.shape(), 0.5, x.dtype()).unwrap())
            .collect();
        let _ = (derived.run(&inputs), derived.to_string());
    }
    if given.len() <= 32 && room.len() <= 32 {
        let _ = (program.jacobian(), program.hessian());
    }
    let again = Program::from_bytes(&program.to_bytes().unwrap()).unwrap();
    assert_eq!(again.to_string(), program.to_string());
    if let (Ok(ys), Ok(others)) = (program.run(&all(0.5)), again.run(&all(0.5))) {
        assert!(ys.iter().zip(&others).all(|(y, other)| is_same(y, other)));
    }
}

/// Programs to start from: all cases, small ones, with their derivatives.
fn programs() -> Vec<Vec<u8>> {
    let mut programs = vec![small()];
    for case in cases::structural() {
        let at = variables(&case.point(1));
        let program = Program::record(|xs: &[Variable]| (case.apply)(xs), &at[..]).unwrap();
        programs.extend(program.vjp());
        programs.push(program);
    }
    programs
        .iter()
        .map(|program| program.to_bytes().unwrap())
        .collect()
}

thread_local! {
    static PROGRAMS: Vec<Vec<u8>> = programs();
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn changed_programs_are_errors_or_programs(which in any::<Index>(), changes in changes()) {
        let bytes = PROGRAMS.with(|programs| changed(&programs[which.index(programs.len())], &changes));
        if let Ok(program) = Program::from_bytes_within(&bytes, MOST) {
            used(&program);
        }
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn changed_random_programs_are_errors_or_programs(recipe in recipes(8), changes in changes()) {
        let inputs = variables(&recipe.values(1));
        let program = Program::record(|xs: &[Variable]| recipe.build(xs), &inputs[..]);
        let Some(Ok(bytes)) = program.ok().map(|program| program.to_bytes()) else { return Ok(()) };
        if let Ok(program) = Program::from_bytes_within(&changed(&bytes, &changes), MOST) {
            used(&program);
        }
    }
}
