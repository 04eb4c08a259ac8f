//! `#[track_caller]` still tells the caller's line.
#![deny(warnings)]

use std::panic::Location;

#[obs::counted]
#[track_caller]
fn plain() -> u32 {
    Location::caller().line()
}

#[track_caller]
#[obs::traced]
#[obs::profiled]
fn seen(fail: bool) -> Result<u32, Box<dyn std::error::Error>> {
    if fail {
        return Err(format!("{}", Location::caller().line()).into());
    }
    let checked = u32::try_from(i64::from(Location::caller().line()))?;
    let closure = || -> Option<u32> { Some(checked) };
    match closure() {
        None => Err("".into()),
        Some(line) => Ok(line),
    }
}

#[obs::traced]
#[track_caller]
fn shown() -> u32 {
    Location::caller().line()
}

struct Cart;

#[obs::counted]
impl Cart {
    #[track_caller]
    fn line(&self) -> Option<u32> {
        return Some(Location::caller().line());
    }

    #[track_caller]
    fn fails(&self) -> Option<u32> {
        todo!()
    }
}

#[track_caller]
#[obs::counted]
fn nothing(early: bool) {
    if early {
        return;
    }
}

fn main() {
    assert_eq!(plain(), line!());
    assert_eq!(seen(false).unwrap(), line!());
    assert_eq!(seen(true).unwrap_err().to_string(), line!().to_string());
    assert_eq!(shown(), line!());
    assert_eq!(Cart.line(), Some(line!()));
    nothing(true);
    if plain() == 0 {
        Cart.fails();
    }
}
