//! Why a folder holds nothing to measure: what was found in it, and what to name instead.

use std::collections::BTreeSet;
use std::path::Path;

use super::{MOST_LINES, by_reason};
use crate::report::words::counted;
use crate::visits::plan::{NO_PATIENT, Plan, SEVERAL_FOLDERS};
use crate::visits::schema::Layout;

/// Most folders that are named.
const MOST_FOLDERS: usize = 5;

/// What was found in `root`, and what to name instead; `anonymous`: files' names say nothing of where
/// they lie.
#[must_use]
pub fn nothing(plan: &Plan, layout: Layout, root: &Path, anonymous: bool) -> String {
    let files: Vec<[&str; 2]> = (plan.failures.iter())
        .map(|f| [&*f.file, &*f.reason])
        .collect();
    if files.is_empty() {
        return empty(plan, layout);
    }
    let folders: BTreeSet<&str> = (files.iter())
        .filter_map(|[file, _]| Some(file.split_once('/')?.0))
        .collect();
    let lie_in_folders = files.iter().all(|[file, _]| file.contains('/'));
    let shown = root.display();
    match layout {
        Layout::Views if !anonymous && lie_in_folders && folders.len() > 1 => format!(
            "its {} lie in {} ({}), and `scardepth series` takes the photos of one patient; if each \
             of these folders is a patient, measure all with `scardepth batch {shown}`, or one with \
             `scardepth series {}`{}",
            counted(files.len(), "photo"),
            counted(folders.len(), "folder"),
            some(&folders),
            root.join(folders.first().unwrap_or(&"")).display(),
            reasons(&besides(&files))
        ),
        Layout::Patients if !anonymous && folders.is_empty() => format!(
            "{} directly in it, and `scardepth batch` takes a folder that holds one folder for each \
             patient; if these photos are one patient\u{2019}s, use `scardepth series {shown}`, and \
             for several patients name the folder above{}",
            match files.len() {
                1 => "1 photo lies".to_string(),
                n => format!("{n} photos lie"),
            },
            reasons(&besides(&files))
        ),
        _ => format!(
            "none of its {} can be used{}",
            counted(files.len(), "photo"),
            reasons(&files)
        ),
    }
}

fn empty(plan: &Plan, layout: Layout) -> String {
    let besides = match plan.passed_over.len() {
        0 => String::new(),
        n => format!(" among its {}", counted(n, "file")),
    };
    let remedy = match layout {
        Layout::Views => "name the folder of one patient\u{2019}s photos",
        Layout::Patients => "name a folder that holds one folder for each patient",
    };
    format!("there is no photo{besides}; {remedy}")
}

/// The photos that cannot be used for more than where they lie.
fn besides<'a>(files: &[[&'a str; 2]]) -> Vec<[&'a str; 2]> {
    let by_place = |reason: &str| {
        [NO_PATIENT, SEVERAL_FOLDERS]
            .iter()
            .any(|p| reason.starts_with(p))
    };
    files
        .iter()
        .filter(|[_, reason]| !by_place(reason))
        .copied()
        .collect()
}

/// The reasons, each with its files below it.
fn reasons(files: &[[&str; 2]]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let more = files.len().saturating_sub(MOST_LINES);
    let mut text = format!(
        "\n  {}",
        by_reason(&files[..files.len() - more]).join("\n  ")
    );
    if more > 0 {
        text += &format!("\n  and {more} more");
    }
    text
}

/// Names, the first few of them.
fn some(names: &BTreeSet<&str>) -> String {
    let mut text: Vec<&str> = names.iter().take(MOST_FOLDERS).copied().collect();
    if names.len() > MOST_FOLDERS {
        text.push("...");
    }
    text.join(", ")
}
