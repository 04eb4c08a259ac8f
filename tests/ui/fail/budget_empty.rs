#[obs::budget]
fn f() {}

#[obs::budget(on_exceed = warn)]
fn g() {}

fn main() {
    f();
    g();
}
