struct User;

#[obs::counted]
#[obs::traced(fields(after, user = %user))]
fn f(after: std::time::Duration, user: &User) -> Option<u32> {
    None
}

fn main() {
    f(std::time::Duration::ZERO, &User);
}
