#[obs::traced(fields(%user = 1))]
fn f() {}

fn main() {
    f();
}
