-- What an organization wants done with events on their way in, the sites that send to it, the secrets behind the ids of
-- visitors without cookies, and what is known of users and groups beside their events.

ALTER TABLE organizations ADD COLUMN ingest jsonb NOT NULL DEFAULT '{}';

CREATE TABLE organization_domains (
    domain text NOT NULL PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE
);
CREATE INDEX organization_domains_by_org ON organization_domains (org_id, domain);

-- The secret of a day, deleted when the day is over. Days count from 1970.
CREATE TABLE visitor_salts (
    day bigint NOT NULL PRIMARY KEY,
    salt bytea NOT NULL
);

-- kind: 'user', or 'group:' and the type of group. Of each property: its value, and the microsecond since 1970 at which
-- it was said, so that the order of arrival does not matter.
CREATE TABLE profiles (
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    kind text NOT NULL,
    id text NOT NULL,
    properties jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, kind, id)
);

-- Other ids of a user.
CREATE TABLE profile_ids (
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    other_id text NOT NULL,
    user_id text NOT NULL,
    PRIMARY KEY (org_id, other_id)
);
CREATE INDEX profile_ids_by_user ON profile_ids (org_id, user_id);
