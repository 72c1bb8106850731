//! Both photos in one place: slider, blink, side by side; outlines, relief, redness, pigment.

use std::fmt::Write;

use maud::{Markup, PreEscaped, html};

use super::scars;
use crate::report::colours;
use crate::report::drawn::{Drawn, Picture, Region, Subject};
use crate::report::fate::{Fate, Told};
use crate::report::labels::{Outlined, plates};
use crate::report::outlines::Outline;
use crate::report::pictures::data_address;
use crate::report::schema::Verdict;
use crate::report::words::page as text;

/// The class of a fate in the style: told apart by dash and width as well as by colour, and by colours
/// that stay apart for colour-blind eyes (page.css).
pub(super) fn class(fate: Fate) -> &'static str {
    match fate {
        Fate::Improved => "improved",
        Fate::Gone => "gone",
        Fate::Unsure => "unsure",
        Fate::Once => "once",
        Fate::Joined => "joined",
        Fate::Worse => "worse",
        Fate::New => "new",
        Fate::NotMeasured => "unmeasured",
    }
}

/// `total`: what is said of all scars together.
pub(super) fn viewer(drawn: &Drawn, total: Verdict) -> Markup {
    let pair = drawn.aligned;
    html! {
        section #viewer.viewer aria-labelledby="photos-heading" {
            h2 #photos-heading { (text::PHOTOS) }
            @if drawn.after.is_some() { (tools(drawn)) }
            div.bench {
                div.look {
                    div.stage {
                        (figure(drawn, &drawn.before, false))
                        @if let Some(after) = &drawn.after {
                            (figure(drawn, after, true))
                        }
                        @if pair { div.handle aria-hidden="true" {} }
                    }
                    @if pair {
                        div.wipe { input #wipe type="range" min="0" max="100" step="1" value="50" aria-label=(text::WIPE); }
                        div.blinking {
                            button #pause type="button" aria-pressed="false" { (text::PAUSE) }
                            button #swap type="button" { (text::SWAP) }
                        }
                    }
                    (notes(drawn))
                }
                @if !drawn.scars.is_empty() {
                    div.side {
                        (legend(&drawn.fates()))
                        (scars::panel(drawn, total))
                    }
                }
            }
        }
    }
}

fn tools(drawn: &Drawn) -> Markup {
    let views = std::iter::once((text::PHOTO, "photo"))
        .chain(drawn.views.iter().map(|(s, _)| (name(*s), view(*s))));
    html! {
        div.tools {
            fieldset {
                legend { (text::SHOW) }
                @if drawn.aligned {
                    label.scripted { input type="radio" name="mode" value="slider" #mode-slider; (text::SLIDER) }
                    label.scripted { input type="radio" name="mode" value="blink" #mode-blink; (text::BLINK) }
                }
                label { input type="radio" name="mode" value="beside" #mode-beside checked; (text::SIDE_BY_SIDE) }
                label { input type="radio" name="mode" value="before" #mode-before; (text::BEFORE) }
                label { input type="radio" name="mode" value="after" #mode-after; (text::AFTER) }
            }
            @if !drawn.views.is_empty() {
                fieldset {
                    legend { (text::VIEW) }
                    @for (i, (name, value)) in views.enumerate() {
                        label { input type="radio" name="view" value=(value) id={ "view-" (value) } checked[i == 0]; (name) }
                    }
                }
            }
            @if drawn.aligned {
                fieldset.marks {
                    legend.unseen { (text::STATES) }
                    @if !drawn.scars.is_empty() {
                        label { input type="checkbox" #outlines checked; (text::OUTLINES) }
                        label { input type="checkbox" #numbers; (text::NUMBERS) }
                    }
                    @if drawn.region.is_some() { label { input type="checkbox" #shade checked; (text::SHADE) } }
                }
            }
        }
    }
}

fn name(subject: Subject) -> &'static str {
    match subject {
        Subject::Relief => text::RELIEF,
        Subject::Redness => text::REDNESS,
        Subject::Pigment => text::PIGMENT,
    }
}

fn view(subject: Subject) -> &'static str {
    match subject {
        Subject::Relief => "relief",
        Subject::Redness => "redness",
        Subject::Pigment => "pigment",
    }
}

/// One visit: the photo, its views, what was not measured, the outlines.
fn figure(drawn: &Drawn, photo: &Picture, after: bool) -> Markup {
    let visit = usize::from(after);
    let (class_name, short) = if after {
        ("after", text::AFTER)
    } else {
        ("before", text::BEFORE)
    };
    // Only what lies on the before photo's grid has its outlines and its views.
    let on_grid = drawn.aligned || !after;
    let (width, height) = if on_grid { drawn.full } else { photo.size };
    let title = match (after, drawn.aligned) {
        (false, _) => text::SKIN_BEFORE,
        (true, true) => text::AFTER_ALIGNED,
        (true, false) => text::AFTER_AS_TAKEN,
    };
    html! {
        figure.(class_name) {
            svg viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(title) {
                g.v-photo { (embedded(photo, &format!("{class_name}-photo"), (width, height))) }
                @if on_grid {
                    @for (subject, pictures) in &drawn.views {
                        g class={ "v-" (view(*subject)) } {
                            (embedded(&pictures[visit], &format!("{class_name}-{}", view(*subject)), (width, height)))
                        }
                    }
                    @if let Some(region) = &drawn.region { (shade(region, (width, height))) }
                    g.outlines { (outlines(drawn, visit, &class_name[..1])) }
                    @let outlined = drawn.outlined(|told| drawn.lines(told, visit));
                    (numbers(drawn.full, &outlined, &drawn.numbered()))
                }
            }
            figcaption { (short) }
        }
    }
}

fn embedded(picture: &Picture, id: &str, (width, height): (u32, u32)) -> Markup {
    html! {
        image id=(id) width=(width) height=(height) preserveAspectRatio="none"
            href=(data_address("image/jpeg", &picture.bytes)) {}
    }
}

/// All of the picture but the measured region, filled by the even-odd rule.
pub(super) fn shade(region: &Region, (width, height): (u32, u32)) -> Markup {
    let (w, h) = region.size;
    let scale = (
        f64::from(width) / f64::from(w.max(1)),
        f64::from(height) / f64::from(h.max(1)),
    );
    let mut path = format!("M0 0H{w}V{h}H0Z");
    for line in &region.lines {
        path += &closed(line);
    }
    html! {
        path.shade transform={ "scale(" (format!("{:.5} {:.5}", scale.0, scale.1)) ")" } d=(PreEscaped(path)) {}
    }
}

/// Each scar's outline, to be clicked; the keyboard has the table. The smallest lie on top.
fn outlines(drawn: &Drawn, visit: usize, letter: &str) -> Markup {
    html! {
        @for told in drawn.told() {
            @if let Some(lines) = drawn.lines(told, visit) { (outline(told, lines, letter)) }
        }
    }
}

/// The numbers of the scars `numbered` beside their outlines in a photo of `full` px.
pub(super) fn numbers(full: (u32, u32), outlined: &[Outlined], numbered: &[u32]) -> Markup {
    /// Letters in the picture's longer side: 9 px high on a phone, 20 on a desk.
    const LETTERS: f32 = 42.0;
    /// A digit and a line over the letters' height, and where letters stand in the line.
    const DIGIT: f32 = 0.6;
    const LINE: f32 = 1.1;
    const BASE: f32 = 0.88;
    let letters = full.0.max(full.1) as f32 / LETTERS;
    let size = |id: u32| {
        let digits = id.to_string().len() as f32;
        (DIGIT * digits * letters, LINE * letters)
    };
    let plates = plates(full, outlined, numbered, size);
    html! {
        g.numbered font-size=(format!("{letters:.1}")) {
            @for (id, plate) in plates {
                text x=(format!("{:.1}", plate.left)) y=(format!("{:.1}", plate.top + BASE * letters)) { (id) }
            }
        }
    }
}

fn outline(told: &Told, lines: &[Outline], letter: &str) -> Markup {
    let path = path(lines);
    html! {
        g.scar data-scar=(told.lesion.id) data-state=(class(told.fate)) {
            path.halo d=(PreEscaped(&path)) {}
            path id={ (letter) (told.lesion.id) } class=(class(told.fate)) d=(PreEscaped(&path)) {}
        }
    }
}

pub(super) fn path(lines: &[Outline]) -> String {
    lines.iter().map(|l| closed(l)).collect()
}

/// A closed SVG path; a tenth of a pixel is finer than any screen shows.
fn closed(line: &[(f32, f32)]) -> String {
    let mut path = String::new();
    let tenths = |v: f32| f64::from((v * 10.0).round()) / 10.0;
    for &(x, y) in line {
        let letter = if path.is_empty() { 'M' } else { 'L' };
        // Writing to a string cannot fail.
        let _ = write!(path, "{letter}{} {}", tenths(x), tenths(y));
    }
    if !path.is_empty() {
        path.push('Z');
    }
    path
}

/// What each view shows and between which ends its colours run.
fn notes(drawn: &Drawn) -> Markup {
    let ends = colours::ends();
    let explained = |subject: Subject| match subject {
        Subject::Relief => (text::RELIEF_NOTE, text::RELIEF_ENDS, &ends[0]),
        Subject::Redness => (text::REDNESS_NOTE, text::REDNESS_ENDS, &ends[1]),
        Subject::Pigment => (text::PIGMENT_NOTE, text::PIGMENT_ENDS, &ends[2]),
    };
    html! {
        @if drawn.aligned {
            p.note.n-photo {
                (text::PHOTO_NOTE)
                @if drawn.region.is_some() { " " (text::SHADE_NOTE) }
                " " (text::HATCHED_NOTE)
                @if !drawn.scars.is_empty() { " " (text::CLICK_NOTE) }
            }
        }
        @for (subject, _) in &drawn.views {
            @let (note, [low, high], [from, to]) = explained(*subject);
            @let id = format!("ramp-{}", view(*subject));
            p class={ "note n-" (view(*subject)) } {
                span.ramp {
                    (low) " "
                    svg viewBox="0 0 100 10" aria-hidden="true" {
                        defs { linearGradient id=(id) {
                            stop offset="0" stop-color=(from) {} stop offset="1" stop-color=(to) {}
                        } }
                        rect width="100" height="10" rx="2" fill={ "url(#" (id) ")" } {}
                    }
                    " " (high) ". "
                }
                (note) " " (text::NOT_MEASURED_NOTE)
            }
        }
    }
}

/// The fates in use, each with a switch and how many scars have it.
pub(super) fn legend(fates: &[(Fate, usize)]) -> Markup {
    html! {
        @if !fates.is_empty() {
            fieldset.legend {
                legend.unseen { (text::STATES) }
                @for &(fate, count) in fates {
                    label {
                        input type="checkbox" checked id={ "state-" (class(fate)) };
                        (mark(fate))
                        (text::fate(fate)) " " span.count { (count) }
                    }
                }
            }
        }
    }
}

/// A fate's line as the pictures draw it.
pub(super) fn mark(fate: Fate) -> Markup {
    html! {
        svg.mark viewBox="0 0 44 20" aria-hidden="true" {
            path.halo d="M6 10H38" {}
            path class=(class(fate)) d="M6 10H38" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::closed;

    #[test]
    fn a_path_is_closed_and_short() {
        assert_eq!(closed(&[(1.0, 2.04), (3.25, 4.0)]), "M1 2L3.3 4Z");
        assert_eq!(closed(&[]), "");
    }
}
