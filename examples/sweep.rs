//! Sweeps folders of Rust sources: reads, hashes and parses every file on several threads, and prints what it took.
//!
//! ```text
//! cargo run --release --example sweep                      # this repository and the local cargo registry
//! cargo run --release --example sweep -- src obs-runtime   # folders of your own
//! cargo run --release --example sweep --features prometheus -- --serve 127.0.0.1:9464
//! ```
//!
//! With `--serve` the totals are served on `/metrics` while the program sweeps again and again. `--sweeps N` stops
//! after `N` sweeps and, when serving, goes on serving until standard input ends.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use obs::{budget, counted, profiled, traced};

/// What can be wrong with one file. The variants are the values of `error.type`, so they are few and say the cause.
#[derive(Debug)]
enum FileError {
    /// It could not be read.
    Unreadable(std::io::Error),
    /// It is not UTF-8.
    NotText,
    /// It is not Rust, or newer Rust than the parser knows.
    Unparsable(syn::Error),
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "cannot be read: {error}"),
            Self::NotText => f.write_str("is not UTF-8"),
            Self::Unparsable(error) => write!(f, "cannot be parsed: {error}"),
        }
    }
}

/// What one sweep found.
#[derive(Default)]
struct Found {
    files: usize,
    bytes: usize,
    items: usize,
    failed: usize,
    /// All files' hashes, combined so that the order does not matter.
    digest: u64,
}

impl Found {
    fn add(&mut self, other: &Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.items += other.items;
        self.failed += other.failed;
        self.digest ^= other.digest;
    }
}

/// Finds the Rust sources below a folder.
#[traced(fields(folder = %folder.display()))]
#[profiled]
#[counted]
fn walk(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() && entry.file_name() != "target" && entry.file_name() != ".git" {
                folders.push(entry.path());
            } else if kind.is_file() && entry.path().extension().is_some_and(|extension| extension == "rs") {
                found.push(entry.path());
            }
        }
    }
    Ok(found)
}

/// Reads a file.
#[profiled]
#[counted]
fn read(path: &Path) -> Result<String, FileError> {
    let bytes = fs::read(path).map_err(FileError::Unreadable)?;
    String::from_utf8(bytes).map_err(|_| FileError::NotText)
}

/// Hashes a text.
#[profiled(sample = 16)]
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Parses a text; a file of ordinary size is expected to take less than 10 ms.
#[profiled]
#[counted]
#[budget(ms = 10)]
fn parse(text: &str) -> Result<syn::File, FileError> {
    syn::parse_file(text).map_err(FileError::Unparsable)
}

/// Does all that is done to one file.
#[traced(level = debug, fields(path = %path.display()), err)]
#[profiled]
#[counted(labels(size = size_class(path)), in_flight)]
fn sweep_file(path: &Path) -> Result<Found, FileError> {
    let text = read(path)?;
    let digest = hash(&text);
    let file = parse(&text)?;
    Ok(Found { files: 1, bytes: text.len(), items: file.items.len(), failed: 0, digest })
}

/// A label must have few values: four size classes, not sizes.
fn size_class(path: &Path) -> &'static str {
    match fs::metadata(path).map_or(0, |metadata| metadata.len()) {
        0..1_000 => "under 1 kB",
        1_000..10_000 => "1 to 10 kB",
        10_000..100_000 => "10 to 100 kB",
        _ => "over 100 kB",
    }
}

/// Sweeps all files on as many threads as there are processors.
#[traced]
#[profiled]
fn sweep(files: &[PathBuf]) -> Found {
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Found::default());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                let found = work(files, &next);
                total.lock().expect("no worker panics while it adds").add(&found);
            });
        }
    });
    total.into_inner().expect("no worker panics while it adds")
}

/// One worker: takes the next file until there is none.
fn work(files: &[PathBuf], next: &AtomicUsize) -> Found {
    let mut sum = Found::default();
    while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
        match sweep_file(path) {
            Ok(found) => sum.add(&found),
            Err(_) => sum.failed += 1,
        }
        progress(next.load(Ordering::Relaxed).min(files.len()), files.len());
    }
    sum
}

/// Shows how far the sweep is, where somebody looks.
fn progress(done: usize, all: usize) {
    if std::io::stderr().is_terminal() && (done.is_multiple_of(64) || done == all) {
        eprint!("\r{done} of {all} files");
        let _ = std::io::stderr().flush();
        if done == all {
            eprint!("\r");
        }
    }
}

/// What the command line asks for.
struct Options {
    folders: Vec<PathBuf>,
    serve: Option<String>,
    sweeps: Option<usize>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { folders: Vec::new(), serve: None, sweeps: None };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--serve" => options.serve = Some(arguments.next().unwrap_or_else(|| "127.0.0.1:9464".to_owned())),
                "--sweeps" => {
                    let number = arguments.next().and_then(|number| number.parse().ok());
                    options.sweeps = Some(number.ok_or("`--sweeps` takes a number")?);
                }
                flag if flag.starts_with('-') => return Err(format!("unknown option `{flag}`")),
                folder => options.folders.push(folder.into()),
            }
        }
        if options.folders.is_empty() {
            options.folders = default_folders();
        }
        Ok(options)
    }
}

/// This repository, and the sources that cargo has fetched.
fn default_folders() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let registry = home.map(|home| home.join("registry/src")).filter(|registry| registry.is_dir());
    std::iter::once(env!("CARGO_MANIFEST_DIR").into()).chain(registry).collect()
}

/// Starts the report at exit, and the server where it is asked for.
fn start(serve: Option<&str>) -> Result<obs::Telemetry, Box<dyn std::error::Error>> {
    let builder = obs::builder().service_name("sweep").exporter(obs::exporters::Console::new());
    let Some(address) = serve else { return Ok(builder.start()?) };
    #[cfg(feature = "prometheus")]
    {
        let page = obs::exporters::Prometheus::new().listen(address);
        let handle = page.handle();
        let telemetry = builder.exporter(page).start()?;
        if let Some(address) = handle.local_addr() {
            eprintln!("serving http://{address}/metrics");
        }
        Ok(telemetry)
    }
    #[cfg(not(feature = "prometheus"))]
    Err(format!("to serve on {address}, build with `--features prometheus`").into())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sweep: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse(std::env::args().skip(1))?;
    let _telemetry = start(options.serve.as_deref())?;
    let serving = options.serve.is_some();
    let sweeps = options.sweeps.unwrap_or(if serving { usize::MAX } else { 1 });
    for _ in 0..sweeps {
        let mut files = Vec::new();
        for folder in &options.folders {
            files.extend(walk(folder).map_err(|error| format!("cannot walk {}: {error}", folder.display()))?);
        }
        let found = sweep(&files);
        eprintln!(
            "{} files, {:.1} MB, {} items, {} failed, digest {:016x}",
            found.files,
            found.bytes as f64 / 1e6,
            found.items,
            found.failed,
            found.digest
        );
    }
    if serving {
        eprintln!("done; serving until standard input ends");
        std::io::stdin().read_to_end(&mut Vec::new())?;
    }
    Ok(())
}
