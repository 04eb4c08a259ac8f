//! Families whose labels are what they say: the target and the functions.

use std::borrow::Cow;

use obs_runtime::Snapshot;

use crate::families::{Attribute, Family, Kind, Number};

/// The resource's attributes as `target_info`.
pub(super) fn target(snapshot: &Snapshot) -> Option<Family<'_>> {
    let attributes = snapshot.resource().attributes();
    let attributes: Vec<Attribute<'_>> =
        attributes.map(|(key, value)| (Cow::Borrowed(key), Cow::Owned(value.to_string()))).collect();
    let mut family = Family::new("target.info", "", Kind::Info, "The resource that is speaking.");
    family.push(attributes, Number::Int(1));
    (!family.points[0].attributes.is_empty()).then_some(family)
}

/// What is known of each function before its first call, as `obs_function_info`.
pub(super) fn functions(snapshot: &Snapshot) -> Family<'_> {
    let help = "What is known of an annotated function before its first call.";
    let mut family = Family::new("obs.function.info", "", Kind::Info, help);
    for callsite in snapshot.callsites() {
        let mut attributes = vec![
            (Cow::Borrowed("code.function.name"), Cow::Borrowed(callsite.name())),
            (Cow::Borrowed("code.file.path"), Cow::Borrowed(callsite.file())),
            (Cow::Borrowed("code.line.number"), Cow::Owned(callsite.line().to_string())),
        ];
        let description = first_line(callsite.callsite().meta().doc);
        if !description.is_empty() {
            attributes.push((Cow::Borrowed("description"), Cow::Borrowed(description)));
        }
        family.push(attributes, Number::Int(1));
    }
    family.settle()
}

/// The first line that says something; the rest of a doc comment is for its reader.
fn first_line(doc: &str) -> &str {
    doc.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_the_first_line_of_the_doc_comment() {
        assert_eq!(first_line("\n  Pays for a cart.  \n\nMore."), "Pays for a cart.");
        assert_eq!(first_line(""), "");
    }
}
