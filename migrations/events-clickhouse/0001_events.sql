-- Events of every organization, by month. What a statement sees of `events` and `links` is decided by a filter that
-- every question sends along: one organization's rows, up to the position that its runs have reached.
--
-- Statements end in a semicolon at the end of a line, and each may run again: ClickHouse has no transaction for them.

CREATE TABLE IF NOT EXISTS events (
    org_id UUID,
    run UInt32,
    position UInt64,
    id String,
    name String,
    ts DateTime64(6, 'UTC'),
    user_id Nullable(String),
    anonymous_id Nullable(String),
    session_id Nullable(String),
    -- Text, numbers and truth values under keys that can be asked for: quick to read one by one.
    properties JSON,
    -- All properties as they were sent, in their one text form.
    document String CODEC(ZSTD(3))
) ENGINE = MergeTree
-- Years with few events have one partition each side: a partition is a folder.
PARTITION BY multiIf(
    ts < toDateTime64('2000-01-01 00:00:00', 6, 'UTC'), 0,
    ts >= toDateTime64('2100-01-01 00:00:00', 6, 'UTC'), 999999,
    toYYYYMM(ts))
ORDER BY (org_id, name, ts)
-- What is acknowledged here is forgotten elsewhere, so it must be on disk.
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS links (
    org_id UUID,
    run UInt32,
    position UInt64,
    anonymous_id String,
    user_id String,
    ts DateTime64(6, 'UTC')
) ENGINE = MergeTree
ORDER BY (org_id, anonymous_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS property_kinds (
    org_id UUID,
    path String,
    kinds SimpleAggregateFunction(groupBitOr, UInt8)
) ENGINE = AggregatingMergeTree
ORDER BY (org_id, path)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What each stretch of appending began at and has reached: the only thing that makes rows visible.
CREATE TABLE IF NOT EXISTS runs (
    org_id UUID,
    run UInt32,
    start UInt64,
    position SimpleAggregateFunction(max, UInt64)
) ENGINE = AggregatingMergeTree
ORDER BY (org_id, run, start)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
