//! Calendar days, and how names write them.

use std::fmt;

/// A day of the Gregorian calendar, from year 1900 to 2999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Mean length of a month of the Gregorian calendar, days (365.2425 / 12 is 30.4369; clinics count
/// with 365.25 / 12).
pub const DAYS_PER_MONTH: f64 = 30.4375;

/// What the beginning of a name says of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leading<'a> {
    /// A date, and the rest of the name without the separator.
    Date(Date, &'a str),
    /// It looks like one and cannot be used, with the reason.
    Doubtful(String),
    None,
}

impl Date {
    /// `None` for a day that does not exist.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1900..3000).contains(&year) && (1..=days).contains(&day)).then_some(Self {
            year,
            month,
            day,
        })
    }

    /// A whole text that is a date, with or without a time of day behind it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match Self::leading(text.trim()) {
            Leading::Date(date, rest) => {
                let time = rest.strip_prefix('T').unwrap_or(rest);
                (!time.contains(char::is_alphabetic)).then_some(date)
            }
            _ => None,
        }
    }

    /// The date with which a name begins: `2026-01-10`, `2026_01_10`, `2026.01.10`, `20260110`,
    /// `10 Jan 2026`, `13.01.2026`, with anything but a digit behind it. Dates that begin with the day
    /// or month are doubtful unless there is one way to read them: nobody can tell which of the two
    /// 03.04. means.
    #[must_use]
    pub fn leading(name: &str) -> Leading<'_> {
        if let Some((date, rest)) = worded(name) {
            return Leading::Date(date, tail(rest));
        }
        let (runs, rest) = digit_runs(name);
        let numbers: Vec<u16> = runs.iter().filter_map(|r| r.parse().ok()).collect();
        let lengths: Vec<usize> = runs.iter().map(|r| r.len()).collect();
        let date = match (&lengths[..], &numbers[..]) {
            ([4, 2, 2], &[y, m, d]) => Self::new(y, m as u8, d as u8),
            ([8, ..], _) => {
                // Behind it may stand a time of day.
                let part = |from: usize, to: usize| runs[0][from..to].parse::<u16>().ok();
                let date = match (part(0, 4), part(4, 6), part(6, 8)) {
                    (Some(y), Some(m), Some(d)) => Self::new(y, m as u8, d as u8),
                    _ => None,
                };
                // Eight digits that are no date are a number, such as a camera's.
                return date.map_or(Leading::None, |date| Leading::Date(date, tail(&name[8..])));
            }
            ([1..=2, 1..=2, 4], &[p, q, y]) if only(p, q, y).is_some() => only(p, q, y),
            ([1..=2, 1..=2, 2 | 4], _) => {
                return Leading::Doubtful(format!(
                    "\u{201c}{}\u{201d} can be read in more than one way; write the date as \
                     2026-01-10 (year, month, day)",
                    &name[..name.len() - rest.len()]
                ));
            }
            _ => return Leading::None,
        };
        match date {
            Some(date) => Leading::Date(date, tail(rest)),
            None => Leading::Doubtful(format!(
                "there is no day \u{201c}{}\u{201d}; write the date as 2026-01-10 (year, month, \
                 day)",
                &name[..name.len() - rest.len()]
            )),
        }
    }

    /// Days since 1 March of year 0 (Hinnant, `days_from_civil`, chrono-compatible low-level date
    /// algorithms, 2013).
    fn number(self) -> i64 {
        let shifted = u16::from(self.month <= 2);
        let year = i64::from(self.year - shifted);
        let (era, of_era) = (year / 400, year % 400);
        let month = (i64::from(self.month) + 9) % 12;
        let of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year
    }

    /// Days from `earlier` to this day.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.number() - earlier.number()
    }

    /// This day and `days` more.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Option<Self> {
        let n = self.number() + days;
        let (era, of_era) = (n.div_euclid(146_097), n.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self::new(
            u16::try_from(year).ok()?,
            u8::try_from(month).ok()?,
            u8::try_from(day).ok()?,
        )
    }
}

/// The day that `p` and `q` of year `y` are, if there is just one, whichever of them is the month.
fn only(p: u16, q: u16, y: u16) -> Option<Date> {
    let read = |day: u16, month: u16| Date::new(y, month as u8, day as u8);
    match (read(p, q), read(q, p)) {
        (Some(a), Some(b)) => (a == b).then_some(a),
        (a, b) => a.or(b),
    }
}

/// The date of a name that begins with `10 Jan 2026`, `10-january-2026` or the like, and what follows.
fn worded(name: &str) -> Option<(Date, &str)> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    const SEPARATORS: [char; 5] = ['-', '_', '.', ' ', ','];
    let (day, rest) = digits(name)?;
    let rest = rest.trim_start_matches(SEPARATORS);
    let end = rest.find(|c: char| !c.is_ascii_alphabetic())?;
    let word = rest[..end].to_lowercase();
    let month = (MONTHS.iter()).position(|m| word.len() >= 3 && m.starts_with(&word))?;
    let (year, rest) = digits(rest[end..].trim_start_matches(SEPARATORS))?;
    let date = Date::new(
        (year.len() == 4).then(|| year.parse().ok()).flatten()?,
        month as u8 + 1,
        (day.len() <= 2).then(|| day.parse().ok()).flatten()?,
    )?;
    Some((date, rest))
}

/// The digits with which a text begins, and the rest; `None` without any.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// Up to three runs of digits joined by one of `-`, `_`, `.` or a space, and what follows.
fn digit_runs(name: &str) -> (Vec<&str>, &str) {
    let mut runs = Vec::new();
    let mut rest = name;
    while let Some((run, behind)) = digits(rest) {
        runs.push(run);
        rest = behind;
        let next = rest.strip_prefix(['-', '_', '.', ' ']);
        match next {
            Some(next) if runs.len() < 3 && next.starts_with(|c: char| c.is_ascii_digit()) => {
                rest = next;
            }
            _ => break,
        }
    }
    (runs, rest)
}

/// What stands behind a date, without the separator.
fn tail(rest: &str) -> &str {
    rest.trim_start_matches(['_', '-', ' ', '.', ','])
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The day of a photo, ISO 8601: that with which its file's name begins, else that of its camera's clock.
#[must_use]
pub fn of_photo(file: &str, taken: Option<&str>) -> Option<String> {
    match Date::leading(file) {
        Leading::Date(date, _) => Some(date.to_string()),
        _ => taken.map(str::to_string),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_name_s_date_beats_the_clock() {
        let clock = Some("2026-02-03T08:00:00");
        let day = |file, taken| of_photo(file, taken);
        assert_eq!(
            day("2026-01-10_left.png", clock).as_deref(),
            Some("2026-01-10")
        );
        assert_eq!(day("before.jpg", clock).as_deref(), clock);
        assert_eq!(day("IMG_8742.jpg", None), None);
    }

    #[test]
    fn dates_that_can_mean_one_day_only() {
        let tenth = Date::new(2026, 1, 10).unwrap();
        for (name, rest) in [
            ("2026-01-10", ""),
            ("2026-01-10_front", "front"),
            ("2026.01.10 left45", "left45"),
            ("2026_01_10-front", "front"),
            ("20260110_front", "front"),
            ("20260110", ""),
            ("2026-01-10T09:30:00", "T09:30:00"),
            ("10 Jan 2026 left", "left"),
            ("10_january_2026", ""),
        ] {
            assert_eq!(Date::leading(name), Leading::Date(tenth, rest), "{name}");
        }
        for name in ["13.06.2024", "06-13-2024_left", "13 Jun 2024"] {
            let Leading::Date(date, _) = Date::leading(name) else {
                panic!("{name} is one day only");
            };
            assert_eq!(date.to_string(), "2024-06-13");
        }
        assert_eq!(date("05.05.2024").to_string(), "2024-05-05");
        assert_eq!(Date::parse("2026-01-10T09:30:00"), Some(tenth));
        assert_eq!(Date::parse("2026-01-10 front"), None);
        for name in [
            "2026-02-30_front",
            "2026-13-01",
            "10.01.2026",
            "1-2-26",
            "13.6.24",
        ] {
            assert!(
                matches!(Date::leading(name), Leading::Doubtful(_)),
                "{name}"
            );
        }
        for name in [
            "front",
            "IMG_2026",
            "12345678",
            "2026",
            "",
            "week 8",
            "1234567890",
            "10 marks 2026",
            "3 mar",
        ] {
            assert_eq!(Date::leading(name), Leading::None, "{name}");
        }
    }

    #[test]
    fn days_are_counted_over_leap_years_and_back() {
        assert_eq!(date("2024-03-01").days_since(date("2024-02-28")), 2);
        assert_eq!(date("2026-01-12").days_since(date("2025-01-12")), 365);
        assert_eq!(date("2000-03-01").days_since(date("1999-03-01")), 366);
        let mut day = date("1999-12-30");
        for n in 0..1500 {
            assert_eq!(date("1999-12-30").plus_days(n), Some(day));
            let next = day.plus_days(1).unwrap();
            assert!(next > day && next.days_since(day) == 1);
            day = next;
        }
    }
}
