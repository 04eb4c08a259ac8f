#[derive(obs::Classify)]
#[class(data)]
enum PayError {
    #[class]
    A,
    #[class(later)]
    B,
    #[class("Quota exceeded")]
    C,
    #[class("transient")]
    D,
    #[class(inner)]
    E,
    #[class(data, retry)]
    F,
    #[class(data, retryable = "no")]
    G,
    #[class(data, severity = terrible)]
    H,
    #[class(data)]
    #[class(resource)]
    I,
    J(#[class(inner)] u8),
}

#[derive(obs::Classify)]
#[obs(path = obs)]
#[class(inner, severity = high)]
struct Wrapped(Box<Inner>);

#[derive(obs::Classify)]
#[class(data)]
struct Inner;

#[derive(obs::Classify)]
union Bits {
    a: u8,
}

fn main() {}
