//! Fields on their way out of the ring: read back from the words that [`crate::fields`] wrote.

use crate::fields::{Fields, Tag};
use crate::value::Value;

/// Fields as they will be read at the other end: for bridges.
pub fn values_of(fields: &Fields) -> Vec<(&'static str, Value)> {
    read(fields.words())
}

/// Reads fields back from the words that [`Fields`] wrote and the ring delivered.
#[inline]
pub(crate) fn read(words: &[u64]) -> Vec<(&'static str, Value)> {
    // Most spans have none.
    if words.is_empty() { Vec::new() } else { read_some(words) }
}

fn read_some(mut words: &[u64]) -> Vec<(&'static str, Value)> {
    // A field takes three words, unless its text is empty or long.
    let mut fields = Vec::with_capacity((words.len() / 3).min(4));
    while let Some((&[address, length], rest)) = words.split_first_chunk::<2>() {
        #[expect(clippy::cast_possible_truncation, reason = "the length was put together in `key_words`")]
        let (bytes, tag) = (length as u32 as usize, (length >> 40) as u8);
        let Some((value, rest)) = rest.split_at_checked(bytes.div_ceil(8)) else { break };
        words = rest;
        let value = read_value(tag, bytes, value);
        fields.extend(value.map(|value| (key(address, (length >> 48) as usize), value)));
    }
    fields
}

#[expect(clippy::cast_possible_truncation, reason = "the address was a usize")]
fn key(address: u64, length: usize) -> &'static str {
    let start: *const u8 = std::ptr::with_exposed_provenance(address as usize);
    // SAFETY: the two numbers were taken from a `&'static str` by `key_words`, which exposed its provenance and cuts
    // at the end of a character only. All words that get here come from `Fields::words`, and a ring delivers
    // records as they were put in (its models show that none is torn).
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(start, length)) }
}

fn read_value(tag: u8, bytes: usize, words: &[u64]) -> Option<Value> {
    let &first = words.first().unwrap_or(&0);
    Some(match tag {
        tag if tag == Tag::Bool as u8 => Value::Bool(first != 0),
        tag if tag == Tag::I64 as u8 => Value::I64(first.cast_signed()),
        tag if tag == Tag::U64 as u8 => Value::U64(first),
        tag if tag == Tag::F64 as u8 => Value::F64(f64::from_bits(first)),
        tag if tag == Tag::Str as u8 => {
            let mut text = Vec::with_capacity(words.len() * 8);
            words.iter().for_each(|word| text.extend_from_slice(&word.to_le_bytes()));
            text.truncate(bytes);
            let text = String::from_utf8(text);
            Value::Str(text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()).into())
        }
        _ => Value::Array(read_array(tag, bytes, words)?),
    })
}

fn read_array(tag: u8, bytes: usize, words: &[u64]) -> Option<Box<[Value]>> {
    let numbers = words.iter().copied();
    Some(match tag {
        tag if tag == Tag::Bools as u8 => bytes_of(words).take(bytes).map(|byte| Value::Bool(byte != 0)).collect(),
        tag if tag == Tag::I64s as u8 => numbers.map(|word| Value::I64(word.cast_signed())).collect(),
        tag if tag == Tag::U64s as u8 => numbers.map(Value::U64).collect(),
        tag if tag == Tag::F64s as u8 => numbers.map(|word| Value::F64(f64::from_bits(word))).collect(),
        tag if tag == Tag::Strs as u8 => read_texts(&bytes_of(words).take(bytes).collect::<Vec<_>>()),
        _ => return None,
    })
}

fn read_texts(mut bytes: &[u8]) -> Box<[Value]> {
    let mut texts = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let Some((text, rest)) = rest.split_at_checked(u32::from_le_bytes(*length) as usize) else { break };
        bytes = rest;
        texts.push(Value::Str(String::from_utf8_lossy(text).into()));
    }
    texts.into()
}

fn bytes_of(words: &[u64]) -> impl Iterator<Item = u8> {
    words.iter().flat_map(|word| word.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{Fields, MAX_KEY, MAX_TEXT};

    #[test]
    fn values_come_back_with_their_types() {
        let mut fields = Fields::empty();
        fields.value("id", &7_u64);
        fields.value("delta", &-7_i32);
        fields.value("share", &0.25_f64);
        fields.value("hit", &true);
        fields.value("name", "");
        fields.value("city", "Zürich, and more than sixteen words of it");
        fields.value("none", &None::<u8>);
        fields.debug("list", &[1, 2]);
        fields.display("shown", &1.5);
        let read = read(fields.words());
        let text = |text: &str| Value::Str(text.into());
        assert_eq!(
            read,
            [
                ("id", Value::U64(7)),
                ("delta", Value::I64(-7)),
                ("share", Value::F64(0.25)),
                ("hit", Value::Bool(true)),
                ("name", text("")),
                ("city", text("Zürich, and more than sixteen words of it")),
                ("list", text("[1, 2]")),
                ("shown", text("1.5")),
            ]
        );
    }

    #[test]
    fn a_key_past_the_limit_is_cut_at_the_end_of_a_character() {
        let long: &'static str = "ü".repeat(MAX_KEY).leak();
        let mut fields = Fields::empty();
        fields.value(long, &1_u8);
        assert!(matches!(&read(fields.words())[..], [(key, Value::U64(1))] if key.len() == MAX_KEY - 1));
    }

    #[test]
    fn text_past_the_limit_is_cut_and_counted() {
        let mut fields = Fields::empty();
        fields.value("long", &"ü".repeat(MAX_TEXT));
        assert_eq!(fields.dropped(), 1);
        assert!(matches!(&read(fields.words())[..], [("long", Value::Str(text))] if text.len() == MAX_TEXT));
    }

    #[test]
    fn fields_past_the_limit_are_left_out_and_counted() {
        let mut fields = Fields::empty();
        (0..4).for_each(|_| fields.value("long", &"x".repeat(MAX_TEXT)));
        assert_eq!(read(fields.words()).len(), 1);
        assert_eq!(fields.dropped(), 3);
    }

    #[test]
    fn arrays_come_back_with_the_types_of_their_elements() {
        let mut fields = Fields::empty();
        fields.value("hits", &[true, false, true, true, false, true, false, true, true]);
        fields.value("deltas", &vec![-1_i8, 2]);
        fields.value("sizes", [1_usize, usize::MAX].as_slice());
        fields.value("bytes", b"\x01\xff");
        fields.value("shares", &[0.5_f32, -0.0]);
        fields.value("names", &["", "Zürich", "of more than eight bytes"]);
        fields.value("owned", &[String::from("a"), String::from("b")].map(Box::new));
        fields.value("none", &[""; 0]);
        fields.value("last", &true);
        let array = |values: &[Value]| Value::Array(values.into());
        let text = |text: &str| Value::Str(text.into());
        let hits = [true, false, true, true, false, true, false, true, true].map(Value::Bool);
        assert_eq!(
            read(fields.words()),
            [
                ("hits", array(&hits)),
                ("deltas", array(&[Value::I64(-1), Value::I64(2)])),
                ("sizes", array(&[Value::U64(1), Value::U64(u64::MAX)])),
                ("bytes", array(&[Value::U64(1), Value::U64(255)])),
                ("shares", array(&[Value::F64(0.5), Value::F64(-0.0)])),
                ("names", array(&[text(""), text("Zürich"), text("of more than eight bytes")])),
                ("owned", array(&[text("a"), text("b")])),
                ("none", array(&[])),
                ("last", Value::Bool(true)),
            ]
        );
        assert_eq!(fields.dropped(), 0);
    }

    #[test]
    fn an_array_past_the_limit_is_cut_and_counted_once() {
        let cut = |fields: &Fields| match &read(fields.words())[..] {
            [("all", Value::Array(values))] => values.to_vec(),
            other => panic!("one array, not {other:?}"),
        };
        let mut fields = Fields::empty();
        fields.value("all", &[7_u8; MAX_TEXT]);
        assert_eq!((cut(&fields).len(), fields.dropped()), (MAX_TEXT / 8, 1));

        let mut fields = Fields::empty();
        fields.value("all", &[true; MAX_TEXT + 1]);
        assert_eq!((cut(&fields).len(), fields.dropped()), (MAX_TEXT, 1));

        let mut fields = Fields::empty();
        let long = "ü".repeat(MAX_TEXT);
        fields.value("all", &["ab", &long, "cd"]);
        let (first, second) = (Value::Str("ab".into()), Value::Str("ü".repeat((MAX_TEXT - 10) / 2).into()));
        assert_eq!((cut(&fields), fields.dropped()), (vec![first, second], 1));

        let mut fields = Fields::empty();
        fields.value("all", &[7_u64; MAX_TEXT / 8]);
        assert_eq!((cut(&fields).len(), fields.dropped()), (MAX_TEXT / 8, 0), "what fits exactly is whole");
    }

    #[test]
    fn arrays_past_what_a_span_may_carry_are_left_out_and_counted() {
        let mut fields = Fields::empty();
        (0..4).for_each(|_| fields.value("all", &[7_u64; MAX_TEXT / 8]));
        assert_eq!((read(fields.words()).len(), fields.dropped()), (1, 3));
    }

    #[test]
    fn sensitive_elements_are_not_written() {
        let mut fields = Fields::empty();
        fields.value("tokens", &[crate::sensitive::Sensitive::new("s3cr3t")]);
        assert_eq!(read(fields.words()), [("tokens", Value::Array([Value::Str("[redacted]".into())].into()))]);
    }
}
