//! The buffers of large arrays, kept for the next ones.
//!
//! The C library gives large blocks back to the system, and a fresh one costs a page fault for every
//! 4 KiB: more than the arithmetic on it. A thread keeps the buffers that it dropped; what is too much
//! for it, and what it leaves when it ends, all threads share, so that buffers come back to a thread
//! that makes arrays for others to drop.
//!
//! Buffers are kept with their elements: filling those anew would be a second pass over memory.

use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};
use std::thread::LocalKey;

use crate::dtype::Element;
use crate::error::Result;
use crate::shape::reserve;

/// Below this many bytes, the allocator is fast enough.
const LEAST: usize = 32 << 10;
/// Buffers and bytes of a type kept by a thread, and shared.
const MOST_BUFFERS: usize = 64;
const MOST_BYTES: usize = 256 << 20;
/// From this many bytes on, memory may be lacking: ask before `vec!`, which aborts.
const MAY_FAIL: usize = 128 << 10;

/// Kept buffers, the last given last.
#[derive(Debug)]
pub struct Pool<T> {
    free: Vec<Vec<T>>,
    /// The sum of their capacities.
    bytes: usize,
}

/// Where the buffers of an element type are kept.
pub(crate) type Local<T> = LocalKey<RefCell<Kept<T>>>;
pub(crate) type Shared<T> = Mutex<Pool<T>>;

/// The pool of one thread, which goes to all when the thread ends.
#[derive(Debug, Default)]
pub struct Kept<T: Element>(Pool<T>);

impl<T: Element> Drop for Kept<T> {
    fn drop(&mut self) {
        let mut shared = T::shared().lock().unwrap_or_else(PoisonError::into_inner);
        for buffer in self.0.free.drain(..) {
            shared.give(buffer);
        }
        while shared.is_over() {
            shared.remove(0);
        }
    }
}

/// A buffer of `len` elements that are yet to be written: zeros, or what an earlier array had there.
///
/// # Errors
///
/// A memory error, which names `op`, when memory does not suffice.
#[inline]
pub(crate) fn filled<T: Element>(op: &str, shape: &[usize], len: usize) -> Result<Vec<T>> {
    if len * size_of::<T>() >= LEAST {
        return filled_large(op, shape, len);
    }
    Ok(vec![T::default(); len])
}

#[inline(never)]
fn filled_large<T: Element>(op: &str, shape: &[usize], len: usize) -> Result<Vec<T>> {
    if let Some(mut kept) = take::<T>(len) {
        kept.resize(len, T::default());
        return Ok(kept);
    }
    fresh(op, shape, len, T::default())
}

/// A buffer of `len` times the same value.
///
/// # Errors
///
/// A memory error, which names `op`, when memory does not suffice.
pub(crate) fn repeated<T: Element>(
    op: &str,
    shape: &[usize],
    len: usize,
    value: T,
) -> Result<Vec<T>> {
    match take::<T>(len) {
        Some(mut kept) => {
            kept.clear();
            kept.resize(len, value);
            Ok(kept)
        }
        None => fresh(op, shape, len, value),
    }
}

/// Zeros are fresh pages of the system, which are not touched here.
fn fresh<T: Element>(op: &str, shape: &[usize], len: usize, value: T) -> Result<Vec<T>> {
    if len * size_of::<T>() >= MAY_FAIL {
        drop(reserve::<T>(op, shape, len)?);
    }
    Ok(vec![value; len])
}

/// An empty buffer with room for `len` elements.
///
/// # Errors
///
/// A memory error, which names `op`, when memory does not suffice.
pub(crate) fn room<T: Element>(op: &str, shape: &[usize], len: usize) -> Result<Vec<T>> {
    match take::<T>(len) {
        Some(mut kept) => {
            kept.clear();
            Ok(kept)
        }
        None => reserve(op, shape, len),
    }
}

/// A buffer with a capacity for `len` elements that was kept, with some of its elements.
fn take<T: Element>(len: usize) -> Option<Vec<T>> {
    if len * size_of::<T>() < LEAST {
        return None;
    }
    let own = T::local().try_with(|pool| pool.borrow_mut().0.take(len));
    own.ok().flatten().or_else(|| {
        let mut shared = T::shared().lock().unwrap_or_else(PoisonError::into_inner);
        shared.take(len)
    })
}

/// Keeps the buffer of an array that nobody looks at any more.
#[inline]
pub(crate) fn give<T: Element>(values: Vec<T>) {
    if values.capacity() * size_of::<T>() >= LEAST {
        give_large(values);
    }
}

#[inline(never)]
fn give_large<T: Element>(values: Vec<T>) {
    // A thread that is ending keeps nothing.
    let _ = T::local().try_with(|pool| {
        let pool = &mut pool.borrow_mut().0;
        pool.give(values);
        if pool.is_over() {
            let mut shared = T::shared().lock().unwrap_or_else(PoisonError::into_inner);
            while pool.is_over() {
                shared.give(pool.remove(0));
            }
            while shared.is_over() {
                shared.remove(0);
            }
        }
    });
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Pool<T> {
    pub const fn new() -> Self {
        Self {
            free: Vec::new(),
            bytes: 0,
        }
    }

    /// The smallest that fits and is not far too large, the last given among equals.
    fn take(&mut self, len: usize) -> Option<Vec<T>> {
        let fits = |buffer: &Vec<T>| (len..=len.saturating_mul(2)).contains(&buffer.capacity());
        let exact = |buffer: &Vec<T>| buffer.capacity() == len;
        let at = self.free.iter().rposition(exact).or_else(|| {
            let fitting = self.free.iter().enumerate().rev();
            fitting
                .filter(|(_, buffer)| fits(buffer))
                .min_by_key(|(_, buffer)| buffer.capacity())
                .map(|(at, _)| at)
        })?;
        Some(self.remove(at))
    }

    fn give(&mut self, values: Vec<T>) {
        self.bytes += values.capacity() * size_of::<T>();
        self.free.push(values);
    }

    /// Whether the oldest should go.
    fn is_over(&self) -> bool {
        self.free.len() > MOST_BUFFERS || self.bytes > MOST_BYTES
    }

    fn remove(&mut self, at: usize) -> Vec<T> {
        let buffer = self.free.remove(at);
        self.bytes -= buffer.capacity() * size_of::<T>();
        buffer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::sealed::Sealed;

    const MANY: usize = 10_000;

    #[test]
    fn a_buffer_comes_back_where_it_fits() {
        let values = vec![1_i64; MANY];
        let at = values.as_ptr();
        give(values);
        assert!(take::<i64>(MANY + 1).is_none());
        assert!(
            take::<i64>(MANY / 2 - 1).is_none(),
            "more than twice as large"
        );
        let again: Vec<i64> = filled("f", &[], MANY - 1000).unwrap();
        assert_eq!((again.as_ptr(), again.len()), (at, MANY - 1000));
        assert!(take::<i64>(MANY - 1000).is_none());
        give(again);
        let empty: Vec<i64> = room("f", &[], MANY).unwrap();
        assert_eq!((empty.as_ptr(), empty.len()), (at, 0));
    }

    #[test]
    fn the_last_given_of_several_comes_first() {
        let mut pool = Pool::default();
        for value in [1.0_f32, 2.0, 3.0] {
            pool.give(vec![value; MANY]);
        }
        assert_eq!(pool.take(MANY).unwrap()[0], 3.0);
        assert_eq!(pool.take(MANY - 1).unwrap()[0], 2.0);
        assert_eq!(pool.bytes, 4 * MANY);
    }

    #[test]
    fn what_ends_with_a_thread_is_found_by_the_others() {
        let len = 12_345;
        let at = std::thread::spawn(move || {
            let values = vec![false; 8 * len];
            let at = values.as_ptr() as usize;
            give(values);
            at
        });
        let at = at.join().unwrap();
        let again = take::<bool>(8 * len).unwrap();
        assert_eq!(again.as_ptr() as usize, at);
    }

    #[test]
    fn the_pool_does_not_grow_without_bound() {
        let quarter = MOST_BYTES / 4;
        for _ in 0..20 {
            give::<bool>(Vec::with_capacity(quarter));
        }
        let of = |pool: &Pool<bool>| (pool.free.len(), pool.bytes);
        let own = bool::local().with(|pool| of(&pool.borrow().0));
        assert_eq!(own, (4, MOST_BYTES));
        let shared = of(&bool::shared().lock().unwrap());
        assert!(
            shared.0 <= MOST_BUFFERS && shared.1 <= MOST_BYTES,
            "{shared:?}"
        );
        bool::local().with(|pool| pool.borrow_mut().0 = Pool::default());
        for _ in 0..=MOST_BUFFERS {
            give::<bool>(Vec::with_capacity(LEAST));
        }
        let own = bool::local().with(|pool| of(&pool.borrow().0));
        assert_eq!(own, (MOST_BUFFERS, MOST_BUFFERS * LEAST));
    }
}
