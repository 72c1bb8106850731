use super::*;
use std::fs;

mod order;

/// A folder of files that are no more than their names.
pub(super) struct Root(tempfile::TempDir);

impl Root {
    pub(super) fn new(files: &[&str]) -> Self {
        let root = Self(tempfile::tempdir().unwrap());
        for file in files {
            root.put(file, file.as_bytes());
        }
        root
    }

    fn put(&self, file: &str, bytes: &[u8]) {
        let path = self.0.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(super) fn plan(&self) -> Plan {
        self.plan_as(Layout::Patients)
    }

    fn plan_as(&self, layout: Layout) -> Plan {
        plan(&Sources {
            root: self.0.path(),
            layout,
            manifest: None,
            out: None,
        })
        .unwrap()
    }
}

/// `patient/view: visits` of each series.
fn told(plan: &Plan) -> Vec<String> {
    plan.series
        .iter()
        .map(|s| {
            let visits: Vec<&str> = s.photos.iter().map(|p| p.visit.as_str()).collect();
            format!("{}/{}: {}", s.patient, s.view, visits.join(" "))
        })
        .collect()
}

fn reason<'a>(plan: &'a Plan, file: &str) -> &'a str {
    let failure = plan.failures.iter().find(|f| f.file == file);
    let passed = plan.passed_over.iter().find(|f| f.file == file);
    match (failure, passed) {
        (Some(f), None) => &f.reason,
        (None, Some(p)) => &p.reason,
        _ => panic!("{file} is not accounted for once: {plan:#?}"),
    }
}

/// Small photos whose files have their dates in EXIF.
fn dated() -> crate::phantom::Course {
    let spec = crate::phantom::Spec {
        width: 96,
        height: 64,
        px_per_mm: 8.0,
        ..Default::default()
    };
    crate::phantom::render_course(&spec).unwrap()
}

#[test]
fn both_habits_and_every_file_accounted_for() {
    let files = [
        "anna/2026-02-16_front.jpg",
        "anna/2026-01-12_front.jpg",
        "anna/2026-01-12_left.jpg",
        "bert b./2026-01-12/Front.JPG",
        "bert b./2026-03-01 after two/front.png",
        "M\u{fc}ller:1/20260112.jpg",
        "anna/front.jpg",
        "anna/2026-02-30_front.jpg",
        "anna/12.01.2026_front.jpg",
        "anna/notes.txt",
        "anna/.DS_Store",
        "anna/._2026-01-12_front.jpg",
        "anna/Thumbs.db",
        "stray.jpg",
        "bert b./2026-01-12/more/front.jpg",
    ];
    let root = Root::new(&files);
    fs::create_dir_all(root.0.path().join("empty")).unwrap();
    let plan = root.plan();
    assert_eq!(
        told(&plan),
        [
            "M\u{fc}ller:1/photo: 2026-01-12",
            "anna/front: 2026-01-12 2026-02-16",
            "anna/left: 2026-01-12",
            "bert b./front: 2026-01-12 2026-03-01 after two",
        ]
    );
    for (file, says) in [
        ("anna/front.jpg", "no date"),
        ("anna/2026-02-30_front.jpg", "there is no day"),
        ("anna/12.01.2026_front.jpg", "more than one way"),
        ("anna/notes.txt", "not a photo"),
        ("anna/.DS_Store", "hidden"),
        ("anna/._2026-01-12_front.jpg", "hidden"),
        ("anna/Thumbs.db", "not a photo"),
        ("stray.jpg", "in no patient's folder"),
        ("bert b./2026-01-12/more/front.jpg", "deeper"),
        ("empty/", "empty"),
    ] {
        let found = reason(&plan, file);
        assert!(found.contains(says), "{file}: {found}");
    }
    let accounted = plan.photos() + plan.failures.len() + plan.passed_over.len();
    assert_eq!(accounted, files.len() + 1);
    for series in &plan.series {
        let safe = series.folder.strip_prefix("patients/").unwrap();
        assert!(
            !safe.contains([':', ' ']) && safe.split('/').count() == 2,
            "{safe}"
        );
    }
}

#[test]
fn one_patients_folder() {
    let root = Root::new(&[
        "2026-01-12_front.jpg",
        "2026-02-16/front.jpg",
        "IMG_0001.jpg",
    ]);
    let plan = root.plan_as(Layout::Views);
    assert_eq!(plan.series.len(), 1);
    assert_eq!(plan.series[0].photos.len(), 2);
    assert_eq!(plan.series[0].folder, "front");
    let name = root.0.path().file_name().unwrap().to_string_lossy();
    assert_eq!(plan.series[0].patient, name);
}

#[test]
fn two_photos_of_one_view_are_nobodys_guess() {
    let root = Root::new(&["a/2026-01-12_front.jpg", "a/2026-01-12/front.png"]);
    root.put("b/2026-01-12_front.jpg", b"same");
    root.put("b/2026-01-12_front.png", b"same");
    let plan = root.plan();
    assert_eq!(told(&plan), ["b/front: 2026-01-12"]);
    assert_eq!(plan.failures.len(), 2);
    assert!(
        plan.failures
            .iter()
            .all(|f| f.reason.contains("several photos"))
    );
    assert!(reason(&plan, "b/2026-01-12_front.png").contains("twice"));
}

#[test]
fn the_manifest_beats_names() {
    let root = Root::new(&[
        "scans/a.jpg",
        "scans/b.jpg",
        "anna/2026-01-12_front.jpg",
        "anna/2026-05-01_front.jpg",
        "anna/2026-06-01_front.jpg",
    ]);
    root.put(
        "manifest.csv",
        b"patient,visit,date,view,file,px_per_mm,treatment,polarisation\n\
          anna,base,2026-01-01,front,scans/a.jpg,15.5,,\n\
          ,,2026-02-01,front,scans/b.jpg,,needling,crossed\n\
          ,,2026-04-01,,anna/2026-05-01_front.jpg,,needling,\n\
          anna,,2026-01-20,,,,needling,\n\
          anna,,2026-01-20,,,,needling,\n\
          nobody,,2026-01-20,,,,peel,\n\
          anna,,2026-01-32,,anna/2026-06-01_front.jpg,,,\n\
          anna,,,,gone.jpg,,,\n",
    );
    let plan = root.plan();
    assert_eq!(told(&plan), ["anna/front: base 2026-01-12 2026-05-01"]);
    let series = &plan.series[0];
    assert_eq!(series.photos[0].px_per_mm.map(PixelsPerMm::get), Some(15.5));
    assert_eq!(series.photos[2].when(), "2026-04-01");
    assert_eq!(series.photos[2].date_source, DateSource::Manifest);
    let sessions: Vec<String> = series.sessions.iter().map(|s| s.date.to_string()).collect();
    assert_eq!(sessions, ["2026-01-20", "2026-04-01"]);
    assert!(reason(&plan, "scans/b.jpg").contains("crossed polarisers"));
    assert!(reason(&plan, "gone.jpg").contains("no such file"));
    assert!(reason(&plan, "anna/2026-06-01_front.jpg").contains("line 8"));
    assert!(plan.remarks.iter().any(|r| r.reason.contains("nobody")));
}

/// A phantom's file has its date in EXIF.
#[test]
fn the_camera_dates_what_names_do_not() {
    let root = Root::new(&[]);
    let course = dated();
    let taken = course.shots[1].date.clone();
    root.put("anna/week5_front.jpg", &course.shots[1].file);
    root.put("anna/2025-01-01_front.jpg", &course.shots[0].file);
    root.put("bert/IMG_0001.jpg", &course.shots[0].file);
    root.put("carl/IMG_0001.jpg", &course.shots[0].file);
    root.put("carl/IMG_0002.jpg", &course.shots[1].file);
    let plan = root.plan();
    let anna = &plan.series[0];
    assert_eq!(anna.photos[1].when(), taken);
    assert_eq!(anna.photos[1].date_source, DateSource::Exif);
    assert_eq!(anna.photos[1].visit, "week5");
    assert_eq!(anna.photos[0].flags[0].code, "dates-differ");
    assert_eq!(plan.series[1].view, "photo", "the only one, and said so");
    assert!(plan.remarks.iter().any(|r| r.file == "bert/IMG_0001.jpg"));
    assert!(reason(&plan, "carl/IMG_0002.jpg").contains("no view"));
}

#[test]
fn shards_part_patients_without_loss() {
    let files: Vec<String> = (0..40)
        .flat_map(|i| ["front", "left"].map(|v| format!("p{i}/2026-01-01_{v}.jpg")))
        .chain(["stray.jpg".to_string(), "p3/x.txt".to_string()])
        .collect();
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    let whole = Root::new(&names).plan();
    let parts: Vec<Plan> = (1..=8).map(|i| whole.clone().shard(i, 8)).collect();
    let mut folders: Vec<&str> = parts
        .iter()
        .flat_map(|p| p.series.iter().map(|s| s.folder.as_str()))
        .collect();
    folders.sort_unstable();
    let mut all: Vec<&str> = whole.series.iter().map(|s| s.folder.as_str()).collect();
    all.sort_unstable();
    assert_eq!(folders, all);
    let sum = |of: fn(&Plan) -> usize| parts.iter().map(of).sum::<usize>();
    assert_eq!(sum(|p| p.failures.len()), 1);
    assert_eq!(sum(|p| p.passed_over.len()), 1);
    assert_eq!(parts[0].clone().shard(1, 1), parts[0]);
}

#[cfg(unix)]
#[test]
fn links_lead_in_no_circles_and_odd_names_are_kept_apart() {
    use std::os::unix::ffi::OsStrExt;
    let root = Root::new(&["anna/2026-01-12_front.jpg"]);
    let at = |name: &str| root.0.path().join(name);
    std::os::unix::fs::symlink("..", at("anna/loop")).unwrap();
    std::os::unix::fs::symlink("nothing", at("anna/2026-03-01_front.jpg")).unwrap();
    std::os::unix::fs::symlink("2026-01-12_front.jpg", at("anna/2026-02-01_front.jpg")).unwrap();
    for raw in [&b"odd\xff"[..], b"odd\xfe"] {
        let folder = root.0.path().join(std::ffi::OsStr::from_bytes(raw));
        // Some drives allow no such names; then there is nothing to keep apart.
        if fs::create_dir(&folder).is_ok() {
            fs::write(folder.join("2026-01-12_front.jpg"), b"x").unwrap();
        }
    }
    let plan = root.plan();
    assert_eq!(
        plan.series[0].photos.len(),
        2,
        "a link to a photo is a photo"
    );
    assert!(reason(&plan, "anna/loop/").contains("link"));
    assert!(reason(&plan, "anna/2026-03-01_front.jpg").contains("link to nothing"));
    let mut folders: Vec<&str> = plan.series.iter().map(|s| s.folder.as_str()).collect();
    let count = folders.len();
    folders.dedup();
    assert_eq!(folders.len(), count);
}

#[test]
fn a_folder_above_dated_photos_is_no_visit() {
    // As the course of the samples lies: a folder of its own within the one that is measured.
    let root = Root::new(&["deep/2026-01-12_front.jpg", "deep/2026-02-16_front.jpg"]);
    for (layout, patient) in [
        (Layout::Views, root.0.path().file_name().unwrap()),
        (Layout::Patients, std::ffi::OsStr::new("deep")),
    ] {
        let plan = root.plan_as(layout);
        assert_eq!(plan.failures, []);
        let patient = patient.to_string_lossy();
        assert_eq!(
            told(&plan),
            [format!("{patient}/front: 2026-01-12 2026-02-16")]
        );
    }
    let said = root.plan_as(Layout::Views).remarks;
    assert!(said.iter().any(|r| r.reason.contains("several visits")));
    // A folder for each view, and one for each year.
    let root = Root::new(&[
        "anna/left/2026-01-12.jpg",
        "anna/left/2026-02-16.jpg",
        "anna/right/2026-01-12.jpg",
        "bert/2025/2025-12-12_front.jpg",
        "bert/2025/2025-12-28_front.jpg",
        "bert/2026/2026-01-12_front.jpg",
        "bert/2026/2026-02-12_front.jpg",
        "carl/x/2026-01-12.jpg",
        "carl/x/2026-02-12.jpg",
        "carl/y/2026-03-12.jpg",
        "carl/y/2026-04-12.jpg",
    ]);
    let plan = root.plan();
    assert_eq!(
        told(&plan),
        [
            "anna/left: 2026-01-12 2026-02-16",
            "anna/right: 2026-01-12",
            "bert/front: 2025-12-12 2025-12-28 2026-01-12 2026-02-12",
        ]
    );
    assert!(reason(&plan, "carl/x/2026-01-12.jpg").contains("no name says"));
}

#[test]
fn patients_are_not_taken_for_visits_of_one() {
    let root = Root::new(&[
        "anna/2026-01-12_front.jpg",
        "anna/2026-03-12_front.jpg",
        "bert/2026-02-12_front.jpg",
        "bert/2026-04-12_front.jpg",
    ]);
    let plan = root.plan_as(Layout::Views);
    assert_eq!(plan.photos(), 0);
    assert!(reason(&plan, "anna/2026-01-12_front.jpg").contains("scardepth batch"));
    assert_eq!(root.plan().photos(), 4);
    // After every patient's first visit as well.
    let root = Root::new(&["Anna B/2026-01-12_left.jpg", "Karl M/2026-02-12_left.jpg"]);
    let plan = root.plan_as(Layout::Views);
    assert_eq!(plan.photos(), 0);
    assert!(reason(&plan, "Anna B/2026-01-12_left.jpg").contains("scardepth batch"));
    assert_eq!(root.plan().photos(), 2);
}
