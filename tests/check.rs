//! `scardepth check`, and the help a person may give `compare`: points and a region.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use image::{GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use scardepth::phantom::{Family, Pair, Spec, render_pair};
use serde_json::Value;

/// A folder with two photos of one drawn cheek, and one of a plain wall.
struct Desk {
    folder: tempfile::TempDir,
    pair: Pair,
}

struct Ended {
    status: i32,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Self {
        let spec = Spec {
            family: Family::Rephotographed,
            px_per_mm: 8.0,
            width: 400,
            height: 300,
            seed: 5,
            ..Spec::default()
        };
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
            pair: render_pair(&spec).unwrap(),
        };
        desk.pair.before.rgb.save(desk.at("before.png")).unwrap();
        desk.pair.after.rgb.save(desk.at("after.png")).unwrap();
        let wall = RgbImage::from_pixel(400, 300, Rgb([90, 110, 160]));
        wall.save(desk.at("wall.png")).unwrap();
        fs::write(desk.at("text.jpg"), "dear diary").unwrap();
        desk
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let output = Command::cargo_bin("scardepth")
            .unwrap()
            .current_dir(self.folder.path())
            .args(arguments)
            .output()
            .unwrap();
        Ended {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn compare(&self, more: &[&str]) -> Ended {
        let usual = ["compare", "before.png", "after.png", "--out", "out"];
        self.run(&[&usual[..], &["--px-per-mm", "8"], more].concat())
    }

    fn result(&self) -> Value {
        read(&self.at("out/result.json"))
    }

    /// Three points of the truth, as a person would mark them.
    fn marked(&self) -> String {
        let warp = &self.pair.truth.visits[1].warp;
        let places = [(0.2, 0.2), (0.8, 0.3), (0.4, 0.8)];
        let line = |&(u, v): &(f64, f64)| {
            let c = (u * (warp.columns - 1) as f64).round() as usize;
            let r = (v * (warp.rows - 1) as f64).round() as usize;
            let i = r * warp.columns + c;
            let (x, y) = (c * warp.step_px, r * warp.step_px);
            format!("{x},{y},{:.0},{:.0}\n", warp.x[i], warp.y[i])
        };
        places.iter().map(line).collect()
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_good_photo_ends_with_0_and_a_wall_with_3() {
    let desk = Desk::new();
    let ended = desk.run(&["check", "before.png", "--px-per-mm", "8"]);
    assert_eq!(ended.status, 0, "{}{}", ended.out, ended.err);
    assert!(ended.out.starts_with("before.png: "), "{}", ended.out);
    assert!(ended.out.contains("all kinds of scars"), "{}", ended.out);
    let ended = desk.run(&["check", "wall.png", "before.png"]);
    assert_eq!(ended.status, 3, "{}", ended.out);
    assert!(ended.out.contains("take it again"), "{}", ended.out);
    assert!(ended.out.contains("Fill the picture"), "{}", ended.out);
    let quiet = desk.run(&["check", "wall.png", "--quiet"]);
    assert_eq!(
        (quiet.status, quiet.out.as_str(), quiet.err.as_str()),
        (3, "", "")
    );
}

#[test]
fn a_bad_file_costs_its_own_row_only() {
    let desk = Desk::new();
    let inside = desk.at("text.jpg").display().to_string();
    let ended = desk.run(&["check", "before.png", &inside, "--json"]);
    assert_eq!(ended.status, 1, "{}", ended.err);
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["schema"], "scardepth.check/1");
    assert_eq!(report["photos"][0]["file"], "before.png");
    assert_eq!(report["photos"][1]["file"], "text.jpg");
    let said = report["photos"][1]["error"].as_str().unwrap();
    assert!(said.starts_with("text.jpg: "), "{said}");
    assert!(ended.err.contains("not that of a photo"), "{}", ended.err);
    assert_eq!(desk.run(&["check", "text.jpg", "none.png"]).status, 2);
    assert_eq!(desk.run(&["check"]).status, 2);
    let ended = desk.run(&["check", "before.png", "--against", "text.jpg"]);
    assert_eq!(ended.status, 2);
}

#[test]
fn beside_the_baseline() {
    let desk = Desk::new();
    let usual = [
        "check",
        "after.png",
        "--against",
        "before.png",
        "--px-per-mm",
        "8",
    ];
    let ended = desk.run(&usual);
    assert_eq!(ended.status, 0, "{}{}", ended.out, ended.err);
    for said in ["baseline", "in both", "pose", "light"] {
        assert!(ended.out.contains(said), "{said}: {}", ended.out);
    }
    let ended = desk.run(&[&usual[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["baseline"], "before.png");
    let against = &report["photos"][0]["against"];
    assert!(
        against["measured_share"].as_f64().unwrap() > 0.3,
        "{against}"
    );
    let ended = desk.run(&["check", "wall.png", "--against", "before.png"]);
    assert_eq!(ended.status, 3);
    assert!(ended.out.contains("cannot be compared"), "{}", ended.out);
}

#[test]
fn marked_points_lay_the_photos_onto_each_other() {
    let desk = Desk::new();
    fs::write(desk.at("points.csv"), desk.marked()).unwrap();
    let ended = desk.compare(&["--points", "points.csv"]);
    assert_eq!(ended.status, 0, "{}", ended.err);
    let found = desk.result();
    assert_eq!(found["registration"]["method"], "points");
    assert!(
        found["registration"]["confident_fraction"]
            .as_f64()
            .unwrap()
            > 0.3
    );
}

#[test]
fn points_that_make_no_map_end_with_2_and_the_line() {
    let desk = Desk::new();
    for (text, said) in [
        ("1,1,1,1\n2,2\n", "line 2"),
        ("1,1,1,1\n", "1 point pairs"),
        ("1,1,1,1\n5000,1,1,1\n", "outside the before photo"),
    ] {
        fs::write(desk.at("points.csv"), text).unwrap();
        let ended = desk.compare(&["--points", "points.csv"]);
        assert_eq!(ended.status, 2, "{}", ended.err);
        let named = ended.err.contains("points.csv") && ended.err.contains(said);
        assert!(named, "{}", ended.err);
        assert!(!desk.at("out").exists());
    }
    let ended = desk.compare(&["--points", "none.csv"]);
    assert_eq!(ended.status, 2);
    assert!(
        ended.err.contains("none.csv: there is no such file"),
        "{}",
        ended.err
    );
    fs::write(desk.at("raw.csv"), [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(desk.compare(&["--points", "raw.csv"]).status, 2);
}

#[test]
fn nothing_outside_the_region_is_measured() {
    let desk = Desk::new();
    let left = GrayImage::from_fn(400, 300, |x, _| Luma([if x < 200 { 255 } else { 0 }]));
    left.save(desk.at("left.png")).unwrap();
    let ended = desk.compare(&["--roi", "left.png"]);
    assert_eq!(ended.status, 0, "{}", ended.err);
    let measured = image::open(desk.at("out/measured.png")).unwrap().to_luma8();
    let set = |from: u32, to: u32| (from..to).any(|x| (0..300).any(|y| measured[(x, y)][0] > 0));
    assert!(set(0, 200) && !set(200, 400));
    for (name, picture, said) in [
        ("black.png", GrayImage::new(400, 300), "black all over"),
        ("small.png", GrayImage::new(200, 150), "200 x 150"),
    ] {
        picture.save(desk.at(name)).unwrap();
        let ended = desk.compare(&["--roi", name]);
        assert_eq!(ended.status, 2);
        let named = ended.err.contains(name) && ended.err.contains(said);
        assert!(named, "{}", ended.err);
    }
    assert_eq!(desk.compare(&["--roi", "none.png"]).status, 2);
    // The photo itself, or one that was drawn on.
    let ended = desk.compare(&["--roi", "before.png"]);
    assert_eq!(ended.status, 2);
    assert!(ended.err.contains("in colours"), "{}", ended.err);
    // What a drawing program left under what is transparent is not seen.
    let left = RgbaImage::from_fn(400, 300, |x, _| {
        Rgba(if x < 200 { [255; 4] } else { [200, 90, 60, 0] })
    });
    left.save(desk.at("layer.png")).unwrap();
    assert_eq!(desk.compare(&["--roi", "layer.png"]).status, 0);
}
