async fn work() {}

fn spawn(_: impl Future<Output = ()> + Send + 'static) {}

fn main() {
    spawn(async {
        let _span = obs::span!("held");
        work().await;
    });
}
