#[obs::traced(level = loud, feilds(a), sample = "x")]
#[obs::budget(ms = 0)]
fn f() {}

fn main() {
    f();
}
