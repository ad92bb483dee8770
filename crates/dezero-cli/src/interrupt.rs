//! Ctrl-C during a search: the first asks it to stop with what it has, the second ends the process.

use std::ops::ControlFlow;
use std::process;
use std::sync::{Once, OnceLock};
use std::time::{Duration, Instant};

/// What shells give a command that an interrupt ended: 128 and the number of the signal.
pub(crate) const EXIT_CODE: u8 = 130;

/// Interrupts that are closer together are one: programs such as `timeout` pass theirs on to the process
/// and to its group.
const ONE: Duration = Duration::from_millis(300);

/// When the first one came.
static ASKED: OnceLock<Instant> = OnceLock::new();

/// Takes interrupts from here on.
pub(crate) fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        // Where it cannot be, an interrupt ends the process, as without it.
        let _ = ctrlc::set_handler(|| {
            if ASKED.get_or_init(Instant::now).elapsed() >= ONE {
                process::exit(EXIT_CODE.into());
            }
        });
    });
}

/// Whether an interrupt has come.
pub(crate) fn asked() -> bool {
    ASKED.get().is_some()
}

/// Goes on, until an interrupt has come.
pub(crate) fn watch() -> ControlFlow<()> {
    if asked() {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}
