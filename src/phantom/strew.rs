//! Where scars lie: apart, run together, in lines.

use std::f64::consts::{PI, TAU};

use super::dice::Dice;
use super::scars::{Kind, Scar};

/// How scars are strewn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strewn {
    Nowhere,
    Apart,
    Confluent,
    Lines,
}

/// All scars on a patch that reaches `half` mm to each side of the middle.
#[must_use]
pub fn strew(how: Strewn, half: [f64; 2], dice: &mut Dice) -> Vec<Scar> {
    let area = 4.0 * half[0] * half[1];
    match how {
        Strewn::Nowhere => Vec::new(),
        Strewn::Apart => {
            // 18 to 48 on the usual patch of 70 x 52 mm.
            let wanted = (area * dice.ratio(0.005, 0.013)).round().max(1.0) as usize;
            spread(wanted, half, 1.25, dice)
        }
        Strewn::Confluent => {
            let mut scars = spread(dice.count(4, 8), half, 1.25, dice);
            for _ in 0..dice.count(2, 3) {
                cluster(&mut scars, half, dice);
            }
            scars
        }
        Strewn::Lines => lines(half, dice),
    }
}

fn spread(wanted: usize, half: [f64; 2], apart: f64, dice: &mut Dice) -> Vec<Scar> {
    let mut scars: Vec<Scar> = Vec::new();
    for _ in 0..wanted * 40 {
        if scars.len() == wanted {
            break;
        }
        let kind = match dice.unit() {
            p if p < 0.45 => Kind::IcePick,
            p if p < 0.80 => Kind::Boxcar,
            _ => Kind::Rolling,
        };
        let at = [dice.range(-half[0], half[0]), dice.range(-half[1], half[1])];
        let scar = Scar::draw(scars.len() + 1, kind, at, dice);
        let free = scars.iter().all(|s| {
            (s.x - scar.x).hypot(s.y - scar.y) > apart * (s.half_length + scar.half_length) + 0.4
        });
        let inside =
            scar.x.abs() + scar.half_length < half[0] && scar.y.abs() + scar.half_length < half[1];
        if free && inside {
            scars.push(scar);
        }
    }
    scars
}

fn cluster(scars: &mut Vec<Scar>, half: [f64; 2], dice: &mut Dice) {
    let middle = [
        dice.range(-0.6, 0.6) * half[0],
        dice.range(-0.6, 0.6) * half[1],
    ];
    let spread = dice.range(3.0, 6.0);
    for _ in 0..dice.count(7, 13) {
        let (r, t) = (spread * dice.unit().sqrt(), dice.range(0.0, TAU));
        let at = [middle[0] + 1.3 * r * t.cos(), middle[1] + r * t.sin()];
        let kind = match dice.unit() {
            p if p < 0.45 => Kind::IcePick,
            p if p < 0.85 => Kind::Boxcar,
            _ => Kind::Rolling,
        };
        scars.push(Scar::draw(scars.len() + 1, kind, at, dice));
    }
}

/// Adds a cheek's worth of pits to `scars`: small, shallow, close together, as acne leaves them where it
/// was worst.
pub fn pit(scars: &mut Vec<Scar>, half: [f64; 2], dice: &mut Dice) {
    /// Widths and depths, mm: from over a pore's to an ice pick's.
    const WIDTH: [f64; 2] = [0.7, 1.5];
    const DEPTH: [f64; 2] = [0.07, 0.35];
    let middle = somewhere(half, dice);
    let spread = dice.ratio(6.0, 18.0);
    // Pits for each mm²: a pit at 2 to 4 mm from the next one.
    let wanted = (PI * spread * spread * dice.ratio(0.06, 0.25)).min(160.0) as usize;
    let cheek = Cheek {
        middle,
        spread,
        apart: 1.0,
        most: wanted,
        tried: 8 * wanted,
    };
    cheek.pits(scars, dice, WIDTH, DEPTH);
}

/// Where scars lie close together.
struct Cheek {
    /// mm.
    middle: [f64; 2],
    /// Half its height, mm; it is 1.2 times as wide.
    spread: f64,
    /// Least distance of two scars' middles, in sums of their half lengths.
    apart: f64,
    /// Scars at most, and places tried for them.
    most: usize,
    tried: usize,
}

impl Cheek {
    /// Adds scars as `draw` makes them of a number and a place.
    fn fill(
        &self,
        scars: &mut Vec<Scar>,
        dice: &mut Dice,
        draw: impl Fn(usize, [f64; 2], &mut Dice) -> Scar,
    ) {
        let first = scars.len();
        for _ in 0..self.tried {
            if scars.len() >= first + self.most {
                break;
            }
            let (r, t) = (self.spread * dice.unit().sqrt(), dice.range(0.0, TAU));
            let at = [
                self.middle[0] + 1.2 * r * t.cos(),
                self.middle[1] + r * t.sin(),
            ];
            let scar = draw(scars.len() + 1, at, dice);
            let far = |s: &Scar| {
                (s.x - scar.x).hypot(s.y - scar.y) > self.apart * (s.half_length + scar.half_length)
            };
            if scars[first..].iter().all(far) {
                scars.push(scar);
            }
        }
    }

    /// Adds pits of these widths and depths, mm.
    fn pits(&self, scars: &mut Vec<Scar>, dice: &mut Dice, width: [f64; 2], depth: [f64; 2]) {
        self.fill(scars, dice, |id, at, dice| {
            let mut pit = Scar::draw(id, Kind::IcePick, at, dice);
            pit.widen(dice.ratio(width[0], width[1]));
            pit.depth = dice.ratio(depth[0], depth[1]);
            pit
        });
    }
}

/// A place not too near the edge, mm.
fn somewhere(half: [f64; 2], dice: &mut Dice) -> [f64; 2] {
    half.map(|h| dice.range(-0.6, 0.6) * h)
}

/// The dent with a width out of `width`, mm, and as deep as a share of it out of `slope`.
fn sloping(mut dent: Scar, width: [f64; 2], slope: [f64; 2], dice: &mut Dice) -> Scar {
    let width = dice.ratio(width[0], width[1]);
    dent.widen(width);
    dent.depth = width * dice.ratio(slope[0], slope[1]);
    dent
}

/// Adds a cheek that acne left wavy all over: shallow dents of all widths that touch each other.
pub fn pock(scars: &mut Vec<Scar>, half: [f64; 2], dice: &mut Dice) {
    /// Widths, mm, and depths as a share of them.
    const WIDTH: [f64; 2] = [1.2, 5.0];
    const SLOPE: [f64; 2] = [0.06, 0.20];
    /// Depth at most, mm: that of a deep rolling scar.
    const DEEPEST: f64 = 0.4;
    /// Dents at most, and places tried for them.
    const MOST: usize = 250;
    const TRIED: usize = 2500;
    let cheek = Cheek {
        middle: somewhere(half, dice),
        spread: dice.ratio(7.0, 22.0),
        apart: dice.range(0.75, 1.15),
        most: MOST,
        tried: TRIED,
    };
    cheek.fill(scars, dice, |id, at, dice| {
        let kind = if dice.chance(0.5) {
            Kind::Rolling
        } else {
            Kind::Boxcar
        };
        let dent = Scar::draw(id, kind, at, dice);
        let mut dent = sloping(dent, WIDTH, SLOPE, dice);
        dent.depth = dent.depth.min(DEEPEST);
        dent
    });
}

/// Adds a cheek of soft waves: dents so gentle that only a slanting light shows them.
pub fn wave(scars: &mut Vec<Scar>, half: [f64; 2], dice: &mut Dice) {
    /// Widths, mm, and depths as a share of them.
    const WIDTH: [f64; 2] = [1.6, 7.0];
    const SLOPE: [f64; 2] = [0.03, 0.09];
    /// Dents at most, and places tried for them.
    const MOST: usize = 160;
    const TRIED: usize = 1600;
    let cheek = Cheek {
        middle: somewhere(half, dice),
        spread: dice.ratio(9.0, 24.0),
        apart: dice.range(0.75, 1.4),
        most: MOST,
        tried: TRIED,
    };
    cheek.fill(scars, dice, |id, at, dice| {
        let dent = Scar::draw(id, Kind::Rolling, at, dice);
        sloping(dent, WIDTH, SLOPE, dice)
    });
}

/// Adds pits as close as they can stand.
pub fn sieve(scars: &mut Vec<Scar>, half: [f64; 2], dice: &mut Dice) {
    /// Widths and depths, mm: all wider than a pore.
    const WIDTH: [f64; 2] = [0.8, 1.6];
    const DEPTH: [f64; 2] = [0.1, 0.4];
    /// Pits at most, and places tried for them.
    const MOST: usize = 350;
    const TRIED: usize = 3500;
    let cheek = Cheek {
        middle: somewhere(half, dice),
        spread: dice.ratio(6.0, 14.0),
        apart: dice.range(0.9, 1.3),
        most: MOST,
        tried: TRIED,
    };
    cheek.pits(scars, dice, WIDTH, DEPTH);
}

fn lines(half: [f64; 2], dice: &mut Dice) -> Vec<Scar> {
    let mut scars = Vec::new();
    let common = dice.range(0.0, PI);
    let striae = dice.chance(0.4);
    let wanted = if striae {
        dice.count(4, 7)
    } else {
        dice.count(2, 5)
    };
    for i in 0..wanted {
        let kind = if striae { Kind::Stria } else { Kind::Linear };
        // Striae run side by side; cuts lie as they fell.
        let offset = (i as f64 + 0.5) / wanted as f64 * 2.0 - 1.0;
        let across = [-common.sin(), common.cos()];
        let at = if striae {
            let along = dice.range(-0.35, 0.35) * half[0];
            let reach = 0.85 * half[1] * offset;
            [
                (across[0] * reach + common.cos() * along).clamp(-half[0], half[0]),
                (across[1] * reach + common.sin() * along).clamp(-half[1], half[1]),
            ]
        } else {
            [
                half[0] * (0.8 * offset) + dice.range(-3.0, 3.0),
                dice.range(-0.55, 0.55) * half[1],
            ]
        };
        let mut scar = Scar::draw(i + 1, kind, at, dice);
        let longest = 0.75 * half[0].min(half[1]);
        scar.half_length = scar.half_length.min(longest);
        if striae {
            scar.angle = common + dice.range(-0.15, 0.15);
        }
        scars.push(scar);
    }
    scars
}
