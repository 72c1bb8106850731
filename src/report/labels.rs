//! Where the numbers of the largest scars stand beside their outlines.

use super::outlines::Outline;

/// Scars with their numbers in the pictures: those that paper shows closely.
pub(super) const NUMBERED: usize = 12;

/// An upright box, px of the before photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plate {
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub height: f32,
}

impl Plate {
    /// The smallest around outlines; `None` without a point.
    fn around(lines: &[Outline]) -> Option<Self> {
        let points = || lines.iter().flatten();
        let first = points().next()?;
        let (low, high) = points().fold((*first, *first), |(low, high), p| {
            let low = (low.0.min(p.0), low.1.min(p.1));
            (low, (high.0.max(p.0), high.1.max(p.1)))
        });
        Some(Self {
            left: low.0,
            top: low.1,
            width: high.0 - low.0,
            height: high.1 - low.1,
        })
    }

    fn holds(&self, (x, y): (f32, f32)) -> bool {
        (self.left..=self.left + self.width).contains(&x)
            && (self.top..=self.top + self.height).contains(&y)
    }

    /// The share of it that another covers.
    fn covered(&self, other: &Self) -> f32 {
        let common = |a: f32, la: f32, b: f32, lb: f32| ((a + la).min(b + lb) - a.max(b)).max(0.0);
        common(self.left, self.width, other.left, other.width)
            * common(self.top, self.height, other.top, other.height)
            / (self.width * self.height)
    }

    /// Whether another overlaps it, or all but: a pixel is left for rounding.
    fn meets(&self, other: &Self) -> bool {
        let near = |a: f32, la: f32, b: f32, lb: f32| b <= a + la + 1.0 && a <= b + lb + 1.0;
        near(self.left, self.width, other.left, other.width)
            && near(self.top, self.height, other.top, other.height)
    }

    fn inside(&self, (width, height): (u32, u32)) -> bool {
        self.left >= 0.0
            && self.top >= 0.0
            && self.left + self.width <= width as f32
            && self.top + self.height <= height as f32
    }
}

/// A scar in a picture: its number and its outlines there.
pub(super) type Outlined<'a> = (u32, &'a [Outline]);

/// Plates for the numbers of the scars `numbered` in a photo of `full` px, each beside its outlines and
/// off all that are `outlined` where there is room; `size`: width and height of a number's plate.
pub(super) fn plates(
    full: (u32, u32),
    outlined: &[Outlined],
    numbered: &[u32],
    size: impl Fn(u32) -> (f32, f32),
) -> Vec<(u32, Plate)> {
    let framed: Vec<(u32, &[Outline], Plate)> = outlined
        .iter()
        .filter_map(|&(id, lines)| Some((id, lines, Plate::around(lines)?)))
        .collect();
    let mut placed: Vec<(u32, Plate)> = Vec::new();
    for &id in numbered {
        let Some((_, _, around)) = framed.iter().find(|f| f.0 == id) else {
            continue;
        };
        let cost = |plate: &Plate| {
            let numbers: f32 = placed.iter().map(|p| plate.covered(&p.1)).sum();
            let scars: f32 = framed.iter().map(|f| plate.covered(&f.2)).sum();
            // Most outlines are nowhere near.
            let near = framed.iter().filter(|f| plate.meets(&f.2));
            let crossed = near.filter(|f| crosses(f.1, plate)).count() as f32;
            NUMBER * numbers + LINE * crossed + SCAR * scars
        };
        let free = candidates(around, size(id)).filter(|(_, plate)| plate.inside(full));
        let costs = free.map(|(far, plate)| (far + cost(&plate), plate));
        // The first of equals: the nearest.
        let best = costs.reduce(|best, next| if next.0 < best.0 { next } else { best });
        placed.extend(best.map(|b| (id, b.1)));
    }
    placed
}

/// What it costs to cover a number, to cross an outline, to lie in a scar's frame; farther away by a
/// plate's height costs 1.
const NUMBER: f32 = 100.0;
const LINE: f32 = 10.0;
const SCAR: f32 = 2.0;

/// Rings of places around a scar that are tried, a plate's height apart.
const RINGS: usize = 4;

/// Places around a scar with how many plates' heights away they are, the nearest first.
fn candidates(around: &Plate, (width, height): (f32, f32)) -> impl Iterator<Item = (f32, Plate)> {
    /// Right first, as one reads; then left, above, below, and the corners.
    const WAYS: [(f32, f32); 8] = [
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, -1.0),
        (0.0, 1.0),
        (1.0, -1.0),
        (-1.0, -1.0),
        (1.0, 1.0),
        (-1.0, 1.0),
    ];
    /// Distance of the nearest ring over a plate's height.
    const NEAR: f32 = 0.2;
    let around = *around;
    let middle = (
        around.left + 0.5 * around.width,
        around.top + 0.5 * around.height,
    );
    (0..RINGS).flat_map(move |ring| {
        let gap = (NEAR + ring as f32) * height;
        let reach = (
            0.5 * (around.width + width) + gap,
            0.5 * (around.height + height) + gap,
        );
        WAYS.into_iter().map(move |(x, y)| {
            let plate = Plate {
                left: middle.0 + x * reach.0 - 0.5 * width,
                top: middle.1 + y * reach.1 - 0.5 * height,
                width,
                height,
            };
            (ring as f32, plate)
        })
    })
}

/// Whether an outline runs through a plate: looked at in steps of half its height.
fn crosses(lines: &[Outline], plate: &Plate) -> bool {
    let step = 0.5 * plate.height;
    lines.iter().any(|line| {
        (0..line.len()).any(|i| {
            let (a, b) = (line[i], line[(i + 1) % line.len()]);
            let steps = ((a.0 - b.0).hypot(a.1 - b.1) / step).ceil().max(1.0);
            (0..steps as usize).any(|k| {
                let t = k as f32 / steps;
                plate.holds((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)))
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::drawn::draw;
    use crate::report::tests::sample;

    #[test]
    fn numbers_stand_beside_their_scars_and_on_nothing_else() {
        let (comparison, pictures) = sample();
        let drawn = draw(&comparison, &pictures).unwrap();
        let outlined = drawn.outlined(|told| drawn.lines(told, 0));
        let plates = plates(drawn.full, &outlined, &drawn.numbered(), |_| (12.0, 8.0));
        let mut ids: Vec<u32> = plates.iter().map(|p| p.0).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 2]);
        for (id, plate) in &plates {
            assert!(plate.inside(drawn.full));
            for told in drawn.told() {
                let lines = drawn.lines(told, 0).unwrap();
                assert!(!crosses(lines, plate));
                let around = Plate::around(lines).unwrap();
                assert_eq!(plate.covered(&around), 0.0);
                if told.lesion.id == *id {
                    let apart = plate.left - (around.left + around.width);
                    assert!((0.0..8.0).contains(&apart), "{apart}");
                }
            }
        }
        assert_eq!(plates[0].1.covered(&plates[1].1), 0.0);
    }
}
