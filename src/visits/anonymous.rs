//! A plan without names: whoever reads the result learns neither patients' nor files' names.
//!
//! A patient's id comes from the content of the first photo and from nothing else. It stays the same
//! when other patients come or go, in every part of a run, and cannot be found from a list of names.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::manifest;
use super::names;
use super::plan::{Plan, PlannedSeries};
use super::schema::{Failure, Layout, PassedOver};
use super::work;

/// Who is who: what a name stands for in the result. It is told to the person at the desk and never
/// written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Key {
    /// Names of patients by their ids.
    pub patients: BTreeMap<String, String>,
    /// Names of files by what they are called in the result.
    pub files: BTreeMap<String, String>,
}

/// Digits of an id: of 10,000 patients one in a hundred clinics has two alike, which are then
/// counted.
const DIGITS: usize = 8;

/// Words that names of views are made of; any other word may be somebody's name.
const WORDS_OF_VIEWS: [&str; 18] = [
    "side", "close", "closeup", "detail", "upper", "lower", "middle", "profile", "top", "up",
    "down", "face", "jaw", "shoulder", "hand", "leg", "belly", "deg",
];

/// Puts ids in the place of names, and what is neutral in the place of names of files, views and
/// visits. `root` is the folder that the plan was made of.
#[must_use]
pub fn anonymous(plan: Plan, layout: Layout, root: &Path) -> (Plan, Key) {
    let ids = ids(&plan, root);
    let mut key = Key {
        patients: ids
            .iter()
            .map(|(name, id)| (id.clone(), name.clone()))
            .collect(),
        ..Key::default()
    };
    let views = views(&plan);
    let several = plan
        .series
        .iter()
        .any(|s| s.patient != plan.series[0].patient);
    let mut series: Vec<PlannedSeries> = plan
        .series
        .into_iter()
        .map(|s| {
            let id = ids.get(&s.patient).cloned().unwrap_or_default();
            let view = views.get(&(s.patient.clone(), s.view.clone())).cloned();
            let view = view.unwrap_or_default();
            let folder = names::folder(&view, view.as_bytes());
            let folder = match (layout, several) {
                (Layout::Views, false) => folder,
                (Layout::Views, true) => format!("{id}/{folder}"),
                (Layout::Patients, _) => format!("patients/{id}/{folder}"),
            };
            renamed(s, id, view, folder, &mut key)
        })
        .collect();
    series.sort_by(|a, b| (&a.patient, &a.view).cmp(&(&b.patient, &b.view)));
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (neutral, real) in &key.files {
        files.insert(real.clone(), neutral.clone());
    }
    let bare = |file: &str, key: &mut Key| -> String {
        if let Some(neutral) = files.get(file) {
            return neutral.clone();
        }
        if file == manifest::NAME {
            return file.to_string();
        }
        let hash = work::hash_of(&root.join(file)).unwrap_or_else(|_| hash(file.as_bytes()));
        let mut neutral = format!("file-{}", &hash[..DIGITS]);
        while key.files.get(&neutral).is_some_and(|other| other != file) {
            neutral.push('b');
        }
        key.files.insert(neutral.clone(), file.to_string());
        neutral
    };
    let mut known: Vec<(String, String)> = Vec::new();
    for failure in &plan.failures {
        known.push((failure.file.clone(), bare(&failure.file, &mut key)));
    }
    known.extend(files.clone());
    known.sort_by_key(|(file, _)| std::cmp::Reverse(file.len()));
    let mut failures: Vec<Failure> = plan
        .failures
        .iter()
        .map(|f| Failure {
            patient: f.patient.as_ref().and_then(|p| ids.get(p).cloned()),
            view: None,
            visit: None,
            file: bare(&f.file, &mut key),
            reason: scrubbed(&f.reason, &known),
        })
        .collect();
    failures.sort();
    // Nobody looks for these in the result; only what and how many counts.
    let nameless = |list: Vec<PassedOver>| -> Vec<PassedOver> {
        let mut list: Vec<PassedOver> = list
            .into_iter()
            .map(|p| PassedOver {
                file: files
                    .get(&p.file)
                    .map_or("a file", String::as_str)
                    .to_string(),
                reason: scrubbed(&p.reason, &known),
            })
            .collect();
        list.sort();
        list
    };
    let plan = Plan {
        passed_over: nameless(plan.passed_over),
        remarks: nameless(plan.remarks),
        series,
        failures,
    };
    (plan, key)
}

fn renamed(
    series: PlannedSeries,
    id: String,
    view: String,
    folder: String,
    key: &mut Key,
) -> PlannedSeries {
    let mut photos = series.photos;
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for photo in &mut photos {
        let day = photo.date.map(|d| d.to_string());
        let order = photo.order.as_ref().map(|o| o.name.clone());
        let visit = match (day, order) {
            (Some(day), _) => day,
            (None, order) => order.unwrap_or_default(),
        };
        let count = taken.entry(visit.clone()).or_default();
        *count += 1;
        photo.visit = match *count {
            1 => visit,
            n => format!("{visit}-{n}"),
        };
        photo.folder = names::folder(&photo.visit, photo.visit.as_bytes());
        let neutral = format!("{id}/{}_{view}", photo.visit);
        key.files.insert(neutral.clone(), photo.file.clone());
        photo.file = neutral;
    }
    PlannedSeries {
        patient: id,
        view,
        folder,
        photos,
        sessions: series.sessions,
    }
}

/// Each patient's id, by name.
fn ids(plan: &Plan, root: &Path) -> BTreeMap<String, String> {
    let mut first: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for series in &plan.series {
        let Some(photo) = series.photos.first() else {
            continue;
        };
        let at = photo.date.map_or(String::new(), |d| d.to_string());
        let content = work::hash_of(&photo.path).unwrap_or_else(|_| hash(photo.file.as_bytes()));
        keep_first(&mut first, &series.patient, (at, content));
    }
    // Patients none of whose files found a place.
    for failure in &plan.failures {
        let Some(patient) = failure.patient.as_deref() else {
            continue;
        };
        if !plan.series.iter().any(|s| s.patient == patient) {
            let content = work::hash_of(&root.join(&failure.file));
            let content = content.unwrap_or_else(|_| hash(failure.file.as_bytes()));
            keep_first(&mut first, patient, (String::new(), content));
        }
    }
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    first
        .into_iter()
        .map(|(patient, (_, content))| {
            let id = format!("p{}", &content[..DIGITS]);
            let count = used.entry(id.clone()).or_default();
            *count += 1;
            let id = match *count {
                1 => id,
                n => format!("{id}-{n}"),
            };
            (patient.to_string(), id)
        })
        .collect()
}

fn keep_first<'a>(
    first: &mut BTreeMap<&'a str, (String, String)>,
    patient: &'a str,
    photo: (String, String),
) {
    let entry = first.entry(patient).or_insert_with(|| photo.clone());
    if photo < *entry {
        *entry = photo;
    }
}

/// The name of each patient's views: the usual ones as they are, others counted by name.
fn views(plan: &Plan) -> BTreeMap<(String, String), String> {
    let mut views = BTreeMap::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for series in &plan.series {
        let view = if is_neutral(&series.view) {
            series.view.clone()
        } else {
            let count = counts.entry(&series.patient).or_default();
            *count += 1;
            format!("view{count}")
        };
        views.insert((series.patient.clone(), series.view.clone()), view);
    }
    views
}

fn is_neutral(view: &str) -> bool {
    let mut words = view
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty());
    let known = |word: &str| names::is_view(word) || WORDS_OF_VIEWS.contains(&word);
    names::is_view(view) || (view.contains(char::is_alphabetic) && words.all(known))
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// A reason without what it quotes and without names of files; `known` are these, the longest first,
/// with what stands for them.
fn scrubbed(reason: &str, known: &[(String, String)]) -> String {
    let mut text = String::new();
    let mut quoted = false;
    for c in reason.chars() {
        match c {
            '\u{201c}' => {
                quoted = true;
                text.push_str("\u{201c}\u{2026}");
            }
            '\u{201d}' => quoted = false,
            _ => {}
        }
        if !quoted {
            text.push(c);
        }
    }
    for (file, neutral) in known {
        text = text.replace(file.as_str(), neutral);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visits::plan::{Sources, plan};
    use std::fs;

    fn planned(root: &Path) -> Plan {
        plan(&Sources {
            root,
            layout: Layout::Patients,
            manifest: None,
            out: None,
        })
        .unwrap()
    }

    #[test]
    fn names_are_nowhere_and_ids_stay() {
        let root = tempfile::tempdir().unwrap();
        let put = |file: &str, bytes: &str| {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        put("Smith, Anna/2026-01-12_front.jpg", "a");
        put("Smith, Anna/2026-02-12 anna after two/front.jpg", "b");
        put("Smith, Anna/2026-02-12_anna's scar.jpg", "c");
        put("Smith, Anna/Anna Smith.jpg", "d");
        put("Smith, Anna/2026-03-01_front.jpg", "e");
        put("Smith, Anna/2026-03-01/front.png", "f");
        put("Smith, Anna/smith.txt", "g");
        put("Jones/jones.jpg", "h");
        let (before, _) = anonymous(planned(root.path()), Layout::Patients, root.path());
        put("Abel/2026-01-12_front.jpg", "i");
        let (plan, key) = anonymous(planned(root.path()), Layout::Patients, root.path());
        let told = serde_json::to_string(&plan).unwrap().to_lowercase();
        for name in ["smith", "anna", "jones", "abel", "two"] {
            assert!(!told.contains(name), "{name}: {told}");
        }
        assert_eq!(plan.series.len(), before.series.len() + 1);
        assert!(before.series.iter().all(|s| plan.series.contains(s)));
        let anna = &before.series[0];
        assert_eq!(key.patients[&anna.patient], "Smith, Anna");
        let views: Vec<&str> = before.series.iter().map(|s| s.view.as_str()).collect();
        assert!(
            views.contains(&"front") && views.contains(&"view1"),
            "{views:?}"
        );
        let real = &key.files[&anna.photos[0].file];
        assert_eq!(real, "Smith, Anna/2026-01-12_front.jpg");
        assert_eq!(plan.failures.len(), 4);
        for failure in &plan.failures {
            assert!(key.files.contains_key(&failure.file), "{failure:?}");
        }
    }
}
