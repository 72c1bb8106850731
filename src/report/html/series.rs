//! The page of a course: one view of one patient over all visits.

use maud::{Markup, PreEscaped, html};

use super::frame;
use super::sections::{advice, icon, verdict_class};
use super::viewer::{class, legend, path};
use crate::report::chart;
use crate::report::course::{Course, Seen, Shown, around, largest};
use crate::report::drawn::Picture;
use crate::report::fate::Fate;
use crate::report::outlines::Outlines;
use crate::report::pictures::data_address;
use crate::report::schema::Verdict;
use crate::report::words::{self, course as text, date, doubt, page};
use crate::visits::schema::{Series, SeriesScar, SeriesVisit};

/// Most scars with close-ups.
const CLOSE_UPS: usize = 30;

/// The page.
pub(in crate::report) fn page(series: &Series, course: &Course) -> String {
    let body = html! {
        a.skip href="#viewer" { (page::SKIP) }
        header { (answer(series)) }
        main {
            (trend(series))
            @if let Some(first) = &course.first { (viewer(course, first)) }
            (next(series))
            (table(series))
            @if course.first.is_some() { (scars(series, course)) }
        }
        footer { (technical(series)) }
    };
    frame::page(&text::title(series), &body)
}

/// What became of the scars by the latest visit that can be told.
fn answer(series: &Series) -> Markup {
    html! {
        p.kicker { (text::title(series)) }
        @if let Some(latest) = &series.latest {
            div.verdict.(verdict_class(latest.verdict())) {
                p.word { (icon(latest.verdict())) (page::verdict(latest.verdict())) " · " (date(&latest.date)) }
                h1 { (words::verdict(&latest.change)) }
                @if let Some(trend) = &series.trend.area_percent { p { (text::trend(trend)) } }
                @if let Some(plateau) = &series.plateau { p { (text::plateau(plateau)) } }
            }
        } @else {
            div.verdict.none { p.word { (icon(Verdict::NotComparable)) (page::verdict(Verdict::NotComparable)) } h1 { (text::NO_VERDICT) } }
        }
        @if !series.notes.is_empty() {
            h2 { (text::KNOW) }
            ul.warnings { @for note in &series.notes { li { p { (note.message) } p { b { (note.remedy) } } } } }
        }
    }
}

/// What the latest photo lacked, then what always helps.
fn next(series: &Series) -> Markup {
    let lacked = text::lacked(series);
    html! {
        section aria-labelledby="next-heading" {
            h2 #next-heading { (page::NEXT_HEADING) }
            @if !lacked.is_empty() {
                ul.warnings { @for w in lacked { li { p { (w.message) } p { b { (w.remedy) } } } } }
            }
            (advice())
        }
    }
}

fn trend(series: &Series) -> Markup {
    html! {
        @if let Some(chart) = chart::svg(series) {
            section aria-labelledby="trend-heading" {
                h2 #trend-heading { (text::CHART) }
                (chart)
                p.note { (text::CHART_NOTE) }
            }
        }
    }
}

/// The first photo and any later one, in one place.
fn viewer(course: &Course, first: &Picture) -> Markup {
    let (width, height) = course.size;
    let shown = &course.shown;
    let image = |picture: &Picture, id: &str| {
        html! {
            image id=(id) width=(width) height=(height) preserveAspectRatio="none"
                href=(data_address("image/jpeg", &picture.bytes)) {}
        }
    };
    let frame = format!("0 0 {width} {height}");
    html! {
        section #viewer.viewer aria-labelledby="photos-heading" {
            h2 #photos-heading { (page::PHOTOS) }
            @if !shown.is_empty() { (tools()) }
            @if shown.len() > 1 {
                p.scripted { label { (text::CHOOSE_VISIT) " "
                    input #visit type="range" min="0" max=(shown.len() - 1) step="1" value=(shown.len() - 1);
                } }
            }
            div.stage {
                figure.before {
                    svg viewBox=(frame) role="img" aria-label=(text::BASELINE) {
                        (image(first, "visit-first"))
                        g.outlines {
                            @for (i, s) in shown.iter().enumerate() { g data-visit=(i) { (outlines(s, 0, &format!("v{i}b"))) } }
                        }
                    }
                    figcaption { (text::BASELINE) }
                }
                @if let Some(last) = shown.last() {
                    figure.after {
                        svg viewBox=(frame) role="img" aria-label=(page::AFTER_ALIGNED) {
                            @for (i, s) in shown.iter().enumerate() {
                                g data-visit=(i) data-name=(date(&s.visit.date)) {
                                    (image(&s.picture, &format!("visit-{i}")))
                                    g.outlines { (outlines(s, 1, &format!("v{i}a"))) }
                                }
                            }
                        }
                        figcaption { (date(&last.visit.date)) }
                    }
                    div.handle aria-hidden="true" {}
                }
            }
            @if let Some(last) = shown.last() {
                div.wipe { input #wipe type="range" min="0" max="100" step="1" value="50" aria-label=(page::WIPE); }
                div.blinking {
                    button #pause type="button" aria-pressed="false" { (page::PAUSE) }
                    button #swap type="button" { (page::SWAP) }
                }
                (legend(&fates(last)))
            }
            p.note { (text::COURSE_NOTE) }
        }
    }
}

fn tools() -> Markup {
    html! {
        div.tools { fieldset {
            legend { (page::SHOW) }
            label.scripted { input type="radio" name="mode" value="slider" #mode-slider; (page::SLIDER) }
            label.scripted { input type="radio" name="mode" value="blink" #mode-blink; (page::BLINK) }
            label { input type="radio" name="mode" value="beside" #mode-beside checked; (page::SIDE_BY_SIDE) }
        } fieldset {
            label { input type="checkbox" #outlines checked; (page::OUTLINES) }
        } }
    }
}

fn fates(shown: &Shown) -> Vec<Fate> {
    shown.scars.values().map(|s| s.fate).collect()
}

/// The scars in the first photo (0) or the visit's (1), as their comparison saw them.
fn outlines(shown: &Shown, photo: usize, letters: &str) -> Markup {
    let lines: &Outlines = &shown.outlines[photo];
    html! {
        @for (id, lines) in lines.iter().filter(|l| *l.0 != 0) {
            @let class = class(shown.scars.get(id).map_or(Fate::NotMeasured, |s| s.fate));
            @let path = path(lines);
            g.scar data-scar=(id) data-state=(class) {
                path.halo d=(PreEscaped(&path)) {}
                path id={ (letters) (id) } class=(class) d=(PreEscaped(&path)) {}
            }
        }
    }
}

fn table(series: &Series) -> Markup {
    html! {
        section.sheet aria-labelledby="visits-heading" {
            h2 #visits-heading { (text::VISITS) }
            div.wide tabindex="0" role="region" aria-label=(text::VISITS_TABLE) {
                table {
                    thead { tr {
                        th.text scope="col" { (text::DATE) } th.text scope="col" { (text::STATUS) }
                        th.text scope="col" { (text::VERDICT) } th scope="col" { (text::AREA_CHANGE) }
                        th scope="col" { (text::SMALLEST) } th.text scope="col" { (text::NOTES) } th.text scope="col" { (text::REPORT) }
                    } }
                    tbody { @for visit in &series.visits { (row(visit)) } }
                }
            }
        }
    }
}

fn row(visit: &SeriesVisit) -> Markup {
    let interval = visit.change.as_ref().map(|c| &c.area_percent);
    let mut notes: Vec<String> = visit.failure.iter().cloned().collect();
    notes.extend(
        visit
            .flags
            .iter()
            .chain(&visit.warnings)
            .map(|w| w.message.clone()),
    );
    html! {
        tr {
            th.text scope="row" { (date(&visit.date)) }
            td.text { (text::status(visit.status)) }
            td.text { (visit.change.as_ref().map_or(page::UNKNOWN, |c| page::verdict(c.verdict))) }
            td { (interval.map_or(page::UNKNOWN.to_string(), words::change)) }
            td { (interval.and_then(|i| i.smallest_detectable).map_or(page::UNKNOWN.to_string(), |s| words::number(s, 0) + " %")) }
            td.notes { (notes.join(" ")) }
            td.text { @if let Some(folder) = &visit.folder { a href=(local(folder)) { (text::OPEN) span.unseen { " " (date(&visit.date)) } } } }
        }
    }
}

/// The address of a page in a folder beside this one.
pub(super) fn local(folder: &str) -> String {
    let mut address = String::from("./");
    for byte in folder.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => {
                address.push(byte as char);
            }
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address + "/" + crate::report::REPORT
}

/// The largest scars at every visit.
fn scars(series: &Series, course: &Course) -> Markup {
    let scars = largest(series, CLOSE_UPS);
    html! {
        @if !scars.is_empty() && !course.shown.is_empty() {
            section.sheet aria-labelledby="scars-heading" {
                h2 #scars-heading { (text::SCARS) }
                p.note { (text::SCARS_NOTE) }
                div.courses { @for scar in scars { (one(series, scar, course)) } }
            }
        }
    }
}

fn one(series: &Series, scar: &SeriesScar, course: &Course) -> Markup {
    let [left, top, side] = around(series, scar, course.size);
    let frame = format!("{left:.0} {top:.0} {side:.0} {side:.0}");
    let fate = course
        .fates
        .get(&scar.id)
        .copied()
        .unwrap_or(Fate::NotMeasured);
    let id = format!("scar-{}", scar.id);
    let crop = |picture: &str, outline: &str, outlined: bool, name: &str| {
        html! {
            svg viewBox=(frame) role="img" aria-label=(name) {
                use href={ "#" (picture) } {}
                @if outlined { g.outlines { use href={ "#" (outline) (scar.id) } {} } }
            }
        }
    };
    let last = course.shown.len().saturating_sub(1);
    let before = course
        .shown
        .last()
        .is_some_and(|s| s.outlines[0].contains_key(&scar.id));
    html! {
        article.course id=(id) data-scar=(scar.id) tabindex="-1" aria-labelledby={ (id) "-name" } {
            h3 id={ (id) "-name" } {
                (page::SCAR) " " (scar.id)
                @if let Some(kind) = scar.kind { ", " (page::kind(kind)) } " "
                span class={ "state " (class(fate)) } { (page::fate(fate)) }
            }
            div.crops {
                figure {
                    (crop("visit-first", &format!("v{last}b"), before, text::BASELINE))
                    figcaption { (text::BASELINE) }
                }
                @for (i, s) in course.shown.iter().enumerate() {
                    figure {
                        (crop(&format!("visit-{i}"), &format!("v{i}a"), s.outlines[1].contains_key(&scar.id), &date(&s.visit.date)))
                        figcaption {
                            (date(&s.visit.date))
                            br;
                            @match s.scars.get(&scar.id) {
                                Some(Seen { volume: Some(v), .. }) => (words::change(v)),
                                Some(seen) => (text::without_size(seen.fate, s.outlines[1].contains_key(&scar.id))),
                                None => (page::fate(Fate::NotMeasured)),
                            }
                        }
                    }
                }
            }
        }
    }
}

fn technical(series: &Series) -> Markup {
    html! {
        h2 { (page::TECHNICAL_HEADING) }
        dl {
            dt { (page::MADE_BY) } dd { (series.tool.name) " " (series.tool.version) ", " (series.schema) }
            @for visit in &series.visits {
                dt { (date(&visit.date)) }
                dd {
                    (visit.file) @if let Some(hash) = &visit.blake3 { ", " (page::HASH) " " (hash) }
                    @if let Some(change) = &visit.change { "; " (doubt::told(&change.area_percent)) }
                }
            }
            @if !series.options.is_empty() {
                dt { (page::OPTIONS) }
                dd { @for (i, (name, value)) in series.options.iter().enumerate() { @if i > 0 { ", " } (name) " = " (words::setting(value)) } }
            }
        }
        p { (page::INTERVALS) }
        p { (page::NO_DIAGNOSIS) }
    }
}
