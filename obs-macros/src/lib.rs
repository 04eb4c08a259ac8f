//! The attributes of `obs`: [`macro@traced`], [`macro@profiled`], [`macro@counted`], [`macro@budget`] and
//! [`macro@skip`]. Use them through `obs`, which holds what they expand into.
//!
//! # What they go on
//! Functions and methods of every kind, `async fn`, functions that return `impl Future` or a boxed future, what
//! `#[async_trait]` produces, and whole `impl` blocks, traits and inline modules: then each function inside that has
//! a body, unless it is a `const fn` or says `#[obs::skip]`. A function's own attribute replaces the block's of the
//! same kind and adds to those of other kinds.
//!
//! # Stacking
//! The outermost attribute takes those below it along, in any order and with other attributes in between: one call
//! is counted, timed and traced once. It knows them as `#[counted]` or by a path that starts with `obs` or with what
//! `crate = path` says. One that was imported under another name expands by itself, inside the others: it works, and
//! is a second callsite.
//!
//! # Outcomes
//! A call ends as ok, error, panic or cancelled. Whether a value is an error is asked of its type, never of the
//! type's name: aliases of `Result` work, and a type called `Result` that is none does no harm.
//!
//! # What stays as it was
//! Borrows of arguments that are returned, `?`, `return`, `impl Trait`, coercions, `Location::caller()`, `Send`,
//! warnings of rustc and clippy, and the order in which arguments, locals and temporaries are dropped. Three things
//! are different: what an argument's pattern leaves unbound is dropped after the call was measured; so is an argument of
//! an `async fn` that its body never names; and a function that returns a boxed future which is not
//! made by `Box::pin(..)` in its last line is given a second box.
//!
//! # Options of all attributes
//! - `name = "checkout"`: instead of the function's path, `my_crate::cart::Cart::checkout`. Not on blocks.
//! - `crate = path`: where `obs` is found, when it is not `::obs`.
//!
//! # How it works
//! `parse` keeps what the user wrote, `model` holds the rules, `expand` cannot fail. With the feature `enabled` off,
//! every attribute returns its item token by token, and no parser is built.

mod kind;

#[cfg(feature = "enabled")]
mod errors;
#[cfg(feature = "enabled")]
mod expand;
#[cfg(feature = "enabled")]
mod fallback;
#[cfg(feature = "enabled")]
mod instrument;
#[cfg(feature = "enabled")]
mod model;
#[cfg(feature = "enabled")]
mod parse;

#[cfg(feature = "enabled")]
#[path = "on.rs"]
mod entry;
#[cfg(not(feature = "enabled"))]
#[path = "off.rs"]
mod entry;

#[cfg(all(test, feature = "enabled"))]
mod tests;

use proc_macro::TokenStream;

use crate::kind::Kind;

/// Makes each call a span, with how it ended.
///
/// # Options
/// - `level = trace | debug | info | warn | error`: `info` unless given.
/// - `kind = server | client | producer | consumer | internal`: `internal` unless given.
/// - `fields(..)`: what to record of the call; nothing is recorded that is not named here.
///   `key = expression` by its type, `key = %expression` through `Display`, `key = ?expression` through `Debug`,
///   `argument`, `%argument` and `?argument` for key and value in one. A key may have dots or be a string:
///   `user.id = id`, `"http.route" = route`.
/// - `ret`, `ret(display)`: the returned value, through `Debug` unless `display` is given.
/// - `err`, `err(debug)`: the message of the error, through `Display` unless `debug` is given.
/// - `sample = 0.01`: the share of calls that become spans, from 0.0 to 1.0.
///
/// # Cost
/// Fields are evaluated only for calls that are recorded. `ret` and `err` are written down before the value is
/// returned, and are not possible under `#[track_caller]`.
///
/// # Examples
/// ```ignore
/// #[obs::traced(kind = client, fields(url = %url, retries), err)]
/// async fn fetch(url: &Url, retries: u32) -> Result<Page, FetchError> { /* .. */ }
/// ```
#[proc_macro_attribute]
pub fn traced(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::instrument(Kind::Traced, args, item)
}

/// Measures how long each call takes, in a histogram; the polls of a future too.
///
/// # Options
/// - `sample = 16`: one call in so many is timed. All are counted.
///
/// # Cost
/// Two readings of the clock for a call, two for each poll of a future.
///
/// # Examples
/// ```ignore
/// #[obs::profiled(sample = 16)]
/// fn hash(bytes: &[u8]) -> u64 { /* .. */ }
/// ```
#[proc_macro_attribute]
pub fn profiled(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::instrument(Kind::Profiled, args, item)
}

/// Counts calls by how they ended.
///
/// # Options
/// - `labels(key = expression, argument)`: a series for each set of values. Names are those of Prometheus:
///   letters, digits and `_`. The number of series of a function is bounded; calls past the bound are counted in one
///   series for all of them.
/// - `in_flight`: how many calls are running, too.
///
/// # Cost
/// No clock is read. Labels are evaluated once for each call.
///
/// # Examples
/// ```ignore
/// #[obs::counted(in_flight, labels(method = request.method().as_str()))]
/// async fn handle(request: Request) -> Response { /* .. */ }
/// ```
#[proc_macro_attribute]
pub fn counted(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::instrument(Kind::Counted, args, item)
}

/// Promises how long a call takes; calls that take longer are counted.
///
/// # Options
/// - `ns = 800`, `us = 1.5`, `ms = 10` or `s = 2`: wall time a call may take. Exactly one of them.
/// - `on_exceed = count`: nothing more (the default). `warn`: a line on standard error, at most one a second.
///   `panic`: a panic at the end of the call. `path::to::hook`: a call of that function, a
///   `fn(&obs::Violation)`, on the thread of the call.
///
/// # Cost
/// One comparison beside the two readings of the clock, which are the same as those of [`macro@profiled`].
///
/// # Examples
/// ```ignore
/// #[obs::budget(ms = 10, on_exceed = warn)]
/// fn render(page: &Page) -> String { /* .. */ }
/// ```
#[proc_macro_attribute]
pub fn budget(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::instrument(Kind::Budget, args, item)
}

/// Leaves a function, block or module out of what the attribute around it does.
///
/// # Examples
/// ```ignore
/// #[obs::counted]
/// impl Cart {
///     fn checkout(&self) -> Receipt { /* .. */ }
///
///     #[obs::skip]
///     fn len(&self) -> usize { self.items.len() }
/// }
/// ```
#[proc_macro_attribute]
pub fn skip(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::skip(args, item)
}
