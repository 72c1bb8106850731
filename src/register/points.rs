//! Point pairs that a person marked in both photos, for pairs that resist the search.

use std::path::Path;

use super::{Affine, PointPair};
use crate::error::Error;
use crate::files;

/// Pairs needed at least.
const LEAST: usize = 3;

/// Largest file read, bytes: thousands of pairs.
const MOST_BYTES: u64 = 1 << 20;

/// Spread of the points (root mean square, shares of the before photo's longer side): along at
/// least, and across at least for a map that may shear.
const ALONG: f64 = 0.05;
const ACROSS: f64 = 0.04;

/// How far a point may lie from where the others put it, share of the after photo's longer side: a
/// hand marks to a hundredth, a turned head bends by a few more.
const ASTRAY: f64 = 0.06;

/// Magnification and shear beyond which marks are wrong rather than cameras far apart.
const MAGNIFIED: f64 = 5.0;
const SHEARED: f64 = 2.5;

/// Reads a table of point pairs: a line for each, before x, before y, after x, after y, in px of the
/// upright photos counted from the centre of the upper left pixel. A heading, blank lines and lines
/// that begin with `#` are passed over; semicolons and decimal commas are understood.
///
/// `sizes`: (width, height) of the before and after photos.
///
/// # Errors
/// If the file cannot be read or does not make a map; the message names the line.
pub fn read(path: &Path, sizes: [(u32, u32); 2]) -> Result<Affine, Error> {
    let at = |line: usize, problem: String| Error::BadPoints {
        file: path.into(),
        line,
        problem,
    };
    let bytes = files::read(path, MOST_BYTES)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| at(1, "this is no text; name a CSV file".to_string()))?;
    let pairs = parsed(&text, sizes).map_err(|(line, problem)| at(line, problem))?;
    map_of(&pairs, sizes).map_err(|(line, problem)| at(line, problem))
}

/// A pair with the number of its line, counted from 1.
type Numbered = (usize, PointPair);

/// A line and what is wrong with it.
type Problem = (usize, String);

fn parsed(text: &str, sizes: [(u32, u32); 2]) -> Result<Vec<Numbered>, Problem> {
    let mut pairs = Vec::new();
    let text = text.trim_start_matches('\u{feff}'); // what spreadsheets put in front
    for (i, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match numbers(line) {
            Some(values) => pairs.push((i + 1, pair(values, sizes).map_err(|p| (i + 1, p))?)),
            None if pairs.is_empty() && !line.starts_with(|c: char| c.is_ascii_digit()) => {}
            None => {
                return Err((
                    i + 1,
                    "four numbers are needed: before x, before y, after x, after y".to_string(),
                ));
            }
        }
    }
    if pairs.len() < LEAST {
        let last = text.lines().count().max(1);
        let problem = format!(
            "the file has {} point pairs, {LEAST} at least are needed: a line for each, before x, \
             before y, after x, after y",
            pairs.len()
        );
        return Err((last, problem));
    }
    Ok(pairs)
}

/// Four finite numbers, and nothing else.
fn numbers(line: &str) -> Option<[f64; 4]> {
    let semicolons = line.contains(';');
    let separator: &[char] = if semicolons { &[';'] } else { &[',', '\t'] };
    let values: Vec<f64> = line
        .split(separator)
        .map(|cell| {
            let cell = cell.trim().trim_matches('"');
            let number = if semicolons {
                cell.replace(',', ".").parse()
            } else {
                cell.parse()
            };
            number.ok().filter(|v: &f64| v.is_finite())
        })
        .collect::<Option<_>>()?;
    values.try_into().ok()
}

fn pair([bx, by, ax, ay]: [f64; 4], sizes: [(u32, u32); 2]) -> Result<PointPair, String> {
    let places = [((bx, by), "before"), ((ax, ay), "after")];
    for (((x, y), which), (width, height)) in places.into_iter().zip(sizes) {
        let inside = |v: f64, n: u32| v >= -0.5 && v <= f64::from(n) - 0.5;
        if !inside(x, width) || !inside(y, height) {
            return Err(format!(
                "{x}, {y} is outside the {which} photo, which has {width} x {height} px (upright)"
            ));
        }
    }
    Ok(PointPair {
        before: (bx, by),
        after: (ax, ay),
    })
}

/// The map the points stand for: affine where they spread, else a similarity.
fn map_of(numbered: &[Numbered], sizes: [(u32, u32); 2]) -> Result<Affine, Problem> {
    let [before, after] = sizes.map(|(w, h)| f64::from(w.max(h)));
    let pairs: Vec<PointPair> = numbered.iter().map(|n| n.1).collect();
    let last = numbered.last().map_or(1, |n| n.0);
    let map = fitted(&pairs, before).ok_or_else(|| {
        let problem = "the points lie too near to each other; spread them over the skin";
        (last, problem.to_string())
    })?;
    astray(numbered, before, ASTRAY * after)?;
    let determinant = map.determinant();
    if determinant <= 0.0 {
        let problem = "the points describe a mirrored photo; check their order and the photos";
        return Err((last, problem.to_string()));
    }
    let magnified = determinant.sqrt() * before / after;
    let frobenius: f64 = map.linear.iter().flatten().map(|v| v * v).sum();
    // Ratio of the singular values r: r + 1/r is the square of the norm over the determinant.
    let sheared = frobenius / determinant > SHEARED + 1.0 / SHEARED;
    if !(1.0 / MAGNIFIED..=MAGNIFIED).contains(&magnified) || sheared {
        let problem = "no two photos of one skin lie like that; check the order of the columns \
                       (before x, before y, after x, after y)";
        return Err((last, problem.to_string()));
    }
    Ok(map)
}

fn fitted(pairs: &[PointPair], longer: f64) -> Option<Affine> {
    Affine::fitted(pairs, ACROSS * longer).or_else(|| Affine::similar(pairs, ALONG * longer))
}

/// A point that lies far from where the others put it.
fn astray(numbered: &[Numbered], longer: f64, most: f64) -> Result<(), Problem> {
    if numbered.len() <= LEAST {
        return Ok(()); // nothing to tell them apart by
    }
    let miss = |i: usize| {
        let others: Vec<PointPair> = numbered
            .iter()
            .enumerate()
            .filter(|&(j, _)| j != i)
            .map(|(_, n)| n.1)
            .collect();
        let own = numbered[i].1;
        let (x, y) = fitted(&others, longer)?.at(own.before.0, own.before.1);
        Some((x - own.after.0).hypot(y - own.after.1))
    };
    let worst = (0..numbered.len())
        .filter_map(|i| Some((i, miss(i)?)))
        .max_by(|p, q| p.1.total_cmp(&q.1));
    match worst {
        Some((i, off)) if off > most => Err((
            numbered[i].0,
            format!("this point lies {off:.0} px from where the others put it; mark it again"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [(u32, u32); 2] = [(800, 600), (800, 600)];

    fn made(text: &str) -> Result<Affine, Problem> {
        map_of(&parsed(text, SIZES)?, SIZES)
    }

    fn refused(text: &str, line: usize, said: &str) {
        let (at, problem) = made(text).unwrap_err();
        assert!(problem.contains(said), "{problem}");
        assert_eq!(at, line, "{problem}");
    }

    #[test]
    fn three_pairs_are_enough_however_they_are_written() {
        for text in [
            "100,100,110,90\n500,120,510,110\n300,500,310,490\n",
            "\u{feff}before x,before y,after x,after y\r\n100,100,110,90\r\n500,120,510,110\r\n\r\n300,500,310,490",
            "# nose, chin, ear\n100;100;110;90\n500;120,0;510;110,0\n300;500;310;490\n",
        ] {
            let map = made(text).unwrap();
            let (x, y) = map.at(200.0, 200.0);
            assert!((x - 210.0).hypot(y - 190.0) < 1e-9, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line() {
        refused("100,100,110,90\n500,120,510,110\n", 2, "2 point pairs");
        refused("", 1, "0 point pairs");
        refused("x,y\n100,100,110\n", 2, "four numbers");
        refused("1,1,1,1\nnose,1,1,1\n", 2, "four numbers");
        refused("100,100,110,90\n900,1,1,1\n", 2, "outside the before photo");
        refused("100,100,110,90\n1,1,1,NaN\n", 2, "four numbers");
        refused("10,10,10,10\n11,11,11,11\n12,10,12,10\n", 3, "too near");
        let mirrored = "100,100,700,100\n500,120,300,120\n300,500,500,500\n";
        refused(mirrored, 3, "mirrored");
        let swapped = "100,100,100,100\n500,120,120,110\n300,500,110,580\n";
        refused(swapped, 3, "no two photos");
    }

    #[test]
    fn a_wrong_mark_is_found_among_good_ones() {
        let text =
            "100,100,110,90\n500,120,510,110\n300,500,510,490\n600,400,610,390\n200,350,210,340\n";
        refused(text, 3, "from where the others put it");
    }

    #[test]
    fn points_along_a_line_make_a_similarity() {
        let map = made("100,300,110,290\n400,300,410,290\n700,300,710,290\n").unwrap();
        let (x, y) = map.at(100.0, 500.0);
        assert!((x - 110.0).hypot(y - 490.0) < 1e-9);
    }
}
