//! The pages of a course and of all patients.

use crate::made::{DESK, PHONE, TABLET, UPRIGHT, clinic};

const COURSE: &str = "out/patients/anna/front/report.html";
const INDEX: &str = "out/index.html";

#[test]
fn nothing_is_out_of_view() {
    for page in [INDEX, COURSE] {
        for size in [DESK, UPRIGHT, TABLET] {
            let Some(mut b) = clinic().open(page, "", size) else {
                return;
            };
            let wide = b.js(
                "[document.documentElement, ...document.querySelectorAll('.wide')]\
                             .map((e) => e.scrollWidth - e.clientWidth).filter((more) => more > 0)",
            );
            assert_eq!(wide, serde_json::json!([]), "{page} {size:?}");
        }
    }
}

#[test]
fn tables_fit_a_phone() {
    for page in [INDEX, COURSE] {
        let Some(mut b) = clinic().open(page, "", PHONE) else {
            return;
        };
        let wide = b.js(
            "[document.documentElement, ...document.querySelectorAll('.wide:has(table)')]\
                         .map((e) => e.scrollWidth - e.clientWidth).filter((more) => more > 0)",
        );
        assert_eq!(wide, serde_json::json!([]), "{page}");
        assert!(b.shown("td .ground"), "{page}");
    }
}

#[test]
fn days_are_written_for_people() {
    for page in [INDEX, COURSE] {
        let Some(mut b) = clinic().open(page, "", DESK) else {
            return;
        };
        let iso = b.js("document.querySelector('header').textContent.concat(\
                        document.querySelector('main').textContent).match(/\\d{4}-\\d\\d-\\d\\d/)");
        assert_eq!(iso, serde_json::Value::Null, "{page}");
    }
}

#[test]
fn the_course_shows_each_visit() {
    let Some(mut b) = clinic().open(COURSE, "", DESK) else {
        return;
    };
    let visible = "[...document.querySelectorAll('.after [data-visit]')].filter((g) => \
                   getComputedStyle(g).display !== 'none').map((g) => g.dataset.visit).join()";
    let caption = "document.querySelector('.after figcaption').textContent";
    assert_eq!(b.js(visible), "1");
    let last = b.js(caption);
    b.js("document.querySelector('#visit').focus()");
    b.key("ArrowLeft");
    assert_eq!(b.js(visible), "0");
    assert_ne!(b.js(caption), last);
    // The slider says which day it stands at.
    let day = b.js("document.querySelector('#visit-date').textContent");
    assert_eq!(day, b.js(caption));
    // Each scar is outlined as it is, in both photos, and the session stands in the chart.
    let outlined = b.js("document.querySelectorAll('.stage [data-visit=\"0\"] g.scar').length");
    assert!(outlined.as_u64().unwrap() > 2, "{outlined}");
    assert_eq!(
        b.js("document.querySelectorAll('.chart .session').length"),
        1
    );
    assert_eq!(
        b.js("document.querySelectorAll('.chart .undetectable').length"),
        1
    );
    // What the visit shown did not measure is shaded in both photos, and can be unshaded.
    let shaded = "[...document.querySelectorAll('.stage .shade')].filter((e) => \
                  [e, e.closest('[data-visit]')].every((p) => getComputedStyle(p).display !== 'none')).length";
    for seen in [2, 0, 2] {
        b.until(&format!("{shaded} === {seen}"));
        b.click("label:has(#shade)");
    }
    b.quiet();
}

#[test]
fn patients_can_be_sorted_and_filtered() {
    let Some(mut b) = clinic().open(INDEX, "", DESK) else {
        return;
    };
    let rows = "[...document.querySelectorAll('tbody tr[data-words]')].filter((r) => !r.hidden)\
                .map((r) => r.querySelector('th').textContent.trim()).join()";
    assert_eq!(b.js(rows), "anna,bert");
    b.click("th button");
    b.click("th button");
    assert_eq!(b.js(rows), "bert,anna");
    b.js(
        "(() => { const f = document.querySelector('input[type=search]'); f.value = 'ann'; \
          f.dispatchEvent(new Event('input')); })()",
    );
    assert_eq!(b.js(rows), "anna");
    b.quiet();
}
