//! Qualified names in few columns: the end of a path says more than its beginning.

/// Columns that a name gets, however little room there is.
pub const SHORTEST: usize = 12;

/// The name in at most `width` characters, module by module cut off from the left: `..::Cart::checkout`.
pub fn shorten(name: &str, width: usize) -> String {
    if length(name) <= width {
        return name.to_owned();
    }
    let mut rest = name;
    while let Some((_, tail)) = split_path(rest) {
        rest = tail;
        if length(rest) + 4 <= width {
            return format!("..::{rest}");
        }
    }
    // Not even the last part fits: keep its end.
    let skip = (length(rest) + 2).saturating_sub(width);
    format!("..{}", rest.chars().skip(skip).collect::<String>())
}

/// Whether a qualified name is `name`, or ends in `::` and that.
pub fn is_called(known: &str, name: &str) -> bool {
    known.strip_suffix(name).is_some_and(|path| path.is_empty() || path.ends_with("::"))
}

/// Splits at the first `::` that is not inside `<..>`, as in `<a::B as c::D>::f`.
fn split_path(name: &str) -> Option<(&str, &str)> {
    let mut depth = 0_u32;
    let bytes = name.as_bytes();
    for at in 0..bytes.len() {
        match bytes[at] {
            b'<' => depth += 1,
            b'>' if at == 0 || bytes[at - 1] != b'-' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && bytes.get(at + 1) == Some(&b':') => return Some((&name[..at], &name[at + 2..])),
            _ => {}
        }
    }
    None
}

/// Columns a text takes; one for each character is near enough for names.
pub fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_modules_from_the_left() {
        let name = "shop::cart::Cart::checkout";
        assert_eq!(shorten(name, 26), name);
        assert_eq!(shorten(name, 25), "..::cart::Cart::checkout");
        assert_eq!(shorten(name, 20), "..::Cart::checkout");
        assert_eq!(shorten(name, 12), "..::checkout");
        assert_eq!(shorten(name, 8), "..eckout");
    }

    #[test]
    fn a_function_is_called_by_whole_parts_of_its_name() {
        let known = "shop::cart::Cart::checkout";
        assert!([known, "Cart::checkout", "checkout"].iter().all(|name| is_called(known, name)));
        assert!(
            ["out", "art::checkout", "cart::Cart", "a::shop::cart::Cart::checkout"]
                .iter()
                .all(|name| !is_called(known, name))
        );
    }

    #[test]
    fn a_qualified_self_is_one_part() {
        assert_eq!(shorten("<shop::Cart as std::fmt::Display>::fmt", 20), "..::fmt");
    }
}
