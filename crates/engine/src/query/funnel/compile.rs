//! From a checked funnel to statements that list what each user did.

use model::query::{Attribution, Filter, FunnelSpec, StepOrder};

use super::attempts::{Between, Rules};
use crate::query::source::Source;
use crate::query::sql::Sql;
use crate::query::window::Window;
use crate::store::{Param, Statement};

pub(super) struct Compiler<'c> {
    source: Source<'c>,
    spec: &'c FunnelSpec,
    window: &'c Window,
}

/// How a user's row is to be read. The first list holds times; what an event is stands in the bits below or, where both
/// do not fit, in the second list; the last list holds the values of the breakdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// How many bits below the time say what the event is.
    pub(super) bits: u32,
    pub(super) has_own_column: bool,
    pub(super) has_values: bool,
    /// Whether the lists come in the order of time and id.
    pub(super) is_sorted: bool,
}

impl<'c> Compiler<'c> {
    pub(super) const fn new(source: Source<'c>, spec: &'c FunnelSpec, window: &'c Window) -> Self {
        Self { source, spec, window }
    }

    pub(super) fn rules(&self) -> Rules {
        let last = self.spec.steps.len() - 1;
        let between = self.spec.exclude.iter().map(|excluded| Between {
            from: excluded.from_step.map_or(0, |step| step - 1),
            to: excluded.to_step.map_or(last, |step| step - 1),
        });
        let seconds = i64::try_from(self.spec.window.seconds()).unwrap_or(i64::MAX);
        Rules {
            steps: self.spec.steps.len(),
            window: seconds.saturating_mul(1_000_000),
            order: self.spec.order,
            exclusions: between.collect(),
        }
    }

    pub(super) fn layout(&self) -> Layout {
        let bits = u32::try_from(self.spec.steps.len() + self.spec.exclude.len()).unwrap_or(u32::MAX);
        let length = self.window.to.as_microsecond() - self.window.from.as_microsecond();
        let fits = length.leading_zeros() > bits;
        let has_values = self.spec.breakdown.is_some();
        Layout {
            bits: if fits { bits } else { 0 },
            has_own_column: !fits,
            has_values,
            is_sorted: has_values || self.spec.order == StepOrder::Strict,
        }
    }

    pub(super) fn attribution(&self) -> Attribution {
        let breakdown = self.spec.breakdown.as_ref();
        breakdown.map_or(Attribution::First, |breakdown| breakdown.attribution)
    }

    /// How many events there are at all.
    pub(super) fn all_events(&self) -> Statement {
        Sql::new("SELECT count(*) FROM ")
            .add(self.source.events_alone())
            .into_statement()
    }

    /// How many events would be listed, nobody's included.
    pub(super) fn matching_events(&self) -> Statement {
        Sql::new("SELECT count(*) FROM ")
            .add(self.source.events())
            .text(" WHERE ")
            .add(self.conditions())
            .into_statement()
    }

    /// A row for each user of one portion: the lists of [`Layout`].
    pub(super) fn users(&self, portion: usize, portions: usize) -> Statement {
        self.rows(portion, portions, None)
    }

    /// As [`Compiler::users`], with the user behind the lists.
    pub(super) fn named_users(&self, portion: usize, portions: usize) -> Statement {
        self.rows(portion, portions, Some("p"))
    }

    fn rows(&self, portion: usize, portions: usize, name: Option<&str>) -> Statement {
        let (layout, dialect) = (self.layout(), self.source.dialect);
        let list = |column: &str| {
            if layout.is_sorted {
                dialect.list_in_order(column, "t", "i")
            } else {
                dialect.list(column)
            }
        };
        let mut lists = vec![list("x")];
        if layout.has_own_column {
            lists.push(list("m"));
        }
        if layout.has_values {
            lists.push(list("v"));
        }
        lists.extend(name.map(str::to_owned));
        let mut users = Sql::new(&format!("SELECT {} FROM (", lists.join(", ")))
            .add(self.events(layout))
            .text(") AS done WHERE p IS NOT NULL");
        if portions > 1 {
            let is_in_portion = dialect.is_in_portion("p", portion, portions);
            users = users.text(&format!(" AND {is_in_portion}"));
        }
        users.text(" GROUP BY p").into_statement()
    }

    fn events(&self, layout: Layout) -> Sql {
        let time = self
            .source
            .dialect
            .micros_since(self.window.from.as_microsecond());
        let mut columns = Sql::new("SELECT ")
            .add(self.source.person())
            .text(" AS p, ")
            .add(time);
        columns = if layout.has_own_column {
            columns.text(" AS x, ").add(self.what_it_is()).text(" AS m")
        } else {
            let above = 1_u64 << layout.bits;
            let shifted = columns.text(&format!(" * {above} + "));
            shifted.add(self.what_it_is()).text(" AS x")
        };
        if let Some(breakdown) = &self.spec.breakdown {
            // Never NULL, which not every store keeps in a list.
            let text = || self.source.text(&breakdown.property);
            columns = columns
                .text(", CASE WHEN ")
                .add(text())
                .text(" IS NULL THEN '' ELSE concat('=', ")
                .add(text())
                .text(") END AS v");
        }
        if layout.is_sorted {
            columns = columns.text(", ts AS t, id AS i");
        }
        columns
            .text(" FROM ")
            .add(self.source.events())
            .text(" WHERE ")
            .add(self.conditions())
    }

    /// The bits of the steps and exclusions that an event is.
    fn what_it_is(&self) -> Sql {
        let steps = self.spec.steps.iter().map(|step| (&step.event, &step.filter));
        let exclusions = self.spec.exclude.iter();
        let all = steps.chain(exclusions.map(|excluded| (&excluded.event, &excluded.filter)));
        let bits = all.enumerate().map(|(position, (event, filter))| {
            Sql::new("CAST(CASE WHEN ")
                .add(self.is(event, filter.as_ref()))
                .text(&format!(" THEN {} ELSE 0 END AS BIGINT)", 1_u64 << position))
        });
        Sql::new("(").add(Sql::join(bits, " + ")).text(")")
    }

    fn is(&self, event: &str, filter: Option<&Filter>) -> Sql {
        let named = self.source.is_named(event);
        match filter {
            None => named,
            Some(filter) => named.text(" AND (").add(self.source.holds(filter)).text(")"),
        }
    }

    /// The events that matter: where the order is strict, all of them.
    fn conditions(&self) -> Sql {
        let conditions = self.source.conditions(self.window, None, &self.spec.filter);
        if self.spec.order == StepOrder::Strict {
            return conditions;
        }
        let steps = self.spec.steps.iter().map(|step| &step.event);
        let exclusions = self.spec.exclude.iter().map(|excluded| &excluded.event);
        let mut names: Vec<&String> = steps.chain(exclusions).collect();
        names.sort_unstable();
        names.dedup();
        let bound = names
            .into_iter()
            .map(|name| Sql::default().bind(Param::Text(name.clone())));
        conditions
            .text(" AND name IN (")
            .add(Sql::join(bound, ", "))
            .text(")")
    }
}
