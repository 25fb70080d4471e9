#!/bin/bash
# Malformed triggers: each gets its status, a problem that names the field,
# and leaves nothing behind; and a key that was refused is still good.
. "$(dirname "$0")/harness.sh"

counts() {
    database_copy "$stack/copy.db"
    sqlite3 "$stack/copy.db" "
        SELECT 'alert', count(*) FROM alert;
        SELECT 'incident', count(*) FROM incident;
        SELECT 'delivery', count(*) FROM delivery;
        SELECT 'attempt', count(*) FROM attempt;
        SELECT 'draft', count(*), sum(used) FROM draft;
        SELECT 'leaf', count(*) FROM log WHERE type LIKE 'alert.%';"
}

# refused NAME STATUS FIELD CURL-OPTION...: a POST of /alerts; FIELD "-" when
# the problem has no field to name.
refused() {
    local name=$1 wanted=$2 field=$3
    shift 3
    call "${method:-POST}" "${path:-/api/v1/alerts}" "$@"
    rows=$((rows + 1))
    if [ "$status" != "$wanted" ]; then
        fault "$name: $status instead of $wanted: $(head -c 300 \
            "$stack/answer")"
        return
    fi
    grep -qi '^content-type: application/problem+json' "$stack/header" ||
        fault "$name: no problem+json: $(grep -i content-type \
            "$stack/header")"
    jq -e --argjson status "$wanted" '(.type | type) == "string"
        and (.title | type) == "string" and .status == $status
        and (.detail | length) > 0' "$stack/answer" >"$stack/out" 2>&1 ||
        fault "$name: not RFC 9457: $(head -c 300 "$stack/answer")"
    [ "$field" = - ] || jq -e --arg field "$field" 'any(.errors[];
        (.message | length) > 0 and
        (.field | test("(^|[./])" + $field + "($|[./\\[])")))' \
        "$stack/answer" >"$stack/out" 2>&1 ||
        fault "$name: does not name $field: $(head -c 300 "$stack/answer")"
}

# body NAME STATUS FIELD JQ-PROGRAM: the good body, changed in one place.
body() {
    jq "$4" "$good" >"$stack/bad"
    bytes "$1" "$2" "$3" "$stack/bad"
}

# What a template asks for is judged by the preview: behind it, a body with
# other parameters is simply not what was confirmed.
at_the_preview() {
    path=/api/v1/previews good=$stack/good.preview "$@"
}

# bytes NAME STATUS FIELD FILE: exactly these bytes.
bytes() {
    refused "$1" "$2" "$3" -H 'Content-Type: application/json' \
        -H "Idempotency-Key: $key" --data-binary "@$4"
}

# text NAME STATUS FIELD FROM TO: the good body with FROM replaced by TO,
# which printf may spell with \x escapes.
text() {
    local whole new
    whole=$(cat "$good")
    # shellcheck disable=SC2059 # TO is a format on purpose
    new=$(printf "$5")
    printf '%s' "${whole/"$4"/"$new"}" >"$stack/bad"
    bytes "$1" "$2" "$3" "$stack/bad"
}

set_up_good_body() {
    prepare exercise "$stack/good" || give_up "preview: $(cat "$stack/answer")"
    good=$stack/good
    key=$(new_key)
    rows=0
}

a_body_that_is_not_json_is_refused() {
    printf '' >"$stack/bad"
    bytes 'empty body' 400 - "$stack/bad"
    printf '{"template":' >"$stack/bad"
    bytes 'half a body' 400 - "$stack/bad"
    printf '[]' >"$stack/bad"
    bytes 'an array' 400 - "$stack/bad"
    printf '"hw-rhein"' >"$stack/bad"
    bytes 'a string' 400 - "$stack/bad"
    printf 'null' >"$stack/bad"
    bytes 'null' 400 - "$stack/bad"
    { cat "$stack/good" && echo '{}'; } >"$stack/bad"
    bytes 'something behind it' 400 - "$stack/bad"
    text 'duplicate key' 400 - '"status"' '"status":"actual","status"'
    text 'duplicate key inside' 400 - '"pegel_cm"' '"pegel_cm":1,"pegel_cm"'
    text 'invalid UTF-8' 400 - 'Rheinufer' 'Rhein\xc3\x28ufer'
    text 'overlong UTF-8' 400 - 'Rheinufer' 'Rhein\xc0\xafufer'
    text 'half a surrogate pair' 400 - 'Rheinufer' 'Rhein\\ud800ufer'
    text 'NaN' 400 - '820' 'NaN'
    jq -nc '[range(100000) | "["] | add' -r >"$stack/bad"
    truncate -s 60000 "$stack/bad"
    bytes 'sixty thousand brackets' 400 - "$stack/bad"
}

a_field_of_the_wrong_type_is_named() {
    body 'template is a number' 422 template '.template = 1'
    body 'template is missing' 422 template 'del(.template)'
    body 'template is null' 422 template '.template = null'
    at_the_preview body 'unknown template' 422 template \
        '.template = "hw-nil"'
    body 'template too long' 422 template '.template = ("x" * 300)'
    body 'kind unknown' 422 kind '.kind = "panic"'
    body 'status is missing' 422 status 'del(.status)'
    body 'status unknown' 422 status '.status = "test"'
    body 'status is a boolean' 422 status '.status = true'
    body 'channels is a text' 422 channels '.channels = "facebook"'
    body 'no channel' 422 channels '.channels = []'
    body 'unknown channel' 422 channels '.channels = ["fax"]'
    body 'parameters is a list' 422 parameters '.parameters = []'
    body 'confirm is missing' 422 confirm 'del(.confirm)'
    body 'confirm is a number' 422 confirm '.confirm = 7'
    body 'preconditions is a text' 422 preconditions '.preconditions = "x"'
    body 'a precondition is a number' 422 preconditions '.preconditions = [1]'
    body 'break-glass is a text' 422 break_glass '.break_glass = "now"'
}

an_unknown_field_is_named() {
    body 'at the top' 422 dringend '.dringend = true'
    at_the_preview body 'in the parameters' 422 wetter '.parameters.wetter = "nass"'
    at_the_preview body 'an automatic one' 422 stand \
        '.parameters.stand = "2026-11-24T12:00:00+01:00"'
}

a_parameter_outside_its_limits_is_named() {
    at_the_preview parameters
}

parameters() {
    body 'missing' 422 pegel_cm 'del(.parameters.pegel_cm)'
    body 'number as text' 422 pegel_cm '.parameters.pegel_cm = "820"'
    body 'fraction' 422 pegel_cm '.parameters.pegel_cm = 820.5'
    body 'too low' 422 pegel_cm '.parameters.pegel_cm = -1'
    body 'too high' 422 pegel_cm '.parameters.pegel_cm = 1501'
    body 'beyond 64 bits' 422 pegel_cm \
        '.parameters.pegel_cm = 1e30'
    body 'no such gauge' 422 pegel '.parameters.pegel = "Loch Ness"'
    body 'no such tendency' 422 tendenz '.parameters.tendenz = "quer"'
    body 'text too long' 422 gebiet_kurz '.parameters.gebiet_kurz = ("x" * 29)'
    body 'text is a number' 422 gebiet '.parameters.gebiet = 5'
    body 'empty text' 422 gebiet_kurz '.parameters.gebiet_kurz = ""'
    body 'no municipality' 422 gemeinden '.parameters.gemeinden = []'
    body 'unknown municipality' 422 gemeinden \
        '.parameters.gemeinden = ["08111000"]'
    body 'municipalities as text' 422 gemeinden \
        '.parameters.gemeinden = "08336050"'
    body 'emergency number as phone' 422 telefon '.parameters.telefon = "112"'
    body 'phone not in the master data' 422 telefon \
        '.parameters.telefon = "0761 2187-0"'
    body 'time without offset or day' 422 naechste_info \
        '.parameters.naechste_info = "bald"'
    body 'time that is over' 422 naechste_info \
        '.parameters.naechste_info = "2020-01-01T00:00:00+01:00"'
    body '31 February' 422 naechste_info \
        '.parameters.naechste_info = "2027-02-31T12:00:00+01:00"'
}

characters_that_deceive_are_refused() {
    at_the_preview characters
}

characters() {
    text 'NUL' 422 gebiet 'Rheinufer' 'Rhein\\u0000ufer'
    text 'escape' 422 gebiet 'Rheinufer' 'Rhein\\u001bufer'
    text 'line feed' 422 gebiet 'Rheinufer' 'Rhein\\nufer'
    text 'delete' 422 gebiet 'Rheinufer' 'Rhein\x7fufer'
    text 'C1 control' 422 gebiet 'Rheinufer' 'Rhein\xc2\x85ufer'
    text 'right-to-left override' 422 gebiet 'Rheinufer' \
        'Rhein\xe2\x80\xaeufer'
    text 'isolate' 422 gebiet 'Rheinufer' 'Rhein\xe2\x81\xa6ufer'
    text 'a raw control byte' 400 - 'Rheinufer' 'Rhein\x01ufer'
}

a_wrong_header_or_method_is_refused() {
    local json='Content-Type: application/json'
    refused 'no key' 400 - -H "$json" --data-binary "@$stack/good"
    refused 'empty key' 400 - -H "$json" -H 'Idempotency-Key;' \
        --data-binary "@$stack/good"
    refused 'key with a space' 400 - -H "$json" -H 'Idempotency-Key: a b' \
        --data-binary "@$stack/good"
    refused 'key of 129 characters' 400 - -H "$json" \
        -H "Idempotency-Key: $(printf 'k%.0s' {1..129})" \
        --data-binary "@$stack/good"
    refused 'form' 415 - -H 'Content-Type: application/x-www-form-urlencoded' \
        -H "Idempotency-Key: $key" --data-binary "@$stack/good"
    refused 'text' 415 - -H 'Content-Type: text/plain' \
        -H "Idempotency-Key: $key" --data-binary "@$stack/good"
    refused 'no content type' 415 - -H 'Content-Type:' \
        -H "Idempotency-Key: $key" --data-binary "@$stack/good"
    method=PUT refused 'PUT' 405 - -H "$json" -H "Idempotency-Key: $key" \
        --data-binary "@$stack/good"
    expect_text 'PUT' '^[Aa]llow: .*POST' "$stack/header"
    method=DELETE refused 'DELETE' 405 -
    path=/api/v1/alarms refused 'no such path' 404 - -H "$json" \
        -H "Idempotency-Key: $key" --data-binary "@$stack/good"
}

a_body_of_64_kib_and_one_is_refused() {
    { cat "$stack/good" && head -c 65537 /dev/zero | tr '\0' ' '; } |
        head -c 65537 >"$stack/bad"
    bytes 'one byte too many' 413 - "$stack/bad"
    refused 'the same in chunks' 413 - -H 'Content-Type: application/json' \
        -H "Idempotency-Key: $key" -H 'Transfer-Encoding: chunked' \
        --data-binary "@$stack/bad"
}

a_preview_that_does_not_fit_is_refused() {
    body 'unknown digest' 409 - '.confirm = "sha256:" + ("0" * 64)'
    jq -e '.type | endswith("/preview-stale")' "$stack/answer" >"$stack/out" ||
        fault "unknown digest: type $(jq -c .type "$stack/answer")"
    body 'other parameters than previewed' 422 confirm \
        '.parameters.pegel_cm = 821'
    body 'other status than previewed' 422 confirm '.status = "actual"'
}

nothing_of_it_is_stored() {
    expect_equal 'rows' "$before" "$(counts)"
    [ "$rows" -ge 40 ] || fault "only $rows malformed triggers"
    echo "        $rows malformed triggers"
}

a_refused_key_is_still_good() {
    call_json POST /api/v1/alerts "$stack/good" -H "Idempotency-Key: $key"
    expect_equal status 202 "$status"
    alert=$(jq -r .id "$stack/answer")
}

the_same_key_gives_the_same_alert_once() {
    call_json POST /api/v1/alerts "$stack/good" -H "Idempotency-Key: $key"
    expect_equal status 202 "$status"
    expect_equal id "$alert" "$(jq -r .id "$stack/answer")"
    expect_text replay '^[Ii]dempotent-[Rr]eplay: true' "$stack/header"
    before=$(counts)
    body 'reused key with another body' 409 - '.parameters.pegel_cm = 1'
    key=$(new_key)
    body 'used preview with a new key' 409 - .
    expect_equal 'rows' "$before" "$(counts)"
}

system_start
set_up_good_body
before=$(counts)
run_tests a_body_that_is_not_json_is_refused \
    a_field_of_the_wrong_type_is_named an_unknown_field_is_named \
    a_parameter_outside_its_limits_is_named \
    characters_that_deceive_are_refused a_wrong_header_or_method_is_refused \
    a_body_of_64_kib_and_one_is_refused \
    a_preview_that_does_not_fit_is_refused nothing_of_it_is_stored \
    a_refused_key_is_still_good the_same_key_gives_the_same_alert_once
