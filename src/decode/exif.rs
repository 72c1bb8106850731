//! What a photo's EXIF is asked for: which way is up, when and how it was taken. Nothing else is
//! read, least of all places, names and serial numbers.

use exif::{Context, Exif, In, Reader, Tag, Value};

use super::photo::Shot;

pub(super) const NEW_SUBFILE_TYPE: Tag = Tag(Context::Tiff, 0x00fe);
pub(super) const PHOTOMETRIC: Tag = Tag(Context::Tiff, 0x0106);
pub(super) const SUB_IFDS: Tag = Tag(Context::Tiff, 0x014a);
pub(super) const DNG_VERSION: Tag = Tag(Context::Tiff, 0xc612);

/// The readable part of an EXIF or TIFF directory; empty if there is none.
pub(super) struct Directory(Option<Exif>);

impl Directory {
    /// From an EXIF block ("TIFF header" first).
    pub(super) fn of_exif(block: Option<Vec<u8>>) -> Self {
        // Some writers leave the marker's name in front.
        let strip = |b: Vec<u8>| b.strip_prefix(b"Exif\0\0").map(<[u8]>::to_vec).unwrap_or(b);
        Self(block.map(strip).and_then(|block| {
            let mut reader = Reader::new();
            // One bad entry (a maker's note cut short) must not cost the orientation.
            reader.continue_on_error(true);
            match reader.read_raw(block) {
                Ok(exif) => Some(exif),
                Err(e) => e.distill_partial_result(|_| ()).ok(),
            }
        }))
    }

    /// From a file of any kind that has one.
    pub(super) fn of_file(path: &std::path::Path) -> Self {
        let mut reader = Reader::new();
        reader.continue_on_error(true);
        let read = std::fs::File::open(path).ok().and_then(|file| {
            let mut file = std::io::BufReader::new(file);
            match reader.read_from_container(&mut file) {
                Ok(exif) => Some(exif),
                Err(e) => e.distill_partial_result(|_| ()).ok(),
            }
        });
        Self(read)
    }

    /// From a whole TIFF file.
    pub(super) fn of_tiff(bytes: &[u8]) -> Self {
        Self::of_exif(Some(bytes.to_vec()))
    }

    pub(super) fn has(&self, tag: Tag) -> bool {
        self.value(tag).is_some()
    }

    pub(super) fn number(&self, tag: Tag) -> Option<u32> {
        self.value(tag)?.get_uint(0)
    }

    fn value(&self, tag: Tag) -> Option<&Value> {
        Some(&self.0.as_ref()?.get_field(tag, In::PRIMARY)?.value)
    }

    /// All that is asked for.
    pub(super) fn notes(&self) -> Notes {
        Notes {
            orientation: self.orientation(),
            taken: self.taken(),
            shot: self.shot(),
            adobe_rgb: self.is_adobe_rgb(),
        }
    }

    /// EXIF orientation, 1 to 8; 1 (upright) where it is missing or nonsense.
    fn orientation(&self) -> u8 {
        match self.number(Tag::Orientation) {
            Some(o @ 1..=8) => o as u8,
            _ => 1,
        }
    }

    /// When the shutter opened, else when it was digitised, by the camera's clock:
    /// `2026-01-10T09:30:00`. Never the date of a later edit.
    pub(super) fn taken(&self) -> Option<String> {
        [Tag::DateTimeOriginal, Tag::DateTimeDigitized]
            .into_iter()
            .find_map(|tag| iso(self.text(tag)?))
    }

    fn shot(&self) -> Shot {
        // EXIF's zero stands for unknown, a distance of all ones for infinity.
        let length = |tag| self.real(tag).filter(|v| v.is_finite() && *v > 0.0);
        let zone = [Tag::OffsetTimeOriginal, Tag::OffsetTimeDigitized];
        Shot {
            utc_offset_minutes: zone
                .into_iter()
                .find_map(|tag| offset_minutes(self.text(tag)?)),
            lens: self.text(Tag::LensModel).and_then(|t| {
                let name = String::from_utf8_lossy(t);
                let name = name.trim_matches(|c: char| c == '\0' || c.is_whitespace());
                (!name.is_empty()).then(|| name.to_string())
            }),
            focal_length_mm: length(Tag::FocalLength),
            focal_length_35mm: length(Tag::FocalLengthIn35mmFilm),
            // Bit 0: it fired. Bit 5: there is none.
            flash: self.number(Tag::Flash).map(|f| f & 1 == 1),
            distance_m: length(Tag::SubjectDistance).filter(|&d| d < FARTHEST_M),
        }
    }

    /// Whether the camera was set to Adobe RGB, which it says here and by no profile (DCF 2.0,
    /// option files, "R03").
    fn is_adobe_rgb(&self) -> bool {
        self.text(Tag::InteroperabilityIndex)
            .is_some_and(|t| t.starts_with(b"R03"))
    }

    fn text(&self, tag: Tag) -> Option<&[u8]> {
        match self.value(tag)? {
            Value::Ascii(lines) => Some(lines.first()?),
            _ => None,
        }
    }

    fn real(&self, tag: Tag) -> Option<f64> {
        match self.value(tag)? {
            Value::Rational(v) => v.first().map(exif::Rational::to_f64),
            Value::Short(v) => v.first().map(|&v| f64::from(v)),
            _ => None,
        }
    }
}

/// What was asked for, apart from the file it was in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Notes {
    /// 1 to 8.
    pub(super) orientation: u8,
    pub(super) taken: Option<String>,
    pub(super) shot: Shot,
    /// Whether colours without a profile are Adobe RGB.
    pub(super) adobe_rgb: bool,
}

/// From here on a distance is a code for infinity, m.
const FARTHEST_M: f64 = 1e4;

/// `+02:00` as minutes.
fn offset_minutes(text: &[u8]) -> Option<i32> {
    let &[sign, h, hh, b':', m, mm] = text.get(..6)?.first_chunk::<6>()? else {
        return None;
    };
    let digit = |d: u8| d.is_ascii_digit().then(|| i32::from(d - b'0'));
    let minutes = 60 * (10 * digit(h)? + digit(hh)?) + 10 * digit(m)? + digit(mm)?;
    // Zones reach from -12:00 to +14:00.
    match sign {
        b'+' if minutes <= 14 * 60 => Some(minutes),
        b'-' if minutes <= 12 * 60 => Some(-minutes),
        _ => None,
    }
}

/// `2026:01:10 09:30:00` as ISO 8601, if it is a date that exists.
fn iso(ascii: &[u8]) -> Option<String> {
    let t = exif::DateTime::from_ascii(ascii).ok()?;
    let leap = t.year % 4 == 0 && (t.year % 100 != 0 || t.year % 400 == 0);
    let days = match t.month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let real =
        t.year > 0 && (1..=days).contains(&t.day) && t.hour < 24 && t.minute < 60 && t.second < 61;
    real.then(|| {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            t.year, t.month, t.day, t.hour, t.minute, t.second
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{iso, offset_minutes};

    #[test]
    fn dates_that_exist_only() {
        assert_eq!(
            iso(b"2026:01:10 09:30:00").as_deref(),
            Some("2026-01-10T09:30:00")
        );
        assert!(iso(b"2024:02:29 00:00:00").is_some());
        for none in [
            &b"0000:00:00 00:00:00"[..],
            b"2023:02:29 00:00:00",
            b"2023:13:01 00:00:00",
            b"2023:12:01 24:00:00",
            b"    :  :     :  :  ",
            b"",
        ] {
            assert_eq!(iso(none), None);
        }
    }

    #[test]
    fn zones_that_exist_only() {
        assert_eq!(offset_minutes(b"+02:00"), Some(120));
        assert_eq!(offset_minutes(b"-03:30\0"), Some(-210));
        for none in [&b"+15:00"[..], b"   :  ", b"+2:00", b"", b"Z"] {
            assert_eq!(offset_minutes(none), None);
        }
    }
}
