//! Folders of patients in, courses and tables out: the same numbers as single comparisons, the same
//! tables however often a run was stopped or in how many parts it was made.

mod clinic;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use scardepth::report::schema::Comparison;
use scardepth::visits::schema::{Cohort, Run, Series, Status};

use clinic::{Clinic, all, photos, read};

#[test]
fn a_batch_gives_the_numbers_of_single_comparisons_and_costs_bad_files_only() {
    let clinic = Clinic::new(&["anna", "=bert"]);
    clinic.put("anna/2026-04-20_front.jpg", &photos()[2][..2000]);
    clinic.put("anna/2026-05-20_front.jpg", b"no photo at all");
    clinic.put("anna/front.png", b"undated");
    clinic.put("anna/notes.txt", b"note");
    clinic.put("carl/2026-01-12_front.jpg", &photos()[0][..3000]);
    let ended = clinic.run(&["batch", "root", "--out", "out", "--px-per-mm", "6"], 1);
    let compare = |after: &str, out: &str| -> Comparison {
        let before = "root/anna/2026-01-12_front.jpg";
        let after = format!("root/anna/{after}_front.jpg");
        clinic
            .command(&["compare", before, &after, "--px-per-mm", "6", "--out", out])
            .output()
            .unwrap();
        read(&clinic.at(out).join("result.json"))
    };
    let series: Series = read(&clinic.at("out/patients/anna/front/series.json"));
    let statuses: Vec<Status> = series.visits.iter().map(|v| v.status).collect();
    assert_eq!(statuses[0], Status::Baseline);
    assert_eq!(statuses[3..], [Status::Failed; 2]);
    for visit in &series.visits[1..3] {
        let single = compare(&visit.visit, &format!("single-{}", visit.visit));
        assert_eq!(
            visit.change.as_ref(),
            Some(&single.change),
            "to the last bit"
        );
        assert_eq!(visit.scars.as_ref(), Some(&single.after.scars));
        let folder = clinic.at("out/patients/anna/front").join(&visit.visit);
        let mut stored: Comparison = read(&folder.join("result.json"));
        stored.timings_ms.clone_from(&single.timings_ms);
        assert_eq!(stored, single);
        for mask in [
            "scars-before.png",
            "scars-after.png",
            "measured.png",
            "lesions.csv",
        ] {
            let alone = clinic.at(&format!("single-{}", visit.visit)).join(mask);
            assert_eq!(
                fs::read(folder.join(mask)).unwrap(),
                fs::read(alone).unwrap()
            );
        }
    }
    let run: Run = read(&clinic.at("out/run.json"));
    assert!(run.complete);
    let bad = |file: &str| {
        let mut all = run.unplaced.iter().chain(&run.unreadable);
        let found = all.find(|f| f.file == file);
        found
            .unwrap_or_else(|| panic!("{file} is not named"))
            .reason
            .clone()
    };
    assert!(bad("anna/2026-04-20_front.jpg").contains("cut off"));
    assert!(bad("anna/2026-05-20_front.jpg").contains("not that of a photo"));
    assert!(bad("anna/front.png").contains("no date"));
    assert!(bad("carl/2026-01-12_front.jpg").contains("cut off"));
    assert_eq!(run.counts.failed, 4);
    counted_alike(&clinic, &run, &ended);
    assert!(run.passed_over.iter().any(|p| p.file == "anna/notes.txt"));
    let cohort: Cohort = read(&clinic.at("out/cohort.json"));
    assert_eq!(cohort.failures.len(), 4);
    assert_eq!(cohort.series.len(), 3);
    let visits = fs::read_to_string(clinic.at("out/visits.csv")).unwrap();
    // Two courses of three, two unreadable, one undated, and carl's one.
    assert_eq!(visits.lines().count(), 1 + 6 + 2 + 1 + 1);
    assert!(visits.contains("\n'=bert,"), "no formula for a spreadsheet");
    let everything: Vec<u8> = clinic.outputs("out").into_values().flatten().collect();
    let path = clinic.0.path().to_str().unwrap().as_bytes();
    let leaks = everything.windows(path.len()).any(|w| w == path);
    assert!(!leaks, "no path of the machine in any output");
}

/// One way of counting: what became of all photos adds up, and every page counts them alike.
fn counted_alike(clinic: &Clinic, run: &Run, ended: &Output) {
    let c = &run.counts;
    assert_eq!(
        (c.photos, c.baselines, c.compared, c.not_comparable),
        (10, 2, 4, 0)
    );
    assert_eq!(
        c.photos,
        c.baselines + c.compared + c.not_comparable + c.failed
    );
    let ended = String::from_utf8_lossy(&ended.stdout).into_owned();
    let counted = "3 patients, 3 views, 10 photos";
    assert!(
        ended.starts_with(&format!("{counted}: 2 first photos, 4 compared")),
        "{ended}"
    );
    assert!(
        ended.contains("4 cannot be used.") && ended.contains("Cannot be used (4):"),
        "{ended}"
    );
    let planned = clinic.run(&["batch", "root", "--dry-run"], 1);
    let planned = String::from_utf8_lossy(&planned.stdout).into_owned();
    assert!(
        planned.contains(&format!("{counted}: 6 can be used, 4 cannot.")),
        "{planned}"
    );
    let index = fs::read_to_string(clinic.at("out/index.html")).unwrap();
    assert!(
        index.contains("3 patients, 10 photos."),
        "views that are as many are not told"
    );
    assert!(index.contains("4 photos could not be used."));
    // An undated photo was opened; it only has no place.
    assert!(!index.contains("could not be read"));
    assert!(index.contains("<div class=\"doubt\">2 could not be opened</div>"));
}

#[test]
fn parts_merged_and_runs_killed_give_the_tables_of_one_run() {
    let patients = ["a", "b", "c", "d", "e"];
    let clinic = Clinic::new(&patients);
    clinic.put("c/2026-09-01_front.jpg", b"broken");
    clinic.put("stray.jpg", b"stray");
    clinic.run(&["batch", "root", "--out", "whole", "--quiet"], 1);
    let whole = clinic.outputs("whole");
    assert!(
        whole.contains_key("visits.parquet") && whole.contains_key("patients/e/front/series.json")
    );

    // Killed again and again, and gone on with: the same bytes in the end.
    for milliseconds in [300, 700, 1500] {
        let mut child = clinic
            .command(&["batch", "root", "--out", "killed", "--quiet"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    clinic.run(&["batch", "root", "--out", "killed", "--quiet"], 1);
    assert_eq!(clinic.outputs("killed"), whole);
    // Nothing changed: nothing is measured. A changed photo: its series only.
    clinic.run(&["batch", "root", "--out", "killed", "--quiet"], 1);
    let run: Run = read(&clinic.at("killed/run.json"));
    assert_eq!((run.this_run.measured, run.this_run.reused), (0, 10));
    assert_eq!(clinic.outputs("killed"), whole);
    clinic.put("b/2026-03-23_front.jpg", &photos()[1]);
    clinic.run(&["batch", "root", "--out", "killed", "--quiet"], 1);
    let run: Run = read(&clinic.at("killed/run.json"));
    assert_eq!((run.this_run.measured, run.this_run.reused), (1, 9));
    clinic.put("b/2026-03-23_front.jpg", &photos()[2]);

    // Three parts as one.
    for part in ["1/3", "2/3", "3/3"] {
        let out = format!("part{}", &part[..1]);
        let output = clinic
            .command(&["batch", "root", "--out", &out, "--shard", part, "--quiet"])
            .output()
            .unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)));
    }
    let told = clinic.run(&["merge", "part1", "part2", "--out", "merged"], 2);
    assert!(String::from_utf8_lossy(&told.stderr).contains("parts are missing: 3/3"));
    clinic.run(
        &[
            "merge", "part3", "part1", "part2", "--out", "merged", "--quiet",
        ],
        1,
    );
    assert_eq!(clinic.outputs("merged"), whole);
}

#[test]
fn what_is_not_ours_or_anothers_run_is_left_alone() {
    let clinic = Clinic::new(&["anna"]);
    fs::create_dir(clinic.at("foreign")).unwrap();
    fs::write(clinic.at("foreign/thesis.txt"), "mine").unwrap();
    let told = clinic.run(&["batch", "root", "--out", "foreign"], 2);
    assert!(String::from_utf8_lossy(&told.stderr).contains("thesis.txt"));
    fs::create_dir(clinic.at("busy")).unwrap();
    let lock = fs::File::create(clinic.at("busy/scardepth.lock")).unwrap();
    lock.lock().unwrap();
    let told = clinic.run(&["batch", "root", "--out", "busy"], 2);
    assert!(String::from_utf8_lossy(&told.stderr).contains("another run"));
    clinic.run(&["batch", "root/nobody", "--out", "out"], 2);
    let told = clinic.run(&["series", "root/anna", "--dry-run"], 0);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        text.contains("16 February 2026 (by name)  2026-02-16_front.jpg  compared with it"),
        "{text}"
    );
    assert!(!clinic.at("out").exists());
}

#[test]
fn a_series_lies_in_one_folder_and_is_told_in_words() {
    let clinic = Clinic::new(&["anna"]);
    clinic.put(
        "anna/manifest.csv",
        b"date,treatment\n2026-01-12,needling\n2026-02-16,needling\n",
    );
    let told = clinic.run(
        &["series", "root/anna", "--out", "out", "--px-per-mm", "6"],
        0,
    );
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    for part in [
        "anna, front",
        "12 January 2026    first photo",
        "treatment: needling",
        "Trend of scar area",
        "Result: out",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let series: Series = read(&clinic.at("out/front/series.json"));
    assert_eq!(series.sessions.len(), 2);
    assert!(!series.scars.is_empty());
    for scar in &series.scars {
        assert_eq!(scar.visits.len(), series.compared().count());
    }
    assert!(clinic.at("out/front/baseline.jpg").is_file());
}

#[test]
fn before_and_after_are_two_visits_without_a_date() {
    let clinic = Clinic::new(&[]);
    clinic.put("anna/before.jpg", &undated(&photos()[0]));
    clinic.put("anna/after.jpg", &undated(&photos()[2]));
    let told = clinic.run(&["batch", "root", "--dry-run"], 0);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        text.contains("No date is known; \u{201c}before\u{201d}"),
        "{text}"
    );
    clinic.run(
        &[
            "batch",
            "root",
            "--out",
            "out",
            "--px-per-mm",
            "6",
            "--quiet",
        ],
        0,
    );
    let series: Series = read(&clinic.at("out/patients/anna/photo/series.json"));
    let visits: Vec<&str> = series.visits.iter().map(|v| v.visit.as_str()).collect();
    assert_eq!(visits, ["before", "after"]);
    assert_eq!(series.visits[1].days, None);
    assert_eq!(series.visits[1].status, Status::Compared);
    let visits = fs::read_to_string(clinic.at("out/visits.csv")).unwrap();
    assert!(visits.contains("\nanna,photo,after,,order,,"), "{visits}");
    let cohort: Cohort = read(&clinic.at("out/cohort.json"));
    assert_eq!(cohort.series[0].first_date, None);
}

/// A photo without its EXIF: the file's second segment, which holds nothing else.
fn undated(photo: &[u8]) -> Vec<u8> {
    let at = photo.windows(6).position(|w| w == b"Exif\0\0").unwrap() - 4;
    let length = usize::from(u16::from_be_bytes([photo[at + 2], photo[at + 3]]));
    [&photo[..at], &photo[at + 2 + length..]].concat()
}

#[test]
fn an_anonymous_result_holds_no_name_and_limits_hold() {
    let clinic = Clinic::new(&["Smithson"]);
    clinic.put("Smithson/smithson.jpg", b"undated");
    clinic.put("Smithson/2026-04-20_front.jpg", &photos()[2][..2000]);
    clinic.put("Smithson/2026-05-20 smithson/front.jpg", &photos()[1]);
    clinic.put("Smithson/smithson.txt", b"note");
    let told = clinic.run(&["batch", "root", "--dry-run", "--anonymous"], 1);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(text.contains(" = Smithson\n"), "who is who: {text}");
    let told = clinic.run(
        &[
            "batch",
            "root",
            "--out",
            "out",
            "--anonymous",
            "--px-per-mm",
            "6",
        ],
        1,
    );
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(text.contains(" = Smithson/smithson.jpg\n"), "{text}");
    let mut everything = BTreeMap::new();
    all(&clinic.at("out"), &clinic.at("out"), &mut everything);
    assert!(everything.contains_key("run.json") && everything.contains_key("index.html"));
    for (name, bytes) in &everything {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        let leaks = text.contains("smithson") || name.to_lowercase().contains("smithson");
        assert!(!leaks, "{name} names the patient");
    }
    let run: Run = read(&clinic.at("out/run.json"));
    assert_eq!((run.counts.failed, run.counts.compared), (2, 3));
    // The limit on size holds for folders too: 192 x 144 are 0.028 megapixels.
    let limited = [
        "batch",
        "root",
        "--out",
        "small",
        "--max-megapixels",
        "0.02",
        "--quiet",
    ];
    clinic.run(&limited, 1);
    let run: Run = read(&clinic.at("small/run.json"));
    assert_eq!(run.counts.compared, 0);
    assert!(
        run.unreadable
            .iter()
            .any(|f| f.reason.contains("the limit is"))
    );
}

#[test]
fn the_course_of_the_samples_is_found_from_above() {
    let clinic = Clinic::new(&[]);
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/course");
    let told = clinic.run(&["series", samples.to_str().unwrap(), "--dry-run"], 0);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        text.contains("1 patient, 1 view, 4 photos: 4 can be used, 0 cannot."),
        "{text}"
    );
    assert!(text.starts_with("course, front\n"), "{text}");
}

#[test]
fn a_folder_with_nothing_to_measure_is_an_error_that_says_what_to_name() {
    let clinic = Clinic::new(&["anna"]);
    let refused = |arguments: &[&str]| {
        let output = clinic.run(arguments, 2);
        assert!(!clinic.at("out").exists());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let alone = refused(&["batch", "root/anna", "--out", "out"]);
    assert!(alone.contains("3 photos lie directly in it"), "{alone}");
    assert!(alone.contains("`scardepth series root/anna`"), "{alone}");
    assert!(!alone.contains("manifest.csv"), "{alone}");
    fs::create_dir(clinic.at("empty")).unwrap();
    let empty = refused(&["series", "empty", "--out", "out"]);
    assert!(empty.contains("there is no photo"), "{empty}");
    let missing = refused(&["series", "nowhere", "--out", "out"]);
    assert!(missing.contains("there is no such folder"), "{missing}");
    let photo = "root/anna/2026-01-12_front.jpg";
    let file = refused(&["series", photo, "--out", "out"]);
    assert!(
        file.contains("this is a file; name the folder that the photos lie in"),
        "{file}"
    );
}

#[test]
fn patients_given_to_series_are_named() {
    let clinic = Clinic::new(&["anna", "bert"]);
    let output = clinic.run(&["series", "root", "--out", "out"], 2);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.contains("its 6 photos lie in 2 folders (anna, bert)"),
        "{told}"
    );
    assert!(
        told.contains("`scardepth batch root`") && told.contains("`scardepth series root/anna`"),
        "{told}"
    );
    let planned = clinic.run(&["series", "root", "--dry-run"], 1);
    let planned = String::from_utf8_lossy(&planned.stdout).into_owned();
    assert!(planned.contains("`scardepth batch root`"), "{planned}");
}

#[test]
fn a_dry_run_names_what_cannot_be_opened() {
    let clinic = Clinic::new(&["anna"]);
    clinic.put("anna/2026-04-20_front.jpg", &photos()[2][..2000]);
    clinic.put("carl/2026-01-12_front.jpg", b"no photo at all");
    let told = clinic.run(&["batch", "root", "--dry-run"], 1);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        text.contains("anna/2026-04-20_front.jpg: the file is"),
        "{text}"
    );
    assert!(
        text.contains("carl/2026-01-12_front.jpg: the content is not"),
        "{text}"
    );
    assert!(
        text.contains("2 patients, 2 views, 5 photos: 3 can be used, 2 cannot."),
        "{text}"
    );
}

#[test]
fn a_scale_that_nobody_gave_is_told_once() {
    let clinic = Clinic::new(&["anna"]);
    let notes = |options: &[&str], out: &str| {
        let arguments = [&["series", "root/anna", "--out", out], options].concat();
        clinic.run(&arguments, 0);
        let series: Series = read(&clinic.at(out).join("front/series.json"));
        let said = |w: &scardepth::report::schema::Warning| w.code == "no-scale";
        assert!(!series.visits.iter().any(|v| v.warnings.iter().any(said)));
        series.notes.iter().filter(|w| said(w)).count()
    };
    assert_eq!(notes(&[], "guessed"), 1);
    assert_eq!(notes(&["--field-mm", "32"], "said"), 0);
}
