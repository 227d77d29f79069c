//! Sets of small numbers as the bits of one whole number.
//!
//! Questions about users keep for each user in which of up to [`WORD`] buckets they did something, so that one
//! aggregation by user says all and no statement joins once for each bucket.

use super::Dialect;

/// How many bits of a whole number are used: its sign stays clear.
pub(in crate::query) const WORD: usize = 62;

impl Dialect {
    /// The set that holds `position` alone: 0 to 61.
    pub(in crate::query) fn bit(self, position: &str) -> String {
        match self {
            Self::DuckDb => format!("(CAST(1 AS BIGINT) << ({position}))"),
            Self::Postgres => format!("(CAST(1 AS BIGINT) << CAST({position} AS INTEGER))"),
            // It shifts in every row, also where a CASE does not ask for it, and refuses to shift by a negative number.
            Self::ClickHouse => format!("bitShiftLeft(CAST(1 AS BIGINT), bitAnd({position}, 63))"),
        }
    }

    /// Aggregates sets to the set of all that is in any of them.
    pub(in crate::query) fn union_of_bits(self, set: &str) -> String {
        match self {
            Self::DuckDb | Self::Postgres => format!("bit_or({set})"),
            Self::ClickHouse => format!("groupBitOr({set})"),
        }
    }

    /// 1 where `position` is in the set, 0 where it is not.
    pub(in crate::query) fn has_bit(self, set: &str, position: usize) -> String {
        match self {
            Self::DuckDb | Self::Postgres => format!("(({set} >> {position}) & 1)"),
            Self::ClickHouse => format!("bitAnd(bitShiftRight({set}, {position}), 1)"),
        }
    }

    /// The set without what lies below `position`, which becomes 0.
    pub(in crate::query) fn bits_from(self, set: &str, position: &str) -> String {
        match self {
            Self::DuckDb => format!("({set} >> ({position}))"),
            Self::Postgres => format!("({set} >> CAST({position} AS INTEGER))"),
            Self::ClickHouse => format!("bitShiftRight({set}, bitAnd({position}, 63))"),
        }
    }

    /// As [`Dialect::bits_from`] of a set that goes on in `next`: the first [`WORD`] of both from `position` on.
    pub(in crate::query) fn bits_across(self, set: &str, next: &str, position: &str) -> String {
        let below = format!("{} - 1", self.bit(position));
        match self {
            Self::DuckDb => format!(
                "({} | (({next} & ({below})) << ({WORD} - ({position}))))",
                self.bits_from(set, position)
            ),
            Self::Postgres => format!(
                "({} | (({next} & ({below})) << CAST({WORD} - ({position}) AS INTEGER)))",
                self.bits_from(set, position)
            ),
            Self::ClickHouse => format!(
                "bitOr({}, bitShiftLeft(bitAnd({next}, {below}), bitAnd({WORD} - ({position}), 63)))",
                self.bits_from(set, position)
            ),
        }
    }
}
