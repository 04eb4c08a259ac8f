fn hook(_: u32) {}

#[obs::budget(ms = 10, on_exceed = hook)]
fn f() {}

fn main() {
    f();
}
