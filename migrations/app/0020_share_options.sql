-- What a share link allows beside looking: a password in front of it, what its viewers may do, and who may frame it.

ALTER TABLE shares ADD COLUMN password_hash text;
ALTER TABLE shares ADD COLUMN viewer_may jsonb NOT NULL DEFAULT '[]';
ALTER TABLE shares ADD COLUMN embed_origins jsonb NOT NULL DEFAULT '[]';
