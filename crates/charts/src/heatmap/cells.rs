//! Which figures stand in which cell of a heat map.

use model::answer::TrendAnswer;
use model::dashboard::WidgetOptions;
use model::format;
use model::language::{key, t, t_with};
use model::query::Interval;

use crate::series::{buckets, figure, name, value};

const DAYS_IN_FULL: [&str; 7] = [
    key("Mondays"),
    key("Tuesdays"),
    key("Wednesdays"),
    key("Thursdays"),
    key("Fridays"),
    key("Saturdays"),
    key("Sundays"),
];
const HOURS: usize = 24;

/// A row of cells.
pub(super) struct Row {
    pub(super) name: String,
    /// The breakdown value.
    pub(super) value: Option<String>,
    pub(super) figures: Vec<Option<f64>>,
}

/// The cells, and what they stand for.
pub(super) struct Cells {
    pub(super) rows: Vec<Row>,
    /// The words above each column.
    pub(super) columns: Vec<String>,
    /// The same in full.
    in_full: Vec<String>,
    /// Whether a cell is the average of several buckets.
    is_average: bool,
}

impl Cells {
    /// Hours of one series become the hours of a week; everything else has a row for each series.
    pub(super) fn of(trend: &TrendAnswer) -> Self {
        let is_of_hours = matches!(trend.interval, Interval::Hour | Interval::Minute);
        match trend.series.as_slice() {
            [_] if is_of_hours => Self::of_a_week(trend),
            _ => Self::over_time(trend),
        }
    }

    fn of_a_week(trend: &TrendAnswer) -> Self {
        let mut sums = vec![[(0.0_f64, 0.0_f64); HOURS]; DAYS_IN_FULL.len()];
        for (bucket, begin) in trend.local.iter().enumerate() {
            let Some(figure) = trend.series.first().and_then(|series| figure(series, bucket)) else {
                continue;
            };
            let day = usize::from(begin.date().weekday().to_monday_zero_offset().unsigned_abs());
            let (sum, times) = &mut sums[day][usize::from(begin.hour().unsigned_abs())];
            *sum += figure;
            *times += 1.0;
        }
        let average = |(sum, times): &(f64, f64)| (*times > 0.0).then(|| sum / times);
        let rows = sums.iter().enumerate().map(|(day, hours)| Row {
            name: format::weekdays()[day].to_owned(),
            value: None,
            figures: hours.iter().map(average).collect(),
        });
        Self {
            rows: rows.collect(),
            columns: (0..HOURS).map(format::hour_of_day).collect(),
            in_full: (0..HOURS).map(format::hour_in_full).collect(),
            is_average: true,
        }
    }

    fn over_time(trend: &TrendAnswer) -> Self {
        let spans_years =
            trend.local.first().map(|first| first.year()) != trend.local.last().map(|last| last.year());
        let total = buckets(trend);
        let rows = trend.series.iter().map(|series| Row {
            name: name(trend, series),
            value: value(series).map(str::to_owned),
            figures: (0..total).map(|bucket| figure(series, bucket)).collect(),
        });
        let begins = trend.local.iter();
        Self {
            rows: rows.collect(),
            columns: begins
                .clone()
                .map(|begin| format::bucket(*begin, trend.interval, spans_years))
                .collect(),
            in_full: begins
                .map(|begin| format::bucket_in_full(*begin, trend.interval))
                .collect(),
            is_average: false,
        }
    }

    /// At most so many columns: neighbours become one, with their average.
    pub(super) fn folded(self, most: usize) -> Self {
        let width = self.columns.len().div_ceil(most.max(1)).max(1);
        if width == 1 {
            return self;
        }
        let average = |figures: &[Option<f64>]| {
            let (sum, times) = figures
                .iter()
                .flatten()
                .fold((0.0, 0.0), |(sum, times), figure| (sum + figure, times + 1.0));
            (times > 0.0).then(|| sum / times)
        };
        let fold = |row: Row| Row {
            figures: row.figures.chunks(width).map(average).collect(),
            ..row
        };
        let joined = |words: &[String]| match words {
            [first, .., last] => t_with("{0} to {1}", &[first, last]),
            words => words.concat(),
        };
        Self {
            rows: self.rows.into_iter().map(fold).collect(),
            columns: self.columns.chunks(width).map(|words| words[0].clone()).collect(),
            in_full: self.in_full.chunks(width).map(joined).collect(),
            is_average: true,
        }
    }

    pub(super) fn figures(&self) -> impl Iterator<Item = f64> {
        self.rows
            .iter()
            .flat_map(|row| row.figures.iter().copied().flatten())
    }

    /// What a cell says to the pointer.
    pub(super) fn title(&self, row: usize, column: usize, figure: f64, options: &WidgetOptions) -> String {
        let name = &self.rows[row].name;
        let day = format::weekdays()
            .iter()
            .position(|day| day == name)
            .filter(|_| self.is_average);
        let name = day.map_or(name.as_str(), |day| t(DAYS_IN_FULL[day]));
        let average = if self.is_average { t(" on average") } else { "" };
        let words = format::exact_with_unit(figure, options);
        format!("{name}, {}\n{words}{average}", self.in_full[column])
    }
}
