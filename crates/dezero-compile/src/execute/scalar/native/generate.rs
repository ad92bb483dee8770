//! From scalars to Cranelift's intermediate representation.
//!
//! Each value is that of the machine to the bit: no operation is fused or moved, choices are made by the
//! same comparisons, and what the hardware does not have is called where the machine calls it.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::types::F64;
use cranelift_codegen::ir::{
    AbiParam, Function, InstBuilder, MemFlagsData, SigRef, Signature, Type, Value,
};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_codegen::settings::Value as Flag;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use dezero_core::{Binary, Compare, Parameter, Unary};

use super::super::code::{Code, Id, Scalar};
use super::super::machine::Primitive;
use super::functions;

/// The primitives of the code, each once.
pub(super) fn primitives(code: &Code) -> Box<[Primitive]> {
    let mut primitives = Vec::new();
    for scalar in &code.scalars {
        let primitive = match *scalar {
            Scalar::Unary(op, _) => Primitive::Unary(op),
            Scalar::Binary(op, _) => Primitive::Binary(op),
            Scalar::UnaryLane(op, _) => Primitive::UnaryLane(op),
            Scalar::BinaryLane(op, _) => Primitive::BinaryLane(op),
            Scalar::Input(_) | Scalar::Constant(_) | Scalar::Compare(..) | Scalar::Select(_) => {
                continue;
            }
        };
        if !primitives.contains(&primitive) {
            primitives.push(primitive);
        }
    }
    primitives.into()
}

/// A scalar in the code: a number, a truth value, or both where both are asked for.
#[derive(Clone, Copy, Default)]
struct Computed {
    number: Option<Value>,
    truth: Option<Value>,
}

struct Generator<'a> {
    builder: FunctionBuilder<'a>,
    code: &'a Code,
    primitives: &'a [Primitive],
    computed: Vec<Computed>,
    pointer: Type,
    inputs: Value,
    /// The first inputs.
    first: [Value; 4],
    /// The signatures of functions that are called: of one number, of two, and of a primitive.
    signatures: [SigRef; 3],
    /// Whether the processor rounds to whole numbers.
    rounds: bool,
}

/// The signature of a [`Function`](super::Function).
pub(super) fn signature(isa: &dyn TargetIsa) -> Signature {
    let mut signature = Signature::new(if cfg!(target_arch = "x86_64") {
        CallConv::SystemV
    } else {
        isa.default_call_conv()
    });
    let (pointer, number) = (AbiParam::new(isa.pointer_type()), AbiParam::new(F64));
    signature.params = vec![pointer, pointer, number, number, number, number];
    signature.returns = vec![number, number];
    signature
}

/// Fills a function of that signature.
pub(super) fn generate(
    code: &Code,
    primitives: &[Primitive],
    isa: &dyn TargetIsa,
    function: &mut Function,
    context: &mut FunctionBuilderContext,
) {
    let pointer = isa.pointer_type();
    let mut builder = FunctionBuilder::new(function, context);
    let block = builder.create_block();
    builder.append_block_params_for_function_params(block);
    builder.switch_to_block(block);
    let [inputs, outputs] = [0, 1].map(|i| builder.block_params(block)[i]);
    let first = [2, 3, 4, 5].map(|i| builder.block_params(block)[i]);
    let signatures = [&[F64][..], &[F64, F64], &[pointer, F64, F64]].map(|parameters| {
        let mut signature = Signature::new(isa.default_call_conv());
        signature.params = parameters.iter().map(|&of| AbiParam::new(of)).collect();
        signature.returns = vec![AbiParam::new(F64)];
        builder.import_signature(signature)
    });
    let lacks = |flag: &Flag| flag.name == "has_sse41" && flag.as_bool() == Some(false);
    let mut generator = Generator {
        builder,
        code,
        primitives,
        computed: vec![Computed::default(); code.scalars.len()],
        pointer,
        inputs,
        first,
        signatures,
        rounds: !isa.isa_flags().iter().any(lacks),
    };
    let used = code.used();
    let (stored, returned) = code.outputs.split_at(code.outputs.len().saturating_sub(2));
    // An output is written as soon as it is there.
    let mut written: Vec<(Id, usize)> = stored.iter().copied().zip(0..).collect();
    written.sort_unstable();
    let mut written = written.into_iter().peekable();
    for (id, scalar) in code.scalars.iter().enumerate() {
        if !used[id] {
            continue;
        }
        generator.compute(id, scalar);
        while let Some((output, at)) = written.next_if(|&(output, _)| output as usize == id) {
            let value = generator.number(output);
            let flags = MemFlagsData::trusted();
            generator
                .builder
                .ins()
                .store(flags, value, outputs, 8 * at as i32);
        }
    }
    let last = [0, 1].map(|i| match returned.get(i) {
        Some(&output) => generator.number(output),
        None => generator.constant(0.0),
    });
    generator.builder.ins().return_(&last);
    generator.builder.seal_all_blocks();
    generator.builder.finalize(isa.frontend_config());
}

impl Generator<'_> {
    fn compute(&mut self, id: usize, scalar: &Scalar) {
        let number = match *scalar {
            // Where they are first read.
            Scalar::Input(_) | Scalar::Constant(_) => return,
            Scalar::Compare(op, [a, b]) => {
                self.computed[id].truth = Some(self.compare(op, a, b));
                return;
            }
            Scalar::Select([test, yes, no]) => {
                let (test, yes, no) = (self.truth(test), self.number(yes), self.number(no));
                self.builder.ins().select(test, yes, no)
            }
            Scalar::Unary(op, x) => {
                let x = self.number(x);
                match self.unary(op, x) {
                    Some(y) => y,
                    None => self.call(Primitive::Unary(op), x, x),
                }
            }
            Scalar::Binary(op, [a, b]) => {
                let (a, b) = (self.number(a), self.number(b));
                match self.binary(op, a, b) {
                    Some(y) => y,
                    None => self.call(Primitive::Binary(op), a, b),
                }
            }
            Scalar::UnaryLane(op, x) => {
                let x = self.number(x);
                self.call(Primitive::UnaryLane(op), x, x)
            }
            Scalar::BinaryLane(op, [a, b]) => {
                let (a, b) = (self.number(a), self.number(b));
                self.call(Primitive::BinaryLane(op), a, b)
            }
        };
        self.computed[id].number = Some(number);
    }

    fn constant(&mut self, x: f64) -> Value {
        self.builder.ins().f64const(x)
    }

    fn is(&mut self, how: FloatCC, a: Value, b: Value) -> Value {
        self.builder.ins().fcmp(how, a, b)
    }

    /// The scalar as a number.
    fn number(&mut self, id: Id) -> Value {
        let computed = self.computed[id as usize];
        if let Some(number) = computed.number {
            return number;
        }
        let number = match (self.code.scalars[id as usize], computed.truth) {
            (Scalar::Input(at @ 0..4), _) => self.first[at as usize],
            (Scalar::Input(at), _) => {
                let (at, flags) = (8 * at as i32, MemFlagsData::trusted().with_readonly());
                self.builder.ins().load(F64, flags, self.inputs, at)
            }
            (Scalar::Constant(x), _) => self.constant(x),
            (_, Some(truth)) => {
                let (one, zero) = (self.constant(1.0), self.constant(0.0));
                self.builder.ins().select(truth, one, zero)
            }
            _ => unreachable!("operands are computed before they are read"),
        };
        self.computed[id as usize].number = Some(number);
        number
    }

    /// Whether the scalar is not 0.
    fn truth(&mut self, id: Id) -> Value {
        if let Some(truth) = self.computed[id as usize].truth {
            return truth;
        }
        let (x, zero) = (self.number(id), self.constant(0.0));
        let truth = self.is(FloatCC::NotEqual, x, zero);
        self.computed[id as usize].truth = Some(truth);
        truth
    }

    fn compare(&mut self, op: Compare, a: Id, b: Id) -> Value {
        let how = match op {
            Compare::Equal => FloatCC::Equal,
            Compare::NotEqual => FloatCC::NotEqual,
            Compare::Less => FloatCC::LessThan,
            Compare::LessEqual => FloatCC::LessThanOrEqual,
            Compare::Greater => FloatCC::GreaterThan,
            Compare::GreaterEqual => FloatCC::GreaterThanOrEqual,
            Compare::LogicalAnd => {
                let (a, b) = (self.truth(a), self.truth(b));
                return self.builder.ins().band(a, b);
            }
            Compare::LogicalOr => {
                let (a, b) = (self.truth(a), self.truth(b));
                return self.builder.ins().bor(a, b);
            }
        };
        let (a, b) = (self.number(a), self.number(b));
        self.is(how, a, b)
    }

    /// What the processor computes itself.
    fn unary(&mut self, op: Unary, x: Value) -> Option<Value> {
        Some(match op {
            Unary::Neg => self.builder.ins().fneg(x),
            Unary::Abs => self.builder.ins().fabs(x),
            Unary::Sign => {
                let (zero, one, minus) =
                    (self.constant(0.0), self.constant(1.0), self.constant(-1.0));
                let is_negative = self.is(FloatCC::LessThan, x, zero);
                let y = self.builder.ins().select(is_negative, minus, x);
                let is_positive = self.is(FloatCC::GreaterThan, x, zero);
                self.builder.ins().select(is_positive, one, y)
            }
            Unary::Square => self.builder.ins().fmul(x, x),
            Unary::Sqrt => self.builder.ins().sqrt(x),
            Unary::Recip => {
                let one = self.constant(1.0);
                self.builder.ins().fdiv(one, x)
            }
            Unary::ReLU => {
                let zero = self.constant(0.0);
                let is_chosen = self.is(FloatCC::UnorderedOrGreaterThan, x, zero);
                self.builder.ins().select(is_chosen, x, zero)
            }
            Unary::LeakyReLU(slope) => {
                let (zero, slope) = (self.constant(0.0), self.constant(slope.get()));
                let y = self.builder.ins().fmul(slope, x);
                let is_positive = self.is(FloatCC::GreaterThan, x, zero);
                self.builder.ins().select(is_positive, x, y)
            }
            Unary::Clip(low, high) => {
                let (low, high) = (self.constant(low.get()), self.constant(high.get()));
                let is_high = self.is(FloatCC::GreaterThan, x, high);
                let y = self.builder.ins().select(is_high, high, x);
                let is_low = self.is(FloatCC::LessThan, x, low);
                self.builder.ins().select(is_low, low, y)
            }
            Unary::Floor if self.rounds => self.builder.ins().floor(x),
            Unary::Ceil if self.rounds => self.builder.ins().ceil(x),
            Unary::Round if self.rounds => self.builder.ins().nearest(x),
            Unary::Pow(exponent) => self.power(x, exponent),
            _ => {
                let function = functions::function(op)?;
                self.call_address(0, function as *const () as i64, &[x])
            }
        })
    }

    /// With the short cuts of the primitive.
    fn power(&mut self, x: Value, exponent: Parameter) -> Value {
        match exponent.get() {
            2.0 => self.builder.ins().fmul(x, x),
            1.0 => x,
            0.5 => self.builder.ins().sqrt(x),
            -1.0 => {
                let one = self.constant(1.0);
                self.builder.ins().fdiv(one, x)
            }
            exponent => {
                let exponent = self.constant(exponent);
                self.call_address(1, functions::power as *const () as i64, &[x, exponent])
            }
        }
    }

    fn binary(&mut self, op: Binary, a: Value, b: Value) -> Option<Value> {
        let ins = self.builder.ins();
        Some(match op {
            Binary::Add => ins.fadd(a, b),
            Binary::Sub => ins.fsub(a, b),
            Binary::Mul => ins.fmul(a, b),
            Binary::Div => ins.fdiv(a, b),
            Binary::Maximum => self.choice(FloatCC::GreaterThan, a, b),
            Binary::Minimum => self.choice(FloatCC::LessThan, a, b),
            _ => return None,
        })
    }

    /// The first where it is that or NaN, the second elsewhere.
    fn choice(&mut self, how: FloatCC, a: Value, b: Value) -> Value {
        let (is_first, is_nan) = (self.is(how, a, b), self.is(FloatCC::Unordered, a, a));
        let is_chosen = self.builder.ins().bor(is_first, is_nan);
        self.builder.ins().select(is_chosen, a, b)
    }

    fn call(&mut self, primitive: Primitive, x: Value, y: Value) -> Value {
        let of = self.primitives.iter().find(|known| **known == primitive);
        let of: *const Primitive = of.expect("all primitives of the code are there");
        let of = self.builder.ins().iconst(self.pointer, of as i64);
        self.call_address(2, functions::primitive as *const () as i64, &[of, x, y])
    }

    fn call_address(&mut self, signature: usize, address: i64, arguments: &[Value]) -> Value {
        let address = self.builder.ins().iconst(self.pointer, address);
        let signature = self.signatures[signature];
        let call = self
            .builder
            .ins()
            .call_indirect(signature, address, arguments);
        self.builder.inst_results(call)[0]
    }
}
