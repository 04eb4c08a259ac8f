//! A parser of log lines in logfmt, `level=info msg="cart is empty" took=12ms`, that borrows all it finds.
//!
//! Both `parse` promise a single allocation: the list of pairs. `copying::parse` keeps its pairs as `String`s, and breaks the
//! promise with each of them; the message names it and the function that copies. Look at the tests for it, and at what `main`
//! prints of a thousand lines. Allocations are counted because `obs::Alloc` is the program's allocator.
//!
//! ```text
//! cargo run --example parser --features testing
//! cargo test --example parser --features testing
//! ```

use std::fmt;

use obs::testing::record;

#[global_allocator]
static ALLOCATOR: obs::Alloc = obs::Alloc::system();

/// Why a line is no logfmt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ParseError {
    /// What comes next has no `=`.
    MissingValue,
    /// What stands before `=` is no key.
    BadKey,
    /// A value's closing `"` is missing.
    OpenQuote,
    /// Something follows a closing `"` without a space.
    MissingSpace,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingValue => "a key has no value; write `key=value`",
            Self::BadKey => "a key is empty, or has a space or a quote; write `key=value`",
            Self::OpenQuote => "a value begins with a quote and does not end with one; write `key=\"value\"`",
            Self::MissingSpace => "a value goes on after its closing quote; put a space between pairs",
        })
    }
}

impl std::error::Error for ParseError {}

/// The pair that a text begins with, and the text after it. A value in quotes keeps its backslashes, so that it is a part of
/// the text as well.
fn split(text: &str) -> Result<([&str; 2], &str), ParseError> {
    let (key, after) = text.split_once('=').ok_or(ParseError::MissingValue)?;
    if key.is_empty() || key.contains(|c: char| c.is_whitespace() || c == '"') {
        return Err(ParseError::BadKey);
    }
    let (value, rest) = match after.strip_prefix('"') {
        Some(quoted) => quoted.split_at(closing_quote(quoted).ok_or(ParseError::OpenQuote)?),
        None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
    };
    let rest = rest.strip_prefix('"').unwrap_or(rest);
    if rest.starts_with(|c: char| !c.is_whitespace()) {
        return Err(ParseError::MissingSpace);
    }
    Ok(([key, value], rest.trim_start()))
}

/// Where the first `"` is that no backslash stands before.
fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        closes
    })
}

/// As many pairs as a line may have.
fn most_pairs(line: &str) -> usize {
    line.bytes().filter(|&byte| byte == b'=').count()
}

/// As one writes it first: what was found owns its text, and outlives the line.
mod copying {
    use obs::{budget, counted};

    use super::{ParseError, most_pairs, split};

    #[budget(allocs = 1, bytes = 2048)]
    pub(super) fn parse(line: &str) -> Result<Vec<[String; 2]>, ParseError> {
        let mut pairs = Vec::with_capacity(most_pairs(line));
        let mut rest = line.trim();
        while !rest.is_empty() {
            pairs.push(pair(&mut rest)?);
        }
        Ok(pairs)
    }

    #[counted]
    fn pair(rest: &mut &str) -> Result<[String; 2], ParseError> {
        let (pair, after) = split(rest)?;
        *rest = after;
        Ok(pair.map(ToOwned::to_owned))
    }
}

/// What was found is a part of the line, and nothing is copied.
mod borrowing {
    use obs::{budget, counted};

    use super::{ParseError, most_pairs, split};

    /// The bytes are those of 64 pairs, where a pointer has 64 bits.
    #[budget(allocs = 1, bytes = 2048)]
    pub(super) fn parse(line: &str) -> Result<Vec<[&str; 2]>, ParseError> {
        let mut pairs = Vec::with_capacity(most_pairs(line));
        let mut rest = line.trim();
        while !rest.is_empty() {
            pairs.push(pair(&mut rest)?);
        }
        Ok(pairs)
    }

    #[counted]
    fn pair<'a>(rest: &mut &'a str) -> Result<[&'a str; 2], ParseError> {
        let (pair, after) = split(rest)?;
        *rest = after;
        Ok(pair)
    }
}

/// A line as services write them.
const LINE: &str = r#"level=info msg="cart \"7\" is checked out" items=3 took=12ms"#;

fn main() -> Result<(), ParseError> {
    assert_eq!(copying::parse(LINE)?, borrowing::parse(LINE)?);
    println!("{LINE}");
    borrowing::parse(LINE)?.iter().for_each(|[key, value]| println!("  {key:5} = {value}"));

    let copying = record(|| (0..1000).for_each(|_| drop(copying::parse(LINE))));
    let borrowing = record(|| (0..1000).for_each(|_| drop(borrowing::parse(LINE))));
    println!("\nA thousand such lines:");
    for (name, recording) in [("copying", &copying), ("borrowing", &borrowing)] {
        let (allocs, bytes) = (recording.allocs().unwrap_or(0), recording.bytes().unwrap_or(0));
        println!("  {name:9} {allocs:4} allocations, {bytes:6} bytes");
    }
    println!();
    copying.broken_budgets().iter().for_each(|broken| println!("What a test says:\n{broken}"));
    println!("How the budgets were kept:\n{}", obs::budgets());
    Ok(())
}

#[cfg(test)]
mod tests {
    use obs::testing::record;

    use super::{LINE, ParseError, borrowing, copying};

    #[obs::test]
    fn borrowing_keeps_the_budget() -> Result<(), ParseError> {
        let pairs = borrowing::parse(LINE)?;
        let expected = [["level", "info"], ["msg", r#"cart \"7\" is checked out"#], ["items", "3"], ["took", "12ms"]];
        assert_eq!(pairs, expected);
        Ok(())
    }

    #[obs::test]
    #[should_panic(expected = "took 9 allocations, 800 % over its budget of 1 allocation, in 1 of 1 calls")]
    fn copying_fails_its_test() {
        copying::parse(LINE).expect("it is logfmt");
    }

    #[test]
    fn the_message_names_who_copies() {
        let recording = record(|| copying::parse(LINE));
        let [broken] = &*recording.broken_budgets() else { panic!("{recording}") };
        insta::assert_snapshot!(broken, @"
        parser::copying::parse (examples/parser.rs:85)
          took 9 allocations, 800 % over its budget of 1 allocation, in 1 of 1 calls
          most of it: parser::copying::pair (examples/parser.rs:95), 8 allocations in 4 calls

          parser::copying::parse       9 allocations, 243 bytes  <- over budget
          └─ parser::copying::pair ×4  8 allocations, 51 bytes
        ");
    }

    #[obs::test]
    fn the_longest_line_that_is_promised_keeps_the_budget() -> Result<(), ParseError> {
        let line = "key=value ".repeat(64);
        assert_eq!(borrowing::parse(&line)?, [["key", "value"]; 64]);
        Ok(())
    }

    #[test]
    fn what_is_no_logfmt_is_refused_with_its_reason() {
        let table = [
            ("level", ParseError::MissingValue),
            ("=info", ParseError::BadKey),
            ("cart empty=true", ParseError::BadKey),
            (r#"msg="cart"#, ParseError::OpenQuote),
            (r#"msg="cart\""#, ParseError::OpenQuote),
            (r#"msg="cart"level=info"#, ParseError::MissingSpace),
        ];
        for (line, error) in table {
            assert_eq!(borrowing::parse(line), Err(error), "{line}");
            assert_eq!(copying::parse(line), Err(error), "{line}");
        }
    }

    #[test]
    fn values_may_be_empty_and_lines_too() {
        assert_eq!(borrowing::parse("  "), Ok(Vec::new()));
        assert_eq!(borrowing::parse(r#"a= b="" "#), Ok(vec![["a", ""], ["b", ""]]));
    }
}
