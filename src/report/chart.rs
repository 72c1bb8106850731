//! The course of the scar area over time, as inline SVG.

use maud::{Markup, html};

use super::words::{course as text, date, page, signed};
use crate::visits::schema::{Series, SeriesVisit};

/// Size of the chart and its margins, units of its view box.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 330.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 52.0;

struct Point<'a> {
    visit: &'a SeriesVisit,
    days: f64,
    value: f64,
    low: f64,
    high: f64,
    smallest: f64,
}

/// The chart; `None` without a visit that was compared.
pub(super) fn trend(series: &Series) -> Option<Markup> {
    let points: Vec<Point> = series.compared().filter_map(point).collect();
    let last = points.iter().map(|p| p.days).fold(0.0, f64::max);
    let sessions: Vec<(f64, &str)> = series
        .sessions
        .iter()
        .filter_map(|s| Some((s.days? as f64, s.treatment.as_str())))
        .filter(|s| (0.0..=last.max(1.0) * 1.1).contains(&s.0))
        .collect();
    if points.is_empty() {
        return None;
    }
    let reach = points
        .iter()
        .flat_map(|p| [p.low.abs(), p.high.abs(), p.smallest])
        .fold(20.0, f64::max)
        .min(150.0);
    // A whole number of twenties, so that the lines have round numbers.
    let reach = 20.0 * (reach / 20.0).ceil();
    let x = |days: f64| LEFT + (WIDTH - LEFT - RIGHT) * days.max(0.0) / last.max(1.0);
    let y = |percent: f64| {
        TOP + (HEIGHT - TOP - BOTTOM) * (reach - percent.clamp(-reach, reach)) / (2.0 * reach)
    };
    Some(html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(said(&points)) {
            path.undetectable d=(band(&points, &x, &y)) {}
            @for percent in [-reach, -0.5 * reach, 0.0, 0.5 * reach, reach] {
                line.zero x1=(LEFT) x2=(WIDTH - RIGHT) y1=(at(y(percent))) y2=(at(y(percent))) stroke-dasharray=(if percent == 0.0 { "none" } else { "2 6" }) {}
                text.left x=(LEFT - 8.0) y=(at(y(percent) + 4.0)) { (signed(percent, 0)) " %" }
            }
            @for (days, treatment) in &sessions {
                line.session x1=(at(x(*days))) x2=(at(x(*days))) y1=(TOP - 6.0) y2=(HEIGHT - BOTTOM) {}
                text x=(at(x(*days))) y=(TOP - 12.0) { (treatment) }
            }
            path.line d=(line(&points, &x, &y)) {}
            circle.point cx=(at(x(0.0))) cy=(at(y(0.0))) r="5" {}
            text x=(at(x(0.0))) y=(HEIGHT - BOTTOM + 22.0) { (text::BASELINE) }
            @for p in &points {
                line.interval x1=(at(x(p.days))) x2=(at(x(p.days))) y1=(at(y(p.low))) y2=(at(y(p.high))) {}
                circle.point cx=(at(x(p.days))) cy=(at(y(p.value))) r="5" {}
                text x=(at(x(p.days).min(WIDTH - 52.0))) y=(HEIGHT - BOTTOM + 22.0) { (p.visit.date) }
                text x=(at(x(p.days).min(WIDTH - 52.0))) y=(HEIGHT - BOTTOM + 38.0) { (signed(p.value, 0)) " %" }
            }
        }
    })
}

fn point(visit: &SeriesVisit) -> Option<Point<'_>> {
    let area = &visit.change.as_ref()?.area_percent;
    let value = area.value?;
    Some(Point {
        visit,
        days: visit.days? as f64,
        value,
        low: area.low.unwrap_or(value),
        high: area.high.unwrap_or(value),
        smallest: area.smallest_detectable.unwrap_or(0.0),
    })
}

fn at(v: f64) -> String {
    format!("{v:.1}")
}

/// What could not have been told from none, from visit to visit.
fn band(points: &[Point], x: &dyn Fn(f64) -> f64, y: &dyn Fn(f64) -> f64) -> String {
    let mut path = format!("M{} {}", at(x(0.0)), at(y(0.0)));
    for p in points {
        path += &format!("L{} {}", at(x(p.days)), at(y(p.smallest)));
    }
    for p in points.iter().rev() {
        path += &format!("L{} {}", at(x(p.days)), at(y(-p.smallest)));
    }
    path + "Z"
}

fn line(points: &[Point], x: &dyn Fn(f64) -> f64, y: &dyn Fn(f64) -> f64) -> String {
    let mut path = format!("M{} {}", at(x(0.0)), at(y(0.0)));
    for p in points {
        path += &format!("L{} {}", at(x(p.days)), at(y(p.value)));
    }
    path
}

/// The chart in words, for those who do not see it.
fn said(points: &[Point]) -> String {
    let told: Vec<String> = points
        .iter()
        .map(|p| format!("{}: {} %", date(&p.visit.date), signed(p.value, 0)))
        .collect();
    format!("{}. {}{}", text::CHART, told.join(", "), page::STOP)
}
