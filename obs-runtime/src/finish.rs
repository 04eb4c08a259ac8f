//! How the end of a call is written: a value is asked for its outcome, the call ends with it, the value goes on.
//!
//! Macros, because which question a value can answer is found by method look-up at its own type.

/// Asks a returned value for its outcome, ends the call with it, and gives the value back.
#[doc(hidden)]
#[macro_export]
macro_rules! __finish {
    ($call:expr, $value:expr) => {{
        let (call, value) = ($call, $value);
        call.finish($crate::__seen!(&value));
        value
    }};
    ($call:expr, $value:expr $(, ret: $ret:ident)? $(, err: $err:ident)?) => {{
        let (call, value) = ($call, $value);
        let mut extra = $crate::expand::Fields::empty();
        if call.is_recorded() {
            $(extra.$ret("return", &value);)?
            $($crate::__finish!(@error extra, $err, &value);)?
        }
        call.finish_with($crate::__seen!(&value), &extra);
        value
    }};
    (@error $extra:ident, $err:ident, $value:expr) => {
        use $crate::expand::probe::{ShowsError as _, ShowsNothing as _};
        if let ::core::option::Option::Some(error) = (&&$crate::expand::probe::Probe::of($value)).error() {
            $extra.$err("exception.message", error);
        }
    };
}

/// What a returned value tells.
#[doc(hidden)]
#[macro_export]
macro_rules! __seen {
    ($value:expr) => {{
        use $crate::expand::probe::{
            SeesClass as _, SeesClassAndVariant as _, SeesError as _, SeesValue as _, SeesVariant as _,
        };
        (&&&&&$crate::expand::probe::Probe::of($value)).seen()
    }};
}

/// The same where the type of the value may still have to be inferred. Method look-up takes what may turn out to fit, and
/// a class is what few types have: it is not asked for.
#[doc(hidden)]
#[macro_export]
macro_rules! __seen_without_class {
    ($value:expr) => {{
        use $crate::expand::probe::{SeesError as _, SeesValue as _, SeesVariant as _};
        (&&&$crate::expand::probe::Probe::of($value)).seen()
    }};
}
