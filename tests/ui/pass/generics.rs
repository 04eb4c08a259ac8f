//! Type parameters, const parameters, lifetimes, where clauses.
#![deny(warnings)]

use std::fmt::Debug;

#[obs::traced(fields(value = ?value))]
#[obs::counted]
fn shown<T: Debug>(value: T) -> T {
    value
}

#[obs::profiled]
fn sum<const N: usize>(values: [u32; N]) -> Option<u32>
where
    [u32; N]: Sized,
{
    let [first, ..] = *values.as_slice() else { return None };
    Some(first + N as u32)
}

#[obs::traced]
fn longest<'a, 'b: 'a>(left: &'a str, right: &'b str) -> Result<&'a str, ()> {
    if left.len() > right.len() { Ok(left) } else { Ok(right) }
}

struct Sized2<const N: usize>;

#[obs::counted]
fn sized() -> Sized2<{ 1 + 1 }> {
    Sized2::<{ 1 + 1 }>
}

struct Holder<T>(T);

#[obs::profiled]
impl<T: Clone, const N: usize> Holder<[T; N]> {
    fn first(&self) -> Option<T> {
        self.0.first().cloned()
    }

    fn map<U>(self, with: impl FnMut(T) -> U) -> Holder<[U; N]> {
        Holder(self.0.map(with))
    }

    async fn later(&self) -> Vec<T> {
        self.0.to_vec()
    }
}

#[obs::counted]
fn dynamic(value: &(dyn Debug + Send)) -> String {
    format!("{value:?}")
}

#[obs::budget(s = 1)]
async fn borrowed<'a, T>(value: &'a T) -> &'a T
where
    T: ?Sized,
{
    value
}

fn main() {
    assert_eq!(shown(3), 3);
    assert_eq!(sum([1, 2]), Some(3));
    assert_eq!(longest("a", "bc"), Ok("bc"));
    let Sized2 = sized();
    assert_eq!(Holder([1, 2]).first(), Some(1));
    assert_eq!(Holder([1, 2]).map(|n| n + 1).0, [2, 3]);
    drop(Holder([1, 2]).later());
    assert_eq!(dynamic(&1), "1");
    drop(borrowed("a"));
}
