//! The running trace, across calls, threads, tasks, channels and streams.

use std::future::Future;
use std::sync::mpsc;
use std::time::Duration;

use obs::{Context, FutureExt as _, Outcome, Span, SpanId, TraceId, TraceState, traced};

use crate::spans::span as one_span;
use crate::support::Kept;

#[traced]
fn child() {}

#[traced]
async fn child_async() {
    tokio::task::yield_now().await;
}

#[traced]
fn outer<R>(body: impl FnOnce() -> R) -> R {
    body()
}

#[traced]
async fn outer_async<R>(body: impl Future<Output = R>) -> R {
    body.await
}

/// Every span of a name hangs on the one span of another name.
fn hangs(kept: &Kept, name: &str, count: usize, parent: &str) {
    let (parent, spans) = (one_span(kept, parent), kept.spans(name));
    assert_eq!(spans.len(), count, "{name}");
    for span in &spans {
        assert_eq!((span.trace_id(), span.parent()), (parent.trace_id(), Some(parent.span_id())), "{name}");
    }
    assert_eq!(Context::current().trace_id(), None, "nothing stays on the thread");
}

#[test]
fn a_thread_goes_on_with_the_context_it_is_given() {
    let kept = Kept::start();
    outer(|| {
        std::thread::spawn(Context::current().bind(child)).join().expect("no panic");
        let context = Context::current();
        let attached = move || {
            let _scope = context.attach();
            child();
        };
        std::thread::spawn(attached).join().expect("no panic");
    });
    hangs(&kept, "context::child", 2, "context::outer");
}

#[test]
fn a_thread_that_is_given_nothing_begins_a_trace() {
    let kept = Kept::start();
    outer(|| std::thread::spawn(child).join().expect("no panic"));
    let (outer, child) = (one_span(&kept, "context::outer"), one_span(&kept, "context::child"));
    assert_ne!(outer.trace_id(), child.trace_id());
    assert_eq!(child.parent(), None);
}

#[test]
fn scoped_threads_go_on_with_the_context() {
    let kept = Kept::start();
    let numbers = [1, 2, 3];
    let sums = outer(|| {
        std::thread::scope(|scope| {
            let sum = || {
                child();
                numbers.iter().sum::<i32>()
            };
            let threads = [(), ()].map(|()| scope.spawn(Context::current().bind(sum)));
            threads.map(|thread| thread.join().expect("no panic"))
        })
    });
    assert_eq!(sums, [6, 6]);
    hangs(&kept, "context::child", 2, "context::outer");
}

#[test]
fn a_bound_closure_that_panics_leaves_its_thread_clean() {
    let kept = Kept::start();
    let bound = outer(|| Context::current().bind(|| panic!("on purpose")));
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(bound)).expect_err("it panics");
    child();
    assert_eq!(one_span(&kept, "context::child").parent(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spawned_tasks_and_blocking_closures_go_on_with_the_context() {
    let kept = Kept::start();
    outer_async(async {
        let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(child_async().in_context(Context::current()))).collect();
        for task in tasks {
            task.await.expect("no panic");
        }
        tokio::task::spawn_blocking(Context::current().bind(child)).await.expect("no panic");
    })
    .await;
    hangs(&kept, "context::child_async", 8, "context::outer_async");
    hangs(&kept, "context::child", 1, "context::outer_async");
}

#[test]
fn a_message_takes_its_context_along() {
    struct Message(Context);

    #[traced(kind = consumer, parent = message.0)]
    fn handle(message: &Message) {
        child();
    }

    #[traced(kind = consumer, root, links = messages.iter().map(|message| &message.0))]
    fn handle_all(messages: &[Message]) {}

    let kept = Kept::start();
    let (sender, receiver) = mpsc::channel();
    let consumer = std::thread::spawn(move || {
        let messages: Vec<Message> = receiver.iter().collect();
        messages.iter().for_each(handle);
        handle_all(&messages);
    });
    let send = || sender.send(Message(Context::current())).expect("somebody listens");
    outer(send);
    outer(send);
    drop(sender);
    consumer.join().expect("no panic");

    let (outer, handled) = (kept.spans("context::outer"), kept.spans("::handle"));
    assert_eq!((outer.len(), handled.len()), (2, 2));
    for (outer, handled) in outer.iter().zip(&handled) {
        assert_eq!((handled.trace_id(), handled.parent()), (outer.trace_id(), Some(outer.span_id())));
    }
    let all = one_span(&kept, "::handle_all");
    let linked: Vec<_> = all.links().iter().map(|link| link.span_id).collect();
    assert_eq!(linked, outer.iter().map(Span::span_id).collect::<Vec<_>>());
    assert_eq!(all.parent(), None);
}

#[tokio::test]
async fn the_branch_that_loses_a_select_is_cancelled() {
    #[traced]
    async fn slow() {
        child();
        std::future::pending::<()>().await;
    }

    #[traced]
    async fn quick() {
        tokio::task::yield_now().await;
    }

    let kept = Kept::start();
    outer_async(async {
        tokio::select! {
            biased;
            () = slow() => unreachable!("it is never ready"),
            () = quick() => {}
        }
        child_async().await;
    })
    .await;
    let outer = Some(one_span(&kept, "context::outer_async").span_id());
    let (slow, quick) = (one_span(&kept, "::slow"), one_span(&kept, "::quick"));
    assert_eq!((slow.outcome(), quick.outcome()), (Outcome::Cancelled, Outcome::Ok));
    assert_eq!((slow.parent(), quick.parent()), (outer, outer));
    assert_eq!(one_span(&kept, "context::child").parent(), Some(slow.span_id()));
    assert_eq!(one_span(&kept, "context::child_async").parent(), outer, "after the select the trace is as before");
}

#[tokio::test]
async fn futures_that_are_joined_keep_their_children_apart() {
    #[traced(fields(n))]
    async fn branch(n: u8) {
        for _ in 0..3 {
            tokio::task::yield_now().await;
            leaf(n);
        }
    }

    #[traced(fields(n))]
    fn leaf(n: u8) {}

    let kept = Kept::start();
    outer_async(async { tokio::join!(branch(1), branch(2)) }).await;
    hangs(&kept, "::branch", 2, "context::outer_async");
    let (branches, leaves) = (kept.spans("::branch"), kept.spans("::leaf"));
    assert_eq!(leaves.len(), 6);
    for leaf in &leaves {
        let parent = branches.iter().find(|branch| branch.field("n") == leaf.field("n")).expect("a branch");
        assert_eq!(leaf.parent(), Some(parent.span_id()));
    }
}

#[test]
fn contexts_nest_and_come_back_in_order() {
    let place = |trace, span| {
        Context::remote(
            TraceId::new(trace).expect("not zero"),
            SpanId::new(span).expect("not zero"),
            1,
            TraceState::EMPTY,
        )
    };
    let (first, second) = (place(1, 2), place(3, 4));
    let ids = || {
        let here = Context::current();
        (here.trace_id().map(TraceId::get), here.span_id().map(SpanId::get))
    };
    assert_eq!(ids(), (None, None));
    let outer = first.attach();
    assert_eq!(ids(), (Some(1), Some(2)));
    {
        let _inner = second.attach();
        assert_eq!(ids(), (Some(3), Some(4)));
        let _nothing = Context::NONE.attach();
        assert_eq!(ids(), (None, None));
    }
    assert_eq!(ids(), (Some(1), Some(2)));
    drop(outer);
    assert_eq!(ids(), (None, None));
}

#[test]
fn spans_inside_an_attached_context_leave_it_as_it_was() {
    let kept = Kept::start();
    let place = outer(Context::current);
    {
        let _scope = place.attach();
        child();
        let _span = obs::span!("context.by_hand");
        drop(obs::span!("context.by_hand"));
        child();
    }
    child();
    let (outer, by_hand) = (one_span(&kept, "context::outer"), kept.spans("context.by_hand"));
    let parents: Vec<_> = kept.spans("context::child").iter().map(Span::parent).collect();
    // The outer one of the two ends last.
    assert_eq!(parents, [Some(outer.span_id()), Some(by_hand[1].span_id()), None]);
    assert_eq!((by_hand[0].parent(), by_hand[1].parent()), (Some(by_hand[1].span_id()), Some(outer.span_id())));
}

#[tokio::test(flavor = "current_thread")]
async fn a_span_held_across_an_await_of_an_annotated_function_does_no_harm_to_other_tasks() {
    #[traced]
    async fn holds() {
        let _span = obs::span!("context.held");
        child();
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        child();
    }

    #[traced]
    async fn beside() {
        for _ in 0..3 {
            bystander();
            tokio::task::yield_now().await;
        }
    }

    #[traced]
    fn bystander() {}

    let kept = Kept::start();
    let local = tokio::task::LocalSet::new();
    let tasks = [local.spawn_local(holds()), local.spawn_local(beside()), local.spawn_local(holds())];
    local.await;
    for task in tasks {
        task.await.expect("no panic");
    }
    let (holders, held) = (kept.spans("::holds"), kept.spans("context.held"));
    assert_eq!((holders.len(), held.len()), (2, 2));
    for held in &held {
        assert!(holders.iter().any(|span| Some(span.span_id()) == held.parent() && span.trace_id() == held.trace_id()));
        let inside = kept.spans("context::child").iter().filter(|child| child.parent() == Some(held.span_id())).count();
        assert_eq!(inside, 2);
    }
    let beside = one_span(&kept, "::beside");
    assert_eq!(beside.parent(), None);
    let bystanders = kept.spans("::bystander");
    assert_eq!(bystanders.len(), 3);
    assert!(bystanders.iter().all(|span| span.parent() == Some(beside.span_id())));
    assert_eq!(Context::current().trace_id(), None);
}

#[tokio::test]
async fn a_future_that_is_traced_by_name_is_a_span() {
    let kept = Kept::start();
    let value = outer_async(async {
        child_async().await;
        7
    })
    .traced("context.named")
    .await;
    assert_eq!(value, 7);
    let never = std::future::pending::<()>().traced("context.never");
    tokio::time::timeout(Duration::from_millis(1), never).await.expect_err("it is never ready");
    drop(child_async().traced("context.unpolled"));
    tokio::spawn(async { panic!("on purpose") }.traced("context.panics")).await.expect_err("it panics");

    let named = one_span(&kept, "context.named");
    assert_eq!((named.outcome(), named.parent()), (Outcome::Ok, None));
    assert_eq!(named.polls().expect("a future").count, 2);
    assert!(named.callsite().meta().file.ends_with("context.rs"));
    hangs(&kept, "context::outer_async", 1, "context.named");
    assert_eq!(one_span(&kept, "context.never").outcome(), Outcome::Cancelled);
    assert_eq!(one_span(&kept, "context.panics").outcome(), Outcome::Panic);
    assert!(kept.spans("context.unpolled").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_future_keeps_its_context_on_whatever_thread_it_is_polled() {
    let kept = Kept::start();
    let wandering = |context: Context| {
        let expected = context.span_id();
        async move {
            for _ in 0..50 {
                assert_eq!(Context::current().span_id(), expected);
                tokio::task::yield_now().await;
            }
        }
        .in_context(context)
    };
    let contexts = [outer(Context::current), outer(Context::current), Context::NONE];
    let tasks = contexts.map(|context| tokio::spawn(wandering(context)));
    for task in tasks {
        task.await.expect("the context is the same at each poll");
    }
    drop(kept);
}

#[cfg(feature = "stream")]
mod streams {
    use std::future::poll_fn;
    use std::pin::{Pin, pin};
    use std::task::Poll;

    use futures_core::Stream;
    use obs::StreamExt as _;

    use super::*;

    /// Gives a number with every second poll, and runs a child with each.
    struct Numbers(u8);

    impl Stream for Numbers {
        type Item = u8;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> Poll<Option<u8>> {
            child();
            self.0 += 1;
            match self.0 {
                polls if polls % 2 == 1 => Poll::Pending,
                polls if polls > 6 => Poll::Ready(None),
                polls => Poll::Ready(Some(polls / 2)),
            }
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            (3, Some(3))
        }
    }

    /// All items, at most so many; a child runs between the polls.
    async fn items(stream: impl Stream<Item = u8>, at_most: usize) -> Vec<u8> {
        let mut stream = pin!(stream);
        let mut items = Vec::new();
        while items.len() < at_most {
            let polled = poll_fn(|context| Poll::Ready(stream.as_mut().poll_next(context))).await;
            between();
            match polled {
                Poll::Pending => {}
                Poll::Ready(Some(item)) => items.push(item),
                Poll::Ready(None) => break,
            }
        }
        items
    }

    #[traced]
    fn between() {}

    #[tokio::test]
    async fn a_stream_is_polled_in_its_context() {
        let kept = Kept::start();
        let stream = outer(|| Numbers(0).in_context(Context::current()));
        assert_eq!(stream.size_hint(), (3, Some(3)));
        assert_eq!(items(stream, 9).await, [1, 2, 3]);
        hangs(&kept, "context::child", 8, "context::outer");
        assert!(kept.spans("::between").iter().all(|span| span.parent().is_none()));
    }

    #[tokio::test]
    async fn a_stream_that_is_traced_is_one_span_from_its_first_poll_to_its_end() {
        let kept = Kept::start();
        let stream = Numbers(0).traced("context.stream");
        assert_eq!(stream.size_hint(), (3, Some(3)));
        let mut stream = pin!(stream);
        assert_eq!(outer_async(items(stream.as_mut(), 9)).await, [1, 2, 3]);
        let span = one_span(&kept, "context.stream");
        assert_eq!((span.outcome(), span.polls().expect("it is polled").count), (Outcome::Ok, 8));
        hangs(&kept, "context.stream", 1, "context::outer_async");
        hangs(&kept, "context::child", 8, "context.stream");
        hangs(&kept, "::between", 8, "context::outer_async");
        items(stream, 1).await;
        assert_eq!(one_span(&kept, "context.stream").span_id(), span.span_id(), "it has ended");
        assert_eq!(kept.spans("context::child").last().and_then(Span::parent), None);
    }

    #[tokio::test]
    async fn a_stream_that_is_dropped_before_its_end_is_cancelled() {
        let kept = Kept::start();
        assert_eq!(items(Numbers(0).traced("context.dropped"), 1).await, [1]);
        drop(Numbers(0).traced("context.unpolled_stream"));
        assert_eq!(one_span(&kept, "context.dropped").outcome(), Outcome::Cancelled);
        assert!(kept.spans("context.unpolled_stream").is_empty());
    }
}
