//! W3C Trace Context: the cases of its test suite, and the writer.

use super::{SPAN, TRACE, extracted, headers, injected};
use crate::context::Context;
use crate::ids::{SpanId, TraceId};
use crate::propagation::Propagator::TraceContext;
use crate::trace_state::TraceState;

const IDS: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

/// What a `traceparent` becomes: whether it is valid, and its flags.
const PARENTS: &[(&str, &str, Option<u8>)] = &[
    ("recorded", "00-{}-01", Some(1)),
    ("not recorded", "00-{}-00", Some(0)),
    ("random id", "00-{}-03", Some(3)),
    ("unknown flags are zeroed", "00-{}-ff", Some(3)),
    ("space around", " \t00-{}-01\t ", Some(1)),
    ("version 00 with more behind", "00-{}-01-", None),
    ("version 00 with more behind, dotted", "00-{}-01.", None),
    ("version 00 with a word behind", "00-{}-01-what-the-future-will-be-like", None),
    ("a later version", "cc-{}-01", Some(1)),
    ("a later version with more behind", "cc-{}-01-what-the-future-will-be-like", Some(1)),
    ("a later version with nothing behind the dash", "cc-{}-01-", Some(1)),
    ("a later version with something glued on", "cc-{}-01.what-the-future-will-not-be-like", None),
    ("a later version, too short", "cc-{}-0", None),
    ("the version that must not be", "ff-{}-01", None),
    ("a version that is not hex", ".0-{}-01", None),
    ("a version that is not hex, behind", "0.-{}-01", None),
    ("a version in upper case", "CC-{}-01", None),
    ("a version of three digits", "000-{}-01", None),
    ("a version of one digit", "0-{}-01", None),
    ("all of the trace zero", "00-00000000000000000000000000000000-1234567890123456-01", None),
    ("all of the span zero", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", None),
    ("a trace that is not hex", "00-.bf92f3577b34da6a3ce929d0e0e4736-1234567890123456-01", None),
    ("a trace in upper case", "00-4BF92F3577B34DA6A3CE929D0E0E4736-1234567890123456-01", None),
    ("a trace of 33 digits", "00-4bf92f3577b34da6a3ce929d0e0e47361-1234567890123456-01", None),
    ("a trace of 31 digits", "00-4bf92f3577b34da6a3ce929d0e0e473-1234567890123456-01", None),
    ("a span that is not hex", "00-4bf92f3577b34da6a3ce929d0e0e4736-123456789012345.-01", None),
    ("a span in upper case", "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01", None),
    ("a span of 17 digits", "00-4bf92f3577b34da6a3ce929d0e0e4736-12345678901234567-01", None),
    ("a span of 15 digits", "00-4bf92f3577b34da6a3ce929d0e0e4736-123456789012345-01", None),
    ("flags that are not hex", "00-{}-.0", None),
    ("flags in upper case", "00-{}-0A", None),
    ("flags of three digits", "00-{}-001", None),
    ("flags of one digit", "00-{}-1", None),
    ("other signs between", "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01", None),
    ("nothing", "", None),
    ("not ASCII", "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01", None),
];

#[test]
fn a_traceparent_is_read_as_the_suite_has_it() {
    for (case, value, flags) in PARENTS {
        let value = value.replace("{}", IDS);
        let context = extracted(TraceContext, &[("traceparent", &value), ("tracestate", "foo=1")]);
        assert_eq!(context.trace_id().map(|_| context.trace_flags()), *flags, "{case}: {value:?}");
        assert_eq!(context.is_remote(), flags.is_some(), "{case}");
        let state = if flags.is_some() { "foo=1" } else { "" };
        assert_eq!(context.trace_state().as_str(), state, "{case}: a state goes with its parent");
        let expected = flags.map(|flags| {
            vec![
                ("traceparent".to_owned(), format!("00-{IDS}-{flags:02x}")),
                ("tracestate".to_owned(), "foo=1".to_owned()),
            ]
        });
        assert_eq!(injected(TraceContext, &context), expected.unwrap_or_default(), "{case}: written as version 00");
    }
}

#[test]
fn the_name_is_read_in_any_case_and_no_other_name_is() {
    let value = format!("00-{IDS}-01");
    for (name, found) in
        [("TraceParent", true), ("TRACEPARENT", true), ("trace-parent", false), ("trace.parent", false)]
    {
        assert_eq!(extracted(TraceContext, &[(name, &value)]).trace_id().is_some(), found, "{name}");
    }
}

#[test]
fn two_parents_are_none() {
    let value = format!("00-{IDS}-01");
    let context = extracted(TraceContext, &[("traceparent", &value), ("traceparent", &value)]);
    assert_eq!(context.trace_id(), None);
}

/// What `tracestate` headers become.
#[test]
fn a_tracestate_is_read_as_the_suite_has_it() {
    let key = |length: usize| "z".repeat(length);
    let members = |count: usize| (1..=count).map(|i| format!("bar{i:02}={i:02}")).collect::<Vec<_>>().join(",");
    let all_signs: String = ('\u{20}'..='\u{7e}').filter(|c| !",=".contains(*c)).collect();
    let all_signs = format!("0aA-_*/@z=x{all_signs}").to_lowercase();
    let cases: Vec<(&str, Vec<String>, String)> = vec![
        ("one", vec!["foo=1".into()], "foo=1".into()),
        ("two headers", vec!["foo=1,bar=2".into(), "rojo=1,congo=2".into()], "foo=1,bar=2,rojo=1,congo=2".into()),
        ("an empty header", vec![String::new(), "foo=1".into()], "foo=1".into()),
        ("empty members", vec!["foo=1,,bar=2, ,".into()], "foo=1,bar=2".into()),
        ("space around", vec!["foo=1 \t , \t bar=2, \t baz=3".into()], "foo=1,bar=2,baz=3".into()),
        ("space inside a value", vec!["foo=a b".into()], "foo=a b".into()),
        ("space before the sign", vec!["foo =1".into()], String::new()),
        ("a key in upper case", vec!["FOO=1".into()], String::new()),
        ("a key with a dot", vec!["foo.bar=1".into()], String::new()),
        ("a key that begins with @", vec!["@foo=1,bar=2".into()], String::new()),
        ("a key that begins with a sign", vec!["-foo=1".into()], String::new()),
        ("a tenant and a system", vec!["1a-2f@foo=bar1,bar=2".into()], "1a-2f@foo=bar1,bar=2".into()),
        ("no value", vec!["foo=,bar=3".into()], String::new()),
        ("no sign", vec!["foo".into()], String::new()),
        ("two signs", vec!["foo=bar=baz".into()], String::new()),
        ("a value with a tab", vec!["foo=a\tb".into()], String::new()),
        ("a value that is not ASCII", vec!["foo=é".into()], String::new()),
        ("a key of 256", vec![format!("foo=1,{}=1", key(256))], format!("foo=1,{}=1", key(256))),
        ("a key of 257", vec![format!("foo=1,{}=1", key(257))], String::new()),
        ("a value of 256", vec![format!("foo={}", key(256))], format!("foo={}", key(256))),
        ("a value of 257", vec![format!("foo={}", key(257))], String::new()),
        ("32 members", vec![members(32)], members(32)),
        ("33 members", vec![members(33)], String::new()),
        ("the same key twice", vec!["foo=1,foo=2,bar=3".into()], "foo=1,bar=3".into()),
        ("every sign there is", vec![all_signs.replace('A', "a")], all_signs.clone()),
    ];
    let parent = format!("00-{IDS}-01");
    for (case, values, expected) in cases {
        let mut pairs = vec![("traceparent", parent.as_str())];
        pairs.extend(values.iter().map(|value| ("tracestate", value.as_str())));
        assert_eq!(extracted(TraceContext, &pairs).trace_state().as_str(), expected, "{case}");
    }
}

#[test]
fn past_512_bytes_long_members_go_first_and_then_those_on_the_right() {
    let written = |text: &str| {
        let context =
            Context::remote(TraceId::new(1).unwrap(), SpanId::new(1).unwrap(), 1, TraceState::from_valid(text));
        injected(TraceContext, &context).pop().unwrap().1
    };
    let member = |key: char, length: usize| format!("{key}={}", "v".repeat(length - 2));
    let list = |members: &[(char, usize)]| members.iter().map(|(k, n)| member(*k, *n)).collect::<Vec<_>>().join(",");
    let exactly = list(&[('a', 128), ('b', 128), ('c', 128), ('d', 125)]);
    assert_eq!((exactly.len(), written(&exactly)), (512, exactly.clone()));
    let one_more = list(&[('a', 128), ('b', 128), ('c', 128), ('d', 126)]);
    assert_eq!(written(&one_more), list(&[('a', 128), ('b', 128), ('c', 128)]));
    let one_long = list(&[('a', 129), ('b', 128), ('c', 128), ('d', 126)]);
    assert_eq!(written(&one_long), list(&[('b', 128), ('c', 128), ('d', 126)]));
}

#[test]
fn without_a_state_one_that_was_there_is_taken_out() {
    let context = extracted(TraceContext, &[("traceparent", &format!("00-{TRACE}-{SPAN}-01"))]);
    let mut carrier = headers(&[("Traceparent", "old"), ("TraceState", "old=1"), ("accept", "*/*")]);
    crate::propagation::Propagators::W3C.inject(&context, &mut carrier);
    assert_eq!(carrier, headers(&[("accept", "*/*"), ("traceparent", &format!("00-{TRACE}-{SPAN}-01"))]));
}

#[test]
fn without_a_trace_nothing_is_written() {
    assert_eq!(injected(TraceContext, &Context::NONE), []);
}
