//! The page of all patients: who, what became of the scars, and where to read on.

use std::collections::BTreeSet;
use std::path::Path;

use maud::{Markup, html};

use super::frame;
use super::sections::{icon, rested, verdict_class};
use super::series::local;
use crate::comparable::NO_SCALE;
use crate::error::Cause;
use crate::report::drawn::thumbnail;
use crate::report::pictures::data_address;
use crate::report::schema::Verdict;
use crate::report::words::doubt::settled_alone;
use crate::report::words::measure::rests_on;
use crate::report::words::{cohort as text, date, dated, page};
use crate::report::{ALIGNED_AFTER, BASELINE};
use crate::visits::schema::{Cohort, CohortRow, Milestone};

/// Longer side of a thumbnail, px: twice as sharp as it is shown while patients are few.
const SIDE: u32 = 128;
const SIDE_OF_MANY: u32 = 64;

/// Rows from which thumbnails are small: a page of 800 patients stays under 6 MB.
const MANY: usize = 250;

/// The page; thumbnails are read from the series' folders, and what is missing is not shown.
pub(in crate::report) fn page(cohort: &Cohort, root: &Path) -> Result<String, Cause> {
    let side = if cohort.series.len() >= MANY {
        SIDE_OF_MANY
    } else {
        SIDE
    };
    let rows = cohort
        .series
        .iter()
        .map(|r| row(r, root, side))
        .collect::<Result<Vec<Markup>, Cause>>()?;
    let body = html! {
        header { p.kicker { (page::PRODUCT) } h1 { (text::COHORT) } p { (text::summary(&cohort.summary)) @if let Some(none) = text::unable(&cohort.series) { " " (none) } @if let Some(guess) = text::on_a_guess(&cohort.series) { " " b { (guess) } } } }
        main {
            (filters(cohort))
            div.wide tabindex="0" role="region" aria-label=(text::COHORT) {
                table.cohort {
                    thead { tr {
                        (head(text::PATIENT, "text")) (head(text::VIEW, "text")) th.text scope="col" { (text::FIRST_AND_LAST) }
                        (head(text::VERDICT, "text")) (head(page::CHANGE, "number"))
                        (head(text::LATEST, "text")) (head(text::PHOTOS, "number"))
                    } }
                    tbody { @for row in rows { (row) } }
                }
            }
            (failures(cohort))
        }
        footer {
            dl { dt { (page::MADE_BY) } dd { (cohort.tool.name) " " (cohort.tool.version) ", " (cohort.schema) } }
            p { (page::INTERVALS) } p { (page::NO_DIAGNOSIS) }
        }
    };
    Ok(frame::page(text::COHORT, &body))
}

fn head(name: &str, kind: &str) -> Markup {
    html! { th.text scope="col" { button.sort type="button" data-sort=(kind) { (name) } } }
}

/// The verdict whose colour a view's latest visit has, and the word beside it.
fn shown(row: &CohortRow) -> (Option<Verdict>, &'static str) {
    let guessed = row.notes.iter().any(|code| code == NO_SCALE);
    let settled = |l: &Milestone| settled_alone(&l.change, guessed);
    (row.latest.as_ref().map(settled)).map_or((None, text::NONE_YET), |(v, word)| (Some(v), word))
}

fn filters(cohort: &Cohort) -> Markup {
    html! {
        div.tools.scripted {
            label { (text::SEARCH) input type="search" data-filter="words" autocomplete="off"; }
            label { (text::VERDICT)
                select data-filter="words" {
                    option value="" { (text::ANY) }
                    @let words: BTreeSet<&str> = cohort.series.iter().map(|row| shown(row).1).collect();
                    @for word in words { option { (word) } }
                }
            }
            p role="status" { (text::SHOWN) " " span #shown { (cohort.series.len()) } " / " (cohort.series.len()) }
        }
    }
}

fn row(row: &CohortRow, root: &Path, side: u32) -> Result<Markup, Cause> {
    let folder = root.join(&row.folder);
    let later = row.latest.as_ref().and_then(|l| l.folder.as_ref());
    let thumbnails = [
        thumbnail(&folder.join(BASELINE), side)?,
        later.map_or(Ok(None), |f| {
            thumbnail(&folder.join(f).join(ALIGNED_AFTER), side)
        })?,
    ];
    let latest = row.latest.as_ref();
    let (settled, word) = shown(row);
    let change = latest.map(|l| &l.change);
    let moved = change.and_then(|c| rests_on(c).of(c).value);
    let key = |v: Option<f64>| v.map_or(String::new(), |v| v.to_string());
    let notes: Vec<String> = row.notes.iter().map(|code| text::note(code)).collect();
    let notes = notes.join(", ");
    let captions = [page::SKIN_BEFORE, page::SKIN_AFTER];
    Ok(html! {
        tr data-words={ (row.patient) " " (row.view) " " (word) " " (notes) } {
            th.text scope="row" data-key=(row.patient) { a href=(local(&row.folder)) { (row.patient) } }
            td.text data-key=(row.view) { (row.view) }
            td.text.thumbs {
                @for (picture, caption) in thumbnails.iter().zip(captions) {
                    @if let Some(p) = picture {
                        img src=(data_address("image/jpeg", &p.bytes)) width=(p.size.0) height=(p.size.1) alt=(caption);
                    }
                }
            }
            td.text data-key=(word) {
                @if let Some(settled) = settled {
                    span.tag.(verdict_class(settled)) { (icon(settled, word)) (word) }
                } @else { (word) @if let Some(why) = text::refused(row) { div.doubt { (why) } } }
            }
            td.text data-key=(key(moved)) { @if let Some(change) = change {
                    (rested(change))
                    @if let Some(said) = text::limited(change) { div.doubt { (said) } }
                } @else { (page::UNKNOWN) } }
            td.text data-key=(latest.map_or("", |l| l.date.as_str())) {
                (latest.map_or(page::UNKNOWN.to_string(), |l| date(&l.date)))
                @if !notes.is_empty() { div.doubt { (notes) } }
            }
            td data-key=(row.photos) {
                (row.photos)
                @if row.failed > 0 { div.doubt { (row.failed) " " (text::UNOPENED) } }
            }
        }
    })
}

fn failures(cohort: &Cohort) -> Markup {
    html! {
        @if !cohort.failures.is_empty() {
            section aria-labelledby="failures-heading" {
                h2 #failures-heading { (text::FAILURES) }
                div.wide tabindex="0" role="region" aria-label=(text::FAILURES_TABLE) {
                    table {
                        thead { tr { th.text scope="col" { (text::FILE) } th.text scope="col" { (text::REASON) } } }
                        tbody { @for f in &cohort.failures { tr { th.text scope="row" { (f.file) } td.notes { (dated(&f.reason)) } } } }
                    }
                }
            }
        }
    }
}
