//! Ctrl-C during a search: the first asks it to stop with what it has, the second ends the process.

use std::process;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// What shells give a command that an interrupt ended: 128 and the number of the signal.
pub(crate) const EXIT_CODE: u8 = 130;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Takes interrupts from here on.
pub(crate) fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        // Where it cannot be, an interrupt ends the process, as without it.
        let _ = ctrlc::set_handler(|| {
            if ASKED.swap(true, Ordering::Relaxed) {
                process::exit(EXIT_CODE.into());
            }
        });
    });
}

/// Whether an interrupt has come.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
