#[obs::traced(levle = debug)]
fn f() {}

fn main() {
    f();
}
