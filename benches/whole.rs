//! Two photos of 1 megapixel in, the whole result in memory out.

mod photos;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use scardepth::pipeline::compare;

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
}

criterion_group!(benches, whole);
criterion_main!(benches);
