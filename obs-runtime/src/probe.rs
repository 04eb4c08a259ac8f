//! How a returned value tells its outcome: by its type, never by the type's name.
//!
//! Method look-up prefers the receiver with the most references, so `(&&&&&Probe::of(&value)).seen()` takes the
//! first of these that fits: a `Result` whose error has a class and `Debug`, one whose error has a class, one whose error
//! has `Debug`, any `Result`, anything.

use std::fmt;

use crate::error_class::Classify;
pub use crate::error_name::ErrorName;

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

#[cfg(test)]
#[expect(clippy::needless_borrow, reason = "the references choose among the traits, as in the expansion")]
mod tests {
    use super::*;
    use crate::class_number;
    use crate::error_class::ErrorClass;

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

    /// The name and the class of a failure.
    fn told(seen: Seen) -> (String, Option<&'static str>) {
        let Seen::Err(name) = seen else { panic!("it ended well") };
        (name.to_text().into_owned(), class_number::class(name.class()).map(|class| class.name))
    }

    #[test]
    fn a_class_is_told_with_and_without_a_variant() {
        let with_variant = Err::<(), _>(Error::Limit(7));
        let told_by_variant = told((&&&&&Probe::of(&with_variant)).seen());
        assert_eq!(
            told_by_variant,
            ("obs_runtime::probe::tests::Error::Limit".to_owned(), None),
            "no class of its own"
        );
        let classified = Err::<(), _>(Classified::Limit);
        let name = "obs_runtime::probe::tests::Classified::Limit".to_owned();
        assert_eq!(told((&&&&&Probe::of(&classified)).seen()), (name, Some("resource")));
        let silent = Err::<(), _>(SilentlyClassified);
        let name = "obs_runtime::probe::tests::SilentlyClassified".to_owned();
        assert_eq!(told((&&&&&Probe::of(&silent)).seen()), (name, Some("data")));
        let boxed = Err::<(), _>(Box::new(SilentlyClassified));
        assert_eq!(told((&&&&&Probe::of(&boxed)).seen()).1, Some("data"), "through what points to it");
    }

    #[derive(Debug)]
    enum Classified {
        Limit,
    }

    impl Classify for Classified {
        fn class(&self) -> ErrorClass {
            ErrorClass::RESOURCE
        }
    }

    struct SilentlyClassified;

    impl Classify for SilentlyClassified {
        fn class(&self) -> ErrorClass {
            ErrorClass::DATA
        }
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
