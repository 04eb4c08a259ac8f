//! Folded stacks: `caller;function 1234`, one line for each path, which speedscope, `inferno` and `flamegraph.pl` read.

/// Adds a frame to a stack.
pub fn push(stack: &mut String, name: &str) {
    if !stack.is_empty() {
        stack.push(';');
    }
    // What separates frames and lines cannot be in a name.
    stack.extend(name.chars().map(|c| match c {
        ';' => ',',
        '\n' | '\r' => ' ',
        c => c,
    }));
}

#[cfg(all(test, not(loom)))]
mod tests {
    #[test]
    fn separators_are_taken_out_of_names() {
        let mut stack = String::new();
        ["a; b\nc", "d"].into_iter().for_each(|name| super::push(&mut stack, name));
        assert_eq!(stack, "a, b c;d");
    }
}
