-- Several processes may each bring events from a log of their own: how far each log has been stored. An organization without
-- a row here was filled by one process alone, whose log's position is the one in `progress`.
CREATE TABLE stored_logs (
    org_id uuid NOT NULL,
    log uuid NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (org_id, log)
);

-- Which ids have come, as digests, and on which day (counted from 1970): the same event may reach two processes.
CREATE TABLE arrived_ids (
    key uuid PRIMARY KEY,
    day integer NOT NULL
);

CREATE INDEX arrived_ids_by_day ON arrived_ids USING brin (day);
