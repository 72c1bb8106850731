//! Results that are made once for all tests, and the addresses of their pages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::browser::Browser;

pub const DESK: (u32, u32) = (1280, 900);
pub const TABLET: (u32, u32) = (768, 1024);
/// A larger tablet held upright.
pub const UPRIGHT: (u32, u32) = (820, 1180);
pub const PHONE: (u32, u32) = (390, 844);

pub struct Made {
    /// Keeps the folder until the tests end.
    home: tempfile::TempDir,
}

impl Made {
    pub fn at(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A browser that shows a page; `None`, with a printed line, where there is none.
    pub fn open(&self, page: &str, place: &str, size: (u32, u32)) -> Option<Browser> {
        let mut browser = Browser::start()?;
        browser.open(&address(&self.at(page), place), size);
        Some(browser)
    }
}

pub fn address(file: &Path, place: &str) -> String {
    format!("file://{}{place}", file.display())
}

/// What the program says where it may end with 0 or 3.
fn run(home: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_scardepth"))
        .current_dir(home)
        .args(arguments)
        .output()
        .unwrap();
    assert_ne!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn only_entry(folder: &Path) -> PathBuf {
    fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path()
}

/// A small phantom pair drawn and compared once for all tests, named with what must stay text.
pub fn pair() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| run(home.path(), arguments);
        run(&[
            "phantom", "--out", "drawn", "--size", "480x360", "--seed", "3",
        ]);
        let pair = only_entry(&home.path().join("drawn"));
        let before = home.path().join("<img src=x onerror=alert(1)>.jpg");
        fs::copy(pair.join("before.jpg"), &before).unwrap();
        let after = pair.join("after.jpg");
        let photos = [before.to_str().unwrap(), after.to_str().unwrap()];
        let options = ["--out", "out", "--px-per-mm", "16", "--paper", "letter"];
        run(&[&["compare"], &photos[..], &options[..]].concat());
        Made { home }
    })
}

/// Two phantoms that have nothing to do with each other, and what the terminal was told.
pub fn refused() -> &'static (Made, String) {
    static MADE: OnceLock<(Made, String)> = OnceLock::new();
    MADE.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| run(home.path(), arguments);
        let photos = ["3", "4"].map(|seed| {
            let drawn = [
                "phantom", "--size", "480x360", "--seed", seed, "--out", seed,
            ];
            run(&drawn);
            only_entry(&home.path().join(seed)).join("before.jpg")
        });
        let photos = photos.each_ref().map(|p| p.to_str().unwrap());
        let options = ["--out", "out", "--px-per-mm", "16"];
        let told = run(&[&["compare"], &photos[..], &options[..]].concat());
        (Made { home }, told)
    })
}

/// A patient with three visits and a session, and another with one photo.
pub fn clinic() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| run(home.path(), arguments);
        let drawn = [
            "phantom", "--out", "drawn", "--size", "480x360", "--seed", "3",
        ];
        run(&[&drawn[..], &["--visits", "3"]].concat());
        let course = only_entry(&home.path().join("drawn"));
        let mut photos: Vec<PathBuf> = fs::read_dir(course)
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.to_string_lossy().ends_with("_front.jpg"))
            .collect();
        photos.sort();
        for (patient, count) in [("anna", 3), ("bert", 1)] {
            let folder = home.path().join("root").join(patient);
            fs::create_dir_all(&folder).unwrap();
            for photo in &photos[..count] {
                fs::copy(photo, folder.join(photo.file_name().unwrap())).unwrap();
            }
        }
        let manifest = "patient,visit,date,view,file,treatment\nanna,,2026-01-20,,,needling\n";
        fs::write(home.path().join("sessions.csv"), manifest).unwrap();
        let options = ["--out", "out", "--manifest", "sessions.csv"];
        run(&[&["batch", "root", "--paper", "letter"], &options[..]].concat());
        Made { home }
    })
}
