#[obs::traced(fields(user = 1, user = 2))]
fn f() {}

fn main() {
    f();
}
