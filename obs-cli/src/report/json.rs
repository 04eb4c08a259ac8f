//! A comparison for programs.
//!
//! One object; keys are only added while `version` stays:
//!
//! | key | what |
//! |---|---|
//! | `version` | 1 |
//! | `failed` | whether `check` ends with 1 |
//! | `tolerance_percent`, `strict` | the rule |
//! | `counts` | how many rows there are of each verdict |
//! | `rows` | every figure that is in the file or was measured, by verdict, test, function and figure |
//!
//! and of a row:
//!
//! | key | what |
//! |---|---|
//! | `verdict` | `grew` (a regression), `gone` (not measured), `shrank`, `new`, `within` (the tolerance) or `same` |
//! | `test`, `function` | their paths |
//! | `figure` | `calls`, `allocs`, `bytes`, `polls` or `instructions` |
//! | `old`, `new` | the figure in the file and the one measured, or `null` |
//! | `change_percent` | of the old figure, rounded to a tenth; `null` without one, or if it is 0 |
//! | `file`, `line` | where the function stands now; `null` if it was not measured |

use std::collections::BTreeMap;

use serde::Serialize;

use crate::compare::{Comparison, Row, Verdict};
use crate::figure::Figure;

const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    failed: bool,
    tolerance_percent: f64,
    strict: bool,
    counts: BTreeMap<&'static str, usize>,
    rows: Vec<RowObject<'a>>,
}

#[derive(Serialize)]
struct RowObject<'a> {
    verdict: &'static str,
    test: &'a str,
    function: &'a str,
    figure: Figure,
    old: Option<u64>,
    new: Option<u64>,
    change_percent: Option<f64>,
    file: Option<&'a str>,
    line: Option<u32>,
}

impl<'a> From<&'a Row> for RowObject<'a> {
    fn from(row: &'a Row) -> Self {
        Self {
            verdict: row.verdict.word(),
            test: &row.case.test,
            function: &row.case.function,
            figure: row.figure,
            old: row.old,
            new: row.new,
            change_percent: row.change_percent().map(|percent| (percent * 10.0).round() / 10.0),
            file: row.place.as_ref().map(|place| place.file.as_str()),
            line: row.place.as_ref().map(|place| place.line),
        }
    }
}

/// The comparison as one JSON object, over several lines.
pub(crate) fn json(comparison: &Comparison) -> Result<String, serde_json::Error> {
    let document = Document {
        version: VERSION,
        failed: comparison.fails(),
        tolerance_percent: comparison.rule.tolerance.percent(),
        strict: comparison.rule.strict,
        counts: Verdict::ALL.map(|verdict| (verdict.word(), comparison.count(verdict))).into(),
        rows: comparison.rows.iter().map(RowObject::from).collect(),
    };
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}
