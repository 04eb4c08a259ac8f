#[obs::budget(ms = 5, busy_ms = 10)]
async fn busy() {}

#[obs::budget(ms = 5, poll_ms = 10, cpu_s = 1)]
async fn poll_and_cpu() {}

#[obs::budget(busy_us = 1, poll_us = 1.5)]
async fn poll_of_busy() {}

#[obs::budget(polls = 3, poll_ms = 2, busy_ms = 10, cpu_ms = 8)]
async fn polls() {}

#[obs::budget(polls = 1, poll_ms = 2, busy_ms = 10)]
async fn one_poll() {}

#[obs::budget(cpu_ms = 2, us = 10)]
fn cpu() {}

#[obs::budget(allocs = 0, bytes = 4096)]
fn no_allocations() {}

#[obs::budget(allocs = 100, bytes = 0)]
fn no_bytes() {}

#[obs::budget(allocs = 100, bytes = 64)]
fn few_bytes() {}

#[obs::budget(p50 = "10ms", p99 = "5ms")]
fn falling() {}

#[obs::budget(p95 = "10ms", p999 = "10ms", s = 1)]
fn level() {}

#[obs::budget(p99 = "10ms", ms = 5)]
fn wall() {}

#[obs::budget(p999 = "10ms", ms = 20, objective = 99.5)]
fn objective() {}

#[obs::budget(p99 = "10ms", ms = 20, objective = 99)]
fn same_share() {}

#[obs::budget(p99 = "10ms", p990 = "10ms")]
fn same() {}

fn main() {}
