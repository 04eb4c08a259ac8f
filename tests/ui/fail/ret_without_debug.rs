struct Silent;

#[obs::traced(ret)]
fn f() -> Silent {
    Silent
}

fn main() {
    f();
}
