#[obs::counted(in_flight = true)]
fn f() {}

fn main() {
    f();
}
