//! The fields of a span, on their way into the ring.
//!
//! Written as words of 64 bits, so that the ring can hold them beside the span: the key (a `&'static str` as
//! address and length), a tag, and the value. Small sets need no allocation. Read back by [`crate::field_reader`].

use std::fmt;

use crate::alloc::{Unseen, unseen};

/// Words of fields that need no allocation: four numbers, or two and a short text. With the rest of [`Fields`] this
/// makes 128 bytes, which compilers still move without a call.
const INLINE: usize = 12;
/// Words of fields that one span may carry: 8 KiB.
const MAX_WORDS: usize = 1024;
/// Bytes of one text value; the rest is cut off, at a character's end, and counted.
pub(crate) const MAX_TEXT: usize = 4096;
/// Bytes of one key; what is longer is cut off.
pub(crate) const MAX_KEY: usize = 0xffff;

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
    /// Arrays: a byte for each value,
    Bools,
    /// eight bytes,
    I64s,
    U64s,
    F64s,
    /// or the length in four bytes, and the text.
    Strs,
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
            None => unseen(|| self.str(key, &text.to_string())),
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
        let text = if text.len() > MAX_TEXT { self.cut(text, MAX_TEXT) } else { text };
        self.bytes(key, Tag::Str, text.as_bytes());
    }

    /// Adds a field of any length.
    #[inline]
    pub(crate) fn bytes(&mut self, key: &'static str, tag: Tag, bytes: &[u8]) {
        let head = key_words(key, tag, bytes.len());
        if let Some(room) = self.room(2 + bytes.len().div_ceil(8)) {
            room[..2].copy_from_slice(&head);
            for (word, bytes) in room[2..].iter_mut().zip(bytes.chunks(8)) {
                *word = word_of(bytes);
            }
        }
    }

    /// What of a text fits; counts that something was cut off.
    #[cold]
    pub(crate) fn cut<'a>(&mut self, text: &'a str, limit: usize) -> &'a str {
        self.dropped += 1;
        &text[..cut_at(text, limit)]
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
        let _unseen = Unseen::begin();
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
