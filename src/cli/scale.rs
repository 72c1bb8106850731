//! How large the skin is, as it is typed and as what it means.

use clap::Args;
use scardepth::error::Error;
use scardepth::pipeline::Scale;
use scardepth::units::PixelsPerMm;

#[derive(Debug, Args)]
#[group(skip)]
pub struct Arguments {
    /// Pixels of the first photo that show 1 mm of skin
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "field_mm",
        allow_negative_numbers = true,
        value_parser = a_number
    )]
    px_per_mm: Option<f64>,
    /// Skin that the first photo's width shows, in mm
    ///
    /// About 200 for a whole face from the front, 80 for a cheek. A guess is good enough to find
    /// scars by their size; millimetres are then not reported.
    #[arg(
        long,
        value_name = "W",
        allow_negative_numbers = true,
        value_parser = a_number
    )]
    field_mm: Option<f64>,
}

impl Arguments {
    /// The scale that was typed, as what it means.
    pub fn typed(&self) -> Result<Option<Scale>, Error> {
        if let Some(typed) = self.px_per_mm {
            return per_mm(typed).map(Some);
        }
        match self.field_mm {
            None => Ok(None),
            Some(width) if width.is_finite() && width > 0.0 => Ok(Some(Scale::FieldMm(width))),
            Some(width) => Err(Error::BadOption {
                option: "--field-mm",
                value: width.to_string(),
                expected: "a width in mm above 0 is needed".to_string(),
            }),
        }
    }
}

/// A number without its unit.
fn a_number(typed: &str) -> Result<f64, String> {
    typed
        .parse()
        .map_err(|_| "only a number is needed, without a unit, such as 80".to_string())
}

/// A number of pixels per millimetre that was typed.
pub fn per_mm(typed: f64) -> Result<Scale, Error> {
    let scale = PixelsPerMm::new(typed).map(Scale::PerMm);
    scale.ok_or_else(|| Error::BadOption {
        option: "--px-per-mm",
        value: typed.to_string(),
        expected: format!(
            "a number from {} to {} is needed",
            PixelsPerMm::SMALLEST,
            PixelsPerMm::LARGEST
        ),
    })
}
