//! Two photos of 1 megapixel in, the whole result in memory out, and from there to the drive; a
//! patient's folder of three small visits in, its result on the drive out.

mod photos;

use std::hint::black_box;
use std::sync::atomic::AtomicBool;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scardepth::pipeline::compare;
use scardepth::visits::batch;
use scardepth::visits::plan::{Sources, plan};
use scardepth::visits::schema::Layout;
use scardepth::{phantom, report};

fn whole(criterion: &mut Criterion) {
    let [before, after] = photos::photos();
    let options = photos::options();
    let pixels = u64::from(before.width) * u64::from(before.height);
    let mut group = criterion.benchmark_group("compare");
    group.sample_size(10);
    group.throughput(Throughput::Elements(2 * pixels));
    group.bench_function("1 MP", |b| {
        b.iter(|| compare(black_box(&before), black_box(&after), &options));
    });
    group.finish();
    let outcome = compare(&before, &after, &options);
    let out = tempfile::tempdir().expect("a folder for the result");
    let mut group = criterion.benchmark_group("write");
    group.sample_size(10);
    group.throughput(Throughput::Elements(2 * pixels));
    group.bench_function("1 MP", |b| {
        b.iter(|| {
            report::write(
                out.path(),
                &outcome.comparison,
                black_box(&outcome.pictures),
            )
        });
    });
    group.finish();
}

/// Two patients of three visits, 0.06 megapixels each, everything written.
fn folders(criterion: &mut Criterion) {
    let spec = phantom::Spec {
        width: 288,
        height: 216,
        px_per_mm: 6.0,
        visits: 3,
        ..phantom::Spec::default()
    };
    let course = phantom::render_course(&spec).expect("the spec is one that can be drawn");
    let root = tempfile::tempdir().expect("a folder for photos");
    for patient in ["a", "b"] {
        let folder = root.path().join(patient);
        std::fs::create_dir(&folder).expect("a patient's folder");
        for shot in &course.shots {
            let name = format!("{}_front.jpg", shot.date);
            std::fs::write(folder.join(name), &shot.file).expect("a photo");
        }
    }
    let sources = Sources {
        root: root.path(),
        layout: Layout::Patients,
        manifest: None,
        out: None,
    };
    let mut group = criterion.benchmark_group("batch");
    group.sample_size(10);
    group.throughput(Throughput::Elements(6));
    group.bench_function("6 photos", |b| {
        b.iter(|| {
            let out = tempfile::tempdir().expect("a folder for the result");
            let options = batch::Options {
                root: root.path().to_path_buf(),
                out: out.path().join("out"),
                layout: Layout::Patients,
                shard: None,
                workers: 2,
                pipeline: photos::options(),
                limits: scardepth::decode::Options::default(),
                program: String::new(),
                again: false,
                anonymous: false,
                report: scardepth::report::Settings::default(),
            };
            let plan = plan(&sources).expect("a folder of photos");
            batch::run(plan, &options, &AtomicBool::new(false), &|_, _| {}, &|_| {})
                .expect("a folder that can be written to")
        });
    });
    group.finish();
}

criterion_group!(benches, whole, folders);
criterion_main!(benches);
