#[obs::traced]
#[obs::counted]
struct Cart;

fn main() {
    let _ = Cart;
}
