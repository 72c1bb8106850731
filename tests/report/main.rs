//! The pages in a real browser: headless Chromium, where there is one.

mod browser;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use browser::Browser;
use serde_json::json;

const DESK: (u32, u32) = (1280, 900);
const TABLET: (u32, u32) = (768, 1024);

struct Made {
    /// Keeps the folder until the tests end.
    home: tempfile::TempDir,
}

impl Made {
    fn at(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

fn address(file: &Path, place: &str) -> String {
    format!("file://{}{place}", file.display())
}

fn run(home: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_scardepth"))
        .current_dir(home)
        .args(arguments)
        .output()
        .unwrap();
    assert_ne!(output.status.code(), Some(2), "{output:?}");
}

fn only_entry(folder: &Path) -> PathBuf {
    fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path()
}

/// A small phantom pair drawn and compared once for all tests, named with what must stay text.
fn pair() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| run(home.path(), arguments);
        run(&[
            "phantom", "--out", "drawn", "--size", "480x360", "--seed", "3",
        ]);
        let pair = only_entry(&home.path().join("drawn"));
        let before = home.path().join("<img src=x onerror=alert(1)>.jpg");
        fs::copy(pair.join("before.jpg"), &before).unwrap();
        let after = pair.join("after.jpg");
        let photos = [before.to_str().unwrap(), after.to_str().unwrap()];
        let options = ["--out", "out", "--px-per-mm", "16", "--paper", "letter"];
        run(&[&["compare"], &photos[..], &options[..]].concat());
        Made { home }
    })
}

/// A patient with three visits and a session, and another with one photo.
fn clinic() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| run(home.path(), arguments);
        let drawn = [
            "phantom", "--out", "drawn", "--size", "480x360", "--seed", "3",
        ];
        run(&[&drawn[..], &["--visits", "3"]].concat());
        let course = only_entry(&home.path().join("drawn"));
        let mut photos: Vec<PathBuf> = fs::read_dir(course)
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.to_string_lossy().ends_with("_front.jpg"))
            .collect();
        photos.sort();
        for (patient, count) in [("anna", 3), ("bert", 1)] {
            let folder = home.path().join("root").join(patient);
            fs::create_dir_all(&folder).unwrap();
            for photo in &photos[..count] {
                fs::copy(photo, folder.join(photo.file_name().unwrap())).unwrap();
            }
        }
        let manifest = "patient,visit,date,view,file,treatment\nanna,,2026-01-20,,,needling\n";
        fs::write(home.path().join("sessions.csv"), manifest).unwrap();
        run(&[
            "batch",
            "root",
            "--out",
            "out",
            "--manifest",
            "sessions.csv",
        ]);
        Made { home }
    })
}

fn quiet(browser: &mut Browser) {
    assert_eq!(browser.faults(), Vec::<String>::new());
}

#[test]
fn a_file_name_runs_nothing() {
    let page = fs::read_to_string(pair().at("out/report.html")).unwrap();
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(!page.contains("<img src=x"));
}

#[test]
fn the_print_is_a_document_of_several_sheets() {
    for (file, size) in [
        (pair().at("out/report.pdf"), "/MediaBox [0 0 612 792]"),
        (
            clinic().at("out/patients/anna/front/report.pdf"),
            "/MediaBox [0 0 595.28 841.89]",
        ),
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
fn the_slider_follows_mouse_and_keys() {
    let Some(mut b) = Browser::start() else {
        return;
    };
    let took = b.open(&address(&pair().at("out/report.html"), ""), DESK);
    println!("the page of a small pair was there after {took:.0} ms");
    let at = "document.querySelector('.stage').style.getPropertyValue('--at')";
    assert_eq!(b.js(at), "50%");
    b.js("document.querySelector('#wipe').focus()");
    for _ in 0..3 {
        b.key("ArrowRight");
    }
    assert_eq!(b.js(at), "53%");
    b.key("ArrowLeft");
    assert_eq!(b.js(at), "52%");
    b.js("document.querySelector('.stage').scrollIntoView({behavior: 'instant'})");
    let place = b.js(
        "(() => { const r = document.querySelector('.stage').getBoundingClientRect(); \
         return [r.x, r.y, r.width, r.height]; })()",
    );
    let [x, y, width, height] = [0, 1, 2, 3].map(|i| place[i].as_f64().unwrap());
    let y = y + 0.4 * height;
    b.drag((x + 0.52 * width, y), (x + 0.25 * width, y));
    assert_eq!(b.js(at), "25%");
    assert_eq!(b.js("document.querySelector('#wipe').value"), "25");
    quiet(&mut b);
}

#[test]
fn every_switch_shows_what_it_says() {
    let Some(mut b) = Browser::start() else {
        return;
    };
    b.open(&address(&pair().at("out/report.html"), ""), DESK);
    let seen = |selector: &str| {
        format!(
            "(() => {{ const e = document.querySelector({selector:?}); const s = getComputedStyle(e); \
             return s.display !== 'none' && s.visibility !== 'hidden'; }})()"
        )
    };
    for view in ["relief", "redness", "pigment", "photo"] {
        b.click(&format!("label:has(#view-{view})"));
        for other in ["relief", "redness", "pigment", "photo"] {
            for visit in ["before", "after"] {
                let shown = b.js(&seen(&format!(".{visit} .v-{other}")));
                assert_eq!(shown, json!(view == other), "{view}: {visit} {other}");
            }
            assert_eq!(b.js(&seen(&format!(".n-{other}"))), json!(view == other));
        }
    }
    for (mode, before, after) in [
        ("before", true, false),
        ("after", false, true),
        ("beside", true, true),
        ("slider", true, true),
    ] {
        b.click(&format!("label:has(#mode-{mode})"));
        let shown = [b.js(&seen("figure.before")), b.js(&seen("figure.after"))];
        assert_eq!(shown, [json!(before), json!(after)], "{mode}");
        let wipe = b.js(&seen("div.wipe"));
        assert_eq!(wipe, json!(mode == "slider"));
    }
    for (switch, what) in [("outlines", ".stage .outlines"), ("shade", ".stage .shade")] {
        b.click(&format!("label:has(#{switch})"));
        assert_eq!(b.js(&seen(what)), json!(false), "{switch}");
        b.click(&format!("label:has(#{switch})"));
        assert_eq!(b.js(&seen(what)), json!(true), "{switch}");
    }
    let states = b.js("[...document.querySelectorAll('.legend input')].map((i) => i.id.slice(6))");
    assert!(!states.as_array().unwrap().is_empty());
    for state in states.as_array().unwrap() {
        let state = state.as_str().unwrap();
        let what = format!(".stage [data-state={state}]");
        b.click(&format!("label:has(#state-{state})"));
        assert_eq!(b.js(&seen(&what)), json!(false), "{state}");
        b.click(&format!("label:has(#state-{state})"));
        assert_eq!(b.js(&seen(&what)), json!(true), "{state}");
    }
    quiet(&mut b);
}

#[test]
fn the_blink_swaps_and_can_be_paused() {
    let Some(mut b) = Browser::start() else {
        return;
    };
    b.open(&address(&pair().at("out/report.html"), ""), DESK);
    b.click("label:has(#mode-blink)");
    let swapped = "document.querySelector('.stage').classList.contains('swapped')";
    b.until(swapped);
    b.until(&format!("!{swapped}"));
    b.click("#pause");
    assert_eq!(b.js("document.querySelector('#pause').ariaPressed"), "true");
    let still = b.js(swapped);
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert_eq!(b.js(swapped), still);
    b.click("#swap");
    assert_ne!(b.js(swapped), still);
    quiet(&mut b);
}

#[test]
fn a_click_on_a_scar_opens_it() {
    let Some(mut b) = Browser::start() else {
        return;
    };
    b.open(&address(&pair().at("out/report.html"), ""), DESK);
    // One that lies left of the slider, and the place at which nothing lies over it.
    let found = b.js(
        "(() => { document.querySelector('.stage').scrollIntoView({behavior: 'instant'}); \
         for (const g of document.querySelectorAll('.before g.scar')) { \
           const r = g.getBoundingClientRect(); const [x, y] = [r.x + r.width / 2, r.y + r.height / 2]; \
           const top = document.elementFromPoint(x, y); \
           if (top && top.closest('g.scar') === g) return [g.dataset.scar, x, y]; \
         } })()",
    );
    let id = found[0]
        .as_str()
        .expect("no scar can be clicked")
        .to_string();
    let at = (found[1].as_f64().unwrap(), found[2].as_f64().unwrap());
    b.drag(at, at);
    b.until(&format!("location.hash === '#scar-{id}'"));
    let shown = |id: &str| {
        format!("getComputedStyle(document.getElementById('scar-{id}')).display !== 'none'")
    };
    assert_eq!(b.js(&shown(&id)), json!(true));
    let chosen =
        |what: &str| format!("document.querySelector({what:?}).classList.contains('chosen')");
    assert_eq!(b.js(&chosen(&format!("#row-{id}"))), json!(true));
    assert_eq!(b.js(&chosen(&format!("g[data-scar='{id}']"))), json!(true));
    // Its pictures are there, outlined, with its numbers.
    let parts = b.js(&format!(
        "document.querySelectorAll('#scar-{id} .crops use[href*=photo]').length"
    ));
    assert_eq!(parts, 2);

    // From the table to another, and to the pictures.
    let other = b.js(&format!(
        "[...document.querySelectorAll('tr[data-scar]')].map((r) => r.dataset.scar).find((i) => i !== '{id}')"
    ));
    let other = other.as_str().unwrap().to_string();
    b.click(&format!("#row-{other} a"));
    b.until(&format!("location.hash === '#scar-{other}'"));
    assert_eq!(b.js(&shown(&other)), json!(true));
    assert_eq!(b.js(&shown(&id)), json!(false));
    b.until(
        "Math.abs(document.querySelector('#viewer').getBoundingClientRect().top) < innerHeight",
    );
    quiet(&mut b);
}

#[test]
fn the_keyboard_reaches_everything() {
    let Some(mut b) = Browser::start() else {
        return;
    };
    b.open(&address(&pair().at("out/report.html"), ""), DESK);
    b.key("Tab");
    assert_eq!(b.js("document.activeElement.className"), "skip");
    b.key("Enter");
    b.until("location.hash === '#viewer'");
    // What has the focus can be seen to have it.
    let outlined = "getComputedStyle(document.activeElement).outlineStyle !== 'none'";
    let mut passed = Vec::new();
    let mut opened = false;
    for _ in 0..80 {
        b.key("Tab");
        let here = b.js(
            "(() => { const e = document.activeElement; return e.id || e.getAttribute('href') || e.tagName; })()",
        );
        let here = here.as_str().unwrap().to_string();
        assert_eq!(b.js(outlined), json!(true), "{here}");
        if here == "mode-slider" {
            b.key("ArrowRight");
            assert_eq!(
                b.js("document.querySelector('#mode-blink').checked"),
                json!(true)
            );
            b.key("ArrowLeft");
        }
        if here == "outlines" {
            b.key("Space");
            assert_eq!(
                b.js("document.querySelector('#outlines').checked"),
                json!(false)
            );
        }
        let in_table = b.js("!!document.activeElement.closest('tr[data-scar]')");
        passed.push(here.clone());
        if in_table == json!(true) {
            b.key("Enter");
            b.until(&format!("location.hash === '{here}'"));
            opened = true;
            break;
        }
    }
    assert!(opened, "{passed:?}");
    for must in ["mode-slider", "view-photo", "outlines", "shade", "wipe"] {
        assert!(passed.iter().any(|p| p == must), "{must}: {passed:?}");
    }
    quiet(&mut b);
}

#[test]
fn the_address_names_a_scar() {
    let Some(mut b) = Browser::start() else {
        return;
    };
    b.open(&address(&pair().at("out/report.html"), "#scar-1"), TABLET);
    b.until("document.querySelector('#row-1').classList.contains('chosen')");
    // Nothing is wider than a tablet held upright.
    let wide = b.js("document.documentElement.scrollWidth <= innerWidth");
    assert_eq!(wide, json!(true));
    quiet(&mut b);
}

#[test]
fn the_page_can_be_printed() {
    let Some(mut b) = Browser::start() else {
        return;
    };
    b.open(&address(&pair().at("out/report.html"), ""), DESK);
    b.media("print", "light");
    let hidden = |what: &str| {
        format!(
            "[...document.querySelectorAll({what:?})].every((e) => getComputedStyle(e).display === 'none')"
        )
    };
    for what in [".tools", ".wipe", ".handle", ".hint", ".skip"] {
        assert_eq!(b.js(&hidden(what)), json!(true), "{what}");
    }
    assert_eq!(
        b.js(&hidden("article.close:nth-of-type(-n + 3)")),
        json!(false)
    );
    assert_eq!(b.js(&hidden("figure.after")), json!(false));
    let printed = b.call("Page.printToPDF", &json!({"preferCSSPageSize": true}));
    assert!(printed["data"].as_str().unwrap().len() > 20_000);
    quiet(&mut b);
}

#[test]
fn the_course_shows_each_visit() {
    let Some(mut b) = Browser::start() else {
        return;
    };
    let page = clinic().at("out/patients/anna/front/report.html");
    b.open(&address(&page, ""), DESK);
    let visible = "[...document.querySelectorAll('.after [data-visit]')].filter((g) => \
                   getComputedStyle(g).display !== 'none').map((g) => g.dataset.visit).join()";
    let caption = "document.querySelector('.after figcaption').textContent";
    assert_eq!(b.js(visible), "1");
    let last = b.js(caption);
    b.js("document.querySelector('#visit').focus()");
    b.key("ArrowLeft");
    assert_eq!(b.js(visible), "0");
    assert_ne!(b.js(caption), last);
    // Each scar is outlined as it is, in both photos, and the session stands in the chart.
    let outlined = b.js("document.querySelectorAll('.stage [data-visit=\"0\"] g.scar').length");
    assert!(outlined.as_u64().unwrap() > 2, "{outlined}");
    assert_eq!(
        b.js("document.querySelectorAll('.chart .session').length"),
        1
    );
    assert_eq!(
        b.js("document.querySelectorAll('.chart .undetectable').length"),
        1
    );
    quiet(&mut b);
}

#[test]
fn patients_can_be_sorted_and_filtered() {
    let Some(mut b) = Browser::start() else {
        return;
    };
    b.open(&address(&clinic().at("out/index.html"), ""), DESK);
    let rows = "[...document.querySelectorAll('tbody tr[data-words]')].filter((r) => !r.hidden)\
                .map((r) => r.querySelector('th').textContent.trim()).join()";
    assert_eq!(b.js(rows), "anna,bert");
    b.click("th button");
    b.click("th button");
    assert_eq!(b.js(rows), "bert,anna");
    b.js(
        "(() => { const f = document.querySelector('input[type=search]'); f.value = 'ann'; \
          f.dispatchEvent(new Event('input')); })()",
    );
    assert_eq!(b.js(rows), "anna");
    quiet(&mut b);
}

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
