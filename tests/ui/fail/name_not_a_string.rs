#[obs::traced(name = checkout)]
fn f() {}

fn main() {
    f();
}
