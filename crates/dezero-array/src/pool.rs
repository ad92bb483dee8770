//! The buffers of large arrays, kept by a thread for its next ones.
//!
//! The C library gives large blocks back to the system, and a fresh one costs a page fault for every
//! 4 KiB: more than the arithmetic on it. Arrays of f64 from [`LEAST`] elements on go through here.

use std::any::{Any, TypeId};
use std::cell::RefCell;

/// Below this many elements, the allocator is fast enough.
const LEAST: usize = 4096;
/// Buffers and elements kept by a thread: at most 256 MiB.
const MOST_BUFFERS: usize = 64;
const MOST_ELEMENTS: usize = 32 << 20;

#[derive(Default)]
struct Pool {
    free: Vec<Vec<f64>>,
    /// The sum of their capacities.
    elements: usize,
}

thread_local! {
    static POOL: RefCell<Pool> = RefCell::default();
}

/// An empty buffer with room for `len` elements that was kept, if `T` is f64 and one fits.
#[inline]
pub(crate) fn take<T: 'static>(len: usize) -> Option<Vec<T>> {
    if len < LEAST {
        return None;
    }
    if TypeId::of::<T>() != TypeId::of::<f64>() {
        return None;
    }
    let mut kept = POOL.try_with(|pool| pool.borrow_mut().take(len)).ok()?;
    // The same type under another name.
    let kept: &mut dyn Any = &mut kept;
    kept.downcast_mut::<Option<Vec<T>>>()?.take()
}

/// An empty buffer with room for `len` elements.
#[inline]
pub(crate) fn buffer<T: 'static>(len: usize) -> Vec<T> {
    take(len).unwrap_or_else(|| Vec::with_capacity(len))
}

/// Keeps the buffer of an array that nobody looks at any more.
#[inline]
pub(crate) fn give(values: Vec<f64>) {
    if values.capacity() >= LEAST {
        // A thread that is ending keeps nothing.
        let _ = POOL.try_with(|pool| pool.borrow_mut().give(values));
    }
}

impl Pool {
    /// The smallest that fits and is not far too large, the last given among equals.
    fn take(&mut self, len: usize) -> Option<Vec<f64>> {
        let fits = |buffer: &Vec<f64>| (len..=len.saturating_mul(2)).contains(&buffer.capacity());
        let (at, _) = self
            .free
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, buffer)| fits(buffer))
            .min_by_key(|(_, buffer)| buffer.capacity())?;
        let buffer = self.free.swap_remove(at);
        self.elements -= buffer.capacity();
        Some(buffer)
    }

    fn give(&mut self, mut values: Vec<f64>) {
        values.clear();
        self.elements += values.capacity();
        self.free.push(values);
        // The oldest go first.
        while self.free.len() > MOST_BUFFERS || self.elements > MOST_ELEMENTS {
            self.elements -= self.free.remove(0).capacity();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_where_it_fits() {
        let values: Vec<f64> = Vec::with_capacity(10_000);
        let at = values.as_ptr();
        give(values);
        assert!(take::<f32>(10_000).is_none());
        assert!(take::<f64>(10_001).is_none());
        assert!(take::<f64>(LEAST).is_none(), "more than twice as large");
        let again = take::<f64>(9000).unwrap();
        assert_eq!((again.as_ptr(), again.len()), (at, 0));
        assert!(take::<f64>(9000).is_none());
    }

    #[test]
    fn the_pool_does_not_grow_without_bound() {
        let mut pool = Pool::default();
        for _ in 0..10 {
            pool.give(Vec::with_capacity(MOST_ELEMENTS / 4));
        }
        assert_eq!(pool.free.len(), 4);
        pool.give(Vec::with_capacity(2 * MOST_ELEMENTS));
        assert_eq!((pool.free.len(), pool.elements), (0, 0));
        for _ in 0..100 {
            pool.give(Vec::with_capacity(LEAST));
        }
        assert_eq!(pool.free.len(), MOST_BUFFERS);
    }
}
