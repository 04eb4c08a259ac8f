mod db {
    pub fn query<T: Default>() -> T {
        T::default()
    }

    fn private() {}
}

struct Cart;

#[obs::budget(calls(db::load = 1, Self::missing = 2))]
impl Cart {
    fn total(&self) {}
}

#[obs::budget(calls(db::query = 1))]
fn generic() -> u32 {
    db::query()
}

#[obs::budget(calls(db::private = 1))]
async fn hidden() {}

fn main() {
    Cart.total();
    generic();
    drop(hidden());
}
