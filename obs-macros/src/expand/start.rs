//! Where a call's span begins, when it does not simply hang on the running one.

use proc_macro2::{Ident, TokenStream};

use super::{borrowed, elsewhere, private};
use crate::model::{Instrumented, Links, Parent, Start};
use crate::parse::entry::span_of;

// Input:  parent = context, links = others.iter()
// Output: Start::under(&(context)).linked(others.iter())
pub(super) fn start(call: &Instrumented<'_>, start: &Start) -> TokenStream {
    let private = private(call);
    let parent = match &start.parent {
        Parent::Running => ours!(HERE),
        Parent::Root => ours!(ROOT),
        Parent::Is(expr) => {
            let expr = borrowed(expr);
            ours!(under(#expr))
        }
    };
    let links = start.links.as_ref().map(links);
    ours!(#private::Start::#parent #links)
}

// Input:  self.links
// Output: .linked_to(&(self.links))
// Input:  self.links.iter()
// Output: .linked(self.links.iter())
fn links(links: &Links) -> TokenStream {
    match links {
        Links::Place(expr) => {
            let expr = borrowed(expr);
            ours!(.linked_to(#expr))
        }
        Links::Made(expr) => {
            // At the user's expression, so that what is no iterator is reported there.
            let linked = Ident::new("linked", elsewhere(span_of(expr)));
            ours!(.#linked(#expr))
        }
    }
}
