#!/bin/bash
# How a template comes to be approved, and what a changed byte does.
. "$(dirname "$0")/harness.sh"

set_up() {
    system_ports
    { stack_folders && stack_config && stack_broker_files && stack_broker &&
        gateway_start && stack_init && stack_serve && stack_accounts; } ||
        give_up "see above"
}

lint_needs_no_service_and_finds_the_catalogue_good() {
    expect_exit 0 "$tuermer" --json template lint $(stack_families)
    jq -es 'map(select(.severity == "error")) | length == 0' "$stack/out" \
        >/dev/null || fault "$(head -c 400 "$stack/out")"
    expect_text 'worst case' 'von 1800 Zeichen' "$stack/out"
}

lint_names_file_and_place_of_what_is_wrong() {
    mkdir -p "$stack/bad"
    cp -r templates/catalogue/. "$stack/bad"
    sed -i 's/{pegel_cm} Zentimeter/{pegel_m} Meter/' "$stack/bad/hw-rhein.json"
    expect_exit 1 "$tuermer" --json template lint "$stack/bad/hw-rhein.json"
    expect_text 'the place' '"field": ?"alert.de.facebook".*pegel_m' \
        "$stack/out"
    rm "$stack/bad/follow-up/folge-update.json"
    expect_exit 1 "$tuermer" template lint "$stack/bad/gefahrstoff.json"
    expect_exit 2 "$tuermer" template lint
}

a_bad_family_is_not_imported() {
    expect_exit 1 tuermer_do --json template import "$stack/bad/hw-rhein.json"
    call_as='' call GET '/api/v1/templates?all=1'
    expect_equal 'stored' 0 "$(jq '.items | length' "$stack/answer")"
}

import_makes_a_draft_that_nobody_can_use() {
    expect_exit 0 tuermer_do --json template import \
        templates/catalogue/hw-rhein.json templates/catalogue/stromausfall.json
    expect_equal 'answer' 'hw-rhein 1 draft stromausfall 1 draft' \
        "$(jq -r '"\(.id) \(.version) \(.state)"' "$stack/out" | xargs)"
    hash=$(jq -r 'select(.id == "hw-rhein") | .hash' "$stack/out")
    call GET /api/v1/templates/hw-rhein
    expect_equal 'status' 404 "$status"
    request exercise >"$stack/body"
    call_json POST /api/v1/previews "$stack/body"
    expect_equal 'preview' '422 template' \
        "$status $(jq -r '.errors[0].field' "$stack/answer")"
}

two_others_must_approve_what_they_have_read() {
    expect_exit 5 tuermer_do template approve hw-rhein
    expect_exit 1 tuermer_do template approve hw-rhein --as demo-freigabe \
        --hash "sha256:$(printf 0%.0s {1..64})"
    expect_exit 0 tuermer_do --json template approve hw-rhein \
        --as demo-freigabe --hash "$hash"
    expect_equal 'first' 'in_review 1 2' \
        "$(jq -r '"\(.state) \(.approvals) \(.needed)"' "$stack/out")"
    expect_exit 5 tuermer_do template approve hw-rhein --as demo-freigabe
    expect_exit 0 tuermer_do --json template approve hw-rhein \
        --as demo-ausloesung
    expect_equal 'second' approved "$(jq -r .state "$stack/out")"
    expect_exit 1 tuermer_do template approve hw-nil --as demo-freigabe
    call GET /api/v1/templates/hw-rhein
    expect_equal 'in force' "200 $hash" \
        "$status $(jq -r .hash "$stack/answer")"
}

the_author_may_not_approve() {
    stack_account autorin author,approver && stack_login autorin
    sed 's/"review_until": "2027/"review_until": "2028/' \
        templates/catalogue/stromausfall.json >"$stack/bad/stromausfall.json"
    cp templates/catalogue/follow-up/* "$stack/bad/follow-up"
    expect_exit 0 tuermer_do --json template import \
        "$stack/bad/stromausfall.json" --as autorin
    expect_equal 'version' 2 "$(jq -r .version "$stack/out")"
    expect_exit 5 tuermer_do template approve stromausfall --as autorin
    tuermer_do template approve stromausfall --as demo-freigabe \
        >"$stack/out" 2>&1 &&
        tuermer_do template approve stromausfall --as demo-ausloesung \
            >"$stack/out" 2>&1 || fault "$(cat "$stack/out")"
}

a_release_shows_the_hash_that_was_approved() {
    release exercise || fault "$status $(cat "$stack/answer")"
    call GET "/api/v1/alerts/$alert"
    expect_equal 'hash' "$hash" "$(jq -r .template_hash "$stack/answer")"
    prepare exercise "$stack/held" || fault "$status $(cat "$stack/answer")"
}

# Somebody changes one word in the database while the service is stopped.
a_changed_byte_blocks_the_family() {
    child_stop service
    sqlite3 "$stack/state/tuermer.db" "
        DROP TRIGGER template_is_not_changed;
        UPDATE template SET bytes = CAST(replace(CAST(bytes AS TEXT),
            'nur im Notfall', 'immer gerne__') AS BLOB)
        WHERE id = 'hw-rhein';" || fault 'sqlite3'
    stack_serve || give_up "it does not start any more"
    call_json POST /api/v1/alerts "$stack/held" \
        -H "Idempotency-Key: $(new_key)"
    expect_equal 'held preview' 409 "$status"
    request exercise >"$stack/body"
    call_json POST /api/v1/previews "$stack/body"
    expect_equal 'new preview' 409 "$status"
    expect_text 'type' 'template-blocked' "$stack/answer"
    call GET /api/v1/templates/hw-rhein
    expect_equal 'template' 409 "$status"
    expect_exit 0 tuermer_do --json template list
    expect_equal 'listed' blocked \
        "$(jq -r 'select(.id == "hw-rhein") | .state' "$stack/out")"
}

other_families_go_on() {
    call GET /api/v1/templates/stromausfall
    expect_equal 'status' '200 2' "$status $(jq -r .version "$stack/answer")"
    call GET /api/v1/templates
    expect_equal 'in force' stromausfall \
        "$(jq -r '.items[].id' "$stack/answer" | xargs)"
}

the_right_bytes_again_are_a_new_version() {
    expect_exit 0 tuermer_do --json template import \
        templates/catalogue/hw-rhein.json
    expect_equal 'answer' '2 draft' \
        "$(jq -r '"\(.version) \(.state)"' "$stack/out")"
    local name
    for name in demo-freigabe demo-ausloesung; do
        expect_exit 0 tuermer_do template approve hw-rhein --as "$name"
    done
    release exercise || fault "$status $(cat "$stack/answer")"
}

every_step_is_in_the_audit_log() {
    database_copy "$stack/copy.db"
    expect_equal 'leaves' \
        'template.approved 6 template.blocked 1 template.imported 4' \
        "$(sqlite3 -separator ' ' "$stack/copy.db" "
            SELECT type, count(*) FROM log WHERE type LIKE 'template.%'
            GROUP BY type ORDER BY type" | xargs)"
}

set_up
run_tests lint_needs_no_service_and_finds_the_catalogue_good \
    lint_names_file_and_place_of_what_is_wrong \
    a_bad_family_is_not_imported \
    import_makes_a_draft_that_nobody_can_use \
    two_others_must_approve_what_they_have_read \
    the_author_may_not_approve \
    a_release_shows_the_hash_that_was_approved \
    a_changed_byte_blocks_the_family \
    other_families_go_on \
    the_right_bytes_again_are_a_new_version \
    every_step_is_in_the_audit_log
