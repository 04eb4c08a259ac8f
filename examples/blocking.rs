//! A service on a single thread, and a handler that blocks it: while one pays, nobody else is answered.
//!
//! The block `impl Shop` promises that no handler keeps its thread for more than 5 ms. `pay_here` asks the bank in the middle of a
//! poll, as one writes it first, and breaks the promise; `pay` lets a thread wait that is there for it, and hands it the
//! context. Look at the tests for the message, and at what `main` prints of a ping beside each of the two.
//!
//! ```text
//! cargo run --example blocking --features testing
//! cargo test --example blocking --features testing
//! ```

use std::io::{self, BufRead as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use obs::{Context, FutureExt as _, budget, profiled, traced};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The bank's own library, which knows nothing of `async`: it blocks its caller until the bank has answered.
#[derive(Clone)]
struct Bank(Arc<dyn Fn() + Send + Sync>);

impl Bank {
    /// One that answers when `wait` returns.
    fn new(wait: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wait))
    }

    #[traced(kind = client, fields(cents))]
    #[profiled]
    fn charge(&self, cents: u32) -> String {
        (self.0)();
        format!("paid {cents} cents")
    }
}

#[derive(Clone)]
struct Shop {
    bank: Bank,
}

/// The handlers. The budget holds for each of them, also those that are still to be written.
#[traced(kind = server)]
#[budget(poll_ms = 5)]
impl Shop {
    async fn ping(&self) -> String {
        "pong".to_owned()
    }

    /// The thread that polls it waits for the bank, and everybody else for the thread.
    async fn pay_here(&self, cents: u32) -> String {
        self.bank.charge(cents)
    }

    /// Another thread waits; its span is in this trace all the same.
    async fn pay(&self, cents: u32) -> String {
        let bank = self.bank.clone();
        let charge = Context::current().bind(move || bank.charge(cents));
        tokio::task::spawn_blocking(charge).await.expect("the bank's library does not panic")
    }
}

/// Answers a line.
async fn answer(shop: &Shop, line: &str) -> String {
    match line.split_once(' ').map(|(way, cents)| (way, cents.parse())) {
        Some(("pay-here", Ok(cents))) => shop.pay_here(cents).await,
        Some(("pay", Ok(cents))) => shop.pay(cents).await,
        _ if line == "ping" => shop.ping().await,
        _ => "there are `ping`, `pay CENTS` and `pay-here CENTS`".to_owned(),
    }
}

/// Answers line by line.
async fn talk(mut stream: TcpStream, shop: Shop) -> io::Result<()> {
    let (input, mut output) = stream.split();
    let mut lines = BufReader::new(input).lines();
    while let Some(line) = lines.next_line().await? {
        let answer = answer(&shop, &line).await;
        output.write_all(format!("{answer}\n").as_bytes()).await?;
    }
    Ok(())
}

async fn serve(listener: TcpListener, shop: Shop) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(talk(stream, shop.clone()).in_context(Context::current()));
    }
}

/// Starts the service on a thread of its own, and says where it listens.
fn start(shop: Shop) -> io::Result<SocketAddr> {
    let executor = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let listener = executor.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    thread::spawn(Context::current().bind(move || executor.block_on(serve(listener, shop))));
    Ok(address)
}

/// Sends a line, and waits for the answer.
fn ask(address: SocketAddr, line: &str) -> io::Result<String> {
    let mut stream = std::net::TcpStream::connect(address)?;
    writeln!(stream, "{line}")?;
    io::BufReader::new(stream).lines().next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()))
}

/// Pays, and says how long a ping takes that is sent meanwhile.
fn ping_beside(address: SocketAddr, way: &str) -> io::Result<Duration> {
    thread::scope(|scope| {
        let paid = scope.spawn(|| ask(address, &format!("{way} 250")));
        // By then the bank is asked.
        thread::sleep(Duration::from_millis(10));
        let sent = Instant::now();
        ask(address, "ping")?;
        let took = sent.elapsed();
        paid.join().expect("it does not panic").map(|_| took)
    })
}

fn main() -> io::Result<()> {
    let bank = Bank::new(|| thread::sleep(Duration::from_millis(60)));
    let (result, recording) = obs::testing::record_with(|| -> io::Result<()> {
        let address = start(Shop { bank })?;
        println!("The bank takes 60 ms; a ping that is sent 10 ms later is answered after");
        for way in ["pay-here", "pay"] {
            println!("  {:>9.1?} beside `{way}`", ping_beside(address, way)?);
        }
        Ok(())
    });
    result?;
    println!("\nAll calls:\n{recording}");
    recording.broken_budgets().iter().for_each(|broken| println!("What a test says:\n{broken}"));
    println!("How the budgets were kept:\n{}", obs::budgets());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};
    use std::thread;
    use std::time::Duration;

    use obs::ManualClock;
    use obs::testing::record_async;

    use super::{Bank, Shop};

    /// One whose bank takes longer than a poll may.
    fn shop() -> Shop {
        Shop { bank: Bank::new(|| thread::sleep(Duration::from_millis(20))) }
    }

    #[obs::test]
    async fn paying_aside_keeps_the_budget() {
        assert_eq!(shop().pay(250).await, "paid 250 cents");
    }

    #[obs::test]
    #[should_panic(expected = "over its poll budget of 5.00ms, in 1 of 1 calls")]
    async fn paying_here_fails_its_test() {
        shop().pay_here(250).await;
    }

    #[test]
    fn the_message_shows_the_poll_and_who_blocked_it() {
        let clock = ManualClock::new();
        let banks_clock = clock.clone();
        let shop = Shop { bank: Bank::new(move || banks_clock.advance(Duration::from_millis(20))) };
        let executor = tokio::runtime::Builder::new_current_thread().build().expect("tokio starts");
        let recording = clock.run(|| executor.block_on(record_async(shop.pay_here(250))));
        let [broken] = &*recording.broken_budgets() else { panic!("{recording}") };
        insta::assert_snapshot!(broken, @"
        blocking::Shop::pay_here (examples/blocking.rs:54)
          took 20.0ms, 300 % over its poll budget of 5.00ms, in 1 of 1 calls
          slowest: blocking::Bank::charge (examples/blocking.rs:34), 20.0ms in 1 call

          blocking::Shop::pay_here   20.0ms  1 poll, longest 20.0ms  <- over budget
          └─ blocking::Bank::charge  20.0ms
        ");
    }

    #[tokio::test]
    async fn a_ping_is_answered_while_the_bank_is_asked() {
        let (answer, waits) = mpsc::channel();
        let waits = Mutex::new(waits);
        // The bank answers only after the ping: a handler that waits for it here waits in vain.
        let wait = move || waits.lock().expect("not poisoned").recv_timeout(Duration::from_secs(10));
        let shop = Shop { bank: Bank::new(move || wait().expect("a ping is answered meanwhile")) };
        let ping = async { shop.ping().await == "pong" && answer.send(()).is_ok() };
        assert_eq!(tokio::join!(shop.pay(250), ping), ("paid 250 cents".to_owned(), true));
    }

    #[tokio::test]
    async fn what_another_thread_does_stays_in_the_trace() {
        let shop = Shop { bank: Bank::new(|| ()) };
        let recording = record_async(shop.pay(250)).await;
        let charge = recording.callsite("Bank::charge").each().next().expect("the bank was asked");
        assert_eq!(charge.parent().map(|call| call.name()), Some("blocking::Shop::pay"), "{recording}");
    }
}
