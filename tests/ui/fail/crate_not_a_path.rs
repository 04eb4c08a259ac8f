#[obs::traced(crate = "obs")]
fn f() {}

fn main() {
    f();
}
