#[obs::traced]
#[obs::counted]
fn f() -> Result<u32, String> {
    "text"
}

#[obs::traced]
async fn g() -> Option<u32> {
    "text"
}

fn main() {
    let _ = f();
    drop(g());
}
