-- Filters with a name, that questions call by their id.
CREATE TABLE segments (
    id uuid NOT NULL PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    filter jsonb NOT NULL,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX segments_by_name ON segments (org_id, name);
CREATE INDEX segments_by_org ON segments (org_id, id);
CREATE INDEX segments_by_creator ON segments (created_by);
