-- The audit log. `entry` is the exact text that is hashed; type and incident
-- repeat a part of it to be found by. Nothing here is ever changed.
CREATE TABLE log (
    leaf     INTEGER PRIMARY KEY NOT NULL CHECK (leaf >= 0),
    entry    TEXT NOT NULL CHECK (length(entry) BETWEEN 2 AND 4096),
    hash     BLOB NOT NULL CHECK (length(hash) = 32),
    at_ms    INTEGER NOT NULL,
    type     TEXT NOT NULL CHECK (type <> ''),
    incident TEXT NOT NULL
) STRICT;

CREATE INDEX log_released ON log (leaf)
    WHERE type = 'alert.released';

CREATE TRIGGER log_grows_at_its_end BEFORE INSERT ON log
WHEN NEW.leaf <> (SELECT coalesce(max(leaf) + 1, 0) FROM log)
BEGIN SELECT raise(ABORT, 'the audit log only grows at its end'); END;

CREATE TRIGGER log_is_not_changed BEFORE UPDATE ON log
BEGIN SELECT raise(ABORT, 'the audit log is not changed'); END;

CREATE TRIGGER log_is_not_deleted BEFORE DELETE ON log
BEGIN SELECT raise(ABORT, 'the audit log is not deleted'); END;

-- Whose salted hash stands in an entry. Deleting a row forgets the name; the
-- log stays valid.
CREATE TABLE log_name (
    leaf  INTEGER NOT NULL REFERENCES log (leaf),
    field TEXT NOT NULL CHECK (field IN ('actor', 'subject', 'reason')),
    salt  BLOB NOT NULL CHECK (length(salt) = 16),
    text  TEXT NOT NULL,
    PRIMARY KEY (leaf, field)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER log_name_is_not_changed BEFORE UPDATE ON log_name
BEGIN SELECT raise(ABORT, 'a name in the audit log is not changed'); END;

-- Roots of full tiles: hash n of the given level, of 256^level leaves.
CREATE TABLE log_tile (
    level INTEGER NOT NULL CHECK (level >= 1),
    n     INTEGER NOT NULL CHECK (n >= 0),
    root  BLOB NOT NULL CHECK (length(root) = 32),
    PRIMARY KEY (level, n)
) STRICT, WITHOUT ROWID;

-- Every signed head: a rewritten history contradicts one of them.
CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY NOT NULL CHECK (size >= 0),
    note TEXT NOT NULL
) STRICT;

CREATE TRIGGER checkpoint_is_not_changed BEFORE UPDATE ON checkpoint
BEGIN SELECT raise(ABORT, 'a checkpoint is not changed'); END;

CREATE TRIGGER checkpoint_is_not_deleted BEFORE DELETE ON checkpoint
BEGIN SELECT raise(ABORT, 'a checkpoint is not deleted'); END;
