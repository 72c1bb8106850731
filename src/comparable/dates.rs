//! Photos whose dates speak against comparing them.

use super::Caveat;
use crate::date::Date;

/// Days between photos under which swelling may fill dents.
const SWELLING_DAYS: i64 = 14;

/// Code of photos that seem to be given in the wrong order.
pub const REVERSED: &str = "dates-reversed";

/// Photos taken so soon after each other that a change is more likely swelling than collagen.
#[must_use]
pub fn dates(before: Option<&str>, after: Option<&str>) -> Option<Caveat> {
    let days = Date::parse(after?)?.days_since(Date::parse(before?)?);
    if days < 0 {
        return Some(Caveat::warning(
            REVERSED,
            "By their dates the second photo was taken before the first one.",
            "Check the order of the photos, the dates in their names and the cameras' clocks.",
        ));
    }
    let apart = if days == 1 {
        "a day".to_string()
    } else {
        format!("{days} days")
    };
    (1..SWELLING_DAYS).contains(&days).then(|| {
        Caveat::warning(
            "too-soon",
            format!(
                "The photos were taken {apart} apart. Skin is swollen for days after a session, \
                 which fills dents; new collagen takes months."
            ),
            "Compare photos taken at least four weeks after a session.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soon_is_said_and_late_is_not() {
        let code = |b, a| dates(Some(b), Some(a)).map(|c| c.code);
        assert_eq!(code("2026-01-01", "2026-01-04"), Some("too-soon"));
        assert_eq!(code("2026-01-01", "2026-03-01"), None);
        assert_eq!(code("2026-01-05", "2026-01-01"), Some("dates-reversed"));
        assert_eq!(code("2026-01-05", "2026-01-05"), None);
    }
}
