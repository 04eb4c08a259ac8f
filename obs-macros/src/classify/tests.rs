//! Expansions of the pure function, read as source.

use super::derive;
use crate::tests::{source, tokens};
use crate::tokens::{Delimiter, Group, TokenStream, TokenTree, fill, flatten};

/// What the derive adds to the item.
fn expand(item: &str) -> String {
    source(&derive(tokens(item)))
}

macro_rules! forms {
    ($($name:ident: $item:literal)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), expand($item));
        })*
    };
}

forms! {
    variants: "/// Why.\n#[derive(Debug)] pub(crate) enum Error { #[class(transient)] Timeout, #[class(configuration)] #[cold] Config(String, u8), #[class(data)] Row { id: u32 } = 3 + 4, #[class(resource)] r#Type, }"
    options: "enum Error { #[class(transient, retryable = false, severity = high)] A, #[class(\"quota\", retryable)] B(u8), #[class(data, severity = critical, retryable = true,)] C }"
    inner: "enum Error { #[class(inner)] Db(#[from] pub(crate) db::Error), #[class(inner)] Io { source: Box<std::io::Error> } }"
    structs: "#[class(data)] pub struct Error { line: u32 }"
    struct_inner: "#[class(inner)] struct Error(pub (A, B));"
    struct_inner_named: "#[class(inner)] struct Error { pub(in crate::a) source: A }"
    generic: "#[class(inner)] struct Error<'a, T: Fn() -> Vec<u8> + 'a = fn() -> Vec<u8>, const N: usize = { 3 }>(&'a [T; N]) where T: Debug, [u8; { N }]: Sized;"
    generic_enum: "enum Error<T, U = Map<T, u8>> where T: Into<Vec<U>> { #[class(inner)] A(Option<T>), #[class(inner)] B(Box<Error<u8>>), #[class(inner)] C(Concrete), #[class(data)] D(U), #[class(inner)] E(Box<Self>, ) }"
    empty: "enum Never {}"
    elsewhere: "#[obs(crate = my::reexported)] #[class(data)] struct Error;"
    other_attributes: "#[obs::skip] #[class(data)] #[doc = \"class\"] struct Error { #[obs::skip] a: u8 }"
    mistakes: "#[class(data)] #[obs(krate = a)] enum Error { Timeout, #[class] A, #[class(later)] B, #[class(\"Not\")] C, #[class(\"data\")] D, #[class(\"unknown\")] E, \
        #[class(inner)] F, #[class(inner)] G(u8, u8), #[class(inner, retryable)] H(u8), #[class(data, retry)] I, #[class(data, retryable = 3)] J, #[class(data, severity = bad)] K, \
        #[class(data, severity)] L, #[class(data, retryable, retryable)] M, #[class(data)] #[class(data)] N, O(#[class(inner)] u8), #[class(data = 3)] P, #[class(data retryable)] Q, \
        #[class(retryable, data)] R }"
    not_a_type_with_classes: "union Bits { a: u8 }"
}

#[test]
fn what_macro_rules_puts_in_is_read_as_if_it_were_written() {
    let group = |delimiter, tokens| TokenStream::from(TokenTree::from(Group::new(delimiter, tokens)));
    let hidden = |text| group(Delimiter::None, fill(text, &[]));
    let parts = [
        ("visibility", hidden("pub")),
        ("attribute", group(Delimiter::Bracket, hidden("class(inner)"))),
        ("ty", hidden("Map<A, B>")),
    ];
    let expanded = flatten(derive(fill("# #attribute #visibility struct Error(#visibility #ty);", &parts))).to_string();
    assert!(expanded.contains("class (& self .0)"), "{expanded}");
    assert!(!expanded.contains("compile_error"), "{expanded}");
}
