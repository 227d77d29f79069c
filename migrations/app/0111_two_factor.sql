-- Signing in with a second factor: codes of an app, and codes for when it is lost.

CREATE TABLE user_totp (
    user_id uuid NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- Absent until a first code showed that the app has the secret.
    confirmed_at timestamptz,
    -- The latest step whose code was used: none is used twice.
    last_step bigint NOT NULL DEFAULT 0,
    failures bigint NOT NULL DEFAULT 0,
    failing_since timestamptz
);

CREATE TABLE recovery_codes (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_digest bytea NOT NULL,
    used_at timestamptz,
    UNIQUE (user_id, code_digest)
);

-- A browser whose password was right, and whose code is not there yet.
CREATE TABLE login_challenges (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX login_challenges_by_user ON login_challenges (user_id);
CREATE INDEX login_challenges_by_end ON login_challenges (expires_at);
