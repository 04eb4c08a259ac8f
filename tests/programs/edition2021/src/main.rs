//! Under the rules of edition 2021, temporaries of a body's tail live longer than its locals.
#![deny(warnings)]

use std::cell::RefCell;
use std::future::Future;
use std::sync::{Arc, Mutex};

thread_local! {
    static DROPPED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

struct Noted(&'static str);

impl Noted {
    fn value(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        DROPPED.with(|dropped| dropped.borrow_mut().push(self.0));
    }
}

/// The guard that `lock` gives borrows the argument until the end of the body.
#[obs::counted]
fn popped(values: Arc<Mutex<Vec<String>>>) -> Option<String> {
    values.lock().unwrap().pop()
}

#[obs::traced(parent = obs::Context::current(), links = [obs::Context::current()].iter())]
#[obs::profiled]
fn length(values: Mutex<Vec<String>>) -> usize {
    values.lock().unwrap().len()
}

#[obs::traced(root)]
async fn later(values: Arc<Mutex<Vec<String>>>) -> Option<String> {
    let text = values.lock().unwrap().pop();
    text
}

#[obs::traced]
fn returned(text: &str) -> impl Future<Output = Result<usize, Box<dyn std::error::Error>>> + '_ {
    async move { Ok(text.parse()?) }
}

fn plain(first: Noted, _second: Noted) -> Option<usize> {
    let _local = Noted("local");
    first.value().and(Noted("temporary").value())
}

#[obs::counted]
fn instrumented(first: Noted, _second: Noted) -> Option<usize> {
    let _local = Noted("local");
    first.value().and(Noted("temporary").value())
}

fn drops(of: fn(Noted, Noted) -> Option<usize>) -> Vec<&'static str> {
    of(Noted("first"), Noted("second"));
    DROPPED.with(|dropped| std::mem::take(&mut *dropped.borrow_mut()))
}

fn main() {
    assert_eq!(popped(Arc::default()), None);
    assert_eq!(length(Mutex::default()), 0);
    drop(later(Arc::default()));
    drop(returned("1"));
    assert_eq!(drops(plain), ["local", "temporary", "second", "first"]);
    assert_eq!(drops(instrumented), drops(plain));
    println!("edition2021: ok");
}
