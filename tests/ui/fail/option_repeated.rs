#[obs::traced(level = debug, level = info)]
fn f() {}

fn main() {
    f();
}
