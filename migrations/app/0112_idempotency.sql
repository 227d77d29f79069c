-- Answers that are given again to whoever sends the same request again. They may hold secrets that are told once: sealed.
CREATE TABLE idempotency (
    caller text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    -- Another one when somebody else takes over from a process that ended on the way.
    turn uuid NOT NULL,
    began_at timestamptz NOT NULL,
    answer_sealed bytea,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_by_age ON idempotency (began_at);
