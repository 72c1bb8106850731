//! What reaches each point of the skin: lamps with soft shadows, the room, gloss.

use std::f64::consts::{PI, TAU};

use super::camera::Camera;
use super::grid::Grid;
use super::rig::{HEIGHTS, Light, Rig};
use crate::filter::{gaussian, gradient};
use crate::raster::{Field, from_rows, row, zip2};

/// Directions in which the open sky is felt for.
const SKY: usize = 8;

/// Light at each point: diffuse irradiance in three channels (1 = the middle of a flat patch), and
/// what gloss adds to the radiance.
#[derive(Debug)]
pub struct Lit {
    pub diffuse: [Field; 3],
    pub gloss: [Field; 3],
}

/// The surface and its slopes.
struct Surface<'a> {
    height: &'a Field,
    slope_x: Field,
    slope_y: Field,
    grid: &'a Grid,
}

/// Lights a surface (heights in mm).
#[must_use]
pub fn illuminate(light: &Light, camera: &Camera, height: &Field, grid: &Grid) -> Lit {
    let (gx, gy) = gradient(height);
    let per_mm = grid.per_mm as f32;
    let surface = Surface {
        height,
        slope_x: gx.mapv_into(|v| v * per_mm),
        slope_y: gy.mapv_into(|v| v * per_mm),
        grid,
    };
    let (lamp, glint) = lamp(light, camera, &surface);
    let (room, open) = room(light, camera, &surface);
    let lamp_share = (1.0 - light.room) as f32;
    let room_share = light.room as f32;
    let channel = |c: usize, a: &Field, b: &Field, of_b: f32| {
        let (la, lb) = (
            lamp_share * light.lamp_rgb[c] as f32,
            room_share * light.room_rgb[c] as f32 * of_b,
        );
        zip2(a, b, move |a, b| la * a + lb * b)
    };
    /// Share of a dull sky that bare skin mirrors (Schlick, n = 1.4, averaged over angles).
    const MIRRORED_SKY: f32 = 0.05;
    let gloss = light.gloss as f32;
    let oil = light.oil.map(|oil| grid.fill_broad(|x, y| oil.at(x, y)));
    Lit {
        diffuse: std::array::from_fn(|c| channel(c, &lamp, &room, 1.0)),
        gloss: std::array::from_fn(|c| {
            let mut shine = channel(c, &glint, &open, MIRRORED_SKY).mapv_into(|v| v * gloss);
            if let Some(oil) = &oil {
                shine *= oil;
            }
            shine
        }),
    }
}

/// Tangent of the horizon's elevation in a direction (radians in the skin's plane).
fn horizon(surface: &Surface, azimuth: f64) -> Field {
    /// Distances felt at, mm: the skin's own dents are at most 8 mm wide.
    const REACH: [f64; 12] = [
        0.0625, 0.125, 0.19, 0.28, 0.42, 0.62, 0.9, 1.3, 1.9, 2.7, 3.9, 5.6,
    ];
    let (sin, cos) = azimuth.sin_cos();
    let (rows, columns) = surface.height.dim();
    from_rows(rows, columns, |y, out| {
        out.fill(-4.0);
        let here = row(surface.height, y);
        for mm in REACH {
            let (dx, dy) = (
                cos * mm * surface.grid.per_mm,
                sin * mm * surface.grid.per_mm,
            );
            let (fx, fy) = (dx.floor(), dy.floor());
            let (u, v) = ((dx - fx) as f32, (dy - fy) as f32);
            let line = |k: isize| {
                let r = (y as isize + fy as isize + k).clamp(0, rows as isize - 1);
                row(surface.height, r as usize)
            };
            let (upper, lower) = (line(0), line(1));
            let shift = fx as isize;
            let from = (-shift).max(0) as usize;
            let to = (columns as isize - shift - 1).clamp(0, columns as isize) as usize;
            if from >= to {
                continue;
            }
            let start = (from as isize + shift) as usize;
            let n = to - from;
            let (a, b) = (&upper[start..=start + n], &lower[start..=start + n]);
            let scale = (1.0 / mm) as f32;
            for i in 0..n {
                let top = a[i] + u * (a[i + 1] - a[i]);
                let bottom = b[i] + u * (b[i + 1] - b[i]);
                let t = (top + v * (bottom - top) - here[from + i]) * scale;
                let o = &mut out[from + i];
                *o = if t > *o { t } else { *o };
            }
        }
    })
}

/// Lamp light (1 in the middle of a flat patch) and its gloss.
fn lamp(light: &Light, camera: &Camera, surface: &Surface) -> (Field, Field) {
    let points: Vec<([f64; 3], usize)> = light
        .points()
        .into_iter()
        .map(|(p, strip)| (camera.to_skin(p), strip))
        .collect();
    let eye = camera.to_skin([0.0, 0.0, camera.distance()]);
    let middle: f64 = points.iter().map(|(p, _)| p[2] / norm(*p)).sum();
    let weight = 1.0 / middle;
    let strips = points.iter().map(|p| p.1).max().unwrap_or(0) + 1;
    let mut diffuse = Field::zeros(surface.height.dim());
    let mut gloss = Field::zeros(surface.height.dim());
    let alpha = {
        // A wide lamp blurs its own mirror image.
        let spread = light.spread_deg[1].to_radians() / 2.0;
        (light.roughness.powi(4) + spread * spread).sqrt()
    };
    for strip in 0..strips {
        let of_strip: Vec<[f64; 3]> = points
            .iter()
            .filter(|p| p.1 == strip)
            .map(|p| p.0)
            .collect();
        let mean = mean_of(&of_strip);
        let shade = (light.rig != Rig::Flash).then(|| horizon(surface, mean[1].atan2(mean[0])));
        // Half the gap between the strip's heights: its part of the lamp sets bit by bit.
        let soft = (light.spread_deg[1] / HEIGHTS as f64).to_radians().tan() as f32;
        let shine = Shine {
            alpha: alpha as f32,
            eye: eye.map(|v| v as f32),
            weight: (weight * of_strip.len() as f64) as f32,
        };
        let both: Vec<(Vec<f32>, Vec<f32>)> = {
            use rayon::prelude::*;
            (0..surface.grid.rows)
                .into_par_iter()
                .map(|y| {
                    let horizon = shade.as_ref().map(|h| row(h, y));
                    let mut d = row(&diffuse, y).to_vec();
                    let mut g = row(&gloss, y).to_vec();
                    let mut seen = vec![1.0; d.len()];
                    for p in &of_strip {
                        let share = weight as f32;
                        add_point(surface, y, *p, horizon, soft, share, &mut d, &mut seen);
                    }
                    shine.add(surface, y, mean, &seen, &mut g);
                    (d, g)
                })
                .collect()
        };
        for (y, (d, g)) in both.into_iter().enumerate() {
            for x in 0..d.len() {
                diffuse[[y, x]] = d[x];
                gloss[[y, x]] = g[x];
            }
        }
    }
    (diffuse, gloss)
}

/// Adds one lamp point's light to a row; `seen` becomes the share of it that is not in shadow.
#[allow(clippy::too_many_arguments)] // a row's inner loop, called from one place
fn add_point(
    surface: &Surface,
    y: usize,
    p: [f64; 3],
    horizon: Option<&[f32]>,
    soft: f32,
    weight: f32,
    out: &mut [f32],
    seen: &mut [f32],
) {
    let grid = surface.grid;
    let [px, py, pz] = p.map(|v| v as f32);
    let reference = px * px + py * py + pz * pz;
    let (sx, sy) = (row(&surface.slope_x, y), row(&surface.slope_y, y));
    let height = row(surface.height, y);
    let ly = py - grid.y(y);
    for x in 0..out.len() {
        let (lx, lz) = (px - grid.x(x), pz - height[x]);
        let flat = lx * lx + ly * ly;
        let square = flat + lz * lz;
        let slope = sx[x] * sx[x] + sy[x] * sy[x];
        let cosine = (lz - sx[x] * lx - sy[x] * ly) / (square * (1.0 + slope)).sqrt();
        let mut light = cosine.max(0.0) * weight * reference / square;
        if let Some(horizon) = horizon {
            let tangent = lz / flat.sqrt().max(1e-3);
            let open = ((tangent - horizon[x]) / (2.0 * soft * (1.0 + tangent * tangent)) + 0.5)
                .clamp(0.0, 1.0);
            light *= open;
            seen[x] = open;
        }
        out[x] += light;
    }
}

/// Gloss: one GGX lobe (Walter et al. 2007) with Schlick's Fresnel term.
struct Shine {
    alpha: f32,
    eye: [f32; 3],
    weight: f32,
}

impl Shine {
    fn add(&self, surface: &Surface, y: usize, lamp: [f64; 3], seen: &[f32], out: &mut [f32]) {
        /// Mirror reflectance of skin at right angles, n = 1.4.
        const F0: f32 = 0.028;
        let grid = surface.grid;
        let [px, py, pz] = lamp.map(|v| v as f32);
        let a2 = self.alpha * self.alpha;
        let (sx, sy) = (row(&surface.slope_x, y), row(&surface.slope_y, y));
        let unit = |v: [f32; 3]| {
            let s = 1.0 / (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
            [v[0] * s, v[1] * s, v[2] * s]
        };
        let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        for (x, o) in out.iter_mut().enumerate() {
            let (gx, gy) = (grid.x(x), grid.y(y));
            let n = unit([-sx[x], -sy[x], 1.0]);
            let l = unit([px - gx, py - gy, pz]);
            let v = unit([self.eye[0] - gx, self.eye[1] - gy, self.eye[2]]);
            let h = unit([l[0] + v[0], l[1] + v[1], l[2] + v[2]]);
            let (nl, nv) = (dot(n, l).max(0.0), dot(n, v).max(0.05));
            let (nh, vh) = (dot(n, h).max(0.0), dot(v, h).max(0.0));
            let d = nh * nh * (a2 - 1.0) + 1.0;
            let distribution = a2 / (PI as f32 * d * d);
            let m = 1.0 - vh;
            let fresnel = F0 + (1.0 - F0) * m * m * m * m * m;
            let k = self.alpha / 2.0;
            let masking = 1.0 / ((nl * (1.0 - k) + k) * (nv * (1.0 - k) + k));
            // Times pi: irradiance 1 gives diffuse radiance equal to the reflectance.
            let shine = PI as f32 * distribution * fresnel * masking * nl / 4.0;
            *o += self.weight * seen[x] * shine;
        }
    }
}

/// Room light: the sky over each point's horizon on its tilted surface, 1 on an open flat patch;
/// and the open share of the sky.
fn room(light: &Light, camera: &Camera, surface: &Surface) -> (Field, Field) {
    let toward = {
        let (sin, cos) = light.room_azimuth_deg.to_radians().sin_cos();
        camera.to_skin([cos, sin, 0.0])
    };
    let mut lit = Field::zeros(surface.height.dim());
    let mut open = Field::zeros(surface.height.dim());
    // Felt on a slightly smoothed surface: eight directions would show on every grain.
    let smooth = Surface {
        height: &gaussian(surface.height, 0.7),
        slope_x: Field::zeros((0, 0)),
        slope_y: Field::zeros((0, 0)),
        grid: surface.grid,
    };
    for i in 0..SKY {
        let azimuth = i as f64 * TAU / SKY as f64;
        let (sin, cos) = (azimuth.sin() as f32, azimuth.cos() as f32);
        let lean = 1.0 + light.room_lean * (toward[0] * azimuth.cos() + toward[1] * azimuth.sin());
        let weight = lean as f32 / SKY as f32;
        let tangents = horizon(&smooth, azimuth);
        let (rows, columns) = tangents.dim();
        let sector: Field = from_rows(rows, columns, |y, out| {
            let (sx, sy) = (row(&surface.slope_x, y), row(&surface.slope_y, y));
            for (x, (o, &t)) in out.iter_mut().zip(row(&tangents, y)).enumerate() {
                let s = 1.0 / (1.0 + sx[x] * sx[x] + sy[x] * sy[x]).sqrt();
                let along = -(sx[x] * cos + sy[x] * sin) * s;
                // The integral of n·w cos e over elevations from the horizon h to the zenith.
                let h = t.atan();
                let c2 = 1.0 / (1.0 + t * t);
                let sector = s * c2 + along * (std::f32::consts::FRAC_PI_2 - h - t * c2);
                *o = sector.max(0.0);
            }
        });
        lit = zip2(&lit, &sector, |a, b| a + weight * b);
        open = zip2(&open, &tangents, |a, t| {
            let t = t.max(0.0);
            a + weight / (1.0 + t * t)
        });
    }
    (lit, open)
}

fn norm(p: [f64; 3]) -> f64 {
    (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).sqrt()
}

fn mean_of(points: &[[f64; 3]]) -> [f64; 3] {
    let n = points.len().max(1) as f64;
    std::array::from_fn(|i| points.iter().map(|p| p[i]).sum::<f64>() / n)
}

/// Light that enters the skin and leaves it near by, mm: red travels farthest. Sums of Gaussians in
/// the manner of d'Eon & Luebke 2007, the widest parts cut to what faces show under a lamp.
#[must_use]
pub fn scattered(diffuse: [Field; 3], per_mm: f64) -> [Field; 3] {
    /// (share, standard deviation in mm); what is left is not blurred.
    const SPREAD: [[(f32, f64); 2]; 3] = [
        [(0.36, 0.30), (0.30, 0.85)],
        [(0.34, 0.20), (0.14, 0.50)],
        [(0.26, 0.13), (0.08, 0.32)],
    ];
    let mut channel = SPREAD.iter();
    diffuse.map(|field| {
        let mut blurred: Option<Field> = None;
        let mut left = 1.0;
        for &(share, mm) in channel.next().expect("three channels") {
            left -= share;
            let wide = gaussian(&field, (mm * per_mm) as f32);
            blurred = Some(match blurred {
                None => wide.mapv_into(|v| v * share),
                Some(b) => zip2(&b, &wide, |b, w| b + share * w),
            });
        }
        match blurred {
            None => field,
            Some(b) => zip2(&field, &b, |f, b| left * f + b),
        }
    })
}
