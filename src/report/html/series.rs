//! The page of a course: one view of one patient over all visits.

use std::path::Path;

use image::RgbImage;
use maud::{Markup, PreEscaped, html};

use super::frame;
use super::sections::{icon, verdict_class};
use super::viewer::class;
use crate::error::Cause;
use crate::report::chart;
use crate::report::drawn::{Picture, course_pictures};
use crate::report::pictures::data_address;
use crate::report::schema::{State, Verdict};
use crate::report::words::{self, course as text, date, doubt, page, signed};
use crate::report::{ALIGNED_AFTER, BASELINE};
use crate::visits::schema::{Series, SeriesScar, SeriesVisit};

/// Most scars with close-ups.
const CLOSE_UPS: usize = 30;

/// A visit that has a picture on the baseline's grid.
struct Shown<'a> {
    visit: &'a SeriesVisit,
    picture: Picture,
}

/// The page; pictures are read from the series' folder, and what is missing there is not shown.
pub(in crate::report) fn page(series: &Series, folder: &Path) -> Result<String, Cause> {
    let read = |path: &Path| -> Option<RgbImage> { Some(image::open(path).ok()?.into_rgb8()) };
    let baseline = read(&folder.join(BASELINE));
    let mut visits = Vec::new();
    let mut photos: Vec<RgbImage> = baseline.into_iter().collect();
    if !photos.is_empty() {
        for visit in series.compared() {
            let inside = visit.folder.as_deref().map(|f| folder.join(f));
            if let Some(photo) = inside.and_then(|f| read(&f.join(ALIGNED_AFTER))) {
                // Only what is shown of it stays in memory.
                photos.push(crate::report::drawn::course_size(&photo));
                visits.push(visit);
            }
        }
    }
    let mut pictures = course_pictures(&photos)?.into_iter();
    let first = pictures.next();
    let shown: Vec<Shown> = visits
        .into_iter()
        .zip(pictures)
        .map(|(visit, picture)| Shown { visit, picture })
        .collect();
    let body = html! {
        a.skip href="#viewer" { (page::SKIP) }
        header { (answer(series)) }
        main {
            (trend(series))
            @if let Some(first) = &first { (viewer(series, first, &shown)) }
            (table(series))
            @if first.is_some() { (scars(series, &shown)) }
        }
        footer { (technical(series)) }
    };
    Ok(frame::page(&text::title(series), &body))
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

fn trend(series: &Series) -> Markup {
    html! {
        @if let Some(chart) = chart::trend(series) {
            section aria-labelledby="trend-heading" {
                h2 #trend-heading { (text::CHART) }
                (chart)
                p.note { (text::CHART_NOTE) }
            }
        }
    }
}

/// The first photo and any later one, in one place.
fn viewer(series: &Series, first: &Picture, shown: &[Shown]) -> Markup {
    let (width, height) = size(series, first);
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
            @if !shown.is_empty() {
                div.tools { fieldset {
                    legend { (page::SHOW) }
                    label.scripted { input type="radio" name="mode" value="slider" #mode-slider; (page::SLIDER) }
                    label.scripted { input type="radio" name="mode" value="blink" #mode-blink; (page::BLINK) }
                    label { input type="radio" name="mode" value="beside" #mode-beside checked; (page::SIDE_BY_SIDE) }
                } fieldset {
                    label { input type="checkbox" #outlines checked; (page::OUTLINES) }
                } }
            }
            @if shown.len() > 1 {
                p.scripted { label { (text::CHOOSE_VISIT) " "
                    input #visit type="range" min="0" max=(shown.len() - 1) step="1" value=(shown.len() - 1);
                } }
            }
            div.stage {
                figure.before {
                    svg viewBox=(frame) role="img" aria-label=(text::BASELINE) {
                        (image(first, "visit-first"))
                        g.outlines { (rings(series)) }
                    }
                    figcaption { (text::BASELINE) }
                }
                @if let Some(last) = shown.last() {
                    figure.after {
                        svg viewBox=(frame) role="img" aria-label=(page::AFTER_ALIGNED) {
                            @for (i, s) in shown.iter().enumerate() {
                                g data-visit=(i) data-name=(date(&s.visit.date)) { (image(&s.picture, &format!("visit-{i}"))) }
                            }
                            g.outlines { (rings(series)) }
                        }
                        figcaption { (date(&last.visit.date)) }
                    }
                    div.handle aria-hidden="true" {}
                }
            }
            @if !shown.is_empty() {
                div.wipe { input #wipe type="range" min="0" max="100" step="1" value="50" aria-label=(page::WIPE); }
                div.blinking {
                    button #pause type="button" aria-pressed="false" { (page::PAUSE) }
                    button #swap type="button" { (page::SWAP) }
                }
            }
            p.note { (text::COURSE_NOTE) }
        }
    }
}

/// Size of the baseline photo, px: the grid on which scars have their places.
fn size(series: &Series, first: &Picture) -> (u32, u32) {
    series
        .baseline_visit()
        .and_then(|v| v.width.zip(v.height))
        .unwrap_or(first.size)
}

/// A ring around each scar, in the style of what became of it.
fn rings(series: &Series) -> Markup {
    html! {
        @for scar in &series.scars {
            @let path = ring(scar);
            g.scar data-scar=(scar.id) {
                path.halo d=(PreEscaped(&path)) {}
                path class=(class(state(scar))) d=(PreEscaped(&path)) {}
            }
        }
    }
}

fn ring(scar: &SeriesScar) -> String {
    let [left, top, width, height] = scar.bounds.map(f64::from);
    let (rx, ry) = (0.5 * width + 2.0, 0.5 * height + 2.0);
    let (x, y) = (left - 2.0, top + 0.5 * height);
    format!(
        "M{x} {y}a{rx} {ry} 0 1 0 {} 0a{rx} {ry} 0 1 0 -{} 0Z",
        2.0 * rx,
        2.0 * rx
    )
}

/// What the last comparison that saw the scar made of it.
fn state(scar: &SeriesScar) -> State {
    let told = scar.visits.iter().rev().find_map(|v| v.state);
    told.unwrap_or(State::NotMeasured)
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
fn scars(series: &Series, shown: &[Shown]) -> Markup {
    let size = |s: &SeriesScar| {
        let areas = s
            .visits
            .iter()
            .flat_map(|v| [v.before_area_px, v.after_area_px]);
        areas.flatten().fold(0.0, f64::max)
    };
    let mut scars: Vec<&SeriesScar> = series.scars.iter().collect();
    scars.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.id.cmp(&b.id)));
    scars.truncate(CLOSE_UPS);
    html! {
        @if !scars.is_empty() && !shown.is_empty() {
            section.sheet aria-labelledby="scars-heading" {
                h2 #scars-heading { (text::SCARS) }
                p.note { (text::SCARS_NOTE) }
                div.courses { @for scar in scars { (course(series, scar, shown)) } }
            }
        }
    }
}

fn course(series: &Series, scar: &SeriesScar, shown: &[Shown]) -> Markup {
    let [left, top, width, height] = scar.bounds.map(f64::from);
    let side = (2.2 * width.max(height)).max(
        6.0 * series
            .scale
            .as_ref()
            .and_then(|s| s.px_per_mm)
            .unwrap_or(8.0),
    );
    let frame = format!(
        "{:.0} {:.0} {side:.0} {side:.0}",
        left + 0.5 * (width - side),
        top + 0.5 * (height - side)
    );
    let percent = |s: &Shown| {
        let at = scar.visits.iter().find(|v| v.visit == s.visit.visit)?;
        at.volume_percent
    };
    let id = format!("scar-{}", scar.id);
    html! {
        article.course id=(id) data-scar=(scar.id) tabindex="-1" aria-labelledby={ (id) "-name" } {
            h3 id={ (id) "-name" } {
                (page::SCAR) " " (scar.id)
                @if let Some(kind) = scar.kind { ", " (page::kind(kind)) } " "
                span class={ "state " (class(state(scar))) } { (page::state(state(scar))) }
            }
            div.crops {
                figure {
                    svg viewBox=(frame) role="img" aria-label=(text::BASELINE) { use href="#visit-first" {} }
                    figcaption { (text::BASELINE) }
                }
                @for (i, s) in shown.iter().enumerate() {
                    figure {
                        svg viewBox=(frame) role="img" aria-label=(date(&s.visit.date)) { use href={ "#visit-" (i) } {} }
                        figcaption { (date(&s.visit.date)) @if let Some(p) = percent(s) { " · " b { (signed(p, 0)) " %" } } }
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
                dd { @for (i, (name, value)) in series.options.iter().enumerate() { @if i > 0 { ", " } (name) " = " (value.to_string()) } }
            }
        }
        p { (page::INTERVALS) }
        p { (page::NO_DIAGNOSIS) }
    }
}
