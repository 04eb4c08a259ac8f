//! The wire format of protobuf, as much of it as exporters need.

/// Appends fields to a message.
pub(crate) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self { out: Vec::new() }
    }

    /// Writes into memory that is there already; what it holds is forgotten.
    pub(crate) fn reusing(mut out: Vec<u8>) -> Self {
        out.clear();
        Self { out }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    pub(crate) fn uint(&mut self, field: u32, value: u64) {
        self.key(field, 0);
        self.varint(value);
    }

    /// A `sint32` or `sint64`: small numbers of either sign stay short.
    pub(crate) fn sint(&mut self, field: u32, value: i64) {
        self.uint(field, (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned());
    }

    pub(crate) fn double(&mut self, field: u32, value: f64) {
        self.fixed64(field, value.to_bits());
    }

    pub(crate) fn fixed64(&mut self, field: u32, value: u64) {
        self.key(field, 1);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn fixed32(&mut self, field: u32, value: u32) {
        self.key(field, 5);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// A string; an empty one is left out, which means the same.
    pub(crate) fn string(&mut self, field: u32, value: &str) {
        if !value.is_empty() {
            self.bytes(field, value.as_bytes());
        }
    }

    /// Bytes or a string, also when there are none: inside a `oneof` that says which one it is.
    pub(crate) fn bytes(&mut self, field: u32, value: &[u8]) {
        self.key(field, 2);
        self.varint(value.len() as u64);
        self.out.extend_from_slice(value);
    }

    /// Unsigned integers, packed.
    pub(crate) fn packed(&mut self, field: u32, values: &[u64]) {
        if !values.is_empty() {
            self.message(field, |to| values.iter().for_each(|&value| to.varint(value)));
        }
    }

    /// A message inside this one.
    #[inline]
    pub(crate) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.key(field, 2);
        self.delimited(write);
    }

    /// A message with its length before it.
    #[inline]
    pub(crate) fn delimited(&mut self, write: impl FnOnce(&mut Self)) {
        // The length is known only afterwards; most fit into the byte that is left for it.
        let place = self.out.len();
        self.out.push(0);
        write(self);
        let body = self.out.len() - place - 1;
        if body < 0x80 {
            self.out[place] = body.to_le_bytes()[0];
        } else {
            self.make_room(place, body);
        }
    }

    /// Moves a body behind its length, which takes more than one byte.
    fn make_room(&mut self, place: usize, body: usize) {
        let end = self.out.len();
        // Written behind the body first, to see how long it is; there is one byte for it already.
        self.varint(body as u64);
        let mut length = [0; 10];
        let width = self.out.len() - end;
        length[..width].copy_from_slice(&self.out[end..]);
        self.out.truncate(end + width - 1);
        self.out.copy_within(place + 1..end, place + width);
        self.out[place..place + width].copy_from_slice(&length[..width]);
    }

    /// A message that holds thousands of others: its length takes five bytes whatever it is, so that it need not move.
    pub(crate) fn envelope(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.key(field, 2);
        let place = self.out.len();
        self.out.extend_from_slice(&[0x80, 0x80, 0x80, 0x80, 0]);
        let start = self.out.len();
        write(self);
        let mut body = self.out.len() - start;
        for byte in &mut self.out[place..start] {
            *byte |= (body & 0x7f).to_le_bytes()[0];
            body >>= 7;
        }
    }

    #[inline]
    fn key(&mut self, field: u32, wire_type: u32) {
        self.varint(u64::from(field << 3 | wire_type));
    }

    #[inline]
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.out.push(value.to_le_bytes()[0]);
    }
}

/// The fields of a message, in the order in which they come; ends at the first byte that is not understood.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    /// An integer, fixed or not.
    Int(u64),
    /// Bytes, a string or a message.
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    pub(crate) const fn int(self) -> Option<u64> {
        if let Self::Int(value) = self { Some(value) } else { None }
    }

    pub(crate) const fn bytes(self) -> Option<&'a [u8]> {
        if let Self::Bytes(value) = self { Some(value) } else { None }
    }
}

impl<'a> Fields<'a> {
    /// The last field of a number, which is the one that counts.
    pub(crate) fn last(self, number: u64) -> Option<Field<'a>> {
        self.filter(|(known, _)| *known == number).last().map(|(_, field)| field)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Field<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.varint()?;
        let field = match key & 7 {
            0 => Field::Int(self.varint()?),
            1 => Field::Int(u64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            2 => {
                let length = self.varint()?;
                Field::Bytes(self.take(usize::try_from(length).ok()?)?)
            }
            5 => Field::Int(u32::from_le_bytes(self.take(4)?.try_into().ok()?).into()),
            _ => return None,
        };
        Some((key >> 3, field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = Writer::new();
        write(&mut writer);
        writer.into_bytes()
    }

    #[test]
    fn varints_are_little_endian_groups_of_seven_bits() {
        assert_eq!(bytes(|to| to.uint(1, 150)), [0x08, 0x96, 0x01]);
        assert_eq!(bytes(|to| to.uint(1, u64::MAX)).len(), 11);
    }

    #[test]
    fn signed_numbers_zigzag() {
        let seen = [0, -1, 1, -2, i64::MIN].map(|value| bytes(|to| to.sint(1, value)));
        assert_eq!(seen[..4], [[8, 0], [8, 1], [8, 2], [8, 3]]);
        assert_eq!(seen[4].len(), 11);
    }

    #[test]
    fn messages_carry_their_length_in_front() {
        assert_eq!(bytes(|to| to.message(2, |inner| inner.string(1, "ab"))), [0x12, 4, 0x0a, 2, b'a', b'b']);
        let long = "x".repeat(300);
        let seen = bytes(|to| to.delimited(|inner| inner.string(1, &long)));
        assert_eq!(seen[..5], [0xaf, 0x02, 0x0a, 0xac, 0x02]);
        assert_eq!(seen.len(), 305);
    }

    #[test]
    fn an_envelope_has_a_length_of_five_bytes() {
        assert_eq!(bytes(|to| to.envelope(1, |inner| inner.uint(1, 1))), [0x0a, 0x82, 0x80, 0x80, 0x80, 0, 8, 1]);
        let long = bytes(|to| to.envelope(1, |inner| inner.bytes(1, &[7; 300])));
        assert_eq!(Fields(&long).last(1).and_then(Field::bytes).map(<[u8]>::len), Some(303));
    }

    #[test]
    fn what_was_written_is_read_back() {
        let seen = bytes(|to| {
            to.uint(1, u64::MAX);
            to.fixed64(2, 7);
            to.fixed32(3, 8);
            to.bytes(4, b"");
            to.packed(5, &[1, 300]);
            to.uint(1, 2);
        });
        let fields: Vec<_> = Fields(&seen).collect();
        let want = [
            (1, Field::Int(u64::MAX)),
            (2, Field::Int(7)),
            (3, Field::Int(8)),
            (4, Field::Bytes(b"")),
            (5, Field::Bytes(&[1, 0xac, 2])),
            (1, Field::Int(2)),
        ];
        assert_eq!(fields, want);
        assert_eq!(Fields(&seen).last(1), Some(Field::Int(2)));
    }

    #[test]
    fn garbage_ends_the_reading() {
        for garbage in [&[0xff; 20][..], &[0x0a, 0x7f, 1], &[0x0b], &[0x09, 1, 2], &[0x08]] {
            assert_eq!(Fields(garbage).count(), 0, "{garbage:x?}");
        }
    }
}
