#!/bin/bash
# The audit log of a running service: shown, verified, exported, published,
# read by Go's packages; and a row that somebody edits is found and named.
. "$(dirname "$0")/harness.sh"

here=tests/system/audit

set_up() {
    system_start
    release exercise || give_up "no exercise: $(cat "$stack/answer")"
    rehearsed=$alert
    release actual || give_up "no alert: $(cat "$stack/answer")"
}

everything_done_so_far_stands_in_it() {
    expect_exit 0 tuermer_do --json audit show
    jq -se '[.[].index] == [range(0; length)]' "$stack/out" >/dev/null ||
        fault "indexes are not 0, 1, 2, …"
    jq -se 'all(.[]; .text | length > 0)' "$stack/out" >/dev/null ||
        fault "an entry without its sentence"
    jq -r '.entry | fromjson | .type' "$stack/out" | sort -u >"$stack/types"
    for type in service.started user.added template.imported \
        template.approved session.opened alert.submitted alert.released \
        delivery.state display.paired display.published; do
        grep -qx "$type" "$stack/types" || fault "no entry of type $type"
    done
    jq -r .entry "$stack/out" | grep -q 'demo-ausloesung' &&
        fault "a name stands in an entry"
    expect_exit 0 tuermer_do audit show
    expect_text 'a sentence' "$alert .*ausgelöst" "$stack/out"
}

only_operators_and_auditors_read_it() {
    call GET /api/v1/audit
    expect_equal 'as a releaser' 403 "$status"
    call_as='' call GET '/api/v1/audit?limit=2'
    expect_equal 'as an operator' 200 "$status"
    expect_equal 'items' 2 "$(jq '.items | length' "$stack/answer")"
    expect_equal 'next' 1 "$(jq -r .next "$stack/answer")"
    call_as='' call GET '/api/v1/audit?limit=x'
    expect_equal 'limit' 422 "$status"
}

the_service_verifies_it() {
    expect_exit 0 tuermer_do --json audit verify
    jq -e .ok "$stack/out" >/dev/null || fault "$(cat "$stack/out")"
}

# The service signs at most once a second: the export waits for what it found.
an_export_is_whole_and_verified_by_us_and_by_go() {
    local entries
    entries=$(tuermer_do --json audit show | wc -l)
    expect_exit 0 tuermer_do audit export --tiles "$stack/export"
    [ "$(sed -n 2p "$stack/export/checkpoint")" -ge "$entries" ] ||
        fault "fewer than $entries entries: $(cat "$stack/export/checkpoint")"
    expect_exit 0 "$tuermer" audit verify --site "$stack/export"
    local go=("env" "GO111MODULE=off" "GOPATH=/usr/share/gocode" "GOFLAGS="
        "GOCACHE=$stack/go" "HOME=$stack")
    "${go[@]}" go build -o "$stack/verify" "$here/verify.go" ||
        fault "verify.go does not build"
    expect_exit 0 "$stack/verify" "$stack/export"
}

is_published() {
    local size
    size=$(curl -fsS -m 5 "http://127.0.0.1:$port_website/audit/checkpoint" |
        sed -n 2p)
    [ "${size:-0}" -ge "$1" ]
}

the_website_has_checkpoint_and_tiles_but_no_entries() {
    local size
    size=$(sed -n 2p "$stack/export/checkpoint")
    until_true 10 is_published "$size" || fault "not published within 10 s"
    expect_exit 0 "$tuermer" --json audit verify \
        --url "http://127.0.0.1:$port_website" --key "$(cat "$stack/export/key")"
    jq -e '.ok and (.entries | not)' "$stack/out" >/dev/null ||
        fault "$(cat "$stack/out")"
    expect_equal 'entries' 404 "$(curl -sS -m 5 -o /dev/null -w '%{http_code}' \
        "http://127.0.0.1:$port_website/audit/tile/entries/000")"
}

has_receipt() {
    curl -fsS -m 5 -o "$stack/receipt" \
        "http://127.0.0.1:$port_website/w/${alert%-*}/beleg.json" 2>/dev/null
}

a_public_alert_has_its_receipt_and_a_rehearsal_has_none() {
    local site=http://127.0.0.1:$port_website
    until_true 10 has_receipt || fault "no receipt within 10 s"
    expect_exit 0 "$stack/verify" --receipt "$stack/receipt" "$stack/export"
    expect_equal 'it says' "ok alert.released $alert" "$(cat "$stack/out")"
    sed 's/actual/bctual/' "$stack/receipt" >"$stack/forged"
    expect_exit 1 "$stack/verify" --receipt "$stack/forged" "$stack/export"
    expect_equal 'the rehearsal' 404 "$(curl -sS -m 5 -o /dev/null \
        -w '%{http_code}' "$site/w/${rehearsed%-*}/beleg.json")"
}

a_changed_byte_in_an_export_is_named() {
    local bundle
    bundle=$(find "$stack/export/tile/entries" -type f | sort | head -n 1)
    printf X | dd of="$bundle" bs=1 seek=20 conv=notrunc status=none
    expect_exit 1 "$tuermer" --json audit verify --site "$stack/export"
    expect_equal 'bad' 0 "$(jq .bad "$stack/out")"
}

# With the service stopped, as somebody with the disk in their hands would.
an_edited_row_is_named_and_alerts_still_go_out() {
    child_stop service
    sqlite3 "$stack/state/tuermer.db" "DROP TRIGGER log_is_not_changed;
        UPDATE log SET entry = replace(entry, '\"type\"', '\"typf\"')
        WHERE leaf = 5;" || fault "sqlite3"
    stack_serve || fault "the service does not start"
    expect_exit 1 tuermer_do --json audit verify
    expect_equal 'bad' 5 "$(jq .bad "$stack/out")"
    expect_exit 1 tuermer_do audit verify
    expect_text 'the words' 'Eintrag 5: ' "$stack/err"
    release actual || fault "no alert: $(cat "$stack/answer")"
}

set_up
run_tests everything_done_so_far_stands_in_it \
    only_operators_and_auditors_read_it the_service_verifies_it \
    an_export_is_whole_and_verified_by_us_and_by_go \
    the_website_has_checkpoint_and_tiles_but_no_entries \
    a_public_alert_has_its_receipt_and_a_rehearsal_has_none \
    a_changed_byte_in_an_export_is_named \
    an_edited_row_is_named_and_alerts_still_go_out
