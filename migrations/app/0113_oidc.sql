-- Signing in at another server (OpenID Connect): who somebody is there, and sign-ins that are under way.

CREATE TABLE user_identities (
    issuer text NOT NULL,
    subject text NOT NULL,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX user_identities_by_user ON user_identities (user_id);

CREATE TABLE oidc_logins (
    state_digest bytea NOT NULL PRIMARY KEY,
    nonce text NOT NULL,
    verifier text NOT NULL,
    next text NOT NULL,
    -- Somebody who is signed in, and wants to sign in there from now on.
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
CREATE INDEX oidc_logins_by_user ON oidc_logins (user_id);
CREATE INDEX oidc_logins_by_end ON oidc_logins (expires_at);
