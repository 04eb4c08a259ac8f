struct Cart;

#[obs::traced(name = "cart")]
impl Cart {
    fn f(&self) {}
}

fn main() {
    Cart.f();
}
