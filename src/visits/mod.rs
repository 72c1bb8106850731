//! A patient's visits, and many patients: which photo is whose and when, every visit against the
//! first, each scar over all of them, a clinic's folders as one piece of work.

pub mod schema;
