#[obs::skip(all)]
fn f() {}

fn main() {
    f();
}
