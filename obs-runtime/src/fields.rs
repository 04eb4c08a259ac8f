//! The fields of a span, on their way into the ring.
//!
//! Written as words of 64 bits, so that the ring can hold them beside the span: the key (a `&'static str` as
//! address and length), a tag, and the value. Small sets need no allocation. Read back by [`crate::collector`].

use std::fmt;

use crate::value::Value;

/// Words of fields that need no allocation: four numbers, or two and a short text. With the rest of [`Fields`] this
/// makes 128 bytes, which compilers still move without a call.
const INLINE: usize = 12;
/// Words of fields that one span may carry: 8 KiB.
const MAX_WORDS: usize = 1024;
/// Bytes of one text value; the rest is cut off, at a character's end, and counted.
const MAX_TEXT: usize = 4096;
/// Bytes of one key; what is longer is cut off.
const MAX_KEY: usize = 0xffff;

/// The fields of one span.
#[derive(Debug)]
pub struct Fields {
    inline: [u64; INLINE],
    length: u32,
    dropped: u32,
    /// All words, once they are more than fit inline.
    #[expect(clippy::box_collection, reason = "one word instead of three, in every guard with fields")]
    spilled: Option<Box<Vec<u64>>>,
}

#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Tag {
    Bool = 1,
    I64,
    U64,
    F64,
    Str,
}

impl Fields {
    /// No fields yet.
    #[inline(always)]
    pub const fn empty() -> Self {
        Self { inline: [0; INLINE], length: 0, dropped: 0, spilled: None }
    }

    /// Adds a field as its `Display` text; `fields(k = %expr)`.
    pub fn display<V: fmt::Display + ?Sized>(&mut self, key: &'static str, value: &V) {
        self.text(key, format_args!("{value}"));
    }

    /// Adds a field as its `Debug` text; `fields(k = ?expr)`.
    pub fn debug<V: fmt::Debug + ?Sized>(&mut self, key: &'static str, value: &V) {
        self.text(key, format_args!("{value:?}"));
    }

    fn text(&mut self, key: &'static str, text: fmt::Arguments<'_>) {
        match text.as_str() {
            Some(text) => self.str(key, text),
            None => self.str(key, &text.to_string()),
        }
    }

    #[inline(always)]
    pub(crate) fn number(&mut self, key: &'static str, tag: Tag, bits: u64) {
        let [address, length] = key_words(key, tag, 8);
        if let Some(room) = self.room(3) {
            room.copy_from_slice(&[address, length, bits]);
        }
    }

    #[inline]
    pub(crate) fn str(&mut self, key: &'static str, text: &str) {
        let text = if text.len() > MAX_TEXT { self.cut(text) } else { text };
        let head = key_words(key, Tag::Str, text.len());
        if let Some(room) = self.room(2 + text.len().div_ceil(8)) {
            room[..2].copy_from_slice(&head);
            for (word, bytes) in room[2..].iter_mut().zip(text.as_bytes().chunks(8)) {
                *word = word_of(bytes);
            }
        }
    }

    #[cold]
    fn cut<'a>(&mut self, text: &'a str) -> &'a str {
        self.dropped += 1;
        &text[..cut_at(text, MAX_TEXT)]
    }

    /// Room for that many words at the end; counts the field as dropped when the span is full.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "at most `INLINE`")]
    fn room(&mut self, words: usize) -> Option<&mut [u64]> {
        let length = self.length as usize;
        if self.spilled.is_none() && length + words <= INLINE {
            self.length += words as u32;
            return self.inline.get_mut(length..length + words);
        }
        self.room_outside(words)
    }

    #[cold]
    fn room_outside(&mut self, words: usize) -> Option<&mut [u64]> {
        let inline = &self.inline[..self.length as usize];
        let spilled = self.spilled.get_or_insert_with(|| Box::new(inline.to_vec()));
        let length = spilled.len();
        if length + words > MAX_WORDS {
            self.dropped += 1;
            return None;
        }
        spilled.resize(length + words, 0);
        spilled.get_mut(length..)
    }

    #[inline(always)]
    pub(crate) fn words(&self) -> &[u64] {
        match &self.spilled {
            None => self.inline.get(..self.length as usize).unwrap_or_default(),
            Some(spilled) => spilled,
        }
    }

    #[inline(always)]
    pub(crate) const fn dropped(&self) -> u32 {
        self.dropped
    }
}

/// Up to eight bytes as a word, little end first.
#[inline(always)]
fn word_of(bytes: &[u8]) -> u64 {
    if let Ok(whole) = bytes.try_into() {
        return u64::from_le_bytes(whole);
    }
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

#[inline(always)]
fn key_words(key: &'static str, tag: Tag, bytes: usize) -> [u64; 2] {
    let length = if key.len() <= MAX_KEY { key.len() } else { cut_at(key, MAX_KEY) } as u64;
    [key.as_ptr().expose_provenance() as u64, length << 48 | (tag as u64) << 40 | bytes as u64]
}

/// The last end of a character that is not past `limit`.
#[cold]
fn cut_at(text: &str, limit: usize) -> usize {
    (0..=limit).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// Reads fields back from the words that [`Fields`] wrote and the ring delivered.
pub(crate) fn read(mut words: &[u64]) -> Vec<(&'static str, Value)> {
    let mut fields = Vec::new();
    while let Some((&[address, length], rest)) = words.split_first_chunk::<2>() {
        #[expect(clippy::cast_possible_truncation, reason = "the length was put together in `key_words`")]
        let (bytes, tag) = (length as u32 as usize, (length >> 40) as u8);
        let Some((value, rest)) = rest.split_at_checked(bytes.div_ceil(8)) else { break };
        words = rest;
        let value = read_value(tag, bytes, value);
        fields.extend(value.map(|value| (key(address, (length >> 48) as usize), value)));
    }
    fields
}

#[expect(clippy::cast_possible_truncation, reason = "the address was a usize")]
fn key(address: u64, length: usize) -> &'static str {
    let start: *const u8 = std::ptr::with_exposed_provenance(address as usize);
    // SAFETY: the two numbers were taken from a `&'static str` by `key_words`, which exposed its provenance and cuts
    // at the end of a character only. All words that get here come from `Fields::words`, and a ring delivers
    // records as they were put in (its models show that none is torn).
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(start, length)) }
}

fn read_value(tag: u8, bytes: usize, words: &[u64]) -> Option<Value> {
    let &first = words.first().unwrap_or(&0);
    Some(match tag {
        tag if tag == Tag::Bool as u8 => Value::Bool(first != 0),
        tag if tag == Tag::I64 as u8 => Value::I64(first.cast_signed()),
        tag if tag == Tag::U64 as u8 => Value::U64(first),
        tag if tag == Tag::F64 as u8 => Value::F64(f64::from_bits(first)),
        tag if tag == Tag::Str as u8 => {
            let text: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).take(bytes).collect();
            Value::Str(String::from_utf8_lossy(&text).into())
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_with_their_types() {
        let mut fields = Fields::empty();
        fields.value("id", &7_u64);
        fields.value("delta", &-7_i32);
        fields.value("share", &0.25_f64);
        fields.value("hit", &true);
        fields.value("name", "");
        fields.value("city", "Zürich, and more than sixteen words of it");
        fields.value("none", &None::<u8>);
        fields.debug("list", &[1, 2]);
        fields.display("shown", &1.5);
        let read = read(fields.words());
        let text = |text: &str| Value::Str(text.into());
        assert_eq!(
            read,
            [
                ("id", Value::U64(7)),
                ("delta", Value::I64(-7)),
                ("share", Value::F64(0.25)),
                ("hit", Value::Bool(true)),
                ("name", text("")),
                ("city", text("Zürich, and more than sixteen words of it")),
                ("list", text("[1, 2]")),
                ("shown", text("1.5")),
            ]
        );
    }

    #[test]
    fn a_key_past_the_limit_is_cut_at_the_end_of_a_character() {
        let long: &'static str = "ü".repeat(MAX_KEY).leak();
        let mut fields = Fields::empty();
        fields.value(long, &1_u8);
        assert!(matches!(&read(fields.words())[..], [(key, Value::U64(1))] if key.len() == MAX_KEY - 1));
    }

    #[test]
    fn text_past_the_limit_is_cut_and_counted() {
        let mut fields = Fields::empty();
        fields.value("long", &"ü".repeat(MAX_TEXT));
        assert_eq!(fields.dropped(), 1);
        assert!(matches!(&read(fields.words())[..], [("long", Value::Str(text))] if text.len() == MAX_TEXT));
    }

    #[test]
    fn fields_past_the_limit_are_left_out_and_counted() {
        let mut fields = Fields::empty();
        (0..4).for_each(|_| fields.value("long", &"x".repeat(MAX_TEXT)));
        assert_eq!(read(fields.words()).len(), 1);
        assert_eq!(fields.dropped(), 3);
    }
}
