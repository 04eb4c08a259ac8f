#[obs::counted(labels(method = %method))]
fn f(method: &str) -> usize {
    method.len()
}

fn main() {
    f("GET");
}
