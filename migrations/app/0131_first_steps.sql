-- Whether a member put the first steps away, or wants to see them though all are done; none lets what is done decide.

ALTER TABLE org_members ADD COLUMN first_steps text;
