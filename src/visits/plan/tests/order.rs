//! Visits without a date, set in order by what they are called.

use super::*;

#[test]
fn words_set_visits_in_order_where_dates_are_absent() {
    let root = Root::new(&[
        "anna/after.jpg",
        "anna/before.jpg",
        "bert/Week 6/front.jpg",
        "bert/week0/front.jpg",
        "bert/week12/front.jpg",
        "carl/session2_left.jpg",
        "carl/session1_left.jpg",
        "dora/left_post.jpg",
        "dora/left_pre.jpg",
        "dora/2026-01-12_right_pre.jpg",
        "dora/2026-01-12_right_post.jpg",
        "emil/before.jpg",
        "emil/after.jpg",
        "emil/week 6.jpg",
        "fred/before.jpg",
        "fred/2026-01-12.jpg",
        "gina/before_after.jpg",
        "hugo/scans/before.jpg",
        "hugo/scans/after.jpg",
        "ida/before1.jpg",
        "ida/before2.jpg",
        "ida/after1.jpg",
        "ida/after2.jpg",
    ]);
    let plan = root.plan();
    assert_eq!(
        told(&plan),
        [
            "anna/photo: before after",
            "bert/front: week0 Week 6 week12",
            "carl/left: session1 session2",
            "dora/left: before after",
            "dora/right: 2026-01-12-before 2026-01-12-after",
            "fred/photo: 2026-01-12",
            "hugo/photo: before after",
        ]
    );
    let anna = &plan.series[0].photos;
    assert_eq!(
        (anna[0].date, anna[0].date_source),
        (None, DateSource::Order)
    );
    assert_eq!(anna[1].days_since(&anna[0]), None);
    let bert = &plan.series[1].photos;
    assert_eq!(bert[2].days_since(&bert[0]), Some(84));
    for file in [
        "anna/before.jpg",
        "bert/Week 6/front.jpg",
        "dora/left_pre.jpg",
    ] {
        let said = plan
            .remarks
            .iter()
            .any(|r| r.file == file && r.reason.contains("order of visits"));
        assert!(said, "{file}: {:#?}", plan.remarks);
    }
    for file in ["emil/after.jpg", "emil/week 6.jpg", "fred/before.jpg"] {
        assert!(
            reason(&plan, file).contains("cannot be set in one order"),
            "{file}"
        );
    }
    assert!(reason(&plan, "gina/before_after.jpg").contains("no date"));
    assert!(reason(&plan, "ida/after2.jpg").contains("several photos"));
    let words = crate::visits::words::plan(&plan);
    assert!(
        words.contains("before (by order of names)  anna/before.jpg  first photo"),
        "{words}"
    );
}

/// The words of the manifest and of folders, and what a camera's clock says against them.
#[test]
fn the_manifest_and_the_clock_beside_words() {
    let root = Root::new(&["scans/1.jpg", "scans/2.jpg", "scans/3.jpg"]);
    root.put(
        "manifest.csv",
        b"patient,visit,view,file\nanna,after,front,scans/2.jpg\nanna,before,front,scans/1.jpg\n",
    );
    let plan = root.plan();
    assert_eq!(told(&plan), ["anna/front: before after"]);
    let root = Root::new(&[]);
    let course = dated();
    let [first, second] = [0, 1].map(|i| course.shots[i].file.clone());
    root.put("anna/before.jpg", &first);
    root.put("anna/after.jpg", &second);
    root.put("bert/before.jpg", &second);
    root.put("bert/after.jpg", &first);
    let plan = root.plan();
    assert_eq!(
        told(&plan),
        ["anna/photo: before after", "bert/photo: before after"]
    );
    assert_eq!(plan.series[0].photos[0].date_source, DateSource::Exif);
    let bert = &plan.series[1].photos[0];
    assert_eq!(
        (bert.date, bert.flags[0].code.as_str()),
        (None, "dates-differ")
    );
}
