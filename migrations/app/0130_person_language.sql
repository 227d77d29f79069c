-- The language that a person chose to read; none where their browser decides.

ALTER TABLE users ADD COLUMN language text;
