#[obs::budget(ms = 10, allocs = 3)]
fn f() {}

#[obs::profiled(cpu)]
fn g() {}

#[obs::budget(p99 = "10ms", s = 1)]
fn h() {}

fn main() {
    f();
    g();
    h();
}
