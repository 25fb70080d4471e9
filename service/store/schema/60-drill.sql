-- Drills, and every slot at which one fired (D7: written in the transaction
-- of the alert, so a slot never fires twice).
CREATE TABLE drill (
    id            TEXT PRIMARY KEY NOT NULL,
    name          TEXT NOT NULL,
    mode          TEXT NOT NULL CHECK (mode IN ('internal', 'public')),
    template_id   TEXT NOT NULL,
    parameters    TEXT NOT NULL, -- JSON object, as planned
    channels      INTEGER NOT NULL, -- bits; 0: all that are on
    planned_by    TEXT NOT NULL,
    approved_by   TEXT NOT NULL DEFAULT '',
    cancelled_by  TEXT NOT NULL DEFAULT '',
    planned_at_ms INTEGER NOT NULL,
    next_at_ms    INTEGER NOT NULL DEFAULT 0, -- 0: none
    duration_s    INTEGER NOT NULL CHECK (duration_s > 0),
    state         TEXT NOT NULL CHECK (state IN ('planned', 'running',
                  'passed', 'failed', 'cancelled', 'missed', 'preempted')),
    reason        TEXT NOT NULL DEFAULT '',
    marker        TEXT NOT NULL DEFAULT '', -- of its last incident
    alert_id      TEXT NOT NULL DEFAULT '',
    all_clear_id  TEXT NOT NULL DEFAULT '',
    started_at_ms INTEGER NOT NULL DEFAULT 0,
    ended_at_ms   INTEGER NOT NULL DEFAULT 0,
    CHECK (approved_by <> planned_by) -- four eyes
) STRICT, WITHOUT ROWID;

CREATE INDEX drill_by_state ON drill (state);

CREATE TABLE drill_slot (
    drill_id TEXT NOT NULL REFERENCES drill (id),
    slot_ms  INTEGER NOT NULL,
    alert_id TEXT NOT NULL REFERENCES alert (id),
    PRIMARY KEY (drill_id, slot_ms)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER drill_slot_is_kept BEFORE DELETE ON drill_slot
BEGIN
    SELECT RAISE(ABORT, 'a slot that fired is never forgotten');
END;
