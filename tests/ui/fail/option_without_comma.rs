#[obs::counted(in_flight name = "f")]
fn f() {}

fn main() {
    f();
}
