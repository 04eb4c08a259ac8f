//! Where a panic ends the process, everything else is as elsewhere.
#![deny(warnings)]

#[obs::traced]
#[obs::profiled]
#[obs::counted]
fn question(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    Ok(n)
}

#[obs::counted]
fn dies() -> u32 {
    panic!("as asked");
}

fn main() {
    assert_eq!(question("7"), Ok(7));
    assert!(question("x").is_err());
    let outcomes = obs::snapshot().callsite("question").expect("it is known").outcomes();
    assert_eq!((outcomes.ok, outcomes.error), (1, 1));
    println!("panic_abort: ok");
    if std::env::args().count() > 1 {
        dies();
    }
}
