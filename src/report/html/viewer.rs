//! Both photos in one place: slider, blink, side by side; outlines, relief, redness, pigment.

use std::fmt::Write;

use maud::{Markup, PreEscaped, html};

use super::scars;
use crate::report::colours;
use crate::report::drawn::{Drawn, Picture, Region, Subject};
use crate::report::outlines::{Outline, Outlines};
use crate::report::pictures::data_address;
use crate::report::schema::{Comparison, State};
use crate::report::words::page as text;

/// Every state in the order of the legend. Told apart by dash and width as well as by colour, and by
/// colours that stay apart for colour-blind eyes (page.css).
pub(super) const STATES: [State; 6] = [
    State::Improved,
    State::Gone,
    State::Unchanged,
    State::Worse,
    State::New,
    State::NotMeasured,
];

/// The class of a state in the style.
pub(super) fn class(state: State) -> &'static str {
    match state {
        State::Improved => "improved",
        State::Gone => "gone",
        State::Unchanged => "unchanged",
        State::Worse => "worse",
        State::New => "new",
        State::NotMeasured => "unmeasured",
    }
}

pub(super) fn viewer(comparison: &Comparison, drawn: &Drawn) -> Markup {
    let pair = drawn.aligned;
    html! {
        section #viewer.viewer aria-labelledby="photos-heading" {
            h2 #photos-heading { (text::PHOTOS) }
            @if drawn.after.is_some() { (tools(drawn)) }
            div.bench {
                div.look {
                    div.stage {
                        (figure(comparison, drawn, &drawn.before, false))
                        @if let Some(after) = &drawn.after {
                            (figure(comparison, drawn, after, true))
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
                    (legend(comparison))
                }
                @if !drawn.scars.is_empty() { (scars::panel(comparison, drawn)) }
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
                    label { input type="checkbox" #outlines checked; (text::OUTLINES) }
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
fn figure(comparison: &Comparison, drawn: &Drawn, photo: &Picture, after: bool) -> Markup {
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
    let hidden = if after { State::Gone } else { State::New };
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
                    g.outlines { (outlines(comparison, &drawn.outlines[visit], hidden, &class_name[..1])) }
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
fn shade(region: &Region, (width, height): (u32, u32)) -> Markup {
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

/// Each scar's outline, to be clicked; the keyboard has the table.
fn outlines(comparison: &Comparison, outlines: &Outlines, hidden: State, letter: &str) -> Markup {
    html! {
        @for lesion in comparison.lesions.iter().filter(|l| l.state != hidden) {
            @if let Some(lines) = outlines.get(&lesion.id) {
                g.scar data-scar=(lesion.id) data-state=(class(lesion.state)) {
                    path.halo d=(PreEscaped(path(lines))) {}
                    path id={ (letter) (lesion.id) } class=(class(lesion.state)) d=(PreEscaped(path(lines))) {}
                }
            }
        }
    }
}

fn path(lines: &[Outline]) -> String {
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
        @if drawn.aligned { p.note.n-photo { (text::PHOTO_NOTE) } }
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

/// The states in use, each with a switch.
fn legend(comparison: &Comparison) -> Markup {
    let count = |state: State| {
        comparison
            .lesions
            .iter()
            .filter(|l| l.state == state)
            .count()
    };
    html! {
        @if !comparison.lesions.is_empty() {
            fieldset.legend {
                legend.unseen { (text::STATES) }
                @for state in STATES.into_iter().filter(|&s| count(s) > 0) {
                    label {
                        input type="checkbox" checked id={ "state-" (class(state)) };
                        svg viewBox="0 0 44 20" aria-hidden="true" {
                            path.halo d="M6 10H38" {}
                            path class=(class(state)) d="M6 10H38" {}
                        }
                        (text::state(state)) " " span.count { (count(state)) }
                    }
                }
            }
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
