#!/bin/bash
# Shows that tests/system/invariants finds what it is for: a small database
# that keeps every promise, and the same with one of them broken.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missed=0

# leaf INDEX TYPE JSON-PAIRS
leaf() {
    echo "INSERT INTO log VALUES ($1, '{\"v\":1,\"type\":\"$2\",$3}',
        zeroblob(32), 1, '$2', 'LOE-AAAAAA');"
}

step() {
    leaf "$1" delivery.state \
        "\"delivery\":\"$2\",\"from\":\"$3\",\"to\":\"$4\""
}

# One released alert on Facebook (through an unknown outcome) and the website.
good() {
    cat service/store/schema/*.sql
    cat <<'SQL'
INSERT INTO incident VALUES ('LOE-AAAAAA', 'actual', 'actual', 'hw-rhein', 1,
    'h', 1);
INSERT INTO alert (id, marker, number, kind, status, stream, state,
    template_id, template_version, template_hash, parameters, level, areas,
    channels, submitted_by, approved_by, office_hours, submitted_at_ms,
    released_at_ms, expires_at_ms, content, idempotency_key, request)
VALUES ('LOE-AAAAAA-1', 'LOE-AAAAAA', 1, 'alert', 'actual', 'actual',
    'released', 'hw-rhein', 1, 'h', '{}', 2, '08336050', 5, 'a', 'b', 1, 1, 2,
    99, '{}', 'key-1', 'd');
INSERT INTO delivery (id, alert_id, channel, target, state, remote_id,
    queued_at_ms, first_attempt_at_ms, accepted_at_ms, visible_at_ms)
VALUES ('d1', 'LOE-AAAAAA-1', 'facebook', 'facebook:1', 'visible', '1_1', 2, 3,
        5, 6),
       ('d2', 'LOE-AAAAAA-1', 'website', 'website:/w/LOE-AAAAAA', 'accepted',
        '', 2, 3, 5, 0);
SQL
    leaf 0 alert.released '"alert":"LOE-AAAAAA-1"'
    step 1 d1 queued sending
    step 2 d1 sending unknown
    step 3 d1 unknown visible
    step 4 d2 queued accepted
}

effect='{"effect":"post","id":"1_1","owner":"1","text":"T\nMeldung LOE-AAAAAA-1","at":4}'

# ask [OPTION...]: the checker over the good database and $1's SQL.
ask() {
    local change=$1
    shift
    rm -f "$work/db"
    { good && echo "$change"; } | sqlite3 "$work/db"
    echo "${effects-$effect}" >"$work/effects"
    tests/system/invariants "$work/db" --effects "$work/effects" "$@" 2>&1
}

# broken WHAT PATTERN SQL [OPTION...]
broken() {
    local answer
    if answer=$(ask "$3" "${@:4}") || ! grep -q -- "$2" <<<"$answer"; then
        echo "missed: $1: $answer"
        missed=$((missed + 1))
    else
        echo "found: $1"
    fi
}

echo key-1 >"$work/key-1"
echo key-2 >"$work/key-2"
unlocked='DROP TRIGGER log_is_not_changed; DROP TRIGGER log_is_not_deleted;'
ask '' --accepted "$work/key-1" --refused "$work/key-2" || {
    echo "blames an innocent database"
    missed=$((missed + 1))
}

broken 'accepted and lost' 'I1 accepted key without' '' \
    --accepted "$work/key-2"
broken 'refused and kept' I2 '' --refused "$work/key-1"
broken 'a channel forgotten' I3 "DELETE FROM delivery WHERE id = 'd2';"
broken 'still open in the end' I4 '' --healed
effects=$effect'
{"effect":"post","id":"1_2","owner":"1","text":"T\nMeldung LOE-BBBBBB-1","at":4}' \
    broken 'an effect of nobody' I5 ''
broken 'an effect before its row' 'I5 effect before' \
    "UPDATE delivery SET first_attempt_at_ms = 9 WHERE id = 'd1';"
effects=$effect'
{"effect":"post","id":"1_2","owner":"1","text":"T\nMeldung LOE-AAAAAA-1","at":4}' \
    broken 'posted twice' 'I6 twice' ''
effects='' broken 'visible and nowhere' 'I6 counts as' ''
broken 'no evidence' 'I14 accepted without' \
    "UPDATE delivery SET remote_id = '' WHERE id = 'd1';"
broken 'other evidence' 'I14 evidence' \
    "UPDATE delivery SET remote_id = '1_7' WHERE id = 'd1';"
broken 'visible first' 'I14 visible before' \
    "UPDATE delivery SET visible_at_ms = 4 WHERE id = 'd1';"
broken 'an illegal move' 'I16 not a legal move' "$(step 5 d1 visible queued)
    UPDATE delivery SET state = 'queued' WHERE id = 'd1';"
broken 'a move without its leaf' 'I16 a move without' "$unlocked
    DELETE FROM log WHERE leaf = 2;"
broken 'a state without its leaf' 'I16 state without' \
    "UPDATE delivery SET state = 'visible', visible_at_ms = 6
     WHERE id = 'd2';"
broken 'a leaf of nothing' 'I16 leaf of a delivery' \
    "$(step 5 d9 queued accepted)"
broken 'a release without its leaf' 'I16 released without' "$unlocked
    DELETE FROM log WHERE leaf = 0;"
broken 'a leaf that is gone' 'I16 leaves that are missing' "$unlocked
    DELETE FROM log WHERE leaf = 3;"
broken 'a row of nobody' 'I21 foreign key' \
    "UPDATE delivery SET alert_id = 'x' WHERE id = 'd2';"

echo "invariants_test: $missed missed"
[ "$missed" -eq 0 ]
