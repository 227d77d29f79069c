-- Events of every organization, by month. Questions read the views, which hold one organization's rows alone: the one
-- that the transaction names in the setting `datapulse.org`. Text is compared byte by byte, as every store does.

CREATE TABLE stored_events (
    org_id uuid NOT NULL,
    id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    ts timestamptz NOT NULL,
    user_id text COLLATE "C",
    anonymous_id text COLLATE "C",
    session_id text COLLATE "C",
    properties jsonb NOT NULL
) PARTITION BY RANGE (ts);

CREATE INDEX stored_events_by_name ON stored_events (org_id, name, ts);

-- Months between are made when their first event comes. Without a default partition, making one waits for no reader.
CREATE TABLE stored_events_before PARTITION OF stored_events FOR VALUES FROM (MINVALUE) TO ('2000-01-01 00:00:00+00');
CREATE TABLE stored_events_after PARTITION OF stored_events FOR VALUES FROM ('2100-01-01 00:00:00+00') TO (MAXVALUE);

CREATE TABLE progress (
    org_id uuid PRIMARY KEY,
    position bigint NOT NULL
);

CREATE TABLE property_kinds (
    org_id uuid NOT NULL,
    path text COLLATE "C" NOT NULL,
    kinds smallint NOT NULL,
    PRIMARY KEY (org_id, path)
);

CREATE TABLE stored_links (
    org_id uuid NOT NULL,
    anonymous_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    ts timestamptz NOT NULL
);

CREATE INDEX stored_links_by_visitor ON stored_links (org_id, anonymous_id);

CREATE VIEW events AS
    SELECT id, name, ts, user_id, anonymous_id, session_id, properties FROM stored_events
    WHERE org_id = CAST(current_setting('datapulse.org') AS uuid);

CREATE VIEW links AS
    SELECT anonymous_id, user_id, ts FROM stored_links
    WHERE org_id = CAST(current_setting('datapulse.org') AS uuid);

-- JSON without blanks, its keys in the order of their bytes: the text of an object or array is the same on every store.
CREATE FUNCTION compact_json(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE jsonb_typeof(value)
        WHEN 'object' THEN (
            SELECT '{' || coalesce(string_agg(CAST(to_json(entry.key) AS text) || ':' || compact_json(entry.value), ','
                ORDER BY entry.key COLLATE "C"), '') || '}'
            FROM jsonb_each(compact_json.value) AS entry)
        WHEN 'array' THEN (
            SELECT '[' || coalesce(string_agg(compact_json(item.value), ',' ORDER BY item.place), '') || ']'
            FROM jsonb_array_elements(compact_json.value) WITH ORDINALITY AS item(value, place))
        ELSE CAST(value AS text)
    END;
END
$$;
