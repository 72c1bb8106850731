//! The two photos with the outlines of their scars and of what was measured.

use std::fmt::Write;

use image::{GrayImage, RgbImage};
use imageproc::contours::find_contours;
use maud::{Markup, PreEscaped, html};

use crate::error::Cause;
use crate::report::Pictures;
use crate::report::pictures::{data_address, fit, jpeg, reduced, reduced_mask};
use crate::report::schema::{Comparison, Lesion, State};

/// Longest side of a photo on the page, px: more than half a wide screen shows.
const LONGEST: u32 = 1600;

/// Quality of a photo on the page; to be looked at, not measured.
const QUALITY: u8 = 85;

/// How outlines are drawn: class, name, the states. Told apart by dash and width as well as by
/// colour, and by colours that stay apart for colour-blind eyes.
const STYLES: [(&str, &str, &[State]); 6] = [
    ("s-improved", "improved", &[State::Improved]),
    ("s-gone", "gone", &[State::Gone]),
    ("s-unchanged", "unchanged", &[State::Unchanged]),
    ("s-worse", "worse", &[State::Worse]),
    ("s-new", "new", &[State::New]),
    ("s-other", "not measured", &[State::NotMeasured]),
];

pub(super) fn section(comparison: &Comparison, pictures: &Pictures) -> Result<Markup, Cause> {
    let size = fit(pictures.before.dimensions(), LONGEST);
    let measured = reduced_mask(&pictures.measured, size);
    // Nothing measured is said in words; a photo all in shade would only hide it.
    let region = measured
        .pixels()
        .any(|p| p[0] > 0)
        .then(|| region(&measured));
    let outlines = |mask: &GrayImage, not_there: State| {
        let lesions: Vec<&Lesion> = comparison
            .lesions
            .iter()
            .filter(|l| l.state != not_there)
            .collect();
        outlines(&reduced_mask(mask, size), &lesions, pictures.before.width())
    };
    let before = picture(&pictures.before, size)?;
    let scars_before = outlines(&pictures.scars_before, State::New);
    let after = match (&pictures.aligned_after, &pictures.after) {
        (Some(aligned), _) => Some((
            "After, laid onto the before photo and in its light",
            picture(aligned, size)?,
            size,
            Some(outlines(&pictures.scars_after, State::Gone)),
        )),
        (None, Some(after)) => {
            let size = fit(after.dimensions(), LONGEST);
            Some(("After, as it was taken", picture(after, size)?, size, None))
        }
        (None, None) => None,
    };
    let overlay = |size: (u32, u32), outlines: Option<&Markup>, region: Option<&str>| {
        html! {
            svg viewBox={ "0 0 " (size.0) " " (size.1) } preserveAspectRatio="none" aria-hidden="true" {
                @if let Some(region) = region { path.region d=(region) {} }
                @if let Some(outlines) = outlines { g.outlines { (outlines) } }
            }
        }
    };
    let aligned = pictures.aligned_after.is_some();
    let region = region.as_deref();
    Ok(html! {
        section.photos {
            h2 { "The photos" }
            div.views {
                @if after.is_some() {
                    span {
                        label { input type="radio" name="view" id="both" checked; " side by side" } " "
                        label { input type="radio" name="view" id="only-before"; " before" } " "
                        label { input type="radio" name="view" id="only-after"; " after" }
                    }
                }
                label { input type="checkbox" id="outlines" checked; " outlines of scars" }
                @if region.is_some() {
                    label { input type="checkbox" id="region" checked; " shade what was not measured" }
                }
            }
            div.pair {
                figure.before {
                    figcaption { "Before" }
                    div.picture {
                        img src=(before) width=(size.0) height=(size.1) alt="The skin before";
                        (overlay(size, Some(&scars_before), region))
                    }
                }
                @if let Some((caption, address, size, outlines)) = &after {
                    figure.after {
                        figcaption { (caption) }
                        div.picture {
                            img src=(address) width=(size.0) height=(size.1) alt="The skin after";
                            (overlay(*size, outlines.as_ref(), if aligned { region } else { None }))
                        }
                    }
                }
            }
            (legend(&comparison.lesions))
        }
    })
}

fn picture(photo: &RgbImage, size: (u32, u32)) -> Result<String, Cause> {
    let bytes = jpeg(&reduced(photo, size), QUALITY)?;
    Ok(data_address("image/jpeg", &bytes))
}

/// Outlines of a mask's regions in the style of the scar whose centre is nearest.
///
/// `full_width` is the width of the grid the scars' centres are given on.
fn outlines(mask: &GrayImage, lesions: &[&Lesion], full_width: u32) -> Markup {
    let factor = f64::from(mask.width()) / f64::from(full_width.max(1));
    let mut paths: Vec<String> = vec![String::new(); STYLES.len()];
    let mut all = String::new();
    for contour in find_contours::<i32>(mask) {
        let n = contour.points.len() as f64;
        let mean = |f: &dyn Fn(usize) -> i32| {
            (0..contour.points.len())
                .map(|i| f64::from(f(i)))
                .sum::<f64>()
                / n
        };
        // The centre of the full-size pixel under the centre of this one.
        let full = |v: f64| (v + 0.5) / factor - 0.5;
        let (x, y) = (
            full(mean(&|i| contour.points[i].x)),
            full(mean(&|i| contour.points[i].y)),
        );
        let nearest = lesions
            .iter()
            .map(|l| ((l.x - x).hypot(l.y - y), l))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
        let style = nearest.map_or(STYLES.len() - 1, |(_, l)| style_of(l.state));
        let points: Vec<_> = contour.points.iter().map(|p| (p.x, p.y)).collect();
        let path = closed_path(&points);
        paths[style] += &path;
        all += &path;
    }
    html! {
        @if !all.is_empty() { path.halo d=(PreEscaped(all)) {} }
        @for (path, (class, ..)) in paths.iter().zip(STYLES) {
            @if !path.is_empty() { path class=(class) d=(PreEscaped(path)) {} }
        }
    }
}

fn style_of(state: State) -> usize {
    STYLES
        .iter()
        .position(|(.., states)| states.contains(&state))
        .unwrap_or(STYLES.len() - 1)
}

/// All of the picture but the mask, as one path filled by the even-odd rule.
fn region(mask: &GrayImage) -> String {
    let (width, height) = mask.dimensions();
    let mut path = format!("M0 0H{width}V{height}H0Z");
    for contour in find_contours::<i32>(mask) {
        let points: Vec<_> = contour.points.iter().map(|p| (p.x, p.y)).collect();
        path += &closed_path(&points);
    }
    path
}

/// A closed SVG path through pixel centres; points on a straight run are left out.
fn closed_path(points: &[(i32, i32)]) -> String {
    let n = points.len();
    let corner = |&i: &usize| {
        let (before, at, after) = (points[(i + n - 1) % n], points[i], points[(i + 1) % n]);
        let (a, b) = (
            (at.0 - before.0, at.1 - before.1),
            (after.0 - at.0, after.1 - at.1),
        );
        n < 3 || a != b
    };
    let mut path = String::new();
    for i in (0..n).filter(corner) {
        let (x, y) = points[i];
        let letter = if path.is_empty() { 'M' } else { 'L' };
        // Half a pixel: in SVG whole numbers are the pixels' corners.
        let _ = write!(path, "{letter}{x}.5 {y}.5");
    }
    if !path.is_empty() {
        path.push('Z');
    }
    path
}

/// The styles in use.
fn legend(lesions: &[Lesion]) -> Markup {
    let used = STYLES
        .iter()
        .filter(|(.., states)| lesions.iter().any(|l| states.contains(&l.state)));
    html! {
        @if !lesions.is_empty() {
            div.legend {
                @for (class, name, _) in used {
                    span {
                        svg viewBox="0 0 44 20" aria-hidden="true" { path class=(class) fill="none" d="M6 10H38" {} }
                        (name)
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::closed_path;

    #[test]
    fn a_path_keeps_only_its_corners() {
        let square = [
            (1, 1),
            (2, 1),
            (3, 1),
            (3, 2),
            (3, 3),
            (2, 3),
            (1, 3),
            (1, 2),
        ];
        assert_eq!(closed_path(&square), "M1.5 1.5L3.5 1.5L3.5 3.5L1.5 3.5Z");
        assert_eq!(closed_path(&[(4, 5)]), "M4.5 5.5Z");
        assert_eq!(closed_path(&[]), "");
    }
}
