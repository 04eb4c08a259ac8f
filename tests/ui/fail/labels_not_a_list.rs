#[obs::counted(labels = method)]
fn f(method: &str) -> usize {
    method.len()
}

fn main() {
    f("GET");
}
