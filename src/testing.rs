//! The test kit, with what only the facade can add: tests that run on an executor.

#[doc(inline)]
pub use obs_runtime::testing::*;

/// What `#[obs::test]` on an `async fn` expands into.
///
/// # Panics
/// As the test does, when a budget is broken, and when tokio cannot start.
#[doc(hidden)]
#[track_caller]
pub fn __test_async<F: Future>(settings: &Settings, body: impl Fn() -> F) -> F::Output {
    let recorded = || executor(settings).block_on(record_async_with(body()));
    __test_with(settings, || executor(settings).block_on(body()), recorded)
}

/// A new executor for each run: what one leaves behind is not there in the next.
fn executor(settings: &Settings) -> tokio::runtime::Runtime {
    let mut builder = match settings.threads {
        None => tokio::runtime::Builder::new_current_thread(),
        Some(threads) => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    builder.enable_all().build().expect("tokio starts")
}
