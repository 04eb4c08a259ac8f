#[obs::traced(levle = debug)]
fn f() {}

#[obs::budget(mss = 10, objective = 99)]
fn g() {}

#[obs::profiled(cpus)]
fn h() {}

fn main() {
    f();
    g();
    h();
}
