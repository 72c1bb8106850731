use super::*;
use crate::report::schema::Interval;
use crate::report::tests::sample;
use crate::report::words::tests::{change_of, interval};

#[test]
fn a_pair_that_can_show_little_says_so_and_why() {
    let (mut comparison, _) = sample();
    assert_eq!(limits(&comparison), None);
    comparison.change.area_percent = Interval {
        value: Some(-49.0),
        low: Some(-100.0),
        high: Some(47.0),
        smallest_detectable: Some(105.0),
    };
    comparison.change.verdict = Verdict::NoDetectableChange;
    comparison.registration.confident_fraction = Some(0.12);
    let limits = limits(&comparison).unwrap();
    assert!(limits.text.contains("could not prove it"));
    assert!(limits.because[0].contains("12 %"));
    assert!(limits.because[1].contains("Only 2 scars"));
    // A scale that nobody gave does not make two photos different.
    let differently = |code: &str| {
        let (mut comparison, _) = sample();
        comparison.change.area_percent = Interval {
            smallest_detectable: Some(60.0),
            ..comparison.change.area_percent
        };
        comparison.warnings[0].code = code.to_string();
        let because = super::limits(&comparison).unwrap().because;
        because.iter().any(|b| b.contains("differently"))
    };
    assert!(differently("light-differs"));
    assert!(!differently(comparable::NO_SCALE));
}

#[test]
fn all_scars_add_up() {
    let (mut comparison, pictures) = sample();
    let mut new = comparison.lesions[0].clone();
    (new.id, new.state) = (3, State::New);
    comparison.lesions.push(new);
    comparison.lesions[0].state = State::Gone;
    assert_eq!(counted(&comparison), Some([2, 2]));
    let told = crate::report::fate::tell(&comparison, pictures.maps.as_ref());
    let told: Vec<&Told> = told.iter().collect();
    let basis = basis(&comparison, &told).unwrap();
    assert!(
        basis.contains(
            "2 indented scars were found before: 1 no longer seen, 1 without a sure change."
        ),
        "{basis}"
    );
    assert!(basis.contains("1 more can be seen only after"), "{basis}");
}

#[test]
fn the_command_line_is_spoken_of_to_its_user_only() {
    let (mut comparison, _) = sample();
    assert_eq!(hints(&comparison), Vec::<&str>::new());
    comparison.warnings[0].code = "not-aligned".to_string();
    assert!(hints(&comparison)[0].contains("--points"));
    comparison.options.insert("points".to_string(), true.into());
    assert!(!hints(&comparison)[0].contains("--points"));
}

#[test]
fn photos_in_the_wrong_order_are_told_in_the_answer() {
    let (mut comparison, _) = sample();
    let answered = super::answer(&comparison);
    assert_eq!(answered, crate::report::words::verdict(&comparison.change));
    comparison.warnings[0].code = comparable::REVERSED.to_string();
    let turned = super::answer(&comparison);
    assert!(
        turned.contains("wrong order") && turned.ends_with(&inside(&answered)),
        "{turned}"
    );
}

#[test]
fn dates_are_told_with_what_lies_between() {
    let (mut comparison, _) = sample();
    comparison.after.taken = Some("2026-03-11T08:00:00".to_string());
    assert_eq!(
        dates(&comparison).unwrap(),
        "10 January 2026 and 11 March 2026, 60 days apart"
    );
    comparison.after.taken = None;
    assert_eq!(dates(&comparison), None);
}

#[test]
fn a_change_on_a_guessed_scale_is_not_shown_as_settled() {
    let change = |verdict| {
        change_of(
            verdict,
            interval(-30.0, -40.0, -20.0, 12.0),
            Interval::default(),
        )
    };
    for verdict in [Verdict::Improved, Verdict::Worse] {
        assert_eq!(
            settled_alone(&change(verdict), false),
            (verdict, page::verdict(verdict))
        );
        let (shown, word) = settled_alone(&change(verdict), true);
        assert_eq!(
            (shown, word),
            (Verdict::NotComparable, page::SCALE_IN_DOUBT)
        );
    }
    let none = Verdict::NoDetectableChange;
    assert_eq!(settled_alone(&change(none), true).0, none);
}

#[test]
fn photos_that_can_show_no_change_are_not_called_unchanged() {
    let change = |smallest| {
        let area = interval(-11.0, -100.0, 154.0, smallest);
        change_of(Verdict::NoDetectableChange, area, Interval::default())
    };
    assert_eq!(
        settled_alone(&change(165.0), false),
        (Verdict::NotComparable, page::CANNOT_BE_TOLD)
    );
    assert_eq!(
        settled_alone(&change(40.0), false).1,
        "No detectable change"
    );
}

#[test]
fn where_no_scar_was_found_the_word_says_so() {
    let change = change_of(
        Verdict::NoDetectableChange,
        Interval::default(),
        Interval::default(),
    );
    assert_eq!(
        settled_alone(&change, false),
        (Verdict::NoDetectableChange, page::NO_SCAR)
    );
}

#[test]
fn shares_are_of_the_region_where_one_was_drawn() {
    let (mut comparison, _) = sample();
    assert_eq!(skin_asked(&comparison), "the skin of the first photo");
    (comparison.options).insert("roi".to_string(), serde_json::json!(true));
    let told = basis(&comparison, &[]).unwrap();
    assert!(
        told.contains("of the skin of the region drawn on the first photo"),
        "{told}"
    );
}

#[test]
fn a_verdict_that_hangs_on_the_guess_is_told_as_such_and_without_a_limit_it_passes() {
    let (mut comparison, _) = sample();
    let area = interval(-70.0, -100.0, -15.0, 62.0);
    comparison.change = change_of(Verdict::NoDetectableChange, area, area);
    let caveat = comparable::scale_decides(
        crate::score::Verdict::Improved,
        Some(crate::score::Verdict::NoDetectableChange),
        [200.0, 150.0],
    );
    comparison.change.reasons = vec![caveat.message.clone()];
    comparison.warnings[0].code = caveat.code.to_string();
    let told = answer(&comparison);
    assert!(
        told.contains("hangs on the guessed scale") && !told.contains("would show"),
        "{told}"
    );
    assert_eq!(
        settled(&comparison),
        (Verdict::NotComparable, page::HANGS_ON_SCALE)
    );
    let area = super::super::measure::Measure::Area;
    assert_eq!(area.beyond_chance(&comparison.change), None);
    // Beyond what could be missed, and chance all the same: no limit is told that it passes.
    comparison.change.reasons.clear();
    let area = interval(82.0, -15.0, 180.0, 64.0);
    comparison.change = change_of(Verdict::NoDetectableChange, area, Interval::default());
    let told = headline(&comparison);
    assert!(
        told.ends_with("+82 % (\u{2212}15 to +180), which can be chance."),
        "{told}"
    );
}

#[test]
fn one_photo_twice_has_no_scars_that_became_something() {
    let (mut comparison, pictures) = sample();
    comparison.change.area_percent = interval(0.0, 0.0, 0.0, 0.0);
    let told = crate::report::fate::tell(&comparison, pictures.maps.as_ref());
    let told: Vec<&Told> = told.iter().collect();
    assert_eq!(basis(&comparison, &told), None);
}
