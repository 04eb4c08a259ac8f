#[obs::budget(calls = 1)]
fn not_a_list() {}

#[obs::budget(calls())]
fn empty() {}

#[obs::budget(calls(not_a_list))]
fn without_number() {}

#[obs::budget(calls(not_a_list = "one", "db::query" = 0.5))]
fn not_whole() {}

#[obs::budget(calls(self::empty = 1, "" = 1, self :: empty = 2, "self::empty" = 3))]
fn twice() {}

#[obs::budget(calls(3 = not_a_list))]
fn reversed() {}

#[obs::budget(calls(empty =))]
fn half_typed() {}

fn main() {
    not_a_list();
    empty();
    without_number();
    not_whole();
    twice();
    reversed();
    half_typed();
}
