//! What is written down: result.json, masks, tables, HTML.
