//! Pages that open from disk, with nothing in them from anywhere else. Everything is there without
//! the script; with it, photos slide and blink.

mod cohort;
mod frame;
mod scars;
mod sections;
mod series;
mod viewer;

pub(super) use cohort::page as cohort;
pub(super) use sections::{ROWS, particulars};
pub(super) use series::{page as course, particulars as course_particulars};

use maud::html;

use super::drawn::Drawn;
use super::schema::{Comparison, Verdict};
use super::words;
use super::words::advice;
use super::words::page as text;

/// The page of a pair: what a patient needs first, then what a practitioner asks, then how it was
/// done.
pub(super) fn page(comparison: &Comparison, drawn: &Drawn) -> String {
    let compared = comparison.change.verdict != Verdict::NotComparable;
    let next = sections::next(&advice::of_pair(comparison), advice::LACKED_PAIR);
    let body = html! {
        a.skip href="#viewer" { (text::SKIP) }
        header { (sections::answer(comparison, drawn)) }
        main {
            @if !compared { (next) }
            (viewer::viewer(drawn, comparison.change.verdict))
            @if compared {
                div.sum {
                    (sections::changes(&comparison.change))
                    (next)
                }
            }
            (sections::compared(comparison))
            (scars::table(comparison, drawn))
        }
        footer { (sections::technical(comparison)) }
    };
    let title = match words::doubt::dates(comparison) {
        Some(dates) => format!("{}: {dates}", text::TITLE),
        None => text::TITLE.to_string(),
    };
    frame::page(&title, &body)
}
