//! A Parquet file of plain columns.
//!
//! What a table of texts, whole numbers and doubles needs of the format (Apache Parquet 2.9): one
//! flat schema of optional fields, data pages of version 1, plain values, no compression, no
//! statistics. The `parquet` crate does much more and takes 41 s of one core to build; this is read by
//! pyarrow, `DuckDB` and Spark alike.

use std::io::{self, Write};

use super::{Cell, Column, Kind};

const MAGIC: &[u8; 4] = b"PAR1";

/// Rows of a row group: what is held in memory at most.
const GROUP_ROWS: usize = 2048;

/// Writes rows as they come.
pub(super) struct Parquet<W: Write> {
    out: W,
    written: u64,
    columns: &'static [Column],
    rows: Vec<Vec<Cell>>,
    groups: Vec<Group>,
}

/// A row group that was written.
struct Group {
    rows: usize,
    chunks: Vec<Chunk>,
}

/// A column of a row group that was written.
struct Chunk {
    offset: u64,
    bytes: u64,
}

impl<W: Write> Parquet<W> {
    pub(super) fn new(mut out: W, columns: &'static [Column]) -> io::Result<Self> {
        out.write_all(MAGIC)?;
        Ok(Self {
            out,
            written: MAGIC.len() as u64,
            columns,
            rows: Vec::new(),
            groups: Vec::new(),
        })
    }

    pub(super) fn push(&mut self, row: Vec<Cell>) -> io::Result<()> {
        self.rows.push(row);
        if self.rows.len() == GROUP_ROWS {
            self.group()?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        if !self.rows.is_empty() {
            self.group()?;
        }
        let footer = self.footer();
        self.out.write_all(&footer)?;
        self.out.write_all(&(footer.len() as u32).to_le_bytes())?;
        self.out.write_all(MAGIC)?;
        self.out.flush()
    }

    /// Writes the rows at hand as a row group: a page for each column.
    fn group(&mut self) -> io::Result<()> {
        let mut chunks = Vec::new();
        for column in 0..self.columns.len() {
            let data = page(&self.rows, column);
            let header = page_header(self.rows.len(), data.len());
            let chunk = Chunk {
                offset: self.written,
                bytes: (header.len() + data.len()) as u64,
            };
            self.out.write_all(&header)?;
            self.out.write_all(&data)?;
            self.written += chunk.bytes;
            chunks.push(chunk);
        }
        let rows = self.rows.len();
        self.rows.clear();
        self.groups.push(Group { rows, chunks });
        Ok(())
    }

    /// `FileMetaData` of parquet.thrift.
    fn footer(&self) -> Vec<u8> {
        let mut thrift = Thrift::default();
        thrift.int(1, I32, 2); // version
        thrift.list(2, STRUCT, self.columns.len() + 1);
        thrift.nested(|t| {
            t.text(4, "row");
            t.int(5, I32, self.columns.len() as i64);
        });
        for &(name, kind) in self.columns {
            thrift.nested(|t| {
                t.int(1, I32, physical(kind));
                t.int(3, I32, 1); // optional
                t.text(4, name);
                if kind == Kind::Text {
                    t.int(6, I32, 0); // converted type UTF8
                }
            });
        }
        let rows: usize = self.groups.iter().map(|g| g.rows).sum();
        thrift.int(3, I64, rows as i64);
        thrift.list(4, STRUCT, self.groups.len());
        for group in &self.groups {
            thrift.nested(|t| self.row_group(t, group));
        }
        thrift.text(6, concat!("scardepth ", env!("CARGO_PKG_VERSION")));
        thrift.end()
    }

    /// `RowGroup` of parquet.thrift.
    fn row_group(&self, thrift: &mut Thrift, group: &Group) {
        thrift.list(1, STRUCT, group.chunks.len());
        for (chunk, &(name, kind)) in group.chunks.iter().zip(self.columns) {
            thrift.nested(|t| {
                t.int(2, I64, chunk.offset as i64);
                t.field(3, STRUCT);
                t.nested(|t| {
                    t.int(1, I32, physical(kind));
                    t.list(2, I32, 2);
                    t.bare(0); // encoding plain
                    t.bare(3); // encoding RLE, of what is null
                    t.list(3, BINARY, 1);
                    t.bare_text(name);
                    t.int(4, I32, 0); // not compressed
                    t.int(5, I64, group.rows as i64);
                    t.int(6, I64, chunk.bytes as i64);
                    t.int(7, I64, chunk.bytes as i64);
                    t.int(9, I64, chunk.offset as i64);
                });
            });
        }
        let bytes: u64 = group.chunks.iter().map(|c| c.bytes).sum();
        thrift.int(2, I64, bytes as i64);
        thrift.int(3, I64, group.rows as i64);
    }
}

/// Physical type of parquet.thrift.
fn physical(kind: Kind) -> i64 {
    match kind {
        Kind::Whole => 2,
        Kind::Number => 5,
        Kind::Text => 6,
    }
}

/// Which rows have a value (bit-packed levels of width 1, behind their length), then the values.
fn page(rows: &[Vec<Cell>], column: usize) -> Vec<u8> {
    let mut levels = Vec::new();
    let groups = rows.len().div_ceil(8);
    varint(&mut levels, (groups as u64) << 1 | 1);
    for eight in rows.chunks(8) {
        let bits = eight.iter().enumerate();
        levels.push(bits.fold(0, |byte, (i, row)| {
            byte | u8::from(row[column] != Cell::Empty) << i
        }));
    }
    let mut data = (levels.len() as u32).to_le_bytes().to_vec();
    data.extend(levels);
    for row in rows {
        match &row[column] {
            Cell::Empty => {}
            Cell::Number(v) => data.extend(v.to_le_bytes()),
            Cell::Whole(v) => data.extend(v.to_le_bytes()),
            Cell::Text(text) => {
                data.extend((text.len() as u32).to_le_bytes());
                data.extend(text.as_bytes());
            }
        }
    }
    data
}

/// `PageHeader` of parquet.thrift.
fn page_header(rows: usize, bytes: usize) -> Vec<u8> {
    let mut thrift = Thrift::default();
    thrift.int(1, I32, 0); // data page
    thrift.int(2, I32, bytes as i64);
    thrift.int(3, I32, bytes as i64);
    thrift.field(5, STRUCT);
    thrift.nested(|t| {
        t.int(1, I32, rows as i64);
        t.int(2, I32, 0); // values plain
        t.int(3, I32, 3); // definition levels RLE
        t.int(4, I32, 3); // repetition levels RLE
    });
    thrift.end()
}

const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Thrift's compact protocol, as far as it is needed.
#[derive(Default)]
struct Thrift {
    bytes: Vec<u8>,
    /// Number of the last field of the struct that is being written.
    last: u8,
}

impl Thrift {
    fn field(&mut self, id: u8, kind: u8) {
        // Our fields are in order and never 15 apart.
        self.bytes.push((id - self.last) << 4 | kind);
        self.last = id;
    }

    fn int(&mut self, id: u8, kind: u8, value: i64) {
        self.field(id, kind);
        self.bare(value);
    }

    fn text(&mut self, id: u8, text: &str) {
        self.field(id, BINARY);
        self.bare_text(text);
    }

    fn list(&mut self, id: u8, kind: u8, count: usize) {
        self.field(id, LIST);
        if count < 15 {
            self.bytes.push((count as u8) << 4 | kind);
        } else {
            self.bytes.push(0xf0 | kind);
            varint(&mut self.bytes, count as u64);
        }
    }

    /// A struct, as a field's value or in a list.
    fn nested(&mut self, fill: impl FnOnce(&mut Self)) {
        let outer = std::mem::take(&mut self.last);
        fill(self);
        self.bytes.push(0);
        self.last = outer;
    }

    /// A whole number, zigzag.
    fn bare(&mut self, value: i64) {
        varint(&mut self.bytes, (value << 1 ^ value >> 63) as u64);
    }

    fn bare_text(&mut self, text: &str) {
        varint(&mut self.bytes, text.len() as u64);
        self.bytes.extend(text.as_bytes());
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        ("name", Kind::Text),
        ("n", Kind::Whole),
        ("value", Kind::Number),
    ];

    /// The bytes of a small table that pyarrow reads as it was meant; they must not change unnoticed.
    #[test]
    fn a_small_table_is_what_readers_were_shown() {
        let mut bytes = Vec::new();
        let mut table = Parquet::new(&mut bytes, &COLUMNS).unwrap();
        table
            .push(vec![
                Cell::Text("a\u{e4}".into()),
                Cell::Whole(-3),
                Cell::Empty,
            ])
            .unwrap();
        table
            .push(vec![Cell::Empty, Cell::Whole(1 << 40), Cell::Number(-0.1)])
            .unwrap();
        table.finish().unwrap();
        if let Ok(path) = std::env::var("SCARDEPTH_WRITE_PARQUET") {
            std::fs::write(path, &bytes).unwrap();
        }
        assert_eq!(&bytes[..4], MAGIC);
        assert_eq!(&bytes[bytes.len() - 4..], MAGIC);
        let hash = blake3::hash(&bytes).to_hex();
        assert_eq!(&hash[..16], "519399014c926013");
    }

    #[test]
    fn many_rows_are_written_in_groups() {
        let mut bytes = Vec::new();
        let mut table = Parquet::new(&mut bytes, &COLUMNS).unwrap();
        for i in 0..GROUP_ROWS as i64 + 5 {
            let name = if i % 3 == 0 {
                Cell::Empty
            } else {
                Cell::Text(i.to_string())
            };
            table
                .push(vec![name, Cell::Whole(i), Cell::Number(i as f64 / 7.0)])
                .unwrap();
            assert!(table.rows.len() < GROUP_ROWS);
        }
        assert_eq!(table.groups.len(), 1);
        table.finish().unwrap();
        if let Ok(path) = std::env::var("SCARDEPTH_WRITE_PARQUET") {
            std::fs::write(path + ".groups", &bytes).unwrap();
        }
    }
}
