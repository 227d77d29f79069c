//! From a question for paths to statements.
//!
//! Stage by stage: the events (`e`), each user's in order (`o`), those that are steps of a journey (`s`), the part of it
//! that is told (`c`), without repetitions (`f`), and each step with the one after it (`g`). Those pairs are counted,
//! and names beyond the limit are put together before anything leaves the store.

use model::query::{PathEnd, PathsBy, PathsPer, PathsQuery, PathsSide};

use crate::query::asked::Asked;
use crate::query::dialect::Dialect;
use crate::query::journeys::{SESSION, begins, events as all_events, kept_stage, stage, staged};
use crate::query::people::Part;
use crate::query::sql::Sql;
use crate::store::{Param, Statement};

/// Whose rows are: step (from 1, counted from the side that is told), name (NULL for the rest), whether the journey
/// goes on, the name after it (NULL for the rest), journeys.
pub(super) fn links(asked: &Asked<'_>, paths: &PathsQuery) -> Statement {
    let compiler = Compiler {
        asked,
        paths,
        instant: "",
    };
    let mut stages = compiler.journeys();
    stages.push(kept_stage("pairs", compiler.pairs()));
    stages.push(stage("top", compiler.top()));
    staged(stages, Sql::new(TOLD)).into_statement()
}

/// Rows of people: whose journeys have the name `here` at the step `number`, from 1 and counted from the side that is told, and go
/// on to the name `next` where there is one. `None` where journeys are told no further.
pub(super) fn people(
    asked: &Asked<'_>,
    paths: &PathsQuery,
    (number, here, next): (usize, &str, Option<&str>),
    part: &Part,
) -> Option<Statement> {
    let compiler = Compiler {
        asked,
        paths,
        instant: ", t",
    };
    let last = paths.spec().steps - usize::from(next.is_some());
    if !(1..=last).contains(&number) {
        return None;
    }
    let mut stages = compiler.journeys();
    let went = Sql::new(&format!(
        "SELECT u, count(*) AS n, min(t) AS earliest, max(t) AS latest FROM g WHERE k = {number} AND v = "
    ));
    let mut went = went.bind(Param::Text(here.to_owned()));
    if let Some(next) = next {
        went = went.text(" AND next = ").bind(Param::Text(next.to_owned()));
    }
    stages.push(stage("went", went.text(" GROUP BY u")));
    Some(part.of_rows(stages, "went"))
}

/// How many events the journeys are made of.
pub(super) fn events(asked: &Asked<'_>, paths: &PathsQuery) -> Statement {
    let compiler = Compiler {
        asked,
        paths,
        instant: "",
    };
    let everybody = compiler.source_events(Sql::default());
    Sql::new("SELECT count(*) FROM (")
        .add(everybody)
        .text(") AS e")
        .into_statement()
}

/// Names beyond the limit have no row in `top`.
const TOLD: &str = "SELECT k, name, goes_on, next_name, sum(c) FROM (
    SELECT pairs.k AS k, here.v AS name, CASE WHEN pairs.next IS NULL THEN 0 ELSE 1 END AS goes_on,
        there.v AS next_name, pairs.c AS c
    FROM pairs LEFT JOIN top AS here ON here.k = pairs.k AND here.v = pairs.v
    LEFT JOIN top AS there ON there.k = pairs.k + 1 AND there.v = pairs.next
) AS told GROUP BY k, name, goes_on, next_name";

struct Compiler<'c> {
    asked: &'c Asked<'c>,
    paths: &'c PathsQuery,
    /// `, t` where the instants of the steps are told, too.
    instant: &'static str,
}

impl Compiler<'_> {
    /// All that lies before counting; the last stage is `g`.
    fn journeys(&self) -> Vec<Sql> {
        let mut stages = vec![
            stage("e", self.events()),
            stage("o", self.ordered()),
            stage("s", self.steps()),
        ];
        if self.side_end().is_some() {
            stages.push(stage("c", self.cut()));
        }
        if !self.folds_early() {
            stages.push(stage("f", self.folded()));
        }
        stages.push(stage("g", self.with_next()));
        stages
    }

    /// The first event at the end that was asked for, of each journey.
    fn cut(&self) -> Sql {
        let instant = self.instant;
        Sql::new(&format!(
            "SELECT u, j, n, v{instant}, min(CASE WHEN m = 1 THEN n END) OVER (PARTITION BY u, j) AS cut FROM s"
        ))
    }

    fn side_end(&self) -> Option<&PathEnd> {
        match self.paths.side() {
            PathsSide::Whole => None,
            PathsSide::From(end) | PathsSide::To(end) => Some(end),
        }
    }

    fn dialect(&self) -> Dialect {
        self.asked.source.dialect
    }

    fn is_per_session(&self) -> bool {
        self.paths.spec().per == PathsPer::Session
    }

    fn is_by_property(&self) -> bool {
        self.paths.spec().by == PathsBy::Property
    }

    /// Repetitions can be told in the first reading where every event is a step and no journey is cut.
    fn folds_early(&self) -> bool {
        self.side_end().is_none() && !(self.is_by_property() && self.is_per_session())
    }

    fn source_events(&self, columns: Sql) -> Sql {
        all_events(self.asked, columns, &self.paths.spec().filter)
    }

    /// A step's name is `v`; `m` says whether it is the event at the end that was asked for.
    fn events(&self) -> Sql {
        let source = self.asked.source;
        let mut columns = Sql::new(", id, ")
            .add(source.text(self.paths.step_property()))
            .text(" AS v");
        if let Some(end) = self.side_end() {
            let conditions = std::iter::once(source.is_named(&end.event));
            let conditions = conditions.chain(end.filter.iter().map(|filter| source.holds(filter)));
            columns = columns
                .text(", CASE WHEN ")
                .add(Sql::join(conditions, " AND "))
                .text(" THEN 1 ELSE 0 END AS m");
        }
        self.source_events(columns)
    }

    /// Each event with its number `n` among its user's, and what tells sessions and repetitions apart.
    fn ordered(&self) -> Sql {
        let mut columns = Sql::new(&format!("SELECT u, v{}, row_number() OVER o AS n", self.instant));
        if self.is_per_session() {
            columns = columns.text(", ").add(begins(self.dialect())).text(" AS begins");
        }
        if self.side_end().is_some() {
            columns = columns.text(", m");
        }
        if self.folds_early() {
            let before = self.dialect().before("v");
            columns = columns.text(&format!(", {before} OVER o AS last"));
        }
        let only_steps = if self.is_by_property() && !self.is_per_session() {
            " WHERE v IS NOT NULL"
        } else {
            ""
        };
        columns.text(&format!(
            " FROM e{only_steps} WINDOW o AS (PARTITION BY u ORDER BY t, id)"
        ))
    }

    /// Each step with its journey: user `u` and session `j`.
    fn steps(&self) -> Sql {
        let instant = self.instant;
        let matched = if self.side_end().is_some() { ", m" } else { "" };
        let (journey, repeats) = if self.is_per_session() {
            (SESSION, "begins = 1 OR v <> last")
        } else {
            ("0", "n = 1 OR v <> last")
        };
        let kept = if self.folds_early() {
            format!(" WHERE {repeats}")
        } else {
            String::new()
        };
        let every = format!("SELECT u, n, v{instant}{matched}, {journey} AS j FROM o{kept}");
        if self.is_by_property() && self.is_per_session() {
            // Events without the property are no steps, but they keep a session going.
            return Sql::new(&format!(
                "SELECT u, n, v{instant}{matched}, j FROM ({every}) AS every WHERE v IS NOT NULL"
            ));
        }
        Sql::new(&every)
    }

    /// The part of each journey that is told, without repetitions.
    fn folded(&self) -> Sql {
        let part = match self.paths.side() {
            PathsSide::Whole => "s",
            PathsSide::From(_) => "c WHERE n >= cut",
            PathsSide::To(_) => "c WHERE n <= cut",
        };
        let instant = self.instant;
        Sql::new(&format!(
            "SELECT u, j, n, v{instant} FROM (
                SELECT u, j, n, v{instant}, {} OVER (PARTITION BY u, j ORDER BY n) AS last,
                    row_number() OVER (PARTITION BY u, j ORDER BY n) AS place FROM {part}
            ) AS repeated WHERE place = 1 OR v <> last",
            self.dialect().before("v")
        ))
    }

    /// Each step with its number `k` and the step after it, counted from the side that is told.
    fn with_next(&self) -> Sql {
        let steps = if self.folds_early() { "s" } else { "f" };
        let order = match self.paths.side() {
            PathsSide::Whole | PathsSide::From(_) => "n",
            PathsSide::To(_) => "n DESC",
        };
        // Who went is told along with when.
        let who = match self.instant {
            "" => "",
            _ => "u, t, ",
        };
        Sql::new(&format!(
            "SELECT {who}row_number() OVER o AS k, v, {} OVER o AS next FROM {steps}
             WINDOW o AS (PARTITION BY u, j ORDER BY {order})",
            self.dialect().after("v")
        ))
    }

    /// How many journeys go from a name at a step to a name at the next.
    fn pairs(&self) -> Sql {
        let steps = i64::try_from(self.paths.spec().steps).unwrap_or(i64::MAX);
        Sql::new("SELECT k, v, next, count(*) AS c FROM (SELECT k, v, CASE WHEN k < ")
            .bind(Param::Int(steps))
            .text(" THEN next END AS next FROM g WHERE k <= ")
            .bind(Param::Int(steps))
            .text(") AS told GROUP BY k, v, next")
    }

    /// The names of each step that are told apart.
    fn top(&self) -> Sql {
        let limit = i64::try_from(self.paths.spec().limit).unwrap_or(i64::MAX);
        Sql::new(
            "SELECT k, v FROM (
                SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY total DESC, v) AS place
                FROM (SELECT k, v, sum(c) AS total FROM pairs GROUP BY k, v) AS totals
            ) AS ranked WHERE place <= ",
        )
        .bind(Param::Int(limit))
    }
}
