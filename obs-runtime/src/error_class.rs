//! What sort of error an error is: what to do about it, not what it is called.
//!
//! An error's type says its class ([`Classify`]); a message is never searched. Asked by [`crate::probe`] where a call
//! returns an error, carried by the call's series, and read back in snapshots, spans and [`crate::errors`].

use std::fmt;
use std::sync::Arc;

/// Says which class an error belongs to.
///
/// `#[derive(obs::Classify)]` writes it for enums and structs. A function that returns a `Result` whose error has it counts its
/// errors by class, and its spans carry the class. Where the error's type is a parameter of the function, its bounds have to
/// name `Classify`.
///
/// # Cost
/// Nothing for calls that end well: it is asked of errors only, once for each.
///
/// # Examples
/// ```
/// use obs_runtime::{Classify, ErrorClass, Severity};
///
/// struct HttpError(u16);
///
/// impl Classify for HttpError {
///     fn class(&self) -> ErrorClass {
///         match self.0 {
///             429 => ErrorClass::new("throttled").retryable(true),
///             500.. => ErrorClass::TRANSIENT,
///             _ => ErrorClass::DATA.severity(Severity::Low),
///         }
///     }
/// }
///
/// assert_eq!(HttpError(503).class().name, "transient");
/// assert!(HttpError(429).class().retryable);
/// assert_eq!(HttpError(404).class().severity, Severity::Low);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no class",
    label = "this does not say which class it belongs to",
    note = "write `#[derive(obs::Classify)]` on it, or implement `obs::Classify` by hand"
)]
pub trait Classify {
    /// The class of this error. The same error is of the same class whenever it is asked.
    fn class(&self) -> ErrorClass;
}

impl<T: Classify + ?Sized> Classify for &T {
    fn class(&self) -> ErrorClass {
        (**self).class()
    }
}

impl<T: Classify + ?Sized> Classify for Box<T> {
    fn class(&self) -> ErrorClass {
        (**self).class()
    }
}

impl<T: Classify + ?Sized> Classify for Arc<T> {
    fn class(&self) -> ErrorClass {
        (**self).class()
    }
}

/// A class of errors: those about which the same is to be done.
///
/// # Shape
/// The four that most programs have are constants; others are made with [`new`](Self::new). Classes that differ in any of their
/// three parts are different ones, and are counted apart. A program counts by 255 of them; errors of more have no class.
///
/// # Examples
/// ```
/// use obs_runtime::{ErrorClass, Severity};
///
/// const QUOTA: ErrorClass = ErrorClass::new("quota").retryable(true).severity(Severity::High);
/// assert_eq!(QUOTA.to_string(), "quota");
/// assert!(ErrorClass::TRANSIENT.retryable && !ErrorClass::DATA.retryable);
/// assert_eq!(ErrorClass::RESOURCE.severity, Severity::Medium);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct ErrorClass {
    /// Its name, `error.class` of metrics: lower-case letters, digits and `_`. Part of the program's text, never of a message.
    pub name: &'static str,
    /// Whether the same call may succeed when it is tried again.
    pub retryable: bool,
    /// How bad it is.
    pub severity: Severity,
}

impl ErrorClass {
    /// It may work the next time: a timeout, a lost connection, a lock that was taken.
    pub const TRANSIENT: Self = Self::new("transient").retryable(true);
    /// The program was set up wrongly: a missing variable, a wrong address, a password that is refused.
    pub const CONFIGURATION: Self = Self::new("configuration");
    /// What came in is not what it should be: text that cannot be parsed, a row that is not there.
    pub const DATA: Self = Self::new("data");
    /// Something ran out: memory, disk, file handles, a quota.
    pub const RESOURCE: Self = Self::new("resource");

    /// A class of your own: not retryable, of medium severity.
    ///
    /// Its name becomes a label of metrics: take it from a list that is known when the program is written.
    pub const fn new(name: &'static str) -> Self {
        Self { name, retryable: false, severity: Severity::Medium }
    }

    /// The same, with or without another try.
    pub const fn retryable(self, retryable: bool) -> Self {
        Self { retryable, ..self }
    }

    /// The same, as bad as this.
    pub const fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

/// How bad an error is, from the least to the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Severity {
    /// Expected now and then.
    Low = 0,
    /// Worth looking at; what a class has unless it says otherwise.
    #[default]
    Medium = 1,
    /// Somebody should look soon.
    High = 2,
    /// Somebody should look now.
    Critical = 3,
}

impl Severity {
    /// All of them, in the order of their discriminants.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The severity in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
