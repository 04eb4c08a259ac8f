//! A package whose one test writes what it is told to, and fails when it is told to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

// A workspace of its own, because it lies inside the one that is tested.
const MANIFEST: &str = "\
[package]
name = \"shop\"
version = \"0.0.0\"
edition = \"2024\"

[workspace]
";

const SOURCE: &str = r#"
#[test]
fn adds_up() {
    let directory = std::env::var_os("OBS_BUDGETS_OUT").expect("the directory to write to");
    let file = std::path::Path::new(&directory).join(format!("{}.jsonl", std::process::id()));
    println!("printed by the test");
    if let Ok(lines) = std::env::var("SHOP_LINES") {
        std::fs::write(file, lines).expect("it can be written");
    }
    assert!(std::env::var_os("SHOP_FAILS").is_none(), "told to fail");
}
"#;

pub struct Package {
    root: PathBuf,
    lines: Option<String>,
    fails: bool,
}

impl Package {
    /// Without a file of figures; each test has one of its own.
    pub fn new(test: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cargo-obs").join(test);
        // An earlier run may have left files of figures.
        _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("src")).unwrap();
        fs::write(root.join("Cargo.toml"), MANIFEST).unwrap();
        fs::write(root.join("src/lib.rs"), SOURCE).unwrap();
        Self { root, lines: None, fails: false }
    }

    /// What the test writes from now on.
    pub fn measures(&mut self, lines: &[&str]) -> &mut Self {
        self.lines = Some(lines.join("\n"));
        self
    }

    /// The test fails from now on, after it has written.
    pub fn fails(&mut self) -> &mut Self {
        self.fails = true;
        self
    }

    /// A file of the package.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Runs `cargo obs` with these words, in the package.
    pub fn obs(&self, words: &str) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-obs"));
        command.arg("obs").args(words.split_whitespace()).current_dir(&self.root);
        command.env("CARGO_NET_OFFLINE", "true");
        ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"].iter().for_each(|name| _ = command.env_remove(name));
        if let Some(lines) = &self.lines {
            command.env("SHOP_LINES", lines);
        }
        if self.fails {
            command.env("SHOP_FAILS", "yes");
        }
        Ran::from(command.output().expect("cargo-obs runs"))
    }
}

/// How the program ended, and what it said where.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// A line of `shop::checkout` in `shop::adds_up`, with this many allocations.
pub fn checkout(allocs: u64) -> String {
    format!(
        r#"{{"test":"shop::adds_up","function":"shop::checkout","file":"src/lib.rs","line":12,"calls":3,"allocs":{allocs},"bytes":96,"polls":null,"instructions":null}}"#
    )
}
