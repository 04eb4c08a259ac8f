#[obs::traced(kind = "browser")]
fn f() {}

fn main() {
    f();
}
