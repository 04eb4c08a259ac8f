#[obs::budget(ms = 10, on_exceed = "warn")]
fn f() {}

fn main() {
    f();
}
