use obs::traced;

#[traced(operation = "step")]
fn first() {}

#[traced(operation = "task", fields(obs.operation.type = "task"))]
fn second() {}

fn main() {
    first();
    second();
}
