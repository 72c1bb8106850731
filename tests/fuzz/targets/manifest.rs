//! Any bytes as the `manifest.csv` of a small folder: read, and every photo put in its place.

#![no_main]

use std::fs;
use std::path::{Component, Path};
use std::sync::LazyLock;

use scardepth::visits::plan::{Sources, plan};
use scardepth::visits::schema::Layout;
use scardepth::visits::words;
use tempfile::TempDir;

/// Names of every habit, and one with each letter that means something somewhere.
const FILES: &[&str] = &[
    "anna/2026-01-12_front.jpg",
    "anna/2026-02-16_front.jpg",
    "anna/2026-02-16/left.png",
    "bert/before.jpg",
    "bert/03.04.2026.heic",
    "bert/a;b,c'd=e.webp",
    "\u{fc}/\u{fc}.tif",
    "x.jpg",
    "y.jpg",
];

/// The folder that is planned; the manifests lie in one of their own.
static ROOT: LazyLock<TempDir> = LazyLock::new(|| {
    let root = tempfile::tempdir().expect("a folder for files");
    for file in FILES {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder");
        fs::write(path, b"no photo").expect("a file");
    }
    root
});

static DESK: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

/// Whether a name from the plan stays in the folder that it is put into.
fn stays(name: &str) -> bool {
    let plain = |c| matches!(c, Component::Normal(_));
    !name.is_empty() && !name.contains('\\') && Path::new(name).components().all(plain)
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let manifest = DESK.path().join("manifest.csv");
    fs::write(&manifest, bytes).expect("a file");
    for layout in [Layout::Patients, Layout::Views] {
        let sources = Sources {
            root: ROOT.path(),
            layout,
            manifest: Some(&manifest),
            out: None,
        };
        let Ok(plan) = plan(&sources) else {
            continue;
        };
        let mut folders = Vec::new();
        for series in &plan.series {
            assert!(stays(&series.folder), "{series:?}");
            folders.push(series.folder.as_str());
            let mut visits: Vec<&str> = Vec::new();
            for photo in &series.photos {
                assert!(stays(&photo.folder), "{photo:?}");
                assert!(photo.path.starts_with(ROOT.path()), "{photo:?}");
                visits.push(&photo.folder);
                let others = photo.roi.iter().chain(&photo.points);
                for other in others {
                    let up = Path::new(other).components();
                    assert!(
                        up.into_iter().all(|c| !matches!(
                            c,
                            Component::ParentDir | Component::RootDir | Component::Prefix(_)
                        )),
                        "{photo:?}"
                    );
                }
            }
            let all = visits.len();
            visits.sort_unstable();
            visits.dedup();
            assert_eq!(visits.len(), all, "two visits in one folder: {series:?}");
        }
        let all = folders.len();
        folders.sort_unstable();
        folders.dedup();
        assert_eq!(folders.len(), all, "two courses in one folder: {plan:?}");
        let _ = words::plan(&plan);
        let _ = serde_json::to_string(&plan).expect("a plan can be written");
    }
});
