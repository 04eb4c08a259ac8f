//! What the attributes accept and what they say about mistakes.

#![cfg(feature = "enabled")]

#[test]
fn every_form_of_function_compiles_and_runs() {
    trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
}

#[test]
fn each_mistake_has_one_message() {
    trybuild::TestCases::new().compile_fail("tests/ui/fail/*.rs");
}
