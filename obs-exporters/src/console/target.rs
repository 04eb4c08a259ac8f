//! Where the console prints.

use std::io::{self, IsTerminal, Write};

/// A stream of the process, or a writer of one's own.
pub(super) enum Target {
    Stdout,
    Stderr,
    Writer(Box<dyn Write + Send>),
}

impl Target {
    /// Whether it is a terminal whose user did not ask for plain text.
    pub(super) fn wants_color(&self) -> bool {
        let terminal = match self {
            Self::Stdout => io::stdout().is_terminal(),
            Self::Stderr => io::stderr().is_terminal(),
            Self::Writer(_) => false,
        };
        // https://no-color.org: any value that is not empty.
        terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
    }

    pub(super) fn write(&mut self, text: &str) -> io::Result<()> {
        let written = match self {
            Self::Stdout => write_to(&mut io::stdout().lock(), text),
            Self::Stderr => write_to(&mut io::stderr().lock(), text),
            Self::Writer(writer) => write_to(writer, text),
        };
        match written {
            // The reader of the pipe has seen enough, as in `program | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

fn write_to(writer: &mut impl Write, text: &str) -> io::Result<()> {
    writer.write_all(text.as_bytes())?;
    writer.flush()
}
