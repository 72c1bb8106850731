//! The course of the scar area over time: what a chart shows, and the chart as inline SVG.

use maud::{Markup, html};

use super::schema::Interval;
use super::words::measure::{Measure, grounds};
use super::words::{course as text, date, doubt, page, signed};
use crate::visits::schema::{Series, SeriesVisit};

/// What a chart shows.
pub(super) struct Chart<'a> {
    pub points: Vec<Point<'a>>,
    pub sessions: Vec<Mark<'a>>,
    /// The highest and, negative, the lowest percentage.
    pub reach: f64,
    /// Days from the first photo to the right end.
    last: f64,
}

/// A visit.
pub(super) struct Point<'a> {
    visit: &'a SeriesVisit,
    pub days: f64,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub smallest: f64,
    /// The change that the verdict rests on, where that is not the scar area's: the measure, value, low,
    /// high.
    pub rested: Option<(Measure, [f64; 3])>,
    /// Whether there is room for its date.
    labelled: bool,
}

/// A treatment session.
pub(super) struct Mark<'a> {
    pub days: f64,
    /// Empty where the same stands close before it.
    pub label: &'a str,
}

/// Least distance of two labels, as a share of the chart's width.
const APART: f64 = 0.12;

impl<'a> Chart<'a> {
    /// `None` without a visit that was compared.
    pub(super) fn of(series: &'a Series) -> Option<Self> {
        let mut points: Vec<Point> = series.compared().filter_map(point).collect();
        if points.is_empty() {
            return None;
        }
        let days = |s: &crate::visits::schema::Session| s.days.map(|d| d as f64);
        let sessions: Vec<(f64, &str)> = series
            .sessions
            .iter()
            .filter_map(|s| Some((days(s)?, s.treatment.as_str())))
            .filter(|s| s.0 >= 0.0)
            .collect();
        let all = points.iter().map(|p| p.days);
        let last = all.chain(sessions.iter().map(|s| s.0)).fold(1.0, f64::max);
        // The last date always stands; the others where it leaves room, and the first photo's.
        let mut next = f64::INFINITY;
        for p in points.iter_mut().rev() {
            let at = p.days / last;
            p.labelled = next - at >= APART && (at >= APART || next.is_infinite());
            if p.labelled {
                next = at;
            }
        }
        let mut before: Option<(f64, &str)> = None;
        let sessions = sessions
            .into_iter()
            .map(|(days, treatment)| {
                let crowded = before.is_some_and(|(at, _)| (days - at) / last < APART);
                if !crowded {
                    before = Some((days, treatment));
                }
                Mark {
                    days,
                    label: if crowded { "" } else { treatment },
                }
            })
            .collect();
        let reach = points
            .iter()
            .flat_map(|p| {
                let [_, low, high] = p.rested.map_or([0.0; 3], |r| r.1);
                [p.low, p.high, p.smallest, low, high].map(f64::abs)
            })
            .fold(20.0, f64::max)
            .min(150.0);
        Some(Self {
            points,
            sessions,
            // A whole number of twenties, so that the lines have round numbers.
            reach: 20.0 * (reach / 20.0).ceil(),
            last,
        })
    }

    /// How far to the right a day lies, 0 to 1.
    pub(super) fn x(&self, days: f64) -> f64 {
        (days / self.last).clamp(0.0, 1.0)
    }

    /// How far down a percentage lies, 0 to 1.
    pub(super) fn y(&self, percent: f64) -> f64 {
        (self.reach - percent.clamp(-self.reach, self.reach)) / (2.0 * self.reach)
    }

    /// The percentages with a line across.
    pub(super) fn lines(&self) -> [f64; 5] {
        [-1.0, -0.5, 0.0, 0.5, 1.0].map(|share| share * self.reach)
    }

    /// The border of what could not have been told from none, from visit to visit and back.
    pub(super) fn band(&self) -> Vec<(f64, f64)> {
        let there = self.points.iter().map(|p| (p.days, p.smallest));
        let back = self.points.iter().rev().map(|p| (p.days, -p.smallest));
        std::iter::once((0.0, 0.0))
            .chain(there)
            .chain(back)
            .map(|(days, percent)| (self.x(days), self.y(percent)))
            .collect()
    }

    /// From the first photo to the last visit.
    pub(super) fn course(&self) -> Vec<(f64, f64)> {
        let visits = self.points.iter().map(|p| (p.days, p.value));
        std::iter::once((0.0, 0.0))
            .chain(visits)
            .map(|(days, percent)| (self.x(days), self.y(percent)))
            .collect()
    }
}

impl Point<'_> {
    /// Lines of date and change, where there is room: at most [`LABEL_LINES`].
    pub(super) fn labels(&self) -> Vec<String> {
        if !self.labelled {
            return Vec::new();
        }
        let day = date(&self.visit.date);
        let mut lines: Vec<String> = match day.rsplit_once(' ') {
            Some((day, year)) if self.visit.day().is_some() => vec![day.into(), year.into()],
            _ => vec![day],
        };
        lines.push(signed(self.value, 0) + " %");
        lines
    }
}

/// Day, year and change.
pub(super) const LABEL_LINES: usize = 3;

/// What the chart shows, in words; of each visit whose verdict rests on something else than the scar
/// area, on what.
pub(super) fn note(series: &Series) -> String {
    let mut text = text::CHART_NOTE.to_string();
    if !series.sessions.is_empty() {
        text += &format!(" {}", text::CHART_SESSIONS);
    }
    let rested: Vec<String> = series.compared().filter_map(rested_on).collect();
    if !rested.is_empty() {
        text += &format!(" {} {}{}", text::RESTED, rested.join("; "), page::STOP);
    }
    text
}

/// `16 February 2026: depth times area −41 % (−47 to −35), smallest detectable 8 %`.
fn rested_on(visit: &SeriesVisit) -> Option<String> {
    let (measure, interval) = rested(visit)?;
    let name = measure.name().to_lowercase();
    let told = doubt::told(interval);
    Some(format!("{}: {name} {told}", date(&visit.date)))
}

/// What the verdict of a visit rests on, where that is not the scar area.
fn rested(visit: &SeriesVisit) -> Option<(Measure, &Interval)> {
    let first = grounds(visit.change.as_ref()?).into_iter().next();
    first.filter(|(measure, _)| *measure != Measure::Area)
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
        rested: rested(visit).and_then(|(measure, i)| {
            let value = i.value?;
            let ends = [value, i.low.unwrap_or(value), i.high.unwrap_or(value)];
            Some((measure, ends))
        }),
        labelled: false,
    })
}

/// Size of the chart and its margins, units of its view box.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 350.0;
const LEFT: f64 = 64.0;
/// Half a date.
const RIGHT: f64 = 48.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 72.0;

/// How far to the right of a visit the other measure stands, and half a side of its square.
const ASIDE: f64 = 12.0;
const SQUARE: f64 = 4.5;

/// The chart on a page; nothing without a visit that was compared.
pub(super) fn svg(series: &Series) -> Option<Markup> {
    let chart = Chart::of(series)?;
    let x = |share: f64| LEFT + (WIDTH - LEFT - RIGHT) * share;
    let y = |share: f64| TOP + (HEIGHT - TOP - BOTTOM) * share;
    let (day, percent) = (|days| x(chart.x(days)), |percent| y(chart.y(percent)));
    let path = |points: Vec<(f64, f64)>| -> String {
        let ends = points.into_iter().enumerate().map(|(i, (px, py))| {
            let letter = if i == 0 { 'M' } else { 'L' };
            format!("{letter}{} {}", at(x(px)), at(y(py)))
        });
        ends.collect()
    };
    let foot = HEIGHT - BOTTOM;
    Some(html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(said(&chart)) {
            path.undetectable d={ (path(chart.band())) "Z" } {}
            @for line in chart.lines() {
                line.zero x1=(LEFT) x2=(WIDTH - RIGHT) y1=(at(percent(line))) y2=(at(percent(line))) stroke-dasharray=(if line == 0.0 { "none" } else { "2 6" }) {}
                text.left x=(LEFT - 8.0) y=(at(percent(line) + 4.0)) { (signed(line, 0)) " %" }
            }
            @for session in &chart.sessions {
                line.session x1=(at(day(session.days))) x2=(at(day(session.days))) y1=(TOP - 6.0) y2=(foot) {}
                text x=(at(day(session.days).min(WIDTH - 40.0))) y=(TOP - 12.0) { (session.label) }
            }
            path.line d=(path(chart.course())) {}
            circle.point cx=(at(day(0.0))) cy=(at(percent(0.0))) r="5" {}
            text x=(at(day(0.0))) y=(foot + 22.0) { (text::BASELINE) }
            @for p in &chart.points {
                line.interval x1=(at(day(p.days))) x2=(at(day(p.days))) y1=(at(percent(p.low))) y2=(at(percent(p.high))) {}
                circle.point cx=(at(day(p.days))) cy=(at(percent(p.value))) r="5" {}
                @if let Some((_, [value, low, high])) = p.rested {
                    @let x = day(p.days) + ASIDE;
                    line.interval x1=(at(x)) x2=(at(x)) y1=(at(percent(low))) y2=(at(percent(high))) {}
                    rect.other x=(at(x - SQUARE)) y=(at(percent(value) - SQUARE)) width=(2.0 * SQUARE) height=(2.0 * SQUARE) {}
                }
                @for (i, label) in p.labels().into_iter().enumerate() {
                    text x=(at(day(p.days))) y=(foot + 22.0 + 16.0 * i as f64) { (label) }
                }
            }
        }
    })
}

fn at(v: f64) -> String {
    format!("{v:.1}")
}

/// The chart in words, for those who do not see it.
fn said(chart: &Chart) -> String {
    let told = |p: &Point| {
        let rested = p.rested.map_or(String::new(), |(measure, [value, ..])| {
            let name = measure.name().to_lowercase();
            format!(", {name} {} %", signed(value, 0))
        });
        format!("{}: {} %{rested}", date(&p.visit.date), signed(p.value, 0))
    };
    let told: Vec<String> = chart.points.iter().map(told).collect();
    format!("{}. {}{}", text::CHART, told.join(", "), page::STOP)
}
