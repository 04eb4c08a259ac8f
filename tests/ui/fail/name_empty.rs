#[obs::traced(name = "")]
fn f() {}

fn main() {
    f();
}
