//! `visits.csv`, `scars.csv` and `cohort.csv`, and the same as Parquet: full precision, empty where
//! unknown, a row for each photo, each scar at each visit, each patient's view.

mod parquet;
mod rows;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::schema::{CohortRow, Failure, Series};
use super::work::{STAGE, unwritable};
use crate::error::Error;
use parquet::Parquet;
use rows::{COHORT, SCARS, VISITS};

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Whole,
}

/// A column's name and kind.
type Column = (&'static str, Kind);

/// One field of a row.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Whole(i64),
}

/// The three tables as they grow; they appear all at once at the end.
#[derive(Debug)]
pub(super) struct Tables {
    visits: Table,
    scars: Table,
    cohort: Table,
}

impl Tables {
    pub(super) fn new(out: &Path) -> Result<Self, Error> {
        Ok(Self {
            visits: Table::new(out, "visits", &VISITS)?,
            scars: Table::new(out, "scars", &SCARS)?,
            cohort: Table::new(out, "cohort", &COHORT)?,
        })
    }

    pub(super) fn series(&mut self, series: &Series, row: &CohortRow) -> Result<(), Error> {
        for visit in &series.visits {
            self.visits.push(rows::visit(series, visit))?;
        }
        for scar in &series.scars {
            for visit in &scar.visits {
                self.scars.push(rows::scar(series, scar, visit))?;
            }
        }
        self.cohort.push(rows::cohort(row))
    }

    /// A photo that found no place.
    pub(super) fn failure(&mut self, failure: &Failure) -> Result<(), Error> {
        self.visits.push(rows::failure(failure))
    }

    /// Puts the tables in their places.
    pub(super) fn finish(self) -> Result<(), Error> {
        let finished = [self.visits, self.scars, self.cohort]
            .into_iter()
            .map(Table::finish)
            .collect::<Result<Vec<_>, Error>>()?;
        for (file, path) in finished.into_iter().flatten() {
            file.persist(&path)
                .map_err(|e| unwritable(&path, e.error))?;
        }
        Ok(())
    }
}

/// A table as CSV and as Parquet, written row by row.
struct Table {
    columns: &'static [Column],
    csv: csv::Writer<BufWriter<File>>,
    csv_file: NamedTempFile,
    csv_path: PathBuf,
    parquet: Parquet<BufWriter<File>>,
    parquet_file: NamedTempFile,
    parquet_path: PathBuf,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table")
            .field("path", &self.csv_path)
            .finish_non_exhaustive()
    }
}

impl Table {
    fn new(out: &Path, name: &str, columns: &'static [Column]) -> Result<Self, Error> {
        let csv_path = out.join(format!("{name}.csv"));
        let parquet_path = out.join(format!("{name}.parquet"));
        let stage = |path: &Path| -> Result<(NamedTempFile, BufWriter<File>), Error> {
            let file = tempfile::Builder::new()
                .prefix(STAGE)
                .tempfile_in(out)
                .map_err(|e| unwritable(path, e))?;
            let writer = file.reopen().map_err(|e| unwritable(path, e))?;
            Ok((file, BufWriter::new(writer)))
        };
        let (csv_file, writer) = stage(&csv_path)?;
        let mut csv = csv::Writer::from_writer(writer);
        csv.write_record(columns.iter().map(|c| c.0))
            .map_err(|e| unwritable(&csv_path, e.into()))?;
        let (parquet_file, writer) = stage(&parquet_path)?;
        let parquet = Parquet::new(writer, columns).map_err(|e| unwritable(&parquet_path, e))?;
        Ok(Self {
            columns,
            csv,
            csv_file,
            csv_path,
            parquet,
            parquet_file,
            parquet_path,
        })
    }

    fn push(&mut self, row: Vec<Cell>) -> Result<(), Error> {
        debug_assert_eq!(row.len(), self.columns.len(), "a cell for each column");
        self.csv
            .write_record(row.iter().map(csv_text))
            .map_err(|e| unwritable(&self.csv_path, e.into()))?;
        self.parquet
            .push(row)
            .map_err(|e| unwritable(&self.parquet_path, e))
    }

    fn finish(self) -> Result<[(NamedTempFile, PathBuf); 2], Error> {
        let flushed = |e: csv::IntoInnerError<_>| io::Error::other(e.to_string());
        self.csv
            .into_inner()
            .map_err(flushed)
            .and_then(|mut w| w.flush())
            .map_err(|e| unwritable(&self.csv_path, e))?;
        self.parquet
            .finish()
            .map_err(|e| unwritable(&self.parquet_path, e))?;
        Ok([
            (self.csv_file, self.csv_path),
            (self.parquet_file, self.parquet_path),
        ])
    }
}

/// A cell as CSV writes it. Text that a spreadsheet would run as a formula gets an apostrophe in
/// front (OWASP, CSV injection).
fn csv_text(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Number(v) => v.to_string(),
        Cell::Whole(v) => v.to_string(),
        Cell::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) => {
            format!("'{text}")
        }
        Cell::Text(text) => text.clone(),
    }
}

impl From<f64> for Cell {
    fn from(v: f64) -> Self {
        Self::Number(v)
    }
}

impl From<i64> for Cell {
    fn from(v: i64) -> Self {
        Self::Whole(v)
    }
}

impl From<usize> for Cell {
    fn from(v: usize) -> Self {
        Self::Whole(v as i64)
    }
}

impl From<u32> for Cell {
    fn from(v: u32) -> Self {
        Self::Whole(i64::from(v))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text.to_string())
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheets_run_nothing() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert!(csv_text(&Cell::Text(bad.to_string())).starts_with('\''));
        }
        assert_eq!(csv_text(&Cell::Number(-31.25)), "-31.25");
        assert_eq!(csv_text(&Cell::Text("anna".to_string())), "anna");
    }

    #[test]
    fn tables_appear_at_the_end_and_whole() {
        let out = tempfile::tempdir().unwrap();
        let mut tables = Tables::new(out.path()).unwrap();
        assert!(!out.path().join("visits.csv").exists());
        let failure = Failure {
            patient: Some("=anna".to_string()),
            view: None,
            visit: None,
            file: "a, \"b\".jpg".to_string(),
            reason: "no date".to_string(),
        };
        tables.failure(&failure).unwrap();
        tables.finish().unwrap();
        let text = std::fs::read_to_string(out.path().join("visits.csv")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[1].starts_with("'=anna,"), "{}", lines[1]);
        assert!(lines[1].contains("\"a, \"\"b\"\".jpg\""));
        let names = std::fs::read_dir(out.path()).unwrap().count();
        assert_eq!(names, 6, "three tables twice, nothing else");
    }
}
