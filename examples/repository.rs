//! Carts and their items from a file of `SQLite`, read in two ways: one of them queries once for each cart.
//!
//! The block `impl Repository` promises at most two queries a call. `carts_then_items` is what one writes first, and breaks the
//! promise as soon as there are more carts; `carts_with_items` joins. Look at the tests for the message that a test fails
//! with, and at `main` for what is said in production: a line on standard error, and a table.
//!
//! ```text
//! cargo run --example repository --features testing
//! cargo test --example repository --features testing
//! ```

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use obs::{budget, profiled, traced};
use rusqlite::{Connection, Result, Row, ToSql};

/// Five carts, and one of them is empty.
const SHOP: &str = "
    CREATE TABLE cart (id INTEGER PRIMARY KEY, customer TEXT NOT NULL);
    CREATE TABLE item (cart INTEGER NOT NULL REFERENCES cart (id), name TEXT NOT NULL);
    INSERT INTO cart VALUES (1, 'Ada'), (2, 'Bela'), (3, 'Cem'), (4, 'Dora'), (5, 'Emil');
    INSERT INTO item VALUES (1, 'tea'), (1, 'cups'), (2, 'rice'), (4, 'ink'), (4, 'pens'), (5, 'soap');
";

#[derive(Debug, PartialEq)]
struct Cart {
    id: i64,
    customer: String,
    items: Vec<String>,
}

impl Cart {
    fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self { id: row.get("id")?, customer: row.get("customer")?, items: Vec::new() })
    }
}

/// A database, each query of which is a span as OpenTelemetry's conventions have it.
struct Db(Connection);

impl Db {
    /// Hands each row to `read`.
    #[traced(
        semconv = "db",
        fields(db.system.name = "sqlite", db.operation.name = "SELECT", db.query.text = sql),
        err
    )]
    #[profiled]
    fn query(&self, sql: &str, values: &[&dyn ToSql], read: &mut dyn FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query(values)?;
        let mut returned = 0_u64;
        while let Some(row) = rows.next()? {
            read(row)?;
            returned += 1;
        }
        obs::current().set("db.response.returned_rows", returned);
        Ok(())
    }
}

struct Repository {
    db: Db,
}

/// The budget holds for each function, also those that are still to be written. In production it is told as it happens.
#[traced]
#[budget(calls(Db::query = 2), on_exceed = warn)]
impl Repository {
    fn carts(&self) -> Result<Vec<Cart>> {
        let mut carts = Vec::new();
        self.db.query("SELECT id, customer FROM cart ORDER BY id", &[], &mut |row| {
            carts.push(Cart::read(row)?);
            Ok(())
        })?;
        Ok(carts)
    }

    fn items_of(&self, cart: i64) -> Result<Vec<String>> {
        let mut items = Vec::new();
        self.db.query("SELECT name FROM item WHERE cart = ?1 ORDER BY rowid", &[&cart], &mut |row| {
            items.push(row.get("name")?);
            Ok(())
        })?;
        Ok(items)
    }

    /// Put together from what is there: one query, and one more for each cart.
    fn carts_then_items(&self) -> Result<Vec<Cart>> {
        let mut carts = self.carts()?;
        for cart in &mut carts {
            cart.items = self.items_of(cart.id)?;
        }
        Ok(carts)
    }

    /// The same in one query.
    fn carts_with_items(&self) -> Result<Vec<Cart>> {
        let sql = "SELECT id, customer, name FROM cart LEFT JOIN item ON cart = id ORDER BY id, item.rowid";
        let mut carts: Vec<Cart> = Vec::new();
        self.db.query(sql, &[], &mut |row| {
            let id: i64 = row.get("id")?;
            if carts.last().is_none_or(|last| last.id != id) {
                carts.push(Cart::read(row)?);
            }
            let item: Option<String> = row.get("name")?;
            if let Some(last) = carts.last_mut() {
                last.items.extend(item);
            }
            Ok(())
        })?;
        Ok(carts)
    }
}

/// A repository in a folder of its own, which goes when it does.
struct Shop {
    repository: Repository,
    _folder: Folder,
}

impl Shop {
    fn open() -> Result<Self> {
        let folder = Folder::new();
        let connection = Connection::open(folder.0.join("shop.sqlite"))?;
        connection.execute_batch(SHOP)?;
        Ok(Self { repository: Repository { db: Db(connection) }, _folder: folder })
    }
}

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("obs-repository-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the folder for temporary files can be written to");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // One that stays does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn main() -> Result<()> {
    let Shop { repository, _folder } = Shop::open()?;
    let carts = repository.carts_then_items()?;
    assert_eq!(carts, repository.carts_with_items()?);
    println!("{} carts, read twice; how the budgets were kept:\n{}\n", carts.len(), obs::budgets());

    let recording = obs::testing::record(|| repository.carts_then_items());
    recording.broken_budgets().iter().for_each(|broken| println!("What a test says:\n{broken}"));
    let queries = recording.callsite("Db::query");
    let last = queries.each().last().expect("it queries");
    println!("The last of {} queries, as it is in a trace:", queries.calls());
    last.fields().iter().for_each(|(key, value)| println!("  {key} = {value}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use obs::testing::record;

    use super::{Result, Shop};

    #[obs::test]
    fn carts_with_items_keeps_its_budget() -> Result<()> {
        let carts = Shop::open()?.repository.carts_with_items()?;
        let items: Vec<_> = carts.iter().map(|cart| (&*cart.customer, cart.items.join(", "))).collect();
        let expected = [("Ada", "tea, cups"), ("Bela", "rice"), ("Cem", ""), ("Dora", "ink, pens"), ("Emil", "soap")];
        assert_eq!(items, expected.map(|(customer, items)| (customer, items.to_owned())));
        Ok(())
    }

    #[obs::test]
    #[should_panic(expected = "made 6 calls of Db::query, 200 % over its budget of 2 calls of Db::query")]
    fn carts_then_items_fails_its_test() {
        let shop = Shop::open().expect("SQLite works");
        shop.repository.carts_then_items().expect("the tables are there");
    }

    #[test]
    fn the_message_shows_where_the_queries_come_from() -> Result<()> {
        let shop = Shop::open()?;
        let recording = record(|| shop.repository.carts_then_items());
        let [broken] = &*recording.broken_budgets() else { panic!("{recording}") };
        insta::assert_snapshot!(broken, @"
        repository::Repository::carts_then_items (examples/repository.rs:90)
          made 6 calls of Db::query, 200 % over its budget of 2 calls of Db::query, in 1 of 1 calls
          most of it: repository::Repository::items_of (examples/repository.rs:80), 5 calls

          repository::Repository::carts_then_items  <- over budget
          ├─ repository::Repository::carts
          │  └─ repository::Db::query
          └─ repository::Repository::items_of ×5
             └─ repository::Db::query ×5
        ");
        Ok(())
    }

    #[test]
    fn a_query_has_the_fields_of_the_conventions() -> Result<()> {
        let shop = Shop::open()?;
        let recording = record(|| shop.repository.items_of(4));
        let query = recording.callsite("Db::query").each().next().expect("one query");
        let fields: Vec<_> = query.fields().iter().map(|(key, value)| format!("{key} = {value}")).collect();
        insta::assert_snapshot!(fields.join("\n"), @"
        db.system.name = sqlite
        db.operation.name = SELECT
        db.query.text = SELECT name FROM item WHERE cart = ?1 ORDER BY rowid
        db.response.returned_rows = 2
        ");
        Ok(())
    }
}
