use obs::traced;

#[traced(semconv = "http_server", kind = client, fields(http.request.method = "GET", url.path = "/", url.scheme = "https"))]
fn handle() {}

#[traced(semconv = "rpc", fields(rpc.system.name = "grpc"))]
fn call() {}

#[traced(semconv = "messaging", kind = internal, fields(messaging.system = "kafka", messaging.operation.name = "send"))]
fn send() {}

fn main() {
    handle();
    call();
    send();
}
