//! A made-up result, written and read back.

use image::{GrayImage, Luma, Rgb, RgbImage};
use std::collections::BTreeMap;

use super::schema::*;
use std::fs;

use super::*;

fn visit(file: &str, area: f64, relief: f64) -> Visit {
    Visit {
        file: file.to_string(),
        blake3: "0123456789abcdef".repeat(4),
        taken: Some("2026-01-10T09:30:00".to_string()),
        width: 160,
        height: 120,
        quality: Quality {
            sharpness: Some(0.9),
            clipped_fraction: Some(0.002),
            light_azimuth_deg: Some(205.0),
            light_directionality: Some(0.3),
            ita_deg: Some(38.0),
            skin_fraction: Some(0.97),
            reasons: vec![],
        },
        scars: Scars {
            count: Some(2),
            area_px: Some(area),
            area_mm2: Some(area / 243.0),
            area_fraction: Some(area / 19_200.0),
            contrast: Some(0.062),
            relief_index: Some(relief),
            volume_index: Some(area * relief),
        },
        redness: Some(0.01),
        pigment: None,
    }
}

fn lesion(id: u32, x: f64, y: f64, kind: Kind, state: State, area: f64) -> Lesion {
    let seen = |area: f64| LesionVisit {
        area_mm2: Some(area),
        contrast: Some(0.07),
        relief_index: Some(6.0),
        width_mm: Some(2.7),
    };
    Lesion {
        id,
        kind: Some(kind),
        kind_confidence: Some(0.8),
        x,
        y,
        state,
        before: seen(area),
        after: seen(area * 0.7),
        change: LesionChange {
            area_percent: Some(-30.0),
            contrast_percent: Some(-12.5),
            relief_index_percent: Some(-35.0),
        },
    }
}

/// A result as the pipeline might make it, with its pictures.
pub(crate) fn sample() -> (Comparison, Pictures) {
    let interval = |value: f64, half: f64, smallest: f64| Interval {
        value: finite(value),
        low: finite(value - half),
        high: finite(value + half),
        smallest_detectable: finite(smallest),
    };
    let disk = |cx: f64, cy: f64, r: f64| {
        move |x: u32, y: u32| (f64::from(x) - cx).hypot(f64::from(y) - cy) < r
    };
    let (a, b, shrunk) = (
        disk(40.0, 50.0, 14.0),
        disk(110.0, 70.0, 18.0),
        disk(40.0, 50.0, 10.0),
    );
    let mask = |set: &dyn Fn(u32, u32) -> bool| {
        GrayImage::from_fn(160, 120, |x, y| Luma([255 * u8::from(set(x, y))]))
    };
    let skin = RgbImage::from_fn(160, 120, |x, y| {
        let dark = if a(x, y) || b(x, y) { 30 } else { 0 };
        Rgb([215 - dark, 165 - dark + (x % 3) as u8, 140 - dark])
    });
    let comparison = Comparison {
        schema: SCHEMA.to_string(),
        tool: Tool::default(),
        options: BTreeMap::from([("px_per_mm".to_string(), serde_json::json!(15.6))]),
        scale: Scale {
            px_per_mm: Some(15.6),
            source: ScaleSource::Option,
        },
        before: visit("a.jpg", 1600.0, 5.1),
        after: visit("<b> & \"c\".jpg", 1300.0, 4.2),
        registration: Registration {
            method: RegistrationMethod::Dense,
            overlap: Some(0.95),
            confident_fraction: Some(0.91),
            residual_px: Some(0.2),
            grid: Some(Grid {
                step_px: 80,
                columns: 2,
                rows: 2,
                x: vec![Some(0.5), Some(80.5), None, Some(80.25)],
                y: vec![Some(0.0), Some(0.0), None, Some(80.0)],
            }),
        },
        change: Change {
            area_percent: interval(-31.0, 5.0, 6.0),
            contrast_percent: interval(-22.0, 5.0, 5.0),
            volume_index_percent: interval(-41.0, 6.0, 8.0),
            verdict: Verdict::Improved,
            band: Some(Band::From25To50),
            reasons: vec![],
        },
        lesions: vec![
            lesion(1, 40.0, 50.0, Kind::Boxcar, State::Improved, 2.5),
            lesion(2, 110.0, 70.0, Kind::IcePick, State::Unchanged, 4.2),
        ],
        warnings: vec![Warning {
            code: "light-differs".to_string(),
            message: "The light comes from another side in the after photo.".to_string(),
            remedy: "Keep lamp and window where they were.".to_string(),
        }],
        timings_ms: BTreeMap::from([("decode".to_string(), 41.0)]),
    };
    let pictures = Pictures {
        scars_before: mask(&|x, y| a(x, y) || b(x, y)),
        scars_after: mask(&|x, y| shrunk(x, y) || b(x, y)),
        measured: mask(&|x, y| (8..150).contains(&x) && (6..110).contains(&y)),
        aligned_after: Some(skin.clone()),
        before: skin,
        after: None,
        maps: Some(maps(&|x, y| a(x, y), &|x, y| b(x, y), &|x, y| shrunk(x, y))),
    };
    (comparison, pictures)
}

/// Two dents, the first of which shrank.
fn maps(
    a: &dyn Fn(u32, u32) -> bool,
    b: &dyn Fn(u32, u32) -> bool,
    shrunk: &dyn Fn(u32, u32) -> bool,
) -> Maps {
    let labels = |first: &dyn Fn(u32, u32) -> bool| {
        Array2::from_shape_fn((120, 160), |(y, x)| {
            let (x, y) = (x as u32, y as u32);
            u32::from(first(x, y)) + 2 * u32::from(b(x, y))
        })
    };
    let lesions = [labels(a), labels(shrunk)];
    let dented = lesions
        .each_ref()
        .map(|l| l.mapv(|id| if id == 0 { 0.0 } else { -4.0 }));
    Maps {
        redness: dented.clone(),
        pigment: dented.clone(),
        relief: dented,
        lesions,
        reduction: 1.0,
    }
}

fn not_comparable() -> (Comparison, Pictures) {
    let (mut comparison, mut pictures) = sample();
    comparison.change = Change {
        area_percent: Interval::default(),
        contrast_percent: Interval::default(),
        volume_index_percent: Interval::default(),
        verdict: Verdict::NotComparable,
        band: None,
        reasons: vec!["the after photo is blurred".to_string()],
    };
    comparison.registration.grid = None;
    comparison.registration.method = RegistrationMethod::None;
    comparison.lesions.clear();
    pictures.aligned_after = None;
    pictures.maps = None;
    pictures.measured = GrayImage::new(160, 120);
    (comparison, pictures)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_json_is_that_of_the_contract() {
    let (comparison, _) = sample();
    let text = json(&comparison);
    let keys = |pointer: &str| -> Vec<String> {
        // The order of the text, not of a map.
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let object = value.pointer(pointer).unwrap().as_object().unwrap();
        let mut keys: Vec<String> = object.keys().cloned().collect();
        keys.sort_by_key(|k| text.find(&format!("\"{k}\":")).unwrap());
        keys
    };
    assert_eq!(
        keys(""),
        [
            "schema",
            "tool",
            "options",
            "scale",
            "before",
            "after",
            "registration",
            "change",
            "lesions",
            "warnings",
            "timings_ms"
        ]
    );
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema"], "scardepth.comparison/1");
    assert_eq!(value["change"]["verdict"], "improved");
    assert_eq!(value["change"]["band"], "25-50");
    assert_eq!(value["change"]["area_percent"]["low"], -36.0);
    assert_eq!(value["registration"]["method"], "dense");
    assert_eq!(value["scale"]["source"], "option");
    assert_eq!(value["lesions"][1]["kind"], "ice pick");
    assert!(value["before"]["pigment"].is_null());
    assert!(value["registration"]["grid"]["x"][2].is_null());
    assert_eq!(
        serde_json::from_str::<Comparison>(&text).unwrap(),
        comparison
    );

    let (comparison, _) = not_comparable();
    let value: serde_json::Value = serde_json::from_str(&json(&comparison)).unwrap();
    assert_eq!(value["change"]["verdict"], "not comparable");
    assert!(value["change"]["area_percent"]["value"].is_null());
    assert!(value["change"]["band"].is_null());
}

#[test]
fn a_number_that_is_none_is_unknown() {
    assert_eq!(finite(f64::NAN), None);
    assert_eq!(finite(f64::INFINITY), None);
    assert_eq!(finite(0.0), Some(0.0));
}

#[test]
fn a_result_is_written_whole_and_replaced_whole() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("deep").join("out");
    let (comparison, pictures) = sample();
    write(&folder, &comparison, &pictures).unwrap();
    assert_eq!(
        names(&folder),
        [
            "aligned-after.jpg",
            "lesions.csv",
            "measured.png",
            "report.html",
            "report.pdf",
            "result.json",
            "scars-after.png",
            "scars-before.png"
        ]
    );
    assert_eq!(names(folder.parent().unwrap()), ["out"]);
    let mask = image::open(folder.join("scars-before.png")).unwrap();
    assert_eq!(mask, image::DynamicImage::ImageLuma8(pictures.scars_before));
    let aligned = image::open(folder.join("aligned-after.jpg")).unwrap();
    assert_eq!((aligned.width(), aligned.height()), (160, 120));

    // The user's own notes stay; what the new result does not have goes.
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    let (comparison, pictures) = not_comparable();
    write(&folder, &comparison, &pictures).unwrap();
    assert!(!folder.join("aligned-after.jpg").exists());
    assert_eq!(fs::read(folder.join("notes.txt")).unwrap(), b"mine");
    let text = fs::read_to_string(folder.join("result.json")).unwrap();
    assert_eq!(text, json(&comparison));
    assert_eq!(names(&folder).len(), 8);
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let (comparison, pictures) = sample();
    let folder = home.path().join("photos");
    fs::create_dir(&folder).unwrap();
    check_folder(&folder).unwrap();
    for (name, text) in [
        ("holiday.jpg", "x"),
        ("result.json", r#"{"schema": "another.tool/3"}"#),
        ("report.html", "<p>a page of the user's own"),
    ] {
        fs::write(folder.join(name), text).unwrap();
        let error = write(&folder, &comparison, &pictures).unwrap_err();
        assert!(matches!(error, Error::NotOurFolder { .. }), "{error:?}");
        assert!(error.to_string().contains(name));
        assert_eq!(names(&folder), [name]);
        fs::remove_file(folder.join(name)).unwrap();
    }
    let file = home.path().join("file");
    fs::write(&file, "x").unwrap();
    let error = write(&file, &comparison, &pictures).unwrap_err();
    assert!(matches!(error, Error::NotAFolder { .. }));
}

#[test]
fn an_interrupted_result_can_be_written_again() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("out");
    let (comparison, pictures) = sample();
    write(&folder, &comparison, &pictures).unwrap();
    // As a run leaves it that was stopped between taking the old result away and the new one's end.
    let stage = folder.join(".scardepth-abc123").join("result");
    fs::create_dir_all(&stage).unwrap();
    fs::rename(folder.join("result.json"), stage.join("result.json")).unwrap();
    write(&folder, &comparison, &pictures).unwrap();
    assert_eq!(names(&folder).len(), 8);
}

#[test]
fn nothing_is_left_behind_when_writing_fails() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("out");
    let (comparison, mut pictures) = sample();
    write(&folder, &comparison, &pictures).unwrap();
    let before = fs::read(folder.join("result.json")).unwrap();
    // A JPEG cannot be this wide.
    pictures.aligned_after = Some(RgbImage::new(70_000, 1));
    let error = write(&folder, &comparison, &pictures).unwrap_err();
    assert!(matches!(error, Error::Unwritable { .. }));
    assert_eq!(fs::read(folder.join("result.json")).unwrap(), before);
    assert_eq!(names(&folder).len(), 8);
    let missing = home.path().join("other");
    assert!(write(&missing, &comparison, &pictures).is_err());
    assert_eq!(names(home.path()), ["out"]);
}

#[test]
fn a_row_for_each_scar() {
    let (comparison, _) = sample();
    let text = String::from_utf8(table::lesions(&comparison.lesions).unwrap()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("id,kind,kind_confidence,x,y,state,before_area_mm2"));
    assert_eq!(
        lines[1],
        "1,boxcar,0.8,40,50,improved,2.5,0.07,6,2.7,1.75,0.07,6,2.7,-30,-12.5,-35"
    );
    let none = String::from_utf8(table::lesions(&[]).unwrap()).unwrap();
    assert_eq!(none.lines().count(), 1);
}

fn page_of(comparison: &Comparison, pictures: &Pictures) -> String {
    html::page(comparison, &drawn::draw(comparison, pictures).unwrap())
}

#[test]
fn a_file_name_stays_text_on_the_page() {
    let (comparison, pictures) = sample();
    let page = page_of(&comparison, &pictures);
    assert!(page.contains("&lt;b&gt; &amp; &quot;c&quot;.jpg"));
    assert!(!page.contains("<b> &"));

    let (comparison, pictures) = not_comparable();
    let page = page_of(&comparison, &pictures);
    let (warning, photos) = (page.find("Keep lamp"), page.find(">The photos</h2>"));
    assert!(warning.unwrap() < photos.unwrap());
    assert!(!page.contains("class=\"shade\""));
}

#[test]
fn each_scar_has_its_own_outline_close_up_and_row() {
    let (comparison, pictures) = sample();
    let page = page_of(&comparison, &pictures);
    for part in [
        "id=\"b1\" class=\"improved\"",
        "id=\"a1\" class=\"improved\"",
        "id=\"b2\" class=\"unsure\"",
        "id=\"scar-2\"",
        "id=\"row-2\"",
        "href=\"#scar-1\"",
        "href=\"#before-relief\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    // The larger scar stands first.
    assert!(page.find("id=\"row-2\"").unwrap() < page.find("id=\"row-1\"").unwrap());
    // A scar that is gone is outlined before only.
    let mut gone = comparison.clone();
    gone.lesions[0].state = State::Gone;
    let page = page_of(&gone, &pictures);
    assert!(page.contains("id=\"b1\"") && !page.contains("id=\"a1\""));
}

#[test]
fn the_policy_allows_the_pages_own_style_and_script_only() {
    use sha2::{Digest, Sha256};
    let (comparison, pictures) = sample();
    let page = page_of(&comparison, &pictures);
    let policy = page.split("content=\"").nth(1).unwrap();
    let policy = policy[..policy.find('"').unwrap()].replace("&#39;", "'");
    assert!(policy.starts_with("default-src 'none'; img-src data:;"));
    assert!(!policy.contains("unsafe") && !policy.contains('*'));
    for (tag, source) in [("style", "style-src"), ("script", "script-src")] {
        let parts: Vec<&str> = page.split(&format!("<{tag}>")).collect();
        assert_eq!(parts.len(), 2, "one {tag}");
        let inside = &parts[1][..parts[1].find(&format!("</{tag}>")).unwrap()];
        let hash = super::pictures::base64(&Sha256::digest(inside.as_bytes()));
        assert!(
            policy.contains(&format!("{source} 'sha256-{hash}'")),
            "{policy}"
        );
    }
    assert!(!page.contains("style=\"") && !page.contains("onclick"));
}

#[test]
fn a_pair_that_can_show_little_says_so_on_the_first_page() {
    let (mut comparison, pictures) = sample();
    assert!(!page_of(&comparison, &pictures).contains("very large changes"));
    comparison.change.area_percent.smallest_detectable = Some(72.0);
    let page = page_of(&comparison, &pictures);
    let said = page.find("can only show very large changes").unwrap();
    assert!(said < page.find("<main>").unwrap());
    assert!(page.contains("More than 72 %"));
}

#[test]
fn anonymous_results_name_no_file() {
    let (mut comparison, pictures) = sample();
    anonymous(&mut comparison);
    let page = page_of(&comparison, &pictures);
    assert!(!page.contains("a.jpg") && !page.contains("&quot;c&quot;"));
    assert!(!json(&comparison).contains(".jpg"));
    let pdf = pdf_of(&comparison, &pictures, Paper::A4);
    assert!(!String::from_utf8_lossy(&pdf).contains(".jpg"));
}

fn pdf_of(comparison: &Comparison, pictures: &Pictures, paper: Paper) -> Vec<u8> {
    let drawn = drawn::draw(comparison, pictures).unwrap();
    pdf::document(comparison, pictures, &drawn, paper).unwrap()
}

#[test]
fn the_print_is_set_for_its_paper() {
    let (comparison, pictures) = sample();
    let a4 = pdf_of(&comparison, &pictures, Paper::A4);
    let letter = pdf_of(&comparison, &pictures, Paper::Letter);
    assert!(a4.starts_with(b"%PDF-") && letter.starts_with(b"%PDF-"));
    let holds = |pdf: &[u8], text: &str| String::from_utf8_lossy(pdf).contains(text);
    assert!(holds(&a4, "/MediaBox [0 0 595.28 841.89]"));
    assert!(holds(&letter, "/MediaBox [0 0 612 792]"));
    assert_eq!(a4, pdf_of(&comparison, &pictures, Paper::A4));
    let (comparison, pictures) = not_comparable();
    assert!(pdf_of(&comparison, &pictures, Paper::A4).len() > 1000);
}
