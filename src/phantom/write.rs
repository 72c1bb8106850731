//! Phantoms on disk: the photos, and the truth beside them.

use std::path::Path;

use image::{GrayImage, ImageBuffer, Luma};
use serde::Serialize;

use super::spec::{Error, Family, Format, Spec};
use super::truth::{ScarTruth, Totals, VisitTruth, WarpGrid};
use super::{Course, Setup};
use crate::raster::{Field, to_gray};

/// `truth.json`.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'a str,
    spec: &'a Spec,
    /// In the middle of the first photo.
    px_per_mm: f64,
    /// The relief is the same at all visits.
    relief_unchanged: bool,
    definition: &'a str,
    visits: Vec<VisitEntry<'a>>,
    scars: &'a [ScarTruth],
}

#[derive(Serialize)]
struct VisitEntry<'a> {
    file: String,
    date: &'a str,
    totals: Totals,
    /// Since the first visit, over what both photos show.
    area_percent: Option<f64>,
    volume_percent: Option<f64>,
    setup: &'a Setup,
}

#[derive(Serialize)]
struct Warp<'a> {
    /// First photo to this one.
    to: String,
    grid: &'a WarpGrid,
}

const DEFINITION: &str = "scar: where a dent is deeper than 15 % of its own nominal depth and \
     deeper than 0.02 mm; all rasters on the first photo's grid; depth PNG in micrometres; percent \
     over pixels that both photos show; azimuth from +x (right) toward +y (down)";

/// Writes a course or a pair into `dir` (made if missing).
///
/// # Errors
/// When a file can't be written.
pub fn write(course: &Course, spec: &Spec, dir: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(dir).map_err(|source| failed(dir, source))?;
    let pair = course.shots.len() == 2;
    let mut entries = Vec::new();
    for (i, (shot, truth)) in course.shots.iter().zip(&course.truth.visits).enumerate() {
        let tag = match (pair, i) {
            (true, 0) => "before".to_owned(),
            (true, _) => "after".to_owned(),
            _ => shot.date.clone(),
        };
        let stem = if pair {
            tag.clone()
        } else {
            format!("{tag}_front")
        };
        let file = format!("{stem}.{}", extension(spec.format));
        put(&dir.join(&file), &shot.file)?;
        rasters(truth, &tag, dir)?;
        if i > 0 {
            let name = if pair {
                "truth-warp.json".into()
            } else {
                format!("truth-warp-{tag}.json")
            };
            let warp = Warp {
                to: file.clone(),
                grid: &truth.warp,
            };
            put_json(&dir.join(name), &warp, false)?;
        }
        entries.push(VisitEntry {
            file,
            date: &shot.date,
            totals: truth.totals,
            area_percent: truth.area_percent,
            volume_percent: truth.volume_percent,
            setup: &shot.how,
        });
    }
    put(
        &dir.join("truth-scars.csv"),
        table(&course.truth.scars, &entries).as_bytes(),
    )?;
    let document = Document {
        schema: "scardepth.phantom/1",
        spec,
        px_per_mm: course.truth.px_per_mm,
        relief_unchanged: spec.family.keeps_relief() && spec.family != Family::Worse,
        definition: DEFINITION,
        visits: entries,
        scars: &course.truth.scars,
    };
    put_json(&dir.join("truth.json"), &document, true)
}

fn extension(format: Format) -> &'static str {
    match format {
        Format::Jpg => "jpg",
        Format::Png => "png",
    }
}

fn rasters(truth: &VisitTruth, tag: &str, dir: &Path) -> Result<(), Error> {
    let save = |name: String, picture: GrayImage| {
        let mut file = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut file, image::ImageFormat::Png)?;
        put(&dir.join(name), file.get_ref())
    };
    save(format!("truth-{tag}.png"), to_gray(&truth.scars))?;
    let mut file = std::io::Cursor::new(Vec::new());
    micrometres(&truth.depth).write_to(&mut file, image::ImageFormat::Png)?;
    put(&dir.join(format!("truth-depth-{tag}.png")), file.get_ref())
}

/// Depth in mm as 16-bit µm.
fn micrometres(depth: &Field) -> ImageBuffer<Luma<u16>, Vec<u16>> {
    let (rows, columns) = depth.dim();
    ImageBuffer::from_fn(columns as u32, rows as u32, |x, y| {
        let mm = depth[[y as usize, x as usize]];
        Luma([(mm * 1000.0).round().clamp(0.0, 65535.0) as u16])
    })
}

fn table(scars: &[ScarTruth], visits: &[VisitEntry]) -> String {
    let mut text = String::from("id,kind,x,y");
    for visit in visits {
        let stem = visit.file.rsplit_once('.').map_or("", |s| s.0);
        for what in ["width_mm", "depth_mm", "area_mm2", "volume_mm3"] {
            text.push_str(&format!(",{stem}_{what}"));
        }
    }
    text.push('\n');
    for scar in scars {
        let kind = serde_json::to_value(scar.kind).unwrap_or_default();
        let kind = kind.as_str().unwrap_or_default();
        text.push_str(&format!("{},{kind},{:.2},{:.2}", scar.id, scar.x, scar.y));
        for at in &scar.visits {
            let numbers = [at.width_mm, at.depth_mm, at.area_mm2, at.volume_mm3];
            for n in numbers {
                text.push_str(&format!(",{n:.4}"));
            }
        }
        text.push('\n');
    }
    text
}

fn put_json(path: &Path, value: &impl Serialize, pretty: bool) -> Result<(), Error> {
    let text = if pretty {
        serde_json::to_vec_pretty(value)
    } else {
        serde_json::to_vec(value)
    };
    let text = text.map_err(|e| failed(path, e.into()))?;
    put(path, &text)
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes).map_err(|source| failed(path, source))
}

fn failed(path: &Path, source: std::io::Error) -> Error {
    Error::Write {
        path: path.display().to_string(),
        source,
    }
}
