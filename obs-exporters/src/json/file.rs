//! A file that grows line by line, and is put aside when it is large or old.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::error::FileError;

/// When a file is put aside, and how many that were are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rotation {
    pub(super) bytes: u64,
    pub(super) age: Duration,
    pub(super) keep: usize,
}

impl Rotation {
    pub(super) const NEVER: Self = Self { bytes: u64::MAX, age: Duration::MAX, keep: usize::MAX };
}

/// The file that is written now: `traces.jsonl`. Those put aside are `traces.1.jsonl` and so on, the oldest first.
#[derive(Debug)]
pub(super) struct LineFile {
    path: PathBuf,
    rotation: Rotation,
    file: File,
    bytes: u64,
    since: SystemTime,
    /// A write failed in the middle of a line.
    torn: bool,
    told: bool,
}

impl LineFile {
    pub(super) fn open(path: PathBuf, rotation: Rotation) -> Result<Self, FileError> {
        let error = |source| FileError { path: path.clone(), source };
        let (file, bytes, torn) = open(&path).map_err(error)?;
        // The age of what is there counts, where the system knows it.
        let created = file.metadata().ok().filter(|_| bytes > 0).and_then(|metadata| metadata.created().ok());
        let since = created.unwrap_or_else(SystemTime::now);
        Ok(Self { path, rotation, file, bytes, since, torn, told: false })
    }

    /// Appends a line in one write.
    pub(super) fn write(&mut self, mut line: String) -> Result<(), FileError> {
        line.push('\n');
        if self.is_due(line.len() as u64) {
            self.put_aside();
        }
        if std::mem::take(&mut self.torn) {
            // A half line is not to swallow this one.
            line.insert(0, '\n');
        }
        if let Err(source) = self.file.write_all(line.as_bytes()) {
            self.torn = true;
            return Err(FileError { path: self.path.clone(), source });
        }
        self.bytes += line.len() as u64;
        Ok(())
    }

    fn is_due(&self, more: u64) -> bool {
        let age = self.since.elapsed().unwrap_or_default();
        self.bytes > 0 && (self.bytes.saturating_add(more) > self.rotation.bytes || age >= self.rotation.age)
    }

    /// Goes on with a new file. When that cannot be, the old one grows on: a line that is too many beats one that is lost.
    fn put_aside(&mut self) {
        let rotated = self.rotate();
        match rotated {
            Ok(()) => self.told = false,
            Err(error) => {
                if !std::mem::replace(&mut self.told, true) {
                    eprintln!("obs: {} cannot be put aside and grows on: {error}", self.path.display());
                }
            }
        }
    }

    fn rotate(&mut self) -> io::Result<()> {
        let mut aside = put_aside(&self.path)?;
        let number = aside.last().map_or(1, |(number, _)| number + 1);
        let to = numbered(&self.path, number);
        fs::rename(&self.path, &to)?;
        aside.push((number, to));
        let (file, bytes, torn) = open(&self.path)?;
        (self.file, self.bytes, self.torn, self.since) = (file, bytes, torn, SystemTime::now());
        let too_many = aside.len().saturating_sub(self.rotation.keep);
        aside[..too_many].iter().try_for_each(|(_, path)| fs::remove_file(path))
    }
}

/// Opens a file to append to: its length, and whether its last line lacks its end, as after a crash.
fn open(path: &Path) -> io::Result<(File, u64, bool)> {
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    let bytes = file.metadata()?.len();
    let mut last = [b'\n'];
    if bytes > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    Ok((file, bytes, last != [b'\n']))
}

/// `traces.jsonl` and 7 make `traces.7.jsonl`.
fn numbered(path: &Path, number: u64) -> PathBuf {
    path.with_extension(format!("{number}.jsonl"))
}

/// The files that were put aside, with their numbers, the oldest first.
pub(super) fn put_aside(path: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let (Some(dir), Some(stem)) = (path.parent(), path.file_stem().and_then(|stem| stem.to_str())) else {
        return Ok(Vec::new());
    };
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let mut aside = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(".jsonl"));
        if let Some(number) = number.and_then(|number| number.parse().ok()) {
            aside.push((number, path));
        }
    }
    aside.sort();
    Ok(aside)
}
