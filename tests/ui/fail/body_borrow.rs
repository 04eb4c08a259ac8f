#[obs::traced]
fn f<'a>(kept: &'a mut Vec<String>, given: &str) -> Option<&'a str> {
    kept.push(given.to_owned());
    Some(given)
}

fn main() {
    f(&mut Vec::new(), "");
}
