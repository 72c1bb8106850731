//! The pages in a real browser: headless Chromium, where there is one.

mod browser;
mod everybody;
mod folders;
mod made;
mod pair;

use std::fs;

use made::{clinic, pair, refused};

#[test]
fn a_file_name_runs_nothing() {
    let page = fs::read_to_string(pair().at("out/report.html")).unwrap();
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(!page.contains("<img src=x"));
}

#[test]
fn the_print_is_a_document_of_several_sheets() {
    let (letter, a4) = ("/MediaBox [0 0 612 792]", "/MediaBox [0 0 595.28 841.89]");
    let visits = fs::read_dir(clinic().at("out/patients/anna/front")).unwrap();
    let visit = visits.map(|e| e.unwrap().path()).find(|p| p.is_dir());
    for (file, size) in [
        (pair().at("out/report.pdf"), letter),
        (clinic().at("out/patients/anna/front/report.pdf"), letter),
        (visit.unwrap().join("report.pdf"), letter),
        (refused().0.at("out/report.pdf"), a4),
    ] {
        let bytes = fs::read(file).unwrap();
        assert!(bytes.starts_with(b"%PDF-1."));
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains(size));
        assert!(text.matches("/MediaBox").count() >= 2);
        assert!(bytes.trim_ascii_end().ends_with(b"%%EOF"));
    }
}

#[test]
fn the_command_line_is_spoken_of_on_the_technical_page_alone() {
    let (made, told) = refused();
    assert!(told.contains("--points"), "{told}");
    let page = fs::read_to_string(made.at("out/report.html")).unwrap();
    let (_, body) = page.split_once("<body>").unwrap();
    let (above, technical) = body.split_once("<footer>").unwrap();
    assert!(!above.contains("--"), "{above}");
    assert!(technical.contains("--points"));
}
