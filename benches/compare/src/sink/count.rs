//! Counts the spans of a `TracesData` without decoding them.

/// Spans in a message: `resource_spans` (1), `scope_spans` (2), `spans` (2).
pub(super) fn spans(message: &[u8]) -> u64 {
    let of_scope = |scope| messages(scope, 2).count() as u64;
    let of_resource = |resource| messages(resource, 2).map(of_scope).sum::<u64>();
    messages(message, 1).map(of_resource).sum()
}

/// The messages under one number.
fn messages(mut bytes: &[u8], number: u64) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        loop {
            let key = varint(&mut bytes)?;
            let length = match key & 7 {
                0 => varint(&mut bytes).map(|_| 0),
                1 => Some(8),
                2 => varint(&mut bytes),
                _ => Some(4),
            };
            let (body, rest) = bytes.split_at(length.expect("it is whole") as usize);
            bytes = rest;
            if key == number << 3 | 2 {
                return Some(body);
            }
        }
    })
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
