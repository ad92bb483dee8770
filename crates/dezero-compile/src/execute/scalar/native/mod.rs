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

use cranelift_codegen::ir::{AbiParam, UserFuncName};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Module, default_libcall_names};

use super::code::Code;
use super::machine::Primitive;

/// A program of more scalars stays with the machine: its code would be read from memory anew at each
/// call, and the memory for intermediate values lies on the stack.
const SCALARS: usize = 10_000;

/// What compiling takes, and what native code saves with each scalar of each call, in nanoseconds.
const COMPILING: usize = 300_000;
const COMPILING_SCALAR: usize = 3000;
const SAVED: usize = 2;

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
            calls: AtomicU32::new(calls as u32),
            code: Mutex::new(Some(code)),
        }
    }

    /// Computes the outputs by native code, or says that there is none.
    #[inline(always)]
    pub(super) fn call(&self, inputs: &[f64], outputs: &mut [f64]) -> bool {
        match self.compiled.get() {
            Some(Some(compiled)) => {
                compiled.call(inputs, outputs);
                true
            }
            Some(None) => false,
            None => self.count() && self.call_anew(inputs, outputs),
        }
    }

    #[cold]
    fn call_anew(&self, inputs: &[f64], outputs: &mut [f64]) -> bool {
        self.compile();
        let compiled = self.compiled.get().and_then(Option::as_ref);
        compiled
            .map(|compiled| compiled.call(inputs, outputs))
            .is_some()
    }

    /// Whether the machine has had its calls. Those that several threads count at once count as one,
    /// which is near enough.
    fn count(&self) -> bool {
        let calls = self.calls.load(Ordering::Relaxed);
        self.calls.store(calls.saturating_sub(1), Ordering::Relaxed);
        calls == 0
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

/// From the inputs, computes the outputs.
type Function = unsafe extern "C" fn(*const f64, *mut f64);

/// A program as native code.
struct Compiled {
    function: Function,
    /// How many numbers it reads and writes.
    inputs: usize,
    outputs: usize,
    /// Owns the code. Locked never, but a module cannot be shared between threads without.
    module: Mutex<Option<JITModule>>,
    /// What the code refers to.
    _primitives: Box<[Primitive]>,
}

impl Compiled {
    /// `None` where this processor is not known, or memory cannot be made executable.
    fn new(code: &Code) -> Option<Self> {
        let isa = isa()?;
        let primitives = generate::primitives(code);
        let builder = JITBuilder::with_isa(isa.clone(), default_libcall_names());
        let mut module = JITModule::new(builder);
        let mut context = module.make_context();
        let pointer = AbiParam::new(module.target_config().pointer_type());
        context.func.signature = module.make_signature();
        context.func.signature.params = vec![pointer, pointer];
        let id = module.declare_anonymous_function(&context.func.signature);
        let made = id.and_then(|id| {
            context.func.name = UserFuncName::user(0, id.as_u32());
            let mut builder = FunctionBuilderContext::new();
            generate::generate(
                code,
                &primitives,
                isa.as_ref(),
                &mut context.func,
                &mut builder,
            );
            module.define_function(id, &mut context)?;
            module.finalize_definitions()?;
            Ok(module.get_finalized_function(id))
        });
        let compiled = |address: *const u8| Self {
            // SAFETY: the code at the address is that of a function of this type: its signature was set
            // above, with the calling convention of the platform.
            function: unsafe { mem::transmute::<*const u8, Function>(address) },
            inputs: code.inputs,
            outputs: code.outputs.len(),
            module: Mutex::new(None),
            _primitives: primitives,
        };
        match made {
            Ok(address) => {
                let mut compiled = compiled(address);
                compiled.module = Mutex::new(Some(module));
                Some(compiled)
            }
            Err(_) => {
                // SAFETY: none of its code was ever called.
                unsafe { module.free_memory() };
                None
            }
        }
    }

    /// # Panics
    ///
    /// If the slices are not as long as the program's inputs and outputs.
    #[inline(always)]
    fn call(&self, inputs: &[f64], outputs: &mut [f64]) {
        assert!(inputs.len() == self.inputs && outputs.len() == self.outputs);
        // SAFETY: the code reads `self.inputs` numbers from the first address and writes `self.outputs`
        // to the second; as the assertion says, they are there. The code is freed with `self`.
        unsafe { (self.function)(inputs.as_ptr(), outputs.as_mut_ptr()) }
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
fn isa() -> Option<&'static OwnedTargetIsa> {
    static ISA: OnceLock<Option<OwnedTargetIsa>> = OnceLock::new();

    let isa = || {
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
        ] {
            flags.set(name, value).ok()?;
        }
        let isa = cranelift_native::builder().ok()?;
        isa.finish(settings::Flags::new(flags)).ok()
    };
    ISA.get_or_init(isa).as_ref()
}
