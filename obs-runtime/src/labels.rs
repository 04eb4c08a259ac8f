//! Run-time labels of `#[counted(labels(..))]`: from values to a series, without a lock or an allocation once seen.
//!
//! The values are written one after the other into a small buffer; buffer and callsite name the series.
//! Written by the expansion, looked up in the thread's [`crate::cache`].

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use crate::cache::SeriesKey;
use crate::callsite::Callsite;
use crate::control_word::Control;

/// Words of label values that need no allocation.
const INLINE: usize = 7;

/// Eight bytes. Values are written in whole words, which copies, hashes and compares them without a call.
type Word = [u8; 8];

/// The values of one call's labels, in the order of their names.
pub struct Labels {
    inline: [Word; INLINE],
    length: usize,
    /// All values, once they are longer than the inline buffer.
    spilled: Vec<Word>,
}

impl Labels {
    #[inline(always)]
    fn new() -> Self {
        Self { inline: [[0; 8]; INLINE], length: 0, spilled: Vec::new() }
    }

    /// Adds the next label's value.
    #[inline(always)]
    pub fn add<V: LabelValue + ?Sized>(&mut self, value: &V) {
        value.write(self);
    }

    /// Appends one value as [`SeriesKey::values`] reads it: its length, then its bytes, filled up to whole words, so
    /// that no two sets of values look the same.
    #[inline]
    fn push(&mut self, value: &[u8]) {
        let [length, words @ ..] = self.room(1 + value.len().div_ceil(8)) else { return };
        *length = (value.len() as u64).to_le_bytes();
        for (word, bytes) in words.iter_mut().zip(value.chunks(8)) {
            *word = padded(bytes);
        }
    }

    #[inline]
    fn room(&mut self, words: usize) -> &mut [Word] {
        let start = self.length;
        self.length += words;
        if self.length <= INLINE { &mut self.inline[start..start + words] } else { self.room_outside(start) }
    }

    #[cold]
    fn room_outside(&mut self, start: usize) -> &mut [Word] {
        if self.spilled.is_empty() {
            self.spilled.extend_from_slice(&self.inline[..start]);
        }
        self.spilled.resize(self.length, [0; 8]);
        &mut self.spilled[start..]
    }

    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        match self.inline.get(..self.length) {
            Some(inline) => inline.as_flattened(),
            None => self.spilled.as_flattened(),
        }
    }
}

/// Up to eight bytes, filled up with zeros.
#[inline(always)]
fn padded(bytes: &[u8]) -> Word {
    if let Ok(whole) = bytes.try_into() {
        return whole;
    }
    bytes.iter().rev().fold(0_u64, |word, &byte| word << 8 | u64::from(byte)).to_le_bytes()
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

macro_rules! pointers {
    ($($pointer:ty)*) => {
        $(impl<T: LabelValue + ?Sized> LabelValue for $pointer {
            #[inline]
            fn write(&self, labels: &mut Labels) {
                T::write(self, labels);
            }
        })*
    };
}

pointers!(&T &mut T Box<T> Rc<T> Arc<T>);

macro_rules! integers {
    ($($integer:ty)*) => {
        $(impl LabelValue for $integer {
            #[inline]
            fn write(&self, labels: &mut Labels) {
                let wide = i64::from(*self);
                labels.push(Decimal::of(wide < 0, wide.unsigned_abs()).as_bytes());
            }
        })*
    };
}

integers!(u8 u16 u32 i8 i16 i32 i64);

impl LabelValue for u64 {
    #[inline]
    fn write(&self, labels: &mut Labels) {
        labels.push(Decimal::of(false, *self).as_bytes());
    }
}

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
    digits: [u8; 20],
    start: usize,
}

impl Decimal {
    #[inline]
    fn of(negative: bool, mut left: u64) -> Self {
        let mut decimal = Self { digits: [0; 20], start: 20 };
        loop {
            decimal.push(b'0' + (left % 10) as u8);
            left /= 10;
            if left == 0 {
                break;
            }
        }
        if negative {
            decimal.push(b'-');
        }
        decimal
    }

    #[inline]
    fn push(&mut self, digit: u8) {
        self.start -= 1;
        self.digits[self.start] = digit;
    }

    #[inline]
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
        labels.add(&i64::MIN);
        labels.add(&7_u8);
        labels.add(&u64::MAX);
        labels.add(&true);
        labels.add("");
        let key = SeriesKey { parent: 1, outcome: 0, bytes: labels.bytes() };
        let values: Vec<_> = key.values().collect();
        assert_eq!(values, ["GET", &long, "-42", "-9223372036854775808", "7", "18446744073709551615", "true", ""]);
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
