//! Visits without a date, set in the order that their names tell, as far as they tell one.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::super::order::{self, Order};
use super::super::schema::DateSource;
use super::place::Placed;
use super::{Plan, remark};
use crate::report::schema::Warning;

/// Says of every photo without a date how it was placed; those whose order names leave open are
/// failures.
pub(super) fn settle(placed: &mut Vec<Placed>, plan: &mut Plan) {
    let mut series: BTreeMap<(OsString, String), Vec<Placed>> = BTreeMap::new();
    for photo in placed.drain(..) {
        let key = (photo.patient.clone(), photo.view.clone());
        series.entry(key).or_default().push(photo);
    }
    for mut photos in series.into_values() {
        names_beat_the_camera(&mut photos);
        if photos.iter().any(|p| p.date.is_none()) && !in_order(&photos) {
            let (dated, undated): (Vec<Placed>, Vec<Placed>) =
                photos.into_iter().partition(|p| p.date.is_some());
            for photo in undated {
                plan.failures.push(photo.failure(&open(&photo)));
            }
            photos = dated;
        }
        for photo in photos.iter().filter(|p| p.date.is_none()) {
            let text = format!(
                "No date is known; \u{201c}{}\u{201d} was taken as its place in the order of visits.",
                name(photo)
            );
            plan.remarks.push(remark(&photo.file, &text));
        }
        placed.extend(photos);
    }
}

fn name(photo: &Placed) -> &str {
    photo.order.as_ref().map_or("", |o| &o.name)
}

fn open(photo: &Placed) -> String {
    format!(
        "no date is known, and \u{201c}{}\u{201d} cannot be set in one order with the other photos of \
         this view; begin the names with dates (2026-01-10_front.jpg), or name them in manifest.csv",
        name(photo)
    )
}

/// Whether the names set all photos in one order, which the known dates do not contradict.
fn in_order(photos: &[Placed]) -> bool {
    let orders: Vec<&Order> = photos.iter().filter_map(|p| p.order.as_ref()).collect();
    orders.len() == photos.len() && order::agree(&orders) && !contradicts(photos)
}

/// Whether a photo that is the earlier by its name is the later by its date.
fn contradicts(photos: &[Placed]) -> bool {
    let later = |a: &Placed, b: &Placed| {
        let by_name = a.order.as_ref().zip(b.order.as_ref());
        let by_date = a.date.zip(b.date);
        by_name.is_some_and(|(a, b)| a.compare(b).is_lt()) && by_date.is_some_and(|(a, b)| a > b)
    };
    photos.iter().any(|a| photos.iter().any(|b| later(a, b)))
}

/// A camera's clock that turns the order of the names around is not believed.
fn names_beat_the_camera(photos: &mut [Placed]) {
    let orders: Vec<&Order> = photos.iter().filter_map(|p| p.order.as_ref()).collect();
    let by_camera = photos.iter().all(|p| p.date_source == DateSource::Exif);
    if !by_camera || orders.len() < photos.len() || !order::agree(&orders) || !contradicts(photos) {
        return;
    }
    for photo in photos {
        let told = photo.date.map_or(String::new(), |d| d.to_string());
        photo.flags.push(Warning {
            code: "dates-differ".to_string(),
            message: format!(
                "The camera says {told}, which turns the order of the names around; the names were \
                 believed."
            ),
            remedy: "Check which is right, and name the dates in manifest.csv.".to_string(),
        });
        photo.date = None;
        photo.date_source = DateSource::Order;
    }
}
