//! Names that want to be more than names, and files that are none: what is typed and what is written.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use image::{Rgb, RgbImage};

/// A folder with two plain pictures under the names that are given.
fn desk(before: &str, after: &str) -> tempfile::TempDir {
    let desk = tempfile::tempdir().unwrap();
    for (name, shade) in [(before, 0), (after, 10)] {
        let picture = RgbImage::from_fn(80, 60, |x, y| {
            Rgb([200 - shade, 150 + (x % 7) as u8, 120 + (y % 5) as u8])
        });
        let path = desk.path().join(name);
        picture
            .save_with_format(path, image::ImageFormat::Png)
            .unwrap();
    }
    desk
}

struct Ended {
    status: i32,
    err: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let output = Command::cargo_bin("scardepth")
        .unwrap()
        .current_dir(folder)
        .args(arguments)
        // A pipe must not be waited for.
        .timeout(Duration::from_secs(60))
        .output()
        .unwrap();
    Ended {
        status: output.status.code().expect("ends by itself"),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[cfg(unix)]
#[test]
fn a_name_is_text_wherever_it_is_written() {
    let names = [
        "<script>alert(1)<.png",
        "=cmd|' '!A0.png",
        "\" onload=\"alert(1)\" x=\".png",
        "`$(touch pwned)`.png",
        "-n.png",
    ];
    for name in names {
        let desk = desk(name, "after.png");
        let before = format!("./{name}");
        let ended = run(
            desk.path(),
            &["compare", &before, "after.png", "--out", "out"],
        );
        assert!(matches!(ended.status, 0 | 3), "{name}: {}", ended.err);
        let page = fs::read_to_string(desk.path().join("out/report.html")).unwrap();
        assert!(!page.contains("<script>alert"), "{name}");
        assert!(!page.contains("\" onload=\"alert"), "{name}");
        let json = fs::read_to_string(desk.path().join("out/result.json")).unwrap();
        let result: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(result["before"]["file"], name);
        let table = fs::read_to_string(desk.path().join("out/lesions.csv")).unwrap();
        assert!(table.starts_with("id,"), "{table}");
        assert!(!desk.path().join("pwned").exists());
    }
}

#[test]
fn no_folder_above_a_photo_is_told() {
    let desk = desk("before.png", "after.png");
    let secret = desk.path().join("Miller, Anna 1987-03-02");
    fs::create_dir(&secret).unwrap();
    for name in ["before.png", "after.png"] {
        fs::rename(desk.path().join(name), secret.join(name)).unwrap();
    }
    let [before, after] = ["before.png", "after.png"].map(|n| secret.join(n));
    let [before, after] = [&before, &after].map(|p| p.to_str().unwrap());
    let ended = run(desk.path(), &["compare", before, after, "--out", "out"]);
    assert!(matches!(ended.status, 0 | 3), "{}", ended.err);
    for file in files(&desk.path().join("out")) {
        let bytes = fs::read(&file).unwrap();
        let told = bytes.windows(6).any(|w| w == b"Miller");
        assert!(!told, "{}", file.display());
    }
}

#[cfg(unix)]
#[test]
fn what_is_written_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let desk = desk("before.png", "after.png");
    let out = ["compare", "before.png", "after.png", "--out", "course/out"];
    assert!(matches!(run(desk.path(), &out).status, 0 | 3));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let written = files(&desk.path().join("course"));
    assert!(written.len() >= 5);
    for file in &written {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    for folder in ["course", "course/out"] {
        assert_eq!(mode(&desk.path().join(folder)), 0o700, "{folder}");
    }
}

#[cfg(unix)]
#[test]
fn what_a_terminal_would_obey_is_not_printed() {
    let desk = desk("before.png", "after.png");
    let name = "a\u{1b}]0;owned\u{7}\u{1b}[2J.png";
    fs::write(desk.path().join(name), "no photo").unwrap();
    let ended = run(desk.path(), &["compare", name, "after.png", "--out", "out"]);
    assert_eq!(ended.status, 2);
    assert!(!ended.err.contains(['\u{1b}', '\u{7}']), "{:?}", ended.err);
    assert!(ended.err.contains("owned"));
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_folder_with_a_photos_name_is_refused_at_once() {
    let desk = desk("before.png", "after.png");
    let pipe = desk.path().join("pipe.jpg");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|s| s.success()) {
        println!("skipped: no mkfifo");
        return;
    }
    fs::create_dir(desk.path().join("folder.jpg")).unwrap();
    for (file, said) in [
        ("pipe.jpg", "a pipe"),
        ("folder.jpg", "a folder"),
        ("/dev/zero", "a device"),
    ] {
        let ended = run(
            desk.path(),
            &["compare", "before.png", file, "--out", "out"],
        );
        assert_eq!(ended.status, 2);
        assert!(ended.err.contains(said), "{}", ended.err);
        assert!(!desk.path().join("out").exists());
    }
}

#[test]
fn the_limit_of_pixels_can_be_typed() {
    let desk = desk("before.png", "after.png");
    let with = |limit: &str| {
        let usual = ["compare", "before.png", "after.png", "--out", "out"];
        run(
            desk.path(),
            &[&usual[..], &["--max-megapixels", limit]].concat(),
        )
    };
    let ended = with("0.004");
    assert_eq!(ended.status, 2);
    assert!(ended.err.contains("80 x 60"), "{}", ended.err);
    for nonsense in ["0", "-3", "nan", "1e9"] {
        assert_eq!(with(nonsense).status, 2, "{nonsense}");
    }
    assert!(matches!(with("0.005").status, 0 | 3));
}
