//! What is said, held against what was to be said.

use super::*;

pub(in crate::report) fn interval(value: f64, low: f64, high: f64, smallest: f64) -> Interval {
    Interval {
        value: Some(value),
        low: Some(low),
        high: Some(high),
        smallest_detectable: Some(smallest),
    }
}

pub(in crate::report) fn change_of(verdict: Verdict, area: Interval, volume: Interval) -> Change {
    Change {
        area_percent: area,
        contrast_percent: Interval::default(),
        volume_index_percent: volume,
        verdict,
        band: None,
        reasons: vec![],
    }
}

#[test]
fn the_answer_is_one_sentence_with_its_doubt() {
    let area = interval(-31.2, -36.0, -26.4, 6.0);
    let fell = change_of(Verdict::Improved, area, Interval::default());
    assert_eq!(
        verdict(&fell),
        "Scar area fell: \u{2212}31 % (\u{2212}36 to \u{2212}26); changes under 6 % could not have \
         been told apart."
    );
    let grew = change_of(Verdict::Worse, interval(12.0, 7.6, 16.4, 5.0), area);
    assert!(verdict(&grew).starts_with("Scar area grew: +12 % (+8 to +16); "));
    // The area stood still within its doubt; the depth did not.
    let still = interval(-2.0, -6.0, 3.0, 6.0);
    let deep = change_of(Verdict::Improved, still, interval(-41.0, -47.0, -35.0, 8.0));
    assert!(
        verdict(&deep)
            .starts_with("Depth times area fell: \u{2212}41 % (\u{2212}47 to \u{2212}35)")
    );
    let none = change_of(Verdict::NoDetectableChange, still, Interval::default());
    assert_eq!(
        verdict(&none),
        "No change that could be told apart: scar area \u{2212}2 % (\u{2212}6 to +3); only \
         changes over 6 % would show."
    );
}

#[test]
fn measures_that_disagree_are_no_change_of_a_size() {
    let (less, deeper) = (
        interval(-30.0, -35.0, -25.0, 6.0),
        interval(20.0, 12.0, 28.0, 8.0),
    );
    let told = verdict(&change_of(Verdict::NoDetectableChange, less, deeper));
    assert_eq!(
        told,
        "No change that could be told apart: scar area \u{2212}30 % (\u{2212}35 to \u{2212}25) \
         and depth times area +20 % (+12 to +28) speak against each other."
    );
}

#[test]
fn days_in_a_message_are_written_for_people() {
    assert_eq!(
        dated("Again after 2026-03-09, not (2026-01-02) or 2026-01-02_front.jpg."),
        "Again after 9 March 2026, not (2 January 2026) or 2026-01-02_front.jpg."
    );
    let how = "write the date as 2026-01-10 (year, month, day)";
    assert_eq!(dated(how), how);
}

#[test]
fn reasons_become_sentences() {
    let mut change = change_of(
        Verdict::NotComparable,
        Interval::default(),
        Interval::default(),
    );
    change.reasons = vec![
        "the after photo is blurred".to_string(),
        "It shows another side.".to_string(),
    ];
    assert_eq!(
        verdict(&change),
        "These photos cannot be compared. The after photo is blurred. It shows another side."
    );
}

#[test]
fn numbers_for_people() {
    assert_eq!(number(-0.3, 0), "0");
    assert_eq!(number(-1.26, 1), "\u{2212}1.3");
    assert_eq!(signed(0.04, 1), "0.0");
    assert_eq!(signed(4.0, 0), "+4");
    assert_eq!(change(&Interval::default()), "\u{2013}");
    assert_eq!(moment("2026-03-09T08:05:11"), "9 March 2026, 08:05");
    assert_eq!(date("soon"), "soon");
    assert_eq!(setting(&serde_json::json!(f64::from(-0.4f32))), "-0.4");
    assert_eq!(setting(&serde_json::json!(1_554_177_687)), "1554177687");
}
