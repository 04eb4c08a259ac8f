//! `unsafe`, `extern`, `-> !`, raw identifiers, functions inside functions, functions made by `macro_rules!`.
#![deny(warnings)]

#[obs::profiled]
unsafe fn read(at: *const u8) -> Option<u8> {
    // Inside a closure or not, an unsafe block is an unsafe block.
    Some(unsafe { at.read() })
}

#[obs::counted]
extern "C" fn add(a: i32, b: i32) -> i32 {
    a + b
}

#[obs::traced]
unsafe extern "C" fn maybe(a: i32) -> Option<std::num::NonZeroI32> {
    std::num::NonZeroI32::new(a)
}

#[obs::traced]
fn never(code: i32) -> ! {
    std::process::exit(code)
}

#[obs::traced]
async fn never_async(code: i32) -> ! {
    std::process::exit(code)
}

#[obs::counted]
fn r#match(r#type: u32) -> Option<u32> {
    Some(r#type)
}

#[obs::traced]
#[obs::budget(s = 10)]
fn fibonacci(n: u64) -> Result<u64, ()> {
    if n < 2 {
        return Ok(n);
    }
    Ok(fibonacci(n - 1)? + fibonacci(n - 2)?)
}

macro_rules! functions {
    ($($(#[$meta:meta])* $vis:vis fn $name:ident($arg:ident: $ty:ty) -> $out:ty $body:block)*) => {
        $(#[obs::traced] $(#[$meta])* $vis fn $name($arg: $ty) -> $out $body)*
    };
}

functions! {
    #[obs::counted(labels(arg = arg.to_string()))]
    #[inline]
    pub(crate) fn made(arg: u32) -> Option<u32> { Some(arg) }
    fn made_too(arg: String) -> String { arg }
}

macro_rules! instrument {
    ($item:item) => {
        #[obs::counted]
        $item
    };
}

instrument! {
    #[obs::profiled]
    fn given(a: u32) -> Option<u32> { a.checked_add(1) }
}

#[obs::traced]
fn inner_items() -> Option<u32> {
    #![allow(unused_variables)]
    let unused = 1;
    #[obs::counted]
    fn inside() -> Option<u32> {
        return Some(LOCAL);
    }
    const LOCAL: u32 = 2;
    inside()
}

#[obs::profiled]
#[must_use]
#[inline]
#[cold]
fn half() -> Option<u32> {
    let Some(n) = Some(4) else { todo!() };
    if n > 3 {
        return Some(n / 2);
    }
    loop {
        break None;
    }
}

#[obs::counted]
fn not_yet(_a: u32) -> Result<u32, String> {
    todo!()
}

#[obs::counted]
fn main() {
    let byte = 7;
    assert_eq!(unsafe { read(&byte) }, Some(7));
    assert_eq!(add(1, 2), 3);
    assert!(unsafe { maybe(0) }.is_none());
    assert_eq!(r#match(1), Some(1));
    assert_eq!(fibonacci(10), Ok(55));
    assert_eq!(made(1), Some(1));
    assert_eq!(made_too(String::new()), "");
    assert_eq!(given(1), Some(2));
    assert_eq!(inner_items(), Some(2));
    assert_eq!(half(), Some(2));
    if byte == 8 {
        drop(not_yet(1));
        drop(never_async(0));
    }
    never(0)
}
