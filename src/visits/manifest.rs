//! `manifest.csv`: what a person says of photos and treatments, which beats names and EXIF.
//!
//! Columns, in any order, all but one of `file` and `treatment` optional: `patient`, `visit`, `date`,
//! `view`, `file`, `px_per_mm`, `treatment`, `polarisation`, `roi`, `points`. A row with a `file`
//! speaks of that photo; a row with a `treatment` tells of a session on its date (or its photo's),
//! which is taken to follow a photo of the same day.

use std::path::Path;

use crate::date::Date;
use crate::error::Error;
use crate::files;
use crate::units::PixelsPerMm;

/// The file's usual name, in the folder that is measured.
pub const NAME: &str = "manifest.csv";

/// What a manifest says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Manifest {
    pub rows: Vec<Row>,
    pub faults: Vec<Fault>,
    /// What was read with doubt, a sentence each.
    pub remarks: Vec<String>,
}

/// A row that says something impossible; its photo is not measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1, the header's.
    pub line: u64,
    pub patient: Option<String>,
    pub file: Option<String>,
    pub problem: String,
}

/// A row, as what it means.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Counted from 1, the header's.
    pub line: u64,
    pub patient: Option<String>,
    pub visit: Option<String>,
    pub date: Option<Date>,
    pub view: Option<String>,
    /// Relative to the folder that is measured, with `/`.
    pub file: Option<String>,
    pub px_per_mm: Option<PixelsPerMm>,
    pub treatment: Option<String>,
    /// The photo was taken through crossed polarisers.
    pub crossed: bool,
    pub roi: Option<String>,
    pub points: Option<String>,
}

const COLUMNS: [&str; 10] = [
    "patient",
    "visit",
    "date",
    "view",
    "file",
    "px_per_mm",
    "treatment",
    "polarisation",
    "roi",
    "points",
];

/// Most bytes of a manifest: a hundred thousand photos take 10 MB.
const MOST_BYTES: u64 = 64 << 20;

/// Reads the manifest at `path`.
///
/// # Errors
/// If it can't be read, or its header does not name what is needed. A bad row is a [`Fault`].
pub fn read(path: &Path) -> Result<Manifest, Error> {
    let bytes = files::read(path, MOST_BYTES)?;
    parse(&bytes).map_err(|(line, problem)| Error::BadManifest {
        file: path.to_path_buf(),
        line,
        problem,
    })
}

/// What the bytes of a manifest say, or at which line and why it cannot be read at all.
fn parse(bytes: &[u8]) -> Result<Manifest, (u64, String)> {
    let mut manifest = Manifest::default();
    let text = decoded(bytes, &mut manifest.remarks);
    let header = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|&s| (header.bytes().filter(|&b| b == s).count(), s == b','))
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| (1, e.to_string()))?.clone();
    let columns = columns(&header, &mut manifest.remarks)?;
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map_or(0, |p| line_of(&text, p));
            (line, e.to_string())
        })?;
        let line = record.position().map_or(0, |p| line_of(&text, p));
        if record.iter().all(str::is_empty) {
            continue;
        }
        let cell = |name: &str| {
            let at = columns.iter().position(|&(column, _)| column == name)?;
            let text = record.get(columns[at].1)?;
            (!text.is_empty()).then(|| text.to_string())
        };
        match row(line, &cell) {
            Ok(row) => manifest.rows.push(row),
            Err(problem) => manifest.faults.push(Fault {
                line,
                patient: cell("patient"),
                file: cell("file").map(|f| slashed(&f)),
                problem,
            }),
        }
    }
    Ok(manifest)
}

/// The line of a record, counted from 1: the reader takes the empty lines before one for its beginning.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let rest = text.get(position.byte() as usize..).unwrap_or_default();
    let empty = rest.len() - rest.trim_start_matches(['\n', '\r']).len();
    position.line() + rest[..empty].matches('\n').count() as u64
}

/// Which known column stands where.
fn columns(
    header: &csv::StringRecord,
    remarks: &mut Vec<String>,
) -> Result<Vec<(&'static str, usize)>, (u64, String)> {
    let mut columns = Vec::new();
    for (i, name) in header.iter().enumerate() {
        let plain = name.trim().to_lowercase().replace([' ', '-'], "_");
        match COLUMNS
            .iter()
            .find(|c| **c == plain || (plain == "polarization" && **c == "polarisation"))
        {
            Some(column) if columns.iter().any(|(c, _)| c == column) => {
                return Err((
                    1,
                    format!("the column \u{201c}{column}\u{201d} stands there twice"),
                ));
            }
            Some(column) => columns.push((*column, i)),
            None if plain.is_empty() => {}
            None => remarks.push(format!(
                "The column \u{201c}{name}\u{201d} is not known and was not read."
            )),
        }
    }
    if !columns
        .iter()
        .any(|(c, _)| matches!(*c, "file" | "treatment"))
    {
        return Err((
            1,
            format!(
                "the first line must name the columns, among them \u{201c}file\u{201d} or \
                 \u{201c}treatment\u{201d}; known are {}",
                COLUMNS.join(", ")
            ),
        ));
    }
    Ok(columns)
}

fn row(line: u64, cell: &dyn Fn(&str) -> Option<String>) -> Result<Row, String> {
    let row = Row {
        line,
        patient: cell("patient"),
        visit: cell("visit"),
        date: cell("date").map(|text| date(&text)).transpose()?,
        view: cell("view").map(|v| super::names::view(&v)),
        file: cell("file").map(|text| file(&text)).transpose()?,
        px_per_mm: cell("px_per_mm").map(|text| scale(&text)).transpose()?,
        treatment: cell("treatment"),
        crossed: crossed(cell("polarisation").as_deref())?,
        roi: cell("roi").map(|text| file(&text)).transpose()?,
        points: cell("points").map(|text| file(&text)).transpose()?,
    };
    if row.file.is_none() && row.treatment.is_none() {
        return Err("the row names neither a file nor a treatment".to_string());
    }
    if row.file.is_none() && row.date.is_none() {
        return Err("a treatment without a photo needs a date".to_string());
    }
    Ok(row)
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| {
        format!("\u{201c}{text}\u{201d} is no date; write it as 2026-01-10 (year, month, day)")
    })
}

fn scale(text: &str) -> Result<PixelsPerMm, String> {
    let number = text.replace(',', ".").parse().ok();
    number.and_then(PixelsPerMm::new).ok_or_else(|| {
        format!(
            "px_per_mm \u{201c}{text}\u{201d} is not possible; a number from {} to {} is needed",
            PixelsPerMm::SMALLEST,
            PixelsPerMm::LARGEST
        )
    })
}

fn crossed(polarisation: Option<&str>) -> Result<bool, String> {
    match polarisation.map(str::to_lowercase).as_deref() {
        None | Some("none" | "no" | "parallel" | "unpolarised" | "unpolarized") => Ok(false),
        Some("crossed" | "cross" | "cross-polarised" | "cross-polarized") => Ok(true),
        Some(other) => Err(format!(
            "polarisation \u{201c}{other}\u{201d} is not known; write none, parallel or crossed"
        )),
    }
}

/// A path that stays in the folder.
fn file(text: &str) -> Result<String, String> {
    let file = slashed(text);
    let outside = file.starts_with('/')
        || file.split('/').any(|part| part == "..")
        || file.get(1..2) == Some(":");
    if outside {
        return Err(
            "the file must lie in the folder that is measured; name it from there, for example \
             anna/2026-01-10_front.jpg"
                .to_string(),
        );
    }
    Ok(file)
}

/// A path as it is compared: `/` between, no `./` in front.
fn slashed(path: &str) -> String {
    let path = path.replace('\\', "/");
    path.strip_prefix("./").unwrap_or(&path).to_string()
}

/// Text in UTF-8 or UTF-16, else in Western European (Latin-1), as older spreadsheets write it.
fn decoded(bytes: &[u8], remarks: &mut Vec<String>) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|b| unit([b[0], b[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => std::str::from_utf8(bytes).map_or_else(
            |_| {
                remarks.push(
                    "The manifest is not UTF-8; it was read as Western European text. Look at \
                 names with umlauts or accents."
                        .to_string(),
                );
                bytes.iter().map(|&b| char::from(b)).collect()
            },
            str::to_string,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_as_spreadsheets_write_them() {
        let text = "\u{feff}Date;File;px per mm;Patient;Note\r\n\
                    2026-01-10;anna\\a.jpg;15,6;Anna;x\r\n\r\n;b.jpg;;;\r\n";
        let manifest = parse(text.as_bytes()).unwrap();
        assert_eq!(manifest.faults, []);
        assert_eq!(manifest.rows.len(), 2);
        let row = &manifest.rows[0];
        assert_eq!(row.file.as_deref(), Some("anna/a.jpg"));
        assert_eq!(row.px_per_mm.map(PixelsPerMm::get), Some(15.6));
        assert_eq!(row.patient.as_deref(), Some("Anna"));
        let lines: Vec<u64> = manifest.rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 4], "as an editor counts them");
        assert_eq!(manifest.remarks.len(), 1, "the unknown column is said");
        let wide: Vec<u8> = "\u{feff}file\ta\u{e4}\nx.jpg\t1\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(parse(&wide).unwrap().rows[0].file.as_deref(), Some("x.jpg"));
        let latin = parse(b"file,patient\nx.jpg,J\xfcrgen\n").unwrap();
        assert_eq!(latin.rows[0].patient.as_deref(), Some("J\u{fc}rgen"));
        assert_eq!(latin.remarks.len(), 1);
    }

    #[test]
    fn a_bad_row_costs_itself_only_and_a_bad_header_all() {
        let text = "file,date,px_per_mm,polarisation,treatment\n\
                    a.jpg,2026-02-30,,,\n\
                    b.jpg,,-3,,\n\
                    /etc/passwd,,,,\n\
                    ../c.jpg,,,,\n\
                    d.jpg,,,sideways,\n\
                    ,,,,peel\n\
                    e.jpg,2026-02-03,,crossed,\n\
                    ,2026-02-03,,,peel\n";
        let manifest = parse(text.as_bytes()).unwrap();
        let lines: Vec<u64> = manifest.faults.iter().map(|f| f.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7]);
        assert_eq!(manifest.faults[0].file.as_deref(), Some("a.jpg"));
        assert!(manifest.rows[0].crossed);
        assert_eq!(manifest.rows[1].treatment.as_deref(), Some("peel"));
        for bad in ["", "patient,view\nx,y\n", "file,file\na,b\n"] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}
