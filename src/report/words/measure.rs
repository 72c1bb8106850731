//! The three measures of change, which of them a verdict rests on, and what its numbers alone would
//! not tell.

use super::{change, number, page};
use crate::report::schema::{Band, Change, Interval, Verdict};

/// What is compared between two photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Area,
    Volume,
    Contrast,
}

impl Measure {
    /// In the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Area, Self::Volume, Self::Contrast];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Area => page::SCAR_AREA,
            Self::Volume => page::VOLUME,
            Self::Contrast => page::CONTRAST,
        }
    }

    /// What it tells, a sentence.
    #[must_use]
    pub fn is(self) -> &'static str {
        match self {
            Self::Area => page::AREA_IS,
            Self::Volume => page::VOLUME_IS,
            Self::Contrast => page::CONTRAST_IS,
        }
    }

    /// Its change, percent.
    #[must_use]
    pub fn of(self, change: &Change) -> &Interval {
        match self {
            Self::Area => &change.area_percent,
            Self::Volume => &change.volume_index_percent,
            Self::Contrast => &change.contrast_percent,
        }
    }

    /// As [`beyond_chance`]; never of contrast that it is, since lamps alone change it, nor of what
    /// another guess of the scale would turn.
    #[must_use]
    pub fn beyond_chance(self, change: &Change) -> Option<bool> {
        let alone = self == Self::Contrast || super::hangs(change);
        beyond_chance(self.of(change)).filter(|&beyond| !(beyond && alone))
    }
}

/// The three changes with their names, in the order in which they are told.
#[must_use]
pub fn measures(change: &Change) -> [(&'static str, &Interval); 3] {
    Measure::ALL.map(|m| (m.name(), m.of(change)))
}

/// Whether an interval leaves out no change; `None` where there is none.
fn leaves_out_none(interval: &Interval) -> Option<bool> {
    let (low, high) = interval.low.zip(interval.high)?;
    Some(low > 0.0 || high < 0.0)
}

/// Whether a change is larger than what could be chance, and its interval leaves out none; `None`
/// where that is unknown or nothing is in doubt.
#[must_use]
pub fn beyond_chance(interval: &Interval) -> Option<bool> {
    let (value, smallest) = interval.value.zip(interval.smallest_detectable)?;
    let leaves_out = leaves_out_none(interval)?;
    (smallest > 0.0).then(|| value.abs() > smallest && leaves_out)
}

/// The measure a verdict rests on: the scar area where it moved in the verdict's direction by more than
/// could be missed, else depth times area if that did. The scar area where nothing moved.
#[must_use]
pub fn rests_on(change: &Change) -> Measure {
    let direction = match change.verdict {
        Verdict::Improved => -1.0,
        Verdict::Worse => 1.0,
        Verdict::NoDetectableChange | Verdict::NotComparable => return Measure::Area,
    };
    let moved = |measure: &Measure| {
        let i = measure.of(change);
        let least = i.smallest_detectable.unwrap_or(0.0);
        i.value.is_some_and(|v| v * direction > least) && leaves_out_none(i) != Some(false)
    };
    [Measure::Area, Measure::Volume]
        .into_iter()
        .find(moved)
        .unwrap_or(Measure::Area)
}

/// How much less scar, in quarters, by the measure that the verdict rests on.
#[must_use]
pub fn band(change: &Change) -> Band {
    let less = rests_on(change).of(change).value.map_or(0.0, |v| -v);
    match change.verdict {
        Verdict::Improved if less > 75.0 => Band::Over75,
        Verdict::Improved if less >= 50.0 => Band::From50To75,
        Verdict::Improved if less >= 25.0 => Band::From25To50,
        Verdict::Improved => Band::Under25,
        _ => Band::None,
    }
}

/// What a verdict rests on, and below it the scar area where that is something else.
#[must_use]
pub fn grounds(change: &Change) -> Vec<(Measure, &Interval)> {
    let first = rests_on(change);
    let area = (first != Measure::Area).then_some(Measure::Area);
    std::iter::once(first)
        .chain(area)
        .map(|m| (m, m.of(change)))
        .collect()
}

/// The smallest detectable change beside a ground; of the scar area that the verdict does not rest on,
/// what it is worth.
#[must_use]
pub fn beside(interval: &Interval, rested_on: bool) -> String {
    let smallest = interval.smallest_detectable;
    let mut text = smallest.map_or(String::new(), |s| {
        format!("{} {} %", page::SMALLEST, number(s, 0))
    });
    if !rested_on {
        text += if text.is_empty() { "" } else { ", " };
        text += page::WITHIN;
    }
    text
}

/// The grounds of a verdict in a phrase: `scar area −31 % (−36 to −26), smallest detectable 6 %`.
#[must_use]
pub fn grounds_told(of: &Change) -> String {
    let told = |(i, (measure, interval)): (usize, (Measure, &Interval))| {
        let beside = beside(interval, i == 0);
        let comma = if beside.is_empty() { "" } else { ", " };
        let name = measure.name().to_lowercase();
        format!("{name} {}{comma}{beside}", change(interval))
    };
    let told: Vec<String> = grounds(of).into_iter().enumerate().map(told).collect();
    told.join("; ")
}

/// What the numbers of the answer would not tell: that the scar area is not what it rests on.
#[must_use]
pub fn explained(change: &Change) -> Option<String> {
    if change.verdict == Verdict::NotComparable {
        return None;
    }
    let [(_, _), (_, area)] = grounds(change)[..] else {
        return None;
    };
    Some(format!(
        "This rests on depth times area; the scar area alone, {}, could be chance.",
        self::change(area)
    ))
}

/// A smallest detectable change of the scar area, percent, from which photos can only show large
/// changes: a course of treatment mostly changes scars by a quarter to a half, and photos on which 30
/// could be chance miss many of those.
pub const LARGE_PERCENT: f64 = 30.0;

/// What photos cannot show, where that is more than scars usually change.
#[must_use]
pub fn caution(change: &Change) -> Option<String> {
    let smallest = change.area_percent.smallest_detectable?;
    let wide = change.verdict != Verdict::NotComparable && smallest > LARGE_PERCENT;
    if wide && smallest >= 100.0 {
        return Some(
            "These photos cannot show a change: even the loss of all scars could be chance."
                .to_string(),
        );
    }
    wide.then(|| {
        format!(
            "These photos can only show large changes: under {} % of the scar area all could be \
             chance.",
            number(smallest, 0)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::words::tests::{change_of, interval};

    #[test]
    fn photos_that_can_show_nothing_are_not_said_to_show_large_changes() {
        let with = |smallest: f64| {
            let area = interval(-40.0, -90.0, 20.0, smallest);
            caution(&change_of(Verdict::NoDetectableChange, area, area))
        };
        assert_eq!(with(LARGE_PERCENT), None);
        assert!(with(60.0).unwrap().contains("under 60 %"));
        assert!(with(148.0).unwrap().contains("cannot show a change"));
    }

    #[test]
    fn a_verdict_names_the_measure_it_rests_on() {
        let (still, deep) = (
            interval(-2.0, -6.0, 3.0, 6.0),
            interval(-41.0, -47.0, -35.0, 8.0),
        );
        let fell = change_of(Verdict::Improved, deep, deep);
        assert_eq!(rests_on(&fell), Measure::Area);
        assert_eq!(explained(&fell), None);
        let by_depth = change_of(Verdict::Improved, still, deep);
        assert_eq!(rests_on(&by_depth), Measure::Volume);
        assert_eq!(
            grounds_told(&by_depth),
            "depth times area \u{2212}41 % (\u{2212}47 to \u{2212}35), smallest detectable 8 %; scar \
             area \u{2212}2 % (\u{2212}6 to +3), smallest detectable 6 %, could be chance"
        );
        assert!(explained(&by_depth).unwrap().contains("depth times area"));
        // Larger than what could be missed, but with an interval that holds none.
        let wide = interval(-9.0, -20.0, 2.0, 6.0);
        let by_depth = change_of(Verdict::Improved, wide, deep);
        assert_eq!(rests_on(&by_depth), Measure::Volume);
        let none = change_of(Verdict::NoDetectableChange, still, deep);
        assert_eq!(grounds(&none).len(), 1);
        assert_eq!(rests_on(&none), Measure::Area);
    }

    #[test]
    fn a_band_goes_with_the_measure_that_the_verdict_rests_on() {
        let (still, deep) = (
            interval(-2.0, -6.0, 3.0, 6.0),
            interval(-41.0, -47.0, -35.0, 8.0),
        );
        let of = |verdict, area, volume| band(&change_of(verdict, area, volume));
        assert_eq!(of(Verdict::Improved, still, deep), Band::From25To50);
        assert_eq!(of(Verdict::Improved, deep, still), Band::From25To50);
        let half = interval(-50.0, -60.0, -40.0, 8.0);
        assert_eq!(of(Verdict::Improved, half, deep), Band::From50To75);
        let slight = interval(-12.0, -16.0, -8.0, 6.0);
        assert_eq!(of(Verdict::Improved, slight, deep), Band::Under25);
        assert_eq!(of(Verdict::Worse, half, deep), Band::None);
        assert_eq!(of(Verdict::NoDetectableChange, still, deep), Band::None);
    }

    #[test]
    fn photos_that_show_little_are_cautioned() {
        let sure = change_of(
            Verdict::Improved,
            interval(-31.0, -36.0, -26.0, 6.0),
            interval(0.0, 0.0, 0.0, 0.0),
        );
        assert_eq!(caution(&sure), None);
        let wide = change_of(
            Verdict::Improved,
            interval(-84.0, -100.0, -37.0, 63.0),
            interval(0.0, 0.0, 0.0, 0.0),
        );
        assert!(caution(&wide).unwrap().contains("under 63 %"));
    }
}
