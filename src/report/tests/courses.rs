//! The pages of a made-up course and of a made-up clinic.

use std::path::Path;

use super::course;
use crate::report::schema::{Quality, Warning};
use crate::report::{Settings, cohort_page, series_pages};
use crate::visits::schema::{COHORT, Cohort, Series, Status};
use crate::visits::{cohort, words};

const BY_DEPTH: &str = "Depth times area";
const DEEP: &str = "\u{2212}41 % (\u{2212}47 to \u{2212}35)";
const AREA: &str = "\u{2212}2 % (\u{2212}6 to +2)";

/// The page of the course, with plain spaces only.
fn page() -> String {
    page_of(&course())
}

/// The page of a course; there is no folder with its photos.
fn page_of(series: &Series) -> String {
    let pages = series_pages(series, Path::new("nowhere"), &Settings::default());
    plain(&pages.unwrap().page)
}

/// A page with plain spaces only.
fn plain(page: &str) -> String {
    page.replace('\u{a0}', " ")
}

fn index() -> String {
    index_of(&course())
}

/// The page of a clinic with one course.
fn index_of(series: &Series) -> String {
    let rows = vec![cohort::row(series, "patients/anna/front")];
    let cohort = Cohort {
        schema: COHORT.to_string(),
        tool: crate::report::schema::Tool::default(),
        summary: cohort::summary(&rows),
        series: rows,
        failures: vec![],
    };
    plain(&cohort_page(&cohort, Path::new("nowhere")).unwrap())
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
fn each_visit_tells_how_much_was_measured_and_in_what_light() {
    let mut series = course();
    let visit = &mut series.visits[1];
    visit.measured_fraction = Some(0.784);
    visit.quality = Some(Quality {
        light_azimuth_deg: Some(185.0),
        light_directionality: Some(0.529),
        ..Quality::default()
    });
    let page = page_of(&series);
    let table = between(&page, "id=\"visits-heading\"", "</table>");
    assert!(table.contains("78 %") && table.contains("the left (52)"));
}

#[test]
fn nothing_is_plainly_called_changed_on_a_guessed_scale() {
    let mut series = course();
    series.notes.push(Warning {
        code: crate::comparable::NO_SCALE.to_string(),
        ..series.notes[0].clone()
    });
    let (page, clinic) = (page_of(&series), index_of(&series));
    for told in [
        between(&page, "<header>", "</header>"),
        between(&page, "id=\"visits-heading\"", "</table>"),
        between(&clinic, "<tbody>", "</tbody>"),
    ] {
        assert!(told.contains("Changed, if the guessed scale is right"));
        assert!(
            !told.contains("</svg>Improved") && !told.contains(" good"),
            "{told}"
        );
    }
    assert!(clinic.contains("1 change on a guessed scale, which may void it"));
    assert!(words::series(&series).contains("improved (on a guessed scale): "));
    // Of a course whose scale is known none of this is said.
    for told in [&page_of(&course()), &index()] {
        assert!(told.contains("</svg>Improved") && !told.contains("guessed"));
    }
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

#[test]
fn a_view_whose_photos_were_all_refused_says_where_the_reason_is() {
    let mut series = course();
    series.latest = None;
    for visit in &mut series.visits[1..] {
        visit.status = Status::NotComparable;
    }
    assert!(index_of(&series).contains("its page says why"));
    for visit in &mut series.visits[1..] {
        visit.status = Status::Failed;
    }
    assert!(!index_of(&series).contains("its page says why"));
    assert!(!index().contains("its page says why"));
}
