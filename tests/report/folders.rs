//! The pages of a course and of all patients.

use crate::made::{DESK, clinic};

#[test]
fn the_course_shows_each_visit() {
    let page = "out/patients/anna/front/report.html";
    let Some(mut b) = clinic().open(page, "", DESK) else {
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
    b.quiet();
}

#[test]
fn patients_can_be_sorted_and_filtered() {
    let Some(mut b) = clinic().open("out/index.html", "", DESK) else {
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
