//! For what is not a function: a span or a timer around some statements, an event.

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
/// Gives a [`ScopedSpan`](crate::ScopedSpan): bind it to a name, `let _span = ...`; a plain `_` would end it at once. Fields
/// are `name = value`, with the types that `#[traced(fields(..))]` takes. The guard stays on its thread: a future that
/// holds it across an `.await` cannot be spawned on other threads. For futures there is
/// [`FutureExt::traced`](crate::FutureExt::traced).
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
        $crate::__private::ScopedSpan::enter(
            $crate::__callsite_here!($name, traced: true),
            |_fields: &mut $crate::__private::Fields| {
                $(_fields.value(::core::stringify!($key), &($value));)*
            },
        )
    };
}

/// Records something that happens, with the ids of the span it happens in.
///
/// It leaves as a log record, and hangs on its span. The message is text, the fields are `name = value` with the types that
/// `#[traced(fields(..))]` takes; neither is evaluated when nobody wants the event.
///
/// # Cost
/// Nobody wants it: two loads. Otherwise one reading of the clock and one record in the thread's ring.
///
/// # Examples
/// ```
/// use obs::Level;
///
/// obs::event!(Level::Warn, "the cache is cold", hits = 0, region = "eu");
/// ```
#[cfg(feature = "enabled")]
#[macro_export]
macro_rules! event {
    ($level:expr, $message:expr $(, $key:ident = $value:expr)* $(,)?) => {{
        static SITE: $crate::__private::EventSite =
            $crate::__private::EventSite::new(::core::module_path!(), ::core::file!(), ::core::line!());
        let level: $crate::Level = $level;
        if SITE.is_wanted(level) {
            $crate::__private::event(&SITE, level, $message, |_fields: &mut $crate::__private::Fields| {
                $(_fields.value(::core::stringify!($key), &($value));)*
            });
        }
    }};
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

/// Records an event: nothing, while `enabled` is off. Neither message nor fields are evaluated.
#[cfg(not(feature = "enabled"))]
#[macro_export]
macro_rules! event {
    ($level:expr, $message:expr $(, $key:ident = $value:expr)* $(,)?) => {{
        let _ = || { let _: $crate::Level = $level; let _: &str = $message; $(let _ = &$value;)* };
    }};
}

/// Opens a span: nothing, while `enabled` is off. The values of its fields are not evaluated.
#[cfg(not(feature = "enabled"))]
#[macro_export]
macro_rules! span {
    ($name:expr $(, $key:ident = $value:expr)* $(,)?) => {{
        let _ = || { let _ = $name; $(let _ = &$value;)* };
        $crate::__private::ScopedSpan::none()
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
