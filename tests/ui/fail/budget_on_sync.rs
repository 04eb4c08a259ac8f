#[obs::budget(busy_ms = 10)]
fn busy() {}

#[obs::budget(ms = 10, poll_us = 5)]
fn poll() {}

#[obs::budget(polls = 3)]
fn polls() -> Vec<u32> {
    Vec::new()
}

struct Cart;

#[obs::budget(polls = 3)]
impl Cart {
    #[obs::budget(polls = 5, poll_s = 1)]
    fn own(&self) {}

    fn of_the_block(&self) {}
}

#[obs::budget(polls = 1_000)]
fn a_thousand_polls() {}

fn main() {
    busy();
    poll();
    polls();
    Cart.own();
    Cart.of_the_block();
    a_thousand_polls();
}
