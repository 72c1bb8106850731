//! What the path of a photo says, before the manifest and the camera are asked.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};

use super::super::names::{self, Named};
use super::super::walk::Found;
use super::SEVERAL_FOLDERS;
use crate::date::Date;

/// What names of folders and file say.
pub(super) struct Said {
    pub patient: Option<OsString>,
    pub named: Named,
    /// The folders are as they should be.
    pub by_habit: bool,
    /// How the names were read, where they could be read in another way.
    pub remark: Option<String>,
}

/// What lies beside a photo.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around {
    /// It is the only photo of its folder.
    pub lonely: bool,
    /// Its folder is no visit: the names of the photos in it tell of several.
    collects: bool,
    /// Such folders of the same patient, but for those that are called as a year or a view.
    collections: usize,
    /// Folders of the same patient that are called neither as a visit nor as a view or a year, with dated
    /// photos in them.
    strangers: usize,
    /// The folder that is measured is that of one patient.
    one_patient: bool,
}

/// What lies beside each photo.
pub(super) fn around(photos: &[Found], only: Option<&OsStr>) -> Vec<Around> {
    let own = usize::from(only.is_none());
    let folder = |p: &Found| p.parts[..p.parts.len() - 1].to_vec();
    let mut counts: BTreeMap<Vec<OsString>, usize> = BTreeMap::new();
    let mut visits: BTreeMap<Vec<OsString>, BTreeSet<String>> = BTreeMap::new();
    for photo in photos.iter().filter(|p| !p.grey) {
        *counts.entry(folder(photo)).or_default() += 1;
        if photo.parts.len() == own + 2 && is_bare(&names::of_folder(&name(photo, own))) {
            let told = names::of_photo_in_visit(&stem(photo)).visit;
            visits.entry(folder(photo)).or_default().extend(told);
        }
    }
    let counted = |visits: &BTreeMap<Vec<OsString>, BTreeSet<String>>| {
        let mut folders: BTreeMap<Vec<OsString>, usize> = BTreeMap::new();
        for (folder, told) in visits {
            let name = folder[own].to_string_lossy();
            if !told.is_empty() && !names::is_view(&name) && !is_year(&name) {
                *folders.entry(folder[..own].to_vec()).or_default() += 1;
            }
        }
        folders
    };
    let strangers = counted(&visits);
    visits.retain(|_, told| told.len() > 1);
    let collections = counted(&visits);
    let of = |photo: &Found| {
        let patient = &photo.parts[..own.min(photo.parts.len())];
        Around {
            lonely: counts.get(&folder(photo)) == Some(&1),
            collects: visits.contains_key(&folder(photo)),
            collections: collections.get(patient).copied().unwrap_or(0),
            strangers: strangers.get(patient).copied().unwrap_or(0),
            one_patient: only.is_some(),
        }
    };
    photos.iter().map(of).collect()
}

/// `<patient>/<visit>/<view>.jpg`, `<patient>/<date>_<view>.jpg` or `<patient>/<view>/<date>.jpg`; of
/// one patient's folder without the first part.
pub(super) fn said(photo: &Found, only: Option<&OsStr>, around: &Around) -> Said {
    let own = usize::from(only.is_none());
    let patient = only
        .map(OsStr::to_os_string)
        .or_else(|| (photo.parts.len() > 1).then(|| photo.parts[0].clone()));
    let stem = stem(photo);
    let (named, by_habit, remark) = match photo.parts.len().checked_sub(own) {
        Some(1) => (names::of_photo(&stem), true, None),
        Some(2) => {
            let (named, remark) = inside(&name(photo, own), &stem, around);
            (named, true, remark)
        }
        _ => (names::of_photo(&stem), false, None),
    };
    Said {
        patient,
        named,
        by_habit,
        remark,
    }
}

/// What a photo in a folder of its patient is: of the visit, or the view, that the folder is called,
/// or of one of several visits that lie in it.
fn inside(folder: &str, stem: &str, around: &Around) -> (Named, Option<String>) {
    let visit = names::of_folder(folder);
    let own = names::of_photo_in_visit(stem);
    let is_bare = is_bare(&visit);
    let mut named = Named {
        date: visit.date.or(own.date),
        order: visit.order.clone().or(own.order.clone()),
        view: own.view.clone(),
        ..visit.clone()
    };
    let clash = clash(visit.date, own.date).or_else(|| {
        let words = [&visit.order, &own.order].map(|o| o.as_ref().map(|o| o.name.clone()));
        let [folder, photo] = words;
        clash(folder, photo)
    });
    named.doubt = named.doubt.or(clash);
    let Some(told) = own.visit.filter(|_| is_bare) else {
        if let (None, Some(order)) = (&visit.order, &own.order) {
            // Before and after of one day.
            named.visit = Some(format!("{folder}-{}", order.name));
        }
        return (named, None);
    };
    let unnamed = own.view.as_deref() == Some(names::UNNAMED_VIEW);
    if unnamed && names::is_view(folder) {
        named.visit = Some(told);
        named.view = Some(names::view(folder));
        let text = format!("Its folder was taken as the view \u{201c}{folder}\u{201d}.");
        return (named, Some(text));
    }
    if around.strangers > 1 && around.one_patient && !is_year(folder) {
        named.doubt = Some(format!(
            "{SEVERAL_FOLDERS} are called neither as visits nor as views; if each is a patient, measure \
             the folder above them with scardepth batch, else name visits and views in manifest.csv"
        ));
        return (named, None);
    }
    if !around.collects {
        return (named, None);
    }
    named.visit = Some(told);
    if around.collections > 1 && unnamed {
        named.doubt = Some(format!(
            "{SEVERAL_FOLDERS} hold several visits each, and no name says which show the same skin; \
             add the view to the names (2026-01-10_front.jpg)"
        ));
    }
    let text = "Its folder holds several visits, which the photos\u{2019} own names tell apart.";
    (named, Some(text.to_string()))
}

/// What to ask where the names of folder and photo say different things.
fn clash<T: PartialEq + std::fmt::Display>(folder: Option<T>, photo: Option<T>) -> Option<String> {
    let (folder, photo) = (folder?, photo?);
    (folder != photo)
        .then(|| format!("the folder says {folder} and the photo's name {photo}; which is right?"))
}

/// A folder's name that tells nothing of when.
fn is_bare(folder: &Named) -> bool {
    folder.date.is_none() && folder.order.is_none() && folder.doubt.is_none()
}

fn is_year(folder: &str) -> bool {
    let year = || folder.parse().ok().and_then(|year| Date::new(year, 1, 1));
    folder.len() == 4 && year().is_some()
}

fn name(photo: &Found, part: usize) -> String {
    photo.parts[part].to_string_lossy().into_owned()
}

/// The file's name without its ending.
fn stem(photo: &Found) -> String {
    let last = name(photo, photo.parts.len() - 1);
    last.rsplit_once('.')
        .map_or(last.as_str(), |(stem, _)| stem)
        .to_string()
}
