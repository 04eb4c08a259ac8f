#[obs::traced]
mod other;

fn main() {}
