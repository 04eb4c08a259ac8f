//! The derive on every form of type, and errors with a class in every form of function.
#![forbid(unsafe_code)]
#![deny(warnings, unused, unused_qualifications, missing_docs)]

use std::fmt::Debug;
use std::sync::Arc;

use obs::{Classify, ErrorClass, Severity};

/// All forms of variants.
#[derive(Debug, Clone, Copy, Classify)]
#[repr(u8)]
pub enum Error {
    /// A unit.
    #[class(transient)]
    Timeout = 1,
    /// A tuple.
    #[class(transient, retryable = false, severity = high)]
    Gone(u8) = 2,
    /// Fields.
    #[class("quota", retryable)]
    Limit {
        /// How many are left.
        left: u32,
    },
    /// Another type's.
    #[class(inner)]
    Other(Lost),
    /// A name that is a keyword.
    #[class(configuration, severity = low)]
    r#Type,
    /// Not there.
    #[cfg(any())]
    Never,
    /// Deprecated, and named in the expansion all the same.
    #[deprecated]
    #[class(data)]
    Old,
}

/// No variant at all.
#[derive(Classify)]
pub enum Never {}

/// A unit.
#[derive(Debug, Clone, Copy, Classify)]
#[class(data)]
pub struct Lost;

/// Parameters of each kind, and no `Debug`.
#[derive(Classify)]
#[class(inner)]
pub struct Wrapped<'a, T: ?Sized + 'a = Lost, const N: usize = { 1 + 2 }>(pub(crate) &'a T)
where
    [u8; N]: Copy;

/// Holds itself.
#[derive(Classify)]
pub enum Chain<T> {
    /// The end.
    #[class(inner)]
    End(T),
    /// One more.
    #[class(inner)]
    More(Box<Self>),
    /// By its name.
    #[class(inner)]
    Shared {
        /// One more.
        next: Arc<Chain<T>>,
    },
}

macro_rules! error {
    ($vis:vis $name:ident, $variant:ident, $class:ident, $field:ty, $own:literal) => {
        /// From a macro.
        #[derive(Classify)]
        $vis enum $name {
            /// One.
            #[class($class)]
            $variant($field),
            /// Another.
            #[class($own)]
            Other,
        }
    };
}

error!(pub Made, One, inner, Chain<Lost>, "own");

mod renamed {
    pub(crate) mod deeper {
        pub(crate) use obs as toolkit;
    }

    /// Through another path.
    #[derive(obs::Classify)]
    #[obs(crate = crate::renamed::deeper::toolkit)]
    #[class(resource)]
    pub(crate) struct Elsewhere;
}

type Result<T, E = Error> = std::result::Result<T, E>;

#[obs::counted]
fn sync(fail: bool) -> Result<u8> {
    if fail {
        Err(Error::Limit { left: 3 })?;
    }
    Ok(1)
}

#[obs::traced(err(debug))]
#[obs::counted]
async fn later(error: Option<Error>) -> Result<u8> {
    error.map_or(Ok(1), Err)
}

#[obs::counted]
fn silent(lost: &Lost) -> Result<(), Wrapped<'_>> {
    Err(Wrapped(lost))
}

#[obs::counted]
#[track_caller]
fn watched() -> Result<(), Box<dyn Classify>> {
    Err(Box::new(Lost))
}

#[obs::counted]
fn hidden(fail: bool) -> Result<u8, impl Debug> {
    if fail { Err("no class") } else { Ok(1) }
}

#[obs::counted]
#[track_caller]
fn hidden_watched(fail: bool) -> Result<u8, impl Debug> {
    if !fail {
        return Ok(1);
    }
    Err("no class")
}

#[obs::counted]
async fn hidden_later(fail: bool) -> Result<u8, impl Debug> {
    if fail { Err(7) } else { Ok(1) }
}

#[obs::counted]
fn bounded<E: Classify>(error: E) -> Result<u8, E> {
    Err(error)
}

#[obs::counted]
fn unbounded<E>(error: E) -> Result<u8, E> {
    Err(error)
}

#[obs::counted]
fn projected<T: std::str::FromStr>(text: &str) -> Result<T, T::Err> {
    text.parse()
}

fn main() {
    assert_eq!(Error::Timeout.class(), ErrorClass::TRANSIENT);
    assert_eq!(Error::Gone(1).class(), ErrorClass::TRANSIENT.retryable(false).severity(Severity::High));
    assert_eq!(Error::Limit { left: 1 }.class(), ErrorClass::new("quota").retryable(true));
    assert_eq!(Error::Other(Lost).class(), ErrorClass::DATA);
    assert_eq!(Error::r#Type.class().severity, Severity::Low);
    assert_eq!(Wrapped::<Error>(&Error::Timeout).class().name, "transient");
    let chain = Chain::Shared { next: Arc::new(Chain::More(Box::new(Chain::End(Lost)))) };
    assert_eq!(chain.class().name, "data");
    assert_eq!((Made::One(Chain::End(Lost)).class().name, Made::Other.class().name), ("data", "own"));
    assert_eq!(renamed::Elsewhere.class(), ErrorClass::RESOURCE);

    assert!(sync(true).is_err() && sync(false).is_ok());
    drop(later(None));
    assert!(silent(&Lost).is_err() && watched().is_err());
    assert!(hidden(true).is_err() && hidden(false).is_ok());
    assert!(hidden_watched(true).is_err() && hidden_watched(false).is_ok());
    drop(hidden_later(true));
    assert!(projected::<u8>("x").is_err());
    assert!(bounded(Lost).is_err() && unbounded(Lost).is_err());
    let class_of = |function: &str| {
        let snapshot = obs::snapshot();
        let failed = snapshot.callsite(function).expect("it is known").series().iter().find(|series| series.calls() > 0);
        failed.and_then(obs::Series::error_class).map(|class| class.name)
    };
    assert_eq!(class_of("silent"), Some("data"));
    assert_eq!(class_of("watched"), Some("data"), "through a trait object");
    assert_eq!(class_of("bounded"), Some("data"));
    assert_eq!(class_of("unbounded"), None, "its bounds say nothing of a class");
}
