//! What is asked, and how it is shown.

use std::time::Duration;

use compare::sink::{Received, Sink};

use crate::maker::{MORE_MEMORY, WHO};
use crate::{Last, Load, Sent, run};

/// The tables by name.
pub(crate) const ALL: [(&str, fn()); 4] =
    [("rates", rates), ("limits", limits), ("pending", pending), ("burst", burst)];

const LENGTH: Duration = Duration::from_secs(3);
/// Spans a second.
const RATES: [u64; 6] = [1_000, 10_000, 100_000, 300_000, 500_000, 1_000_000];
/// As fast as it goes.
const FLAT_OUT: u64 = 3_000_000;
const PENDING: u64 = 100_000;
const BURST: u64 = 1_000_000;

fn sinks() -> impl Iterator<Item = (&'static str, Sink)> {
    WHO.iter().map(|(who, protocol)| (*who, Sink::start(protocol)))
}

/// Rate by rate: what arrives, what is lost, what it costs and whom.
fn rates() {
    println!("\n## Rates\n");
    print!(
        "| who | offered, spans/s | made, spans/s | received | lost | counted as lost | process CPU, ns a span received "
    );
    println!("| spans/s/core received | bytes a span | CPU of the caller | collector | exporter | others |");
    println!("|---|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|");
    for (who, mut sink) in sinks() {
        for rate in RATES {
            row(who, &rate.to_string(), run(who, &mut sink, Load::Rate(rate, LENGTH), Last::Flush));
        }
        row(who, "as fast as it goes", run(who, &mut sink, Load::Burst(FLAT_OUT), Last::Flush));
    }
}

fn row(who: &str, rate: &str, (sent, received): (Sent, Received)) {
    let lost = sent.made - received.spans;
    let counted = match (who.starts_with("obs"), sent.lost.as_str()) {
        (true, "") => "0",
        (true, lost) => lost,
        (false, _) => "-",
    };
    let spans = received.spans.max(1) as f64;
    print!("| {who} | {rate} | {:.0} | {} ", sent.made as f64 / sent.seconds, received.spans);
    print!("| {lost} ({:.1} %) | {counted} ", 100.0 * lost as f64 / sent.made as f64);
    print!("| {:.0} | {:.0} ", 1e9 * sent.cpu_seconds / spans, spans / sent.cpu_seconds);
    let [caller, collector, exporter, others] = shares(&sent);
    print!("| {:.0} ", received.bytes as f64 / spans);
    println!("| {caller:.1} % | {collector:.1} % | {exporter:.1} % | {others:.1} % |");
}

/// Percent of a core, by what a thread does; the SDK has no collector.
fn shares(sent: &Sent) -> [f64; 4] {
    let mut shares = [0.0; 4];
    for (name, spent) in &sent.threads {
        let place = match name.as_str() {
            "ship" => 0,
            "obs-collector" => 1,
            "obs-otlp" => 2,
            name if name.starts_with("OpenTelemetry") || name.starts_with("reqwest") => 2,
            _ => 3,
        };
        shares[place] += 100.0 * spent / (sent.seconds + sent.end_seconds);
    }
    shares
}

/// The highest rate at which all arrives, found by halving the distance between one that does and one that does not.
fn limits() {
    println!("\n## The highest rate at which nothing is lost\n");
    println!("| who | spans/s | process CPU, ns a span | spans/s/core |");
    println!("|---|--:|--:|--:|");
    for (who, mut sink) in sinks() {
        let (mut good, mut bad, mut at_best) = (0, 4_000_000, Sent::default());
        while bad - good > 50_000.min(bad / 10) {
            let rate = (good + bad) / 2;
            let (sent, received) = run(who, &mut sink, Load::Rate(rate, Duration::from_secs(1)), Last::Flush);
            let in_time = sent.seconds + sent.end_seconds < 1.5;
            if received.spans == sent.made && in_time {
                (good, at_best) = (rate, sent);
            } else {
                bad = rate;
            }
        }
        let (made, cpu) = (at_best.made.max(1) as f64, at_best.cpu_seconds);
        println!("| {who} | {good} | {:.0} | {:.0} |", 1e9 * cpu / made, made / cpu);
    }
}

/// What flush and shutdown take when much is pending.
fn pending() {
    println!("\n## Flush and shutdown with {PENDING} spans just made\n");
    println!("| who | flush, ms | received | shutdown, ms | received |");
    println!("|---|--:|--:|--:|--:|");
    for (who, mut sink) in sinks() {
        print!("| {who} ");
        for last in [Last::Flush, Last::Shutdown] {
            let (sent, received) = run(who, &mut sink, Load::Burst(PENDING), last);
            print!("| {:.1} | {} ", 1e3 * sent.end_seconds, received.spans);
        }
        println!("|");
    }
}

/// A million at once from one thread.
fn burst() {
    println!("\n## A burst of {BURST} spans from one thread\n");
    println!(
        "| who | received | counted as lost | caller, ns a span | until all was received, s | process CPU, ns a span |"
    );
    println!("|---|--:|---|--:|--:|--:|");
    let more = WHO.iter().filter(|(who, _)| who.starts_with("obs"));
    let more = more.map(|(who, protocol)| (format!("{who}, {MORE_MEMORY}"), Sink::start(protocol)));
    for (who, mut sink) in sinks().map(|(who, sink)| (who.to_owned(), sink)).chain(more) {
        let (sent, received) = run(&who, &mut sink, Load::Burst(BURST), Last::Flush);
        let lost = match (who.starts_with("obs"), sent.lost.as_str()) {
            (true, "") => "0",
            (true, lost) => lost,
            (false, _) => "-",
        };
        let each = |seconds: f64| 1e9 * seconds / sent.made as f64;
        print!("| {who} | {} | {lost} | {:.0} ", received.spans, each(sent.seconds));
        println!("| {:.2} | {:.0} |", sent.seconds + sent.end_seconds, each(sent.cpu_seconds));
    }
}
