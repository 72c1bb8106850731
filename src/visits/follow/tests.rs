use super::*;
use image::{GrayImage, Luma};

fn square(x: u32, y: u32, side: u32) -> Region {
    let inside = |u: u32, v: u32| (x..x + side).contains(&u) && (y..y + side).contains(&v);
    Region::of(&GrayImage::from_fn(100, 40, |u, v| {
        Luma([if inside(u, v) { 255 } else { 0 }])
    }))
}

fn lesion(id: u32, x: f64, state: State, area_percent: f64) -> Lesion {
    Lesion {
        id,
        kind: Some(Kind::Boxcar),
        kind_confidence: Some(0.8),
        x,
        y: 10.0,
        state,
        before: LesionVisit::default(),
        after: LesionVisit::default(),
        change: LesionChange {
            area_percent: Some(area_percent),
            contrast_percent: None,
            relief_index_percent: Some(0.0),
        },
    }
}

/// Scars at x = 10 (heals slowly), x = 40 (gone at the end), x = 70 (new, once not measured).
#[test]
fn scars_keep_their_number_over_visits() {
    let mut follower = Follower::default();
    let (a, b, c) = (square(5, 5, 10), square(35, 5, 10), square(65, 5, 10));
    let old = a.with(&b);
    let everything = square(0, 0, 100);
    let first = [
        lesion(1, 9.5, State::Improved, -20.0),
        lesion(2, 39.5, State::Improved, -50.0),
    ];
    let second = [
        lesion(1, 39.5, State::Gone, -100.0),
        lesion(2, 9.5, State::Improved, -40.0),
        lesion(3, 69.5, State::New, 0.0),
    ];
    let third = [lesion(1, 9.5, State::Improved, -60.0)];
    let sight = |visit, months, lesions, after, measured| Sight {
        visit,
        months: Some(months),
        lesions,
        before: &old,
        after,
        measured,
    };
    let left = a.clone();
    follower.add(&sight("1", 1.0, &first, &old, &everything));
    let later = a.with(&c);
    follower.add(&sight("2", 2.0, &second, &later, &everything));
    let before_a = Sight {
        before: &left,
        ..sight("3", 3.0, &third, &left, &left)
    };
    follower.add(&before_a);
    let scars = follower.scars();
    assert_eq!(scars.len(), 3);
    let states =
        |i: usize| -> Vec<Option<State>> { scars[i].visits.iter().map(|v| v.state).collect() };
    let improved = Some(State::Improved);
    assert_eq!(states(0), [improved; 3]);
    assert_eq!(
        states(1),
        [improved, Some(State::Gone), Some(State::NotMeasured)]
    );
    assert_eq!(
        states(2),
        [None, Some(State::New), Some(State::NotMeasured)]
    );
    assert_eq!(scars[0].volume_percent_per_month, Some(-20.0));
    assert_eq!(scars[1].visits[1].volume_percent, Some(-100.0));
    assert_eq!(scars[0].bounds, [5, 5, 10, 10]);
}

/// Two scars that touch in the mask, and at the next visit are one.
#[test]
fn scars_that_run_together_are_said_to() {
    let mut follower = Follower::default();
    let (a, b) = (square(5, 5, 10), square(15, 5, 8));
    let both = a.with(&b);
    let apart = [
        lesion(1, 9.5, State::Unchanged, 0.0),
        lesion(2, 18.5, State::Unchanged, 0.0),
    ];
    let one = [lesion(1, 13.0, State::Unchanged, 5.0)];
    let sight = |visit, lesions| Sight {
        visit,
        months: Some(1.0),
        lesions,
        before: &both,
        after: &both,
        measured: &both,
    };
    follower.add(&sight("1", &apart));
    follower.add(&sight("2", &one));
    follower.add(&sight("3", &apart));
    let scars = follower.scars();
    assert_eq!(scars.len(), 2);
    assert_eq!(scars[1].visits[1].joined, Some(1));
    assert_eq!(scars[0].visits[1].after_area_px, Some(164.0));
    assert_eq!(
        scars[1].visits[2].state,
        Some(State::Unchanged),
        "apart again"
    );
}
