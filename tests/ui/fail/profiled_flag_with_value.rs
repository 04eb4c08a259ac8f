#[obs::profiled(cpu = true, alloc(bytes))]
fn f() {}

fn main() {
    f();
}
