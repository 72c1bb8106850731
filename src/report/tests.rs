//! A made-up result, written and read back.

mod courses;
mod made_up;
mod pages;

pub(crate) use made_up::{course, sample};

use std::fs;

use image::RgbImage;

use self::made_up::not_comparable;
use super::schema::*;
use super::*;

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
    let (comparison, pictures) = sample();
    let drawn = drawn::draw(&comparison, &pictures).unwrap();
    let table = |lesions: &[schema::Lesion]| {
        String::from_utf8(table::lesions(lesions, &drawn.told()).unwrap()).unwrap()
    };
    let text = table(&comparison.lesions);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("id,kind,kind_confidence,x,y,state,before_area_mm2"));
    let plain = "1,boxcar,0.8,40,50,improved,2.5,0.07,6,2.7,1.75,0.07,6,2.7,-30,-12.5,-35";
    let (measured, report) = lines[1].split_at(plain.len());
    assert_eq!(measured, plain);
    // What the page says of it, which may be less sure, and the interval of a single scar.
    let told = drawn.told();
    let told = told.iter().find(|t| t.lesion.id == 1).unwrap();
    let volume = told.volume.unwrap();
    let number = |v: Option<f64>| v.map(|v| v.to_string()).unwrap_or_default();
    let [value, low, high] = [volume.value, volume.low, volume.high].map(number);
    let became = words::page::became(told);
    assert_eq!(report, format!(",{became},{value},{low},{high}"));
    assert_eq!(table(&[]).lines().count(), 1);
}
