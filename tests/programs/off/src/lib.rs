//! The same functions with and without the attributes, for a comparison of what they compile to.
//!
//! With feature `annotated` they have all attributes, without it none. `obs` is off in both.
#![forbid(unsafe_code)]
#![deny(warnings)]

#[cfg_attr(feature = "annotated", obs::traced(fields(n, text), ret))]
#[cfg_attr(feature = "annotated", obs::profiled(cpu, alloc, sample = 4))]
#[cfg_attr(feature = "annotated", obs::counted(labels(n = n), in_flight))]
#[cfg_attr(feature = "annotated", obs::budget(ms = 10, p99 = "5ms", calls(in_place = 1, "other" = 0)))]
#[inline(never)]
pub fn seen(n: u32, text: &str) -> Result<u32, std::num::ParseIntError> {
    let parsed: u32 = text.parse()?;
    Ok(n.wrapping_mul(parsed))
}

#[cfg_attr(feature = "annotated", obs::traced)]
#[cfg_attr(feature = "annotated", obs::profiled)]
#[inline(never)]
pub fn in_place(values: &[u64]) -> u64 {
    values.iter().fold(7, |sum, value| sum.rotate_left(3) ^ value)
}

#[cfg_attr(feature = "annotated", obs::counted)]
#[inline(never)]
pub async fn later(n: u32) -> Option<u32> {
    std::future::ready(n).await.checked_add(1)
}

#[cfg_attr(feature = "annotated", obs::traced(err))]
#[inline(never)]
pub fn returned(n: u32) -> impl Future<Output = Result<u32, &'static str>> {
    let limit = n / 2;
    async move { limit.checked_sub(1).ok_or("too small") }
}

#[cfg_attr(feature = "annotated", obs::traced)]
#[inline(never)]
pub fn boxed(n: u32) -> std::pin::Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { n.rotate_left(3) })
}

pub struct Cart(Vec<u32>);

#[cfg_attr(feature = "annotated", obs::traced)]
#[cfg_attr(feature = "annotated", obs::counted)]
impl Cart {
    #[inline(never)]
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    #[cfg_attr(feature = "annotated", obs::skip)]
    #[inline(never)]
    pub fn push(&mut self, n: u32) -> Option<&mut u32> {
        self.0.push(n);
        self.0.last_mut()
    }
}

pub fn drive(n: u32) -> Option<std::task::Poll<Option<u32>>> {
    let mut future = std::pin::pin!(later(n));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    Some(std::future::Future::poll(future.as_mut(), &mut context))
}
