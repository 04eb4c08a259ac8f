async fn work() {}

fn spawn(_: impl Future<Output = ()> + Send + 'static) {}

fn main() {
    spawn(async {
        let _scope = obs::Context::current().attach();
        work().await;
    });
}
