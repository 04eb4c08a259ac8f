#[obs::traced(level = loud)]
fn f() {}

fn main() {
    f();
}
