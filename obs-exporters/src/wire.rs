//! The wire format of protobuf, as much of it as exporters need.

/// Appends fields to a message.
pub(crate) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self { out: Vec::new() }
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
        self.key(field, 1);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// A string; an empty one is left out, which means the same.
    pub(crate) fn string(&mut self, field: u32, value: &str) {
        if !value.is_empty() {
            self.key(field, 2);
            self.varint(value.len() as u64);
            self.out.extend_from_slice(value.as_bytes());
        }
    }

    /// A message inside this one.
    pub(crate) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.key(field, 2);
        self.delimited(write);
    }

    /// A message with its length before it.
    pub(crate) fn delimited(&mut self, write: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        write(self);
        // The length is known only now: write it behind the body, then turn the two around.
        let body = self.out.len() - start;
        self.varint(body as u64);
        self.out[start..].rotate_left(body);
    }

    fn key(&mut self, field: u32, wire_type: u32) {
        self.varint(u64::from(field << 3 | wire_type));
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.out.push(value.to_le_bytes()[0]);
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
}
