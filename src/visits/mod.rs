//! A patient's visits, and many patients: which photo is whose and when, every visit against the
//! first, each scar over all of them, a clinic's folders as one piece of work.

pub mod schema;

pub mod date;
pub mod follow;
pub mod manifest;
pub mod names;
pub mod plan;
pub mod region;
pub mod trend;
mod walk;
pub mod course;
pub mod measure;
mod pages;
mod work;
pub mod cohort;
mod tables;
pub mod batch;
pub mod words;
