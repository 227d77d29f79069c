//! Additive figures, bucket by bucket: what is kept and still right is not asked again, and the rest is asked in few
//! windows. Lines, totals and the greatest values are then put together here, exactly.

use std::ops::Range;
use std::sync::Arc;

use model::query::{Filter, Measure, Series};

use super::asked::Asked;
use super::compile::{self, Context, Lines};
use super::kept::{BucketFigures, BucketKey, Fingerprint};
use super::partial::{Additive, Partial};
use super::shape;
use super::sql::Sql;
use super::together;
use super::window::Window;
use crate::error::Error;
use crate::store::{Cell, Frame, Param, Statement};

/// Most windows that a statement looks at; beyond them, what lies between is asked again.
const MOST_WINDOWS: usize = 8;
/// Most breakdown values of a bucket that is kept.
const MOST_VALUES: usize = 1_000;
/// Most figures that are fetched to be put together here.
const MOST_FIGURES: usize = 50_000;

/// The lines of each series: put together of its buckets where that can be, asked as a whole otherwise.
pub(super) async fn lines(
    asked: &Asked<'_>,
    context: Context<'_>,
    series: &[Series],
    lines: &[Lines<'_>],
) -> Result<Vec<shape::Lines>, Error> {
    let mut plans = Vec::new();
    let mut statements = Vec::new();
    for (series, lines) in series.iter().zip(lines) {
        let plan = ByBucket::new(asked, context, series, *lines).await;
        let statement = match &plan {
            Some(plan) => plan.statement(),
            None => Some(whole(asked, context, series, *lines)),
        };
        plans.push((plan, statement.is_some()));
        statements.extend(statement);
    }
    let mut frames = asked.fetch(statements).await?.into_iter();
    let mut all = Vec::with_capacity(plans.len());
    for (at, (plan, is_asked)) in plans.into_iter().enumerate() {
        let (series, lines) = (&series[at], lines[at]);
        let frame = if is_asked { frames.next() } else { None };
        let buckets = context.window.starts.len();
        let shape = |frame: &Frame| shape::lines(frame, series, buckets, is_broken_down(lines));
        let shaped = match plan {
            Some(plan) => plan.lines(frame.as_ref()),
            None => frame.as_ref().map(shape),
        };
        if let Some(shaped) = shaped {
            all.push(shaped);
            continue;
        }
        let frames = asked.fetch(vec![whole(asked, context, series, lines)]).await?;
        all.push(shape(frames.first().unwrap_or(&Frame::default())));
    }
    Ok(all)
}

fn whole(asked: &Asked<'_>, context: Context<'_>, series: &Series, lines: Lines<'_>) -> Statement {
    let buckets = context.window.starts.len();
    asked.trail.looks_at(buckets, buckets);
    compile::series(context, series, lines)
}

fn is_broken_down(lines: Lines<'_>) -> bool {
    !matches!(lines, Lines::One)
}

/// What is known of a series, and what must be asked.
struct ByBucket<'a> {
    asked: &'a Asked<'a>,
    context: Context<'a>,
    series: &'a Series,
    lines: Lines<'a>,
    measure: Additive,
    question: Fingerprint,
    /// From when to when each bucket counts.
    spans: Vec<Range<i64>>,
    known: Vec<Option<Arc<BucketFigures>>>,
    missing: Vec<Range<usize>>,
}

impl<'a> ByBucket<'a> {
    /// Nothing where the series must be asked as a whole.
    async fn new(
        asked: &'a Asked<'a>,
        context: Context<'a>,
        series: &'a Series,
        lines: Lines<'a>,
    ) -> Option<Self> {
        let measure = Additive::of(series.measure)?;
        let mut filters = context.spec.filter.iter().chain(&series.filter);
        let names_users = !asked.source.user_properties.is_empty();
        if names_users || !filters.all(looks_at_one_event) {
            return None;
        }
        let question = fingerprint(asked, context, series, lines);
        if asked.kept.is_wide(question) {
            return None;
        }
        let spans = spans(context.window);
        let keys: Vec<BucketKey> = spans.iter().map(|span| key_of(question, span)).collect();
        let known = asked.kept_figures(&keys).await;
        let missing = |at: &usize| known[*at].is_none() && !spans[*at].is_empty();
        let missing = windows((0..spans.len()).filter(missing));
        asked
            .trail
            .looks_at(spans.len(), missing.iter().map(Range::len).sum());
        Some(Self {
            asked,
            context,
            series,
            lines,
            measure,
            question,
            spans,
            known,
            missing,
        })
    }

    fn is_broken_down(&self) -> bool {
        is_broken_down(self.lines)
    }

    /// The statement for what is missing. Its rows are: bucket, value, events, figure, numbers.
    fn statement(&self) -> Option<Statement> {
        if self.missing.is_empty() {
            return None;
        }
        let windows = self.missing.iter().map(|buckets| self.of_window(buckets));
        let all = Sql::join(windows, " UNION ALL ");
        let sql = Sql::new("SELECT * FROM (")
            .add(all)
            .text(&format!(") AS figures LIMIT {}", MOST_FIGURES + 1));
        Some(sql.into_statement())
    }

    fn of_window(&self, buckets: &Range<usize>) -> Sql {
        let window = self.part(buckets);
        let context = Context {
            window: &window,
            ..self.context
        };
        let first = i64::try_from(buckets.start).unwrap_or(i64::MAX);
        let dialect = context.source.dialect;
        let bucket = dialect.bucket(&window);
        // Beside a value there is a hash anyway.
        let by_time = dialect.time_by_bucket(&window).filter(|_| !self.is_broken_down());
        let (of_event, of_group, by) = match by_time {
            Some(time) => (Sql::new(time).text(" AS ts"), bucket, "ts"),
            None => (bucket.text(" AS b"), Sql::new("b"), "b"),
        };
        let (value, and_value) = if self.is_broken_down() {
            ("v", ", v")
        } else {
            ("''", "")
        };
        Sql::new("SELECT ")
            .add(of_group)
            .text(" + ")
            .bind(Param::Int(first))
            .text(&format!(", {value}, {} FROM (", self.measure.columns()))
            .add(compile::events(
                context,
                self.series,
                of_event,
                self.is_broken_down(),
            ))
            .text(&format!(") AS counted GROUP BY {by}{and_value}"))
    }

    fn part(&self, buckets: &Range<usize>) -> Window {
        let window = self.context.window;
        let starts = window.starts[buckets.clone()].to_vec();
        let next = window.starts.get(buckets.end).copied().unwrap_or(window.to);
        Window {
            from: starts
                .first()
                .map_or(window.from, |start| window.from.max(*start)),
            to: window.to.min(next),
            starts,
        }
    }

    /// The lines, of what was known and the rows of the statement; nothing where there are too many values.
    fn lines(self, frame: Option<&Frame>) -> Option<shape::Lines> {
        let rows = frame.map_or(&[][..], |frame| &frame.rows);
        if rows.len() > MOST_FIGURES {
            self.asked.kept.is_too_wide(self.question);
            return None;
        }
        let mut fresh = self.read(rows);
        for (at, known) in self.known.iter().enumerate() {
            if let (Some(known), None) = (known, &fresh[at]) {
                fresh[at] = Some(Arc::clone(known));
            }
        }
        let buckets: Vec<&[(Option<String>, Partial)]> = fresh
            .iter()
            .map(|figures| figures.as_ref().map_or(&[][..], |figures| &figures.values))
            .collect();
        Some(together::lines(&buckets, self.measure, self.lines, self.limit()))
    }

    fn limit(&self) -> usize {
        let breakdown = self.context.spec.breakdown.as_ref();
        breakdown.map_or(1, |breakdown| breakdown.limit)
    }

    /// Figures of the buckets that were asked; they are kept.
    fn read(&self, rows: &[Vec<Cell>]) -> Vec<Option<Arc<BucketFigures>>> {
        let mut values: Vec<Vec<(Option<String>, Partial)>> = vec![Vec::new(); self.spans.len()];
        for row in rows {
            let [bucket, value, events, figure, numbers] = row.as_slice() else {
                continue;
            };
            let whole = |cell: &Cell| cell.int().and_then(|count| u64::try_from(count).ok());
            let partial = Partial {
                events: whole(events).unwrap_or(0),
                figure: figure.number(),
                numbers: whole(numbers).unwrap_or(0),
            };
            let value = value.text().filter(|_| self.is_broken_down());
            let bucket = bucket.int().and_then(|bucket| usize::try_from(bucket).ok());
            if let Some(bucket) = bucket.and_then(|bucket| values.get_mut(bucket)) {
                bucket.push((value.map(str::to_owned), partial));
            }
        }
        let mut fresh = vec![None; self.spans.len()];
        let mut kept = Vec::new();
        for at in self.missing.iter().cloned().flatten() {
            let figures = Arc::new(BucketFigures {
                position: self.asked.position,
                values: std::mem::take(&mut values[at]),
            });
            let span = &self.spans[at];
            if figures.values.len() <= MOST_VALUES && !span.is_empty() {
                kept.push((key_of(self.question, span), Arc::clone(&figures)));
            }
            fresh[at] = Some(figures);
        }
        self.asked.kept.keep(self.asked.org, kept);
        fresh
    }
}

fn key_of(question: Fingerprint, span: &Range<i64>) -> BucketKey {
    BucketKey {
        question,
        start: span.start,
        end: span.end,
    }
}

/// Whether an event alone decides if it passes; otherwise events elsewhere would change a bucket that nobody touched.
fn looks_at_one_event(filter: &Filter) -> bool {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().all(looks_at_one_event),
        Filter::Not(part) => looks_at_one_event(part),
        Filter::Compare(_) => true,
        Filter::Cohort(_) | Filter::Segment(_) => false,
    }
}

/// Everything that decides the figures of a bucket, except when it is.
fn fingerprint(asked: &Asked<'_>, context: Context<'_>, series: &Series, lines: Lines<'_>) -> Fingerprint {
    let unlabelled = Series {
        label: None,
        ..series.clone()
    };
    let breakdown = context.spec.breakdown.as_ref();
    let property = breakdown
        .filter(|_| is_broken_down(lines))
        .map(|breakdown| &breakdown.property);
    let rates = (series.measure == Measure::Revenue).then(|| context.rates.to_string());
    let parts = (
        asked.org,
        asked.erasures,
        unlabelled,
        &context.spec.filter,
        property,
        rates,
    );
    Fingerprint::of(&serde_json::to_string(&parts).unwrap_or_default())
}

/// From when to when each bucket counts: the range may cut the first and the last.
fn spans(window: &Window) -> Vec<Range<i64>> {
    let (from, to) = (window.from.as_microsecond(), window.to.as_microsecond());
    let starts = || window.starts.iter().map(|start| start.as_microsecond());
    let ends = starts().skip(1).chain([to]);
    starts()
        .zip(ends)
        .map(|(start, end)| start.max(from)..end.min(to))
        .collect()
}

/// Buckets as few runs of neighbours; where there are too many runs, those with the fewest buckets between are joined.
fn windows(buckets: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for bucket in buckets {
        match runs.last_mut() {
            Some(run) if run.end == bucket => run.end += 1,
            _ => runs.push(bucket..bucket + 1),
        }
    }
    let mut gap = 1;
    while runs.len() > MOST_WINDOWS {
        runs = joined(&runs, gap);
        gap *= 2;
    }
    runs
}

fn joined(runs: &[Range<usize>], gap: usize) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for run in runs {
        match joined.last_mut() {
            Some(last) if run.start - last.end <= gap => last.end = run.end,
            _ => joined.push(run.clone()),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_asked_in_few_windows() {
        assert_eq!(windows([3, 4, 5, 9].into_iter()), [3..6, 9..10]);
        assert!(windows(std::iter::empty()).is_empty());
        let every_other = windows((0..100).map(|bucket| bucket * 2));
        assert_eq!(every_other.len(), 1, "{every_other:?}");
        let scattered = windows((0..100).map(|bucket| bucket * bucket));
        assert!(scattered.len() <= MOST_WINDOWS, "{scattered:?}");
        assert!((0..100).all(|bucket| scattered.iter().any(|run| run.contains(&(bucket * bucket)))));
    }
}
