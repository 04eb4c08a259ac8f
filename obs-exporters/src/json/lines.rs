//! Reads files of lines back, one record after the other.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::error::ReadError;
use super::file::put_aside;
use super::record::Record;

/// The records of one file, or of all files of one signal; an error for each line that cannot be read.
#[derive(Debug)]
pub struct Lines<T> {
    files: VecDeque<PathBuf>,
    current: Option<Current>,
    ready: VecDeque<T>,
}

#[derive(Debug)]
struct Current {
    path: PathBuf,
    reader: BufReader<File>,
    line: u64,
}

impl<T: Record> Lines<T> {
    /// Opens a file, or of a directory the file of that name and those that were put aside.
    pub(super) fn open(path: &Path, name: &str) -> Result<Self, ReadError> {
        let error = |source| ReadError::File { path: path.to_owned(), source };
        let files = if path.is_dir() {
            let newest = path.join(name);
            let aside = put_aside(&newest).map_err(error)?;
            aside.into_iter().map(|(_, path)| path).chain([newest]).collect()
        } else {
            VecDeque::from([path.to_owned()])
        };
        let mut lines = Self { files, current: None, ready: VecDeque::new() };
        lines.next_file()?;
        Ok(lines)
    }

    fn next_file(&mut self) -> Result<(), ReadError> {
        self.current = None;
        if let Some(path) = self.files.pop_front() {
            let file = File::open(&path).map_err(|source| ReadError::File { path: path.clone(), source })?;
            self.current = Some(Current { path, reader: BufReader::new(file), line: 0 });
        }
        Ok(())
    }
}

impl Current {
    /// The records of the next line; `None` at the end of the file.
    fn next_line<T: Record>(&mut self) -> Result<Option<Vec<T>>, ReadError> {
        let mut bytes = Vec::new();
        let read = self.reader.read_until(b'\n', &mut bytes);
        let read = read.map_err(|source| ReadError::File { path: self.path.clone(), source })?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        if bytes.trim_ascii().is_empty() {
            return Ok(Some(Vec::new()));
        }
        let (path, line) = (|| self.path.clone(), self.line);
        match serde_json::from_slice(&bytes) {
            Ok(value) => T::of_line(&value).map(Some).map_err(|at| ReadError::Shape { path: path(), line, at }),
            Err(error) if error.is_eof() => Err(ReadError::Torn { path: path(), line }),
            Err(source) => Err(ReadError::Json { path: path(), line, source }),
        }
    }
}

impl<T: Record> Iterator for Lines<T> {
    type Item = Result<T, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Some(Ok(record));
            }
            match self.current.as_mut()?.next_line() {
                Ok(Some(records)) => self.ready.extend(records),
                Ok(None) => {
                    if let Err(error) = self.next_file() {
                        return Some(Err(error));
                    }
                }
                Err(error) => {
                    if matches!(error, ReadError::File { .. }) {
                        // It would not get better.
                        self.current = None;
                    }
                    return Some(Err(error));
                }
            }
        }
    }
}

/// Reads a line as each kind of record.
#[cfg(fuzzing)]
pub(crate) fn read_line(line: &[u8]) {
    use super::record::{EventRecord, MetricRecord, SpanRecord};

    if let Ok(value) = serde_json::from_slice(line) {
        let kinds = (SpanRecord::of_line(&value), EventRecord::of_line(&value), MetricRecord::of_line(&value));
        drop(kinds);
    }
}
