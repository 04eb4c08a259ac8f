//! For what is not a function: a span or a timer around some statements.

/// What the guard of [`span!`](crate::span!) is when `enabled` is off: nothing.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[must_use = "the span ends when the guard is dropped"]
pub struct NoSpan;

/// Declares a callsite that is not a function.
#[cfg(feature = "enabled")]
#[doc(hidden)]
#[macro_export]
macro_rules! __callsite_here {
    ($name:expr, $does:ident: true) => {
        $crate::__private::callsite!(
            name: $crate::__private::Name::Given($name),
            module: ::core::module_path!(),
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
            $does: true,
        )
    };
}

/// Opens a span that ends with the scope it stands in, also by `return`, `?` or a panic.
///
/// Gives a guard: bind it to a name, `let _span = ...`; a plain `_` would end it at once. Fields are `name = value`, with
/// the types that `#[traced(fields(..))]` takes. The guard stays on its thread and cannot be held across an
/// `.await` of a future that is sent to other threads.
///
/// # Cost
/// That of `#[traced]` on a function.
///
/// # Examples
/// ```
/// fn checkout(items: &[u32]) -> u32 {
///     let sum = {
///         let _span = obs::span!("checkout.sum", items = items.len());
///         items.iter().sum()
///     };
///     sum
/// }
/// assert_eq!(checkout(&[1, 2]), 3);
/// # #[cfg(feature = "enabled")]
/// assert_eq!(obs::snapshot().callsite("checkout.sum").unwrap().calls(), 1);
/// ```
#[cfg(feature = "enabled")]
#[macro_export]
macro_rules! span {
    ($name:expr $(, $key:ident = $value:expr)* $(,)?) => {
        $crate::__private::Guard::<$crate::__private::Trace>::enter(
            $crate::__callsite_here!($name, traced: true),
            $crate::__private::NoLabels,
            $crate::__private::WithFields(|_fields: &mut $crate::__private::Fields| {
                $(_fields.value(::core::stringify!($key), &($value));)*
            }),
        )
        .watched()
    };
}

/// Times a block, and gives its value.
///
/// # Cost
/// That of `#[profiled]` on a function.
///
/// # Examples
/// ```
/// let sum: u32 = obs::time!("sum", { (1..=4).sum() });
/// assert_eq!(sum, 10);
/// # #[cfg(feature = "enabled")]
/// assert_eq!(obs::snapshot().callsite("sum").unwrap().duration().unwrap().count(), 1);
/// ```
#[cfg(feature = "enabled")]
#[macro_export]
macro_rules! time {
    ($name:expr, $body:block) => {{
        let _timer = $crate::__private::Guard::<$crate::__private::Time>::enter(
            $crate::__callsite_here!($name, timed: true),
            $crate::__private::NoLabels,
            $crate::__private::NoFields,
        )
        .watched();
        $body
    }};
}

/// Opens a span: nothing, while `enabled` is off. The values of its fields are not evaluated.
#[cfg(not(feature = "enabled"))]
#[macro_export]
macro_rules! span {
    ($name:expr $(, $key:ident = $value:expr)* $(,)?) => {{
        let _ = || { let _ = $name; $(let _ = &$value;)* };
        $crate::NoSpan
    }};
}

/// Times a block: gives its value, while `enabled` is off.
#[cfg(not(feature = "enabled"))]
#[macro_export]
macro_rules! time {
    ($name:expr, $body:block) => {{
        let _ = $name;
        $body
    }};
}
