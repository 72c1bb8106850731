//! The smallest EXIF block that tells when a photo was taken, and the calendar for it.

/// A TIFF body with `DateTimeOriginal` at half past nine of a day `YYYY-MM-DD`.
#[must_use]
pub fn capture_date(date: &str) -> Vec<u8> {
    let text = format!("{} 09:30:00\0", date.replace('-', ":"));
    let mut tiff = Vec::new();
    tiff.extend(b"II*\0");
    tiff.extend(8u32.to_le_bytes()); // first directory
    tiff.extend(1u16.to_le_bytes());
    // ExifIFDPointer, one long: the directory below, at 8 + 2 + 12 + 4.
    entry(&mut tiff, 0x8769, 4, 1, 26);
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(1u16.to_le_bytes());
    // DateTimeOriginal, ASCII: behind this directory, at 26 + 2 + 12 + 4.
    entry(&mut tiff, 0x9003, 2, text.len() as u32, 44);
    tiff.extend(0u32.to_le_bytes());
    tiff.extend(text.as_bytes());
    tiff
}

fn entry(tiff: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32) {
    tiff.extend(tag.to_le_bytes());
    tiff.extend(kind.to_le_bytes());
    tiff.extend(count.to_le_bytes());
    tiff.extend(value.to_le_bytes());
}

/// The day `days` after 2026-01-12, as `YYYY-MM-DD` (Hinnant's `civil_from_days`).
#[must_use]
pub fn day(days: usize) -> String {
    /// Days from 0000-03-01 to 2026-01-12.
    const FIRST: usize = 739_933;
    let z = FIRST + days;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + usize::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
