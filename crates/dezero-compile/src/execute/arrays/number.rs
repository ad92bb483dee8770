//! `Number`: the two floats in which groups compute, and what each has of its own.

use std::cell::RefCell;

use dezero_array::{Element, Lanes};
use dezero_core::{Binary, Compare, Unary};

use super::memory::Slots;

/// What a thread keeps for its blocks.
#[derive(Default)]
pub(super) struct Bank<T> {
    /// A block of values each.
    pub(super) registers: Vec<Vec<T>>,
    /// Rows of sums that wait for others.
    pub(super) rows: Vec<Vec<T>>,
}

thread_local! {
    static DOUBLES: RefCell<Bank<f64>> = RefCell::default();
    static SINGLES: RefCell<Bank<f32>> = RefCell::default();
    static TRUTHS: RefCell<Bank<bool>> = RefCell::default();
}

/// Runs with the registers of this thread for truth values.
pub(super) fn with_truths<R>(run: impl FnOnce(&mut Bank<bool>) -> R) -> R {
    TRUTHS.with_borrow_mut(run)
}

/// f64 or f32.
pub(super) trait Number: Element + std::ops::Add<Output = Self> {
    const ONE: Self;
    fn unary(op: Unary, xs: &[Self], ys: &mut [Self]);
    /// Of a 0-d value, which the engine may compute by another path.
    fn unary_at(op: Unary, x: Self) -> Self;
    fn binary(op: Binary, a: Lanes<'_, Self>, b: Lanes<'_, Self>, ys: &mut [Self]);
    fn binary_at(op: Binary, a: Self, b: Self) -> Self;
    fn compare(op: Compare, a: Lanes<'_, Self>, b: Lanes<'_, Self>, ys: &mut [bool]);
    fn slots(slots: &Slots) -> &[Vec<Self>];
    fn slots_mut(slots: &mut Slots) -> &mut [Vec<Self>];
    /// Numbers given as f64, if these are.
    fn given(values: &[f64]) -> &[Self];
    fn with_bank<R>(run: impl FnOnce(&mut Bank<Self>) -> R) -> R;
}

impl Number for f64 {
    const ONE: Self = 1.0;

    fn unary(op: Unary, xs: &[Self], ys: &mut [Self]) {
        op.fill_f64(xs, ys);
    }

    fn unary_at(op: Unary, x: Self) -> Self {
        op.value(x)
    }

    fn binary(op: Binary, a: Lanes<'_, Self>, b: Lanes<'_, Self>, ys: &mut [Self]) {
        op.fill_f64(a, b, ys);
    }

    fn binary_at(op: Binary, a: Self, b: Self) -> Self {
        op.value(a, b)
    }

    fn compare(op: Compare, a: Lanes<'_, Self>, b: Lanes<'_, Self>, ys: &mut [bool]) {
        op.fill_f64(a, b, ys);
    }

    fn slots(slots: &Slots) -> &[Vec<Self>] {
        &slots.doubles
    }

    fn slots_mut(slots: &mut Slots) -> &mut [Vec<Self>] {
        &mut slots.doubles
    }

    fn given(values: &[f64]) -> &[Self] {
        values
    }

    fn with_bank<R>(run: impl FnOnce(&mut Bank<Self>) -> R) -> R {
        DOUBLES.with_borrow_mut(run)
    }
}

impl Number for f32 {
    const ONE: Self = 1.0;

    fn unary(op: Unary, xs: &[Self], ys: &mut [Self]) {
        op.fill_f32(xs, ys);
    }

    fn unary_at(op: Unary, x: Self) -> Self {
        let mut y = [0.0];
        op.fill_f32(&[x], &mut y);
        y[0]
    }

    fn binary(op: Binary, a: Lanes<'_, Self>, b: Lanes<'_, Self>, ys: &mut [Self]) {
        op.fill_f32(a, b, ys);
    }

    fn binary_at(op: Binary, a: Self, b: Self) -> Self {
        let mut y = [0.0];
        op.fill_f32(Lanes::All(a), Lanes::All(b), &mut y);
        y[0]
    }

    // As f64, which holds every f32.
    fn compare(op: Compare, a: Lanes<'_, Self>, b: Lanes<'_, Self>, ys: &mut [bool]) {
        a.zip(b, ys, |a, b| op.holds(a.into(), b.into()));
    }

    fn slots(slots: &Slots) -> &[Vec<Self>] {
        &slots.singles
    }

    fn slots_mut(slots: &mut Slots) -> &mut [Vec<Self>] {
        &mut slots.singles
    }

    fn given(_: &[f64]) -> &[Self] {
        &[]
    }

    fn with_bank<R>(run: impl FnOnce(&mut Bank<Self>) -> R) -> R {
        SINGLES.with_borrow_mut(run)
    }
}
