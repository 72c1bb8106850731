//! A patient's visits, and many patients: which photo is whose and when, every visit against the
//! first, each scar over all of them, a clinic's folders as one piece of work.

pub mod schema;

pub mod batch;
pub mod cohort;
pub mod course;
pub mod date;
pub mod follow;
pub mod manifest;
pub mod measure;
pub mod names;
mod pages;
pub mod plan;
pub mod region;
mod tables;
pub mod trend;
mod walk;
pub mod words;
mod work;
