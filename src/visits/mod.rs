//! A patient's visits, and many patients: which photo is whose and when, every visit against the
//! first, each scar over all of them, a clinic's folders as one piece of work.
//!
//! [`plan`] finds every photo's place, [`batch`] measures all of it with [`measure`], a series at a
//! time through [`crate::pipeline::compare`], and [`course`] makes of a series' comparisons what
//! [`schema`] says.

pub mod order;

pub mod names;

pub mod manifest;

mod walk;

pub mod plan;

pub mod anonymous;

pub mod region;

pub mod follow;

pub mod trend;

pub mod course;

mod pages;

pub mod measure;

pub mod cohort;

mod tables;

pub mod batch;

pub mod words;

pub mod schema;
mod work;
