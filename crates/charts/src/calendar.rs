//! Days as shades: a column for each week from Monday to Sunday, in as many bands below one another as suit the frame.

use model::answer::{AnswerSeries, TrendAnswer};
use model::dashboard::WidgetOptions;
use model::format;
use model::language::{t, t_with};
use model::query::Interval;

use crate::cartesian::span;
use crate::layout::{Frame, count, fits};
use crate::palette::Ink;
use crate::series::{figure, is_open};
use crate::shade::Shades;
use crate::sheet::{Anchor, LABEL_SIZE, Sheet, Stroke};
use crate::text_width;

const HEADER: f64 = 20.0;
const WEEKDAYS: f64 = 34.0;
const LARGEST: f64 = 30.0;
const SMALLEST: f64 = 8.0;
const MOST_BANDS: usize = 6;
const DAYS: usize = 7;

/// A day on the calendar.
struct Day {
    bucket: usize,
    week: usize,
    weekday: usize,
}

/// How the weeks lie on the sheet.
struct Bands {
    frame: Frame,
    /// Weeks in each band.
    weeks: usize,
    cell: f64,
    /// Weeks before the first that is shown.
    left_out: usize,
}

/// Draws the days of the first series.
pub(crate) fn draw(sheet: &mut Sheet, trend: &TrendAnswer, options: &WidgetOptions) {
    let days = days(trend);
    let Some(series) = trend.series.first() else {
        return;
    };
    let weeks = days.last().map_or(0, |day| day.week + 1);
    let bands = Bands::of(sheet.frame(), weeks);
    let shown = || days.iter().filter(|day| day.week >= bands.left_out);
    let shades = Shades::of(shown().filter_map(|day| figure(series, day.bucket)));
    bands.draw_names(sheet, trend, &days);
    for day in shown() {
        bands.draw_day(sheet, trend, series, day, shades, options);
    }
    let words = t_with("+ {0} weeks before", &[&bands.left_out.to_string()]);
    if bands.left_out > 0 && text_width::width(&words, LABEL_SIZE) < sheet.frame().width() {
        let frame = sheet.frame();
        sheet.text(&words, (frame.right, frame.bottom - 2.0), Anchor::End, Ink::Muted);
    }
}

/// Whether there is a figure for each day.
pub(crate) fn suits(trend: &TrendAnswer) -> bool {
    trend.interval == Interval::Day
}

fn days(trend: &TrendAnswer) -> Vec<Day> {
    let weekday = |bucket: usize| {
        let begin = trend.local[bucket].date();
        usize::from(begin.weekday().to_monday_zero_offset().unsigned_abs())
    };
    let first = if trend.local.is_empty() { 0 } else { weekday(0) };
    let day = |bucket: usize| Day {
        bucket,
        week: (bucket + first) / DAYS,
        weekday: (bucket + first) % DAYS,
    };
    (0..trend.local.len()).map(day).collect()
}

impl Bands {
    /// As many bands as make the cells largest; where they would be too small, the latest weeks only.
    fn of(frame: Frame, weeks: usize) -> Self {
        let width = (frame.width() - WEEKDAYS).max(0.0);
        let cell = |bands: usize| {
            let across = width / count(weeks.div_ceil(bands).max(1));
            let down = (frame.height() / count(bands) - HEADER) / count(DAYS);
            across.min(down).min(LARGEST)
        };
        let best =
            (1..=MOST_BANDS).max_by(|one, other| cell(*one).total_cmp(&cell(*other)).then(other.cmp(one)));
        let bands = best.unwrap_or(1);
        let size = cell(bands);
        if size >= SMALLEST {
            return Self {
                frame,
                weeks: weeks.div_ceil(bands).max(1),
                cell: size,
                left_out: 0,
            };
        }
        let tall = HEADER + SMALLEST * count(DAYS);
        let bands = fits(frame.height(), tall).clamp(1, MOST_BANDS);
        let per_band = fits(width, SMALLEST).max(1);
        Self {
            frame,
            weeks: per_band,
            cell: SMALLEST.min((frame.height() - HEADER).max(0.0) / count(DAYS)),
            left_out: weeks.saturating_sub(per_band * bands),
        }
    }

    /// The band that a day is in.
    fn band(&self, day: &Day) -> usize {
        (day.week - self.left_out) / self.weeks
    }

    /// The upper left corner of a day.
    fn corner(&self, day: &Day) -> (f64, f64) {
        let week = day.week - self.left_out;
        let top = self.top(self.band(day)) + count(day.weekday) * self.cell;
        (
            self.frame.left + WEEKDAYS + count(week % self.weeks) * self.cell,
            top,
        )
    }

    fn top(&self, band: usize) -> f64 {
        self.frame.top + HEADER + count(band) * (HEADER + self.cell * count(DAYS))
    }

    fn draw_names(&self, sheet: &mut Sheet, trend: &TrendAnswer, days: &[Day]) {
        let shown = || days.iter().filter(|day| day.week >= self.left_out);
        let last = shown().next_back().map_or(0, |day| self.band(day));
        let stride = if self.cell >= LABEL_SIZE + 2.0 { 1 } else { 2 };
        for band in 0..=last {
            for (weekday, name) in format::weekdays().into_iter().enumerate() {
                let baseline = self.top(band) + (count(weekday) + 0.5) * self.cell + 4.5;
                let fits = stride == 1 || (weekday % 2 == 0 && self.cell * 2.0 >= LABEL_SIZE);
                if fits {
                    sheet.text(name, (self.frame.left, baseline), Anchor::Start, Ink::Muted);
                }
            }
        }
        for (words, place) in self.months(trend, days) {
            sheet.text(&words, place, Anchor::Start, Ink::Muted);
        }
    }

    /// The name of each month where it begins. The days of the first may be too few for its name: it gives way to the second.
    fn months(&self, trend: &TrendAnswer, days: &[Day]) -> Vec<(String, (f64, f64))> {
        let mut names: Vec<(String, (f64, f64))> = Vec::new();
        let mut month = None;
        for day in days.iter().filter(|day| day.week >= self.left_out) {
            let date = trend.local[day.bucket].date();
            if month == Some((date.year(), date.month())) {
                continue;
            }
            month = Some((date.year(), date.month()));
            let place = (self.corner(day).0, self.top(self.band(day)) - 6.0);
            let is_over = |(before, at): &(String, (f64, f64))| {
                at.1 >= place.1 && place.0 < at.0 + text_width::width(before, LABEL_SIZE) + 8.0
            };
            let gives_way = names.last().is_some_and(is_over);
            if gives_way && names.len() > 1 {
                continue;
            }
            let before = if gives_way { names.pop() } else { None };
            let tells_year = date.month() == 1 || before.is_some_and(|(words, _)| words.contains(' '));
            let mut words = format::bucket(trend.local[day.bucket], Interval::Month, true);
            if !tells_year {
                words.truncate(words.find(' ').unwrap_or(words.len()));
            }
            if place.0 + text_width::width(&words, LABEL_SIZE) <= self.frame.right + 4.0 {
                names.push((words, place));
            }
        }
        names
    }

    fn draw_day(
        &self,
        sheet: &mut Sheet,
        trend: &TrendAnswer,
        series: &AnswerSeries,
        day: &Day,
        shades: Shades,
        options: &WidgetOptions,
    ) {
        let (left, top) = self.corner(day);
        let size = (self.cell - 2.0).max(0.5);
        let outline = [
            (left, top),
            (left + size, top),
            (left + size, top + size),
            (left, top + size),
        ];
        let when = format::bucket_in_full(trend.local[day.bucket], Interval::Day);
        let open = is_open(trend, day.bucket);
        let so_far = if open { t(" (so far)") } else { "" };
        let words = match figure(series, day.bucket) {
            Some(value) => {
                sheet.shape(&outline, shades.paint(value));
                format::exact_with_unit(value, options)
            }
            None => "–".to_owned(),
        };
        if open {
            let around = [outline[0], outline[1], outline[2], outline[3], outline[0]];
            sheet.line(&around, Ink::Muted, Stroke::Dashed, 1.0);
        }
        let cell = Frame {
            left,
            top,
            right: left + size,
            bottom: top + size,
        };
        let title = format!("{when}{so_far}\n{}: {words}", crate::series::name(trend, series));
        sheet.hit(cell, &title, span(trend, day.bucket).as_ref());
    }
}
