-- The clock that a person chose to read by, of 24 or of 12 hours; none where their browser decides.

ALTER TABLE users ADD COLUMN clock text;
