//! How a returned value tells its outcome: by its type, never by the type's name.
//!
//! Method look-up prefers the receiver with the most references, so `(&&&&&Probe::of(&value)).seen()` takes the
//! first of these that fits: a `Result` whose error has a class and `Debug`, one whose error has a class, one whose error
//! has `Debug`, any `Result`, anything.

use std::fmt::{self, Write as _};

use crate::error_class::{Classify, ErrorClass};

/// A returned value, about to be asked.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> Probe<'a, T> {
    /// Probes a value.
    #[inline(always)]
    pub const fn of(value: &'a T) -> Self {
        Self(value)
    }
}

/// What a returned value told.
#[derive(Clone, Copy, Debug)]
pub enum Seen {
    /// Not an `Err`.
    Ok,
    /// An `Err`, with its type and perhaps its variant and its class.
    Err(ErrorName),
}

/// A `Result` whose error has a class and `Debug`: type, variant and class are known.
pub trait SeesClassAndVariant {
    /// The outcome.
    fn seen(&self) -> Seen;
}

impl<T, E: Classify + fmt::Debug> SeesClassAndVariant for &&&&Probe<'_, Result<T, E>> {
    #[inline(always)]
    fn seen(&self) -> Seen {
        match self.0 {
            Ok(_) => Seen::Ok,
            Err(error) => Seen::Err(ErrorName::with_class_and_variant(error)),
        }
    }
}

/// A `Result` whose error has a class: type and class are known.
pub trait SeesClass {
    /// The outcome.
    fn seen(&self) -> Seen;
}

impl<T, E: Classify> SeesClass for &&&Probe<'_, Result<T, E>> {
    #[inline(always)]
    fn seen(&self) -> Seen {
        match self.0 {
            Ok(_) => Seen::Ok,
            Err(error) => Seen::Err(ErrorName::with_class(error)),
        }
    }
}

/// A `Result` whose error has `Debug`: type and variant are known.
pub trait SeesVariant {
    /// The outcome.
    fn seen(&self) -> Seen;
}

impl<T, E: fmt::Debug> SeesVariant for &&Probe<'_, Result<T, E>> {
    #[inline(always)]
    fn seen(&self) -> Seen {
        match self.0 {
            Ok(_) => Seen::Ok,
            Err(error) => Seen::Err(ErrorName::with_variant(error)),
        }
    }
}

/// Any other `Result`: the error's type is known.
pub trait SeesError {
    /// The outcome.
    fn seen(&self) -> Seen;
}

impl<T, E> SeesError for &Probe<'_, Result<T, E>> {
    #[inline(always)]
    fn seen(&self) -> Seen {
        match self.0 {
            Ok(_) => Seen::Ok,
            Err(_) => Seen::Err(ErrorName::of::<E>()),
        }
    }
}

/// Anything else ended well.
pub trait SeesValue {
    /// The outcome.
    fn seen(&self) -> Seen;
}

impl<T: ?Sized> SeesValue for Probe<'_, T> {
    #[inline(always)]
    fn seen(&self) -> Seen {
        Seen::Ok
    }
}

/// What `err` asks for.
#[diagnostic::on_unimplemented(
    message = "`err` needs a function that returns a `Result`",
    label = "this is `{Self}`",
    note = "leave `err` out, or return a `Result`"
)]
pub trait HasError {}

impl<T, E> HasError for Result<T, E> {}

/// Refuses what is not a `Result`, where `err` was written.
#[inline(always)]
pub const fn is_result<T: HasError>(_: &T) {}

/// The error of a `Result`, for `err`.
pub trait ShowsError<'a> {
    /// The error's type.
    type Error;

    /// The error, if it is one.
    fn error(&self) -> Option<&'a Self::Error>;
}

impl<'a, T, E> ShowsError<'a> for &Probe<'a, Result<T, E>> {
    type Error = E;

    #[inline(always)]
    fn error(&self) -> Option<&'a E> {
        self.0.as_ref().err()
    }
}

/// Anything else has none: `err` on a block concerns those of its functions that return a `Result`.
pub trait ShowsNothing {
    /// Nothing.
    fn error(&self) -> Option<&'static std::convert::Infallible>;
}

impl<T: ?Sized> ShowsNothing for Probe<'_, T> {
    #[inline(always)]
    fn error(&self) -> Option<&'static std::convert::Infallible> {
        None
    }
}

/// Bytes of a variant's name that are kept.
const VARIANT: usize = 47;

/// The type of an error, and its variant and its class where they could be had. Of low cardinality: it comes from the
/// program's text, never from a message.
#[derive(Clone, Copy, Debug)]
pub struct ErrorName {
    type_name: &'static str,
    class: Option<ErrorClass>,
    variant: [u8; VARIANT],
    length: u8,
}

impl ErrorName {
    /// An error that is known by a name of its own: a status, a class.
    pub const fn named(name: &'static str) -> Self {
        Self { type_name: name, class: None, variant: [0; VARIANT], length: 0 }
    }

    #[cold]
    fn of<E>() -> Self {
        Self::named(std::any::type_name::<E>())
    }

    #[cold]
    fn with_class<E: Classify>(error: &E) -> Self {
        Self { class: Some(error.class()), ..Self::of::<E>() }
    }

    #[cold]
    fn with_class_and_variant<E: Classify + fmt::Debug>(error: &E) -> Self {
        Self { class: Some(error.class()), ..Self::with_variant(error) }
    }

    #[cold]
    fn with_variant<E: fmt::Debug>(error: &E) -> Self {
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

    pub(crate) const fn class(&self) -> Option<ErrorClass> {
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

#[cfg(test)]
#[expect(clippy::needless_borrow, reason = "the references choose among the traits, as in the expansion")]
mod tests {
    use super::*;

    #[derive(Debug)]
    #[expect(dead_code, reason = "only printed")]
    enum Error {
        Declined,
        Limit(u32),
        Stock { left: u32 },
    }

    #[derive(Debug)]
    struct Lost;

    struct Silent;

    fn name_of(seen: Seen) -> Option<String> {
        match seen {
            Seen::Ok => None,
            Seen::Err(name) => Some(name.to_text().into_owned()),
        }
    }

    #[test]
    fn the_variant_is_named_and_its_data_is_not() {
        let name = |error: Error| name_of((&&&&&Probe::of(&Err::<(), _>(error))).seen()).expect("an error");
        assert_eq!(name(Error::Declined), "obs_runtime::probe::tests::Error::Declined");
        assert_eq!(name(Error::Limit(7)), "obs_runtime::probe::tests::Error::Limit");
        assert_eq!(name(Error::Stock { left: 7 }), "obs_runtime::probe::tests::Error::Stock");
    }

    #[test]
    fn a_struct_is_named_once() {
        assert_eq!(
            name_of((&&&&&Probe::of(&Err::<(), _>(Lost))).seen()).as_deref(),
            Some("obs_runtime::probe::tests::Lost")
        );
        let error = "x".parse::<u8>();
        assert_eq!(name_of((&&&&&Probe::of(&error)).seen()).as_deref(), Some("core::num::error::ParseIntError"));
    }

    #[test]
    fn a_message_is_never_taken_for_a_name() {
        for message in ["could not open", "Timeout after 3 s", "timeout", ""] {
            let error = Err::<(), _>(Message(message));
            assert_eq!(name_of((&&&&&Probe::of(&error)).seen()).as_deref(), Some("obs_runtime::probe::tests::Message"));
        }
        let error = Err::<(), Box<dyn std::error::Error>>("No".into());
        assert_eq!(name_of((&&&&&Probe::of(&error)).seen()).as_deref(), Some("alloc::boxed::Box"));
    }

    struct Message(&'static str);

    impl fmt::Debug for Message {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    #[test]
    fn an_error_without_debug_is_an_error() {
        assert_eq!(
            name_of((&&&&&Probe::of(&Err::<u8, _>(Silent))).seen()).as_deref(),
            Some("obs_runtime::probe::tests::Silent")
        );
    }

    #[test]
    fn only_a_result_shows_an_error() {
        assert_eq!((&&Probe::of(&Err::<u8, _>("no"))).error(), Some(&"no"));
        assert_eq!((&&Probe::of(&Ok::<u8, &str>(1))).error(), None);
        assert_eq!((&&Probe::of(&Some("no"))).error(), None);
    }

    #[test]
    fn what_is_not_a_result_ended_well() {
        assert!(name_of((&&&&&Probe::of("Err")).seen()).is_none());
        assert!(name_of((&&&&&Probe::of(&None::<u8>)).seen()).is_none());
        assert!(name_of((&&&&&Probe::of(&Ok::<u8, Silent>(1))).seen()).is_none());
    }
}
