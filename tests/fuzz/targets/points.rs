//! Any bytes as a table of point pairs: two bytes for the sides of the photos, then the file.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use scardepth::register::points;
use tempfile::TempDir;

static DESK: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&[a, b], table)) = bytes.split_first_chunk::<2>() else {
        return;
    };
    let file = DESK.path().join("points.csv");
    fs::write(&file, table).expect("a file");
    let side = |v: u8| 32 + 16 * u32::from(v);
    let sizes = [(side(a), side(b)), (side(b), side(a))];
    if let Ok(map) = points::read(&file, sizes) {
        // A map that was accepted leads somewhere, and not through a mirror.
        assert!(map.determinant() > 0.0, "{map:?}");
        for (x, y) in [(0.0, 0.0), (f64::from(side(a)), f64::from(side(b)))] {
            let (x, y) = map.at(x, y);
            assert!(x.is_finite() && y.is_finite(), "{map:?}");
        }
    }
});
