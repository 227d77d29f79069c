-- Events that organizations sent, by the month: accepted, counted exactly once.

-- Months count from the year 0: 12 times the year, and the month from 0 to 11.
CREATE TABLE usage_months (
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    month bigint NOT NULL,
    events bigint NOT NULL DEFAULT 0,
    -- What was not kept because the plan's events were used up.
    dropped bigint NOT NULL DEFAULT 0,
    -- Percent of the plan's events of which the organization has been told.
    warned bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, month)
);

-- Each process's log of events, and the position up to which its events are counted above: written in one transaction with them.
CREATE TABLE usage_logs (
    id uuid NOT NULL PRIMARY KEY,
    position bigint NOT NULL
);
