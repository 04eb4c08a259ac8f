#[obs::traced("checkout")]
fn f() {}

fn main() {
    f();
}
