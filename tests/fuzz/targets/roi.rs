//! Any bytes as a region: a byte for the working scale, then the picture's file; which is asked for
//! its date as well, as planning a folder does.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use scardepth::decode::{self, taken};
use scardepth::raster::count;
use scardepth::skin::roi;
use tempfile::TempDir;

/// The photo's size, px: that of the seeds.
const SIZE: (u32, u32) = (48, 40);

static DESK: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&scale, picture)) = bytes.split_first() else {
        return;
    };
    let file = DESK.path().join("region.png");
    fs::write(&file, picture).expect("a file");
    let _ = taken(&file);
    if let Ok(region) = roi::read(&file, SIZE, &decode::Options::default()) {
        assert_eq!(region.dim(), (SIZE.1 as usize, SIZE.0 as usize));
        assert!(count(&region) > 0);
        let reduction = f64::from(scale) / 16.0;
        let reduced = roi::reduced(&region, reduction);
        assert!(reduced.len() <= region.len());
    }
});
