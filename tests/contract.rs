//! The files of a result, held against the contract, on a phantom pair through the whole program.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use assert_cmd::Command;
use serde_json::Value;

struct Made {
    /// Keeps the folder until the tests end.
    _home: tempfile::TempDir,
    out: PathBuf,
    status: i32,
    result: Value,
}

/// A phantom pair drawn and compared once for all tests.
fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| {
            let output = Command::cargo_bin("scardepth")
                .unwrap()
                .current_dir(home.path())
                .args(arguments)
                .output()
                .unwrap();
            assert_ne!(output.status.code(), Some(2), "{output:?}");
            output.status.code().unwrap()
        };
        run(&[
            "phantom", "--out", "drawn", "--size", "640x480", "--seed", "3",
        ]);
        let pair = fs::read_dir(home.path().join("drawn")).unwrap().next();
        let pair = pair.unwrap().unwrap().path();
        let photo = |name: &str| pair.join(name).to_str().unwrap().to_string();
        let status = run(&[
            "compare",
            &photo("before.jpg"),
            &photo("after.jpg"),
            "--out",
            "out",
            "--px-per-mm",
            "16",
        ]);
        let out = home.path().join("out");
        let text = fs::read_to_string(out.join("result.json")).unwrap();
        Made {
            result: serde_json::from_str(&text).unwrap(),
            _home: home,
            out,
            status,
        }
    })
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

fn set(words: &str) -> BTreeSet<&str> {
    words.split_whitespace().collect()
}

#[test]
fn the_exit_status_says_the_verdict() {
    let made = made();
    let compared = made.result["change"]["verdict"] != "not comparable";
    assert_eq!(made.status, if compared { 0 } else { 3 });
}

#[test]
fn every_field_is_there_and_no_other() {
    let result = &made().result;
    for (pointer, expected) in [
        (
            "",
            "schema tool options scale before after registration change lesions warnings timings_ms",
        ),
        ("/tool", "name version"),
        ("/scale", "px_per_mm source"),
        (
            "/before",
            "file blake3 taken width height quality scars redness pigment",
        ),
        (
            "/before/quality",
            "sharpness clipped_fraction light_azimuth_deg light_directionality ita_deg \
             skin_fraction reasons",
        ),
        (
            "/before/scars",
            "count area_px area_mm2 area_fraction contrast relief_index volume_index",
        ),
        (
            "/registration",
            "method overlap confident_fraction residual_px grid",
        ),
        (
            "/change",
            "area_percent contrast_percent volume_index_percent verdict band reasons",
        ),
        ("/change/area_percent", "value low high smallest_detectable"),
    ] {
        assert_eq!(
            keys(result.pointer(pointer).unwrap()),
            set(expected),
            "{pointer}"
        );
    }
    assert_eq!(keys(&result["after"]), keys(&result["before"]));
    for lesion in result["lesions"].as_array().unwrap() {
        assert_eq!(
            keys(lesion),
            set("id kind kind_confidence x y state before after change")
        );
        for visit in ["before", "after"] {
            assert_eq!(
                keys(&lesion[visit]),
                set("area_mm2 contrast relief_index width_mm")
            );
        }
    }
    for warning in result["warnings"].as_array().unwrap() {
        assert_eq!(keys(warning), set("code message remedy"));
    }
    assert_eq!(result["schema"], "scardepth.comparison/1");
    assert_eq!(result["scale"]["px_per_mm"], 16.0);
    assert_eq!(result["scale"]["source"], "option");
    assert_eq!(result["before"]["blake3"].as_str().unwrap().len(), 64);
}

#[test]
fn words_are_those_of_the_contract() {
    let result = &made().result;
    let one_of = |value: &Value, words: &[&str]| {
        assert!(
            words.contains(&value.as_str().unwrap_or("null")),
            "{value} is none of {words:?}"
        );
    };
    one_of(
        &result["change"]["verdict"],
        &[
            "improved",
            "worse",
            "no detectable change",
            "not comparable",
        ],
    );
    one_of(
        &result["change"]["band"],
        &["none", "<25", "25-50", "50-75", ">75", "null"],
    );
    one_of(
        &result["registration"]["method"],
        &["dense", "points", "region", "none"],
    );
    for lesion in result["lesions"].as_array().unwrap() {
        one_of(
            &lesion["state"],
            &[
                "improved",
                "unchanged",
                "worse",
                "new",
                "gone",
                "not measured",
            ],
        );
        one_of(
            &lesion["kind"],
            &["ice pick", "boxcar", "rolling", "linear", "null"],
        );
    }
}

#[test]
fn the_grid_has_a_place_for_every_node() {
    let grid = &made().result["registration"]["grid"];
    if grid.is_null() {
        return;
    }
    let nodes = grid["columns"].as_u64().unwrap() * grid["rows"].as_u64().unwrap();
    let (x, y) = (grid["x"].as_array().unwrap(), grid["y"].as_array().unwrap());
    assert_eq!((x.len() as u64, y.len() as u64), (nodes, nodes));
    for (x, y) in x.iter().zip(y) {
        assert_eq!(x.is_null(), y.is_null());
    }
    let step = grid["step_px"].as_u64().unwrap();
    for (side, n) in [("width", "columns"), ("height", "rows")] {
        let last = (grid[n].as_u64().unwrap() - 1) * step;
        let side = made().result["before"][side].as_u64().unwrap();
        assert!(last + step >= side - 1, "the grid ends at {last} of {side}");
    }
}

fn mask(out: &Path, name: &str) -> image::GrayImage {
    match image::open(out.join(name)).unwrap() {
        image::DynamicImage::ImageLuma8(mask) => mask,
        other => panic!("{name} is {:?}", other.color()),
    }
}

#[test]
fn pictures_are_on_the_before_photos_grid() {
    let Made { out, result, .. } = made();
    for name in ["scars-before.png", "scars-after.png", "measured.png"] {
        let mask = mask(out, name);
        assert_eq!(mask.dimensions(), (640, 480), "{name}");
        assert!(mask.pixels().all(|p| matches!(p[0], 0 | 255)), "{name}");
    }
    let measured = mask(out, "measured.png").pixels().any(|p| p[0] > 0);
    assert_eq!(measured, result["change"]["verdict"] != "not comparable");
    let aligned = out.join("aligned-after.jpg");
    if result["registration"]["method"] == "none" {
        assert!(!aligned.exists());
    } else {
        let aligned = image::open(aligned).unwrap();
        assert_eq!((aligned.width(), aligned.height()), (640, 480));
    }
}

#[test]
fn the_table_has_a_row_for_each_scar() {
    let Made { out, result, .. } = made();
    let mut table = csv::Reader::from_path(out.join("lesions.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let lesions = result["lesions"].as_array().unwrap();
    assert_eq!(rows.len(), lesions.len());
    for (row, lesion) in rows.iter().zip(lesions) {
        assert_eq!(row[0], lesion["id"].to_string());
        assert_eq!(&row[5], lesion["state"].as_str().unwrap());
    }
}

#[test]
fn the_page_asks_for_nothing_from_outside() {
    let page = fs::read_to_string(made().out.join("report.html")).unwrap();
    assert!(page.contains("Content-Security-Policy"));
    for address in [
        "http:", "https:", "//cdn", "<script ", "<link", "<iframe", "<form", "@import", "url(h",
        "url(/",
    ] {
        assert!(!page.contains(address), "{address}");
    }
    assert_eq!(page.matches("src=\"").count(), 0);
    // An address is a picture's own bytes or a place on the page.
    let pictures = page.matches("href=\"data:image/jpeg;base64,").count();
    let places = page.matches("href=\"#").count();
    assert_eq!(page.matches("href=\"").count(), pictures + places);
    assert!(pictures >= 1);
}
