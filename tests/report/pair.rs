//! The page of a pair: slider, switches, clicks, keys and print.

use serde_json::json;

use crate::browser::Browser;
use crate::made::{DESK, PHONE, TABLET, UPRIGHT, pair};

/// The page of the pair on a large screen.
fn at_the_desk() -> Option<Browser> {
    pair().open("out/report.html", "", DESK)
}

/// Whether no element that a selector finds is there to be seen.
fn hidden(what: &str) -> String {
    format!(
        "[...document.querySelectorAll({what:?})].every((e) => getComputedStyle(e).display === 'none')"
    )
}

/// Clicks a switch off and on again; what it switches must follow.
fn switch(b: &mut Browser, label: &str, what: &str) {
    for shown in [false, true] {
        b.click(&format!("label:has(#{label})"));
        assert_eq!(b.shown(what), shown, "{label}");
    }
}

#[test]
fn the_slider_follows_mouse_and_keys() {
    let Some(mut b) = at_the_desk() else { return };
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
    b.drawn();
    let place = b.js(
        "(() => { const r = document.querySelector('.stage').getBoundingClientRect(); \
         return [r.x, r.y, r.width, r.height]; })()",
    );
    let [x, y, width, height] = [0, 1, 2, 3].map(|i| place[i].as_f64().unwrap());
    let y = y + 0.4 * height;
    b.until(&format!(
        "document.elementFromPoint({}, {y}).classList.contains('handle')",
        x + 0.52 * width
    ));
    b.drag((x + 0.52 * width, y), (x + 0.25 * width, y));
    assert_eq!(b.js(at), "25%");
    assert_eq!(b.js("document.querySelector('#wipe').value"), "25");
    b.quiet();
}

#[test]
fn every_switch_shows_what_it_says() {
    let Some(mut b) = at_the_desk() else { return };
    for view in ["relief", "redness", "pigment", "photo"] {
        b.click(&format!("label:has(#view-{view})"));
        for other in ["relief", "redness", "pigment", "photo"] {
            for visit in ["before", "after"] {
                let shown = b.shown(&format!(".{visit} .v-{other}"));
                assert_eq!(shown, view == other, "{view}: {visit} {other}");
            }
            assert_eq!(b.shown(&format!(".n-{other}")), view == other);
        }
    }
    for (mode, before, after) in [
        ("before", true, false),
        ("after", false, true),
        ("beside", true, true),
        ("slider", true, true),
    ] {
        b.click(&format!("label:has(#mode-{mode})"));
        let shown = [b.shown("figure.before"), b.shown("figure.after")];
        assert_eq!(shown, [before, after], "{mode}");
        let wipe = b.shown("div.wipe");
        assert_eq!(wipe, mode == "slider");
    }
    switch(&mut b, "outlines", ".stage .outlines");
    switch(&mut b, "shade", ".stage .shade");
    let states = b.js("[...document.querySelectorAll('.legend input')].map((i) => i.id.slice(6))");
    assert!(!states.as_array().unwrap().is_empty());
    for state in states.as_array().unwrap() {
        let state = state.as_str().unwrap();
        let what = format!(".stage [data-state={state}]");
        switch(&mut b, &format!("state-{state}"), &what);
    }
    b.quiet();
}

#[test]
fn the_blink_swaps_and_can_be_paused() {
    let Some(mut b) = at_the_desk() else { return };
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
    b.quiet();
}

#[test]
fn a_click_on_a_scar_opens_it() {
    let Some(mut b) = at_the_desk() else { return };
    // Until one is chosen the largest is shown.
    assert!(b.shown("article.close:first-of-type"));
    assert_eq!(
        b.js(&hidden("article.close:not(:first-of-type)")),
        json!(true)
    );
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
    b.quiet();
}

#[test]
fn the_keyboard_reaches_everything() {
    let Some(mut b) = at_the_desk() else { return };
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
    b.quiet();
}

#[test]
fn the_address_names_a_scar() {
    let Some(mut b) = pair().open("out/report.html", "#scar-1", TABLET) else {
        return;
    };
    b.until("document.querySelector('#row-1').classList.contains('chosen')");
    // Nothing is wider than a tablet held upright.
    let wide = b.js("document.documentElement.scrollWidth <= innerWidth");
    assert_eq!(wide, json!(true));
    b.quiet();
}

#[test]
fn the_page_can_be_printed() {
    let Some(mut b) = at_the_desk() else { return };
    b.media("print", "light");
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
    b.quiet();
}

#[test]
fn no_table_scrolls_sideways() {
    for size in [DESK, UPRIGHT, TABLET, PHONE] {
        let Some(mut b) = pair().open("out/report.html", "", size) else {
            return;
        };
        let more = b.js("[...document.querySelectorAll('.wide')]\
                         .map((e) => e.scrollWidth - e.clientWidth).filter((more) => more > 0)");
        assert_eq!(more, json!([]), "{size:?}");
        // What the close-up tells too gives way, the change does not.
        assert!(b.shown("#scars-heading ~ .tall td:last-child"), "{size:?}");
    }
}
