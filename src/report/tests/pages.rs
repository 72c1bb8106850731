//! The pages on the screen and on paper, made of a made-up result.

use super::{not_comparable, sample};
use crate::report::schema::*;
use crate::report::{Paper, Pictures, anonymous, drawn, html, json, pdf};

/// The page, with plain spaces only.
fn page_of(comparison: &Comparison, pictures: &Pictures) -> String {
    let page = html::page(comparison, &drawn::draw(comparison, pictures).unwrap());
    page.replace('\u{a0}', " ")
}

#[test]
fn no_line_ends_between_a_number_and_its_percent_sign() {
    let (comparison, pictures) = sample();
    let page = html::page(&comparison, &drawn::draw(&comparison, &pictures).unwrap());
    let (_, body) = page.split_once("<body>").unwrap();
    let (body, _) = body.split_once("<script>").unwrap();
    assert!(body.contains("\u{a0}%") && !body.contains(" %"));
}

#[test]
fn a_file_name_stays_text_on_the_page() {
    let (comparison, pictures) = sample();
    let page = page_of(&comparison, &pictures);
    assert!(page.contains("&lt;b&gt; &amp; &quot;c&quot;.jpg"));
    assert!(!page.contains("<b> &"));

    let (comparison, pictures) = not_comparable();
    let page = page_of(&comparison, &pictures);
    let (warning, photos) = (page.find("Keep lamp"), page.find(">The photos</h2>"));
    assert!(warning.unwrap() < photos.unwrap());
    assert!(!page.contains("class=\"shade\""));
}

#[test]
fn each_scar_has_its_own_outline_close_up_and_row() {
    let (comparison, pictures) = sample();
    let page = page_of(&comparison, &pictures);
    for part in [
        "id=\"b1\" class=\"improved\"",
        "id=\"a1\" class=\"improved\"",
        "id=\"b2\" class=\"unsure\"",
        "id=\"scar-2\"",
        "id=\"row-2\"",
        "href=\"#scar-1\"",
        "href=\"#before-relief\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    // The larger scar stands first.
    assert!(page.find("id=\"row-2\"").unwrap() < page.find("id=\"row-1\"").unwrap());
    // A scar that is gone is outlined before only.
    let mut gone = comparison.clone();
    gone.lesions[0].state = State::Gone;
    let page = page_of(&gone, &pictures);
    assert!(page.contains("id=\"b1\"") && !page.contains("id=\"a1\""));
}

#[test]
fn the_policy_allows_the_pages_own_style_and_script_only() {
    use sha2::{Digest, Sha256};
    let (comparison, pictures) = sample();
    let page = page_of(&comparison, &pictures);
    let policy = page.split("content=\"").nth(1).unwrap();
    let policy = policy[..policy.find('"').unwrap()].replace("&#39;", "'");
    assert!(policy.starts_with("default-src 'none'; img-src data:;"));
    assert!(!policy.contains("unsafe") && !policy.contains('*'));
    for (tag, source) in [("style", "style-src"), ("script", "script-src")] {
        let parts: Vec<&str> = page.split(&format!("<{tag}>")).collect();
        assert_eq!(parts.len(), 2, "one {tag}");
        let inside = &parts[1][..parts[1].find(&format!("</{tag}>")).unwrap()];
        let hash = crate::report::pictures::base64(&Sha256::digest(inside.as_bytes()));
        assert!(
            policy.contains(&format!("{source} 'sha256-{hash}'")),
            "{policy}"
        );
    }
    assert!(!page.contains("style=\"") && !page.contains("onclick"));
}

#[test]
fn a_pair_that_can_show_little_says_so_on_the_first_page() {
    let (mut comparison, pictures) = sample();
    assert!(!page_of(&comparison, &pictures).contains("only show large changes"));
    // Less than many courses reach, more than most others do.
    comparison.change.area_percent.smallest_detectable = Some(34.0);
    assert!(page_of(&comparison, &pictures).contains("only show large changes"));
    comparison.change.area_percent.smallest_detectable = Some(72.0);
    let page = page_of(&comparison, &pictures);
    let said = page.find("can only show large changes").unwrap();
    assert!(said < page.find("<main>").unwrap());
    assert!(page.contains("More than 72 %"));
}

#[test]
fn sharpness_is_told_of_100() {
    let (comparison, pictures) = sample();
    let page = page_of(&comparison, &pictures);
    assert!(page.contains("90 of 100") && !page.contains("0.90"));
}

#[test]
fn advice_begins_with_what_these_photos_lacked() {
    let (comparison, pictures) = sample();
    let page = page_of(&comparison, &pictures);
    let at = |text: &str| page.find(text).unwrap();
    assert!(at("What these two photos lacked") < at("Keep lamp"));
    assert!(at("Keep lamp") < at("And always"));
    assert!(!page.contains("One lamp, from the side"));
}

#[test]
fn anonymous_results_name_no_file() {
    let (mut comparison, pictures) = sample();
    anonymous(&mut comparison);
    let page = page_of(&comparison, &pictures);
    assert!(!page.contains("a.jpg") && !page.contains("&quot;c&quot;"));
    assert!(!json(&comparison).contains(".jpg"));
    let pdf = pdf_of(&comparison, &pictures, Paper::A4);
    assert!(!String::from_utf8_lossy(&pdf).contains(".jpg"));
}

fn pdf_of(comparison: &Comparison, pictures: &Pictures, paper: Paper) -> Vec<u8> {
    let drawn = drawn::draw(comparison, pictures).unwrap();
    pdf::document(comparison, pictures, &drawn, paper).unwrap()
}

/// What stands on a print, sheet by sheet.
fn printed(pdf: &[u8]) -> Vec<String> {
    let at = |from: usize, what: &[u8]| {
        let found = pdf[from..].windows(what.len()).position(|w| w == what);
        found.map(|i| from + i)
    };
    let mut sheets = Vec::new();
    let mut next = 0;
    while let Some(begin) = at(next, b"\nstream\n").map(|i| i + 8) {
        next = at(begin, b"endstream").unwrap();
        // What is no text, such as a photo, does not inflate.
        let content = miniz_oxide::inflate::decompress_to_vec_zlib(&pdf[begin..next]);
        sheets.extend(content.map(|c| shown(&String::from_utf8_lossy(&c))));
    }
    sheets
}

/// The lines of text of a sheet's content: in brackets as they are, or as bytes in hexadecimal digits.
fn shown(content: &str) -> String {
    let line = |line: &str| -> Option<String> {
        let shown = line.strip_suffix(" Tj")?;
        let Some(digits) = shown.strip_prefix('<').and_then(|s| s.strip_suffix('>')) else {
            return Some(shown.to_string());
        };
        let byte = |i: usize| u8::from_str_radix(&digits[i..i + 2], 16).unwrap();
        let bytes = (0..digits.len() / 2).map(|i| char::from(byte(2 * i)));
        Some(format!("({})", bytes.collect::<String>()))
    };
    content.lines().filter_map(line).collect()
}

#[test]
fn what_always_helps_is_never_lost_on_paper() {
    let (mut comparison, pictures) = sample();
    for warnings in 0..12 {
        comparison.warnings = (0..warnings)
            .map(|i| Warning {
                code: format!("code-{i}"),
                message: format!("{i}: {}", "It is told at some length. ".repeat(5)),
                remedy: format!("Do {i}."),
            })
            .collect();
        for paper in [Paper::A4, Paper::Letter] {
            let sheets = printed(&pdf_of(&comparison, &pictures, paper));
            let holding = |what: &str| sheets.iter().filter(|s| s.contains(what)).count();
            for advice in [
                "One lamp, from the side",
                "Sharp, without filter",
                "Four weeks or",
            ] {
                assert_eq!(holding(advice), 1, "{advice} {warnings}");
            }
            // Under its heading, on one sheet.
            let sheet = sheets.iter().find(|s| s.contains("Four weeks or")).unwrap();
            let headed = ["For the next photo", "And always"].map(|h| sheet.contains(h));
            assert!(headed.contains(&true) && sheet.contains("One lamp, from"));
        }
    }
}

#[test]
fn a_refused_pair_is_shown_as_it_was_taken() {
    let (mut comparison, mut pictures) = not_comparable();
    comparison.registration.method = RegistrationMethod::Dense;
    // It was laid on, but nobody believes where.
    pictures.aligned_after = Some(pictures.before.clone());
    pictures.after = Some(image::RgbImage::new(90, 120));
    let page = page_of(&comparison, &pictures);
    let laid_on = "laid onto the first photo and in its light";
    assert!(!page.contains(laid_on) && !page.contains("id=\"wipe\""));
    assert!(page.contains("After, as it was taken") && page.contains("viewBox=\"0 0 90 120\""));
    let sheets = printed(&pdf_of(&comparison, &pictures, Paper::A4)).concat();
    assert!(!sheets.contains(laid_on) && sheets.contains("After, as it was taken"));
}

#[test]
fn without_a_scale_there_are_no_sizes_and_kinds_are_not_sure() {
    let (mut comparison, pictures) = sample();
    let both = |comparison: &Comparison| {
        let sheets = printed(&pdf_of(comparison, &pictures, Paper::A4)).concat();
        [page_of(comparison, &pictures), sheets]
    };
    for told in both(&comparison) {
        assert!(told.contains("boxcar") && told.contains("80 %") && told.contains("Area, mm"));
        assert!(!told.contains("the assumed scale is right"));
    }
    comparison.scale.source = ScaleSource::Assumed;
    for lesion in &mut comparison.lesions {
        for visit in [&mut lesion.before, &mut lesion.after] {
            (visit.area_mm2, visit.width_mm) = (None, None);
        }
    }
    comparison.before.scars.area_mm2 = None;
    comparison.after.scars.area_mm2 = None;
    for told in both(&comparison) {
        assert!(told.contains("boxcar") && !told.contains("80 %") && !told.contains("Area, mm"));
        assert!(told.contains("the assumed scale is right"));
        assert!(told.contains("Sizes in millimetres are missing"));
    }
}

#[test]
fn the_largest_scars_have_their_numbers_beside_them() {
    let (comparison, pictures) = sample();
    let page = page_of(&comparison, &pictures);
    // In both photos.
    for id in [1, 2] {
        assert_eq!(page.matches(&format!(">{id}</text>")).count(), 2);
    }
    assert!(page.contains("id=\"numbers\""));
    let sheets = printed(&pdf_of(&comparison, &pictures, Paper::A4));
    let largest = sheets.iter().find(|s| s.contains("The largest scars"));
    let largest = largest.unwrap();
    assert!(largest.contains("(1)") && largest.contains("(2)"));
}

#[test]
fn paper_says_what_its_measures_tell_and_what_chance_is() {
    let (mut comparison, pictures) = sample();
    let first =
        |comparison: &Comparison| printed(&pdf_of(comparison, &pictures, Paper::A4)).swap_remove(0);
    assert!(first(&comparison).contains("How deep and how wide"));
    assert!(!first(&comparison).contains("Could be chance: "));
    comparison.change.area_percent.smallest_detectable = Some(40.0);
    assert!(first(&comparison).contains("Could be chance: "));
}

#[test]
fn the_print_is_set_for_its_paper() {
    let (comparison, pictures) = sample();
    let a4 = pdf_of(&comparison, &pictures, Paper::A4);
    let letter = pdf_of(&comparison, &pictures, Paper::Letter);
    assert!(a4.starts_with(b"%PDF-") && letter.starts_with(b"%PDF-"));
    let holds = |pdf: &[u8], text: &str| String::from_utf8_lossy(pdf).contains(text);
    assert!(holds(&a4, "/MediaBox [0 0 595.28 841.89]"));
    assert!(holds(&letter, "/MediaBox [0 0 612 792]"));
    assert_eq!(a4, pdf_of(&comparison, &pictures, Paper::A4));
    let (comparison, pictures) = not_comparable();
    assert!(pdf_of(&comparison, &pictures, Paper::A4).len() > 1000);
}
