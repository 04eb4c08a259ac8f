//! Builds an index of the words in this repository's sources, answers some questions, and prints where the time and the
//! memory went.
//!
//! ```text
//! cargo run --release --example profile --features flamegraph
//! ```
//!
//! Something here is slow, and something asks for more memory than it needs; the report names both, with who calls them.
//! With the feature `flamegraph` it also draws `target/profile-time.svg` and `target/profile-bytes.svg`. Folders to read may
//! be given as arguments.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use obs::{ProfileMode, counted, profiled, traced};

/// What is told apart by whose it is must be counted.
#[global_allocator]
static ALLOCATOR: obs::Alloc = obs::Alloc::system();

/// What is read, unless asked for something else.
const FOLDERS: [&str; 3] = ["src", "obs-runtime/src", "obs-macros/src"];
/// What is asked.
const QUESTIONS: [&str; 4] = ["the shard of a thread", "a span that ended", "budget and limit", "exact or nothing"];

/// A word, and where it stands: file and line.
struct Entry {
    word: String,
    places: Vec<(u32, u32)>,
}

#[derive(Default)]
struct Index {
    entries: Vec<Entry>,
}

#[profiled]
impl Index {
    fn add(&mut self, word: String, place: (u32, u32)) {
        match self.find(&word) {
            Some(at) => self.entries[at].places.push(place),
            None => self.entries.push(Entry { word, places: vec![place] }),
        }
    }

    /// Looks at every word that is known.
    fn find(&self, word: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.word == word)
    }
}

/// All sources below a folder.
#[counted]
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

#[traced]
fn read(path: &Path) -> io::Result<String> {
    fs::read_to_string(path)
}

/// A string for the letters, and another one for the small ones.
#[profiled]
fn normalize(word: &str) -> String {
    let letters: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
    letters.to_lowercase()
}

#[profiled]
fn index_file(index: &mut Index, number: u32, text: &str) {
    for (line, text) in (1..).zip(text.lines()) {
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            index.add(normalize(word), (number, line));
        }
    }
}

#[traced]
fn build(folders: &[String]) -> io::Result<Index> {
    let (mut files, mut index) = (Vec::new(), Index::default());
    folders.iter().try_for_each(|folder| walk(Path::new(folder), &mut files))?;
    for (number, path) in (0..).zip(&files) {
        index_file(&mut index, number, &read(path)?);
    }
    Ok(index)
}

/// In how many places each word stands; others have a turn between words.
#[profiled]
async fn answer(index: &Index, question: &str) -> usize {
    let mut places = 0;
    for word in question.split(' ') {
        places += index.find(word).map_or(0, |at| index.entries[at].places.len());
        tokio::task::yield_now().await;
    }
    places
}

#[profiled]
async fn answer_all(index: &Index) {
    for question in QUESTIONS {
        println!("{question:22} {:>6} places", answer(index, question).await);
    }
}

#[cfg(feature = "flamegraph")]
fn draw(report: &obs::Report) -> io::Result<()> {
    for (flame, file) in [(obs::Flame::Time, "time"), (obs::Flame::Bytes, "bytes")] {
        let path = format!("target/profile-{file}.svg");
        fs::create_dir_all("target")?;
        fs::write(&path, obs::exporters::Flamegraph::draw(report, flame)?)?;
        println!("{path}: {}", flame.title().to_lowercase());
    }
    Ok(())
}

#[cfg(not(feature = "flamegraph"))]
fn draw(report: &obs::Report) -> io::Result<()> {
    // What speedscope and others draw.
    fs::create_dir_all("target")?;
    fs::write("target/profile.folded", report.folded(obs::Flame::Time))
}

fn main() -> io::Result<()> {
    let mut folders: Vec<String> = std::env::args().skip(1).collect();
    if folders.is_empty() {
        folders.extend(FOLDERS.map(str::to_owned));
    }
    obs::profile(ProfileMode::Trace);
    let index = build(&folders)?;
    tokio::runtime::Builder::new_current_thread().build()?.block_on(answer_all(&index));

    let report = obs::report();
    println!("\n{report}");
    draw(&report)
}
