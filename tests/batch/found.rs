//! What is found in a folder, and what is said of it.

use super::*;

#[test]
fn a_series_lies_in_one_folder_and_is_told_in_words() {
    let clinic = Clinic::new(&["anna"]);
    clinic.put(
        "anna/manifest.csv",
        b"date,treatment\n2026-01-12,needling\n2026-02-16,needling\n",
    );
    let text = clinic.prints(
        &["series", "root/anna", "--out", "out", "--px-per-mm", "6"],
        0,
    );
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
    // A clinic's result would take its place, or it that of a clinic's.
    let told = clinic.says(&["batch", "root", "--out", "out"], 2);
    assert!(told.contains("result of `scardepth series`"), "{told}");
}

#[test]
fn before_and_after_are_two_visits_without_a_date() {
    let clinic = Clinic::new(&[]);
    clinic.put("anna/before.jpg", &undated(&photos()[0]));
    clinic.put("anna/after.jpg", &undated(&photos()[2]));
    let text = clinic.prints(&["batch", "root", "--dry-run"], 0);
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
fn the_course_of_the_samples_is_found_from_above() {
    let clinic = Clinic::new(&[]);
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/course");
    let text = clinic.prints(&["series", samples.to_str().unwrap(), "--dry-run"], 0);
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
        let said = clinic.says(arguments, 2);
        assert!(!clinic.at("out").exists());
        said
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
    let told = clinic.says(&["series", "root", "--out", "out"], 2);
    assert!(
        told.contains("its 6 photos lie in 2 folders (anna, bert)"),
        "{told}"
    );
    assert!(
        told.contains("`scardepth batch root`") && told.contains("`scardepth series root/anna`"),
        "{told}"
    );
    let planned = clinic.prints(&["series", "root", "--dry-run"], 1);
    assert!(planned.contains("`scardepth batch root`"), "{planned}");
}

#[test]
fn a_dry_run_names_what_cannot_be_opened() {
    let clinic = Clinic::new(&["anna"]);
    clinic.put("anna/2026-04-20_front.jpg", &photos()[2][..2000]);
    clinic.put("carl/2026-01-12_front.jpg", b"no photo at all");
    let text = clinic.prints(&["batch", "root", "--dry-run"], 1);
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
