//! Single scars: close-ups from both visits with their numbers, and the table of all.

use maud::{Markup, html};

use super::viewer::{class, mark};
use crate::report::drawn::{Drawn, Shown, Subject};
use crate::report::fate::Told;
use crate::report::schema::{Comparison, Interval, Lesion, Verdict};
use crate::report::words::page as text;
use crate::report::words::{change, number, signed};

/// Most scars in the table; all are in `lesions.csv`.
const ROWS: usize = 200;

fn or_unknown(v: Option<f64>, told: impl Fn(f64) -> String) -> String {
    v.map_or(text::UNKNOWN.to_string(), told)
}

/// Before and after as `2.5 → 1.8`.
fn pair(before: Option<f64>, after: Option<f64>, factor: f64, digits: usize) -> String {
    let told = |v| or_unknown(v, |n: f64| number(factor * n, digits));
    format!("{} → {}", told(before), told(after))
}

fn percent(v: Option<f64>) -> String {
    or_unknown(v, |n| signed(n, 0) + " %")
}

/// Whether a scar's contrast is more than a trace in either photo, so that its change means something.
fn stands_out(lesion: &Lesion) -> bool {
    const TRACE: f64 = 0.01;
    let contrasts = [lesion.before.contrast, lesion.after.contrast];
    contrasts.into_iter().flatten().any(|c| c >= TRACE)
}

/// A change with its interval; a dash where unknown.
fn interval(interval: Option<&Interval>) -> String {
    interval.map_or(text::UNKNOWN.to_string(), change)
}

/// The close-ups; the one that the address names is shown. `total`: what is said of all scars together.
pub(super) fn panel(drawn: &Drawn, total: Verdict) -> Markup {
    let shown = || drawn.scars.iter().take(ROWS);
    let next = |i: usize| {
        drawn
            .scars
            .get(i)
            .filter(|_| i < ROWS)
            .map(|s| s.told.lesion.id)
    };
    html! {
        div.panel #panel {
            h3.printed { (text::CLOSE_UPS) }
            p.hint { (text::CHOOSE) }
            @for (i, scar) in shown().enumerate() {
                @let told = &scar.told;
                @let l = &told.lesion;
                @let id = format!("scar-{}", l.id);
                article.close id=(id) tabindex="-1" aria-labelledby={ (id) "-name" } {
                    h3 id={ (id) "-name" } {
                        (text::SCAR) " " (l.id) " "
                        span class={ "state " (class(told.fate)) } { (text::told(told)) }
                    }
                    (crops(scar, drawn))
                    (numbers(drawn, told))
                    @if let Some(why) = text::unsure(told, total) { p.doubt { (why) } }
                    nav aria-label={ (text::SCAR) " " (l.id) } {
                        @if let Some(id) = i.checked_sub(1).and_then(next) { a href={ "#scar-" (id) } { (text::PREVIOUS) } }
                        @if let Some(id) = next(i + 1) { a href={ "#scar-" (id) } { (text::NEXT) } }
                        a href={ "#row-" (l.id) } { (text::IN_TABLE) }
                    }
                }
            }
        }
    }
}

/// The scar in the photos and in the relief, from both visits.
fn crops(scar: &Shown, drawn: &Drawn) -> Markup {
    let told = &scar.told;
    let l = &told.lesion;
    let frame = format!(
        "{:.0} {:.0} {:.0} {:.0}",
        scar.left, scar.top, scar.side, scar.side
    );
    let relief = drawn.views.iter().any(|(s, _)| *s == Subject::Relief);
    let visits = [("before", text::BEFORE), ("after", text::AFTER)];
    let seen = |visit: &str| {
        let i = usize::from(visit != "before");
        drawn.lines(told, i).is_some()
    };
    let crop = |visit: &str, caption: &str, view: &str, name: &str, outlined: bool| {
        html! {
            figure {
                svg viewBox=(frame) role="img" aria-label={ (caption) ", " (name) } {
                    use href={ "#" (visit) "-" (view) } {}
                    @if outlined && seen(visit) {
                        g.outlines { use href={ "#" (&visit[..1]) (l.id) } {} }
                    }
                }
                figcaption { (caption) @if view != "photo" { ", " (name) } }
            }
        }
    };
    html! {
        div.crops {
            @for (visit, caption) in visits {
                (crop(visit, caption, "photo", text::PHOTO, true))
            }
            @if relief {
                @for (visit, caption) in visits {
                    (crop(visit, caption, "relief", text::RELIEF, false))
                }
            }
        }
    }
}

fn numbers(drawn: &Drawn, told: &Told) -> Markup {
    let l = &told.lesion;
    let (b, a) = (&l.before, &l.after);
    let contrast = |v: Option<f64>| or_unknown(v, |n| number(100.0 * n, 1) + " %");
    html! {
        table.numbers {
            thead { tr { td {} th scope="col" { (text::BEFORE) } th scope="col" { (text::AFTER) } th scope="col" { (text::CHANGE) } } }
            tbody {
                tr { th scope="row" { (text::KIND) } td.text colspan="3" { (text::kind_told(l, drawn.guessed)) } }
                @if drawn.sized() {
                    tr {
                        th scope="row" { (text::WIDTH_MM) }
                        td { (or_unknown(b.width_mm, |n| number(n, 1))) } td { (or_unknown(a.width_mm, |n| number(n, 1))) } td {}
                    }
                    tr {
                        th scope="row" { (text::AREA_MM2) }
                        td { (or_unknown(b.area_mm2, |n| number(n, 1))) } td { (or_unknown(a.area_mm2, |n| number(n, 1))) }
                        td { (percent(l.change.area_percent)) }
                    }
                } @else {
                    tr { th scope="row" { (text::AREA) } td {} td {} td { (percent(l.change.area_percent)) } }
                }
                tr {
                    th scope="row" { (text::DEPTH) }
                    td { (or_unknown(b.relief_index, |n| number(n, 1))) } td { (or_unknown(a.relief_index, |n| number(n, 1))) }
                    td { (percent(l.change.relief_index_percent)) }
                }
                tr {
                    th scope="row" { (text::CONTRAST) }
                    td { (contrast(b.contrast)) } td { (contrast(a.contrast)) }
                    td { (percent(l.change.contrast_percent.filter(|_| stands_out(l)))) }
                }
                tr {
                    th scope="row" { (text::VOLUME) }
                    td colspan="3" { (interval(told.volume.as_ref())) }
                }
            }
        }
    }
}

/// The scars, largest first.
pub(super) fn table(comparison: &Comparison, drawn: &Drawn) -> Markup {
    let sized = drawn.sized();
    html! {
        @if !drawn.scars.is_empty() {
            section.sheet aria-labelledby="scars-heading" {
                h2 #scars-heading { (text::SCARS_HEADING) }
                p.note { (text::scars_note(drawn.scars.iter().find_map(|s| s.told.volume)))
                    @if comparison.change.verdict == Verdict::NoDetectableChange { " " b { (text::SCARS_MAY_BE_CHANCE) } }
                    @if !sized { " " (text::NO_SCALE) }
                    @if drawn.guessed { " " (text::KINDS_GUESSED) } }
                div.wide.tall tabindex="0" role="region" aria-label=(text::TABLE_SCROLLS) {
                    table {
                        thead { tr {
                            th scope="col" { (text::NUMBER) }
                            th.text scope="col" { (text::STATE) }
                            th.text.fine.kind scope="col" { (text::KIND) }
                            @if sized {
                                th.fine scope="col" { (text::AREA_MM2) }
                                th.finer scope="col" { (text::WIDTH_MM) }
                            }
                            th.finer scope="col" { (text::DEPTH) }
                            th.finer scope="col" { (text::CONTRAST) ", %" }
                            th scope="col" { (text::CHANGE_OF_AREA) }
                            th scope="col" { (text::VOLUME) }
                        } }
                        tbody {
                            @for (told, l) in drawn.scars.iter().take(ROWS).map(|s| (&s.told, &s.told.lesion)) {
                                tr id={ "row-" (l.id) } data-scar=(l.id) {
                                    td { a href={ "#scar-" (l.id) } aria-label={ (text::SCAR) " " (l.id) } { (l.id) } }
                                    td.text { (mark(told.fate)) (text::told(told)) }
                                    td.text.fine.kind { (text::kind_told(l, drawn.guessed)) }
                                    @if sized {
                                        td.fine { (pair(l.before.area_mm2, l.after.area_mm2, 1.0, 1)) }
                                        td.finer { (pair(l.before.width_mm, l.after.width_mm, 1.0, 1)) }
                                    }
                                    td.finer { (pair(l.before.relief_index, l.after.relief_index, 1.0, 1)) }
                                    td.finer { (pair(l.before.contrast, l.after.contrast, 100.0, 1)) }
                                    td { (percent(l.change.area_percent)) }
                                    td { (interval(told.volume.as_ref())) }
                                }
                            }
                        }
                    }
                }
                @if drawn.scars.len() > ROWS { p.note { (crate::report::words::cut_off(ROWS, drawn.scars.len())) } }
            }
        }
    }
}
