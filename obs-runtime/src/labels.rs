//! Run-time labels of `#[counted(labels(..))]`: from values to a series, without a lock or an allocation once seen.
//!
//! The values are written one after the other into a small buffer; buffer and callsite name the series.
//! Written by the expansion, looked up in the thread's [`crate::cache`].

use std::borrow::Cow;

use crate::cache::SeriesKey;
use crate::callsite::{Callsite, Control};

/// Bytes of label values that need no allocation.
const INLINE: usize = 120;

/// The values of one call's labels, in the order of their names.
pub struct Labels {
    inline: [u8; INLINE],
    length: usize,
    /// All values, once they are longer than the inline buffer.
    spilled: Vec<u8>,
}

impl Labels {
    #[inline(always)]
    fn new() -> Self {
        Self { inline: [0; INLINE], length: 0, spilled: Vec::new() }
    }

    /// Adds the next label's value.
    #[inline(always)]
    pub fn add<V: LabelValue + ?Sized>(&mut self, value: &V) {
        value.write(self);
    }

    /// Appends one value as [`SeriesKey::values`] reads it: its length, then its bytes, so that no two sets of values
    /// look the same.
    #[inline]
    fn push(&mut self, value: &[u8]) {
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes();
        self.extend(&length);
        self.extend(value);
    }

    #[inline]
    fn extend(&mut self, bytes: &[u8]) {
        if self.spilled.is_empty()
            && let Some(room) = self.inline.get_mut(self.length..self.length + bytes.len())
        {
            room.copy_from_slice(bytes);
            self.length += bytes.len();
            return;
        }
        self.spill(bytes);
    }

    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        if self.spilled.is_empty() {
            self.spilled.extend_from_slice(&self.inline[..self.length]);
        }
        self.spilled.extend_from_slice(bytes);
    }

    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        if self.spilled.is_empty() { &self.inline[..self.length] } else { &self.spilled }
    }
}

/// What can be a label's value: text, integers, `bool` and `char`.
///
/// For a type of your own, pass a `&str` that names few values: `labels(method = method.as_str())`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a label's value",
    note = "labels take text, integers, `bool` and `char`; write `labels(name = value.as_str())` or `value.to_string()`"
)]
pub trait LabelValue {
    /// Adds the value.
    fn write(&self, labels: &mut Labels);
}

impl LabelValue for str {
    #[inline]
    fn write(&self, labels: &mut Labels) {
        labels.push(self.as_bytes());
    }
}

impl LabelValue for String {
    #[inline]
    fn write(&self, labels: &mut Labels) {
        labels.push(self.as_bytes());
    }
}

impl LabelValue for Cow<'_, str> {
    #[inline]
    fn write(&self, labels: &mut Labels) {
        labels.push(self.as_bytes());
    }
}

impl LabelValue for bool {
    #[inline]
    fn write(&self, labels: &mut Labels) {
        labels.push(if *self { b"true" } else { b"false" });
    }
}

impl LabelValue for char {
    #[inline]
    fn write(&self, labels: &mut Labels) {
        labels.push(self.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl<T: LabelValue + ?Sized> LabelValue for &T {
    #[inline]
    fn write(&self, labels: &mut Labels) {
        T::write(self, labels);
    }
}

impl<T: LabelValue + ?Sized> LabelValue for &mut T {
    #[inline]
    fn write(&self, labels: &mut Labels) {
        T::write(self, labels);
    }
}

impl<T: LabelValue + ?Sized> LabelValue for Box<T> {
    #[inline]
    fn write(&self, labels: &mut Labels) {
        T::write(self, labels);
    }
}

macro_rules! integers {
    ($($integer:ty)*) => {
        $(impl LabelValue for $integer {
            #[inline]
            fn write(&self, labels: &mut Labels) {
                labels.push(Decimal::of(i128::from(*self)).as_bytes());
            }
        })*
    };
}

integers!(u8 u16 u32 u64 i8 i16 i32 i64);

impl LabelValue for usize {
    #[inline]
    fn write(&self, labels: &mut Labels) {
        (*self as u64).write(labels);
    }
}

impl LabelValue for isize {
    #[inline]
    fn write(&self, labels: &mut Labels) {
        (*self as i64).write(labels);
    }
}

/// An integer in decimal digits, without an allocation.
struct Decimal {
    digits: [u8; 40],
    start: usize,
}

impl Decimal {
    fn of(value: i128) -> Self {
        let mut decimal = Self { digits: [0; 40], start: 40 };
        let mut left = value.unsigned_abs();
        loop {
            decimal.push(b'0' + (left % 10) as u8);
            left /= 10;
            if left == 0 {
                break;
            }
        }
        if value < 0 {
            decimal.push(b'-');
        }
        decimal
    }

    fn push(&mut self, digit: u8) {
        self.start -= 1;
        self.digits[self.start] = digit;
    }

    fn as_bytes(&self) -> &[u8] {
        &self.digits[self.start..]
    }
}

/// The labels of a function, or none: known when it is compiled.
pub trait LabelSet {
    /// The control word with the series that the labels name.
    #[doc(hidden)]
    fn choose(self, callsite: &'static Callsite, control: u32) -> u32;
}

/// A function without labels.
#[derive(Clone, Copy, Debug)]
pub struct NoLabels;

impl LabelSet for NoLabels {
    #[inline(always)]
    fn choose(self, _: &'static Callsite, control: u32) -> u32 {
        control
    }
}

/// A function with labels: the closure adds one value for each name of the callsite.
#[derive(Clone, Copy, Debug)]
pub struct WithLabels<F>(pub F);

impl<F: FnOnce(&mut Labels)> LabelSet for WithLabels<F> {
    #[inline(always)]
    fn choose(self, callsite: &'static Callsite, control: u32) -> u32 {
        let mut labels = Labels::new();
        (self.0)(&mut labels);
        let control = Control::from_word(control);
        let key = SeriesKey { parent: control.series(), outcome: 0, bytes: labels.bytes() };
        control.with_series(crate::registry::find(callsite, &key)).word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_whatever_their_length() {
        let mut labels = Labels::new();
        let long = "x".repeat(3 * INLINE);
        labels.add("GET");
        labels.add(&long);
        labels.add(&-42_i64);
        labels.add(&u64::MAX);
        labels.add(&true);
        labels.add("");
        let key = SeriesKey { parent: 1, outcome: 0, bytes: labels.bytes() };
        let values: Vec<_> = key.values().collect();
        assert_eq!(values, ["GET", &long, "-42", "18446744073709551615", "true", ""]);
    }

    #[test]
    fn sets_of_values_that_run_together_alike_stay_apart() {
        let bytes = |values: [&str; 2]| {
            let mut labels = Labels::new();
            values.into_iter().for_each(|value| labels.add(value));
            labels.bytes().to_vec()
        };
        assert_ne!(bytes(["ab", "c"]), bytes(["a", "bc"]));
    }
}
