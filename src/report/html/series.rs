//! The page of a course: one view of one patient over all visits.

use maud::{Markup, PreEscaped, html};

use super::frame;
use super::sections::{icon, next, rested, verdict_class};
use super::viewer::{class, legend, numbers, path, shade};
use crate::report::chart;
use crate::report::course::{Course, Seen, Shown, around, ids, largest};
use crate::report::drawn::Picture;
use crate::report::fate::Fate;
use crate::report::labels::NUMBERED;
use crate::report::outlines::Outlines;
use crate::report::pictures::data_address;
use crate::report::schema::Verdict;
use crate::report::words::course::guessed;
use crate::report::words::measure::{caution, explained};
use crate::report::words::{self, advice, course as text, date, dated, doubt, page};
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
            @if let Some(first) = &course.first { (viewer(series, course, first)) }
            (next(&advice::of_course(series), advice::LACKED_LATEST))
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
            @let (settled, word) = doubt::settled_alone(&latest.change, guessed(series));
            div.verdict.(verdict_class(settled)) {
                p.word { (icon(settled, word)) (word) " · " (date(&latest.date)) }
                h1 { (doubt::answered(&latest.change, guessed(series))) }
                @if let Some(explained) = explained(&latest.change) { p { (explained) } }
                @if let Some(caution) = caution(&latest.change) { p { b { (caution) } } }
                @if let Some(trend) = text::trend(series) { p { (trend) } }
                @if let Some(plateau) = &series.plateau { p { (text::plateau(plateau)) } }
            }
        } @else {
            div.verdict.none { p.word { @let word = page::verdict(Verdict::NotComparable); (icon(Verdict::NotComparable, word)) (word) } h1 { (text::NO_VERDICT) } }
        }
        @if !series.notes.is_empty() {
            h2 { (text::KNOW) }
            ul.warnings { @for note in &series.notes { li { p { (dated(&note.message)) } p { b { (dated(&note.remedy)) } } } } }
        }
    }
}

fn trend(series: &Series) -> Markup {
    html! {
        @if let Some(chart) = chart::svg(series) {
            section aria-labelledby="trend-heading" {
                h2 #trend-heading { (text::CHART) }
                div.wide tabindex="0" role="region" aria-label=(text::CHART_SCROLLS) { (chart) }
                p.note { (chart::note(series)) }
            }
        }
    }
}

/// The first photo and any later one, in one place.
fn viewer(series: &Series, course: &Course, first: &Picture) -> Markup {
    let (width, height) = course.size;
    let numbered = ids(&largest(series, NUMBERED));
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
            @let shaded = shown.iter().any(|s| s.region.is_some());
            @if !shown.is_empty() { (tools(shaded)) }
            @if shown.len() > 1 {
                div.scripted.choice {
                    label for="visit" { (text::CHOOSE_VISIT) }
                    input #visit type="range" min="0" max=(shown.len() - 1) step="1" value=(shown.len() - 1);
                    output #visit-date for="visit" { @if let Some(last) = shown.last() { (date(&last.visit.date)) } }
                }
            }
            div.stage {
                figure.before {
                    svg viewBox=(frame) role="img" aria-label=(text::BASELINE) {
                        (image(first, "visit-first"))
                        @for (i, s) in shown.iter().enumerate() { g data-visit=(i) {
                            @if let Some(region) = &s.region { (shade(region, course.size)) }
                            g.outlines { (outlines(s, 0, &format!("v{i}b"))) }
                            (numbers(course.size, &s.outlined(0), &numbered))
                        } }
                    }
                    figcaption { (text::BASELINE) }
                }
                @if let Some(last) = shown.last() {
                    figure.after {
                        svg viewBox=(frame) role="img" aria-label=(page::AFTER_ALIGNED) {
                            @for (i, s) in shown.iter().enumerate() {
                                g data-visit=(i) data-name=(date(&s.visit.date)) {
                                    (image(&s.picture, &format!("visit-{i}")))
                                    @if let Some(region) = &s.region { (shade(region, course.size)) }
                                    g.outlines { (outlines(s, 1, &format!("v{i}a"))) }
                                    (numbers(course.size, &s.outlined(1), &numbered))
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
                (legend(&course.fates_at(last)))
                @if shown.len() > 1 { p.note { (words::sentence(&text::counted_at(last.visit))) } }
            }
            p.note { (text::COURSE_NOTE) @if !shown.is_empty() { " " (text::COURSE_OUTLINES) } @if shaded { " " (page::SHADE_NOTE) } }
        }
    }
}

fn tools(shaded: bool) -> Markup {
    html! {
        div.tools { fieldset {
            legend { (page::SHOW) }
            label.scripted { input type="radio" name="mode" value="slider" #mode-slider; (page::SLIDER) }
            label.scripted { input type="radio" name="mode" value="blink" #mode-blink; (page::BLINK) }
            label { input type="radio" name="mode" value="beside" #mode-beside checked; (page::SIDE_BY_SIDE) }
        } fieldset {
            label { input type="checkbox" #outlines checked; (page::OUTLINES) }
            label { input type="checkbox" #numbers; (page::NUMBERS) }
            @if shaded { label { input type="checkbox" #shade checked; (page::SHADE) } }
        } }
    }
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
            p.note { (text::VISITS_NOTE) " " (text::MEASURED_NOTE) }
            div.wide tabindex="0" role="region" aria-label=(text::VISITS_TABLE) {
                table.visits {
                    thead { tr {
                        th.text scope="col" { (text::DATE) }
                        th.text scope="col" { (text::VERDICT) }
                        th.text scope="col" { (page::CHANGE) }
                        th scope="col" { (text::SKIN_MEASURED) }
                        th.text scope="col" { (text::LIGHT_FROM) }
                    } }
                    tbody { @for visit in &series.visits { (row(visit, guessed(series))) } }
                }
            }
        }
    }
}

/// A visit, with what is to be minded in reading it below; `guessed`: nobody said how large the skin is.
fn row(visit: &SeriesVisit, guessed: bool) -> Markup {
    let notes = text::notes(visit);
    let day = date(&visit.date);
    let change = visit.change.as_ref();
    let compared = change.filter(|c| c.verdict != Verdict::NotComparable);
    html! {
        tr.visit {
            th.text scope="row" rowspan=[(!notes.is_empty()).then_some("2")] {
                @if let Some(folder) = &visit.folder { a href=(local(folder)) { (day) } } @else { (day) }
            }
            td.text {
                @if let Some(c) = compared {
                    @let (settled, word) = doubt::settled_alone(c, guessed);
                    span.tag.(verdict_class(settled)) { (icon(settled, word)) (word) }
                } @else { (text::status(visit.status)) }
            }
            td.text { @if let Some(c) = compared { (rested(c)) } @else { (page::UNKNOWN) } }
            td data-name=(text::SKIN_MEASURED) { (text::measured(visit)) }
            td.text data-name=(text::LIGHT_FROM) { (text::light(visit)) }
        }
        @if !notes.is_empty() { tr { td.notes colspan="4" { (notes) } } }
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
                p.note { (text::scars_note(series)) }
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
                                Some(Seen { volume: Some(v), .. }) => {
                                    @let (change, range) = words::change_parts(v);
                                    span.nowrap { (change) } @if let Some(range) = range { " " span.nowrap { (range) } }
                                },
                                Some(seen) => (text::without_size(seen.fate, s.outlines[1].contains_key(&scar.id))),
                                None => (page::fate(Fate::NotMeasured)),
                            }
                            @if let Some((address, name)) = of_visit(s, scar) { br; a.nowrap href=(address) { (name) } }
                        }
                    }
                }
            }
        }
    }
}

/// Where a visit's own report shows a scar, and by which number.
fn of_visit(shown: &Shown, scar: &SeriesScar) -> Option<(String, String)> {
    let number = shown.numbers.get(&scar.id)?;
    let folder = shown.visit.folder.as_deref()?;
    Some((
        format!("{}#scar-{number}", local(folder)),
        text::own_number(*number),
    ))
}

/// What a course was made from and with, a name and a text each.
pub(in crate::report) fn particulars(series: &Series) -> Vec<(String, String)> {
    let tool = format!(
        "{} {}, {}",
        series.tool.name, series.tool.version, series.schema
    );
    let mut told = vec![(page::MADE_BY.to_string(), tool)];
    for visit in &series.visits {
        let mut text = visit.file.clone();
        if let Some(hash) = &visit.blake3 {
            text += &format!(", {} {hash}", page::HASH);
        }
        if let Some(change) = &visit.change {
            text += &format!("; {}", doubt::told(&change.area_percent));
        }
        told.push((date(&visit.date), text));
    }
    let settings = words::settings(&series.options);
    told.extend(settings.map(|o| (page::OPTIONS.to_string(), o)));
    told
}

fn technical(series: &Series) -> Markup {
    html! {
        h2 { (page::TECHNICAL_HEADING) }
        dl { @for (name, told) in particulars(series) { dt { (name) } dd { (told) } } }
        p { (page::INTERVALS) }
        p { (page::NO_DIAGNOSIS) }
    }
}
