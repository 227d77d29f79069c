//! Retention as SQL: one reading of the events, and never a join for each period.
//!
//! `marked` says of each event who did it, in which bucket, and whether it starts or returns. `people` has a row for
//! each user: the cohort `c` and when the user came back, as a set of buckets (see [`super::super::dialect::WORD`]) or,
//! for "on or after", as the last of them. `cells` adds up the users of each cohort and breakdown value.

use model::answer::NONE;
use model::query::{CohortBy, RetentionMode, RetentionSpec};

use crate::query::dialect::WORD;
use crate::query::people::Part;
use crate::query::source::Source;
use crate::query::sql::Sql;
use crate::query::window::Window;
use crate::store::{Param, Statement};

/// What the compiler needs to know.
pub(super) struct Compiler<'c> {
    pub(super) source: Source<'c>,
    pub(super) spec: &'c RetentionSpec,
    /// The buckets of the range: the cohorts.
    pub(super) range: &'c Window,
    /// The same buckets and those after them.
    pub(super) all: &'c Window,
}

impl Compiler<'_> {
    /// Its rows are: rank of the breakdown value, the value, cohort, users, events, and users that came back in the
    /// k-th interval for each k. A row without a cohort holds the events of users in no cohort.
    pub(super) fn statement(&self) -> Statement {
        let sql = Sql::new("WITH marked AS (")
            .add(self.marked(false))
            .text(&format!("), {}, ", self.people(false)))
            .text(&self.cells());
        let sums: String = self.each_period(|k| format!(", CAST(sum(f{k}) AS BIGINT)"));
        let sql = match &self.spec.breakdown {
            None => sql.text(&format!(
                " SELECT 1, CAST(NULL AS VARCHAR), c, CAST(sum(users) AS BIGINT), CAST(sum(n) AS BIGINT){sums} FROM cells GROUP BY c"
            )),
            Some(breakdown) => sql.text(&ranked(breakdown.limit, &sums, &self.each_period(|k| format!(", f{k}")))),
        };
        sql.into_statement()
    }

    /// The users of a cohort (by its position; none for all), of a breakdown value (none for all) who came back in the
    /// interval `period`, as rows of people.
    pub(super) fn people_of(
        &self,
        cohort: Option<usize>,
        value: Option<&str>,
        period: usize,
        part: &Part,
    ) -> Statement {
        let dialect = self.source.dialect;
        let mut stages = vec![
            Sql::new("marked AS (").add(self.marked(true)).text(")"),
            Sql::new(&self.people(true)),
        ];
        let (from, came_back) = match self.spec.mode {
            RetentionMode::OnOrAfter => ("people", format!("m >= c + {period}")),
            RetentionMode::On => {
                let own = if self.is_broken_down() { "v, " } else { "" };
                stages.push(Sql::new(&format!(
                    "ahead AS (SELECT {own}c, u, n, earliest, latest, {} AS m FROM people WHERE c IS NOT NULL)",
                    self.since_cohort()
                )));
                ("ahead", format!("{} = 1", dialect.has_bit("m", period)))
            }
        };
        let mut found = Sql::new(&format!(
            "found AS (SELECT u, max(own_n) AS n, min(own_earliest) AS earliest, max(own_latest) AS latest
             FROM (SELECT u, n AS own_n, earliest AS own_earliest, latest AS own_latest FROM {from}
             WHERE c IS NOT NULL AND {came_back}"
        ));
        if let Some(cohort) = cohort {
            found = found.text(&format!(" AND c = {cohort}"));
        }
        match value.filter(|_| self.is_broken_down()) {
            None => {}
            Some(NONE) => found = found.text(" AND v IS NULL"),
            Some(value) => found = found.text(" AND v = ").bind(Param::Text(value.to_owned())),
        }
        stages.push(found.text(") AS own GROUP BY u)"));
        part.of_rows(stages, "found")
    }

    fn each_period(&self, piece: impl Fn(usize) -> String) -> String {
        (0..=self.spec.periods).map(piece).collect()
    }

    fn is_broken_down(&self) -> bool {
        self.spec.breakdown.is_some()
    }

    /// Each event's user `p`, bucket `b`, whether it returns `r`, and whether it starts `s`: 1 in the range, 2 before
    /// it; where there is a breakdown, also the value `v` and the instant `since`. With `instants` also `t`.
    fn marked(&self, instants: bool) -> Sql {
        let source = self.source;
        let begin = self.all.from.as_microsecond();
        let from = self.range.from.as_microsecond();
        let looks_back = self.spec.cohort == CohortBy::FirstTime;
        let bucket = source.dialect.bucket(self.all);
        let bucket = if looks_back {
            Sql::new("CASE WHEN ts < ")
                .bind(Param::Time(begin))
                .text(" THEN 0 ELSE ")
                .add(bucket)
                .text(" END")
        } else {
            bucket
        };
        let before = if looks_back { 2 } else { 0 };
        let starts = Sql::new("CASE WHEN ts < ")
            .bind(Param::Time(self.range.to.as_microsecond()))
            .text(" AND ")
            .add(source.is_selected(&self.spec.start))
            .text(" THEN CASE WHEN ts < ")
            .bind(Param::Time(from))
            .text(&format!(" THEN {before} ELSE 1 END ELSE 0 END"));
        let returns = Sql::new("CASE WHEN ts >= ")
            .bind(Param::Time(begin))
            .text(" AND ")
            .add(source.is_selected(&self.spec.comeback))
            .text(" THEN 1 ELSE 0 END");
        let mut columns = Sql::new("SELECT ")
            .add(source.person())
            .text(" AS p, ")
            .add(bucket)
            .text(" AS b, ")
            .add(starts)
            .text(" AS s, ")
            .add(returns)
            .text(" AS r");
        if let Some(breakdown) = &self.spec.breakdown {
            columns = columns
                .text(", ")
                .add(source.text(&breakdown.property))
                .text(" AS v, ts AS since");
        }
        if instants {
            columns = columns.text(&format!(", {} AS t", source.dialect.micros()));
        }
        let filter = &self.spec.filter;
        let conditions = if looks_back {
            source.conditions_before(self.all.to, None, filter)
        } else {
            source.conditions(self.all, None, filter)
        };
        columns
            .text(" FROM ")
            .add(source.events())
            .text(" WHERE ")
            .add(conditions)
            .add(self.and_named())
    }

    /// Where both kinds of events have names, no others are read any further.
    fn and_named(&self) -> Sql {
        let names = [&self.spec.start.event, &self.spec.comeback.event];
        let [Some(start), Some(comeback)] = names else {
            return Sql::default();
        };
        Sql::new(" AND (")
            .add(self.source.is_named(start))
            .text(" OR ")
            .add(self.source.is_named(comeback))
            .text(")")
    }

    /// With `names` each row says who it is, `u`, and the instants of their events.
    fn people(&self, names: bool) -> String {
        let (own, seen, back, theirs) = if names {
            (
                "p AS u, min(t) AS earliest, max(t) AS latest, ",
                "min(t) AS first_t, max(t) AS last_t, ",
                "min(first_t) AS earliest, max(last_t) AS latest, ",
                "seen.p AS u, back.earliest AS earliest, back.latest AS latest, back.n AS n, ",
            )
        } else {
            ("", "", "", "")
        };
        let value = |condition: &str| {
            let earliest = self.source.dialect.earliest("v", "since", condition);
            if self.is_broken_down() {
                format!("{earliest} AS v, ")
            } else {
                String::new()
            }
        };
        let first = "min(CASE WHEN s = 1 THEN b END)";
        let in_one_cohort = |first: &str| {
            format!(
                "people AS (SELECT {own}{first} AS c, {}{}, count(*) AS n FROM marked
                 WHERE p IS NOT NULL AND (s > 0 OR r > 0) GROUP BY p)",
                value("s = 1"),
                self.came_back()
            )
        };
        match self.spec.cohort {
            CohortBy::FirstInRange => in_one_cohort(first),
            CohortBy::FirstTime => in_one_cohort(&format!("CASE WHEN max(s) < 2 THEN {first} END")),
            CohortBy::Recurring => {
                let words = self.names_of_came_back();
                let (value_of, none) = if self.is_broken_down() {
                    ("seen.v AS v, ", "NULL, ")
                } else {
                    ("", "")
                };
                let nothing: String = words.iter().map(|_| "NULL, ").collect();
                let backs: Vec<String> = words
                    .iter()
                    .map(|name| format!("back.{name} AS {name}, "))
                    .collect();
                let backs = backs.concat();
                let people = if names {
                    format!(
                        "SELECT {theirs}{backs}{value_of}seen.b AS c FROM seen JOIN back ON back.p = seen.p
                         WHERE seen.s = 1"
                    )
                } else {
                    format!(
                        "SELECT seen.b AS c, {value_of}{backs}0 AS n FROM seen JOIN back ON back.p = seen.p
                         WHERE seen.s = 1 UNION ALL SELECT NULL, {none}{nothing}sum(n) FROM back"
                    )
                };
                format!(
                    "seen AS (SELECT p, b, max(s) AS s, max(r) AS r, {}{seen}count(*) AS n FROM marked
                     WHERE p IS NOT NULL AND (s > 0 OR r > 0) GROUP BY p, b),
                     back AS (SELECT p, {}, {back}sum(n) AS n FROM seen GROUP BY p),
                     people AS ({people})",
                    value("s = 1"),
                    self.came_back(),
                )
            }
        }
    }

    fn words(&self) -> usize {
        self.all.starts.len().div_ceil(WORD).max(1)
    }

    fn names_of_came_back(&self) -> Vec<String> {
        match self.spec.mode {
            RetentionMode::On => (0..self.words()).map(|word| format!("m{word}")).collect(),
            RetentionMode::OnOrAfter => vec!["m".to_owned()],
        }
    }

    /// Aggregates, for a user, when that user came back.
    fn came_back(&self) -> String {
        if self.spec.mode == RetentionMode::OnOrAfter {
            return "max(CASE WHEN r = 1 THEN b END) AS m".to_owned();
        }
        let dialect = self.source.dialect;
        let words = self.words();
        let set = |word: usize| {
            let (first, end) = (word * WORD, (word + 1) * WORD);
            let condition = if words == 1 {
                "r = 1".to_owned()
            } else {
                format!("r = 1 AND b >= {first} AND b < {end}")
            };
            let bit = dialect.bit(&format!("b - {first}"));
            let set = dialect.union_of_bits(&format!("CASE WHEN {condition} THEN {bit} ELSE 0 END"));
            format!("{set} AS m{word}")
        };
        let sets: Vec<String> = (0..words).map(set).collect();
        sets.join(", ")
    }

    /// Users, events and comebacks of each cohort `c` and value `v`.
    fn cells(&self) -> String {
        let (value, and_value) = if self.is_broken_down() {
            ("v, ", ", v")
        } else {
            ("", "")
        };
        let dialect = self.source.dialect;
        match self.spec.mode {
            RetentionMode::OnOrAfter => {
                let sums =
                    self.each_period(|k| format!(", sum(CASE WHEN m >= c + {k} THEN 1 ELSE 0 END) AS f{k}"));
                format!(
                    "cells AS (SELECT {value}c, count(*) AS users, sum(n) AS n{sums} FROM people GROUP BY c{and_value})"
                )
            }
            RetentionMode::On => {
                let sums = self.each_period(|k| format!(", sum({}) AS f{k}", dialect.has_bit("m", k)));
                format!(
                    "ahead AS (SELECT {value}c, n, {} AS m FROM people),
                     cells AS (SELECT {value}c, count(*) AS users, sum(n) AS n{sums} FROM ahead GROUP BY c{and_value})",
                    self.since_cohort()
                )
            }
        }
    }

    /// The set of buckets in which a user came back, counted from the user's cohort; periods are fewer than its bits.
    fn since_cohort(&self) -> String {
        let dialect = self.source.dialect;
        let last = self.words() - 1;
        let rest = dialect.bits_from(&format!("m{last}"), &format!("c - {}", last * WORD));
        if last == 0 {
            return rest;
        }
        let cases: Vec<String> = (0..last)
            .map(|word| {
                let (set, next) = (format!("m{word}"), format!("m{}", word + 1));
                let across = dialect.bits_across(&set, &next, &format!("c - {}", word * WORD));
                format!("WHEN c < {} THEN {across} ", (word + 1) * WORD)
            })
            .collect();
        format!("CASE {}ELSE {rest} END", cases.concat())
    }
}

/// The cells of the values with the most users, and of the rest together.
fn ranked(limit: usize, sums: &str, columns: &str) -> String {
    let other = limit + 1;
    format!(
        ", totals AS (SELECT v, c, users, n{columns},
            sum(CASE WHEN c IS NULL THEN 0 ELSE users END) OVER (PARTITION BY v) AS t FROM cells),
         ranks AS (SELECT v, c, users, n{columns}, dense_rank() OVER (ORDER BY t DESC, v NULLS LAST) AS place FROM totals),
         folded AS (SELECT CASE WHEN place <= {limit} THEN place ELSE {other} END AS place,
            CASE WHEN place <= {limit} THEN v END AS v, c, users, n{columns} FROM ranks)
         SELECT place, v, c, CAST(sum(users) AS BIGINT), CAST(sum(n) AS BIGINT){sums} FROM folded GROUP BY place, v, c"
    )
}
