//! The page's sections in words and numbers.

use maud::{Markup, html};

use crate::report::schema::{Change, Comparison, Interval, Lesion, Visit, Warning, word};
use crate::report::words::{self, number, signed};

/// Most scars in the table; all are in `lesions.csv`.
const ROWS: usize = 50;

/// What stands where a number is unknown.
const UNKNOWN: &str = "–";

fn or_unknown(v: Option<f64>, text: impl Fn(f64) -> String) -> String {
    v.map_or(UNKNOWN.to_string(), text)
}

pub(super) fn changes(change: &Change) -> Markup {
    html! {
        section.cards {
            @for (name, interval) in words::measures(change) {
                div.card {
                    h3 { (name) }
                    p.value { (or_unknown(interval.value, |v| signed(v, 0) + " %")) }
                    p.doubt {
                        @if let (Some(low), Some(high)) = (interval.low, interval.high) {
                            (signed(low, 0)) " to " (signed(high, 0)) " % · "
                        }
                        "smallest detectable "
                        (or_unknown(interval.smallest_detectable, |v| number(v, 0) + " %"))
                    }
                    (scale(interval))
                }
            }
        }
    }
}

/// A change on a line from −100 to +100 %: its interval, and in grey what could not have been told
/// from none.
fn scale(interval: &Interval) -> Markup {
    let x = |percent: f64| 10.0 + (percent.clamp(-100.0, 100.0) + 100.0) * 0.9;
    let Some(value) = interval.value else {
        return html! {};
    };
    let undetectable = interval.smallest_detectable.map(|s| (x(-s), x(s)));
    let between = interval.low.zip(interval.high);
    let at = |v: f64| format!("{v:.1}");
    html! {
        svg.scale viewBox="0 0 200 34" role="img" aria-label="The change on a scale from -100 to +100 percent" {
            @if let Some((from, to)) = undetectable {
                rect.undetectable x=(at(from)) y="3" width=(at(to - from)) height="16" rx="2" {}
            }
            line.zero x1="10" x2="190" y1="11" y2="11" {}
            line.zero x1="100" x2="100" y1="4" y2="18" {}
            @if let Some((low, high)) = between {
                line.interval x1=(at(x(low))) x2=(at(x(high))) y1="11" y2="11" {}
            }
            circle.point cx=(at(x(value))) cy="11" r="3" {}
            text x="16" y="30" { "−100" } text x="100" y="30" { "0" } text x="184" y="30" { "+100" }
        }
    }
}

pub(super) fn warnings(warnings: &[Warning]) -> Markup {
    html! {
        @if !warnings.is_empty() {
            section {
                h2 { "What to know, and what to do next time" }
                ul.warnings {
                    @for warning in warnings {
                        li { p { (warning.message) } p { b { (warning.remedy) } } }
                    }
                }
            }
        }
    }
}

/// How the photos compare, side by side.
pub(super) fn measured(comparison: &Comparison) -> Markup {
    let percent = |v: f64| number(100.0 * v, 0) + " %";
    let degrees = |v: f64| number(v, 0) + "°";
    type Row<'a> = (&'a str, &'a dyn Fn(&Visit) -> String);
    let rows: [Row; 13] = [
        ("Taken", &|v| {
            v.taken
                .as_ref()
                .map_or(UNKNOWN.to_string(), |t| t.replace('T', " "))
        }),
        ("Size, pixels", &|v| format!("{} × {}", v.width, v.height)),
        ("Sharpness, 0 to 1", &|v| {
            or_unknown(v.quality.sharpness, |n| number(n, 2))
        }),
        ("Skin too bright or too dark", &|v| {
            or_unknown(v.quality.clipped_fraction, |n| number(100.0 * n, 1) + " %")
        }),
        ("Light comes from (0° right, 90° below)", &|v| {
            or_unknown(v.quality.light_azimuth_deg, degrees)
        }),
        ("Light is directed, 0 to 1", &|v| {
            or_unknown(v.quality.light_directionality, |n| number(n, 2))
        }),
        ("Skin tone (ITA)", &|v| {
            or_unknown(v.quality.ita_deg, degrees)
        }),
        ("Open skin", &|v| {
            or_unknown(v.quality.skin_fraction, percent)
        }),
        ("Scars", &|v| {
            v.scars.count.map_or(UNKNOWN.to_string(), |n| n.to_string())
        }),
        ("Scar area, mm²", &|v| {
            or_unknown(v.scars.area_mm2, |n| number(n, 1))
        }),
        ("Scar area, share of measured skin", &|v| {
            or_unknown(v.scars.area_fraction, |n| number(100.0 * n, 1) + " %")
        }),
        ("Mean depth, relief index", &|v| {
            or_unknown(v.scars.relief_index, |n| number(n, 1))
        }),
        ("Contrast", &|v| {
            or_unknown(v.scars.contrast, |n| number(100.0 * n, 1) + " %")
        }),
    ];
    let (before, after) = (&comparison.before, &comparison.after);
    let registration = &comparison.registration;
    html! {
        section {
            h2 { "What was measured" }
            @if let (Some(overlap), Some(confident)) = (registration.overlap, registration.confident_fraction) {
                p.note {
                    "The after photo shows " (percent(overlap)) " of the skin of the before photo; "
                    (percent(confident)) " of that was laid on with confidence."
                }
            }
            div.wide {
                table {
                    thead { tr { th.text { } th { "Before" } th { "After" } } }
                    tbody {
                        @for (name, value) in rows {
                            tr { th { (name) } td { (value(before)) } td { (value(after)) } }
                        }
                        @if !before.quality.reasons.is_empty() || !after.quality.reasons.is_empty() {
                            tr {
                                th { "Remarks" }
                                td { (before.quality.reasons.join("; ")) }
                                td { (after.quality.reasons.join("; ")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The scars, largest first.
pub(super) fn lesions(comparison: &Comparison) -> Markup {
    let size = |l: &Lesion| {
        let area = |v: Option<f64>| v.unwrap_or(0.0);
        area(l.before.area_mm2).max(area(l.after.area_mm2))
    };
    let mut lesions: Vec<&Lesion> = comparison.lesions.iter().collect();
    lesions.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.id.cmp(&b.id)));
    let pair = |before: Option<f64>, after: Option<f64>, factor: f64, digits: usize| {
        let text = |v| or_unknown(v, |n: f64| number(factor * n, digits));
        format!("{} → {}", text(before), text(after))
    };
    let percent = |v| or_unknown(v, |n| signed(n, 0) + " %");
    html! {
        @if !lesions.is_empty() {
            section {
                h2 { "The scars" }
                div.wide {
                    table {
                        thead {
                            tr {
                                th { "No." } th.text { "State" } th.text { "Kind" } th { "Area, mm²" }
                                th { "Width, mm" } th { "Depth (relief index)" } th { "Contrast, %" }
                                th { "Change of area" } th { "of depth" }
                            }
                        }
                        tbody {
                            @for l in lesions.iter().take(ROWS) {
                                tr {
                                    td { (l.id) }
                                    td.text { (word(&l.state)) }
                                    td.text {
                                        (l.kind.map_or(UNKNOWN.to_string(), |k| word(&k)))
                                        @if let Some(c) = l.kind_confidence { " (" (number(100.0 * c, 0)) " %)" }
                                    }
                                    td { (pair(l.before.area_mm2, l.after.area_mm2, 1.0, 1)) }
                                    td { (pair(l.before.width_mm, l.after.width_mm, 1.0, 1)) }
                                    td { (pair(l.before.relief_index, l.after.relief_index, 1.0, 1)) }
                                    td { (pair(l.before.contrast, l.after.contrast, 100.0, 1)) }
                                    td { (percent(l.change.area_percent)) }
                                    td { (percent(l.change.relief_index_percent)) }
                                }
                            }
                        }
                    }
                }
                @if lesions.len() > ROWS {
                    p.note { "The " (ROWS) " largest of " (lesions.len()) " scars; all are in lesions.csv." }
                }
            }
        }
    }
}

pub(super) fn technical(comparison: &Comparison) -> Markup {
    let Comparison {
        tool,
        scale,
        registration,
        ..
    } = comparison;
    let options: Vec<String> = comparison
        .options
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    html! {
        dl {
            dt { "Made by" } dd { (tool.name) " " (tool.version) ", " (comparison.schema) }
            dt { "Scale" }
            dd { (or_unknown(scale.px_per_mm, |v| number(v, 2) + " px/mm, ")) " " (word(&scale.source)) }
            dt { "Alignment" }
            dd {
                (word(&registration.method))
                @if let Some(residual) = registration.residual_px { ", residual " (number(residual, 2)) " px" }
            }
            @if !options.is_empty() { dt { "Options" } dd { (options.join(", ")) } }
            dt { "Before" } dd { (comparison.before.file) ", BLAKE3 " (comparison.before.blake3) }
            dt { "After" } dd { (comparison.after.file) ", BLAKE3 " (comparison.after.blake3) }
        }
        p {
            "Ranges are 95 % intervals. Smallest detectable: a change below it could not have been told from "
            "none on these photos. The relief index counts depth in units of the healthy skin's own texture. "
            "A measurement, not a diagnosis."
        }
    }
}
