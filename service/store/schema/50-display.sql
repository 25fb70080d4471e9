-- Screens, and the states that are said to them.
CREATE TABLE display (
    id             TEXT PRIMARY KEY NOT NULL CHECK (length(id) BETWEEN 1 AND 64),
    area           TEXT NOT NULL CHECK (length(area) IN (5, 8)),
    rehearsal      INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
    paired_at_ms   INTEGER NOT NULL,
    revoked_at_ms  INTEGER NOT NULL DEFAULT 0, -- 0: paired
    -- its last words, as it says them; "" and 0 before the first
    status         TEXT NOT NULL DEFAULT '',
    player         TEXT NOT NULL DEFAULT '',
    clock_offset_s INTEGER NOT NULL DEFAULT 0,
    last_seen_ms   INTEGER NOT NULL DEFAULT 0,
    shown_at_ms    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE display_showing (
    display_id TEXT NOT NULL REFERENCES display (id),
    stream     TEXT NOT NULL,
    epoch      INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    sha256     TEXT NOT NULL CHECK (length(sha256) = 64),
    PRIMARY KEY (display_id, stream)
) STRICT, WITHOUT ROWID;

-- Every number that was given out, by stream (D5); a number has one text.
CREATE TABLE display_state (
    stream TEXT NOT NULL,
    epoch  INTEGER NOT NULL CHECK (epoch > 0),
    seq    INTEGER NOT NULL CHECK (seq > 0),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    UNIQUE (stream, epoch, seq)
) STRICT;

CREATE TRIGGER display_state_rises BEFORE INSERT ON display_state
WHEN EXISTS (SELECT 1 FROM display_state WHERE stream = NEW.stream
             AND (epoch, seq) >= (NEW.epoch, NEW.seq))
BEGIN
    SELECT RAISE(ABORT, 'the number of a display state must rise');
END;

CREATE TRIGGER display_state_is_immutable BEFORE UPDATE ON display_state
BEGIN
    SELECT RAISE(ABORT, 'a display state is never edited');
END;

-- The newest state of each stream: the exact bytes to publish.
CREATE TABLE display_stream (
    stream    TEXT PRIMARY KEY NOT NULL,
    epoch     INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    issued_ms INTEGER NOT NULL,
    content   BLOB NOT NULL CHECK (length(content) = 32),
    sha256    TEXT NOT NULL,
    bytes     BLOB NOT NULL,
    published INTEGER NOT NULL CHECK (published IN (0, 1)),
    FOREIGN KEY (stream, epoch, seq)
        REFERENCES display_state (stream, epoch, seq)
) STRICT, WITHOUT ROWID;

-- From which state on a stream holds an alert, or its successor; hidden: it
-- concerns the area but had no room.
CREATE TABLE display_alert (
    alert_id TEXT NOT NULL,
    stream   TEXT NOT NULL,
    area     TEXT NOT NULL,
    epoch    INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    hidden   INTEGER NOT NULL CHECK (hidden IN (0, 1)),
    PRIMARY KEY (alert_id, stream)
) STRICT, WITHOUT ROWID;
