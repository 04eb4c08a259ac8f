//! Expansions of the pure function, read as source.
//!
//! The snapshots are in `src/snapshots/`, one for each form.

use proc_macro2::TokenStream;

use crate::instrument::instrument;
use crate::kind::Kind;
use crate::plain_test;
use crate::test::test;

/// What `#[kind(args)]` on the item expands into.
fn expand(kind: Kind, args: &str, item: &str) -> String {
    source(&instrument(kind, tokens(args), tokens(item)))
}

/// What `#[obs::test(args)]` on the item expands into.
fn expand_test(args: &str, item: &str) -> String {
    source(&test(tokens(args), tokens(item)))
}

/// What `#[obs::test(args)]` on the item expands into with the feature off.
fn expand_plain_test(args: &str, item: &str) -> String {
    source(&plain_test::test(tokens(args), tokens(item)))
}

pub(crate) fn tokens(text: &str) -> TokenStream {
    text.parse().expect("the test's own source is Rust")
}

pub(crate) fn source(expanded: &TokenStream) -> String {
    let file = syn::parse2(expanded.clone()).unwrap_or_else(|error| panic!("{error}: {expanded}"));
    prettyplease::unparse(&file)
}

macro_rules! forms {
    ($($name:ident: $kind:ident($args:literal) $item:literal)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), expand(Kind::$kind, $args, $item));
        })*
    };
}

forms! {
    in_place: Counted("") "/// Adds.\n#[inline] pub fn add(a: u8, b: u8) -> u8 { let c = a + b; c }"
    in_place_leaves_early: Counted("") "fn f(a: bool) { if a { return; } g() }"
    in_place_never: Profiled("") "fn f() -> ! { loop {} }"
    value: Traced("fields(a = ?a)") "#[obs::counted(labels(b))] fn f(mut a: A, (b, _c): (B, C)) -> Result<u8, E> { a.x(b)?; Ok(1) }"
    value_impl_trait: Profiled("") "fn f() -> Result<impl Iterator<Item = u8>, E> { Ok(g()?) }"
    value_shown: Traced("ret(display), err(debug)") "fn f() -> Result<u8, E> { Ok(1) }"
    root: Traced("root") "fn f() { g() }"
    parent_and_links: Traced("parent = &self.context, links = self.links.iter(), fields(_a)") "#[obs::profiled] fn f(&self, _a: u8, _b: u8) -> Result<u8, E> { g() }"
    links_borrowed: Traced("links = links") "fn f(links: Vec<Context>) -> Vec<Context> { links }"
    root_async: Traced("root, links = [&here]") "async fn f(here: Context, unused: u8) -> Option<u8> { None }"
    parent_impl_future: Traced("parent = context") "fn f(context: Option<Context>) -> impl Future<Output = u8> { async { 1 } }"
    parent_track_caller: Traced("parent = context") "#[track_caller] fn f(context: &Context) -> Result<u8, E> { g() }"
    convention: Traced("semconv = \"http_server\", operation = \"http_request\", fields(http.request.method = method, url.path = path, \"url.scheme\" = \"https\")") "fn f(method: &str, path: &str) { g() }"
    convention_with_kind: Traced("semconv = db, kind = internal, fields(db.system.name = \"sqlite\")") "fn f() { g() }"
    track_caller: Counted("") "#[track_caller] fn f(a: R) -> R { if a.x() { return b; } c?; (|| -> R { d? })(); e }"
    async_fn: Profiled("sample = 16") "async fn f(&self, a: u8) -> Result<u8, E> { a.await }"
    async_fn_never: Counted("") "async fn f() -> ! { g().await }"
    impl_future: Counted("") "fn f(a: &str) -> impl Future<Output = Result<u8, E>> + Send + '_ { g(); async move { a } }"
    impl_future_unpin: Counted("") "fn f() -> impl Future<Output = u8> + Unpin { g() }"
    impl_future_clone: Counted("") "fn f() -> impl Future<Output = u8> + Clone { g() }"
    conditional_argument: Counted("labels(a)") "fn f(a: u8, #[cfg(unix)] mut b: u8) -> Option<u8> { g(a) }"
    box_pin: Counted("") "fn f(a: u8) -> Pin<Box<dyn Future<Output = u8> + Send + 'static>> { let b = a; Box::pin(async move { if a { return b; } c? }) }"
    box_pin_by_alias: Counted("") "fn f() -> BoxFuture<'static, u8> { Box::pin(async { 1 }) }"
    boxed_by_method: Counted("") "fn f(a: u8) -> BoxFuture<'static, u8> { let b = a; async move { b }.boxed() }"
    boxed: Counted("") "fn f(a: u8) -> Pin<Box<dyn Future<Output = u8>>> { if a == 0 { return Box::pin(g()); } Box::pin(h()) }"
    all_attributes: Budget("ms = 2.5, on_exceed = hook::me") "#[counted(in_flight)] #[cold] #[x::profiled] #[obs::traced(level = warn, kind = server, sample = 0.5, name = \"n\", crate = x)] #[other::profiled] fn f() {}"
    budget_all_kinds: Budget("ms = 10, busy_ms = 8.5, poll_us = 500, cpu_ms = 5, polls = 20, allocs = 100, bytes = 4096, instructions = 1_000_000, calls(db::query = 1), p99 = \"8ms\", on_exceed = panic") "async fn f(a: u8) -> Result<u8, E> { a.await }"
    budget_calls: Budget("calls(db::query = 1, Self::load = 2, <T as Tr<'a, u8>>::h = 0, ::x::f::<[u8; 4]> = 3, \"db::other\" = 1)") "fn f<'a, T: Tr<'a, u8>>(a: T) { a.x() }"
    budget_quantiles: Budget("s = 1, objective = 99.95, p999 = \"10 ms\", p50 = \"1.5us\", p95 = \"800µs\"") "fn f() -> u8 { 1 }"
    budget_on_block: Budget("polls = 3, busy_ms = 2, allocs = 1") "impl A { fn sync(&self) {} async fn later(&self) {} }"
    budget_on_block_of_futures: Budget("polls = 3") "impl A { fn plain(&self) {} #[counted] fn counted(&self) {} async fn later(&self) {} }"
    profiled_cpu_alloc: Profiled("cpu, alloc, sample = 16") "fn f() { g() }"
    impl_block: Profiled("") "impl<const N: usize> A<{ N }> { const B: u8 = { 1 }; const fn c() {} fn d(&self) {} #[obs::skip] fn e() {} #[counted(in_flight)] fn g() {} }"
    module: Traced("") "mod a { #![allow(x)] use b::{c}; macro_rules! m { () => { fn no() {} } } trait T { fn f(); fn g() { h() } } mod deeper { fn i() {} } #[skip] mod not { fn j() {} } m! {} struct S; }"
    inner_attributes: Counted("") "fn f() { #![allow(x)] g(); }"
    mistakes_keep_the_function: Traced("levle = debug, sample = 3") "#[obs::counted(labels = a)] #[inline] fn f() { g() }"
    not_a_function: Traced("") "#[obs::counted] #[derive(Debug)] struct S { a: u8 }"
}

macro_rules! tests {
    ($expand:ident: $($name:ident: ($args:literal) $item:literal)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), $expand($args, $item));
        })*
    };
}

tests! {
    expand_test:
    test_sync: ("") "/// Adds.\n#[ignore] #[should_panic(expected = \"x\")] pub fn adds() { #![allow(x)] assert_eq!(1 + 1, 3); }"
    test_sync_settings: ("runs = 5, time = cpu, crate = my::obs") "fn adds() -> Result<(), E> { add()?; Ok(()) }"
    test_async: ("time = \"off\"") "#[cfg(unix)] async fn loads() { load().await }"
    test_async_threads: ("flavor = \"multi_thread\", worker_threads = 4, runs = 2, time = wall") "async fn loads() -> Result<(), E> { load().await }"
    test_async_default_threads: ("flavor = \"multi_thread\"") "async fn loads() {}"
    test_mistakes_keep_the_function: ("runs = 0, tmie = cpu") "#[inline] fn f(a: u8) { g() }"
    test_not_a_function: ("") "#[derive(Debug)] struct S { a: u8 }"
}

tests! {
    expand_plain_test:
    plain_test_sync: ("runs = 5") "/// Adds.\n#[ignore] pub fn adds() -> Result<(), E> { Ok(()) }"
    plain_test_async: ("time = \"off\"") "#[cfg(unix)] #[ignore] pub(crate) async fn r#type() -> Result<(), E> { load().await }"
    plain_test_async_threads: ("flavor = \"multi_thread\", worker_threads = 4, runs = 2, crate = my::obs") "async fn loads() { load().await }"
    plain_test_async_default_threads: ("flavor = \"multi_thread\"") "async fn loads() {}"
    plain_test_nobody_can_call: ("") "async fn loads<T>() {}"
}

#[test]
fn a_half_typed_test_still_expands() {
    let expanded = test(TokenStream::new(), tokens("async fn f() { a. }")).to_string();
    assert!(expanded.contains("__test_async") && expanded.contains("{ a . }"), "{expanded}");
    assert!(!expanded.contains("compile_error"), "{expanded}");
}

#[test]
fn a_half_typed_body_still_expands() {
    let item = "fn f(a: A) -> Option<u8> { a. }";
    let expanded = instrument(Kind::Traced, TokenStream::new(), item.parse().expect("these are tokens")).to_string();
    assert!(expanded.contains("enter") && expanded.contains("{ a . }"), "{expanded}");
    assert!(!expanded.contains("compile_error"), "{expanded}");
}

#[test]
fn items_are_split_without_loss() {
    let items = "pub use a::{b, c}; static D: E<{ 1 }> = E { f: 2 }; const G: fn() = { h }; impl<T: Fn() -> U> V for W<{ X }> {} \
                 macro_rules! y { () => {} } z!(); extern \"C\" { fn aa(); } pub(crate) async unsafe fn bb() {} struct Cc(u8);";
    let tokens: TokenStream = items.parse().expect("the test's own source is Rust");
    let split = crate::parse::Item::all(tokens.clone());
    assert_eq!(split.len(), 9);
    let together: TokenStream = split.into_iter().map(quote::ToTokens::into_token_stream).collect();
    assert_eq!(together.to_string(), tokens.to_string());
}
