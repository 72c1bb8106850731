//! The pages in a real browser: headless Chromium, where there is one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

struct Made {
    /// Keeps the folder until the tests end.
    _home: tempfile::TempDir,
    out: PathBuf,
}

/// A small phantom pair drawn and compared once for all tests, named with what must stay text.
fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| {
            let output = assert_cmd::Command::cargo_bin("scardepth")
                .unwrap()
                .current_dir(home.path())
                .args(arguments)
                .output()
                .unwrap();
            assert_ne!(output.status.code(), Some(2), "{output:?}");
        };
        run(&[
            "phantom", "--out", "drawn", "--size", "480x360", "--seed", "3",
        ]);
        let pair = fs::read_dir(home.path().join("drawn")).unwrap().next();
        let pair = pair.unwrap().unwrap().path();
        let before = home.path().join("<img src=x onerror=alert(1)>.jpg");
        fs::copy(pair.join("before.jpg"), &before).unwrap();
        run(&[
            "compare",
            before.to_str().unwrap(),
            pair.join("after.jpg").to_str().unwrap(),
            "--out",
            "out",
            "--px-per-mm",
            "16",
            "--paper",
            "letter",
        ]);
        let out = home.path().join("out");
        Made { _home: home, out }
    })
}

/// What Chromium makes of an address, or `None`, with a printed line, where there is no Chromium.
fn chromium(arguments: &[&str]) -> Option<std::process::Output> {
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok());
    let Some(program) = found else {
        println!("skipped: no chromium on the PATH");
        return None;
    };
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(program)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--enable-logging=stderr",
            "--virtual-time-budget=3000",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(arguments)
        .output()
        .unwrap();
    Some(output)
}

fn address(out: &Path, place: &str) -> String {
    format!("file://{}{place}", out.join("report.html").display())
}

#[test]
fn the_page_runs_its_script_and_follows_its_address() {
    let Made { out, .. } = made();
    let Some(output) = chromium(&["--dump-dom", &address(out, "#scar-1")]) else {
        return;
    };
    let page = String::from_utf8_lossy(&output.stdout);
    assert!(page.contains("class=\"js\""), "the script did not run");
    assert!(page.contains("--at: 50%"), "no slider");
    let row = page.split("<tr id=\"row-1\"").nth(1).unwrap();
    let row = &row[..row.find('>').unwrap()];
    assert!(row.contains("chosen"), "the scar is not marked: {row}");
    // Chromium tells of every refused request and every error of the script.
    let said = String::from_utf8_lossy(&output.stderr);
    for fault in ["CONSOLE", "Content Security Policy", "Uncaught"] {
        assert!(!said.contains(fault), "{said}");
    }
}

#[test]
fn a_file_name_runs_nothing() {
    let page = fs::read_to_string(made().out.join("report.html")).unwrap();
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(!page.contains("<img src=x"));
}

#[test]
fn the_page_can_be_seen() {
    let Made { out, .. } = made();
    let shot = out.parent().unwrap().join("shot.png");
    let to = format!("--screenshot={}", shot.display());
    let arguments = [&to, "--window-size=1280,1400", &address(out, "")];
    if chromium(&arguments.map(|a| a as &str)).is_none() {
        return;
    }
    let picture = image::open(&shot).unwrap().to_rgb8();
    let mut seen: Vec<[u8; 3]> = picture.pixels().map(|p| p.0.map(|v| v / 16)).collect();
    seen.sort_unstable();
    seen.dedup();
    assert!(seen.len() > 60, "only {} colours are seen", seen.len());
}

#[test]
fn the_print_is_a_document_of_several_sheets() {
    let bytes = fs::read(made().out.join("report.pdf")).unwrap();
    assert!(bytes.starts_with(b"%PDF-1."));
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("/MediaBox [0 0 612 792]"));
    assert!(text.matches("/Type /Page\n").count() >= 3 || text.matches("/Type /Page").count() > 3);
    assert!(bytes.trim_ascii_end().ends_with(b"%%EOF"));
}
