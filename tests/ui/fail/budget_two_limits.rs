#[obs::budget(ms = 10, us = 5)]
fn f() {}

#[obs::budget(busy_ms = 10, busy_s = 1, poll_ns = 3, poll_us = 3)]
async fn g() {}

fn main() {
    f();
    drop(g());
}
