-- People who give their account another address: it is theirs once the link that went there was opened.

CREATE TABLE address_changes (
    id uuid NOT NULL PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Who asked: it stays signed in.
    session_id uuid NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    -- The link is good for the account as it was.
    old_email_key text NOT NULL,
    token_digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Used, or of no use any more.
    ended_at timestamptz
);
CREATE INDEX address_changes_by_user ON address_changes (user_id, created_at);

-- Two more kinds of letters; no database widens a check in place with the same words.
CREATE TABLE mail_outbox_anew (
    id uuid NOT NULL PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('reset', 'confirm', 'invitation', 'quota', 'address', 'notice')),
    about uuid NOT NULL,
    org_id uuid REFERENCES organizations (id) ON DELETE CASCADE,
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    recipient text NOT NULL,
    letter_sealed bytea,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    try_at timestamptz NOT NULL,
    tries bigint NOT NULL DEFAULT 0,
    claim uuid,
    failed_at timestamptz,
    reason text,
    said text
);
INSERT INTO mail_outbox_anew (id, kind, about, org_id, user_id, recipient, letter_sealed, created_at, expires_at, try_at, tries,
    claim, failed_at, reason, said)
SELECT id, kind, about, org_id, user_id, recipient, letter_sealed, created_at, expires_at, try_at, tries,
    claim, failed_at, reason, said
FROM mail_outbox;
DROP TABLE mail_outbox;
ALTER TABLE mail_outbox_anew RENAME TO mail_outbox;
CREATE INDEX mail_outbox_by_time ON mail_outbox (failed_at, try_at);
CREATE INDEX mail_outbox_by_subject ON mail_outbox (about);
CREATE INDEX mail_outbox_by_org ON mail_outbox (org_id);
CREATE INDEX mail_outbox_by_user ON mail_outbox (user_id);
