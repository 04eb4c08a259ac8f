#[obs::test(runs = 0, time = fast, flavor = "many")]
async fn options() {}

#[obs::test(runs = 1.5, worker_threads = 2)]
async fn without_flavor() {}

#[obs::test(flavor = "multi_thread", worker_threads = 0)]
async fn no_worker() {}

#[obs::test(flavor = "multi_thread", worker_threads = 2)]
fn not_async() {}

#[obs::test(worker_threads = 2)]
fn not_async_either() {}

#[obs::test(name = "adds")]
fn unknown() {}

#[obs::test]
fn arguments(_n: u32, _text: &str) {}

#[obs::test]
fn generic<T: Default>() {}

#[obs::test]
fn bounded()
where
    u32: Default,
{
}

#[obs::test]
unsafe fn dangerous() {}

#[obs::test]
const fn constant() {}

#[obs::test]
extern "C" fn foreign() {}

#[obs::test]
#[test]
fn twice() {}

#[obs::test]
struct Cart;

trait Test {
    #[obs::test]
    fn without_body();
}

fn main() {}
