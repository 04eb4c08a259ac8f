//! What can be a field's value by itself.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use crate::fields::{Fields, Tag};

impl Fields {
    /// Adds a field with its type kept: integers, floats, `bool`, text, and arrays of one of them.
    #[inline(always)]
    pub fn value<V: FieldValue + ?Sized>(&mut self, key: &'static str, value: &V) {
        value.write(key, self);
    }
}

/// What can be a field's value with its type kept. Everything else goes through `%` (`Display`) or `?` (`Debug`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a field's value by itself",
    note = "write `name = %value` to record its `Display` text, or `name = ?value` for its `Debug` text"
)]
pub trait FieldValue {
    /// Adds the field.
    fn write(&self, key: &'static str, fields: &mut Fields);
}

macro_rules! numbers {
    ($($number:ty => $tag:ident as $wide:ty;)*) => {
        $(impl FieldValue for $number {
            #[inline(always)]
            fn write(&self, key: &'static str, fields: &mut Fields) {
                fields.number(key, Tag::$tag, <$wide>::from(*self).cast_unsigned_bits());
            }
        })*
    };
}

/// The bits of a number as a word.
trait Bits {
    fn cast_unsigned_bits(self) -> u64;
}

impl Bits for i64 {
    #[inline(always)]
    fn cast_unsigned_bits(self) -> u64 {
        self.cast_unsigned()
    }
}

impl Bits for u64 {
    #[inline(always)]
    fn cast_unsigned_bits(self) -> u64 {
        self
    }
}

impl Bits for f64 {
    #[inline(always)]
    fn cast_unsigned_bits(self) -> u64 {
        self.to_bits()
    }
}

numbers! {
    bool => Bool as u64;
    u8 => U64 as u64;
    u16 => U64 as u64;
    u32 => U64 as u64;
    u64 => U64 as u64;
    i8 => I64 as i64;
    i16 => I64 as i64;
    i32 => I64 as i64;
    i64 => I64 as i64;
    f32 => F64 as f64;
    f64 => F64 as f64;
}

impl FieldValue for usize {
    #[inline(always)]
    fn write(&self, key: &'static str, fields: &mut Fields) {
        (*self as u64).write(key, fields);
    }
}

impl FieldValue for isize {
    #[inline(always)]
    fn write(&self, key: &'static str, fields: &mut Fields) {
        (*self as i64).write(key, fields);
    }
}

impl FieldValue for str {
    #[inline]
    fn write(&self, key: &'static str, fields: &mut Fields) {
        fields.str(key, self);
    }
}

impl FieldValue for String {
    #[inline]
    fn write(&self, key: &'static str, fields: &mut Fields) {
        fields.str(key, self);
    }
}

impl FieldValue for Cow<'_, str> {
    #[inline]
    fn write(&self, key: &'static str, fields: &mut Fields) {
        fields.str(key, self);
    }
}

impl FieldValue for char {
    #[inline]
    fn write(&self, key: &'static str, fields: &mut Fields) {
        fields.str(key, self.encode_utf8(&mut [0; 4]));
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => {
        $(impl<V: FieldValue + ?Sized> FieldValue for $pointer {
            #[inline(always)]
            fn write(&self, key: &'static str, fields: &mut Fields) {
                V::write(self, key, fields);
            }
        })*
    };
}

pointers!(&V &mut V Box<V> Rc<V> Arc<V>);

/// `None` leaves the field out.
impl<V: FieldValue> FieldValue for Option<V> {
    #[inline(always)]
    fn write(&self, key: &'static str, fields: &mut Fields) {
        if let Some(value) = self {
            value.write(key, fields);
        }
    }
}
