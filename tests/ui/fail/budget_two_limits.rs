#[obs::budget(ms = 10, us = 5)]
fn f() {}

fn main() {
    f();
}
