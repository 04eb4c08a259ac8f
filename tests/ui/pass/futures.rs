//! Futures: native, boxed by hand, by alias and by `#[async_trait]`; all stay `Send`.
#![deny(warnings)]

use std::error::Error;
use std::future::Future;
use std::pin::Pin;

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[obs::traced]
#[obs::counted]
async fn question(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
    let n = text.parse()?;
    tokio::task::yield_now().await;
    Ok(n)
}

#[obs::profiled]
async fn nothing() {
    tokio::task::yield_now().await;
}

#[obs::profiled]
async fn early(stop: bool) {
    if stop {
        return;
    }
    panic!("not stopped");
}

#[obs::traced]
fn with_statements(text: &str) -> Pin<Box<dyn Future<Output = Result<usize, Box<dyn Error>>> + '_>> {
    let length = text.len();
    let check = move || Some(length);
    Box::pin(async move {
        let length = check().ok_or("no length")?;
        Ok(length)
    })
}

#[obs::counted]
fn one_line<'a>(n: &'a u32) -> BoxFuture<'a, u32> { Box::pin(async move { *n }) }

#[obs::counted]
fn untyped_error(fail: bool) -> BoxFuture<'static, Result<u32, String>> {
    Box::pin(async move { if fail { Err("failed".into()) } else { Ok(1) } })
}

#[obs::counted]
fn early_boxed(n: u32) -> BoxFuture<'static, u32> {
    if n == 0 {
        return Box::pin(std::future::ready(7));
    }
    Box::pin(async move { n })
}

#[obs::profiled]
fn ready_made(n: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(std::future::ready(n))
}

#[obs::profiled]
fn recursive(n: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    if n == 0 {
        return Box::pin(async { 0 });
    }
    Box::pin(async move { 1 + recursive(n - 1).await })
}

trait Native {
    async fn get(&self) -> Result<u32, ()>;

    #[obs::traced]
    async fn twice(&self) -> Result<u32, ()> {
        Ok(self.get().await? * 2)
    }

    fn later(&self) -> impl Future<Output = u32> + Send;
}

struct Store(u32);

#[obs::traced]
#[obs::counted(in_flight)]
impl Native for Store {
    async fn get(&self) -> Result<u32, ()> {
        Ok(self.0)
    }

    fn later(&self) -> impl Future<Output = u32> + Send {
        let n = self.0;
        async move { n }
    }
}

#[async_trait::async_trait]
trait Dynamic {
    async fn get(&self, key: &str) -> Result<u32, Box<dyn Error + Send + Sync>>;

    #[obs::traced(fields(key))]
    async fn default(&mut self, key: &str) -> Option<u32> {
        self.get(key).await.ok()
    }
}

#[obs::traced]
#[async_trait::async_trait]
impl Dynamic for Store {
    async fn get(&self, key: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
        let n: u32 = key.parse()?;
        tokio::task::yield_now().await;
        Ok(n + self.0)
    }
}

/// As `futures` has it.
trait FutureExt: Future + Sized {
    fn boxed<'a>(self) -> BoxFuture<'a, Self::Output>
    where
        Self: Send + 'a,
    {
        Box::pin(self)
    }
}

impl<F: Future> FutureExt for F {}

#[obs::traced]
fn by_method(text: &str) -> BoxFuture<'_, Result<usize, String>> {
    let length = text.len();
    async move {
        if length == 0 {
            return Err("empty".into());
        }
        Ok(length)
    }
    .boxed()
}

#[obs::counted]
fn by_method_of_any(n: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    std::future::ready(n).boxed()
}

struct Other;

#[async_trait::async_trait]
impl Dynamic for Other {
    #[obs::traced(fields(key), ret)]
    #[obs::counted]
    async fn get(&self, key: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
        if key.is_empty() {
            return Err("no key".into());
        }
        tokio::task::yield_now().await;
        Ok(key.parse()?)
    }
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[obs::traced]
#[tokio::main(flavor = "current_thread")]
#[obs::counted]
async fn main() {
    assert_eq!(is_send(question("1")).await.unwrap(), 1);
    is_send(nothing()).await;
    early(true).await;
    assert_eq!(with_statements("abc").await.unwrap(), 3);
    assert_eq!(is_send(one_line(&3)).await, 3);
    assert!(untyped_error(true).await.is_err());
    assert_eq!(early_boxed(0).await, 7);
    assert_eq!(is_send(ready_made(1)).await, 1);
    assert_eq!(recursive(3).await, 3);
    assert_eq!(is_send(by_method("abc")).await, Ok(3));
    assert_eq!(by_method_of_any(2).await, 2);
    let by_method = obs::callsites().find(|callsite| callsite.name().ends_with("by_method")).unwrap();
    assert!(by_method.meta().is_async);
    assert_eq!(Store(2).twice().await, Ok(4));
    assert_eq!(is_send(Store(2).later()).await, 2);
    assert_eq!(is_send(Dynamic::get(&Store(2), "1")).await.unwrap(), 3);
    assert_eq!(Store(2).default("x").await, None);
    assert!(Other.get("").await.is_err());
    assert_eq!(Other.get("5").await.unwrap(), 5);
}
