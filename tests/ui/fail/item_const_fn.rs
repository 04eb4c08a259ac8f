#[obs::counted]
const fn f() -> u32 {
    1
}

struct Cart;

#[obs::traced]
impl Cart {
    #[obs::counted]
    const fn g() {}
}

fn main() {
    f();
    Cart::g();
}
