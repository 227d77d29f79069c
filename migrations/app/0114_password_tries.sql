-- Passwords that were wrong, counted by who tried what from where, so that guessing is slow.

CREATE TABLE password_tries (
    -- A digest of what is counted.
    bucket text NOT NULL PRIMARY KEY,
    -- The microsecond since 1970 at which everything is forgiven.
    spent_until bigint NOT NULL
);
CREATE INDEX password_tries_by_end ON password_tries (spent_until);

-- Browsers and networks where somebody signed in: whoever guesses elsewhere cannot keep them out. Digests.
CREATE TABLE known_origins (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    origin text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, origin)
);
CREATE INDEX known_origins_by_age ON known_origins (user_id, seen_at);
