//! Each stage by itself on one photo (or, where it needs two, one pair) of 1 and of 12 megapixels, all at
//! the working scale; what touches every pixel of a file (decoding, light, the picture in another light)
//! on 48 as well, from which light is made at the working scale only.
//!
//! `cargo bench --bench stages -- decode` runs one stage, `-- --quick` gives a first impression.

mod photos;

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder};
use ndarray::Array2;
use scardepth::decode::{self, Photo, decode};
use scardepth::measure::{Both, Visit};
use scardepth::normalise::{FullMap, Shown, align, gains, match_sharpness, picture};
use scardepth::raster::{Field, LinearImage, Mask, from_rows, map};
use scardepth::register::{View, register};
use scardepth::relief::canvas::Look;
use scardepth::relief::{self, Light, Relief, Side, Small};
use scardepth::segment::{Ground, segment};
use scardepth::{measure, quality, score, segment as segmenting, skin};

/// Tiles of 1 megapixel, across and down, that the larger photo is cut from.
const TILES: u32 = 4;

/// Width and height of the larger photo: a phone's 12 megapixels.
const LARGE: (u32, u32) = (4032, 3024);

/// Tiles of the largest one, a phone's 48 megapixels, and how many of its px make one at the working scale
/// if it shows as much skin as the larger photo does.
const TILES_OF_LARGEST: u32 = 7;
const LARGEST: (u32, u32) = (8064, 6048);
const REDUCTION: f64 = 2.0;

/// A photo as it comes from a camera, and its px per px at the working scale.
struct Original {
    name: &'static str,
    photo: RgbImage,
    reduction: f64,
}

/// What a stage is timed on.
trait Pixels {
    fn pixels(&self) -> u64;
}

impl Pixels for Original {
    fn pixels(&self) -> u64 {
        u64::from(self.photo.width()) * u64::from(self.photo.height())
    }
}

impl Pixels for Size {
    fn pixels(&self) -> u64 {
        self.light.width() as u64 * self.light.height() as u64
    }
}

/// What a stage starts from, made by the stages before it.
struct Size {
    name: &'static str,
    light: LinearImage,
    skin: Mask,
    small: Small,
    lamp: Light,
    index: Field,
}

/// The dents of one photo, seen beside itself.
fn dents(small: &Small, lamp: Light) -> Field {
    let azimuth = lamp.azimuth_deg(Side::Axis).to_radians();
    let look = Look::of(small, azimuth, lamp.directionality);
    let [dents, _] = relief::dents([&look, &look], &small.share, small.scale);
    map(&dents.logit, |logit| -logit)
}

impl Size {
    fn new(name: &'static str, photo: &RgbImage) -> Self {
        let scale = photos::scale();
        let options = photos::options();
        let light = Photo::from_rgb8(name, photo.clone()).linear(1.0);
        let skin = skin::find(&light, scale, &options.skin).mask;
        let small = relief::small(&light, &skin, scale, &options.shading);
        let lamp = relief::find_light(
            &small.shading.field,
            &small.skin,
            small.scale,
            &options.relief,
        );
        let dents = dents(&small, lamp);
        let reduction = relief::feature_reduction(scale);
        let index = scardepth::filter::enlarge(&dents, skin.dim(), reduction);
        Self {
            name,
            light,
            skin,
            small,
            lamp,
            index,
        }
    }
}

/// A group of `stage` with each size's pixels told.
fn stage<S: Pixels>(
    criterion: &mut Criterion,
    sizes: &[S],
    stage: &str,
    mut bench: impl FnMut(&mut BenchmarkGroup<WallTime>, &S),
) {
    let mut group = criterion.benchmark_group(stage);
    group.sample_size(10);
    for size in sizes {
        group.throughput(Throughput::Elements(size.pixels()));
        bench(&mut group, size);
    }
    group.finish();
}

fn read(criterion: &mut Criterion, originals: &[Original]) {
    let folder = tempfile::tempdir().expect("a folder for scratch files can be made");
    stage(criterion, originals, "decode", |group, size| {
        let path = folder.path().join(format!("{}.jpg", size.name));
        let (width, height) = size.photo.dimensions();
        let side = |n: u32| u16::try_from(n).expect("a JPEG's side");
        Encoder::new_file(&path, 90)
            .and_then(|e| e.encode(&size.photo, side(width), side(height), ColorType::Rgb))
            .expect("the photo can be stored");
        let limits = decode::Options::default();
        group.bench_function(size.name, |b| {
            b.iter(|| decode(black_box(&path), &limits).expect("our own file"));
        });
    });
    stage(criterion, originals, "linear", |group, size| {
        let photo = Photo::from_rgb8(size.name, size.photo.clone());
        group.bench_function(size.name, |b| {
            b.iter(|| black_box(&photo).linear(size.reduction));
        });
    });
}

fn look(criterion: &mut Criterion, sizes: &[Size]) {
    let scale = photos::scale();
    let options = photos::options();
    stage(criterion, sizes, "skin", |group, size| {
        group.bench_function(size.name, |b| {
            b.iter(|| skin::find(black_box(&size.light), scale, &options.skin));
        });
    });
    stage(criterion, sizes, "quality", |group, size| {
        group.bench_function(size.name, |b| {
            b.iter(|| quality::judge(black_box(&size.light), &size.skin, scale));
        });
    });
}

/// A photo on `after`, another one of the same skin.
fn lay(criterion: &mut Criterion, sizes: &[Size], after: &RgbImage) {
    let scale = photos::scale();
    let options = photos::options();
    stage(criterion, sizes, "register", |group, size| {
        let after = if size.pixels() > u64::from(after.width() * after.height()) {
            large(after)
        } else {
            after.clone()
        };
        let light = Photo::from_rgb8("after", after).linear(1.0);
        let skin = skin::find(&light, scale, &options.skin).mask;
        let (before, after) = (size.light.luminance(), light.luminance());
        group.bench_function(size.name, |b| {
            b.iter(|| {
                let view = |luminance, skin| View { luminance, skin };
                let (before, after) = (view(&before, &size.skin), view(&after, &skin));
                register(
                    black_box(before),
                    black_box(after),
                    scale,
                    &options.register,
                )
            });
        });
    });
}

/// Half a pixel off the grid, so that every pixel is interpolated: columns, rows.
fn aside((rows, columns): (usize, usize)) -> [Field; 2] {
    let x = from_rows(rows, columns, |_, out| {
        (0..).zip(out).for_each(|(c, o)| *o = c as f32 + 0.5);
    });
    let y = from_rows(rows, columns, |r, out: &mut [f32]| out.fill(r as f32 + 0.5));
    [x, y]
}

fn normalise(criterion: &mut Criterion, sizes: &[Size], originals: &[Original]) {
    let scale = photos::scale();
    stage(criterion, sizes, "normalise", |group, size| {
        let [x, y] = aside(size.skin.dim());
        group.bench_function(format!("align, {}", size.name), |b| {
            b.iter(|| align(black_box(&size.light), &x, &y));
        });
        let aligned = align(&size.light, &x, &y);
        group.bench_function(format!("gains, {}", size.name), |b| {
            b.iter(|| gains(black_box(&size.light), &aligned, &size.skin, scale));
        });
        group.bench_function(format!("match_sharpness, {}", size.name), |b| {
            b.iter_batched(
                || (size.light.clone(), aligned.clone()),
                |(light, aligned)| match_sharpness(black_box(light), aligned, &size.skin),
                criterion::BatchSize::PerIteration,
            );
        });
    });
    stage(criterion, originals, "picture", |group, original| {
        let size = sizes.iter().rfind(|s| s.pixels() <= original.pixels());
        let size = size.expect("the smallest photo has a size");
        let [x, y] = aside(size.skin.dim());
        let aligned = align(&size.light, &x, &y);
        let gains = gains(&size.light, &aligned, &size.skin, scale);
        let map = FullMap {
            x: &x,
            y: &y,
            before_reduction: original.reduction,
            after_reduction: original.reduction,
        };
        let shown = Shown {
            samples: original.photo.as_raw(),
            size: original.photo.dimensions(),
        };
        group.bench_function(original.name, |b| {
            b.iter(|| picture(black_box(shown), &map, &gains, shown.size));
        });
    });
}

fn see(criterion: &mut Criterion, sizes: &[Size]) {
    let scale = photos::scale();
    let options = photos::options();
    stage(criterion, sizes, "shading", |group, size| {
        group.bench_function(size.name, |b| {
            b.iter(|| relief::small(black_box(&size.light), &size.skin, scale, &options.shading));
        });
    });
    stage(criterion, sizes, "find_light", |group, size| {
        let Small {
            shading,
            skin,
            scale,
            ..
        } = &size.small;
        group.bench_function(size.name, |b| {
            let field = &shading.field;
            b.iter(|| relief::find_light(black_box(field), skin, *scale, &options.relief));
        });
    });
    stage(criterion, sizes, "reconstruct", |group, size| {
        let Small { shading, scale, .. } = &size.small;
        group.bench_function(size.name, |b| {
            let field = &shading.field;
            b.iter(|| relief::reconstruct(black_box(field), size.lamp, *scale, &options.relief));
        });
    });
    stage(criterion, sizes, "dents", |group, size| {
        group.bench_function(size.name, |b| {
            b.iter(|| dents(black_box(&size.small), size.lamp));
        });
    });
}

fn count(criterion: &mut Criterion, sizes: &[Size]) {
    let scale = photos::scale();
    let options = photos::options();
    let segmenting: &segmenting::Options = &options.segment;
    stage(criterion, sizes, "segment", |group, size| {
        group.bench_function(size.name, |b| {
            b.iter(|| {
                segment(
                    black_box(&size.index),
                    &size.index,
                    &Ground::of(&size.skin, scale),
                    scale,
                    segmenting,
                )
            });
        });
    });
    stage(criterion, sizes, "measure", |group, size| {
        let (visit, healthy) = visit(size, 0.0);
        group.bench_function(size.name, |b| {
            b.iter(|| measure::measure(black_box(visit.surface()), &healthy));
        });
    });
    stage(criterion, sizes, "score", |group, size| {
        let ((before, healthy), (after, _)) = (visit(size, 0.0), visit(size, 0.5));
        let both = Both {
            before,
            after,
            healthy,
            texture_gap: 0.0,
        };
        group.bench_function(size.name, |b| {
            b.iter(|| {
                score::score(
                    black_box(&both),
                    &size.skin,
                    scale,
                    segmenting,
                    &options.score,
                )
            });
        });
    });
}

/// A visit and its healthy skin; its dents' logit is `less` than the photo shows.
fn visit(size: &Size, less: f32) -> (Visit, Mask) {
    let scale = photos::scale();
    let options = photos::options();
    let index = map(&size.index, |v| v + less);
    let ground = Ground::of(&size.skin, scale);
    let scars = segment(&index, &index, &ground, scale, &options.segment);
    let mut healthy: Array2<bool> = size.skin.clone();
    healthy.zip_mut_with(&scars.labels, |h, &l| *h &= l == 0);
    let relief = Relief {
        height: index.clone(),
        index,
        light: size.lamp,
        side: Side::Axis,
    };
    let visit = Visit {
        shading: scardepth::filter::enlarge(
            &size.small.shading.field,
            size.skin.dim(),
            relief::feature_reduction(scale),
        ),
        relief,
        scars,
    };
    (visit, healthy)
}

/// So many tiles of a photo each way, and of them this much.
fn cut(photo: &RgbImage, tiles: u32, (width, height): (u32, u32)) -> RgbImage {
    let tiled = photos::tiled(photo, tiles);
    image::imageops::crop_imm(&tiled, 0, 0, width, height).to_image()
}

/// The larger photo made of a photo of 1 megapixel.
fn large(photo: &RgbImage) -> RgbImage {
    cut(photo, TILES, LARGE)
}

fn stages(criterion: &mut Criterion) {
    let [before, after] = photos::pair();
    let original = |name, photo, reduction| Original {
        name,
        photo,
        reduction,
    };
    let largest = cut(&before, TILES_OF_LARGEST, LARGEST);
    let large = large(&before);
    let sizes = [Size::new("1 MP", &before), Size::new("12 MP", &large)];
    for size in &sizes {
        let open = size.skin.iter().filter(|s| **s).count();
        assert!(
            5 * open > 4 * size.skin.len(),
            "{} is mostly skin",
            size.name
        );
    }
    let originals = [
        original("1 MP", before, 1.0),
        original("12 MP", large, 1.0),
        original("48 MP", largest, REDUCTION),
    ];
    read(criterion, &originals);
    look(criterion, &sizes);
    lay(criterion, &sizes, &after);
    normalise(criterion, &sizes, &originals);
    see(criterion, &sizes);
    count(criterion, &sizes);
}

criterion_group!(benches, stages);
criterion_main!(benches);
