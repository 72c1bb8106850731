//! A photo as it lies in memory: upright samples of 8 or 16 bits and what turns them into light.

use std::borrow::Cow;
use std::path::Path;

use image::RgbImage;
use ndarray::Array2;
use rayon::prelude::*;

use super::caveat::Caveat;
use super::colour::{self, Colour, linear_to_srgb};
use super::exif::Notes;
use super::orientation::upright;
use crate::filter::{coverage, reduced_length};
use crate::raster::{Field, LinearImage, Mask};

/// Where a photo came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file's name without its folder.
    pub file_name: String,
    /// BLAKE3 of the file's bytes, 64 hexadecimal digits.
    pub blake3: String,
}

/// How a photo was taken, as its camera tells; `None` where it does not.
///
/// Held against the other photo's, and never written into a result.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shot {
    /// How far the camera's clock is ahead of universal time, minutes.
    pub utc_offset_minutes: Option<i32>,
    pub lens: Option<String>,
    pub focal_length_mm: Option<f64>,
    /// The focal length that shows as much on film of 36 mm x 24 mm, mm.
    pub focal_length_35mm: Option<f64>,
    /// Whether the flash fired.
    pub flash: Option<bool>,
    /// From the camera to what it was focused on, m.
    pub distance_m: Option<f64>,
}

/// A photo, upright, with its colours' meaning.
///
/// It holds 1 to 6 bytes a pixel; light is made on demand, at the scale that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    pub source: Source,
    /// When it was taken by the camera's clock, `2026-01-10T09:30:00`.
    pub taken: Option<String>,
    /// How the camera took it.
    pub shot: Shot,
    /// Upright width, px.
    pub width: u32,
    /// Upright height, px.
    pub height: u32,
    /// Doubts about its colours.
    pub caveats: Vec<Caveat>,
    samples: Samples,
    /// 1 (grey) or 3 (red, green, blue).
    channels: usize,
    colour: Colour,
    /// `None` where every pixel is there.
    opaque: Option<Vec<bool>>,
}

/// Interleaved samples, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Samples {
    Eight(Vec<u8>),
    Sixteen(Vec<u16>),
}

impl Samples {
    /// How many values a sample can have.
    pub(super) fn levels(&self) -> usize {
        match self {
            Self::Eight(_) => 1 << 8,
            Self::Sixteen(_) => 1 << 16,
        }
    }
}

/// A picture as its file stores it.
pub(super) struct Unpacked {
    /// Stored width and height, px.
    pub(super) size: (usize, usize),
    pub(super) channels: usize,
    pub(super) samples: Samples,
    pub(super) opaque: Option<Vec<bool>>,
    pub(super) profile: Option<Vec<u8>>,
    /// Their orientation is 1 where the decoder has turned the picture upright already.
    pub(super) notes: Notes,
    pub(super) caveats: Vec<Caveat>,
}

impl Photo {
    /// The day of the photo, by its file's name or else its camera's clock.
    #[must_use]
    pub fn day(&self) -> Option<String> {
        crate::date::of_photo(&self.source.file_name, self.taken.as_deref())
    }

    pub(super) fn new(path: &Path, bytes: &[u8], unpacked: Unpacked) -> Self {
        let Unpacked {
            size,
            channels,
            samples,
            opaque,
            profile,
            notes,
            mut caveats,
        } = unpacked;
        let profile = match profile {
            None if notes.adobe_rgb && channels == 3 => colour::adobe_rgb(),
            profile => profile,
        };
        let (samples, colour) = colour::manage(samples, channels, profile.as_deref(), &mut caveats);
        let orientation = notes.orientation;
        let (samples, (width, height)) = match samples {
            Samples::Eight(s) => {
                let (s, size) = upright(s, size, channels, orientation);
                (Samples::Eight(s), size)
            }
            Samples::Sixteen(s) => {
                let (s, size) = upright(s, size, channels, orientation);
                (Samples::Sixteen(s), size)
            }
        };
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self {
            source: Source {
                file_name: name.to_string_lossy().into_owned(),
                blake3: blake3::hash(bytes).to_hex().to_string(),
            },
            taken: notes.taken,
            shot: notes.shot,
            width: width as u32,
            height: height as u32,
            caveats,
            samples,
            channels,
            colour,
            opaque: opaque.map(|o| upright(o, size, 1, orientation).0),
        }
    }

    /// A photo that is in memory already: 8-bit sRGB, upright.
    #[must_use]
    pub fn from_rgb8(name: &str, image: RgbImage) -> Self {
        let (width, height) = image.dimensions();
        let samples = image.into_raw();
        Self {
            source: Source {
                file_name: name.to_string(),
                blake3: blake3::hash(&samples).to_hex().to_string(),
            },
            taken: None,
            shot: Shot::default(),
            width,
            height,
            caveats: Vec::new(),
            samples: Samples::Eight(samples),
            channels: 3,
            colour: Colour::srgb(3, 1 << 8),
            opaque: None,
        }
    }

    /// Linear light, reduced `reduction` times (1 or more, any real number; less counts as 1).
    ///
    /// Each pixel is the mean of the light on the area it covers, on the grid of
    /// [`crate::filter::reduce`].
    #[must_use]
    pub fn linear(&self, reduction: f64) -> LinearImage {
        match &self.samples {
            Samples::Eight(s) => self.light(s, reduction),
            Samples::Sixteen(s) => self.light(s, reduction),
        }
    }

    fn light<T: Copy + Into<usize> + Sync>(&self, samples: &[T], reduction: f64) -> LinearImage {
        let (width, height) = (self.width as usize, self.height as usize);
        let reduction = reduction.max(1.0);
        let columns = reduced_length(width, reduction);
        let rows = reduced_length(height, reduction);
        let across = Covers::of(columns, reduction, width);
        let line = |row: usize| &samples[row * width * self.channels..][..width * self.channels];
        let [mut red, mut green, mut blue] = [(); 3].map(|()| vec![0.0f32; rows * columns]);
        red.par_chunks_mut(columns)
            .zip(green.par_chunks_mut(columns))
            .zip(blue.par_chunks_mut(columns))
            .enumerate()
            .for_each(|(y, ((red, green), blue))| {
                let mut out = [red, green, blue];
                if reduction > 1.0 {
                    let lines = coverage(y, reduction, height);
                    let lines = lines.iter().map(|&(row, weight)| (line(row), weight));
                    self.reduce_lines(lines, &across, &mut out);
                } else {
                    self.light_of_line(line(y), 1.0, &mut out);
                }
                self.to_srgb_primaries(out);
            });
        let plane = |data| Field::from_shape_vec((rows, columns), data).expect("rows x columns");
        LinearImage {
            planes: [plane(red), plane(green), plane(blue)],
        }
    }

    /// Adds `weight` times the light of a stored line to `sums`, in the file's own primaries.
    fn light_of_line<T: Copy + Into<usize>>(
        &self,
        stored: &[T],
        weight: f32,
        sums: &mut [&mut [f32]; 3],
    ) {
        let curve = |c: usize| self.colour.curves[c.min(self.channels - 1)].as_slice();
        let curves = [curve(0), curve(1), curve(2)];
        let [red, green, blue] = sums.each_mut().map(|sums| sums.iter_mut());
        let sums = red.zip(green).zip(blue);
        if self.channels == 3 {
            for (pixel, ((red, green), blue)) in stored.as_chunks::<3>().0.iter().zip(sums) {
                let [r, g, b] = pixel.map(Into::into);
                *red += weight * curves[0][r];
                *green += weight * curves[1][g];
                *blue += weight * curves[2][b];
            }
        } else {
            for (pixel, ((red, green), blue)) in stored.chunks_exact(self.channels).zip(sums) {
                let light = weight * curves[0][pixel[0].into()];
                *red += light;
                *green += light;
                *blue += light;
            }
        }
    }

    /// The mean light of the areas that a line of reduced pixels covers.
    fn reduce_lines<'a, T: Copy + Into<usize> + 'a>(
        &self,
        lines: impl Iterator<Item = (&'a [T], f32)>,
        across: &Covers,
        out: &mut [&mut [f32]; 3],
    ) {
        let width = self.width as usize;
        let mut sums = vec![0.0f32; 3 * width];
        let (red, rest) = sums.split_at_mut(width);
        let (green, blue) = rest.split_at_mut(width);
        let mut sums = [red, green, blue];
        for (stored, weight) in lines {
            self.light_of_line(stored, weight, &mut sums);
        }
        for (out, sum) in out.iter_mut().zip(&sums) {
            for (o, (first, weights)) in out.iter_mut().zip(across.each()) {
                let covered = &sum[first..first + weights.len()];
                *o = weights.iter().zip(covered).map(|(w, v)| w * v).sum();
            }
        }
    }

    /// A line of light in the file's own primaries, in those of sRGB. Linear, so it may follow the
    /// mean.
    fn to_srgb_primaries(&self, [red, green, blue]: [&mut [f32]; 3]) {
        if let Some(m) = &self.colour.matrix {
            for ((r, g), b) in red.iter_mut().zip(green).zip(blue) {
                [*r, *g, *b] = m.map(|row| row[0] * *r + row[1] * *g + row[2] * *b);
            }
        }
    }

    /// The photo as a screen shows it: upright, 8-bit sRGB, full size. Colours outside sRGB are
    /// moved to its edge.
    #[must_use]
    pub fn display(&self) -> RgbImage {
        let pixels = self.displayed().into_owned();
        RgbImage::from_raw(self.width, self.height, pixels).unwrap_or_default()
    }

    /// The samples of [`Self::display`], borrowed where they are stored so.
    #[must_use]
    pub(crate) fn displayed(&self) -> Cow<'_, [u8]> {
        match &self.samples {
            Samples::Eight(s) if self.colour.is_srgb && self.channels == 3 => Cow::Borrowed(s),
            Samples::Eight(s) => Cow::Owned(self.encode(s)),
            Samples::Sixteen(s) => Cow::Owned(self.encode(s)),
        }
    }

    fn encode<T: Copy + Into<usize> + Sync>(&self, samples: &[T]) -> Vec<u8> {
        /// Steps of the table; 20 for each 8-bit level where they are closest, at black.
        const STEPS: f32 = 65_535.0;
        let level: Vec<u8> = (0..=STEPS as u32)
            .map(|i| (255.0 * linear_to_srgb(f64::from(i) / f64::from(STEPS))).round() as u8)
            .collect();
        let mut out = vec![0u8; self.width as usize * self.height as usize * 3];
        let line = self.width as usize;
        out.par_chunks_mut(3 * line)
            .zip(samples.par_chunks(self.channels * line))
            .for_each(|(out, stored)| {
                let [mut red, mut green, mut blue] = [(); 3].map(|()| vec![0.0f32; line]);
                let mut light = [red.as_mut_slice(), &mut green, &mut blue];
                self.light_of_line(stored, 1.0, &mut light);
                self.to_srgb_primaries(light);
                for (x, out) in out.chunks_exact_mut(3).enumerate() {
                    for (o, v) in out.iter_mut().zip([red[x], green[x], blue[x]]) {
                        *o = level[(v.clamp(0.0, 1.0) * STEPS).round() as usize];
                    }
                }
            });
        out
    }

    /// Which pixels of [`Self::linear`] with the same `reduction` show the photo wholly; `None`
    /// where all do. The others have fully transparent pixels in them.
    #[must_use]
    pub fn opaque(&self, reduction: f64) -> Option<Mask> {
        let opaque = self.opaque.as_ref()?;
        let (width, height) = (self.width as usize, self.height as usize);
        let reduction = reduction.max(1.0);
        let columns = reduced_length(width, reduction);
        let rows = reduced_length(height, reduction);
        Some(Array2::from_shape_fn((rows, columns), |(y, x)| {
            coverage(y, reduction, height).iter().all(|&(v, _)| {
                coverage(x, reduction, width)
                    .iter()
                    .all(|&(u, _)| opaque[v * width + u])
            })
        }))
    }
}

/// Which of a line's pixels each pixel of a reduced line covers: [`coverage`] of them all.
struct Covers {
    /// The first of each one's, and where its weights begin.
    firsts: Vec<(usize, usize)>,
    weights: Vec<f32>,
}

impl Covers {
    fn of(count: usize, reduction: f64, width: usize) -> Self {
        let (mut firsts, mut weights) = (Vec::with_capacity(count), Vec::new());
        for i in 0..count {
            let cover = coverage(i, reduction, width);
            firsts.push((cover.first().map_or(0, |c| c.0), weights.len()));
            weights.extend(cover.iter().map(|c| c.1));
        }
        Self { firsts, weights }
    }

    fn each(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let ends = self.firsts.iter().skip(1).map(|f| f.1);
        let ends = ends.chain([self.weights.len()]);
        let each = self.firsts.iter().zip(ends);
        each.map(|(&(first, from), end)| (first, &self.weights[from..end]))
    }
}
