-- Incidents, the alerts they consist of, and each alert's deliveries.
CREATE TABLE incident (
    marker           TEXT PRIMARY KEY NOT NULL,
    status           TEXT NOT NULL CHECK (status IN ('actual', 'exercise')),
    stream           TEXT NOT NULL
                     CHECK (stream IN ('actual', 'exercise', 'rehearsal')),
    template_id      TEXT NOT NULL,
    template_version INTEGER NOT NULL,
    template_hash    TEXT NOT NULL,
    opened_at_ms     INTEGER NOT NULL,
    CHECK ((status = 'actual') = (stream = 'actual'))
) STRICT, WITHOUT ROWID;

-- What a preview fixed: these bytes are what is sent (contract 4, "Previews").
CREATE TABLE draft (
    digest        TEXT PRIMARY KEY NOT NULL,
    alert_id      TEXT NOT NULL,
    marker        TEXT NOT NULL,
    number        INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('actual', 'exercise')),
    stream        TEXT NOT NULL,
    template_id   TEXT NOT NULL,
    template_version INTEGER NOT NULL,
    template_hash TEXT NOT NULL,
    parameters    TEXT NOT NULL,
    request       TEXT NOT NULL, -- digest of what was asked
    level         INTEGER NOT NULL,
    areas         TEXT NOT NULL,
    channels      INTEGER NOT NULL,
    office_hours  INTEGER NOT NULL,
    made_by       TEXT NOT NULL,
    made_at_ms    INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL, -- of the alert
    content       TEXT NOT NULL,
    used          INTEGER NOT NULL DEFAULT 0 CHECK (used IN (0, 1))
) STRICT, WITHOUT ROWID;

-- The pictures of drafts and alerts, kept until nothing needs them: the
-- website gets them again whenever it lacks them.
CREATE TABLE card (
    name       TEXT PRIMARY KEY NOT NULL,
    made_at_ms INTEGER NOT NULL,
    jpeg       BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE alert (
    id               TEXT PRIMARY KEY NOT NULL,
    marker           TEXT NOT NULL REFERENCES incident (marker),
    number           INTEGER NOT NULL CHECK (number > 0),
    kind             TEXT NOT NULL CHECK (kind IN ('alert', 'update',
                     'all_clear', 'retraction', 'correction')),
    status           TEXT NOT NULL CHECK (status IN ('actual', 'exercise')),
    stream           TEXT NOT NULL
                     CHECK (stream IN ('actual', 'exercise', 'rehearsal')),
    state            TEXT NOT NULL CHECK (state IN ('awaiting_approval',
                     'released', 'rejected', 'lapsed', 'superseded',
                     'all_clear', 'retracted', 'expired', 'preempted')),
    template_id      TEXT NOT NULL,
    template_version INTEGER NOT NULL,
    template_hash    TEXT NOT NULL,
    parameters       TEXT NOT NULL,
    level            INTEGER NOT NULL CHECK (level BETWEEN 0 AND 3),
    areas            TEXT NOT NULL CHECK (areas <> ''),
    channels         INTEGER NOT NULL,
    submitted_by     TEXT NOT NULL,
    approved_by      TEXT NOT NULL DEFAULT '',
    break_glass      TEXT NOT NULL DEFAULT '',
    countersign_owed INTEGER NOT NULL DEFAULT 0,
    office_hours     INTEGER NOT NULL CHECK (office_hours IN (0, 1)),
    drill_id         TEXT NOT NULL DEFAULT '',
    submitted_at_ms  INTEGER NOT NULL,
    released_at_ms   INTEGER NOT NULL DEFAULT 0,
    expires_at_ms    INTEGER NOT NULL,
    closed_at_ms     INTEGER NOT NULL DEFAULT 0,
    content          TEXT NOT NULL,
    idempotency_key  TEXT NOT NULL UNIQUE,
    request          TEXT NOT NULL, -- digest of the accepted body
    released_leaf    INTEGER NOT NULL DEFAULT -1, -- index of alert.released
    UNIQUE (marker, number),
    CHECK (approved_by <> submitted_by), -- four eyes
    CHECK ((status = 'actual') = (stream = 'actual'))
) STRICT, WITHOUT ROWID;

CREATE INDEX alert_by_state ON alert (state);
CREATE INDEX alert_by_release ON alert (released_at_ms);

-- An alert is never edited; a new one refers to it.
CREATE TRIGGER alert_is_immutable
BEFORE UPDATE OF id, marker, number, kind, status, stream, template_id,
                 template_version, template_hash, parameters, level, areas,
                 channels, submitted_by, drill_id, submitted_at_ms,
                 expires_at_ms, content, idempotency_key, request ON alert
BEGIN
    SELECT RAISE(ABORT, 'an alert is never edited');
END;

CREATE TRIGGER alert_is_kept BEFORE DELETE ON alert
BEGIN
    SELECT RAISE(ABORT, 'an alert is never deleted');
END;

CREATE TRIGGER incident_status_is_immutable
BEFORE UPDATE OF marker, status, stream ON incident
BEGIN
    SELECT RAISE(ABORT, 'the status of an incident is fixed');
END;

CREATE TABLE delivery (
    id                  TEXT PRIMARY KEY NOT NULL,
    alert_id            TEXT NOT NULL REFERENCES alert (id),
    channel             TEXT NOT NULL CHECK (channel IN ('facebook',
                        'instagram', 'website', 'displays')),
    target              TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('queued', 'sending',
                        'retry_wait', 'unknown', 'needs_operator', 'accepted',
                        'visible', 'hand_posted', 'failed', 'superseded',
                        'cancelled', 'expired', 'abandoned', 'quarantined')),
    outcome             TEXT NOT NULL DEFAULT 'none',
    attempts            INTEGER NOT NULL DEFAULT 0,
    container_id        TEXT NOT NULL DEFAULT '',
    remote_id           TEXT NOT NULL DEFAULT '',
    permalink           TEXT NOT NULL DEFAULT '',
    detail              TEXT NOT NULL DEFAULT '',
    shown_expected      INTEGER NOT NULL DEFAULT 0,
    shown_confirmed     INTEGER NOT NULL DEFAULT 0,
    crashes             INTEGER NOT NULL DEFAULT 0, -- in a row, while sending
    good_reads          INTEGER NOT NULL DEFAULT 0,
    queued_at_ms        INTEGER NOT NULL,
    first_attempt_at_ms INTEGER NOT NULL DEFAULT 0,
    last_attempt_at_ms  INTEGER NOT NULL DEFAULT 0,
    attempt_ended_at_ms INTEGER NOT NULL DEFAULT 0,
    accepted_at_ms      INTEGER NOT NULL DEFAULT 0,
    visible_at_ms       INTEGER NOT NULL DEFAULT 0,
    next_try_at_ms      INTEGER NOT NULL DEFAULT 0,
    UNIQUE (alert_id, channel),
    -- "accepted" has evidence (I14)
    CHECK (state NOT IN ('accepted', 'visible') OR accepted_at_ms > 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_open ON delivery (state)
WHERE state IN ('queued', 'sending', 'retry_wait', 'unknown',
                'needs_operator', 'accepted');

-- One try of a delivery; the row is there before the first byte (D2).
CREATE TABLE attempt (
    delivery_id   TEXT NOT NULL REFERENCES delivery (id),
    number        INTEGER NOT NULL,
    started_at_ms INTEGER NOT NULL,
    ended_at_ms   INTEGER NOT NULL DEFAULT 0,
    outcome       TEXT NOT NULL DEFAULT 'none',
    detail        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;

-- What the website shows, by realm: the row follows the files (D6).
CREATE TABLE site (
    realm      TEXT PRIMARY KEY NOT NULL CHECK (realm IN ('live', 'rehearsal')),
    digest     TEXT NOT NULL,
    written_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
