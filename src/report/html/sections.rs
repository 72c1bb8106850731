//! The page's sections in words and numbers.

use maud::{Markup, html};

use crate::report::drawn::Drawn;
use crate::report::schema::{Change, Comparison, Interval, ScaleSource, Verdict, Visit};
use crate::report::words::advice::{self, Advice};
use crate::report::words::measure::{Measure, beside, grounds};
use crate::report::words::page as text;
use crate::report::words::page::rows;
use crate::report::words::{self, date, doubt, moment, number, of_100, percent, sentence, signed};

fn or_unknown(v: Option<f64>, told: impl Fn(f64) -> String) -> String {
    v.map_or(text::UNKNOWN.to_string(), told)
}

/// The answer on top: a word, a sentence, what it means, and how little it may be worth.
pub(super) fn answer(comparison: &Comparison, drawn: &Drawn) -> Markup {
    let change = &comparison.change;
    let limits = doubt::limits(comparison);
    html! {
        p.kicker {
            (text::TITLE)
            @if let Some(dates) = doubt::dates(comparison) { " · " (dates) }
        }
        @let (settled, word) = doubt::settled(comparison);
        div.verdict.(verdict_class(settled)) {
            p.word { (icon(settled, word)) (word) }
            h1 { (doubt::headline(comparison)) }
            p { (doubt::meaning(comparison)) }
            @for reason in &change.reasons { p { (sentence(reason)) } }
        }
        @if let Some(limits) = limits {
            div.limits role="note" {
                p { b { (limits.heading) } " " (limits.text) }
                ul { @for reason in &limits.because { li { (reason) } } }
            }
        }
        @if let Some(basis) = doubt::basis(comparison, &drawn.told()) { p.basis { (basis) } }
    }
}

pub(super) fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Improved => "good",
        Verdict::Worse => "bad",
        Verdict::NoDetectableChange => "same",
        Verdict::NotComparable => "none",
    }
}

/// A shape beside the word: colour alone says nothing to some. A word that is not the verdict's own asks
/// something.
pub(super) fn icon(verdict: Verdict, word: &str) -> Markup {
    let path = match verdict {
        _ if word != text::verdict(verdict) => "M6 7c0-5 8-5 8 0 0 3-4 3-4 6M10 16.8v.4",
        Verdict::Improved => "M10 3v12M4 10l6 6 6-6",
        Verdict::Worse => "M10 17V5M4 10l6-6 6 6",
        Verdict::NoDetectableChange => "M3 7h14M3 13h14",
        Verdict::NotComparable => "M4 4l12 12M16 4L4 16",
    };
    html! { svg viewBox="0 0 20 20" aria-hidden="true" { path d=(path) {} } }
}

pub(super) fn changes(change: &Change) -> Markup {
    html! {
        section aria-labelledby="changes-heading" {
            h2 #changes-heading { (text::MEASURED_HEADING) }
            div.cards {
                @for (measure, interval) in Measure::ALL.map(|m| (m, m.of(change))) {
                    div.card {
                        h3 { (measure.name()) }
                        p.note { (measure.is()) }
                        p.value { (or_unknown(interval.value, |v| signed(v, 0) + " %")) (chip(measure, change)) }
                        (scale(interval))
                        p.doubt {
                            @if let (Some(low), Some(high)) = (interval.low, interval.high) {
                                (words::range(low, high)) " · "
                            }
                            (text::SMALLEST) " " (or_unknown(interval.smallest_detectable, |v| number(v, 0) + " %"))
                        }
                    }
                }
            }
            p.note { (text::SCALE_KEY) }
        }
    }
}

/// Whether the change is beyond what could be chance.
fn chip(measure: Measure, change: &Change) -> Markup {
    html! {
        @if let Some(beyond) = measure.beyond_chance(change) {
            @if beyond { span.chip.sure { (text::BEYOND) } } @else { span.chip { (text::WITHIN) } }
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
    let at = |v: f64| format!("{v:.1}");
    html! {
        svg.scale viewBox="0 0 200 34" role="img" aria-label=(text::SCALE_LABEL) {
            @if let Some((from, to)) = undetectable {
                rect.undetectable x=(at(from)) y="3" width=(at(to - from)) height="16" rx="2" {}
            }
            line.zero x1="10" x2="190" y1="11" y2="11" {}
            line.zero x1="100" x2="100" y1="4" y2="18" {}
            @if let (Some(low), Some(high)) = (interval.low, interval.high) {
                line.interval x1=(at(x(low))) x2=(at(x(high))) y1="11" y2="11" {}
            }
            @if value.max(interval.high.unwrap_or(value)) > 100.0 { path.beyond d="M190 6l8 5-8 5z" {} }
            circle.point cx=(at(x(value))) cy="11" r="3.4" {}
            text x="20" y="30" { "−100 %" } text x="100" y="30" { "0" } text x="180" y="30" { "+100 %" }
        }
    }
}

/// What a verdict rests on, with the change and the smallest detectable one, for a cell of a table.
pub(super) fn rested(change: &Change) -> Markup {
    html! {
        @for (i, (measure, interval)) in grounds(change).into_iter().enumerate() {
            div.ground {
                span.measure { (measure.name()) } " "
                span.nowrap { (words::change(interval)) }
                div.doubt { (beside(interval, i == 0)) }
            }
        }
    }
}

/// What to do next time: what the photos lacked first, then what always helps.
pub(super) fn next(advice: &Advice, lacked: &str) -> Markup {
    html! {
        section aria-labelledby="next-heading" {
            h2 #next-heading { (text::NEXT_HEADING) }
            @if !advice.lacked.is_empty() {
                h3 { (lacked) }
                ul.warnings {
                    @for lack in &advice.lacked {
                        li {
                            @for message in &lack.messages { p { (message) } }
                            p { b { (lack.remedy) } }
                        }
                    }
                }
            }
            @if !advice.always.is_empty() {
                @if !advice.lacked.is_empty() { h3.always { (advice::ALWAYS) } }
                ol.advice { @for line in &advice.always { li { (line) } } }
            }
        }
    }
}

/// How the photos compare, side by side.
pub(super) fn compared(comparison: &Comparison) -> Markup {
    let seen = doubt::counted(comparison);
    let (before, after) = (&comparison.before, &comparison.after);
    html! {
        section.sheet aria-labelledby="how-heading" {
            h2 #how-heading { (text::HOW_HEADING) }
            @if let (Some(overlap), Some(confident)) = (comparison.registration.overlap, comparison.registration.confident_fraction) {
                p { (words::laid_on(overlap, confident, doubt::skin_asked(comparison), comparison.change.verdict != Verdict::NotComparable)) }
            }
            @if comparison.change.verdict != Verdict::NotComparable { p { (text::NOT_IN_IT) } }
            div.wide tabindex="0" role="region" aria-label=(text::COMPARISON_SCROLLS) {
                table {
                    thead { tr { td {} th scope="col" { (text::BEFORE) } th scope="col" { (text::AFTER) } } }
                    tbody {
                        @if let Some([b, a]) = seen { tr { th scope="row" { (rows::SCARS) } td { (b) } td { (a) } } }
                        @for (name, value) in ROWS {
                            @let values = [value(before), value(after)];
                            @if values.iter().any(|v| v.as_str() != text::UNKNOWN) {
                                tr { th scope="row" { (name) } @for value in values { td.said { (value) } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A row of the comparison: its name, and what it says of a visit.
pub(in crate::report) type Row = (&'static str, fn(&Visit) -> String);

/// How good the photos are, and what was found in each.
pub(in crate::report) const ROWS: [Row; 13] = [
    (rows::TAKEN, |v| {
        let clock = v.taken.as_deref().map(moment);
        let named = || {
            v.day()
                .map(|day| format!("{}{}", date(&day), text::BY_ITS_NAME))
        };
        clock
            .or_else(named)
            .unwrap_or_else(|| text::UNKNOWN.to_string())
    }),
    (rows::SIZE, |v| format!("{} × {}", v.width, v.height)),
    (rows::SHARPNESS, |v| or_unknown(v.quality.sharpness, of_100)),
    (rows::CLIPPED, |v| {
        or_unknown(v.quality.clipped_fraction, percent)
    }),
    (rows::AZIMUTH, |v| {
        or_unknown(v.quality.light_azimuth_deg, |d| {
            words::from_where(d).to_string()
        })
    }),
    (rows::DIRECTED, |v| {
        or_unknown(v.quality.light_directionality, of_100)
    }),
    (rows::ITA, |v| {
        or_unknown(v.quality.ita_deg, |n| number(n, 0) + "°")
    }),
    (rows::SKIN, |v| or_unknown(v.quality.skin_fraction, percent)),
    (rows::AREA_MM2, |v| {
        or_unknown(v.scars.area_mm2, |n| number(n, 1))
    }),
    (rows::FRACTION, |v| {
        or_unknown(v.scars.area_fraction, percent)
    }),
    (rows::DEPTH, |v| {
        or_unknown(v.scars.relief_index, |n| number(n, 1))
    }),
    (rows::CONTRAST, |v| {
        or_unknown(v.scars.contrast, |n| number(100.0 * n, 1) + " %")
    }),
    (rows::REMARKS, |v| {
        if v.quality.reasons.is_empty() {
            text::UNKNOWN.to_string()
        } else {
            doubt::remarks(&v.quality.reasons)
        }
    }),
];

/// What a result was made from and with, a name and a text each.
pub(in crate::report) fn particulars(comparison: &Comparison) -> Vec<(&'static str, String)> {
    let Comparison {
        tool,
        scale,
        registration,
        ..
    } = comparison;
    let mut told = vec![
        (
            text::MADE_BY,
            format!("{} {}, {}", tool.name, tool.version, comparison.schema),
        ),
        (
            text::SCALE,
            or_unknown(scale.px_per_mm, |v| number(v, 2) + " px/mm")
                + ", "
                + text::scale_source(scale.source)
                + &match scale.source {
                    ScaleSource::Assumed => format!(" ({})", text::GIVE_SCALE),
                    _ => String::new(),
                },
        ),
    ];
    let mut alignment = text::method(registration.method).to_string();
    if let Some(residual) = registration.residual_px {
        alignment += &format!(", {} {} px", text::RESIDUAL, number(residual, 2));
    }
    told.push((text::ALIGNMENT, alignment));
    told.extend(words::settings(&comparison.options).map(|o| (text::OPTIONS, o)));
    let codes: Vec<&str> = comparison
        .warnings
        .iter()
        .map(|w| w.code.as_str())
        .collect();
    if !codes.is_empty() {
        told.push((text::WARNING_CODES, codes.join(", ")));
    }
    let hints = doubt::hints(comparison);
    if !hints.is_empty() {
        told.push((text::AT_THE_KEYBOARD, hints.join(" ")));
    }
    for (name, visit) in [
        (text::BEFORE, &comparison.before),
        (text::AFTER, &comparison.after),
    ] {
        told.push((
            name,
            format!("{}, {} {}", visit.file, text::HASH, visit.blake3),
        ));
    }
    told
}

pub(super) fn technical(comparison: &Comparison) -> Markup {
    html! {
        h2 { (text::TECHNICAL_HEADING) }
        dl { @for (name, told) in particulars(comparison) { dt { (name) } dd { (told) } } }
        p { (text::INTERVALS) }
        p { (text::NO_DIAGNOSIS) }
    }
}
