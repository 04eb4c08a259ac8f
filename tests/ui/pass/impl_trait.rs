//! `impl Trait` as an argument, as the value, and inside the value.
#![deny(warnings)]

use std::fmt::{Debug, Display};
use std::future::Future;

#[obs::traced]
fn value(up_to: u32) -> impl Iterator<Item = u32> + Clone {
    0..up_to
}

#[obs::traced]
fn in_result(up_to: u32) -> Result<impl Iterator<Item = u32>, Box<dyn std::error::Error>> {
    if up_to == 0 {
        return Err("nothing".into());
    }
    let parsed: u32 = "1".parse()?;
    Ok((0..up_to).map(move |n| n + parsed))
}

#[obs::profiled]
fn in_option<'a>(text: &'a str) -> Option<impl Display + use<'a>> {
    text.split(',').next()
}

#[obs::counted]
fn nested(values: Vec<u8>) -> (impl Iterator<Item = impl Debug>, u8) {
    (values.into_iter().map(Some), 0)
}

#[obs::counted]
fn argument(show: impl Debug, with: &mut impl FnMut() -> u32) -> Result<String, ()> {
    let n = with();
    Ok(format!("{show:?} {n}"))
}

#[obs::traced]
fn closure(by: u32) -> impl Fn(u32) -> u32 {
    move |n| n + by
}

#[obs::traced]
fn boxed_closure(by: u32) -> Box<dyn Fn(u32) -> u32> {
    Box::new(move |n| n + by)
}

#[obs::profiled]
fn future(text: &str) -> impl Future<Output = Result<usize, Box<dyn std::error::Error>>> + Send + '_ {
    async move {
        if text.is_empty() {
            return Err("empty".into());
        }
        let n: usize = text.parse()?;
        Ok(n)
    }
}

#[obs::profiled]
fn future_untyped() -> impl Future<Output = impl Debug> {
    std::future::ready(3)
}

#[obs::profiled]
fn unpin_future() -> impl Future<Output = u8> + Unpin {
    std::future::ready(3)
}

fn main() {
    assert_eq!(value(3).sum::<u32>(), 3);
    assert_eq!(in_result(3).unwrap().sum::<u32>(), 6);
    assert!(in_result(0).is_err());
    assert_eq!(in_option("a,b").unwrap().to_string(), "a");
    assert_eq!(nested(vec![1]).0.count(), 1);
    assert_eq!(argument(1, &mut || 2), Ok("1 2".to_owned()));
    assert_eq!(closure(1)(2), 3);
    assert_eq!(boxed_closure(1)(2), 3);
    drop(future("1"));
    drop(future_untyped());
    drop(unpin_future());
}
