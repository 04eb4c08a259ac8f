#[obs::budget(polls = 1.5)]
async fn polls() {}

#[obs::budget(polls = 0)]
async fn no_poll() {}

#[obs::budget(allocs = "3", bytes = 4 * 1024, instructions = 10k)]
fn memory() {}

#[obs::budget(instructions = 0)]
fn instructions() {}

#[obs::budget(bytes = 99999999999999999999)]
fn too_many() {}

fn main() {
    drop((polls(), no_poll()));
    memory();
    instructions();
    too_many();
}
