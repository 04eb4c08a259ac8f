//! `Result` by other names, other types by the name of `Result`, coercions, early returns, borrows given back.
#![deny(warnings)]

use std::error::Error;
use std::fmt::Debug;

type Outcome<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[obs::traced(err)]
fn alias(text: &str) -> Outcome<u32> {
    let n: u32 = text.parse()?;
    if n == 0 {
        return Err("zero".into());
    }
    Ok(n)
}

#[obs::traced(ret, err(debug))]
#[obs::counted]
fn io() -> std::io::Result<u8> {
    Ok(1)
}

mod not_one {
    pub struct Result<T>(pub T);

    #[obs::traced]
    #[obs::counted]
    pub fn made() -> Result<u8> {
        Result(1)
    }
}

enum Variants {
    Ok,
    Err,
    Some,
    None,
}

mod variants {
    use super::Variants::{self, *};

    #[obs::traced]
    #[obs::profiled]
    pub(super) fn all(n: u8) -> Variants {
        match n {
            0 => Ok,
            1 => Err,
            2 => Some,
            _ => None,
        }
    }

    #[obs::traced]
    pub(super) async fn all_async(n: u8) -> Variants {
        if n == 0 { Ok } else { Err }
    }
}

trait Shape: Debug {
    fn area(&self) -> f64;
}

#[derive(Debug)]
struct Square(f64);

impl Shape for Square {
    #[obs::profiled]
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

#[obs::traced]
fn unsized_box(side: f64) -> Box<dyn Shape> {
    if side > 1.0 {
        return Box::new(Square(1.0));
    }
    Box::new(Square(side))
}

#[obs::traced]
fn unsized_in_result(side: f64) -> Result<Box<dyn Shape>, Box<dyn Error>> {
    if side < 0.0 {
        Err("negative")?;
    }
    Ok(Box::new(Square(side)))
}

#[obs::traced]
async fn unsized_async(side: f64) -> Result<Box<dyn Shape>, Box<dyn Error>> {
    if side < 0.0 {
        return Err("negative".into());
    }
    Ok(Box::new(Square(side)))
}

#[obs::counted]
fn reborrow<'a>(values: &'a mut Vec<u8>, at: usize) -> Option<&'a mut u8> {
    if at >= values.len() {
        values.resize(at + 1, 0);
    }
    values.get_mut(at)
}

#[obs::counted]
fn reborrow_elided(values: &mut [u8]) -> Result<&mut u8, &'static str> {
    let first = values.first_mut().ok_or("empty")?;
    *first += 1;
    Ok(first)
}

#[obs::traced]
fn inferred(text: &str) -> Option<Vec<u8>> {
    let mut all = Default::default();
    for byte in text.bytes() {
        Vec::push(&mut all, byte);
    }
    Some(all)
}

#[obs::counted]
fn generic<T: Default>() -> T {
    T::default()
}

#[obs::traced(ret)]
fn shown_plain() -> u8 {
    4
}

#[obs::traced(ret(display))]
fn shown_ref(text: &str) -> &str {
    text
}

#[obs::traced(ret)]
fn shown_unit() {}

struct Page(Vec<u8>);

// On a block, `err` concerns what returns a `Result`.
#[obs::traced(err)]
impl Page {
    fn parse(text: &str) -> Result<Self, std::num::ParseIntError> {
        Ok(Self(vec![text.parse()?]))
    }

    fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    fn first(&self) -> Option<u8> {
        self.0.first().copied()
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    async fn send(self) -> Result<usize, String> {
        Ok(self.0.len())
    }
}

fn main() {
    let mut page = Page::parse("7").unwrap();
    page.bytes().push(8);
    assert_eq!((page.first(), page.len()), (Some(7), 2));
    drop(page.send());
    assert!(alias("0").is_err());
    assert!(matches!(alias("7"), Ok(7)));
    assert_eq!(io().unwrap(), 1);
    assert_eq!(not_one::made().0, 1);
    assert!(matches!(variants::all(0), Variants::Ok));
    assert!(matches!(variants::all(1), Variants::Err));
    assert!(matches!(variants::all(2), Variants::Some));
    assert!(matches!(variants::all(3), Variants::None));
    drop(variants::all_async(0));
    assert_eq!(unsized_box(2.0).area(), 1.0);
    assert!(unsized_in_result(-1.0).is_err());
    drop(unsized_async(1.0));
    let mut values = vec![1];
    *reborrow(&mut values, 3).unwrap() = 9;
    *reborrow_elided(&mut values).unwrap() += 1;
    assert_eq!(values, [3, 0, 0, 9]);
    assert_eq!(inferred("a"), Some(vec![b'a']));
    assert_eq!(generic::<Option<u8>>(), None);
    assert_eq!(shown_plain(), 4);
    assert_eq!(shown_ref("a"), "a");
    shown_unit();
}
