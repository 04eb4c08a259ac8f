#[obs::traced(err)]
fn f() -> Option<u32> {
    None
}

fn main() {
    f();
}
