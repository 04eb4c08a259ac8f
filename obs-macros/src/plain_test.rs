//! `#[obs::test]`, with the feature off: a plain test, which runs its body once. There is no parser, so what is needed is
//! found among the tokens.

use proc_macro::{Delimiter, Group, TokenStream, TokenTree};

// Input:  fn adds() { body }
// Output: #[::core::prelude::v1::test] fn adds() { body }
pub(crate) fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    let harness = code("#[::core::prelude::v1::test]");
    let function = of_async(args, item.clone()).unwrap_or(item);
    harness.into_iter().chain(function).collect()
}

// Input:  #[ignore] async fn loads() -> R { body }
// Output: #[ignore] fn loads() -> R { async fn body() -> R { body } ::obs::testing::__test_async(&Settings::of(..), body) }
/// Nothing for a function that is not async, or that nobody can call as a test, which rustc says.
fn of_async(args: TokenStream, item: TokenStream) -> Option<TokenStream> {
    let mut head: Vec<TokenTree> = item.into_iter().collect();
    let body = head.pop()?;
    let at = head.iter().position(|token| is_word(token, "fn"))?;
    let [TokenTree::Ident(name), TokenTree::Group(_), output @ ..] = &head[at + 1..] else { return None };
    let (name, output) = (name.to_string(), output.to_vec());
    let asyncness = head.remove(head[..at].iter().position(|token| is_word(token, "async"))?);
    let inside = [asyncness].into_iter().chain(code("fn __obs_body()")).chain(output).chain([body]);
    let outside = braces(inside.chain(call(args, &name)).collect());
    Some(head.into_iter().chain([outside]).collect())
}

// Output: ::obs::testing::__test_async(&::obs::testing::Settings { .. }, __obs_body)
fn call(args: TokenStream, name: &str) -> TokenStream {
    let options = Options::read(args);
    let here = format!("::core::concat!(::core::module_path!(), \"::\", ::core::stringify!({name}))");
    let testing = |item: &str| options.krate.clone().into_iter().chain(code(&format!("::testing::{item}")));
    let of = testing("Settings::of").chain([parentheses(code(&format!("{here}, ::core::file!(), ::core::line!()")))]);
    let settings: TokenStream = match options.threads {
        Some(threads) => {
            let fields = code("threads: ::core::option::Option::Some").into_iter().chain([parentheses(threads)]);
            testing("Settings").chain([braces(fields.chain(code(", ..")).chain(of).collect())]).collect()
        }
        None => of.collect(),
    };
    let arguments = code("&").into_iter().chain(settings).chain(code(", __obs_body")).collect();
    testing("__test_async").chain([parentheses(arguments)]).collect()
}

/// What of the options changes how the body is run.
struct Options {
    krate: TokenStream,
    /// The workers of a runtime that has several.
    threads: Option<TokenStream>,
}

impl Options {
    // Input:  flavor = "multi_thread", crate = my::obs
    fn read(args: TokenStream) -> Self {
        let args: Vec<TokenTree> = args.into_iter().collect();
        let value = |key: &str| {
            let mut options = args.split(|token| token.to_string() == ",");
            let value = options.find_map(|option| match option {
                [word, _, value @ ..] if is_word(word, key) => Some(value),
                _ => None,
            });
            value.map(|value| value.iter().cloned().collect::<TokenStream>())
        };
        let is_several = value("flavor").is_some_and(|flavor| flavor.to_string().contains("multi_thread"));
        let threads = is_several.then(|| value("worker_threads").unwrap_or_else(|| code("2")));
        Self { krate: value("crate").unwrap_or_else(|| code("::obs")), threads }
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident.to_string() == word)
}

/// Tokens of ours.
fn code(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

fn parentheses(inside: TokenStream) -> TokenTree {
    Group::new(Delimiter::Parenthesis, inside).into()
}

fn braces(inside: TokenStream) -> TokenTree {
    Group::new(Delimiter::Brace, inside).into()
}
