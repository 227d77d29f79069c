-- What is to be erased, and what was: one person's events, what is older than an organization keeps, or an organization's all.

-- Rows outlive their organization: its events are erased after it.
CREATE TABLE erasures (
    id uuid NOT NULL PRIMARY KEY,
    org_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('person', 'retention', 'organization')),
    -- The person's id while it is needed; its SHA-256 afterwards.
    subject text,
    -- What happened before this is erased.
    before_at timestamptz,
    actor text NOT NULL,
    requested_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    finished_at timestamptz,
    events bigint NOT NULL DEFAULT 0,
    attempts bigint NOT NULL DEFAULT 0,
    -- Whoever works on it says so until then.
    claimed_until timestamptz,
    -- Why the last attempt came to nothing, or what somebody should look at.
    note text
);
CREATE INDEX erasures_by_org ON erasures (org_id, id);
CREATE INDEX erasures_to_do ON erasures (requested_at) WHERE finished_at IS NULL;

-- Days that events are kept; for ever where there is none.
ALTER TABLE organizations ADD COLUMN retention_days bigint;
CREATE INDEX organizations_with_retention ON organizations (id) WHERE retention_days IS NOT NULL;
