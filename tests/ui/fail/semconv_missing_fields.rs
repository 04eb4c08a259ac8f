use obs::traced;

#[traced(semconv = "http_client", fields(http.request.method = "GET", url.full = url))]
fn fetch(url: &str) {
    let _ = url;
}

#[traced(semconv = db)]
fn load() {}

struct Store;

#[traced(semconv = "db", fields(db.operation.name = "SELECT"))]
impl Store {
    fn first(&self) {}

    fn second(&self) {}
}

fn main() {
    fetch("https://example.org");
    load();
    Store.first();
    Store.second();
}
