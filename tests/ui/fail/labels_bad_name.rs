#[obs::counted(labels(http.method = "GET"))]
fn f() {}

#[obs::counted(labels(__name = "GET", le = 1))]
fn g() {}

fn main() {
    f();
    g();
}
