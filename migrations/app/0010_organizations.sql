-- Organizations in full: who is invited, who is suspended, and what a key is confined to.

CREATE TABLE invitations (
    id uuid NOT NULL PRIMARY KEY,
    org_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    email text NOT NULL,
    email_key text NOT NULL,
    role text NOT NULL CHECK (role IN ('viewer', 'editor', 'admin', 'owner')),
    token_digest bytea NOT NULL UNIQUE,
    invited_by uuid REFERENCES users (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX invitations_by_org ON invitations (org_id, id);
CREATE INDEX invitations_by_inviter ON invitations (invited_by);

ALTER TABLE organizations ADD COLUMN suspended_at timestamptz;

-- No scopes: whatever its kind allows. A user: the key acts as that member, with the role of the moment.
ALTER TABLE api_keys ADD COLUMN scopes text;
ALTER TABLE api_keys ADD COLUMN user_id uuid REFERENCES users (id) ON DELETE CASCADE;
CREATE INDEX api_keys_by_user ON api_keys (user_id);
