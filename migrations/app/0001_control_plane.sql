-- The control plane. One text for SQLite and PostgreSQL: uuid, boolean, jsonb, bigint, timestamptz, text and bytea
-- are native on PostgreSQL and keep what they are given on SQLite.

CREATE TABLE users (
    id uuid NOT NULL PRIMARY KEY,
    email text NOT NULL,
    email_key text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz
);

CREATE TABLE organizations (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL,
    plan text NOT NULL DEFAULT 'free',
    stripe_customer_id text,
    timezone text NOT NULL DEFAULT 'UTC',
    week_start text NOT NULL DEFAULT 'monday' CHECK (week_start IN ('monday', 'sunday')),
    created_at timestamptz NOT NULL
);

CREATE TABLE org_members (
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('viewer', 'editor', 'admin', 'owner')),
    joined_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX org_members_by_user ON org_members (user_id, joined_at, org_id);

CREATE TABLE dashboards (
    id uuid NOT NULL PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    layout jsonb NOT NULL,
    range jsonb,
    filter jsonb,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1
);
CREATE INDEX dashboards_by_org ON dashboards (org_id, id);
CREATE INDEX dashboards_by_creator ON dashboards (created_by);

CREATE TABLE widgets (
    id uuid NOT NULL PRIMARY KEY,
    dashboard_id uuid NOT NULL REFERENCES dashboards (id) ON DELETE CASCADE,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    type text NOT NULL,
    title text NOT NULL DEFAULT '',
    config jsonb NOT NULL,
    x bigint NOT NULL,
    y bigint NOT NULL,
    w bigint NOT NULL,
    h bigint NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL DEFAULT 1
);
CREATE INDEX widgets_by_dashboard ON widgets (dashboard_id, y, x, id);
CREATE INDEX widgets_by_org ON widgets (org_id, id);

CREATE TABLE datasources (
    id uuid NOT NULL PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    type text NOT NULL,
    name text NOT NULL,
    config jsonb NOT NULL,
    config_sealed bytea,
    created_at timestamptz NOT NULL
);
CREATE INDEX datasources_by_org ON datasources (org_id, id);

CREATE TABLE sessions (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('browser', 'api')),
    token_digest bytea UNIQUE,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);

CREATE TABLE refresh_tokens (
    id uuid NOT NULL PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE api_keys (
    id uuid NOT NULL PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('write', 'secret')),
    name text NOT NULL,
    prefix text NOT NULL,
    digest bytea NOT NULL UNIQUE,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX api_keys_by_org ON api_keys (org_id, id);
CREATE INDEX api_keys_by_creator ON api_keys (created_by);

CREATE TABLE shares (
    id uuid NOT NULL PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    dashboard_id uuid NOT NULL REFERENCES dashboards (id) ON DELETE CASCADE,
    name text,
    token_digest bytea NOT NULL UNIQUE,
    created_by uuid REFERENCES users (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX shares_by_dashboard ON shares (dashboard_id, id);
CREATE INDEX shares_by_org ON shares (org_id);
CREATE INDEX shares_by_creator ON shares (created_by);

CREATE TABLE audit (
    id uuid NOT NULL PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    actor text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    detail jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX audit_by_org ON audit (org_id, id);

CREATE TABLE signing_keys (
    kid text NOT NULL PRIMARY KEY,
    seed bytea NOT NULL,
    created_at timestamptz NOT NULL
);
