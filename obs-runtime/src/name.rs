//! Qualified names of functions, made of type names.

/// The name of the function that a type is declared in: `my_crate::cart::Cart::checkout`.
///
/// Takes what `type_name` says of a type inside the function, and leaves out the type itself, closures, generic
/// arguments, and the `<impl ..>` and `<.. as ..>` dressing of methods.
pub(crate) fn of_type(type_name: &str) -> String {
    of_function(type_name.rsplit_once("::").map_or(type_name, |(function, _)| function))
}

/// The same of what `type_name` says of the function itself, or a demangler of its code.
pub(crate) fn of_function(path: &str) -> String {
    let mut name = String::with_capacity(path.len());
    for segment in segments(path) {
        push_segment(&mut name, segment);
    }
    name
}

/// A type's path without generic arguments: `core::result::Result`.
pub(crate) fn without_generics(path: &str) -> String {
    let mut name = String::with_capacity(path.len());
    let mut depth = 0_usize;
    for c in path.chars() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => name.push(c),
            _ => {}
        }
    }
    name
}

/// Splits at the `::` outside of angle brackets.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = outer_separator(text);
        rest = end.map(|at| &text[at + 2..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

fn outer_separator(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && text[at..].starts_with("::") => return Some(at),
            _ => {}
        }
    }
    None
}

fn push_segment(name: &mut String, segment: &str) {
    // `{{closure}}`, or `{closure#0}` where a demangler wrote it.
    if segment.starts_with('{') {
        return;
    }
    // `<impl Trait for Type>` and `<impl Type>` stand after the module of the impl; `<Type as Trait>` stands first.
    // All three name the type by its full path, which replaces what came before.
    if let Some(inner) = segment.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) {
        let inner = match inner.strip_prefix("impl ") {
            Some(inner) => inner,
            None if name.is_empty() => inner,
            // Arguments of the function, `query::<u8>`, as a demangler writes them.
            None => return,
        };
        let ty = inner.rsplit_once(" for ").map_or(inner, |(_, ty)| ty);
        let ty = ty.split_once(" as ").map_or(ty, |(ty, _)| ty);
        *name = without_generics(ty);
        return;
    }
    if !name.is_empty() {
        name.push_str("::");
    }
    name.push_str(&without_generics(segment));
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{of_function, of_type};

    #[test]
    fn names_are_paths_with_the_type_and_without_arguments() {
        for (type_name, name) in [
            ("a::cart::Cart::checkout::Here", "a::cart::Cart::checkout"),
            ("a::cart::W<_>::m::Here", "a::cart::W::m"),
            ("a::cart::Tr::d::Here", "a::cart::Tr::d"),
            ("a::other::<impl a::cart::Cart>::o::Here", "a::cart::Cart::o"),
            ("a::other::<impl a::cart::Tr for alloc::vec::Vec<u8>>::d::Here", "alloc::vec::Vec::d"),
            ("a::other::<impl a::cart::Tr for [u8; 3]>::d::Here", "[u8; 3]::d"),
            ("<a::cart::W<_> as core::clone::Clone>::clone::Here", "a::cart::W::clone"),
            ("a::main::outer::{{closure}}::Here", "a::main::outer"),
            ("a::main::match::Here", "a::main::match"),
        ] {
            assert_eq!(of_type(type_name), name);
        }
    }

    #[test]
    fn a_function_is_called_as_the_types_inside_it_say() {
        for (type_name, name) in [
            ("a::db::query", "a::db::query"),
            ("a::db::query<u8>", "a::db::query"),
            ("<a::db::Rows as a::db::Repository>::find", "a::db::Rows::find"),
            ("a::other::<impl a::cart::Cart>::o", "a::cart::Cart::o"),
            // As symbols are demangled, of the older and of the newer mangling.
            ("a::db::query::{{closure}}::{{closure}}", "a::db::query"),
            ("<a::db::Rows<T> as a::db::Repository>::find::{{closure}}", "a::db::Rows::find"),
            ("a::db::query::<u8, alloc::vec::Vec<a::X>>::{closure#0}::{closure#1}", "a::db::query"),
            ("<a::cart::Cart>::checkout", "a::cart::Cart::checkout"),
            ("<a::db::Rows<u8> as a::db::Repository>::find::<u8>", "a::db::Rows::find"),
            ("<a::cart::Cart as core::fmt::Debug>::fmt", "a::cart::Cart::fmt"),
        ] {
            assert_eq!(of_function(type_name), name);
        }
    }
}
