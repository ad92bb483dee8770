//! Native code for programs of scalars that are called often, to the bit what the register machine
//! computes.
//!
//! The machine runs a program from the first call on. When it has spent on it what compiling takes, the
//! program is compiled, once: whatever comes after, that costs at most twice what the better of both
//! would have. Where there can be no native code, the machine goes on.

// Code that was made at run time is called through a pointer and freed by hand. The rest of the crate
// has no unsafe code.
#![allow(unsafe_code)]

mod functions;
mod generate;
#[cfg(test)]
mod tests;

use std::mem;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use cranelift_codegen::ir::UserFuncName;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Module, default_libcall_names};

use super::code::Code;
use super::machine::Primitive;

/// A program of more scalars stays with the machine: compiling would take a moment that is felt.
const SCALARS: usize = 30_000;

/// So does one whose intermediate values take more bytes of the stack: threads of Rust's have two
/// megabytes, those of others may have less.
const STACK: u32 = 1 << 17;

/// With more scalars, registers are allotted in a single pass. Looking for the best takes more than
/// proportionally longer: 111 ms for six thousand of the tenth derivative of tanh in place of 8 ms, for
/// code that takes 1.4 us in place of 2.1. The machine takes 25.
const WELL_ALLOTTED: usize = 1000;

/// What compiling takes, and what native code saves with each scalar of each call, in picoseconds: a
/// scalar takes 3.3 ns in the machine, and 0.2 to 0.8 as native code.
const COMPILING: usize = 100_000_000;
const COMPILING_SCALAR: usize = 2_500_000;
const SAVED: usize = 2500;

/// The native code of a program, from when it pays.
pub(super) struct Native {
    /// `None` where there can be none.
    compiled: OnceLock<Option<Compiled>>,
    /// How many calls the machine still gets.
    calls: AtomicU32,
    /// What is to be compiled.
    code: Mutex<Option<Code>>,
}

impl Native {
    pub(super) fn new(code: Code) -> Self {
        let scalars = code.scalars.len();
        if scalars > SCALARS {
            return Self {
                compiled: OnceLock::from(None),
                calls: AtomicU32::new(0),
                code: Mutex::new(None),
            };
        }
        let calls = (COMPILING + COMPILING_SCALAR * scalars) / (SAVED * scalars.max(1));
        Self {
            compiled: OnceLock::new(),
            calls: AtomicU32::new(calls.max(1) as u32),
            code: Mutex::new(Some(code)),
        }
    }

    /// Computes the outputs by native code, if there is any and the numbers are as many as it takes.
    #[inline]
    pub(super) fn call(&self, inputs: &[f64], outputs: &mut [f64]) -> bool {
        match self.compiled.get() {
            Some(Some(compiled)) => compiled.call(inputs, outputs),
            _ => false,
        }
    }

    /// Whether the machine has had its calls, this one counted, and the program is to be compiled. Calls
    /// that several threads count at once count as one, which is near enough.
    pub(super) fn is_due(&self) -> bool {
        let calls = self.calls.load(Ordering::Relaxed);
        if calls > 0 {
            self.calls.store(calls - 1, Ordering::Relaxed);
        }
        calls == 1
    }

    /// Compiles the program, unless it is, or another thread is at it.
    pub(super) fn compile(&self) {
        let code = self
            .code
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(code) = code {
            let compiled = Compiled::new(&code);
            self.compiled.get_or_init(|| compiled);
        }
    }
}

/// Computes the outputs from the inputs. It gets the address of all inputs, where those from the fifth on
/// are read, and the first four as numbers; it writes all outputs to an address but for the last two,
/// which it gives back.
///
/// Numbers thus stay in registers where a loop feeds its results into the next call: a processor takes
/// longer to read again what was written than to compute a small program.
#[cfg(target_arch = "x86_64")]
type Function = unsafe extern "sysv64" fn(*const f64, *mut f64, f64, f64, f64, f64) -> Last;
#[cfg(not(target_arch = "x86_64"))]
type Function = unsafe extern "C" fn(*const f64, *mut f64, f64, f64, f64, f64) -> Last;

/// The last two outputs; zeros where there are fewer.
#[repr(C)]
struct Last(f64, f64);

/// A program as native code.
struct Compiled {
    function: Function,
    /// How many numbers it reads and writes.
    inputs: usize,
    outputs: usize,
    /// Owns the code. It is never locked; without a lock, threads could not share it.
    module: Mutex<Option<Box<JITModule>>>,
    /// What the code refers to.
    _primitives: Box<[Primitive]>,
}

impl Compiled {
    /// `None` where this processor is not known, memory cannot be made executable, or too much of the stack
    /// were taken.
    fn new(code: &Code) -> Option<Self> {
        let isa = isa(code.scalars.len())?;
        let primitives = generate::primitives(code);
        let builder = JITBuilder::with_isa(isa.clone(), default_libcall_names());
        let mut module = JITModule::new(builder);
        let mut context = module.make_context();
        context.func.signature = generate::signature(isa.as_ref());
        let mut define = || {
            let signature = &context.func.signature;
            let id = module.declare_anonymous_function(signature).ok()?;
            context.func.name = UserFuncName::user(0, id.as_u32());
            let mut builder = FunctionBuilderContext::new();
            generate::generate(
                code,
                &primitives,
                isa.as_ref(),
                &mut context.func,
                &mut builder,
            );
            module.define_function(id, &mut context).ok()?;
            module.finalize_definitions().ok()?;
            let layout = context.compiled_code()?.buffer.frame_layout()?;
            let fits = layout.frame_to_fp_offset <= STACK;
            fits.then(|| module.get_finalized_function(id))
        };
        let Some(address) = define() else {
            // SAFETY: none of its code was ever called.
            unsafe { module.free_memory() };
            return None;
        };
        Some(Self {
            // SAFETY: the code at the address is that of a function of this type, for which the signature
            // above was made; where two numbers are not given back in registers, there is no code.
            function: unsafe { mem::transmute::<*const u8, Function>(address) },
            inputs: code.inputs,
            outputs: code.outputs.len(),
            module: Mutex::new(Some(Box::new(module))),
            _primitives: primitives,
        })
    }

    /// Computes the outputs, if the numbers are as many as the program takes and gives.
    #[inline]
    fn call(&self, inputs: &[f64], outputs: &mut [f64]) -> bool {
        if inputs.len() != self.inputs || outputs.len() != self.outputs {
            return false;
        }
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| inputs.get(i).copied().unwrap_or(0.0));
        // SAFETY: the code reads at most `self.inputs` numbers from the first address and writes less than
        // `self.outputs` to the second, which is where they are. It is freed with `self`.
        let last = unsafe { (self.function)(inputs.as_ptr(), outputs.as_mut_ptr(), a, b, c, d) };
        match outputs {
            [.., y0, y1] => (*y0, *y1) = (last.0, last.1),
            [y] => *y = last.0,
            [] => {}
        }
        true
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        let module = self
            .module
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = module.take() {
            // SAFETY: who runs the code borrows `self`, so that nobody does any more, and the only pointer
            // to it is dropped here.
            unsafe { module.free_memory() }
        }
    }
}

/// This processor, if native code can be made for it.
fn isa(scalars: usize) -> Option<&'static OwnedTargetIsa> {
    static WELL: OnceLock<Option<OwnedTargetIsa>> = OnceLock::new();
    static FAST: OnceLock<Option<OwnedTargetIsa>> = OnceLock::new();

    let (isa, allocation) = if scalars > WELL_ALLOTTED {
        (&FAST, "single_pass")
    } else {
        (&WELL, "backtracking")
    };
    let make = || {
        // There, two numbers are given back through memory.
        if cfg!(target_arch = "s390x") {
            return None;
        }
        let mut flags = settings::builder();
        for (name, value) in [
            ("enable_probestack", "true"),
            ("probestack_strategy", "inline"),
            (
                "enable_verifier",
                if cfg!(debug_assertions) {
                    "true"
                } else {
                    "false"
                },
            ),
            ("unwind_info", "false"),
            // The program has been simplified already.
            ("opt_level", "none"),
            ("use_colocated_libcalls", "false"),
            ("is_pic", "false"),
            ("regalloc_algorithm", allocation),
        ] {
            flags.set(name, value).ok()?;
        }
        let isa = cranelift_native::builder().ok()?;
        isa.finish(settings::Flags::new(flags)).ok()
    };
    isa.get_or_init(make).as_ref()
}
