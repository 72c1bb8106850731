//! The pages for those who do not see them, or use no mouse: what axe-core finds.

use std::fs;
use std::path::{Path, PathBuf};

use crate::browser::Browser;
use crate::made::{DESK, TABLET, address, clinic, pair, refused};

/// The text of axe-core, from where `SCARDEPTH_AXE` says or a `node_modules` above this folder.
fn axe() -> Option<String> {
    let named = std::env::var_os("SCARDEPTH_AXE").map(PathBuf::from);
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let installed = above.map(|f| f.join("node_modules/axe-core/axe.min.js"));
    let found = named.into_iter().chain(installed).find(|p| p.is_file());
    if found.is_none() {
        println!("skipped: no axe-core (npm install axe-core, SCARDEPTH_AXE=.../axe.min.js)");
    }
    fs::read_to_string(found?).ok()
}

#[test]
fn everybody_can_use_the_pages() {
    let Some(axe) = axe() else { return };
    let Some(mut b) = Browser::start() else {
        return;
    };
    let course = clinic().at("out/patients/anna/front/report.html");
    let pages = [
        (refused().0.at("out/report.html"), ""),
        (pair().at("out/report.html"), ""),
        (pair().at("out/report.html"), "#scar-1"),
        (course, ""),
        (clinic().at("out/index.html"), ""),
    ];
    for (page, place) in pages {
        for (scheme, size) in [("light", DESK), ("dark", TABLET)] {
            b.media("screen", scheme);
            b.open(&address(&page, place), size);
            b.js(&axe);
            let found = b.js(
                "axe.run().then((r) => r.violations.map((v) => v.id + ': ' + v.help + ' ' + \
                 v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)).join(' | ')))",
            );
            let found = found.as_array().unwrap();
            assert!(found.is_empty(), "{} {scheme}: {found:#?}", page.display());
        }
    }
}
