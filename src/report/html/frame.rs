//! What every page shares: its head, its policy, its style and script.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::report::pictures::base64;
use crate::report::words::page as text;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A whole page. Nothing may be loaded: pictures are `data:` addresses, and only the one style and
/// the one script that stand in the page, told by their hashes, are obeyed.
pub(super) fn page(title: &str, body: &Markup) -> String {
    let hash = |text: &str| base64(&Sha256::digest(text.as_bytes()));
    let policy = format!(
        "default-src 'none'; img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'; \
         base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    html! {
        (DOCTYPE)
        html lang=(text::LANGUAGE) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (PreEscaped(unparted(body)))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

/// The body with no line that ends between a number and its percent sign.
fn unparted(body: &Markup) -> String {
    body.0.replace(" %", "\u{a0}%")
}
