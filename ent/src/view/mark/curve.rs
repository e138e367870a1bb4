//! A curve of marks as a picture inside a page: the own marks and the class's averages, out of 20, over the days.
//!
//! The picture has a title and a description; what it shows stands in a table beside it, so that nobody needs to see it.

use std::fmt::Write;

use jiff::civil::Date;
use maud::{Markup, html};

use crate::record::{Mark, Score};
use crate::view::Lang;
use crate::view::decimal::Decimal;

/// Size of the picture, and the edges that are left for its scale, in its own units.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 34.0;
const EDGE: f64 = 14.0;

/// Points of a curve, at most.
const POINTS: usize = 400;

/// What marks are drawn out of.
const MOST: f64 = 20.0;

/// One mark that can be drawn.
struct Point {
    day: Date,
    own: f64,
    class: Option<f64>,
}

/// The curve of a subject; nothing where fewer than two marks have a day and a number.
pub(super) fn figure(number: usize, subject: &str, marks: &[&Mark], lang: Lang) -> Markup {
    let points: Vec<Point> = marks.iter().filter_map(|mark| point(mark)).take(POINTS).collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return html! {};
    };
    if points.len() < 2 {
        return html! {};
    }
    let title = lang.say_with("curve-title", &[("subject", subject)]);
    let description = lang.say_with(
        "curve-description",
        &[("count", &points.len().to_string()), ("from", &lang.day(first.day)), ("until", &lang.day(last.day))],
    );
    let days = span(first.day, last.day).max(1.0);
    let place = |point: &Point, value: f64| (across(span(first.day, point.day) / days), height(value));
    let own: Vec<_> = points.iter().map(|point| place(point, point.own)).collect();
    let class: Vec<_> = points.iter().filter_map(|point| Some(place(point, point.class?))).collect();
    let (title_id, description_id) = (format!("curve-{number}-title"), format!("curve-{number}-description"));
    // Shapes are closed: in a picture inside a page, no element is empty by itself.
    html! {
        figure {
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-labelledby={ (title_id) " " (description_id) } {
                title id=(title_id) { (title) }
                desc id=(description_id) { (description) }
                @for step in [0.0_f64, 5.0, 10.0, 15.0, 20.0] {
                    @let y = format!("{:.1}", height(step));
                    line class="grid" x1=(LEFT) x2=(WIDTH - EDGE) y1=(y) y2=(y) {}
                    text x="4" y=(format!("{:.1}", height(step) + 4.0)) { (step) }
                }
                @if class.len() > 1 { path class="class" stroke-width="1.5" d=(path(&class)) {} }
                path class="own" stroke-width="2" d=(path(&own)) {}
                @for (x, y) in &own { circle class="point" cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="3.5" {} }
            }
            figcaption { (lang.say("curve-legend")) }
        }
    }
}

fn point(mark: &Mark) -> Option<Point> {
    let Score::Value(own) = &mark.score else {
        return None;
    };
    let most = mark.out_of.as_deref().map_or(Some(MOST), |most| Decimal::read(most).map(Decimal::value))?;
    let scaled = |text: &str| {
        let value = Decimal::read(text)?.value();
        (most > 0.0).then(|| (value / most * MOST).clamp(0.0, MOST))
    };
    Some(Point { day: mark.date?, own: scaled(own)?, class: mark.class_average.as_deref().and_then(scaled) })
}

fn span(from: Date, until: Date) -> f64 {
    from.until(until).map_or(0.0, |span| f64::from(span.get_days()))
}

fn across(share: f64) -> f64 {
    LEFT + EDGE + share * (WIDTH - LEFT - 3.0 * EDGE)
}

fn height(value: f64) -> f64 {
    HEIGHT - EDGE - value / MOST * (HEIGHT - 2.0 * EDGE)
}

fn path(points: &[(f64, f64)]) -> String {
    let mut out = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let act = if index == 0 { 'M' } else { 'L' };
        let _ = write!(out, "{act}{x:.1} {y:.1}");
    }
    out
}
