-- Which hours (counted from 1970) got events, and the position of the last batch that had one in them: what tells every
-- process which of the figures that it kept are still right. It says so for positions from `touched_from` to `touched_to`.
CREATE TABLE touched_hours (
    org_id uuid NOT NULL,
    hour bigint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (org_id, hour)
);

CREATE INDEX touched_hours_by_position ON touched_hours (org_id, position);

ALTER TABLE progress ADD COLUMN touched_from bigint NOT NULL DEFAULT 0;
ALTER TABLE progress ADD COLUMN touched_to bigint NOT NULL DEFAULT 0;
