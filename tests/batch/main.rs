//! Folders of patients in, courses and tables out: the same numbers as single comparisons, the same
//! tables however often a run was stopped or in how many parts it was made.

mod clinic;
mod found;

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
    let planned = clinic.prints(&["batch", "root", "--dry-run"], 1);
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
    assert!(
        clinic
            .says(&["merge", "part1", "part2", "--out", "merged"], 2)
            .contains("parts are missing: 3/3")
    );
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
    assert!(
        clinic
            .says(&["batch", "root", "--out", "foreign"], 2)
            .contains("thesis.txt")
    );
    fs::create_dir(clinic.at("busy")).unwrap();
    let lock = fs::File::create(clinic.at("busy/scardepth.lock")).unwrap();
    lock.lock().unwrap();
    assert!(
        clinic
            .says(&["batch", "root", "--out", "busy"], 2)
            .contains("another run")
    );
    clinic.run(&["batch", "root/nobody", "--out", "out"], 2);
    let text = clinic.prints(&["series", "root/anna", "--dry-run"], 0);
    assert!(
        text.contains("16 February 2026 (by name)  2026-02-16_front.jpg  compared with it"),
        "{text}"
    );
    assert!(!clinic.at("out").exists());
}

#[test]
fn an_anonymous_result_holds_no_name_and_limits_hold() {
    let clinic = Clinic::new(&["Smithson"]);
    clinic.put("Smithson/smithson.jpg", b"undated");
    clinic.put("Smithson/2026-04-20_front.jpg", &photos()[2][..2000]);
    clinic.put("Smithson/2026-05-20 smithson/front.jpg", &photos()[1]);
    clinic.put("Smithson/smithson.txt", b"note");
    let text = clinic.prints(&["batch", "root", "--dry-run", "--anonymous"], 1);
    assert!(text.contains(" = Smithson\n"), "who is who: {text}");
    let text = clinic.prints(
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
