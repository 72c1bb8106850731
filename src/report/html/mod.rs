//! `report.html`: one page that opens from disk, with nothing in it from anywhere else and no
//! script. What to look at is chosen with plain form fields and CSS.

mod photos;
mod sections;

use maud::{DOCTYPE, PreEscaped, html};

use super::Pictures;
use super::schema::{Change, Comparison, Verdict, Visit};
use super::words;
use crate::error::Cause;

/// Nothing may be loaded; pictures are `data:` addresses and the style stands in the page.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

const STYLE: &str = include_str!("page.css");

pub(super) fn page(comparison: &Comparison, pictures: &Pictures) -> Result<String, Cause> {
    let change = &comparison.change;
    let compared = change.verdict != Verdict::NotComparable;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Scar comparison: " (comparison.before.file) " and " (comparison.after.file) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { (answer(comparison)) }
                main {
                    @if compared {
                        (sections::changes(change))
                        (photos::section(comparison, pictures)?)
                        (sections::warnings(&comparison.warnings))
                    } @else {
                        // First what went wrong and how to do better, then what there is to see.
                        (sections::warnings(&comparison.warnings))
                        (photos::section(comparison, pictures)?)
                    }
                    (sections::measured(comparison))
                    (sections::lesions(comparison))
                }
                footer { (sections::technical(comparison)) }
            }
        }
    };
    Ok(page.into_string())
}

/// The answer on top: a word, a sentence, which photos.
fn answer(comparison: &Comparison) -> maud::Markup {
    let visit = |name: &str, visit: &Visit| {
        html! {
            span.visit { b { (name) } " " (visit.file) @if let Some(t) = &visit.taken { " · " (t.replace('T', " ")) } }
        }
    };
    let (class, word) = verdict_word(&comparison.change);
    html! {
        p.kicker { "scardepth · scar comparison" }
        div.verdict.(class) {
            p.word { (word) }
            h1 { (words::verdict(&comparison.change)) }
        }
        p.visits { (visit("Before", &comparison.before)) (visit("After", &comparison.after)) }
    }
}

fn verdict_word(change: &Change) -> (&'static str, &'static str) {
    match change.verdict {
        Verdict::Improved => ("improved", "Improved"),
        Verdict::Worse => ("worse", "Worse"),
        Verdict::NoDetectableChange => ("same", "No detectable change"),
        Verdict::NotComparable => ("none", "Not comparable"),
    }
}
