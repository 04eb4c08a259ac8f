use obs::traced;

#[traced(semconv = "database", fields(db.system.name = "sqlite"))]
fn load() {}

fn main() {
    load();
}
