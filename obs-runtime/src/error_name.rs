//! What an error is called: its type and variant, and which class it is of.
//!
//! Made by [`crate::probe`] of a returned error; becomes the key of a series in [`crate::record`].

use std::fmt::{self, Write as _};

use crate::class_number;
use crate::error_class::Classify;

/// Bytes of a variant's name that are kept: what is left of a cache line.
const VARIANT: usize = 46;

/// The type of an error, and its variant and its class where they could be had. Of low cardinality: it comes from the
/// program's text, never from a message.
#[derive(Clone, Copy, Debug)]
pub struct ErrorName {
    type_name: &'static str,
    /// By number.
    class: u8,
    variant: [u8; VARIANT],
    length: u8,
}

// It is moved about with what a call returned, also where that is no error.
const _: () = assert!(size_of::<Option<ErrorName>>() == 64 || size_of::<usize>() != 8);

impl ErrorName {
    /// An error that is known by a name of its own: a status, a class.
    pub const fn named(name: &'static str) -> Self {
        Self { type_name: name, class: class_number::NONE, variant: [0; VARIANT], length: 0 }
    }

    #[cold]
    pub(crate) fn of<E>() -> Self {
        Self::named(std::any::type_name::<E>())
    }

    #[cold]
    pub(crate) fn with_class<E: Classify>(error: &E) -> Self {
        Self { class: class_number::of(error.class()), ..Self::of::<E>() }
    }

    #[cold]
    pub(crate) fn with_class_and_variant<E: Classify + fmt::Debug>(error: &E) -> Self {
        Self { class: class_number::of(error.class()), ..Self::with_variant(error) }
    }

    #[cold]
    pub(crate) fn with_variant<E: fmt::Debug>(error: &E) -> Self {
        let mut name = Self::of::<E>();
        // What is behind a pointer names its own type, not a variant of this one.
        if !name.type_name.contains("dyn ") {
            let mut first = FirstWord { word: [0; VARIANT], length: 0, state: Reading::Word };
            // Stopped with an error as soon as enough was read.
            let _ = write!(first, "{error:?}");
            if let Some(word) = first.variant() {
                name.variant[..word.len()].copy_from_slice(word.as_bytes());
                name.length = first.length;
            }
        }
        name
    }

    /// The number of its class.
    pub(crate) const fn class(&self) -> u8 {
        self.class
    }

    /// `my_crate::Error::Variant`, without generic arguments.
    pub(crate) fn to_text(self) -> std::borrow::Cow<'static, str> {
        let path = crate::name::without_generics(self.type_name);
        let own = path.rsplit("::").next().unwrap_or(&path);
        match str::from_utf8(&self.variant[..self.length.into()]) {
            Ok(variant) if !variant.is_empty() && variant != own => format!("{path}::{variant}").into(),
            _ if path.is_empty() => self.type_name.into(),
            _ => path.into(),
        }
    }
}

/// Takes the first word of what a derived `Debug` writes: the variant of an enum, or the name of a struct.
///
/// The derive writes the name in one piece and then nothing, ` {` or `(`. A hand-written text is not mistaken for it,
/// unless it is one capitalised word.
struct FirstWord {
    word: [u8; VARIANT],
    length: u8,
    state: Reading,
}

#[derive(PartialEq)]
enum Reading {
    Word,
    AfterWord,
    NotAName,
}

impl FirstWord {
    fn variant(&self) -> Option<&str> {
        let word = (self.state == Reading::AfterWord).then(|| &self.word[..self.length.into()])?;
        str::from_utf8(word).ok()
    }

    #[expect(clippy::cast_possible_truncation, reason = "at most `VARIANT`")]
    fn take(&mut self, text: &str) -> Reading {
        let is_name = text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match self.word.get_mut(..text.len()) {
            Some(room) if is_name => {
                room.copy_from_slice(text.as_bytes());
                self.length = text.len() as u8;
                Reading::AfterWord
            }
            _ => Reading::NotAName,
        }
    }
}

impl fmt::Write for FirstWord {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.is_empty() {
            return Ok(());
        }
        if self.state == Reading::Word {
            self.state = self.take(text);
            return if self.state == Reading::NotAName { Err(fmt::Error) } else { Ok(()) };
        }
        if !text.starts_with([' ', '(', '{']) || text.trim_start().starts_with(|c: char| c.is_alphanumeric()) {
            self.state = Reading::NotAName;
        }
        Err(fmt::Error)
    }
}
