//! `report.html`.

use super::Pictures;
use super::schema::Comparison;
use super::words;
use crate::error::Cause;

pub(super) fn page(comparison: &Comparison, _pictures: &Pictures) -> Result<String, Cause> {
    Ok(maud::html! { (maud::DOCTYPE) p { (words::verdict(&comparison.change)) } }.into_string())
}
