//! Warnings about the user's function come as without us: each of these lints must fire, and no other.
#![deny(warnings)]

#[obs::traced]
fn unused_argument(#[expect(unused_variables)] n: u32) -> Option<u32> {
    None
}

#[obs::traced]
fn unused_pattern(#[expect(unused_variables)] (a, b): (u32, u32)) -> Option<u32> {
    Some(a)
}

#[obs::counted]
#[expect(unused_mut)]
fn unused_mut(mut n: u32) -> Option<u32> {
    Some(n)
}

#[obs::counted]
#[expect(unused_assignments, unused_variables)]
fn unused_assignment(mut n: u32) -> Option<u32> {
    n = 3;
    None
}

#[obs::profiled]
#[expect(dead_code)]
fn never_called() -> Option<u32> {
    None
}

#[obs::profiled]
#[expect(unused_variables)]
fn unused_in_place(n: u32) {}

#[obs::profiled]
#[expect(unused_variables)]
async fn unused_async(n: u32) -> Option<u32> {
    None
}

#[obs::counted]
#[expect(unreachable_code)]
fn unreachable() -> Option<u32> {
    return None;
    Some(1)
}

#[obs::counted]
#[expect(unused_must_use)]
fn unused_result() -> Option<u32> {
    unused_argument(1).ok_or(2);
    None
}

#[obs::counted]
#[deprecated]
fn old() -> Option<u32> {
    Some(1)
}

#[obs::traced]
#[must_use = "it matters"]
fn important() -> Option<u32> { Some(1) }

#[obs::traced]
fn one_line(n: u32) -> u32 { n }

#[obs::traced]
async fn one_line_async(n: u32) -> u32 { n }

#[obs::traced]
fn one_line_boxed(n: u32) -> std::pin::Pin<Box<dyn Future<Output = u32>>> { Box::pin(async move { n }) }

fn main() {
    unused_argument(1);
    unused_pattern((1, 2));
    unused_mut(1);
    unused_assignment(1);
    unused_in_place(1);
    drop(unused_async(1));
    unreachable();
    unused_result();
    #[expect(deprecated)]
    old();
    #[expect(unused_must_use)]
    important();
    one_line(1);
    drop(one_line_async(1));
    drop(one_line_boxed(1));
}
