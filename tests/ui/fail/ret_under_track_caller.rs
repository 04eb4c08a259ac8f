#[obs::traced(ret)]
#[track_caller]
fn f() -> Option<u32> {
    None
}

fn main() {
    f();
}
