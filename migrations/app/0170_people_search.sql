-- What people are looked for by: the ids of a user, and what was said of them, in one text without capitals and accents.
-- SQL folds letters differently from one database to the next, so the writer does it; NULL where it has not done so yet.
ALTER TABLE profiles ADD COLUMN folded text;

-- A search reads this and not the profiles themselves. The text is short enough to be part of a key.
CREATE INDEX profiles_by_folded ON profiles (org_id, kind, id, folded);

-- Finds at once what was there before.
CREATE INDEX profiles_not_folded ON profiles (org_id, kind, id) WHERE folded IS NULL;
