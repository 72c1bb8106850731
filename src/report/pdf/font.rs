//! Text in the fonts that every PDF reader brings along (Helvetica, its metrics as Adobe published
//! them for the standard 14 fonts), so that nothing has to be embedded.

/// Regular or bold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

impl Weight {
    /// Name of the font in a page's resources.
    pub(super) fn resource(self) -> &'static [u8] {
        match self {
            Self::Regular => b"F1",
            Self::Bold => b"F2",
        }
    }

    /// Widths of the characters 32 to 126, thousandths of the size.
    fn ascii(self) -> &'static [u16; 95] {
        match self {
            Self::Regular => &REGULAR,
            Self::Bold => &BOLD,
        }
    }
}

#[rustfmt::skip]
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

#[rustfmt::skip]
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];

/// Characters 0x80 to 0x9f of `WinAnsiEncoding` (ISO 32000-1, annex D.2); a space where there is
/// none.
const HIGH: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// Text as bytes of `WinAnsiEncoding`. What it does not have becomes a question mark.
pub(super) fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => bytes.push(c as u8),
            '\u{2212}' => bytes.push(0x96),
            '→' => bytes.extend(b"to"),
            '\u{a0}'..='\u{ff}' => bytes.push(c as u32 as u8),
            c if c.is_whitespace() => bytes.push(b' '),
            c => bytes.push(
                HIGH.chars()
                    .position(|h| h == c)
                    .map_or(b'?', |i| 0x80 + i as u8),
            ),
        }
    }
    bytes
}

/// Width of text at a size, pt.
pub(super) fn width(text: &str, weight: Weight, size: f32) -> f32 {
    let thousandths: u32 = encode(text)
        .into_iter()
        .map(|b| u32::from(advance(b, weight)))
        .sum();
    thousandths as f32 * size / 1000.0
}

/// Beyond ASCII a few matter; the rest is as wide as a letter.
fn advance(byte: u8, weight: Weight) -> u16 {
    const LETTER: u16 = 556;
    match byte {
        32..=126 => weight.ascii()[usize::from(byte - 32)],
        0x85 | 0x97 | 0x99 => 1000,
        0x91 | 0x92 | 0x82 | 0xb7 => 278,
        0xb0 => 400,
        0xb1 | 0xd7 => 584,
        0xb2 | 0xb3 | 0xb9 => 333,
        0x95 => 350,
        _ => LETTER,
    }
}

/// Lines of at most `room` pt. A word that is too long for one is cut.
pub(super) fn wrap(text: &str, weight: Weight, size: f32, room: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() {
            word.to_string()
        } else {
            format!("{line} {word}")
        };
        if width(&longer, weight, size) <= room {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            line.push(c);
            if width(&line, weight, size) > room && line.chars().count() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, c.to_string()));
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_as_the_standard_has_them() {
        assert_eq!(encode("a − b"), b"a \x96 b");
        assert_eq!(encode("mm² ±5 °"), b"mm\xb2 \xb15 \xb0");
        assert_eq!(encode("’…•€Ÿ"), [0x92, 0x85, 0x95, 0x80, 0x9f]);
        assert_eq!(encode("日"), b"?");
    }

    #[test]
    fn widths_as_published() {
        assert_eq!(width("Wm", Weight::Regular, 1000.0), 944.0 + 833.0);
        assert_eq!(width("Wm", Weight::Bold, 1000.0), 944.0 + 889.0);
        assert_eq!(width("~", Weight::Regular, 1000.0), 584.0);
    }

    #[test]
    fn lines_keep_within_their_room() {
        let text = "a few words and averyveryverylongoneindeed";
        let lines = wrap(text, Weight::Regular, 10.0, 60.0);
        assert!(lines.len() > 3);
        assert!(
            lines
                .iter()
                .all(|l| width(l, Weight::Regular, 10.0) <= 60.0)
        );
        let letters = |s: &str| s.chars().filter(|c| !c.is_whitespace()).count();
        assert_eq!(
            lines.iter().map(|l| letters(l)).sum::<usize>(),
            letters(text)
        );
        assert!(wrap("  ", Weight::Regular, 10.0, 60.0).is_empty());
    }
}
