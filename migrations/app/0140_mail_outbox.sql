-- Letters that are due. One is written in the transaction that makes it due, and is gone once a mail server took it.

CREATE TABLE mail_outbox (
    id uuid NOT NULL PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('reset', 'confirm', 'invitation', 'quota')),
    -- The account, the invitation or the organization that it is about: where that is done otherwise, the letter is not sent.
    about uuid NOT NULL,
    -- Whose administrators hear that it did not arrive; letters to people about their own account have a person instead.
    org_id uuid REFERENCES organizations (id) ON DELETE CASCADE,
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    recipient text NOT NULL,
    -- What it says, sealed, since links in it open accounts; nothing once it was given up.
    letter_sealed bytea,
    created_at timestamptz NOT NULL,
    -- Afterwards its link does not work any more.
    expires_at timestamptz NOT NULL,
    -- Not before; whoever tries moves this on first, so that nobody else tries at the same time.
    try_at timestamptz NOT NULL,
    tries bigint NOT NULL DEFAULT 0,
    -- Which try has it.
    claim uuid,
    failed_at timestamptz,
    -- 'away', 'refused' or 'expired', and what the mail server or the network said.
    reason text,
    said text
);
CREATE INDEX mail_outbox_by_time ON mail_outbox (failed_at, try_at);
CREATE INDEX mail_outbox_by_subject ON mail_outbox (about);
CREATE INDEX mail_outbox_by_org ON mail_outbox (org_id);
CREATE INDEX mail_outbox_by_user ON mail_outbox (user_id);
