#[derive(obs::Classify)]
enum PayError {
    #[class(inner)]
    Parse(std::num::ParseIntError),
}

fn main() {}
