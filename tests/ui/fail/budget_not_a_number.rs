#[obs::budget(ms = "10")]
fn f() {}

#[obs::budget(ms = -1)]
fn g() {}

#[obs::budget(ms = 10ms)]
fn h() {}

fn main() {
    f();
    g();
    h();
}
