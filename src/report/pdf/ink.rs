//! Lines and shapes on sheets of paper.

use pdf_writer::{Content, Name};

use super::sheets::{Ink, Place, SHADE, Sheets};
use crate::report::drawn::Region;

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen {
    pub ink: Ink,
    /// pt
    pub wide: f32,
    /// Lengths of line and gap, pt; empty for an unbroken line.
    pub dash: &'static [f32],
}

impl Sheets {
    pub(super) fn fill(&mut self, place: Place, ink: Ink) {
        let bottom = self.up(place.top + place.height);
        self.content()
            .set_fill_rgb(ink[0], ink[1], ink[2])
            .rect(place.left, bottom, place.width, place.height)
            .fill_nonzero();
    }

    /// A straight line, `wide` pt.
    pub(super) fn rule(&mut self, from: (f32, f32), to: (f32, f32), wide: f32, ink: Ink) {
        self.stroke(
            from,
            to,
            &Pen {
                ink,
                wide,
                dash: &[],
            },
        );
    }

    /// A straight line.
    pub(super) fn stroke(&mut self, from: (f32, f32), to: (f32, f32), pen: &Pen) {
        let ends = [from, to].map(|(x, y)| (x, self.up(y)));
        let content = self.take(pen);
        trace(content, ends.into_iter());
        content.stroke();
    }

    /// A filled shape by its corners.
    pub(super) fn polygon(&mut self, corners: &[(f32, f32)], ink: Ink) {
        let corners: Vec<(f32, f32)> = corners.iter().map(|c| (c.0, self.up(c.1))).collect();
        let content = self.content();
        content.set_fill_rgb(ink[0], ink[1], ink[2]);
        trace(content, corners.into_iter());
        content.close_path().fill_nonzero();
    }

    /// Closed lines in the units of a picture `size` wide and high that lies at `place`.
    pub(super) fn outline(
        &mut self,
        lines: &[Vec<(f32, f32)>],
        size: (f32, f32),
        place: Place,
        pen: &Pen,
    ) {
        let at = self.on(place, size);
        let content = self.take(pen);
        for line in lines {
            trace(content, line.iter().map(|&p| at(p)));
            content.close_path();
        }
        content.stroke();
    }

    /// Darkens all of a picture at `place` but the measured region.
    pub(super) fn shade(&mut self, region: &Region, place: Place) {
        let (width, height) = region.size;
        let at = self.on(place, (width.max(1) as f32, height.max(1) as f32));
        let bottom = self.up(place.top + place.height);
        let content = self.content();
        content
            .save_state()
            .set_parameters(Name(SHADE))
            .set_fill_gray(0.0)
            .rect(place.left, bottom, place.width, place.height);
        for line in &region.lines {
            trace(content, line.iter().map(|&p| at(p)));
            content.close_path();
        }
        content.fill_even_odd().restore_state();
    }

    /// Everything drawn in `draw` is cut off at the borders of `place`.
    pub(super) fn within(&mut self, place: Place, draw: impl FnOnce(&mut Self)) {
        let bottom = self.up(place.top + place.height);
        self.content()
            .save_state()
            .rect(place.left, bottom, place.width, place.height)
            .clip_nonzero()
            .end_path();
        draw(self);
        self.content().restore_state();
    }

    /// Where a point of a picture `size` wide and high that lies at `place` is, as PDF counts.
    fn on(&self, place: Place, size: (f32, f32)) -> impl Fn((f32, f32)) -> (f32, f32) + use<> {
        let (fx, fy) = (place.width / size.0, place.height / size.1);
        let (left, top) = (place.left, self.up(place.top));
        move |(x, y)| (left + x * fx, top - y * fy)
    }

    fn take(&mut self, pen: &Pen) -> &mut Content {
        self.content()
            .set_stroke_rgb(pen.ink[0], pen.ink[1], pen.ink[2])
            .set_line_width(pen.wide)
            .set_dash_pattern(pen.dash.iter().copied(), 0.0)
    }
}

/// A path through points, as PDF counts.
fn trace(content: &mut Content, points: impl Iterator<Item = (f32, f32)>) {
    for (i, (x, y)) in points.enumerate() {
        if i == 0 {
            content.move_to(x, y);
        } else {
            content.line_to(x, y);
        }
    }
}
