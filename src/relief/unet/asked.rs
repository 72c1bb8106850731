//! What of a canvas the network is asked about.

use std::ops::Range;

use crate::raster::{Field, row};

/// From which column on to which one each row of a canvas is asked about.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked(pub(super) Vec<Range<usize>>);

impl Asked {
    /// All of a canvas.
    #[must_use]
    pub fn all(rows: usize, columns: usize) -> Self {
        Self(vec![0..columns; rows])
    }

    /// What of a canvas lies within `margin` px, across and down, of a plane's values above 0, and
    /// between two such places of a row.
    #[must_use]
    pub fn around(plane: &Field, margin: usize) -> Self {
        let (rows, columns) = plane.dim();
        let open = |y: usize| {
            let line = row(plane, y);
            let first = line.iter().position(|&v| v > 0.0)?;
            let last = line.iter().rposition(|&v| v > 0.0)?;
            Some((first, last + 1))
        };
        let open: Vec<Option<(usize, usize)>> = (0..rows).map(open).collect();
        let near = |y: usize| {
            let around = &open[y.saturating_sub(margin)..(y + margin + 1).min(rows)];
            let first = around.iter().flatten().map(|o| o.0).min();
            let last = around.iter().flatten().map(|o| o.1).max();
            first.zip(last).map_or(0..0, |(first, last)| {
                first.saturating_sub(margin)..(last + margin).min(columns)
            })
        };
        Self((0..rows).map(near).collect())
    }

    /// The same of a canvas half as fine.
    pub(super) fn halved(&self) -> Self {
        let both = |pair: &[Range<usize>]| {
            let filled = || pair.iter().filter(|r| !r.is_empty());
            let first = filled().map(|r| r.start / 2).min();
            let last = filled().map(|r| r.end.div_ceil(2)).max();
            first.zip(last).map_or(0..0, |(first, last)| first..last)
        };
        Self(self.0.chunks(2).map(both).collect())
    }
}
