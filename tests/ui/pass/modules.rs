//! User modules with the names of ours, and of the standard library.
#![deny(warnings)]
#![allow(dead_code, unused_macros)]

use ::obs::{budget, counted, profiled, traced};

mod obs {
    pub mod __private {}
}
mod std {}
mod core {}
mod alloc {}
mod tracing {}

macro_rules! vec { () => { compile_error!("not this one") }; }
macro_rules! line { () => { compile_error!("not this one") }; }
macro_rules! module_path { () => { compile_error!("not this one") }; }

struct Option;
struct Box;
struct Future;

#[traced(fields(n))]
#[profiled]
#[counted(labels(n = n))]
#[budget(ms = 100)]
fn plain(n: u32) -> Result<u32, ()> {
    Ok(n)
}

#[traced]
#[profiled]
#[counted]
#[budget(ms = 100)]
async fn later(n: u32) -> Result<u32, ()> {
    Ok(n)
}

#[traced]
fn boxed(n: u32) -> ::std::pin::Pin<::std::boxed::Box<dyn ::std::future::Future<Output = u32>>> {
    if n == 0 {
        return ::std::boxed::Box::pin(async { 0 });
    }
    ::std::boxed::Box::pin(async move { n })
}

fn main() {
    assert_eq!(plain(1), Ok(1));
    drop(later(1));
    drop(boxed(1));
}
