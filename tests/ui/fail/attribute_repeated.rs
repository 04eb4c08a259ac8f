#[obs::traced]
#[obs::counted]
#[obs::traced(level = debug)]
fn f() {}

fn main() {
    f();
}
