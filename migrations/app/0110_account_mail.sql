-- Links that are sent by mail: to choose another password, and to confirm an address.

ALTER TABLE users ADD COLUMN email_verified_at timestamptz;

-- A link is good for the address that it was made for, and for no other that the account may have later.
CREATE TABLE account_links (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('reset', 'confirm')),
    email_key text NOT NULL,
    token_digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX account_links_by_user ON account_links (user_id, purpose, created_at);
