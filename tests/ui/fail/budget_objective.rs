#[obs::budget(ms = 10, objective = 100)]
fn all() {}

#[obs::budget(ms = 10, objective = 0)]
fn none() {}

#[obs::budget(ms = 10, objective = "99.9")]
fn text() {}

#[obs::budget(objective = 99.9)]
fn alone() {}

#[obs::budget(p99 = "10ms", objective = 99.9)]
fn without_wall() {}

#[obs::budget(ms = 10, objectiv = 99.9, busy_ms = 50)]
async fn misspelled() {}

fn main() {
    all();
    none();
    text();
    alone();
    without_wall();
    drop(misspelled());
}
