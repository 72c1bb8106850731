//! The order that words tell where no date is known: before and after, week 6, session 2.

use std::cmp::Ordering;

use crate::date::DAYS_PER_MONTH;

/// Where a visit stands among those of its patient, by what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    place: Place,
    /// One way to write it, so that `Week 6` and `week06` are one visit: `before`, `week6`,
    /// `after-session2`.
    pub name: String,
}

/// What a place is counted in; places in different ones cannot be set in one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before all others.
    Before,
    /// Days since the course began.
    Days(i64),
    /// Quarters of a session, so that before and after one have their place.
    Sessions(i64),
    Visits(i64),
    /// After the treatment.
    After,
    /// Days after the treatment.
    DaysAfter(i64),
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Unit {
    /// Length in days.
    Time(&'static str, f64),
    Session,
    Visit,
}

/// Days of a Julian year.
const DAYS_PER_YEAR: f64 = 12.0 * DAYS_PER_MONTH;

/// Digits of the largest number that counts weeks or sessions; longer ones are a camera's.
const MOST_DIGITS: usize = 4;

/// A run of letters or of digits of a name.
#[derive(Debug, Clone)]
struct Token {
    from: usize,
    to: usize,
    /// In small letters.
    text: String,
}

/// Reads the words of a name: its place, and the rest of the name without them. `None` where no such
/// words are, or more than one place is told (`before_after`, a collage).
#[must_use]
pub fn read(name: &str) -> Option<(Order, String)> {
    let tokens = tokens(name);
    let stages: Vec<usize> = (0..tokens.len())
        .filter(|&i| is_before(&tokens[i].text) || is_after(&tokens[i].text))
        .collect();
    let numbers = numbers(&tokens);
    if stages.len() > 1 || numbers.len() > 1 {
        return None;
    }
    let stage = stages.first().copied();
    let number = numbers.first();
    let place = place(
        stage.map(|i| is_before(&tokens[i].text)),
        number.map(|&(unit, n, _)| (unit, n)),
    )?;
    let mut used: Vec<usize> = stages;
    used.extend(numbers.iter().flat_map(|(.., at)| at.clone()));
    // "before treatment", "post op": the word says no more than the one in front of it.
    used.extend(stage.map(|i| i + 1).filter(|&i| {
        let filler = ["treatment", "op", "therapy", "tx"];
        tokens
            .get(i)
            .is_some_and(|t| filler.contains(&t.text.as_str()))
    }));
    Some((place, rest(name, &tokens, &used)))
}

/// The place of a whole name.
#[must_use]
pub fn of(name: &str) -> Option<Order> {
    read(name).map(|(order, _)| order)
}

/// Whether all places can be set in one order, without two that differ at one place.
#[must_use]
pub fn agree(orders: &[&Order]) -> bool {
    let scale = |o: &&&Order| std::mem::discriminant(&o.place);
    let mut counted = orders
        .iter()
        .filter(|o| o.place != Place::Before)
        .map(|o| scale(&o));
    let first = counted.next();
    let one_scale = counted.all(|s| Some(s) == first);
    let one_each = orders.iter().all(|a| {
        orders
            .iter()
            .all(|b| a.place != b.place || a.name == b.name)
    });
    one_scale && one_each
}

impl Order {
    /// The earlier first; of places that cannot be compared (see [`agree`]), those before all others
    /// first and those after the treatment last.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        let key = |place: Place| match place {
            Place::Before => (0, 0),
            Place::Days(n) | Place::Sessions(n) | Place::Visits(n) => (1, n),
            Place::After => (2, 0),
            Place::DaysAfter(n) => (2, n),
        };
        key(self.place).cmp(&key(other.place))
    }

    /// Days from `earlier` to this one, where both are counted in days, weeks, months or years.
    #[must_use]
    pub fn days_since(&self, earlier: &Self) -> Option<i64> {
        match (self.place, earlier.place) {
            (Place::Days(a), Place::Days(b)) | (Place::DaysAfter(a), Place::DaysAfter(b)) => {
                Some(a - b)
            }
            _ => None,
        }
    }
}

fn is_before(word: &str) -> bool {
    matches!(word, "before" | "pre" | "preop" | "baseline")
}

fn is_after(word: &str) -> bool {
    matches!(word, "after" | "post" | "postop")
}

fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "day" | "days" => Unit::Time("day", 1.0),
        "week" | "weeks" | "wk" | "wks" => Unit::Time("week", 7.0),
        "month" | "months" => Unit::Time("month", DAYS_PER_MONTH),
        "year" | "years" => Unit::Time("year", DAYS_PER_YEAR),
        "session" | "treatment" => Unit::Session,
        "visit" => Unit::Visit,
        _ => return None,
    })
}

/// Every number with its unit, and where they stand: `week 6`, `6 weeks`, `session 2`.
fn numbers(tokens: &[Token]) -> Vec<(Unit, i64, Vec<usize>)> {
    let number = |i: usize| -> Option<i64> {
        let text = &tokens.get(i)?.text;
        (text.len() <= MOST_DIGITS).then(|| text.parse().ok())?
    };
    let found = |(i, token): (usize, &Token)| {
        let unit = unit(&token.text)?;
        let behind = number(i + 1).map(|n| (unit, n, vec![i, i + 1]));
        let timed = matches!(unit, Unit::Time(..));
        let ahead = i.checked_sub(1).filter(|_| timed).and_then(|before| {
            let n = number(before)?;
            Some((unit, n, vec![before, i]))
        });
        behind.or(ahead)
    };
    tokens.iter().enumerate().filter_map(found).collect()
}

/// What a stage (`true` is before) and a number say together.
fn place(before: Option<bool>, number: Option<(Unit, i64)>) -> Option<Order> {
    let (place, name) = match (before, number) {
        (Some(true), None | Some((Unit::Time(..), 0))) => (Place::Before, "before".to_string()),
        (Some(false), None) => (Place::After, "after".to_string()),
        (None, Some((Unit::Time(unit, days), n))) => {
            (Place::Days(in_days(n, days)), format!("{unit}{n}"))
        }
        (Some(false), Some((Unit::Time(unit, days), n))) => (
            Place::DaysAfter(in_days(n, days)),
            format!("after-{unit}{n}"),
        ),
        (None, Some((Unit::Session, n))) => (Place::Sessions(4 * n), format!("session{n}")),
        (Some(true), Some((Unit::Session, n))) => {
            (Place::Sessions(4 * n - 1), format!("before-session{n}"))
        }
        (Some(false), Some((Unit::Session, n))) => {
            (Place::Sessions(4 * n + 1), format!("after-session{n}"))
        }
        (None, Some((Unit::Visit, n))) => (Place::Visits(n), format!("visit{n}")),
        // Nothing told, or before week 6, after visit 2: nobody can say how far.
        (None, None) | (Some(_), Some(_)) => return None,
    };
    Some(Order { place, name })
}

fn in_days(n: i64, days: f64) -> i64 {
    (n as f64 * days).round() as i64
}

fn tokens(name: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let kind = |c: char| (c.is_alphabetic(), c.is_ascii_digit());
    let mut last = (false, false);
    for (at, c) in name.char_indices() {
        let now = kind(c);
        let to = at + c.len_utf8();
        match tokens.last_mut() {
            _ if now == (false, false) => {}
            Some(token) if now == last => {
                token.to = to;
                token.text.extend(c.to_lowercase());
            }
            _ => tokens.push(Token {
                from: at,
                to,
                text: c.to_lowercase().collect(),
            }),
        }
        last = now;
    }
    tokens
}

/// The name without some of its tokens: `left45_before` is `left45`.
fn rest(name: &str, tokens: &[Token], used: &[usize]) -> String {
    let mut rest = String::new();
    let mut last = None;
    for (i, token) in tokens.iter().enumerate() {
        if used.contains(&i) {
            last = None;
            continue;
        }
        match last {
            Some(to) => rest.push_str(&name[to..token.from]),
            None if !rest.is_empty() => rest.push('_'),
            None => {}
        }
        rest.push_str(&name[token.from..token.to]);
        last = Some(token.to);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_tell_a_place() {
        for (name, place, left) in [
            ("before", "before", ""),
            ("Pre-treatment", "before", ""),
            ("baseline week 0", "before", ""),
            ("front_before", "before", "front"),
            ("left45_after", "after", "left45"),
            ("left 45 post-op", "after", "left 45"),
            ("week6", "week6", ""),
            ("Week 06 front", "week6", "front"),
            ("6 weeks front", "week6", "front"),
            ("left45 week 6", "week6", "left45"),
            ("post 3 months", "after-month3", ""),
            ("3 months after", "after-month3", ""),
            ("session 2_right", "session2", "right"),
            ("after session 2", "after-session2", ""),
            ("before treatment 3", "before-session3", ""),
            ("visit1", "visit1", ""),
            ("IMG_0001 after", "after", "IMG_0001"),
        ] {
            let (order, rest) = read(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(
                (order.name.as_str(), rest.as_str()),
                (place, left),
                "{name}"
            );
        }
        for name in [
            "front",
            "before_after",
            "week 1 to week 6",
            "posterior",
            "IMG_1234",
            "visit",
            "before week 6",
            "session 20260112",
            "",
        ] {
            assert_eq!(read(name), None, "{name}");
        }
    }

    #[test]
    fn places_are_compared_only_where_words_allow() {
        let order = |name: &str| of(name).unwrap();
        let sorted = |names: &[&str]| {
            let mut orders: Vec<Order> = names.iter().map(|n| order(n)).collect();
            let all: Vec<&Order> = orders.iter().collect();
            assert!(agree(&all), "{names:?}");
            orders.sort_by(Order::compare);
            let names: Vec<String> = orders.into_iter().map(|o| o.name).collect();
            names.join(" ")
        };
        assert_eq!(sorted(&["after", "before"]), "before after");
        assert_eq!(sorted(&["month 3", "day 20", "pre"]), "before day20 month3");
        assert_eq!(
            sorted(&["after session 2", "session 1", "before session 3"]),
            "session1 after-session2 before-session3"
        );
        for apart in [
            ["after", "week 6"],
            ["session 1", "visit 1"],
            ["after", "after 3 months"],
            ["week 1", "day 7"],
        ] {
            let orders = apart.map(order);
            assert!(!agree(&[&orders[0], &orders[1]]), "{apart:?}");
        }
        assert_eq!(order("week 6").days_since(&order("week 0")), Some(42));
        assert_eq!(order("week 6").days_since(&order("before")), None);
    }
}
