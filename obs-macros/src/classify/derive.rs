//! The whole of the derive, as a pure function.

use super::expand;
use super::mistakes::Mistakes;
use super::model::Classified;
use super::parse::Item;
use crate::tokens::TokenStream;

// Input:  enum Error { #[class(transient)] Timeout }
// Output: impl ::obs::__private::Classify for Error { .. }
/// Implements the trait, also beside mistakes: whoever calls it gets no second error.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mistakes = Mistakes::default();
    let implemented = match Item::parse(item) {
        Ok(item) => expand::classified(&Classified::new(item, &mistakes)),
        Err(keyword) => {
            mistakes.at(keyword, "`Classify` is derived for enums and structs; implement `obs::Classify` by hand");
            TokenStream::new()
        }
    };
    [implemented, mistakes.into_tokens()].into_iter().collect()
}
