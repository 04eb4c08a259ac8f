//! Bodies that lean on inference, borrows, `?` of other types, and imports of every kind.
#![deny(warnings)]
#[macro_use]
extern crate obs;

#[traced]
#[counted]
fn f() -> Option<u32> {
    Some(1)
}

fn outer() {
    use obs::profiled;
    #[counted]
    #[profiled]
    fn inner() {}
    inner();
}

mod m {
    pub use obs::{counted, traced};
    #[traced]
    #[counted]
    pub fn counted() -> Option<u8> {
        None
    }
}

trait T {
    async fn x(&self) -> u8;
}
#[traced]
#[counted]
impl T for u8 {
    async fn x(&self) -> u8 {
        *self
    }
}

/// generic self
struct W<T>(T);
#[counted]
impl<T: Clone> W<T>
where
    T: std::fmt::Debug,
{
    fn go<'a, U: 'a>(&'a self, u: &'a U) -> Result<&'a U, T>
    where
        U: Clone,
    {
        let _ = self.0.clone();
        Ok(u)
    }
    fn it(&self) -> Box<dyn Fn() -> T + '_> {
        Box::new(|| self.0.clone())
    }
    fn assoc() -> Option<Self>
    where
        T: Default,
    {
        Some(Self(T::default()))
    }
}

#[traced]
fn closure_arg<F>(mut f: F) -> Option<u32>
where
    F: FnMut() -> u32,
{
    f();
    Some(f())
}

#[traced]
fn slices<'a>(parts: &'a mut [u8], n: usize) -> Option<(&'a mut [u8], &'a mut [u8])> {
    if n > parts.len() {
        return None;
    }
    Some(parts.split_at_mut(n))
}

#[traced]
fn lock_tail(m: &std::sync::Mutex<Vec<u8>>) -> Option<u8> {
    m.lock().unwrap().pop()
}

#[traced]
unsafe fn raw(p: *const u8) -> Option<u8> {
    unsafe { Some(*p) }
}

#[counted]
fn cmp(a: &u8, b: &u8) -> std::cmp::Ordering {
    a.cmp(b)
}

#[traced(fields(self.a = this.a))]
fn notself(this: &S) -> Option<u8> {
    Some(this.a)
}
struct S {
    a: u8,
}
impl S {
    #[traced(fields(a = self.a, self.b = ?1))]
    fn m(self) -> Option<u8> {
        Some(self.a)
    }
}

#[counted]
fn with_fmt(name: &str) -> Option<String> {
    Some(format!("{name}"))
}

#[traced]
fn question_option(a: Option<u32>) -> Option<u32> {
    let x = a?;
    Some(x)
}

#[counted]
fn poll(x: std::task::Poll<Result<u8, ()>>) -> std::task::Poll<Result<u8, ()>> {
    let y = x?;
    y.map(Ok)
}

#[counted]
fn cf(x: u8) -> std::ops::ControlFlow<u8> {
    if x > 1 {
        return std::ops::ControlFlow::Break(x);
    }
    std::ops::ControlFlow::Continue(())
}

#[counted]
fn assert_unused(_: u8, _: u16) -> Option<()> {
    Some(())
}

// A statement without a semicolon, and a value after it.
#[counted]
fn statement_in_braces(values: &mut Vec<u8>) -> &mut u8 {
    if values.is_empty() {
        values.push(1);
    }
    values.last_mut().unwrap()
}

#[counted]
fn macro_in_braces(n: u8) -> u8 {
    macro_rules! twice { ($n:expr) => { $n * 2 }; }
    assert! { n > 0 }
    twice!(n)
}

#[counted]
fn items_first() -> u8 { fn helper() -> u8 { 3 } helper() }

// What a closure takes is known from the function's own type alone.
#[counted]
fn closure_from_signature(from: usize) -> impl for<'a> Fn(&'a [u8]) -> &'a [u8] {
    move |bytes| &bytes[from..]
}

#[counted]
fn label_of_the_same_name(n: u8) -> u8 {
    let found = '__obs_body: {
        if n > 1 {
            break '__obs_body n;
        }
        0
    };
    found + 1
}

fn main() {
    f();
    let mut values = vec![];
    assert_eq!(statement_in_braces(&mut values), &1);
    assert_eq!(macro_in_braces(2), 4);
    assert_eq!(items_first(), 3);
    assert_eq!(closure_from_signature(1)(&[1, 2]), [2]);
    assert_eq!(label_of_the_same_name(2), 3);
    outer();
    m::counted();
    drop(2u8.x());
    W(1u8).go(&1).unwrap();
    W(2).it()();
    W::<u8>::assoc();
    closure_arg(|| 1);
    slices(&mut [1], 0);
    lock_tail(&Default::default());
    unsafe {
        raw(&1);
    }
    let _ = cmp(&1, &2);
    S { a: 1 }.m();
    with_fmt("a");
    question_option(None);
    let _ = poll(std::task::Poll::Pending);
    let _ = cf(1);
    assert_unused(1, 2);
    notself(&S { a: 1 });
}
