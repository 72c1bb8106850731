//! The figures as a table, and a line for each pair.

use super::figures::{Figures, Share};
use super::pair::{Assessed, Change};
use super::scars::Marks;
use super::{Group, Report};
use crate::report::schema::word;

/// Columns of names and cells, ready to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// What a row is called, what we want of it, and how a group's cell is written.
type Row = (&'static str, &'static str, fn(&Figures) -> Option<String>);

/// The rows that the README has, then those that only we look at.
const ROWS: [Row; 21] = [
    ("Dice of scar pixels", "≥ 0.80", |f| two(f.dice)),
    ("scars found", "≥ 95 %", |f| share(f.found)),
    ("false scars in a photo", "≤ 1", |f| {
        one(f.false_marks_per_photo)
    }),
    ("area change, mean error (points)", "≤ 5 / 8 / 8", |f| {
        one(f.area_error)
    }),
    ("direction of change right", "100 %", |f| {
        counted(f.direction_right)
    }),
    (
        "nothing changed: largest area change",
        "≤ 5 / 8 / 8 %",
        |f| percent(f.rephotographed_largest, 1),
    ),
    (
        "only the colour changed: largest area change",
        "≤ 8 %",
        |f| percent(f.recoloured_largest, 1),
    ),
    ("relief unchanged, yet a verdict of change", "0", |f| {
        counted(f.false_alarms)
    }),
    (
        "no scars at all: share of skin called scar",
        "≤ 0.2 %",
        |f| percent(f.healthy_share.map(|s| 100.0 * s), 2),
    ),
    ("skin falsely called scar", "", |f| {
        percent(f.false_share.map(|s| 100.0 * s), 2)
    }),
    (
        "registration error, median / worst (px)",
        "≤ 0.1 / 0.5",
        |f| {
            Some(format!(
                "{} / {}",
                two(f.registration_median_px)?,
                two(f.registration_worst_px)?
            ))
        },
    ),
    ("change of 2 smallest detectable ones told", "100 %", |f| {
        counted(f.clear_told)
    }),
    ("volume change, mean error (points)", "", |f| {
        one(f.volume_error)
    }),
    ("volume change within 10 points", "90 %", |f| {
        share(f.volume_near)
    }),
    (
        "volume of single scars, rank correlation",
        "≥ 0.90",
        |f| two(f.volume_ranks),
    ),
    (
        "intervals that hold the truth, area / volume",
        "95 %",
        |f| {
            Some(format!(
                "{} / {}",
                share(f.area_covered)?,
                share(f.volume_covered)?
            ))
        },
    ),
    ("kind of scar right", "", |f| share(f.kinds_right)),
    ("light direction, median error / wrong half", "", |f| {
        let error = f.light_error_deg?;
        Some(format!("{error:.0}° / {}", share(f.light_wrong_half)?))
    }),
    ("measured, of what both photos show", "", |f| {
        percent(f.measured_share.map(|s| 100.0 * s), 0)
    }),
    ("refused", "", |f| counted(f.refused)),
    ("time to compare, median (s)", "", |f| {
        two(f.compare_ms.map(|ms| ms / 1e3))
    }),
];

/// Rows that are shown by skin type.
const BY_TYPE: usize = 5;

/// The figures by rig, then some of them by skin type.
#[must_use]
pub fn tables(report: &Report) -> [Table; 2] {
    let (types, rigs): (Vec<&Group>, Vec<&Group>) =
        (report.groups.iter()).partition(|g| g.name.starts_with(['I', 'V']));
    let mut by_type = table(&types, &ROWS[..BY_TYPE]);
    by_type.rows.push(evenness(&types));
    [table(&rigs, &ROWS), by_type]
}

fn table(groups: &[&Group], rows: &[Row]) -> Table {
    let mut head = vec![String::new()];
    head.extend(groups.iter().map(|g| match g.name.as_str() {
        "all" => format!("all {} pairs", g.figures.refused.of),
        name => format!("{name} ({})", g.figures.refused.of),
    }));
    head.push("goal".to_string());
    let row = |(name, goal, cell): &Row| {
        let mut cells = vec![(*name).to_string()];
        cells.extend((groups.iter()).map(|g| cell(&g.figures).unwrap_or_else(|| "–".to_string())));
        cells.push((*goal).to_string());
        cells
    };
    Table {
        head,
        rows: rows.iter().map(row).collect(),
    }
}

/// The darkest skin's Dice against the fairest's.
fn evenness(types: &[&Group]) -> Vec<String> {
    let dice = |name: &str| types.iter().find(|g| g.name == name)?.figures.dice;
    let even = match (dice("VI"), dice("I-III")) {
        (Some(dark), Some(fair)) if fair > 0.0 => Some(dark / fair),
        _ => None,
    };
    let mut cells = vec!["Dice, skin VI against I to III".to_string()];
    cells.resize(types.len(), String::new());
    cells.push(two(even).unwrap_or_else(|| "–".to_string()));
    cells.push("≥ 0.95".to_string());
    cells
}

impl Table {
    /// Columns aligned by blanks: names to the left, figures to the right.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines()
            .map(|line| self.set(line, "  ") + "\n")
            .collect()
    }

    /// As Markdown has tables.
    #[must_use]
    pub fn markdown(&self) -> String {
        let bars = |line: &[String]| format!("| {} |\n", self.set(line, " | ").trim_end());
        let mut text = bars(&self.head);
        text += &format!("|---|{}\n", "--:|".repeat(self.head.len() - 1));
        self.rows.iter().fold(text, |text, row| text + &bars(row))
    }

    fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.head).chain(&self.rows)
    }

    fn set(&self, line: &[String], between: &str) -> String {
        let width = |i: usize| {
            self.lines()
                .map(|l| l[i].chars().count())
                .max()
                .unwrap_or(0)
        };
        let cells: Vec<String> = (line.iter().enumerate())
            .map(|(i, cell)| match i {
                0 => format!("{cell:<0$}", width(0)),
                _ => format!("{cell:>0$}", width(i)),
            })
            .collect();
        cells.join(between)
    }
}

/// All that was measured on a pair, on one line.
#[must_use]
pub fn line(pair: &Assessed) -> String {
    let dash = || "-".to_string();
    let dice = |m: &Marks| two(m.dice).unwrap_or_else(dash);
    let [b, a] = pair.photos();
    let change = |name: &str, c: &Change| {
        let signed = |v: Option<f64>| v.map_or_else(dash, |v| format!("{v:+.1}"));
        format!(
            "{name} true {} found {} ({} to {})",
            signed(c.truth),
            signed(c.found.value),
            signed(c.found.low),
            signed(c.found.high)
        )
    };
    let light = pair
        .light_error_deg
        .map(|e| e.map_or_else(dash, |e| format!("{e:.0}")));
    let registration = (pair.registration)
        .map_or_else(dash, |r| format!("{:.2}/{:.2} px", r.median_px, r.worst_px));
    let false_share = percent(b.false_share.map(|s| 100.0 * s), 2).unwrap_or_else(dash);
    format!(
        "{}: {}; Dice {}/{}; found {}/{} of {}/{}; false {}/{}, {} of skin; {}; {}; direction {}; \
         registration {}; light off {}/{} deg; kinds {} of {}; measured {}; {:.0} ms{}",
        pair.name,
        word(&pair.verdict),
        dice(b),
        dice(a),
        b.found,
        a.found,
        b.scars,
        a.scars,
        b.false_marks,
        a.false_marks,
        false_share,
        change("area", &pair.area_percent),
        change("volume", &pair.volume_percent),
        match pair.direction_right {
            Some(true) => "right",
            Some(false) => "WRONG",
            None => "-",
        },
        registration,
        light[0],
        light[1],
        pair.kinds.right,
        pair.kinds.matched,
        percent(pair.measured_share.map(|s| 100.0 * s), 0).unwrap_or_else(dash),
        pair.compare_ms,
        if pair.warnings.is_empty() {
            String::new()
        } else {
            format!("; {}", pair.warnings.join(", "))
        }
    )
}

fn one(v: Option<f64>) -> Option<String> {
    v.map(|v| format!("{v:.1}"))
}

fn two(v: Option<f64>) -> Option<String> {
    v.map(|v| format!("{v:.2}"))
}

fn percent(v: Option<f64>, digits: usize) -> Option<String> {
    v.map(|v| format!("{v:.digits$} %"))
}

fn share(s: Share) -> Option<String> {
    percent(s.get().map(|s| 100.0 * s), 0)
}

fn counted(s: Share) -> Option<String> {
    (s.of > 0).then(|| format!("{} of {}", s.part, s.of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_rectangles() {
        let report = Report {
            schema: crate::accuracy::SCHEMA,
            tool: crate::report::schema::Tool::default(),
            groups: crate::accuracy::groups(&[]),
            pairs: Vec::new(),
        };
        let [rigs, types] = tables(&report);
        assert_eq!(
            rigs.head[1..],
            [
                "all 0 pairs",
                "clinic (0)",
                "flash (0)",
                "phone (0)",
                "goal"
            ]
        );
        assert_eq!(types.head[1..], ["I-III (0)", "IV-V (0)", "VI (0)", "goal"]);
        for table in [rigs, types] {
            assert!(table.rows.iter().all(|r| r.len() == table.head.len()));
            let text = table.text();
            let widths: Vec<usize> = text.lines().map(|l| l.chars().count()).collect();
            assert!(widths.iter().all(|w| *w == widths[0]), "{text}");
            let bars = |l: &str| l.matches('|').count();
            let markdown = table.markdown();
            assert!(
                markdown.lines().all(|l| bars(l) == table.head.len() + 1),
                "{markdown}"
            );
        }
    }

    #[test]
    fn nothing_is_a_dash_and_not_a_nought() {
        assert_eq!(one(None), None);
        assert_eq!(counted(Share { part: 0, of: 0 }), None);
        assert_eq!(share(Share { part: 7, of: 8 }), Some("88 %".to_string()));
    }
}
