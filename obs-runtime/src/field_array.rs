//! Arrays as a field's value: several values of one kind, with their type kept.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use crate::field_value::FieldValue;
use crate::fields::{Fields, MAX_TEXT, Tag};

/// What can be an element of a field's array.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an element of a field's array",
    note = "the elements are of one kind: integers, floats, `bool` or text",
    note = "write `name = ?value` to record the `Debug` text of the whole"
)]
pub trait ArrayElement {
    /// The element as it is written.
    #[doc(hidden)]
    fn element(&self) -> Element<'_>;
}

/// An element on its way into the words.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Element<'a> {
    Bool(bool),
    I64(i64),
    U64(u64),
    F64(f64),
    Str(&'a str),
}

impl<E: ArrayElement> FieldValue for [E] {
    fn write(&self, key: &'static str, fields: &mut Fields) {
        let tag = self.first().map_or(Tag::Strs, |first| first.element().tag());
        let mut bytes = Vec::with_capacity(self.len().saturating_mul(8).min(MAX_TEXT));
        for value in self {
            if !value.element().write(&mut bytes, fields) {
                break;
            }
        }
        fields.bytes(key, tag, &bytes);
    }
}

impl<E: ArrayElement, const N: usize> FieldValue for [E; N] {
    fn write(&self, key: &'static str, fields: &mut Fields) {
        self.as_slice().write(key, fields);
    }
}

impl<E: ArrayElement> FieldValue for Vec<E> {
    fn write(&self, key: &'static str, fields: &mut Fields) {
        self.as_slice().write(key, fields);
    }
}

impl Element<'_> {
    const fn tag(self) -> Tag {
        match self {
            Self::Bool(_) => Tag::Bools,
            Self::I64(_) => Tag::I64s,
            Self::U64(_) => Tag::U64s,
            Self::F64(_) => Tag::F64s,
            Self::Str(_) => Tag::Strs,
        }
    }

    /// Adds the element, or what of it fits; whether more may follow.
    fn write(self, bytes: &mut Vec<u8>, fields: &mut Fields) -> bool {
        let left = MAX_TEXT - bytes.len();
        match self {
            Self::Bool(value) => add(bytes, &[value.into()], left, fields),
            Self::I64(value) => add(bytes, &value.to_le_bytes(), left, fields),
            Self::U64(value) => add(bytes, &value.to_le_bytes(), left, fields),
            Self::F64(value) => add(bytes, &value.to_le_bytes(), left, fields),
            Self::Str(text) if text.len() + 4 <= left => {
                add_text(bytes, text);
                true
            }
            Self::Str(text) => {
                let text = fields.cut(text, left.saturating_sub(4));
                if !text.is_empty() {
                    add_text(bytes, text);
                }
                false
            }
        }
    }
}

fn add(bytes: &mut Vec<u8>, element: &[u8], left: usize, fields: &mut Fields) -> bool {
    if element.len() <= left {
        bytes.extend_from_slice(element);
        return true;
    }
    fields.cut("", 0);
    false
}

#[expect(clippy::cast_possible_truncation, reason = "at most `MAX_TEXT`")]
fn add_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

macro_rules! elements {
    ($($element:ty => $kind:ident($value:ident => $expr:expr);)*) => {
        $(impl ArrayElement for $element {
            fn element(&self) -> Element<'_> {
                let $value = self;
                Element::$kind($expr)
            }
        })*
    };
}

elements! {
    bool => Bool(value => *value);
    u8 => U64(value => (*value).into());
    u16 => U64(value => (*value).into());
    u32 => U64(value => (*value).into());
    u64 => U64(value => *value);
    usize => U64(value => *value as u64);
    i8 => I64(value => (*value).into());
    i16 => I64(value => (*value).into());
    i32 => I64(value => (*value).into());
    i64 => I64(value => *value);
    isize => I64(value => *value as i64);
    f32 => F64(value => (*value).into());
    f64 => F64(value => *value);
    str => Str(value => value);
    String => Str(value => value);
    Cow<'_, str> => Str(value => value);
}

macro_rules! pointers {
    ($($pointer:ty)*) => {
        $(impl<E: ArrayElement + ?Sized> ArrayElement for $pointer {
            fn element(&self) -> Element<'_> {
                E::element(self)
            }
        })*
    };
}

pointers!(&E &mut E Box<E> Rc<E> Arc<E>);
