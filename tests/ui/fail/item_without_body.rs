trait Store {
    #[obs::traced]
    fn get(&self) -> u32;
}

struct Memory;

impl Store for Memory {
    fn get(&self) -> u32 {
        1
    }
}

fn main() {
    Memory.get();
}
