#[derive(obs::Classify)]
enum PayError {
    Timeout,
    #[class(data)]
    Parse,
    Limit { left: u32 },
}

#[derive(obs::Classify)]
struct Lost;

fn main() {
    use obs::Classify as _;

    drop(PayError::Timeout.class());
    drop(PayError::Limit { left: 1 }.class());
    drop(Lost.class());
}
