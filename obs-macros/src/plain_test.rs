//! `#[obs::test]`, with the feature off: a plain test, which runs its body once. There is no parser, so what is needed is
//! found among the tokens.

use crate::tokens::{TokenStream, TokenTree, fill, is_punct};

// Input:  fn adds() { body }
// Output: #[::core::prelude::v1::test] fn adds() { body }
pub(crate) fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    let function = of_async(args, item.clone()).unwrap_or(item);
    fill("#[::core::prelude::v1::test] #function", &[("function", function)])
}

// Input:  #[ignore] async fn loads() -> R { body }
// Output: #[ignore] fn loads() -> R {
//             async fn __obs_body() -> R { body }
//             ::obs::testing::__test_async(&Settings::of(..), __obs_body)
//         }
/// Nothing for a function that is not async, or that nobody can call as a test, which rustc says.
fn of_async(args: TokenStream, item: TokenStream) -> Option<TokenStream> {
    let mut head: Vec<TokenTree> = item.into_iter().collect();
    let body = head.pop()?;
    let at = head.iter().position(|token| is_word(token, "fn"))?;
    let [name @ TokenTree::Ident(_), TokenTree::Group(_), output @ ..] = &head[at + 1..] else { return None };
    let (name, output) = (name.clone(), output.iter().cloned().collect());
    let asyncness = head.remove(head[..at].iter().position(|token| is_word(token, "async"))?);
    let Options { krate, threads } = Options::read(args);
    let parts = [
        ("head", head.into_iter().collect()),
        ("async", asyncness.into()),
        ("output", output),
        ("body", body.into()),
        ("settings", settings(&krate, threads, name)),
        ("krate", krate),
    ];
    let template = "#head {
            #async fn __obs_body() #output #body
            #krate::testing::__test_async(&#settings, __obs_body)
        }";
    Some(fill(template, &parts))
}

// Output: ::obs::testing::Settings { threads: Some(2), ..::obs::testing::Settings::of("path::loads", file!(), line!()) }
fn settings(krate: &TokenStream, threads: Option<TokenStream>, name: TokenTree) -> TokenStream {
    let krate = ("krate", krate.clone());
    let of = "#krate::testing::Settings::of(
            ::core::concat!(::core::module_path!(), \"::\", ::core::stringify!(#name)), ::core::file!(), ::core::line!()
        )";
    let of = fill(of, &[krate.clone(), ("name", name.into())]);
    let Some(threads) = threads else { return of };
    let several = "#krate::testing::Settings { threads: ::core::option::Option::Some(#threads), ..#of }";
    fill(several, &[krate, ("threads", threads), ("of", of)])
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
            let mut options = args.split(|token| is_punct(Some(token), ','));
            let value = options.find_map(|option| match option {
                [word, _, value @ ..] if is_word(word, key) => Some(value),
                _ => None,
            });
            value.map(|value| value.iter().cloned().collect::<TokenStream>())
        };
        let is_several = value("flavor").is_some_and(|flavor| flavor.to_string().contains("multi_thread"));
        let threads = is_several.then(|| value("worker_threads").unwrap_or_else(|| fill("2", &[])));
        Self { krate: value("crate").unwrap_or_else(|| fill("::obs", &[])), threads }
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(_)) && token.to_string() == word
}
