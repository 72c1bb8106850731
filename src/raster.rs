//! Pictures as numbers: the one bridge between `image` buffers and `ndarray` fields.
//!
//! Everything here is `[[row, column]]`, row-major, with pixel *centres* at whole numbers:
//! column 0, row 0 is the centre of the upper left pixel, x runs right and y runs down.

use image::GrayImage;
use ndarray::Array2;
use rayon::prelude::*;

/// A number for every pixel, `[[row, column]]`.
pub type Field = Array2<f32>;

/// A yes or no for every pixel, `[[row, column]]`.
pub type Mask = Array2<bool>;

/// Linear light in the primaries of sRGB (D65), planes red, green, blue.
///
/// 1 is the white of the file's encoding; values may leave 0 to 1 where the file's gamut is wider
/// than sRGB's.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearImage {
    pub planes: [Field; 3],
}

/// Luminance of linear sRGB (IEC 61966-2-1, the Y row of its matrix to XYZ).
pub const LUMINANCE: [f32; 3] = [0.212_639, 0.715_169, 0.072_192];

impl LinearImage {
    #[must_use]
    pub fn width(&self) -> usize {
        self.planes[0].ncols()
    }

    #[must_use]
    pub fn height(&self) -> usize {
        self.planes[0].nrows()
    }

    /// Relative luminance Y, 0 to 1.
    #[must_use]
    pub fn luminance(&self) -> Field {
        let [r, g, b] = &self.planes;
        zip3(r, g, b, |r, g, b| {
            LUMINANCE[0] * r + LUMINANCE[1] * g + LUMINANCE[2] * b
        })
    }
}

/// `f` of every pixel, rows in parallel.
#[must_use]
pub fn map(a: &Field, f: impl Fn(f32) -> f32 + Sync) -> Field {
    from_rows(a.nrows(), a.ncols(), |y, out| {
        for (o, &a) in out.iter_mut().zip(row(a, y)) {
            *o = f(a);
        }
    })
}

/// `f` of two fields of the same size, rows in parallel.
///
/// # Panics
/// If the sizes differ.
#[must_use]
pub fn zip2(a: &Field, b: &Field, f: impl Fn(f32, f32) -> f32 + Sync) -> Field {
    assert_eq!(a.dim(), b.dim());
    from_rows(a.nrows(), a.ncols(), |y, out| {
        for ((o, &a), &b) in out.iter_mut().zip(row(a, y)).zip(row(b, y)) {
            *o = f(a, b);
        }
    })
}

/// `f` of three fields of the same size, rows in parallel.
///
/// # Panics
/// If the sizes differ.
#[must_use]
pub fn zip3(a: &Field, b: &Field, c: &Field, f: impl Fn(f32, f32, f32) -> f32 + Sync) -> Field {
    assert_eq!(a.dim(), b.dim());
    assert_eq!(a.dim(), c.dim());
    from_rows(a.nrows(), a.ncols(), |y, out| {
        let abc = row(a, y).iter().zip(row(b, y)).zip(row(c, y));
        for (o, ((&a, &b), &c)) in out.iter_mut().zip(abc) {
            *o = f(a, b, c);
        }
    })
}

/// A plane made row by row, rows in parallel: `fill(row index, the row to fill)`.
#[must_use]
pub fn from_rows<T: Copy + Default + Send>(
    rows: usize,
    columns: usize,
    fill: impl Fn(usize, &mut [T]) + Sync,
) -> Array2<T> {
    let mut data = vec![T::default(); rows * columns];
    if columns > 0 {
        data.par_chunks_mut(columns)
            .enumerate()
            .for_each(|(y, out)| fill(y, out));
    }
    Array2::from_shape_vec((rows, columns), data).expect("rows x columns values")
}

/// `N` planes made together row by row, rows in parallel: `fill(row index, that row of each)`.
#[must_use]
pub fn planes_from_rows<const N: usize>(
    rows: usize,
    columns: usize,
    fill: impl Fn(usize, [&mut [f32]; N]) + Sync,
) -> [Field; N] {
    let mut planes = [(); N].map(|()| vec![0.0; rows * columns]);
    if columns > 0 {
        let mut lines = planes.each_mut().map(|p| p.chunks_exact_mut(columns));
        let line = |_| lines.each_mut().map(|l| l.next().expect("a line a row"));
        let lines: Vec<[&mut [f32]; N]> = (0..rows).map(line).collect();
        let numbered = lines.into_par_iter().enumerate();
        numbered.for_each(|(y, line)| fill(y, line));
    }
    planes.map(|data| Field::from_shape_vec((rows, columns), data).expect("rows x columns values"))
}

/// `f` of every pixel of a plane of anything, rows in parallel.
#[must_use]
pub fn each<A: Copy + Sync, B: Copy + Default + Send>(
    plane: &Array2<A>,
    f: impl Fn(A) -> B + Sync,
) -> Array2<B> {
    from_rows(plane.nrows(), plane.ncols(), |y, out| {
        for (o, &a) in out.iter_mut().zip(row(plane, y)) {
            *o = f(a);
        }
    })
}

/// 1 where the mask is set, else 0.
#[must_use]
pub fn weights(mask: &Mask) -> Field {
    each(mask, |m| f32::from(u8::from(m)))
}

/// Rows as columns and columns as rows.
#[must_use]
pub fn transposed<T: Copy + Default + Send + Sync>(plane: &Array2<T>) -> Array2<T> {
    /// Side of the squares that are turned one after the other: their lines stay in the cache.
    const SIDE: usize = 16;
    let (rows, columns) = plane.dim();
    let mut data = vec![T::default(); rows * columns];
    data.par_chunks_mut((SIDE * rows).max(1))
        .enumerate()
        .for_each(|(band, out)| {
            let left = SIDE * band;
            let wide = out.len() / rows;
            for top in (0..rows).step_by(SIDE) {
                for y in top..(top + SIDE).min(rows) {
                    let line = &row(plane, y)[left..left + wide];
                    for (x, &v) in line.iter().enumerate() {
                        out[x * rows + y] = v;
                    }
                }
            }
        });
    Array2::from_shape_vec((columns, rows), data).expect("columns x rows values")
}

/// A row as a slice.
///
/// # Panics
/// If the plane is not in row-major order; every plane of this crate is.
#[must_use]
pub fn row<T>(plane: &Array2<T>, y: usize) -> &[T] {
    let columns = plane.ncols();
    let data = plane.as_slice().expect("planes are row-major");
    &data[y * columns..(y + 1) * columns]
}

/// Values of a field where the mask is set, in raster order.
#[must_use]
pub fn masked(field: &Field, mask: &Mask) -> Vec<f32> {
    masked_of([field], mask, |[v]| v)
}

/// `f` of the values of some fields where the mask is set, in raster order.
#[must_use]
pub fn masked_of<const N: usize>(
    fields: [&Field; N],
    mask: &Mask,
    f: impl Fn([f32; N]) -> f32,
) -> Vec<f32> {
    let mut values = Vec::with_capacity(count(mask));
    // Every value is written and those not set are written over: no guess which comes next can fail.
    let mut kept = vec![0.0; mask.ncols()];
    for y in 0..mask.nrows() {
        let lines = fields.map(|field| &row(field, y)[..mask.ncols()]);
        let mut n = 0;
        for (x, &set) in row(mask, y).iter().enumerate() {
            kept[n] = f(lines.map(|line| line[x]));
            n += usize::from(set);
        }
        values.extend_from_slice(&kept[..n]);
    }
    values
}

/// Pixels set in a mask.
#[must_use]
pub fn count(mask: &Mask) -> usize {
    (0..mask.nrows())
        .map(|y| row(mask, y).iter().filter(|&&m| m).count())
        .sum()
}

/// A mask as an 8-bit picture: 255 where set, else 0.
#[must_use]
pub fn to_gray(mask: &Mask) -> GrayImage {
    gray(each(mask, |m| if m { 255 } else { 0 }))
}

/// A plane of 8-bit values as a picture.
#[must_use]
pub fn gray(plane: Array2<u8>) -> GrayImage {
    let (rows, columns) = plane.dim();
    let (data, _) = plane.into_raw_vec_and_offset();
    GrayImage::from_raw(columns as u32, rows as u32, data).expect("rows x columns values")
}

/// An 8-bit picture as a mask: set from 128 on.
#[must_use]
pub fn from_gray(gray: &GrayImage) -> Mask {
    let columns = gray.width() as usize;
    from_rows(gray.height() as usize, columns, |y, out| {
        for (o, &v) in out.iter_mut().zip(&gray.as_raw()[y * columns..]) {
            *o = v >= 128;
        }
    })
}
