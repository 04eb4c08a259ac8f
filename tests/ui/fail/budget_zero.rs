#[obs::budget(ms = 0)]
fn f() {}

fn main() {
    f();
}
