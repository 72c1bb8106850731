//! What can be typed: exit status, what goes to which stream, what is refused.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use image::imageops::{FilterType, resize};
use image::{Rgb, RgbImage};
use scardepth::phantom::{Family, Pair, Spec, render_pair};

/// A folder with two plain pictures in it, which no one can compare.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        for (name, shade) in [("before.png", 90), ("after.png", 160)] {
            let plain = RgbImage::from_pixel(200, 150, Rgb([shade, 110, 100]));
            plain.save(desk.at(name)).unwrap();
        }
        desk
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `scardepth compare before.png after.png --out out` with more arguments, run in the folder.
    fn compare(&self, more: &[&str]) -> Ended {
        let usual = ["compare", "before.png", "after.png", "--out", "out"];
        self.run(&[&usual, more].concat())
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let output = Command::cargo_bin("scardepth")
            .unwrap()
            .current_dir(self.0.path())
            .args(arguments)
            .output()
            .unwrap();
        Ended {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

struct Ended {
    status: i32,
    out: String,
    err: String,
}

fn result(path: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(path.join("result.json")).unwrap()).unwrap()
}

#[test]
fn what_cannot_be_compared_ends_with_3_and_a_result() {
    let desk = Desk::new();
    let ended = desk.compare(&[]);
    assert_eq!(ended.status, 3, "{}", ended.err);
    assert!(ended.out.contains("cannot be compared"));
    assert!(ended.out.contains("report.html"));
    let result = result(&desk.at("out"));
    assert_eq!(result["change"]["verdict"], "not comparable");
    assert_ne!(result["change"]["reasons"], serde_json::json!([]));
}

#[test]
fn json_is_the_file_and_nothing_else() {
    let desk = Desk::new();
    let ended = desk.compare(&["--json"]);
    assert_eq!(ended.status, 3);
    let file = fs::read_to_string(desk.at("out/result.json")).unwrap();
    assert_eq!(ended.out, file);
}

#[test]
fn quiet_says_nothing() {
    let desk = Desk::new();
    let ended = desk.compare(&["--quiet", "--threads", "1"]);
    assert_eq!(ended.status, 3);
    assert_eq!((ended.out.as_str(), ended.err.as_str()), ("", ""));
}

#[test]
fn bad_input_ends_with_2_and_leaves_no_result() {
    let desk = Desk::new();
    fs::write(desk.at("text.jpg"), "dear diary").unwrap();
    fs::write(desk.at("cut.jpg"), [0xff, 0xd8, 0xff, 0xe0, 0, 16]).unwrap();
    for (file, said) in [
        ("none.jpg", "no such file"),
        ("text.jpg", "not that of a photo"),
        ("cut.jpg", "cut off"),
        (".", "a folder"),
    ] {
        for pair in [[file, "after.png"], ["before.png", file]] {
            let ended = desk.run(&["compare", pair[0], pair[1], "--out", "out"]);
            assert_eq!(ended.status, 2);
            assert!(ended.err.starts_with("scardepth: "), "{}", ended.err);
            assert!(
                ended.err.contains(file) && ended.err.contains(said),
                "{}",
                ended.err
            );
            assert_eq!(ended.out, "");
            assert!(!desk.at("out").exists());
        }
    }
}

/// Two photos of one drawn cheek.
fn phantom() -> Pair {
    let spec = Spec {
        family: Family::Rephotographed,
        px_per_mm: 8.0,
        width: 400,
        height: 300,
        seed: 5,
        ..Spec::default()
    };
    render_pair(&spec).unwrap()
}

#[test]
fn half_a_photo_is_refused_whatever_its_format() {
    let desk = Desk::new();
    let photo = phantom().before;
    photo.rgb.save(desk.at("whole.png")).unwrap();
    photo.rgb.save(desk.at("whole.tif")).unwrap();
    fs::write(desk.at("whole.jpg"), &photo.file).unwrap();
    for kind in ["jpg", "png", "tif"] {
        let whole = fs::read(desk.at(&format!("whole.{kind}"))).unwrap();
        let half = format!("half.{kind}");
        fs::write(desk.at(&half), &whole[..whole.len() / 2]).unwrap();
        let ended = desk.run(&["compare", "before.png", &half, "--out", "out"]);
        assert_eq!(ended.status, 2, "{half}");
        assert!(ended.err.contains(&half), "{}", ended.err);
        assert!(ended.err.contains("copy it again"), "{}", ended.err);
        assert!(!desk.at("out").exists());
    }
}

#[test]
fn a_photo_of_one_pixel_is_refused() {
    let desk = Desk::new();
    let one = RgbImage::from_pixel(1, 1, Rgb([200, 150, 130]));
    one.save(desk.at("one.png")).unwrap();
    let ended = desk.run(&["compare", "one.png", "after.png", "--out", "out"]);
    assert_eq!(ended.status, 2);
    for said in ["one.png", "1 x 1", "32", "take the original photo"] {
        assert!(ended.err.contains(said), "{}", ended.err);
    }
    assert!(!desk.at("out").exists());
}

#[test]
fn where_there_is_no_skin_the_person_is_told_what_to_photograph() {
    let desk = Desk::new();
    let skin = phantom().before.rgb;
    skin.save(desk.at("skin.png")).unwrap();
    let (width, height) = skin.dimensions();
    let black = RgbImage::new(width, height);
    black.save(desk.at("black.png")).unwrap();
    // A painted wall: grain, and brighter on one side.
    let wall = RgbImage::from_fn(width, height, |x, y| {
        let level = (40 + x / 10 + (x * 7919 + y * 104_729) % 9) as u8;
        Rgb([level, level + 30, level + 120])
    });
    wall.save(desk.at("wall.png")).unwrap();
    for pair in [
        ["black.png", "skin.png"],
        ["skin.png", "black.png"],
        ["black.png", "black.png"],
        ["wall.png", "skin.png"],
        ["skin.png", "wall.png"],
        ["wall.png", "wall.png"],
    ] {
        let ended = desk.run(&["compare", pair[0], pair[1], "--out", "out"]);
        assert_eq!(ended.status, 3, "{pair:?}: {}{}", ended.out, ended.err);
        assert!(ended.out.contains("cannot be compared"), "{}", ended.out);
        let result = result(&desk.at("out"));
        let reasons = result["change"]["reasons"].to_string();
        assert!(reasons.contains("skin"), "{pair:?}: {reasons}");
        assert!(ended.err.contains("Fill the picture"), "{}", ended.err);
        assert!(result["change"]["area_percent"]["value"].is_null());
    }
}

#[test]
fn the_same_photo_twice_did_not_change() {
    let desk = Desk::new();
    fs::write(desk.at("photo.jpg"), phantom().before.file).unwrap();
    fs::copy(desk.at("photo.jpg"), desk.at("copy.jpg")).unwrap();
    for after in ["photo.jpg", "copy.jpg"] {
        let ended = desk.run(&["compare", "photo.jpg", after, "--out", "out"]);
        assert_eq!(ended.status, 0, "{}", ended.err);
        let change = &result(&desk.at("out"))["change"];
        assert_eq!(change["verdict"], "no detectable change");
        assert_eq!(change["area_percent"]["value"], 0.0);
        assert!(ended.err.contains("same photo"), "{}", ended.err);
        assert!(ended.err.contains("Choose the photo"), "{}", ended.err);
    }
}

#[test]
fn photos_may_differ_in_size() {
    let desk = Desk::new();
    let pair = phantom();
    let (width, height) = pair.after.rgb.dimensions();
    let larger = resize(
        &pair.after.rgb,
        width * 5 / 4,
        height * 5 / 4,
        FilterType::CatmullRom,
    );
    pair.before.rgb.save(desk.at("small.png")).unwrap();
    larger.save(desk.at("large.png")).unwrap();
    let scale = ["--px-per-mm", "8"];
    let usual = ["compare", "small.png", "large.png", "--out", "out"];
    let ended = desk.run(&[&usual[..], &scale].concat());
    assert!([0, 3].contains(&ended.status), "{}", ended.err);
    let result = result(&desk.at("out"));
    assert_eq!(result["before"]["width"], width);
    assert_eq!(result["after"]["width"], width * 5 / 4);
    for name in ["scars-before.png", "scars-after.png", "measured.png"] {
        let mask = image::open(desk.at("out").join(name)).unwrap();
        assert_eq!((mask.width(), mask.height()), (width, height), "{name}");
    }
}

#[test]
fn a_file_in_the_place_of_the_folder_stays_as_it_is() {
    let desk = Desk::new();
    fs::write(desk.at("out"), "notes").unwrap();
    let ended = desk.compare(&[]);
    assert_eq!(ended.status, 2);
    assert!(ended.err.contains("out: this is a file"), "{}", ended.err);
    assert!(ended.err.contains("name a folder"), "{}", ended.err);
    assert_eq!(fs::read_to_string(desk.at("out")).unwrap(), "notes");
    assert_eq!(fs::read_dir(desk.0.path()).unwrap().count(), 3);
}

#[test]
fn bad_options_end_with_2() {
    let desk = Desk::new();
    for more in [
        &["--px-per-mm", "0"][..],
        &["--px-per-mm", "nan"],
        &["--px-per-mm", "1e9"],
        &["--field-mm", "0"],
        &["--field-mm", "inf"],
        &["--px-per-mm", "10", "--field-mm", "80"],
        &["--threads", "0"],
        &["--colour", "red"],
    ] {
        let ended = desk.compare(more);
        assert_eq!(ended.status, 2, "{more:?}");
        assert!(!ended.err.is_empty());
        assert!(!desk.at("out").exists());
    }
    assert_eq!(desk.run(&["compare", "before.png"]).status, 2);
    assert_eq!(desk.run(&[]).status, 2);
}

#[test]
fn a_folder_that_is_not_ours_is_refused_before_the_work() {
    let desk = Desk::new();
    // The folder the photos are in.
    let ended = desk.run(&["compare", "before.png", "after.png", "--out", "."]);
    assert_eq!(ended.status, 2);
    assert!(ended.err.contains("other things"), "{}", ended.err);
    assert_eq!(fs::read_dir(desk.0.path()).unwrap().count(), 2);
    let ended = desk.run(&[
        "compare",
        "before.png",
        "after.png",
        "--out",
        "before.png/x",
    ]);
    assert_eq!(ended.status, 2);
    assert!(ended.err.contains("before.png"), "{}", ended.err);
}

#[test]
fn an_earlier_result_is_replaced() {
    let desk = Desk::new();
    assert_eq!(desk.compare(&[]).status, 3);
    let ended = desk.run(&["compare", "after.png", "before.png", "--out", "out"]);
    assert_eq!(ended.status, 3);
    assert_eq!(result(&desk.at("out"))["before"]["file"], "after.png");
}

#[test]
fn help_fits_the_desk() {
    let desk = Desk::new();
    for arguments in [&["--help"][..], &["compare", "--help"], &["compare", "-h"]] {
        let ended = desk.run(arguments);
        assert_eq!(ended.status, 0);
        assert!(ended.out.lines().all(|l| l.chars().count() <= 100));
    }
    assert!(desk.run(&["compare", "--help"]).out.contains("Exit status"));
    let version = desk.run(&["--version"]).out;
    assert_eq!(
        version.trim(),
        format!("scardepth {}", env!("CARGO_PKG_VERSION"))
    );
}
