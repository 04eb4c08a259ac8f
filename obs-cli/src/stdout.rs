//! Standard output, which has the report and nothing else.

use std::io::{self, IsTerminal, Write};

use crate::report::Style;

/// Whether the reader sees colours, and did not ask for plain text.
pub(crate) fn style() -> Style {
    // https://no-color.org: any value that is not empty.
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Style { color: wanted && io::stdout().is_terminal() }
}

/// Prints a text as it is.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // The reader of the pipe has seen enough, as in `cargo obs show | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(io::Error::new(error.kind(), format!("cannot write the report to standard output: {error}"))),
        Ok(()) => Ok(()),
    }
}
