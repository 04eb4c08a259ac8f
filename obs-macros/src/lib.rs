//! The attributes of `obs`: [`macro@traced`], [`macro@profiled`], [`macro@counted`], [`macro@budget`], [`macro@skip`] and
//! [`macro@test`], and the derive [`macro@Classify`]. Use them through `obs`, which holds what they expand into.
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
//! type's name: aliases of `Result` work, and a type called `Result` that is none does no harm. Only the value itself is
//! asked: `Some(Err(..))`, `Ok(Err(..))` and `Poll::Ready(Err(..))` ended well. An error whose type says which class it belongs
//! to ([`macro@Classify`]) is counted by its class, but for one that leaves a `#[track_caller]` function at a `?`.
//!
//! A function whose type does not say that it returns a future, such as `Box<dyn Future>` or an alias of a boxed future
//! that is not made by `Box::pin(async ..)` or `async {..}.boxed()` in its last line, is measured as what it is: the call
//! that makes the future.
//!
//! # Expressions in `fields`, `labels`, `parent` and `links`
//! They are evaluated before the body and borrow what they name. Neither `.await` nor `?` is possible there: each stands
//! in a closure. Those of a future are evaluated when it is made, those of an `async fn` with its first poll. One that
//! panics unwinds into the caller; a call that had not begun by then is not counted.
//!
//! # What stays as it was
//! Borrows of arguments that are returned, `?`, `return`, `impl Trait`, coercions, `Location::caller()`, `Send`,
//! warnings of rustc and clippy, and the order in which arguments, locals and temporaries are dropped. These things are
//! different:
//! - What an argument's pattern leaves unbound is dropped after the call was measured; so is an argument of an `async fn`
//!   that its body never names.
//! - A function that returns a boxed future which is not made by `Box::pin(..)` or `.boxed()` in its last line is
//!   given a second box.
//! - A call takes some hundred bytes of stack more. When the function may return a `Result`, its arguments are moved into
//!   the body, which large arrays show: one copy more of them on the stack, three without optimisation.
//! - A closure inside the value, `Option<impl Fn(&str)>`, does not learn from the signature what it takes; one that is
//!   the value does.
//! - rustc's `unconditional_recursion` and clippy's lints about what a body could be (`missing_const_for_fn`,
//!   `unnecessary_wraps`) are quiet about an annotated function; clippy's `shadow_reuse` (of its `restriction` group)
//!   may name an argument.
//!
//! # Options of all attributes
//! - `name = "checkout"`: instead of the function's path, `my_crate::cart::Cart::checkout`. Not on blocks.
//! - `crate = path`: where `obs` is found, when it is not `::obs`.
//!
//! # How it works
//! `parse` keeps what the user wrote, `model` holds the rules, `expand` cannot fail. With the feature `enabled` off,
//! every attribute returns its item token by token, and no parser is built; [`macro@test`] makes a plain test, and the derive
//! reads tokens itself, and is there in any case.

mod classify;
mod kind;
mod tokens;

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
#[cfg(any(test, not(feature = "enabled")))]
mod plain_test;
#[cfg(feature = "enabled")]
mod test;

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
///   `key = expression` by its type (integers, floats, `bool`, text, and arrays, slices and `Vec`s of one of them),
///   `key = %expression` through `Display`, `key = ?expression` through `Debug`, `argument`, `%argument` and
///   `?argument` for key and value in one. A key may have dots or be a string:
///   `user.id = id`, `"http.route" = route`.
/// - `semconv = "db" | "http_client" | "http_server" | "messaging" | "rpc"`: the call is what OpenTelemetry's semantic
///   conventions describe under this name: the span has the kind they ask for, and a field that they require of every
///   such span and that `fields(..)` does not name is an error when compiling. `messaging` and `rpc` have two sides,
///   and need `kind`.
/// - `operation = "pipeline_step" | "http_request" | "tool_execution" | "database" | "message" | "task"`: what sort of
///   work it is, as the field `obs.operation.type`.
/// - `ret`, `ret(display)`: the returned value, through `Debug` unless `display` is given.
/// - `err`, `err(debug)`: the message of the error, through `Display` unless `debug` is given.
/// - `sample = 0.01`: the share of calls that become spans, from 0.0 to 1.0.
/// - `root`: the span begins a trace of its own, also inside a running one.
/// - `parent = expression`: the span goes on under a place that is named, and not under the running span: an
///   `obs::Context`, an `obs::CurrentSpan`, a reference to one or an `Option` of one; `None` begins a trace.
/// - `links = expression`: what the span is tied to beside its parent: a slice, an array, a `Vec` or an `Option` of
///   such places, which is borrowed, or an iterator over them, `self.links.iter()`.
///
/// Where a span says where it begins, the trace that was running before goes on when the call ends.
///
/// # Cost
/// Fields are evaluated only for calls that are recorded, `parent` and `links` where the function is traced. `ret` and `err` are written down before the value is
/// returned, and are not possible under `#[track_caller]`.
///
/// # Examples
/// ```
/// #[obs::traced(kind = client, fields(url = %url, retries), err)]
/// async fn fetch(url: &str, retries: u32) -> Result<String, std::io::Error> {
///     Ok(format!("what {url} gave, within {retries} retries"))
/// }
/// # drop(fetch("https://example.org", 3));
/// let fetch = obs::callsites().find(|callsite| callsite.name().ends_with("fetch")).unwrap();
/// assert!(fetch.meta().traced && fetch.meta().is_async);
/// ```
/// A query, as the conventions have it:
/// ```
/// #[obs::traced(semconv = "db", fields(db.system.name = "sqlite", db.operation.name = "SELECT"), err)]
/// fn load(id: u32) -> Result<u32, std::io::Error> {
///     Ok(id)
/// }
/// # load(3).unwrap();
/// let load = obs::callsites().find(|callsite| callsite.name().ends_with("load")).unwrap();
/// assert_eq!(load.meta().kind, obs::SpanKind::Client);
/// ```
/// ```compile_fail
/// #[obs::traced(semconv = "http_server", fields(http.request.method = "GET"))]
/// fn handle() {}
/// // error: `semconv = "http_server"` requires `url.path`, `url.scheme`; write `fields(http.request.method = method,
/// //        url.path = path, url.scheme = "https")`
/// ```
/// What was taken out of a queue, in the trace of the one who put it in:
/// ```
/// struct Job {
///     context: obs::Context,
///     number: u32,
/// }
///
/// #[obs::traced(kind = consumer, parent = job.context)]
/// fn work(job: &Job) -> u32 {
///     job.number + 1
/// }
///
/// let job = Job { context: obs::Context::current(), number: 6 };
/// assert_eq!(std::thread::spawn(move || work(&job)).join().unwrap(), 7);
/// ```
#[proc_macro_attribute]
pub fn traced(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::instrument(Kind::Traced, args, item)
}

/// Measures how long each call takes, in a histogram; the polls of a future too.
///
/// # Options
/// - `cpu`: the time that its thread spent on a processor in each call, too.
/// - `alloc`: the blocks and bytes that each call asked of the allocator, too. Needs `obs::Alloc` as the program's
///   global allocator.
/// - `sample = 16`: one call in so many is timed. All are counted.
///
/// # Cost
/// Two readings of the clock for a call, two for each poll of a future; `cpu` as many of the thread's own clock.
///
/// # Examples
/// ```
/// #[obs::profiled(sample = 16)]
/// fn hash(bytes: &[u8]) -> u64 {
///     bytes.iter().fold(7, |hash, &byte| hash * 31 + u64::from(byte))
/// }
/// assert!((0..32).all(|n| hash(&[n]) > 0));
/// assert_eq!(obs::snapshot().callsite("hash").unwrap().calls(), 32);
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
/// ```
/// #[obs::counted(in_flight, labels(method = method.as_str()))]
/// fn handle(method: &String) -> Result<(), String> {
///     if method == "GET" { Ok(()) } else { Err(format!("{method} is not allowed")) }
/// }
/// handle(&"GET".to_owned()).unwrap();
/// handle(&"PUT".to_owned()).unwrap_err();
///
/// let snapshot = obs::snapshot();
/// let handle = snapshot.callsite("handle").unwrap();
/// assert_eq!((handle.outcomes().ok, handle.outcomes().error, handle.in_flight()), (1, 1, Some(0)));
/// ```
#[proc_macro_attribute]
pub fn counted(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::instrument(Kind::Counted, args, item)
}

/// Promises what a call takes at most; calls that take more are counted.
///
/// # Options
/// Any of these, at least one, each once:
/// - `ns = 800`, `us = 1.5`, `ms = 10` or `s = 2`: wall time.
/// - `busy_ms = 8`: time inside the polls of a future. `poll_ms = 1`: the longest single poll, which is how long others
///   wait for the thread. `polls = 20`: how often it is polled. Only functions that return a future have these; on a block
///   they are about its futures alone.
/// - `cpu_ms = 5`: time that the thread spent on a processor.
/// - `allocs = 10`: blocks that are asked of the allocator; `allocs = 0` promises none. `bytes = 4096`: how much is asked
///   for in all. Both need `obs::Alloc` as the program's global allocator.
/// - `calls(db::query = 1, Self::load = 2, "db::commit" = 1)`: how often another annotated function is called, by its path,
///   as it is seen from the function, or by its name where no path says it: a generic function of any type, a private one
///   of another module. One query for each item of a list is caught by this.
/// - `p99 = "10ms"`, from `p50` to `p999` and further: the wall time that this share of the calls stays within.
/// - `objective = 99.9`: the limit on wall time is one that this percentage of the calls stays within.
/// - `instructions = 100_000`: counted where callgrind runs.
///
/// Times are also written in the other units, `poll_us` and `cpu_ns`.
///
/// - `on_exceed = count`: nothing more (the default). `warn`: a line on standard error, at most one a second.
///   `panic`: a panic at the end of the call. `path::to::hook`: a call of that function, a
///   `fn(&obs::Violation)`, on the thread of the call.
///
/// A limit that others reach before it would never decide, and is an error when compiling. A limit on busy time may be
/// above one on wall time that has an `objective`: it is about each call.
///
/// # Cost
/// For time, one comparison beside the readings of the clock, which are the same as those of [`macro@profiled`]. A budget
/// on `allocs`, `bytes`, `calls` or `instructions` alone reads no clock.
///
/// # Examples
/// ```
/// #[obs::budget(ms = 10, p99 = "2ms", allocs = 8, on_exceed = warn)]
/// fn render(title: &str) -> String {
///     format!("<h1>{title}</h1>")
/// }
/// assert_eq!(render("Cart"), "<h1>Cart</h1>");
/// ```
/// A future that neither blocks its thread nor queries once for each item:
/// ```
/// #[obs::counted]
/// async fn prices(ids: &[u32]) -> Vec<u32> {
///     ids.iter().map(|id| id * 3).collect()
/// }
///
/// #[obs::budget(s = 1, objective = 99.9, poll_ms = 1, calls(prices = 1))]
/// async fn total(ids: &[u32]) -> u32 {
///     prices(ids).await.iter().sum()
/// }
/// # drop(total(&[1]));
/// let total = obs::callsites().find(|callsite| callsite.name().ends_with("total")).unwrap();
/// let kinds: Vec<_> = total.meta().budget.unwrap().limits.iter().map(|limit| limit.kind.as_str()).collect();
/// assert_eq!(kinds, ["wall", "poll", "calls"]);
/// ```
/// ```compile_fail
/// #[obs::budget(polls = 3, poll_ms = 2, busy_ms = 10)]
/// async fn load() {}
/// // error: 3 polls of at most 2ms are 6ms, so `busy_ms = 10` is never reached; lower it or remove it
/// ```
#[proc_macro_attribute]
pub fn budget(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::instrument(Kind::Budget, args, item)
}

/// Leaves a function, block or module out of what the attribute around it does.
///
/// # Examples
/// ```
/// struct Cart(Vec<u32>);
///
/// #[obs::counted]
/// impl Cart {
///     fn checkout(&self) -> Option<u32> {
///         self.0.iter().copied().reduce(|sum, price| sum + price)
///     }
///
///     #[obs::skip]
///     fn len(&self) -> usize {
///         self.0.len()
///     }
/// }
///
/// let cart = Cart(vec![3, 4]);
/// assert_eq!((cart.checkout(), cart.len()), (Some(7), 2));
/// let names: Vec<_> = obs::callsites().map(|callsite| callsite.name()).collect();
/// assert!(names.iter().any(|name| name.ends_with("Cart::checkout")));
/// assert!(!names.iter().any(|name| name.ends_with("Cart::len")));
/// ```
#[proc_macro_attribute]
pub fn skip(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::skip(args, item)
}

/// Makes a test that runs its function under measurement, and fails where a budget was broken meanwhile.
///
/// It goes on a `fn` or `async fn` without arguments, with what `#[test]` allows beside it: `#[ignore]`,
/// `#[should_panic]`, `Result` as a value. An `async fn` is run on a runtime of its own.
///
/// # Options
/// - `runs = 5`: how often the body is run; each run begins anew.
/// - `time = wall | cpu | off`: which clock limits on time are held against; `off` leaves them out.
/// - `flavor = "multi_thread"`, `worker_threads = 4`: an `async fn` on a runtime with several threads, 2 unless given.
/// - `crate = path`: where `obs` is found, when it is not `::obs`.
///
/// Beside a `use obs::*`, `#[test]` would be one of two: write `#[obs::test]`, or `#[core::prelude::v1::test]`.
///
/// # Cost
/// With the feature `enabled` off it is a plain test, whose body is run once, and no budget is judged.
///
/// # Examples
/// ```ignore
/// #[obs::budget(ms = 10, allocs = 8)]
/// fn render(title: &str) -> String {
///     format!("<h1>{title}</h1>")
/// }
///
/// #[obs::test(runs = 5, time = cpu)]
/// fn a_title_is_rendered_within_its_budget() {
///     assert_eq!(render("Cart"), "<h1>Cart</h1>");
/// }
///
/// #[obs::test(flavor = "multi_thread", worker_threads = 4)]
/// async fn titles_are_rendered_side_by_side() -> Result<(), tokio::task::JoinError> {
///     let other = tokio::spawn(async { render("Cart") });
///     assert_eq!(render("Cart"), other.await?);
///     Ok(())
/// }
/// ```
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::test(args, item)
}

/// Says of each variant of an error, or of a struct, which class it belongs to: implements the trait `obs::Classify`.
///
/// A function that returns a `Result` with such an error counts its errors by class, and its spans carry the class.
///
/// # Options
/// Above each variant, or above the struct, `#[class(..)]` with one of these:
/// - `transient`, `configuration`, `data`, `resource`: the constants of `obs::ErrorClass`. `transient` may be tried again, the
///   others not.
/// - `"quota"`: a class of your own, of lower-case letters, digits and `_`. Not to be tried again unless it says so.
/// - `inner`: the class that the only field has, whose type implements the trait, too.
///
/// After a class that is named, any of these:
/// - `retryable`, `retryable = false`: whether the call may succeed when it is tried again.
/// - `severity = low | medium | high | critical`: `medium` unless given.
///
/// A variant without a class does not compile. Above the type: `#[obs(crate = path)]`, where `obs` is found when it is not
/// `::obs`.
///
/// # Cost
/// A `match`; with the feature `enabled` off it is the same, and no parser is built for it.
///
/// # Examples
/// ```
/// use obs::{Classify as _, Severity};
///
/// #[derive(obs::Classify)]
/// enum PayError {
///     #[class(transient)]
///     Timeout,
///     #[class(resource, retryable, severity = high)]
///     NoConnection { pool: usize },
///     #[class("quota", severity = low)]
///     Limit(u32),
///     #[class(inner)]
///     Parse(ParseError),
/// }
///
/// #[derive(obs::Classify)]
/// #[class(data)]
/// struct ParseError;
///
/// assert!(PayError::Timeout.class().retryable);
/// assert_eq!(PayError::NoConnection { pool: 8 }.class().severity, Severity::High);
/// assert_eq!(PayError::Limit(3).class().name, "quota");
/// assert_eq!(PayError::Parse(ParseError).class(), obs::ErrorClass::DATA);
/// ```
/// ```compile_fail
/// #[derive(obs::Classify)]
/// enum Error {
///     Timeout,
/// }
/// // error: `Timeout` has no class; write `#[class(transient)]`, `configuration`, `data`, `resource`, `inner` or one of your
/// //        own in quotes
/// ```
#[proc_macro_derive(Classify, attributes(class, obs))]
pub fn classify(item: TokenStream) -> TokenStream {
    entry::classify(item)
}
