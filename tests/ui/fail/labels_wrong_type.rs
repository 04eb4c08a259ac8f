#[obs::traced]
#[obs::counted(labels(of = seconds, method = "GET"))]
fn f(seconds: f64) -> Option<u32> {
    None
}

fn main() {
    f(1.5);
}
