//! The pages of a made-up course and of a made-up clinic.

use std::path::Path;

use super::course;
use crate::report::{Settings, cohort_page, series_pages};
use crate::visits::schema::{COHORT, Cohort};
use crate::visits::{cohort, words};

const BY_DEPTH: &str = "Depth times area";
const DEEP: &str = "\u{2212}41 % (\u{2212}47 to \u{2212}35)";
const AREA: &str = "\u{2212}2 % (\u{2212}6 to +2)";

/// The page of the course; there is no folder with its photos.
fn page() -> String {
    let settings = Settings::default();
    series_pages(&course(), Path::new("nowhere"), &settings)
        .unwrap()
        .page
}

fn index() -> String {
    let rows = vec![cohort::row(&course(), "patients/anna/front")];
    let cohort = Cohort {
        schema: COHORT.to_string(),
        tool: crate::report::schema::Tool::default(),
        summary: cohort::summary(&rows),
        series: rows,
        failures: vec![],
    };
    cohort_page(&cohort, Path::new("nowhere")).unwrap()
}

/// What stands between two marks.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page.split_once(from).unwrap();
    rest.split_once(to).unwrap().0
}

#[test]
fn a_verdict_says_everywhere_which_measure_it_rests_on() {
    let page = page();
    for told in [
        between(&page, "<header>", "</header>"),
        between(&page, "id=\"visits-heading\"", "</table>"),
        between(&page, "id=\"trend-heading\"", "</section>"),
        between(&index(), "<tbody>", "</tbody>"),
        &words::series(&course()),
        &words::ended(&course()),
    ] {
        let told_of = told.to_lowercase();
        assert!(told_of.contains(&BY_DEPTH.to_lowercase()), "{told}");
        assert!(told.contains(DEEP), "{told}");
        assert!(told_of.contains(" 8 %"), "{told}");
    }
    // The scar area stands beside it, for what it is worth.
    for told in [page.as_str(), &index(), &words::series(&course())] {
        assert!(
            told.contains(AREA) && told.contains("could be chance"),
            "{told}"
        );
    }
}

#[test]
fn a_range_without_0_is_explained_where_it_could_be_chance() {
    let sentence = "The range leaves out 0, yet";
    let page = page();
    let table = between(&page, "id=\"visits-heading\"", "</table>");
    assert!(table.contains(sentence) && table.contains("up to 59 %"));
    assert!(words::series(&course()).contains(sentence));
}

#[test]
fn days_on_the_terminal_are_written_for_people() {
    for told in [words::series(&course()), words::ended(&course())] {
        assert!(told.contains(" 2026"), "{told}");
        assert_eq!(crate::report::words::dated(&told), told);
    }
}

#[test]
fn days_of_notes_are_written_for_people() {
    let page = page();
    assert!(page.contains("taken on 23 March 2026.") && page.contains("after 1 June 2026."));
    let main = between(&page, "<main>", "</main>");
    let link = "./2026-02-16/report.html";
    assert!(main.contains(link));
    assert!(!main.replace(link, "").contains("2026-02-16"));
}

#[test]
fn notes_of_the_clinic_are_words() {
    let index = index();
    assert!(index.contains("too early to judge the last session"));
    assert!(!index.contains("too-early"));
    assert!(index.contains("1 patient, 3 photos. At the latest visit the scars improved."));
}
