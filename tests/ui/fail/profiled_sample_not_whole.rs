#[obs::profiled(sample = 0.5)]
fn f() {}

#[obs::profiled(sample = 0)]
fn g() {}

fn main() {
    f();
    g();
}
