//! How little of a photo's light came from a side, in words.

use super::of_100;
use crate::quality::GRAZING;
use crate::relief::LEAST_DIRECTIONAL;
use crate::report::schema::Quality;

/// Share from which a lamp counts as standing to the side.
///
/// Of fine light and shade on skin, the share told (directionality over [`GRAZING`]) is the power that
/// one lamp from the side draws; the rest has no side: light from all round, mottling, noise. With less
/// than a fifth, dents are drawn less than half as strong (power 1 to 4) as what they have to be told
/// from.
pub const FROM_A_SIDE: f64 = 0.2;

/// Too little light from a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Little {
    /// So little that nobody could tell from which.
    None,
    Hardly,
}

impl Little {
    /// `None` where there is enough, or nothing is known.
    fn of(quality: &Quality) -> Option<Self> {
        match quality.light_directionality? {
            // Exactly 0 stands for nothing measured.
            share if share <= 0.0 || share >= FROM_A_SIDE => None,
            share if share * GRAZING < LEAST_DIRECTIONAL => Some(Self::None),
            _ => Some(Self::Hardly),
        }
    }
}

/// What dents lose by the light of two photos, a sentence for each way.
#[must_use]
pub fn too_little(photos: &[(&str, &Quality); 2]) -> Vec<String> {
    [Little::None, Little::Hardly]
        .into_iter()
        .filter_map(|little| told(photos, little))
        .collect()
}

fn told(photos: &[(&str, &Quality); 2], little: Little) -> Option<String> {
    let lit: Vec<_> = (photos.iter())
        .filter(|p| Little::of(p.1) == Some(little))
        .collect();
    let which = match lit[..] {
        [] => return None,
        [(photo, _)] => format!("In the {photo} photo"),
        _ => "In both photos".to_string(),
    };
    Some(match little {
        Little::None => {
            format!("{which} the light comes from nearly everywhere, which hides dents.")
        }
        Little::Hardly => {
            let shares = lit.iter().filter_map(|p| p.1.light_directionality);
            let shares: Vec<String> = shares.map(of_100).collect();
            format!(
                "{which} hardly any light comes from a side ({}), so dents hardly show.",
                shares.join(" and ")
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lit(share: f64) -> Quality {
        Quality {
            light_directionality: Some(share),
            ..Quality::default()
        }
    }

    #[test]
    fn little_light_from_a_side_is_told_by_how_little_it_is() {
        let told = |first: f64, second: f64| {
            let (first, second) = (lit(first), lit(second));
            too_little(&[("first", &first), ("second", &second)])
        };
        assert_eq!(told(0.4, 0.2), [""; 0]);
        assert_eq!(told(0.0, 0.3), [""; 0]);
        assert_eq!(
            told(0.085, 0.19),
            [
                "In both photos hardly any light comes from a side (8 of 100 and 19 of 100), so dents \
              hardly show."
            ]
        );
        assert_eq!(
            told(0.12, 0.05),
            [
                "In the second photo the light comes from nearly everywhere, which hides dents.",
                "In the first photo hardly any light comes from a side (12 of 100), so dents hardly \
                 show."
            ]
        );
    }
}
