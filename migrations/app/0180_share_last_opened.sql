-- When somebody last looked at a link, to the hour; a link that nobody opened yet has none.

ALTER TABLE shares ADD COLUMN last_opened_at timestamptz;
