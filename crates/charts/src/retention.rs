//! Retention as a heat map: a row for each cohort, a column for each interval after it.

use std::fmt::Write as _;

use model::Timestamp;
use model::answer::{Cohort, OTHER, RetentionAnswer};
use model::format;
use model::language::{t, t_with};
use model::person::Place;

use crate::interval::one;
use crate::layout::{Frame, count, fits};
use crate::lifecycle::capitalized;
use crate::palette::{Ink, STRONGEST_TINT};
use crate::sheet::{Anchor, LABEL_SIZE, Paint, Sheet, Stroke};
use crate::text_width;

const HEADER: f64 = 24.0;
const TALLEST_ROW: f64 = 34.0;
const SHORTEST_ROW: f64 = 20.0;
const NARROWEST_CELL: f64 = 14.0;
const WIDEST_CELL: f64 = 96.0;
const GAP: f64 = 12.0;
const FAINTEST_TINT: f64 = 14.0;

/// The users that one row is about, and which of them came back when.
struct Row {
    name: String,
    /// Which users of the answer these are, where they can be told.
    whose: Option<(Option<Timestamp>, Option<String>)>,
    size: u64,
    cells: Vec<Option<Shade>>,
}

struct Shade {
    share: f64,
    is_open: bool,
    tooltip: String,
}

/// Draws the average of all and a row for each cohort, or for each breakdown value where there is a breakdown.
pub(crate) fn draw(sheet: &mut Sheet, answer: &RetentionAnswer) {
    let rows = rows(answer);
    let frame = sheet.frame();
    let most = fits(frame.height() - HEADER, SHORTEST_ROW).max(1);
    let kept = if rows.len() > most {
        most.saturating_sub(1).max(1)
    } else {
        rows.len()
    };
    let lines = if rows.len() > kept { kept + 1 } else { kept };
    let height = ((frame.height() - HEADER).max(0.0) / count(lines.max(1))).min(TALLEST_ROW);
    let grid = Grid::of(&rows[..kept], frame, height);
    grid.draw_header(sheet, answer);
    for (position, row) in rows[..kept].iter().enumerate() {
        grid.draw_row(sheet, row, HEADER + count(position) * height);
    }
    if rows.len() > kept {
        let words = t_with("+ {0} more", &[&(rows.len() - kept).to_string()]);
        let middle = HEADER + (count(kept) + 0.5) * height;
        sheet.text(&words, (frame.left, middle + 4.5), Anchor::Start, Ink::Muted);
    }
}

fn rows(answer: &RetentionAnswer) -> Vec<Row> {
    let all: Vec<&Cohort> = answer.cohorts.iter().collect();
    let mut rows = vec![pooled(answer, t("All").to_owned(), &all)];
    if answer.cohorts.iter().all(|cohort| cohort.breakdown.is_none()) {
        let own = answer.cohorts.iter().enumerate().map(|(position, cohort)| {
            let name = format::bucket(cohort.local, answer.interval, spans_years(answer));
            let is_open = |k: usize| answer.open_from.is_some_and(|open| position + k >= open);
            let in_full = format::bucket_in_full(cohort.local, answer.interval);
            Row {
                whose: Some((Some(cohort.start), None)),
                ..row(answer, (name, &in_full), &[cohort], is_open)
            }
        });
        rows.extend(own);
        return rows;
    }
    let values = answer
        .cohorts
        .chunk_by(|one, next| one.breakdown == next.breakdown);
    rows.extend(values.map(|cohorts| {
        let first = cohorts.first();
        let name = first.and_then(Cohort::name).unwrap_or_default();
        let value = first.and_then(|cohort| cohort.breakdown.clone());
        Row {
            whose: value
                .filter(|value| value != OTHER)
                .map(|value| (None, Some(value))),
            ..pooled(answer, name.to_owned(), &cohorts.iter().collect::<Vec<_>>())
        }
    }));
    rows
}

fn spans_years(answer: &RetentionAnswer) -> bool {
    let year = |cohort: Option<&Cohort>| cohort.map(|cohort| cohort.local.year());
    year(answer.cohorts.first()) != year(answer.cohorts.last())
}

fn pooled(answer: &RetentionAnswer, name: String, cohorts: &[&Cohort]) -> Row {
    let in_full = if name == t("All") {
        t("All cohorts").to_owned()
    } else {
        name.clone()
    };
    row(answer, (name, &in_full), cohorts, |_| false)
}

fn row(
    answer: &RetentionAnswer,
    (name, in_full): (String, &str),
    cohorts: &[&Cohort],
    is_open: impl Fn(usize) -> bool,
) -> Row {
    let cell = |k: usize| {
        let share = RetentionAnswer::share(cohorts.iter().copied(), k)?;
        let begun = cohorts
            .iter()
            .filter_map(|cohort| Some((cohort.size, (*cohort.returned.get(k)?)?)));
        let (size, returned) = begun.fold((0, 0), |(users, all), (size, returned)| {
            (users + size, all + returned)
        });
        let mut tooltip = format!(
            "{in_full}\n{}",
            t_with(
                "{0}: {1} of {2} users, {3}",
                &[
                    &period(answer, k),
                    &figure(returned),
                    &figure(size),
                    &percent(share)
                ],
            )
        );
        let is_open = is_open(k);
        if is_open {
            let _ = write!(tooltip, "{}", t(" (so far)"));
        }
        Some(Shade {
            share,
            is_open,
            tooltip,
        })
    };
    Row {
        name,
        whose: Some((None, None)),
        size: cohorts.iter().map(|cohort| cohort.size).sum(),
        cells: (0..answer.average.len()).map(cell).collect(),
    }
}

/// `Week 3`
pub(crate) fn period(answer: &RetentionAnswer, k: usize) -> String {
    format!("{} {k}", capitalized(one(answer.interval)))
}

/// A number of users in full.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
pub(crate) fn figure(users: u64) -> String {
    format::exact(users as f64)
}

/// A share of users: `42.5 %`, in whole per cent from 99.95 on.
pub(crate) fn percent(share: f64) -> String {
    format!("{} %", format::exact((share * 1_000.0).round() / 10.0))
}

/// Where the columns are.
struct Grid {
    frame: Frame,
    sizes: f64,
    names: f64,
    left: f64,
    cell: f64,
    columns: usize,
    height: f64,
    /// The share that has the strongest tint.
    strongest: f64,
}

impl Grid {
    fn of(rows: &[Row], frame: Frame, height: f64) -> Self {
        let width = |words: &str| text_width::width(words, LABEL_SIZE);
        let names = rows.iter().map(|row| width(&row.name)).fold(0.0, f64::max);
        let names = names.min(frame.width() * 0.3);
        let sizes = rows
            .iter()
            .map(|row| width(&figure(row.size)))
            .fold(width(t("Users")), f64::max);
        let left = frame.left + names + GAP + sizes + GAP;
        let wanted = rows.first().map_or(0, |row| row.cells.len());
        let columns = wanted.min(fits(frame.right - left, NARROWEST_CELL));
        // What everybody does at the beginning says little about who stays.
        let shares = rows.iter().flat_map(|row| row.cells.iter().skip(1).flatten());
        let strongest = shares.map(|shade| shade.share).fold(0.0, f64::max);
        Self {
            frame,
            sizes,
            names,
            left,
            cell: ((frame.right - left).max(0.0) / count(columns.max(1))).min(WIDEST_CELL),
            columns,
            height,
            strongest: if strongest > 0.0 { strongest } else { 1.0 },
        }
    }

    fn centre(&self, column: usize) -> f64 {
        self.left + (count(column) + 0.5) * self.cell
    }

    fn users_end(&self) -> f64 {
        self.frame.left + self.names + GAP + self.sizes
    }

    fn draw_header(&self, sheet: &mut Sheet, answer: &RetentionAnswer) {
        let baseline = self.frame.top + LABEL_SIZE;
        sheet.text(t("Users"), (self.users_end(), baseline), Anchor::End, Ink::Muted);
        let words = |k: usize, is_long: bool| if is_long { period(answer, k) } else { k.to_string() };
        let widest = |is_long| {
            (0..self.columns)
                .map(|k| text_width::width(&words(k, is_long), LABEL_SIZE))
                .fold(0.0, f64::max)
        };
        let is_long = widest(true) + 8.0 <= self.cell;
        let stride = fits(widest(is_long) + 8.0, self.cell.max(1.0)) + 1;
        for k in (0..self.columns).step_by(stride) {
            sheet.text(
                &words(k, is_long),
                (self.centre(k), baseline),
                Anchor::Middle,
                Ink::Muted,
            );
        }
    }

    fn draw_row(&self, sheet: &mut Sheet, row: &Row, top: f64) {
        let baseline = top + self.height / 2.0 + 4.5;
        let name = text_width::fitted(&row.name, LABEL_SIZE, self.names);
        sheet.titled(&row.name, |sheet| {
            sheet.text(&name, (self.frame.left, baseline), Anchor::Start, Ink::Text);
        });
        sheet.text(
            &figure(row.size),
            (self.users_end(), baseline),
            Anchor::End,
            Ink::Muted,
        );
        for (column, shade) in row.cells.iter().enumerate().take(self.columns) {
            let Some(shade) = shade else { continue };
            let draw = |sheet: &mut Sheet| self.draw_cell(sheet, shade, column, top);
            match &row.whose {
                Some((start, value)) => {
                    let place = Place::Cohort {
                        start: *start,
                        value: value.clone(),
                        period: column,
                    };
                    sheet.placed(&shade.tooltip, &place, draw);
                }
                None => sheet.titled(&shade.tooltip, draw),
            }
        }
    }

    fn draw_cell(&self, sheet: &mut Sheet, shade: &Shade, column: usize, top: f64) {
        let left = self.left + count(column) * self.cell;
        let cell = Frame {
            left,
            top,
            right: left + self.cell,
            bottom: top + self.height,
        }
        .inset(1.0, 1.0, 1.0, 1.0);
        let outline = [
            (cell.left, cell.top),
            (cell.right, cell.top),
            (cell.right, cell.bottom),
            (cell.left, cell.bottom),
        ];
        sheet.shape(&outline, Paint::Tint(Ink::Series(0), self.tint(shade.share)));
        if shade.is_open {
            let around = [outline[0], outline[1], outline[2], outline[3], outline[0]];
            sheet.line(&around, Ink::Series(0), Stroke::Dashed, 1.0);
        }
        let words = [
            percent(shade.share),
            format!("{} %", format::exact((shade.share * 100.0).round())),
        ];
        let fitting = words
            .iter()
            .find(|words| text_width::width(words, LABEL_SIZE) + 6.0 <= self.cell);
        if let Some(words) = fitting {
            let place = (self.centre(column), top + self.height / 2.0 + 4.5);
            sheet.text(words, place, Anchor::Middle, Ink::Text);
        }
    }

    fn tint(&self, share: f64) -> u8 {
        if share <= 0.0 {
            return 8;
        }
        let strongest = f64::from(STRONGEST_TINT);
        let tint = FAINTEST_TINT + (share / self.strongest).clamp(0.0, 1.0) * (strongest - FAINTEST_TINT);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 14 and 200"
        )]
        let tint = tint.round() as u8;
        tint
    }
}
