#[obs::budget(p99 = 10)]
fn without_unit() {}

#[obs::budget(p99 = "10")]
fn only_a_number() {}

#[obs::budget(p99 = "ten ms", p95 = "1.2.3ms", p90 = "10m")]
fn not_a_time() {}

#[obs::budget(p9 = "10ms", p100 = "10ms", p05 = "10ms")]
fn not_a_quantile() {}

#[obs::budget(p99 = "0ms", p999 = "99999999999s")]
fn out_of_range() {}

fn main() {
    without_unit();
    only_a_number();
    not_a_time();
    not_a_quantile();
    out_of_range();
}
