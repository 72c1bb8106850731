//! Sheets of paper: text and pictures placed from the top, and the file they become.

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::font::{Weight, encode, width, wrap};
use crate::report::drawn::Picture;
use crate::report::settings::Paper;
use crate::report::words;
use crate::report::words::page as text;

/// White all around, pt.
pub(super) const MARGIN: f32 = 46.0;

/// Room for the line at the foot of each sheet, pt.
const FOOT: f32 = 20.0;

/// Name, in a page's resources, of the state in which ink covers in part.
pub(super) const SHADE: &[u8] = b"G1";

/// Distance of lines over size of letters.
const LEADING: f32 = 1.34;

/// A colour of ink, 0 to 1 each.
pub(super) type Ink = [f32; 3];

pub(super) const BLACK: Ink = [0.10, 0.11, 0.12];
pub(super) const SOFT: Ink = [0.33, 0.35, 0.38];
pub(super) const HAIR: Ink = [0.78, 0.77, 0.74];

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub weight: Weight,
    /// pt
    pub size: f32,
    pub ink: Ink,
}

impl Style {
    pub(super) const fn new(weight: Weight, size: f32, ink: Ink) -> Self {
        Self { weight, size, ink }
    }

    pub(super) fn line(self) -> f32 {
        self.size * LEADING
    }
}

pub(super) const BODY: Style = Style::new(Weight::Regular, 9.5, BLACK);
pub(super) const STRONG: Style = Style::new(Weight::Bold, 9.5, BLACK);
pub(super) const NOTE: Style = Style::new(Weight::Regular, 8.0, SOFT);
pub(super) const HEADING: Style = Style::new(Weight::Bold, 13.0, BLACK);

/// A place on a sheet, pt from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub height: f32,
}

/// A picture that was put into the file; it may be placed many times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Image {
    id: Ref,
    pub size: (u32, u32),
}

struct Sheet {
    content: Content,
    images: Vec<Ref>,
}

/// The document as it grows.
pub(super) struct Sheets {
    pdf: Pdf,
    ids: Ref,
    all: Vec<Sheet>,
    /// The state named [`SHADE`].
    shade: Ref,
    /// Width and height of the paper, pt.
    size: (f32, f32),
    /// Where the next line begins, pt from the top.
    pub y: f32,
}

impl Sheets {
    pub(super) fn new(paper: Paper) -> Self {
        let mut ids = Ref::new(1);
        let mut pdf = Pdf::new();
        let shade = ids.bump();
        pdf.ext_graphics(shade).non_stroking_alpha(0.4);
        let mut sheets = Self {
            pdf,
            ids,
            shade,
            all: Vec::new(),
            size: paper.points(),
            y: 0.0,
        };
        sheets.turn();
        sheets
    }

    /// Sheets begun.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// Begins a new sheet.
    pub(super) fn turn(&mut self) {
        self.all.push(Sheet {
            content: Content::new(),
            images: Vec::new(),
        });
        self.y = MARGIN;
    }

    /// Begins a new sheet if less than `height` pt are left on this one.
    pub(super) fn need(&mut self, height: f32) {
        if self.y + height > self.bottom() && self.y > MARGIN {
            self.turn();
        }
    }

    /// Width between the margins, pt.
    pub(super) fn room(&self) -> f32 {
        self.size.0 - 2.0 * MARGIN
    }

    /// Where the last line ends, pt from the top.
    pub(super) fn bottom(&self) -> f32 {
        self.size.1 - MARGIN - FOOT
    }

    pub(super) fn content(&mut self) -> &mut Content {
        // There is always one: `new` turns the first.
        let last = self.all.len() - 1;
        &mut self.all[last].content
    }

    /// Height from the bottom, as PDF counts.
    pub(super) fn up(&self, from_top: f32) -> f32 {
        self.size.1 - from_top
    }

    /// One line of text with its upper edge at `top`.
    pub(super) fn line(&mut self, left: f32, top: f32, style: Style, text: &str) {
        // Helvetica's letters reach 0.72 of their size above the line they stand on.
        let base = self.up(top + 0.5 * (style.line() - style.size) + 0.78 * style.size);
        let bytes = encode(text);
        self.content()
            .set_fill_rgb(style.ink[0], style.ink[1], style.ink[2])
            .begin_text()
            .set_font(Name(style.weight.resource()), style.size)
            .next_line(left, base)
            .show(Str(&bytes))
            .end_text();
    }

    /// A line that ends at `right`.
    pub(super) fn line_to(&mut self, right: f32, top: f32, style: Style, text: &str) {
        let left = right - width(text, style.weight, style.size);
        self.line(left, top, style, text);
    }

    /// Wrapped text at `left` from `top` on; returns the height taken. Does not turn the sheet.
    pub(super) fn block(
        &mut self,
        left: f32,
        top: f32,
        room: f32,
        style: Style,
        text: &str,
    ) -> f32 {
        let lines = wrap(text, style.weight, style.size, room);
        for (i, line) in lines.iter().enumerate() {
            self.line(left, top + i as f32 * style.line(), style, line);
        }
        lines.len() as f32 * style.line()
    }

    /// A paragraph across the sheet, indented by `indent`, line by line over sheets.
    pub(super) fn paragraph(&mut self, indent: f32, style: Style, text: &str) {
        for line in wrap(text, style.weight, style.size, self.room() - indent) {
            self.need(style.line());
            self.line(MARGIN + indent, self.y, style, &line);
            self.y += style.line();
        }
        self.y += 0.3 * style.size;
    }

    /// The height that [`Self::paragraph`] takes.
    pub(super) fn height_of(&self, indent: f32, style: Style, text: &str) -> f32 {
        let lines = wrap(text, style.weight, style.size, self.room() - indent).len();
        lines as f32 * style.line() + 0.3 * style.size
    }

    /// A heading with at least `with` pt of what follows on its sheet.
    pub(super) fn heading(&mut self, text: &str, with: f32) {
        self.y += 8.0;
        self.need(HEADING.line() + with);
        self.line(MARGIN, self.y, HEADING, text);
        self.y += HEADING.line() + 3.0;
    }

    /// Takes a picture into the file.
    pub(super) fn image(&mut self, picture: &Picture) -> Image {
        let id = self.ids.bump();
        let mut image = self.pdf.image_xobject(id, &picture.bytes);
        image.filter(Filter::DctDecode);
        image.width(picture.size.0 as i32);
        image.height(picture.size.1 as i32);
        image.color_space().device_rgb();
        image.bits_per_component(8);
        image.finish();
        Image {
            id,
            size: picture.size,
        }
    }

    pub(super) fn place(&mut self, image: Image, place: Place) {
        let bottom = self.up(place.top + place.height);
        let last = self.all.len() - 1;
        let sheet = &mut self.all[last];
        sheet.images.push(image.id);
        let name = name_of(image.id);
        sheet
            .content
            .save_state()
            .transform([place.width, 0.0, 0.0, place.height, place.left, bottom])
            .x_object(Name(&name))
            .restore_state();
    }

    /// The file, with its title and a line at the foot of every sheet.
    pub(super) fn finish(mut self, title: &str, foot: &str) -> Vec<u8> {
        let count = self.all.len();
        let all = std::mem::take(&mut self.all);
        let [catalog, tree, info, regular, bold] = std::array::from_fn(|_| self.ids.bump());
        let mut pages = Vec::new();
        for (i, sheet) in all.into_iter().enumerate() {
            self.all.push(sheet);
            let top = self.size.1 - MARGIN - NOTE.line();
            let right = self.size.0 - MARGIN;
            self.rule((MARGIN, top - 4.0), (right, top - 4.0), 0.5, HAIR);
            self.line(MARGIN, top, NOTE, foot);
            self.line_to(right, top, NOTE, &words::sheet(i + 1, count));
            if let Some(sheet) = self.all.pop() {
                let id = self.page(sheet, tree, regular, bold);
                pages.push(id);
            }
        }
        let Self { mut pdf, .. } = self;
        let mut root = pdf.catalog(catalog);
        root.pages(tree);
        root.lang(TextStr(text::LANGUAGE));
        root.viewer_preferences().display_doc_title(true);
        root.finish();
        pdf.pages(tree)
            .kids(pages.iter().copied())
            .count(pages.len() as i32);
        for (id, name) in [(regular, &b"Helvetica"[..]), (bold, &b"Helvetica-Bold"[..])] {
            pdf.type1_font(id)
                .base_font(Name(name))
                .encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        pdf.document_info(info)
            .title(TextStr(title))
            .creator(TextStr(text::PRODUCT));
        pdf.finish()
    }

    fn page(&mut self, sheet: Sheet, tree: Ref, regular: Ref, bold: Ref) -> Ref {
        /// Level of deflate: outlines shrink to a third, more effort gains nothing.
        const LEVEL: u8 = 6;
        let (id, content_id) = (self.ids.bump(), self.ids.bump());
        let content = compress_to_vec_zlib(&sheet.content.finish(), LEVEL);
        self.pdf
            .stream(content_id, &content)
            .filter(Filter::FlateDecode);
        let mut page = self.pdf.page(id);
        page.media_box(Rect::new(0.0, 0.0, self.size.0, self.size.1));
        page.parent(tree);
        page.contents(content_id);
        let mut resources = page.resources();
        let mut fonts = resources.fonts();
        fonts.pair(Name(Weight::Regular.resource()), regular);
        fonts.pair(Name(Weight::Bold.resource()), bold);
        fonts.finish();
        let mut images = sheet.images;
        images.sort_unstable();
        images.dedup();
        let mut objects = resources.x_objects();
        for image in images {
            objects.pair(Name(&name_of(image)), image);
        }
        objects.finish();
        resources.ext_g_states().pair(Name(SHADE), self.shade);
        resources.finish();
        page.finish();
        id
    }
}

fn name_of(image: Ref) -> Vec<u8> {
    format!("I{}", image.get()).into_bytes()
}
