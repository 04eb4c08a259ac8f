#[obs::budget(s = 99999999999)]
fn f() {}

fn main() {
    f();
}
