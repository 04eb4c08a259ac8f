#[obs::traced(name = "a")]
#[obs::counted(name = "b")]
fn f() {}

fn main() {
    f();
}
