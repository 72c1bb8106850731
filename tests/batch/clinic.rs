//! A clinic's folders, drawn, and the program run over them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use scardepth::phantom::{self, Family, Spec};

/// Three small visits, drawn once.
pub fn photos() -> &'static [Vec<u8>] {
    static PHOTOS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    PHOTOS.get_or_init(|| {
        let spec = Spec {
            family: Family::Improved,
            width: 192,
            height: 144,
            px_per_mm: 6.0,
            visits: 3,
            strength: Some(0.6),
            ..Spec::default()
        };
        let course = phantom::render_course(&spec).unwrap();
        course.shots.into_iter().map(|s| s.file).collect()
    })
}

const DATES: [&str; 3] = ["2026-01-12", "2026-02-16", "2026-03-23"];

/// Files with timings in them.
const TIMED: [&str; 5] = [
    "run.json",
    "work.json",
    "result.json",
    "report.html",
    "report.pdf",
];

/// A folder with patients in it, and results beside.
pub struct Clinic(pub tempfile::TempDir);

impl Clinic {
    pub fn new(patients: &[&str]) -> Self {
        let clinic = Self(tempfile::tempdir().unwrap());
        for patient in patients {
            for (date, photo) in DATES.iter().zip(photos()) {
                clinic.put(&format!("{patient}/{date}_front.jpg"), photo);
            }
        }
        clinic
    }

    pub fn put(&self, file: &str, bytes: &[u8]) {
        let path = self.at("root").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scardepth"));
        command.current_dir(self.0.path()).args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str], status: i32) -> Output {
        let output = self.command(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {told}");
        output
    }

    /// What a run that ends with `status` prints,
    pub fn prints(&self, arguments: &[&str], status: i32) -> String {
        String::from_utf8_lossy(&self.run(arguments, status).stdout).into_owned()
    }

    /// and what it says beside it.
    pub fn says(&self, arguments: &[&str], status: i32) -> String {
        String::from_utf8_lossy(&self.run(arguments, status).stderr).into_owned()
    }

    /// Everything below a result that must not differ between runs, by name.
    pub fn outputs(&self, out: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        all(&self.at(out), &self.at(out), &mut files);
        files.retain(|name, _| !TIMED.iter().any(|timed| name.ends_with(timed)));
        files
    }
}

pub fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Every file below a folder, by name.
pub fn all(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all(root, &path, files);
        } else {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            files.insert(name, fs::read(path).unwrap());
        }
    }
}
