//! The register machine: runs a program as a list of short instructions.
//!
//! An instruction is eight bytes, and the 256 registers are two kilobytes: a long program is read once
//! from memory, and what it works on stays in the first-level cache.

use std::cell::RefCell;

use dezero_core::{Binary, Compare, Lanes, Unary};

use super::allocate::{Step, allocate};
use super::code::{Code, Scalar};

/// As many registers as a byte can name, so that no access needs a check.
const REGISTERS: usize = 256;

/// An instruction: what to do with registers `a` and `b`, and to which register the result goes.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Instruction {
    opcode: Opcode,
    to: u8,
    a: u8,
    b: u8,
    /// A third register, or a place in memory or in a table.
    at: u32,
}

macro_rules! opcodes {
    ($(unary $Unary:ident,)+ $(binary $Binary:ident,)+ $(compare $Compare:ident,)+ ; $($Other:ident,)+) => {
        /// The operations of the machine: the frequent primitives each have their own, with the value
        /// that the table of primitives gives them; the others are called by a number.
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[repr(u8)]
        enum Opcode {
            $($Unary,)+
            $($Binary,)+
            $($Compare,)+
            $($Other,)+
        }

        /// All comparisons.
        #[cfg(all(test, feature = "jit"))]
        pub(super) const COMPARISONS: &[Compare] = &[$(Compare::$Compare),+];

        impl Opcode {
            fn of_unary(op: Unary) -> Option<Self> {
                match op {
                    $(Unary::$Unary => Some(Self::$Unary),)+
                    _ => None,
                }
            }

            fn of_binary(op: Binary) -> Option<Self> {
                match op {
                    $(Binary::$Binary => Some(Self::$Binary),)+
                    _ => None,
                }
            }

            fn of_compare(op: Compare) -> Self {
                match op {
                    $(Compare::$Compare => Self::$Compare,)+
                }
            }
        }

        impl Machine {
            fn execute(
                &self,
                inputs: &[f64],
                outputs: &mut [f64],
                registers: &mut [f64; REGISTERS],
                memory: &mut [f64],
            ) {
                for &Instruction { opcode, to, a, b, at } in &*self.instructions {
                    let x = registers[usize::from(a)];
                    let y = registers[usize::from(b)];
                    registers[usize::from(to)] = match opcode {
                        $(Opcode::$Unary => Unary::$Unary.value(x),)+
                        $(Opcode::$Binary => Binary::$Binary.value(x, y),)+
                        $(Opcode::$Compare => f64::from(u8::from(Compare::$Compare.holds(x, y))),)+
                        Opcode::Select => if x != 0.0 { y } else { registers[usize::from(at as u8)] },
                        Opcode::Primitive => self.primitives[at as usize].value(x, y),
                        Opcode::Constant => self.constants[at as usize],
                        Opcode::Input => inputs[at as usize],
                        Opcode::Load => memory[at as usize],
                        Opcode::Store => {
                            memory[at as usize] = x;
                            continue;
                        }
                        Opcode::Output => {
                            outputs[at as usize] = x;
                            continue;
                        }
                    };
                }
            }
        }
    };
}

opcodes! {
    unary Neg,
    unary Abs,
    unary Sign,
    unary Square,
    unary Sqrt,
    unary Recip,
    unary ReLU,
    unary Floor,
    unary Ceil,
    unary Round,
    binary Add,
    binary Sub,
    binary Mul,
    binary Div,
    binary Maximum,
    binary Minimum,
    compare Equal,
    compare NotEqual,
    compare Less,
    compare LessEqual,
    compare Greater,
    compare GreaterEqual,
    compare LogicalAnd,
    compare LogicalOr,
    ;
    Select,
    Primitive,
    Constant,
    Input,
    Load,
    Store,
    Output,
}

/// A primitive that has no operation of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Primitive {
    Unary(Unary),
    Binary(Binary),
    UnaryLane(Unary),
    BinaryLane(Binary),
}

impl Primitive {
    // Not inlined: the frequent operations need the processor's registers.
    #[inline(never)]
    pub(super) fn value(self, x: f64, y: f64) -> f64 {
        match self {
            Self::Unary(op) => op.value(x),
            Self::Binary(op) => op.value(x, y),
            Self::UnaryLane(op) => lane(op, x),
            Self::BinaryLane(op) => lane_of_two(op, x, y),
        }
    }
}

/// The value that the primitive gives an element of an array.
pub(super) fn lane(op: Unary, x: f64) -> f64 {
    let mut y = [0.0];
    op.fill_f64(&[x], &mut y);
    y[0]
}

/// [`lane`] of two variables.
pub(super) fn lane_of_two(op: Binary, x0: f64, x1: f64) -> f64 {
    let mut y = [0.0];
    op.fill_f64(Lanes::Each(&[x0]), Lanes::Each(&[x1]), &mut y);
    y[0]
}

/// A program for the machine.
pub(super) struct Machine {
    instructions: Box<[Instruction]>,
    constants: Box<[f64]>,
    primitives: Box<[Primitive]>,
    /// How many places of memory it needs beside the registers.
    memory: usize,
}

thread_local! {
    static FILE: RefCell<[f64; REGISTERS]> = const { RefCell::new([0.0; REGISTERS]) };
    static MEMORY: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

impl Machine {
    pub(super) fn new(code: &Code) -> Self {
        Self::with_registers(code, REGISTERS)
    }

    /// A machine that uses only so many of the registers.
    pub(super) fn with_registers(code: &Code, registers: usize) -> Self {
        let allocated = allocate(code, registers);
        let mut machine = Encoder::default();
        let instructions = allocated
            .steps
            .iter()
            .map(|step| machine.encode(code, step))
            .collect();
        Self {
            instructions,
            constants: machine.constants.into(),
            primitives: machine.primitives.into(),
            memory: allocated.slots,
        }
    }

    /// Computes the outputs. There must be as many inputs and outputs as the program has.
    pub(super) fn call(&self, inputs: &[f64], outputs: &mut [f64]) {
        FILE.with_borrow_mut(|registers| {
            if self.memory == 0 {
                return self.execute(inputs, outputs, registers, &mut []);
            }
            MEMORY.with_borrow_mut(|memory| {
                if memory.len() < self.memory {
                    memory.resize(self.memory, 0.0);
                }
                self.execute(inputs, outputs, registers, memory);
            });
        });
    }
}

#[derive(Default)]
struct Encoder {
    constants: Vec<f64>,
    /// Few, of which each is there once.
    primitives: Vec<Primitive>,
}

impl Encoder {
    fn encode(&mut self, code: &Code, step: &Step) -> Instruction {
        let plain = |opcode, to, at| Instruction {
            opcode,
            to,
            a: 0,
            b: 0,
            at,
        };
        let reading = |opcode, a, at| Instruction {
            opcode,
            to: 0,
            a,
            b: 0,
            at,
        };
        match *step {
            Step::Load { slot, to } => plain(Opcode::Load, to, slot),
            Step::Store { slot, from } => reading(Opcode::Store, from, slot),
            Step::Output { at, from } => reading(Opcode::Output, from, at),
            Step::Fetch { id, to } => match code.scalars[id as usize] {
                Scalar::Input(at) => plain(Opcode::Input, to, at),
                Scalar::Constant(value) => {
                    self.constants.push(value);
                    plain(Opcode::Constant, to, self.constants.len() as u32 - 1)
                }
                _ => unreachable!("only inputs and constants are fetched"),
            },
            Step::Compute {
                id,
                to,
                from: [a, b, c],
            } => {
                let (opcode, at) = match code.scalars[id as usize] {
                    Scalar::Unary(op, _) => match Opcode::of_unary(op) {
                        Some(opcode) => (opcode, 0),
                        None => self.primitive(Primitive::Unary(op)),
                    },
                    Scalar::Binary(op, _) => match Opcode::of_binary(op) {
                        Some(opcode) => (opcode, 0),
                        None => self.primitive(Primitive::Binary(op)),
                    },
                    Scalar::UnaryLane(op, _) => self.primitive(Primitive::UnaryLane(op)),
                    Scalar::BinaryLane(op, _) => self.primitive(Primitive::BinaryLane(op)),
                    Scalar::Compare(op, _) => (Opcode::of_compare(op), 0),
                    Scalar::Select(_) => (Opcode::Select, u32::from(c)),
                    Scalar::Input(_) | Scalar::Constant(_) => {
                        unreachable!("inputs and constants are fetched")
                    }
                };
                Instruction {
                    opcode,
                    to,
                    a,
                    b,
                    at,
                }
            }
        }
    }

    fn primitive(&mut self, primitive: Primitive) -> (Opcode, u32) {
        let found = self.primitives.iter().position(|&known| known == primitive);
        let at = found.unwrap_or_else(|| {
            self.primitives.push(primitive);
            self.primitives.len() - 1
        });
        (Opcode::Primitive, at as u32)
    }
}
