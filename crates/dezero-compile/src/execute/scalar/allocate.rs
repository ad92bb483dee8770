//! Registers for scalars: which of few registers holds each, and what goes to memory meanwhile.
//!
//! The code has no jumps, so that it is known when each scalar is next read. When no register is free,
//! the scalar that is next read last gives up its own: Belady, "A study of replacement algorithms for a
//! virtual-storage computer" (1966).

use super::code::{Code, Id};

/// One step of a machine with registers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    /// Computes a scalar from registers into a register.
    Compute {
        id: Id,
        to: u8,
        from: [u8; 3],
    },
    /// Brings an input or a constant into a register.
    Fetch {
        id: Id,
        to: u8,
    },
    /// Brings back what was stored.
    Load {
        slot: u32,
        to: u8,
    },
    Store {
        slot: u32,
        from: u8,
    },
    /// Writes an output.
    Output {
        at: u32,
        from: u8,
    },
}

/// The steps that compute the outputs, and how many slots they store to.
pub(super) struct Allocated {
    pub(super) steps: Vec<Step>,
    pub(super) slots: usize,
}

/// No further use.
const NEVER: u32 = u32::MAX;

/// No register, no slot.
const NONE: u32 = u32::MAX;

struct Allocator<'a> {
    code: &'a Code,
    steps: Vec<Step>,
    /// The scalar in each register, and when it is next read.
    held: Vec<Option<(Id, u32)>>,
    free: Vec<u8>,
    /// The register and the slot of each scalar.
    register: Vec<u32>,
    slot: Vec<u32>,
    free_slots: Vec<u32>,
    slots: u32,
}

/// Places the scalars in `registers` registers, of which there are at least four and at most 256.
pub(super) fn allocate(code: &Code, registers: usize) -> Allocated {
    let count = code.scalars.len();
    let used = code.used();
    // When each operand, and each scalar after it is computed, is next read.
    let mut next = vec![NEVER; count];
    let mut reads = vec![[NEVER; 3]; count];
    let mut first_read = vec![NEVER; count];
    for (id, scalar) in code.scalars.iter().enumerate().rev() {
        if !used[id] {
            continue;
        }
        first_read[id] = next[id];
        for (read, &x) in reads[id].iter_mut().zip(scalar.operands()) {
            *read = next[x as usize];
        }
        for &x in scalar.operands() {
            next[x as usize] = id as u32;
        }
    }
    // The outputs that are each scalar: written as soon as it is there.
    let mut written: Vec<(Id, u32)> = (0..).zip(&code.outputs).map(|(at, &id)| (id, at)).collect();
    written.sort_unstable();
    let mut written = written.into_iter().peekable();

    let mut allocator = Allocator {
        code,
        steps: Vec::with_capacity(count + code.outputs.len()),
        held: vec![None; registers],
        free: (0..registers)
            .rev()
            .map(|register| register as u8)
            .collect(),
        register: vec![NONE; count],
        slot: vec![NONE; count],
        free_slots: Vec::new(),
        slots: 0,
    };
    for (id, scalar) in code.scalars.iter().enumerate() {
        if !used[id] {
            continue;
        }
        let id = id as Id;
        let operands = scalar.operands();
        if operands.is_empty() {
            // Fetched where it is first read.
            if written.peek().is_none_or(|&(output, _)| output != id) {
                continue;
            }
            allocator.fetch(id, first_read[id as usize], &[]);
        } else {
            let mut from = [0; 3];
            for (i, &x) in operands.iter().enumerate() {
                from[i] = allocator.fetch(x, id, operands);
            }
            for (i, &x) in operands.iter().enumerate() {
                // The last of equal operands knows when the scalar is read next.
                allocator.read(x, reads[id as usize][i]);
            }
            let to = allocator.take(&[]);
            allocator.hold(id, to, first_read[id as usize]);
            allocator.steps.push(Step::Compute { id, to, from });
        }
        let from = allocator.register[id as usize] as u8;
        while let Some((_, at)) = written.next_if(|&(output, _)| output == id) {
            allocator.steps.push(Step::Output { at, from });
        }
        allocator.read(id, first_read[id as usize]);
    }
    Allocated {
        steps: allocator.steps,
        slots: allocator.slots as usize,
    }
}

impl Allocator<'_> {
    fn hold(&mut self, id: Id, register: u8, next: u32) {
        self.register[id as usize] = u32::from(register);
        self.held[usize::from(register)] = Some((id, next));
    }

    /// The register of a scalar, which is brought back if it was stored, or fetched. `kept` stay.
    fn fetch(&mut self, id: Id, next: u32, kept: &[Id]) -> u8 {
        let at = id as usize;
        if self.register[at] != NONE {
            return self.register[at] as u8;
        }
        let to = self.take(kept);
        self.steps.push(match self.slot[at] {
            NONE => Step::Fetch { id, to },
            slot => Step::Load { slot, to },
        });
        self.hold(id, to, next);
        to
    }

    /// Notes when a scalar is next read; if never, its register and slot are free.
    fn read(&mut self, id: Id, next: u32) {
        let at = id as usize;
        let register = self.register[at];
        if register == NONE {
            return;
        }
        if next != NEVER {
            self.held[register as usize] = Some((id, next));
            return;
        }
        self.held[register as usize] = None;
        self.free.push(register as u8);
        self.register[at] = NONE;
        if self.slot[at] != NONE {
            self.free_slots.push(self.slot[at]);
            self.slot[at] = NONE;
        }
    }

    /// A free register. If there is none, one is freed whose scalar is not among `kept`.
    fn take(&mut self, kept: &[Id]) -> u8 {
        if let Some(register) = self.free.pop() {
            return register;
        }
        let mut last = None;
        for (register, held) in self.held.iter().enumerate() {
            if let Some((id, next)) = *held
                && !kept.contains(&id)
                && last.is_none_or(|(latest, _, _)| next > latest)
            {
                last = Some((next, register as u8, id));
            }
        }
        let (_, register, id) = last.expect("there are more registers than operands");
        let at = id as usize;
        let is_computed = !self.code.scalars[at].operands().is_empty();
        if is_computed && self.slot[at] == NONE {
            let slot = self.free_slots.pop().unwrap_or_else(|| {
                self.slots += 1;
                self.slots - 1
            });
            self.slot[at] = slot;
            self.steps.push(Step::Store {
                slot,
                from: register,
            });
        }
        self.held[usize::from(register)] = None;
        self.register[at] = NONE;
        register
    }
}

#[cfg(test)]
mod tests {
    use dezero_core::Binary;

    use super::super::code::Scalar;
    use super::*;

    /// Sums of an input and constants that are all read again, in reverse.
    fn there_and_back(length: u32) -> Code {
        let mut scalars = vec![Scalar::Input(0)];
        for i in 0..length {
            scalars.push(Scalar::Binary(Binary::Add, [i, 0]));
        }
        for i in (0..length).rev() {
            let last = scalars.len() as Id - 1;
            scalars.push(Scalar::Binary(Binary::Mul, [last, i]));
        }
        let outputs = vec![scalars.len() as Id - 1];
        Code {
            scalars,
            outputs,
            inputs: 1,
        }
    }

    #[test]
    fn what_fits_into_the_registers_is_not_stored() {
        let allocated = allocate(&there_and_back(10), 256);
        assert_eq!(allocated.slots, 0);
        assert_eq!(allocated.steps.len(), 22);
    }

    #[test]
    fn what_does_not_fit_is_stored_once_and_loaded_once() {
        let allocated = allocate(&there_and_back(1000), 16);
        let count =
            |wanted: fn(&Step) -> bool| allocated.steps.iter().filter(|step| wanted(step)).count();
        let stores = count(|step| matches!(step, Step::Store { .. }));
        assert!((980..=990).contains(&stores), "{stores}");
        assert_eq!(stores, count(|step| matches!(step, Step::Load { .. })));
        assert_eq!(allocated.slots, stores);
    }
}
