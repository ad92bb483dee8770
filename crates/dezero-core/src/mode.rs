//! What this thread is doing: recording or not, in which pass, on whose source line, and the ids
//! it hands to new nodes.
//!
//! All of it is thread-local: threads never see each other's setting.

use std::cell::Cell;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

pub(crate) type Line = &'static Location<'static>;

/// What an operation leaves behind besides its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recording {
    /// A node that knows its inputs: the graph.
    On,
    /// A fresh variable without a creator: the user's `no_grad`.
    Off,
    /// A node that no user holds yet: derivative rules under `create_graph`.
    Rules,
    /// The bare value: derivative rules in a plain `backward`.
    Values,
}

#[derive(Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) recording: Recording,
    /// The pass that new nodes belong to: 0 for the user's own code, n inside the n-th backward.
    pub(crate) pass: u16,
    /// The user's line, while a derivative rule runs.
    pub(crate) line: Option<Line>,
    /// How many guards keep recording off.
    off: u16,
    /// How many guards look for anomalies.
    detecting: u16,
}

/// All that a new node needs to know of its thread, in one place.
pub(crate) struct Context {
    setting: Cell<Setting>,
    next_id: Cell<u64>,
    end_id: Cell<u64>,
    live: Cell<i64>,
    /// Asked now and then whether to stop, while it is there.
    stop: Cell<Option<fn() -> bool>>,
    /// What was done since it was asked.
    effort: Cell<usize>,
}

thread_local! {
    static CONTEXT: Context = const {
        Context {
            setting: Cell::new(Setting { recording: Recording::On, pass: 0, line: None, off: 0, detecting: 0 }),
            next_id: Cell::new(0),
            end_id: Cell::new(0),
            live: Cell::new(0),
            stop: Cell::new(None),
            effort: Cell::new(0),
        }
    };
}

impl Context {
    #[inline]
    pub(crate) fn setting(&self) -> Setting {
        self.setting.get()
    }

    /// A new node id, higher than `above`: the ids of a node's inputs are below its own.
    #[inline]
    fn next_id(&self, above: u64) -> u64 {
        let id = self.next_id.get();
        if id >= self.end_id.get() || id <= above {
            return self.next_block();
        }
        self.next_id.set(id + 1);
        id
    }

    #[cold]
    fn next_block(&self) -> u64 {
        // Every id handed out so far, that of any input included, lies below the shared counter.
        let id = NEXT_BLOCK.fetch_add(ID_BLOCK, Ordering::Relaxed);
        self.end_id.set(id + ID_BLOCK);
        self.next_id.set(id + 1);
        id
    }
}

/// What this thread is doing.
#[inline]
pub(crate) fn setting() -> Setting {
    CONTEXT.with(Context::setting)
}

/// The id of a new node, higher than `above`; counts the node as live.
#[inline]
pub(crate) fn new_node(above: u64) -> u64 {
    CONTEXT.with(|context| {
        context.live.set(context.live.get() + 1);
        context.next_id(above)
    })
}

/// Counts a node as released.
#[inline]
pub(crate) fn release_node() {
    CONTEXT.with(|context| context.live.set(context.live.get() - 1));
}

/// The number of graph nodes made on this thread less those released on it: zero once every
/// variable made here is gone. For tests that look for leaks.
pub fn live_nodes() -> i64 {
    CONTEXT.with(|context| context.live.get())
}

/// Ids are taken from the process-wide counter in blocks, so that threads rarely meet.
const ID_BLOCK: u64 = 4096;
static NEXT_BLOCK: AtomicU64 = AtomicU64::new(1);

/// The number of the pass that runs now; 0 is the user's own code.
pub(crate) fn pass() -> u16 {
    CONTEXT.with(Context::setting).pass
}

/// The line to blame for what happens now: the user's, even inside a derivative rule.
pub(crate) fn line(caller: Line) -> Line {
    CONTEXT.with(|context| context.setting.get().line.unwrap_or(caller))
}

/// Puts the thread's setting back when it goes, also on unwinding, but for the count of those who look
/// for anomalies, whose guards may come and go meanwhile. Not `Send`.
#[must_use]
pub(crate) struct Restore {
    setting: Setting,
    not_send: PhantomData<*const ()>,
}

impl Drop for Restore {
    fn drop(&mut self) {
        CONTEXT.with(|context| {
            let mut setting = self.setting;
            setting.detecting = context.setting.get().detecting;
            context.setting.set(setting);
        });
    }
}

fn change(change: impl FnOnce(&mut Setting)) -> Restore {
    CONTEXT.with(|context| {
        let setting = context.setting.get();
        let mut new = setting;
        change(&mut new);
        context.setting.set(new);
        Restore {
            setting,
            not_send: PhantomData,
        }
    })
}

/// Enters the given recording; `pass` numbers the nodes made meanwhile.
pub(crate) fn enter(recording: Recording, pass: u16) -> Restore {
    change(|setting| {
        setting.recording = recording;
        setting.pass = pass;
        setting.line = None;
    })
}

/// Sets the pass alone.
pub(crate) fn enter_pass(pass: u16) -> Restore {
    change(|setting| setting.pass = pass)
}

/// Sets the recording alone, keeping pass and line.
pub(crate) fn enter_recording(recording: Recording) -> Restore {
    change(|setting| {
        setting.recording = recording;
        setting.off = u16::from(recording == Recording::Off);
    })
}

/// Names the line that new nodes and errors are attributed to, until the enclosing `Restore` goes.
pub(crate) fn blame(line: Option<Line>) {
    CONTEXT.with(|context| {
        let mut setting = context.setting.get();
        setting.line = line;
        context.setting.set(setting);
    });
}

/// Runs `f`, and ends its differentiation when `stop` says so: the sweeps of [`backward`](crate::Variable::backward),
/// of gradients and of series ask it every 256 operations, and at each on a large array. They fail then with
/// an error of which [`Error::is_interrupted`](crate::Error::is_interrupted) is true; gradients that were
/// complete by then stay.
///
/// For a program whose user may lose patience: `stop` looks at a flag that a signal handler set, or at a
/// clock. It holds for this thread.
///
/// ```
/// use dezero_core::{Backward, Variable, interruptible};
///
/// let x = Variable::new(0.5);
/// let mut y = x.sin();
/// for _ in 0..5000 {
///     y = y.sin();
/// }
/// let error = interruptible(|| true, || y.try_backward(Backward::new())).unwrap_err();
/// assert!(error.is_interrupted());
/// assert!(x.grad().is_none());
/// ```
pub fn interruptible<T>(stop: fn() -> bool, f: impl FnOnce() -> T) -> T {
    struct PutBack(Option<fn() -> bool>);
    impl Drop for PutBack {
        fn drop(&mut self) {
            CONTEXT.with(|context| context.stop.set(self.0));
        }
    }
    let _before = PutBack(CONTEXT.with(|context| context.stop.replace(Some(stop))));
    f()
}

/// Counts an operation on so many elements towards the next time that the user is asked whether to
/// stop.
#[inline]
pub(crate) fn worked(elements: usize) -> Result<()> {
    const OPERATION: usize = 1 << 8;
    CONTEXT.with(|context| {
        let effort = context.effort.get().saturating_add(OPERATION + elements);
        context.effort.set(effort);
        if effort < OPERATION << 8 {
            Ok(())
        } else {
            go_on(context)
        }
    })
}

#[cold]
fn go_on(context: &Context) -> Result<()> {
    context.effort.set(0);
    let Some(stop) = context.stop.get() else {
        return Ok(());
    };
    // It is the user's code, which may compute with variables: not as a part of the rule that waits for it.
    let _restore = change(|setting| {
        setting.recording = if setting.off > 0 {
            Recording::Off
        } else {
            Recording::On
        };
        setting.pass = 0;
        setting.line = None;
    });
    if stop() {
        return Err(Error::interrupted());
    }
    Ok(())
}

/// Runs `f` without recording: what it computes has no creator, and holds no graph alive.
///
/// ```
/// use dezero_core::{no_grad, Variable};
/// let x = Variable::new(3.0);
/// let y = no_grad(|| &x * &x);
/// assert!(y.creator().is_none());
/// assert_eq!(y.item(), 9.0);
/// ```
pub fn no_grad<T>(f: impl FnOnce() -> T) -> T {
    let _guard = NoGrad::new();
    f()
}

/// Whether this thread looks for anomalies.
#[inline]
pub(crate) fn is_detecting() -> bool {
    setting().detecting > 0
}

/// Runs `f`, and stops at the first operation that makes a NaN or an infinity of finite numbers: in
/// `f` itself, in a derivative rule, or in a sweep of series. `try_` methods give an error of which
/// [`Error::is_anomaly`](crate::Error::is_anomaly) is true; operators and short methods panic with its
/// text. It names the operation, the line, and the ranges of what went in;
/// [`Error::anomaly`](crate::Error::anomaly) has the same as data, with the graph around it.
///
/// Off by default: it looks at every element of every result.
///
/// ```
/// use dezero_core::{Backward, Variable, detect_anomaly};
///
/// let x = Variable::new([4.0, 0.0]);
/// let error = detect_anomaly(|| x.sqrt().sum(..).try_backward(Backward::new())).unwrap_err();
/// let anomaly = error.anomaly().unwrap();
/// assert_eq!((anomaly.label(), anomaly.differentiated()), ("Div", Some("Sqrt"))); // 1 / (2 sqrt(0))
/// println!("{error}");
/// ```
pub fn detect_anomaly<T>(f: impl FnOnce() -> T) -> T {
    let _guard = DetectAnomaly::new();
    f()
}

/// Runs `f` with recording on, also inside a [`no_grad`].
///
/// ```
/// use dezero_core::{enable_grad, no_grad, Variable};
/// let x = Variable::new(3.0);
/// let y = no_grad(|| enable_grad(|| &x * &x));
/// assert!(y.creator().is_some());
/// ```
pub fn enable_grad<T>(f: impl FnOnce() -> T) -> T {
    let _restore = enter_recording(Recording::On);
    f()
}

/// Runs `f` with everything it records, and every error, attributed to `line`: for code that
/// computes on behalf of somebody else, such as an interpreter.
///
/// ```
/// use dezero_core::{Variable, attributed_to};
///
/// #[track_caller]
/// fn double(x: &Variable) -> Variable {
///     attributed_to(std::panic::Location::caller(), || x + x)
/// }
///
/// let y = double(&Variable::new(1.0)); // the line that the graph shows
/// assert_eq!(y.creator().unwrap().line().line(), std::panic::Location::caller().line() - 1);
/// ```
pub fn attributed_to<T>(line: &'static Location<'static>, f: impl FnOnce() -> T) -> T {
    // Who is already working for somebody stays so.
    let _restore = change(|setting| setting.line = setting.line.or(Some(line)));
    f()
}

/// Whether operations on this thread are being recorded just now.
pub fn is_recording() -> bool {
    matches!(setting().recording, Recording::On | Recording::Rules)
}

/// Turns recording off on this thread for as long as it lives: [`no_grad`] for code that cannot
/// be put into a closure.
///
/// ```
/// use dezero_core::{is_recording, NoGrad};
/// let guard = NoGrad::new();
/// assert!(!is_recording());
/// drop(guard);
/// assert!(is_recording());
/// ```
///
/// Guards may go in any order: recording is off until the last one is gone.
#[must_use = "recording is off only while the guard lives"]
pub struct NoGrad {
    not_send: PhantomData<*const ()>,
}

impl NoGrad {
    /// Turns recording off until the guard is dropped.
    pub fn new() -> Self {
        CONTEXT.with(|context| {
            let mut setting = context.setting.get();
            setting.off = setting.off.saturating_add(1);
            if setting.recording == Recording::On {
                setting.recording = Recording::Off;
            }
            context.setting.set(setting);
        });
        Self {
            not_send: PhantomData,
        }
    }
}

impl Drop for NoGrad {
    fn drop(&mut self) {
        CONTEXT.with(|context| {
            let mut setting = context.setting.get();
            setting.off = setting.off.saturating_sub(1);
            if setting.off == 0 && setting.recording == Recording::Off {
                setting.recording = Recording::On;
            }
            context.setting.set(setting);
        });
    }
}

impl Default for NoGrad {
    fn default() -> Self {
        Self::new()
    }
}

/// Looks for anomalies on this thread for as long as it lives: [`detect_anomaly`] for code that cannot
/// be put into a closure.
///
/// ```
/// use dezero_core::{DetectAnomaly, Variable};
/// let guard = DetectAnomaly::new();
/// assert!(Variable::new(-1.0).try_log().is_err());
/// drop(guard);
/// assert!(Variable::new(-1.0).log().item().is_nan());
/// ```
#[must_use = "it looks for anomalies only while the guard lives"]
pub struct DetectAnomaly {
    not_send: PhantomData<*const ()>,
}

impl DetectAnomaly {
    /// Looks for anomalies until the guard is dropped.
    pub fn new() -> Self {
        count_detecting(|detecting| detecting.saturating_add(1));
        Self {
            not_send: PhantomData,
        }
    }
}

impl Drop for DetectAnomaly {
    fn drop(&mut self) {
        count_detecting(|detecting| detecting.saturating_sub(1));
    }
}

impl Default for DetectAnomaly {
    fn default() -> Self {
        Self::new()
    }
}

fn count_detecting(count: impl FnOnce(u16) -> u16) {
    CONTEXT.with(|context| {
        let mut setting = context.setting.get();
        setting.detecting = count(setting.detecting);
        context.setting.set(setting);
    });
}
