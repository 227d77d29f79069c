//! Where the SQL of one store differs from another's: everything that is not plain SQL is written here and nowhere else.

mod bits;
mod clickhouse;
mod earliest;
mod lists;
mod sequence;

pub(super) use bits::WORD;

use super::sql::Sql;
use super::window::{Run, Window};
pub(super) use crate::store::Dialect;
use crate::store::{KindSet, Kinds, Param};

impl Dialect {
    /// The value at a path of the properties; its keys are bound, whatever they hold.
    fn extracted(self, path: &[String]) -> Sql {
        match self {
            Self::DuckDb => path.iter().fold(Sql::new("properties"), |inner, key| {
                Sql::new("variant_extract(")
                    .add(inner)
                    .text(", ")
                    .bind(Param::Text(key.clone()))
                    .text(")")
            }),
            Self::Postgres => path.iter().fold(Sql::new("properties"), |inner, key| {
                Sql::new("(")
                    .add(inner)
                    .text(" -> ")
                    .bind(Param::Text(key.clone()))
                    .text(")")
            }),
            Self::ClickHouse => clickhouse::extracted(path),
        }
    }

    fn kind_of(self, path: &[String]) -> Sql {
        match self {
            Self::DuckDb => Sql::new("variant_type(").add(self.extracted(path)).text(")"),
            Self::Postgres => Sql::new("jsonb_typeof(").add(self.extracted(path)).text(")"),
            Self::ClickHouse => clickhouse::kind_of(path),
        }
    }

    /// The number at a path; NULL for a value of another type.
    pub(super) fn number(self, path: &[String], kinds: &Kinds) -> Sql {
        let value = self.extracted(path);
        match self {
            Self::DuckDb if only_numbers(seen(path, kinds)) => value.text("::DOUBLE"),
            Self::DuckDb => Sql::new("CASE WHEN ")
                .add(self.kind_of(path))
                .text(" IN ('UINT64', 'INT64', 'DOUBLE') THEN TRY_CAST(")
                .add(value)
                .text(" AS DOUBLE) END"),
            Self::Postgres => Sql::new("CASE WHEN ")
                .add(self.kind_of(path))
                .text(" = 'number' THEN CAST(")
                .add(value)
                .text(" AS DOUBLE PRECISION) END"),
            Self::ClickHouse => clickhouse::number(path),
        }
    }

    /// The text at a path; NULL for a value of another type.
    pub(super) fn only_text(self, path: &[String], kinds: &Kinds) -> Sql {
        let value = self.extracted(path);
        match self {
            Self::DuckDb if seen(path, kinds).only(KindSet::TEXT) => value.text("::VARCHAR"),
            Self::DuckDb => Sql::new("CASE WHEN ")
                .add(self.kind_of(path))
                .text(" = 'VARCHAR' THEN ")
                .add(value)
                .text("::VARCHAR END"),
            Self::Postgres if seen(path, kinds).only(KindSet::TEXT) => unquoted(path),
            Self::Postgres => Sql::new("CASE WHEN ")
                .add(self.kind_of(path))
                .text(" = 'string' THEN (")
                .add(value)
                .text(" #>> '{}') END COLLATE \"C\""),
            Self::ClickHouse => clickhouse::only_text(path),
        }
    }

    /// Whether the value at a path is this truth value.
    pub(super) fn is_bool(self, path: &[String], expected: bool) -> Sql {
        match (self, expected) {
            (Self::DuckDb, true) => self.kind_of(path).text(" = 'BOOL_TRUE'"),
            (Self::DuckDb, false) => self.kind_of(path).text(" = 'BOOL_FALSE'"),
            (Self::Postgres, true) => self.extracted(path).text(" = CAST('true' AS jsonb)"),
            (Self::Postgres, false) => self.extracted(path).text(" = CAST('false' AS jsonb)"),
            (Self::ClickHouse, true) => clickhouse::truth(path).text(" = TRUE"),
            (Self::ClickHouse, false) => clickhouse::truth(path).text(" = FALSE"),
        }
    }

    /// Any value at a path as people would write it; NULL where there is none. `200.0` and `200` are one number.
    pub(super) fn as_text(self, path: &[String], kinds: &Kinds) -> Sql {
        let seen = seen(path, kinds);
        let value = || self.extracted(path);
        match self {
            Self::DuckDb if seen.only(KindSet::PLAIN) => value().text("::VARCHAR"),
            Self::DuckDb => Sql::new("CASE ")
                .add(self.kind_of(path))
                .text(" WHEN 'DOUBLE' THEN regexp_replace(")
                .add(value())
                .text("::VARCHAR, '^-?(0)\\.0$|\\.0$', '\\1') WHEN 'OBJECT' THEN ")
                .add(value())
                .text("::JSON::VARCHAR WHEN 'ARRAY' THEN ")
                .add(value())
                .text("::JSON::VARCHAR ELSE ")
                .add(value())
                .text("::VARCHAR END"),
            Self::Postgres if seen.only(KindSet::PLAIN) => unquoted(path),
            Self::Postgres => Sql::new("CASE ")
                .add(self.kind_of(path))
                .text(" WHEN 'number' THEN CAST(trim_scale(CAST(")
                .add(value())
                .text(" AS numeric)) AS text) WHEN 'object' THEN compact_json(")
                .add(value())
                .text(") WHEN 'array' THEN compact_json(")
                .add(value())
                .text(") ELSE (")
                .add(value())
                .text(" #>> '{}') END COLLATE \"C\""),
            Self::ClickHouse => clickhouse::as_text(path, seen),
        }
    }

    pub(super) fn exists(self, path: &[String], kinds: &Kinds) -> Sql {
        match self {
            Self::DuckDb => self.kind_of(path).text(" IS NOT NULL"),
            Self::Postgres => Sql::new("coalesce(")
                .add(self.kind_of(path))
                .text(", 'null') <> 'null'"),
            Self::ClickHouse => clickhouse::exists(path, seen(path, kinds)),
        }
    }

    /// The column of `events` that grows with every event that is stored and prunes what is read when compared with a
    /// number; nothing where a store has none.
    pub(super) fn arrival(self) -> Option<&'static str> {
        match self {
            Self::DuckDb => Some("rowid"),
            Self::Postgres | Self::ClickHouse => None,
        }
    }

    /// The instant in RFC 3339, as short as its fraction allows.
    pub(super) fn time_text(self) -> Sql {
        match self {
            Self::DuckDb => Sql::new(
                "CASE WHEN epoch_us(ts) % 1000000 = 0 THEN strftime(ts, '%Y-%m-%dT%H:%M:%SZ')
                 ELSE rtrim(strftime(ts, '%Y-%m-%dT%H:%M:%S.%f'), '0') || 'Z' END",
            ),
            Self::Postgres => Sql::new(
                "CASE WHEN date_trunc('second', ts) = ts THEN to_char(ts, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')
                 ELSE rtrim(to_char(ts, 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), '0') || 'Z' END COLLATE \"C\"",
            ),
            Self::ClickHouse => Sql::new(
                "CASE WHEN toUnixTimestamp64Micro(ts) % 1000000 = 0 THEN formatDateTime(ts, '%Y-%m-%dT%H:%i:%SZ')
                 ELSE concat(trimRight(formatDateTime(ts, '%Y-%m-%dT%H:%i:%S.%f'), '0'), 'Z') END",
            ),
        }
    }

    /// Whether a text holds what a portable pattern describes; see [`super::pattern::portable`].
    pub(super) fn matches(self, text: Sql, pattern: String) -> Sql {
        let pattern = Param::Text(pattern);
        match self {
            Self::DuckDb => Sql::new("regexp_matches(")
                .add(text)
                .text(", ")
                .bind(pattern)
                .text(")"),
            Self::Postgres => Sql::new("(").add(text).text(" ~ ").bind(pattern).text(")"),
            Self::ClickHouse => Sql::new("match(").add(text).text(", ").bind(pattern).text(")"),
        }
    }

    pub(super) fn contains(self, text: Sql, part: &str) -> Sql {
        match self {
            Self::DuckDb => Sql::new("contains(")
                .add(text)
                .text(", ")
                .bind(Param::Text(part.to_owned()))
                .text(")"),
            Self::Postgres => Sql::new("(strpos(")
                .add(text)
                .text(", ")
                .bind(Param::Text(part.to_owned()))
                .text(") > 0)"),
            Self::ClickHouse => Sql::new("(position(")
                .add(text)
                .text(", ")
                .bind(Param::Text(part.to_owned()))
                .text(") > 0)"),
        }
    }

    pub(super) fn starts_with(self, text: Sql, part: &str) -> Sql {
        let starts_with = match self {
            Self::DuckDb | Self::Postgres => "starts_with(",
            Self::ClickHouse => "startsWith(",
        };
        Sql::new(starts_with)
            .add(text)
            .text(", ")
            .bind(Param::Text(part.to_owned()))
            .text(")")
    }

    /// A text column in lower case, whatever its script.
    pub(super) fn in_lower_case(self, column: &str) -> String {
        match self {
            Self::DuckDb | Self::Postgres => format!("lower({column})"),
            Self::ClickHouse => format!("lowerUTF8({column})"),
        }
    }

    /// Of the table `links (anonymous_id, user_id, ts)`, the user of each visitor: of the least `(ts, user_id)`, where text
    /// is compared byte by byte. Two columns, `anonymous_id` and `user_id`.
    pub(crate) fn least_links(self) -> &'static str {
        match self {
            Self::DuckDb => {
                "SELECT anonymous_id, arg_min(user_id, (ts, user_id)) AS user_id FROM links GROUP BY anonymous_id"
            }
            Self::Postgres => {
                "SELECT DISTINCT ON (anonymous_id) anonymous_id, user_id FROM links ORDER BY anonymous_id, ts, user_id"
            }
            Self::ClickHouse => {
                "SELECT anonymous_id, argMin(user_id, (ts, user_id)) AS user_id FROM links GROUP BY anonymous_id"
            }
        }
    }

    /// About how many different values a column has, as quickly as the store can tell.
    pub(super) fn about_how_many_different(self, column: &str) -> String {
        match self {
            Self::DuckDb => format!("approx_count_distinct({column})"),
            // It has no sketch of its own: the exact count is an estimate without an error.
            Self::Postgres => format!("count(DISTINCT {column})"),
            Self::ClickHouse => format!("uniq({column})"),
        }
    }

    /// A bound number, as a 64-bit float to calculate with.
    pub(super) fn exactly(self, number: f64) -> Sql {
        match self {
            Self::DuckDb => Sql::new("CAST(").bind(Param::Number(number)).text(" AS DOUBLE)"),
            Self::Postgres | Self::ClickHouse => Sql::new("CAST(")
                .bind(Param::Number(number))
                .text(" AS DOUBLE PRECISION)"),
        }
    }

    /// Between the name of a stage of a statement and its body, where it is to be read wherever it is named and not kept.
    pub(super) fn each_time(self) -> &'static str {
        match self {
            Self::DuckDb | Self::Postgres => "AS NOT MATERIALIZED",
            Self::ClickHouse => "AS",
        }
    }

    /// The percentile of a column, interpolated linearly.
    pub(super) fn percentile(self, column: &str, share: f64) -> String {
        match self {
            Self::DuckDb => format!("quantile_cont({column}, {share})"),
            Self::Postgres => format!("percentile_cont({share}) WITHIN GROUP (ORDER BY {column})"),
            Self::ClickHouse => format!("quantileExactInclusive({share})({column})"),
        }
    }

    /// The position of an event's bucket, found by division within a run and by halving among the runs.
    pub(super) fn bucket(self, window: &Window) -> Sql {
        let runs = window.runs();
        if self == Self::Postgres && window.is_told_apart_in_seconds() {
            return halved(&runs, &by_seconds);
        }
        halved(&runs, &|run| self.by_micros(run))
    }

    /// What tells the buckets of `window` apart as their numbers do and is quicker to group by, where there is such a thing: of a
    /// time cut off at its day or hour DuckDB knows from which to which it goes, and needs no hash; PostgreSQL counts whole
    /// microseconds for it. It stands for `ts` in [`Dialect::bucket`].
    pub(super) fn time_by_bucket(self, window: &Window) -> Option<&'static str> {
        const HOUR: i64 = 3_600_000_000;
        const DAY: i64 = 24 * HOUR;
        let runs = window.runs();
        let [run] = runs.as_slice() else { return None };
        match (self, run.width) {
            (Self::DuckDb, DAY) if run.start % DAY == 0 => Some("CAST(ts AS DATE)"),
            (Self::DuckDb, HOUR) if run.start % HOUR == 0 => Some("date_trunc('hour', ts)"),
            (Self::Postgres, DAY) if run.start >= 0 && run.start % DAY == 0 => {
                Some("date_bin(INTERVAL '1 day', ts, TIMESTAMPTZ '1970-01-01 00:00:00+00')")
            }
            (Self::Postgres, HOUR) if run.start >= 0 && run.start % HOUR == 0 => {
                Some("date_bin(INTERVAL '1 hour', ts, TIMESTAMPTZ '1970-01-01 00:00:00+00')")
            }
            _ => None,
        }
    }

    /// The sign of a division that leaves no fraction.
    fn whole_division(self) -> &'static str {
        match self {
            Self::DuckDb => "//",
            Self::Postgres => "/",
            Self::ClickHouse => "DIV",
        }
    }

    /// The division is of whole numbers that are never negative: no event lies before its run.
    fn by_micros(self, run: &Run) -> Sql {
        Sql::new("((")
            .text(self.micros())
            .text(" - ")
            .bind(Param::Int(run.start))
            .text(") ")
            .text(self.whole_division())
            .text(" ")
            .bind(Param::Int(run.width))
            .text(" + ")
            .bind(Param::Int(run.first))
            .text(")")
    }
}

/// As [`Dialect::by_micros`], for which PostgreSQL takes three times as long: it reads whole microseconds by way of a decimal
/// number.
fn by_seconds(run: &Run) -> Sql {
    Sql::new("(CAST(floor((date_part('epoch', ts) - ")
        .bind(Param::Int(run.start / 1_000_000))
        .text(") / ")
        .bind(Param::Int(run.width / 1_000_000))
        .text(") AS bigint) + ")
        .bind(Param::Int(run.first))
        .text(")")
}

fn halved(runs: &[Run], place: &dyn Fn(&Run) -> Sql) -> Sql {
    match runs {
        [] => Sql::new("0"),
        [run] => place(run),
        _ => {
            let (left, right) = runs.split_at(runs.len() / 2);
            Sql::new("CASE WHEN ts < ")
                .bind(Param::Time(right[0].start))
                .text(" THEN ")
                .add(halved(left, place))
                .text(" ELSE ")
                .add(halved(right, place))
                .text(" END")
        }
    }
}

/// The text at a path on PostgreSQL, where nothing is there that would have to be told from it.
fn unquoted(path: &[String]) -> Sql {
    match path {
        [inner @ .., last] => Sql::new("(")
            .add(Dialect::Postgres.extracted(inner))
            .text(" ->> ")
            .bind(Param::Text(last.clone()))
            .text(") COLLATE \"C\""),
        [] => Sql::new("NULL"),
    }
}

fn seen(path: &[String], kinds: &Kinds) -> KindSet {
    kinds.of(&path.join("."))
}

fn only_numbers(kinds: KindSet) -> bool {
    kinds.only(KindSet::NUMBER.or(KindSet::WHOLE_FLOAT))
}
