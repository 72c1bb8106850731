//! Where each scar of a comparison lies on the baseline.

use super::Sight;
use crate::report::schema::{Lesion, State};
use crate::visits::region::Region;

/// A scar of one comparison with where it lies.
#[derive(Debug)]
pub(super) struct Placed<'a> {
    pub lesion: &'a Lesion,
    pub before: Region,
    pub after: Region,
    pub whole: Region,
}

/// Where each scar of a comparison lies. Scars that touch are one area in the mask; its pixels go to
/// the nearest centre.
pub(super) fn place<'a>(sight: &Sight<'a>) -> Vec<Placed<'a>> {
    let centre = |l: &Lesion| (l.x, l.y);
    let lesions = sight.lesions;
    let of_before = |i: &usize| lesions[*i].state != State::New;
    let old: Vec<usize> = (0..lesions.len()).filter(of_before).collect();
    let mut before = vec![Region::default(); lesions.len()];
    let mut after = before.clone();
    let parts = sight.before.parts();
    let nearest = |parts: &[Region], at: (f64, f64)| {
        let distance = |i: &usize| parts[*i].square_distance(at).unwrap_or(f64::INFINITY);
        (0..parts.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    };
    let mut owners: Vec<Vec<usize>> = vec![Vec::new(); parts.len()];
    for &i in &old {
        if let Some(part) = nearest(&parts, centre(&lesions[i])) {
            owners[part].push(i);
        }
    }
    share_out(&parts, &owners, lesions, &mut before);
    let parts = sight.after.parts();
    let mut owners: Vec<Vec<usize>> = vec![Vec::new(); parts.len()];
    for (i, lesion) in lesions.iter().enumerate() {
        match lesion.state {
            State::New => {
                if let Some(part) = nearest(&parts, centre(lesion)) {
                    owners[part].push(i);
                }
            }
            State::Gone => {}
            _ => {
                for (part, owners) in parts.iter().zip(&mut owners) {
                    if part.shared(&before[i]) > 0 {
                        owners.push(i);
                    }
                }
            }
        }
    }
    share_out(&parts, &owners, lesions, &mut after);
    before
        .into_iter()
        .zip(after)
        .zip(lesions)
        .map(|((before, after), lesion)| {
            let mut whole = before.with(&after);
            if whole.area() == 0 {
                whole = Region::pixel(lesion.x.max(0.0) as u32, lesion.y.max(0.0) as u32);
            }
            Placed {
                lesion,
                before,
                after,
                whole,
            }
        })
        .collect()
}

fn share_out(parts: &[Region], owners: &[Vec<usize>], lesions: &[Lesion], to: &mut [Region]) {
    for (part, owners) in parts.iter().zip(owners) {
        let centres: Vec<(f64, f64)> = owners
            .iter()
            .map(|&i| (lesions[i].x, lesions[i].y))
            .collect();
        let pieces = match owners.len() {
            0 => continue,
            1 => vec![part.clone()],
            _ => part.split(&centres),
        };
        for (&i, piece) in owners.iter().zip(&pieces) {
            to[i] = to[i].with(piece);
        }
    }
}
