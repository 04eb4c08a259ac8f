#[obs::traced(sample = 16)]
fn f() {}

fn main() {
    f();
}
