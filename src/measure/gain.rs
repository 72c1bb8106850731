//! Both visits, and how what one photo shows is brought into the other's gain.

use super::{Sums, Visit, healthy_mean_square, pixels_of};
use crate::raster::Mask;

/// What both visits show on the skin measured in both.
#[derive(Debug, Clone)]
pub struct Both {
    pub before: Visit,
    pub after: Visit,
    /// Measured skin that looks like a dent in neither visit.
    pub healthy: Mask,
    /// Natural logarithm of the ratio of the fine texture's scatter, after to before: another light,
    /// camera or sharpness, hair that grew, noise.
    pub texture_gap: f64,
}

/// Share of the texture's gap that is taken for the photos' gain.
///
/// Light and camera scale dents and texture alike, but hair and noise belong to the texture only: as
/// gain and disturbance are about as wide as each other, half is the best guess. (On 31 development
/// phantoms the volume's error was least between 0.4 and 0.75.)
const GAIN_SHARE: f64 = 0.5;

impl Both {
    /// Brings what the after photo shows into the gain of the before photo, shading first, then depth.
    ///
    /// How much more or less the dents of one visit hold than the other's is asked twice. *Light*:
    /// shading is proportional to slope (Pentland 1990, Int. J. Comput. Vis. 4:33), so that all dents
    /// together hold in proportion to their area times contrast. *The network*: it knows where each
    /// dent is and which is the deeper, but answers with the likeliest depth, which moves half as far
    /// as the true one from visit to visit; a dent that grows in area grows in depth as well, by the
    /// root of it about. The geometric mean of both is taken: light alone hangs on the photos' gain.
    /// (On 27 scarred development phantoms the change of volume was off by 14.0 points by light alone,
    /// by 17.9 by the network as it is, and by 12.5 by both; where nothing had changed by 15.6, 5.0 and
    /// 12.3.)
    #[must_use]
    pub fn in_one_gain(mut self) -> Self {
        /// The depths' ratio is believed between this and its inverse.
        const LEAST_RATIO: f64 = 0.25;
        let gain = (-GAIN_SHARE * self.texture_gap).exp() as f32;
        self.after.shading.mapv_inplace(|v| gain * v);
        let [before, after] = [&self.before, &self.after].map(|visit| {
            let base = healthy_mean_square(&visit.shading, &self.healthy);
            let (mut all, mut shaded, mut volume) = (0.0, 0.0, 0.0);
            for pixels in pixels_of(&visit.scars) {
                let sums = Sums::of(&pixels, visit.surface());
                let area = pixels.len() as f64;
                all += area;
                shaded += area * own_contrast(sums.square / area, base);
                volume += sums.volume;
            }
            // What the network's volume has to be multiplied by, but for what both visits share.
            (volume > 0.0).then(|| (shaded * all / volume).sqrt())
        });
        if let (Some(before), Some(after)) = (before, after)
            && before > 0.0
            && after > 0.0
        {
            let ratio = (after / before).clamp(LEAST_RATIO, 1.0 / LEAST_RATIO) as f32;
            self.after.relief.height.mapv_inplace(|v| ratio * v);
        }
        self
    }
}

/// [`Scar::contrast`](super::Scar::contrast) from a scar's and the healthy skin's mean squared shading, but never nothing:
/// beside coarse skin a faint scar's own shading may drown.
fn own_contrast(mean_square: f64, base: f64) -> f64 {
    /// Share of a scar's mean squared shading that is its own at least.
    const LEAST_OWN: f64 = 0.04;
    (mean_square - base).max(LEAST_OWN * mean_square).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::measure;
    use crate::raster::Field;
    use crate::relief::{Light, Relief, Side};
    use crate::segment::Scars;

    const SIZE: (usize, usize) = (40, 40);

    /// A visit with one square dent of a depth, shaded `strength` inside and 0.01 outside.
    fn visit(strength: f32, depth: f32) -> Visit {
        let inside = |(y, x): (usize, usize)| (10..20).contains(&y) && (10..20).contains(&x);
        let sign = |(y, x): (usize, usize)| if (x + y) % 2 == 0 { 1.0 } else { -1.0 };
        let of = |within: f32, without: f32| {
            Field::from_shape_fn(SIZE, |at| if inside(at) { within } else { without })
        };
        Visit {
            shading: Field::from_shape_fn(SIZE, sign) * of(strength, 0.01),
            relief: Relief {
                index: of(-1.0, 1.0),
                height: of(-depth, 0.0),
                light: Light {
                    axis_deg: 0.0,
                    directionality: 0.2,
                },
                side: Side::Axis,
            },
            scars: Scars {
                labels: of(1.0, 0.0).mapv(|l| l as u32),
                count: 1,
            },
        }
    }

    fn volumes(after: Visit, texture_gap: f64) -> [f64; 2] {
        let before = visit(0.1, 2.0);
        let healthy = before.scars.labels.mapv(|l| l == 0);
        let both = Both {
            before,
            after,
            healthy,
            texture_gap,
        }
        .in_one_gain();
        [&both.before, &both.after].map(|v| measure(v.surface(), &both.healthy)[0].volume_px)
    }

    #[test]
    fn depth_follows_the_shading() {
        let [before, after] = volumes(visit(0.05, 2.0), 0.0);
        assert!((before - 200.0).abs() < 1e-6, "{before}");
        // The light says half, the network the same as before.
        assert!((135.0..145.0).contains(&after), "{after}");
    }

    #[test]
    fn a_stronger_light_is_no_deeper_dent() {
        let (stronger, gap) = (1.5_f32, 1.5_f64.ln());
        let mut after = visit(0.1, 2.0);
        after.shading *= stronger;
        let [before, after] = volumes(after, gap);
        // Half of the gap is believed, and light is half of what is asked.
        assert!(
            (after / before - 1.5_f64.powf(0.25)).abs() < 0.01,
            "{after}"
        );
    }

    #[test]
    fn nothing_changes_between_a_photo_and_itself() {
        let [before, after] = volumes(visit(0.1, 2.0), 0.0);
        assert_eq!(before.to_bits(), after.to_bits());
    }
}
