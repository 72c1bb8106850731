//! What the names of files and folders say, and names that are safe to make folders of.

use super::order::{self, Order};
use crate::date::{Date, Leading};

/// Views that a name without a date may end in. With a date in front, any word is a view.
const VIEWS: [&str; 22] = [
    "front",
    "frontal",
    "left",
    "right",
    "left45",
    "right45",
    "left90",
    "right90",
    "oblique",
    "forehead",
    "cheek",
    "leftcheek",
    "rightcheek",
    "chin",
    "nose",
    "temple",
    "neck",
    "chest",
    "back",
    "abdomen",
    "arm",
    "photo",
];

/// The view of a photo whose name says none.
pub const UNNAMED_VIEW: &str = "photo";

/// What a name says of a photo or of a visit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// The visit's name.
    pub visit: Option<String>,
    pub date: Option<Date>,
    /// Its place among the visits, by words such as before, after and week 6.
    pub order: Option<Order>,
    pub view: Option<String>,
    /// What was doubtful about the name, with the remedy.
    pub doubt: Option<String>,
}

/// `2026-01-10`, `2026-01-10 week 8`, `before` or any other name of a visit's folder.
#[must_use]
pub fn of_folder(name: &str) -> Named {
    let (date, words, doubt) = match Date::leading(name) {
        Leading::Date(date, rest) => (Some(date), rest, None),
        Leading::Doubtful(why) => (None, "", Some(why)),
        Leading::None => (None, name, None),
    };
    Named {
        visit: Some(name.to_string()),
        date,
        order: order::of(words),
        view: None,
        doubt,
    }
}

/// The stem of a photo in a visit's folder is its view, unless it is a camera's. A date in front of
/// it must be the visit's.
#[must_use]
pub fn of_photo_in_visit(stem: &str) -> Named {
    let (date, words) = match Date::leading(stem) {
        Leading::Date(date, rest) => (Some(date), rest),
        _ => (None, stem),
    };
    let (order, rest) = split(words);
    let own = view(&rest);
    let own = if is_camera_name(&own) {
        // With its place told by words, it needs no other name.
        order.as_ref().map(|_| UNNAMED_VIEW.to_string())
    } else {
        Some(own)
    };
    Named {
        visit: visit(date, order.as_ref()),
        date,
        order,
        view: own,
        doubt: None,
    }
}

/// `2026-01-10_front`, `2026-01-10`, `before_front`, `before`, or `first_front` with a view that is
/// known; the last one has its date from the camera.
#[must_use]
pub fn of_photo(stem: &str) -> Named {
    match Date::leading(stem) {
        Leading::Date(date, rest) => {
            let (order, rest) = split(rest);
            Named {
                visit: visit(Some(date), order.as_ref()),
                date: Some(date),
                order,
                view: Some(view(without_time(&rest))),
                doubt: None,
            }
        }
        Leading::Doubtful(why) => Named {
            doubt: Some(why),
            ..Named::default()
        },
        Leading::None if order::of(stem).is_some() => of_photo_in_visit(stem),
        Leading::None => {
            let (visit, last) = stem.rsplit_once('_').unwrap_or(("", stem));
            let known = is_view(last);
            Named {
                visit: (known && !visit.is_empty()).then(|| visit.to_string()),
                view: known.then(|| view(last)),
                ..Named::default()
            }
        }
    }
}

/// What stands behind a date without the time of day that phones put there: `20220517_085959`.
fn without_time(words: &str) -> &str {
    const HOUR_MINUTE_SECOND: [u32; 3] = [24, 60, 60];
    let digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let parts = HOUR_MINUTE_SECOND.iter().enumerate();
    let mut in_day = parts.map(|(i, &end)| {
        let part = words.get(2 * i..2 * i + 2).and_then(|p| p.parse().ok());
        part.is_some_and(|p: u32| p < end)
    });
    // Some tell milliseconds as well.
    if matches!(digits, 6 | 9) && in_day.all(|within| within) {
        words[digits..].trim_start_matches(['_', '-', ' '])
    } else {
        words
    }
}

/// The words that tell an order, and the rest.
fn split(words: &str) -> (Option<Order>, String) {
    match order::read(words) {
        Some((order, rest)) => (Some(order), rest),
        None => (None, words.to_string()),
    }
}

/// What a visit is called that only a photo's name tells of.
fn visit(date: Option<Date>, order: Option<&Order>) -> Option<String> {
    match (date, order) {
        (Some(date), Some(order)) => Some(format!("{date}-{}", order.name)),
        (Some(date), None) => Some(date.to_string()),
        (None, order) => order.map(|o| o.name.clone()),
    }
}

/// Whether a name is one of the usual views.
#[must_use]
pub fn is_view(name: &str) -> bool {
    VIEWS.contains(&view(name).as_str())
}

/// Names that cameras and phones give: letters they are known for, then a number. They say no view.
fn is_camera_name(view: &str) -> bool {
    const MAKERS: [&str; 16] = [
        "img",
        "dsc",
        "dscn",
        "dscf",
        "pxl",
        "p",
        "image",
        "picture",
        "sam",
        "gopr",
        "mvimg",
        "pic",
        "wa",
        "scan",
        "screenshot",
        "dcim",
    ];
    let letters: String = view.chars().take_while(char::is_ascii_alphabetic).collect();
    let rest = &view[letters.len()..];
    let number = rest.contains(|c: char| c.is_ascii_digit())
        && rest
            .chars()
            .all(|c| c.is_ascii_digit() || "-_ .()".contains(c));
    number && (letters.is_empty() || MAKERS.contains(&letters.as_str()))
}

/// A view as it is compared between visits: small letters, no space around.
#[must_use]
pub fn view(text: &str) -> String {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        UNNAMED_VIEW.to_string()
    } else {
        text
    }
}

/// Most bytes of a folder's name: the path of a result stays under what Windows opens.
const LONGEST: usize = 48;

/// Names that Windows keeps for devices, and those of our own files beside a view.
const RESERVED: [&str; 10] = [
    "con",
    "prn",
    "aux",
    "nul",
    "run.json",
    "cohort.json",
    "index.html",
    "patients",
    "report.html",
    "series.json",
];

/// A folder's name for `text`: letters, digits, `-`, `_` and single dots within. What had to be
/// changed gets a short hash of the whole behind it, so that two names never share a folder.
///
/// `raw` are the bytes the name stands for, which differ where the text cannot tell two apart.
#[must_use]
pub fn folder(text: &str, raw: &[u8]) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        let c = match c {
            c if c.is_alphanumeric() || c == '-' || c == '_' => c,
            '.' if !safe.is_empty() && !safe.ends_with('.') => c,
            _ => '_',
        };
        if safe.len() + c.len_utf8() > LONGEST {
            break;
        }
        safe.push(c);
    }
    let lower = safe.to_lowercase();
    let device = ["com", "lpt"]
        .iter()
        .any(|d| lower.len() == 4 && lower.starts_with(d) && lower.ends_with(char::is_numeric));
    let ours = [
        ".csv", ".parquet", ".lock", ".json", ".html", ".pdf", ".jpg", ".png",
    ]
    .iter()
    .any(|e| lower.ends_with(e));
    let stem = lower.split('.').next().unwrap_or_default();
    let taken = device || ours || RESERVED.contains(&lower.as_str()) || RESERVED.contains(&stem);
    let kept = safe == text && text.as_bytes() == raw;
    if kept && !taken && !safe.is_empty() && !safe.ends_with('.') {
        return safe;
    }
    let safe = safe.trim_end_matches('.');
    format!("{safe}-{}", &blake3::hash(raw).to_hex()[..6])
}

/// Folder names for all of `names`, which are (text, bytes); those that would be one folder on a
/// drive that does not tell capitals apart each get a hash.
#[must_use]
pub fn folders(names: &[(&str, &[u8])]) -> Vec<String> {
    let plain: Vec<String> = names.iter().map(|(text, raw)| folder(text, raw)).collect();
    let lower: Vec<String> = plain.iter().map(|p| p.to_lowercase()).collect();
    let mut sorted = lower.clone();
    sorted.sort();
    let shared = |name: &String| {
        let from = sorted.partition_point(|s| s < name);
        sorted.get(from + 1) == Some(name)
    };
    plain
        .iter()
        .zip(&lower)
        .zip(names)
        .map(|((plain, lower), (_, raw))| {
            if shared(lower) {
                format!("{plain}-{}", &blake3::hash(raw).to_hex()[..6])
            } else {
                plain.clone()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_stay_where_they_belong() {
        for name in ["anna", "J.D", "Müller", "patient-07_b", "0815"] {
            assert_eq!(folder(name, name.as_bytes()), name);
        }
        for name in [
            "..",
            ".",
            "",
            "../../etc",
            "a/b",
            "a\\b",
            "con",
            "NUL.txt",
            "COM1",
            "a..b",
            "end.",
            "a:b",
            "x\0y",
            " lead",
            "visits.csv",
            "run.json",
            ".hidden",
        ] {
            let safe = folder(name, name.as_bytes());
            assert!(
                !safe.contains(['/', '\\', ':', '\0', ' '])
                    && !safe.contains("..")
                    && !safe.starts_with('.')
                    && safe.len() > 6
                    && safe != name,
                "{name:?} became {safe:?}"
            );
        }
        let long = "ä".repeat(300);
        assert!(folder(&long, long.as_bytes()).len() < 60);
        // Two different names are never one folder.
        assert_ne!(folder("a/b", b"a/b"), folder("a:b", b"a:b"));
        assert_ne!(folder("\u{fffd}", b"\xff"), folder("\u{fffd}", b"\xfe"));
        let both = folders(&[("Anna", b"Anna"), ("anna", b"anna"), ("bert", b"bert")]);
        assert_ne!(both[0].to_lowercase(), both[1].to_lowercase());
        assert_eq!(both[2], "bert");
    }

    #[test]
    fn what_photos_names_say() {
        let named = of_photo("2026-01-10_Front");
        assert_eq!(named.view.as_deref(), Some("front"));
        assert_eq!(named.visit.as_deref(), Some("2026-01-10"));
        assert_eq!(of_photo("2026-01-10").view.as_deref(), Some(UNNAMED_VIEW));
        let week = of_photo("week8_left45");
        assert_eq!((week.visit.as_deref(), week.date), (Some("week8"), None));
        for nothing in ["truth-2026-01-12", "IMG_1234", "DSC00012", "scan"] {
            assert_eq!(of_photo(nothing).view, None, "{nothing}");
        }
        assert!(of_photo("12.01.2026_front").doubt.is_some());
        for (stem, visit, view) in [
            ("before", "before", UNNAMED_VIEW),
            ("After_Left", "after", "left"),
            ("IMG_0007 after", "after", UNNAMED_VIEW),
            ("2026-01-10_front_pre", "2026-01-10-before", "front"),
            ("20220517_085959", "2022-05-17", UNNAMED_VIEW),
            ("20220517_085959123", "2022-05-17", UNNAMED_VIEW),
            ("20220517_235959_left", "2022-05-17", "left"),
            ("20220517_456789", "2022-05-17", "456789"),
            ("20220517_45", "2022-05-17", "45"),
        ] {
            let named = of_photo(stem);
            assert_eq!(named.visit.as_deref(), Some(visit), "{stem}");
            assert_eq!(named.view.as_deref(), Some(view), "{stem}");
        }
    }
}
