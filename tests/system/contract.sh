#!/bin/bash
# Sentences of the contract, asked from outside as a committee would: what
# becomes of an incident, on screens and in the API, and what is counted.
. "$(dirname "$0")/harness.sh"

set_up() {
    system_start
    stack_catalogue templates/catalogue/probealarm.json ||
        give_up 'probealarm'
    echo '{}' >"$stack/empty"
    release actual || give_up "release: $(cat "$stack/answer")"
    marker=${alert%-*}
}

# follow PATH KIND PARAMETERS: previews, submits and has it approved.
follow() {
    jq -n --arg kind "$2" --arg marker "$marker" --argjson values "$3" '{kind:
        $kind, incident: $marker, status: "actual", parameters: $values}' \
        >"$stack/follow"
    call_json POST /api/v1/previews "$stack/follow"
    [ "$status" = 200 ] || return 1
    jq --slurpfile a "$stack/answer" '. + {confirm: $a[0].digest}' \
        "$stack/follow" >"$stack/body"
    call_json POST "/api/v1/incidents/$marker/$1" "$stack/body" \
        -H "Idempotency-Key: $(new_key)"
    [ "$status" = 202 ] || return 1
    follower=$(jq -r .id "$stack/answer")
    [ "$(jq -r .state "$stack/answer")" = awaiting_approval ] || return 0
    call_as=demo-freigabe call_json POST \
        "/api/v1/alerts/$follower/approve" "$stack/empty"
    [ "$status" = 200 ]
}

news() {
    jq -cn --arg next "$(date -d '+2 hours' +%Y-%m-%dT%H:%M:00%:z)" \
        --argjson more "${1:-{\}}" \
        '{neu: "Der Pegel sinkt.", naechste_info: $next} + $more'
}

# What the topic of an area holds: the ids, in order.
on_topic() {
    mosquitto_sub -V 5 -q 1 -h 127.0.0.1 -p "$port_mqtt" -u tuermer \
        -P "$(cat "$stack/credentials/mqtt-password")" -W 5 -C 1 \
        -t "tuermer/v1/actual/$1" | head -n 1 | jq -r '.alerts[].id' | xargs
}

topic_holds() {
    [ "$(on_topic "$1")" = "$2" ]
}

incident_state() {
    call GET "/api/v1/incidents/$marker"
    jq -r .state "$stack/answer"
}

an_update_with_fewer_municipalities_leaves_the_others_screens() {
    until_true 10 topic_holds 08336069 "$alert" ||
        fault "before: $(on_topic 08336069)"
    follow update update "$(news '{"gemeinden": ["08336091"]}')" ||
        fault "update: $(cat "$stack/answer")"
    until_true 10 topic_holds 08336091 "$follower" ||
        fault "still named: $(on_topic 08336091)"
    until_true 10 topic_holds 08336069 '' ||
        fault "no longer named: $(on_topic 08336069)"
}

a_rejected_update_leaves_the_incident_open() {
    expect_equal 'before' open "$(incident_state)"
    jq -n --arg marker "$marker" --argjson values "$(news)" '{kind: "update",
        incident: $marker, status: "actual", parameters: $values}' \
        >"$stack/follow"
    call_json POST /api/v1/previews "$stack/follow"
    jq --slurpfile a "$stack/answer" '. + {confirm: $a[0].digest}' \
        "$stack/follow" >"$stack/body"
    call_json POST "/api/v1/incidents/$marker/update" "$stack/body" \
        -H "Idempotency-Key: $(new_key)"
    expect_equal 'update' 202 "$status"
    echo '{"reason": "noch nicht"}' >"$stack/reason"
    call_as=demo-freigabe call_json POST \
        "/api/v1/alerts/$(jq -r .id "$stack/answer")/reject" "$stack/reason"
    expect_equal 'reject' 200 "$status"
    expect_equal 'after' open "$(incident_state)"
}

# "Gilt weiter" must not follow the all-clear.
an_update_that_waited_too_long_does_not_go_out() {
    local waiting
    jq -n --arg marker "$marker" --argjson values "$(news)" '{kind: "update",
        incident: $marker, status: "actual", parameters: $values}' \
        >"$stack/follow"
    call_json POST /api/v1/previews "$stack/follow"
    jq --slurpfile a "$stack/answer" '. + {confirm: $a[0].digest}' \
        "$stack/follow" >"$stack/body"
    call_json POST "/api/v1/incidents/$marker/update" "$stack/body" \
        -H "Idempotency-Key: $(new_key)"
    waiting=$(jq -r .id "$stack/answer")
    follow all-clear all_clear '{}' || fault "$(cat "$stack/answer")"
    call_as=demo-freigabe call_json POST "/api/v1/alerts/$waiting/approve" \
        "$stack/empty"
    expect_equal 'approve' 409 "$status"
    expect_text 'type' '/preview-stale$' <(jq -r .type "$stack/answer")
    call GET "/api/v1/alerts/$waiting"
    expect_equal 'it still waits' awaiting_approval \
        "$(jq -r .state "$stack/answer")"
}

after_the_all_clear_nothing_goes_on() {
    expect_equal 'state' all_clear "$(incident_state)"
    ! follow update update "$(news)" || fault 'an update was taken'
    expect_equal 'update' 409 "$status"
    expect_text 'type' '/incident-closed$' <(jq -r .type "$stack/answer")
    ! follow all-clear all_clear '{}' || fault 'a second one was taken'
    expect_equal 'second all-clear' 409 "$status"
    follow retraction retraction '{}' || fault "$(cat "$stack/answer")"
    expect_equal 'state' retracted "$(incident_state)"
    ! follow retraction retraction '{}' || fault 'a second one was taken'
    expect_equal 'second retraction' 409 "$status"
}

# Both of a real preview and of an exercise's, which the website has not.
the_card_of_a_preview_is_on_the_console_too() {
    local kind url name digest
    for kind in actual exercise; do
        request "$kind" >"$stack/preview"
        call_json POST /api/v1/previews "$stack/preview"
        expect_equal "preview $kind" 200 "$status"
        url=$(jq -r '.channels[].image.url | values' "$stack/answer")
        digest=$(jq -r '.channels[].image.sha256 | values' "$stack/answer")
        name=${url##*/}
        expect_text 'name' '^[A-Za-z0-9_-]{22}\.jpg$' <(echo "$name")
        for url in "$url" "http://127.0.0.1:$port_console/karte/$name"; do
            expect_equal "$url" "$digest" \
                "sha256:$(curl -sS -m 10 "$url" | sha256sum | cut -d' ' -f1)"
        done
    done
    expect_equal 'an unknown one' 404 "$(curl -sS -m 10 -o /dev/null -w \
        '%{http_code}' "http://127.0.0.1:$port_console/karte/nichts.jpg")"
}

# "The next information at 16:00" of a drill is judged from its own start.
a_drill_of_tomorrow_has_tomorrows_times() {
    local hours
    for hours in 26 2; do
        request exercise | jq --arg start \
            "$(date -d '+24 hours' +%Y-%m-%dT%H:%M:00%:z)" --arg next \
            "$(date -d "+$hours hours" +%Y-%m-%dT%H:%M:00%:z)" '{template,
            name: "Rheinalarm", mode: "internal", starts_at: $start,
            duration_s: 60, parameters:
            (.parameters + {naechste_info: $next})}' >"$stack/drill"
        call_json POST /api/v1/drills "$stack/drill"
        expect_equal "$hours hours" "$([ "$hours" = 26 ] && echo 201 ||
            echo 422)" "$status"
    done
    expect_equal 'the field' '["parameters.naechste_info"]' \
        "$(jq -c '[.errors[].field]' "$stack/answer")"
}

a_public_drill_waits_for_another_releaser() {
    local at end drill
    at=$(date -d '+1 hour' +%Y-%m-%dT%H:%M:00%:z)
    end=$(date -d '+2 hours' +%Y-%m-%dT%H:%M:00%:z)
    expect_exit 0 tuermer_do --json drill plan --template probealarm \
        --mode public --at "$at" --duration 60 -p beginn="$at" -p ende="$end" \
        -p uebung_name='Bundesweiter Warntag' --as demo-ausloesung
    drill=$(jq -r .id "$stack/out")
    expect_exit 5 tuermer_do --json drill run "$drill" --as demo-ausloesung
    expect_text 'type' '/approval-missing$' <(jq -r .type "$stack/out")
    expect_exit 5 tuermer_do drill approve "$drill" --as demo-ausloesung
    expect_exit 0 tuermer_do drill approve "$drill" --as demo-freigabe
    expect_exit 0 tuermer_do drill cancel "$drill" --as demo-ausloesung
    expect_text 'state' 'abgesagt' "$stack/out"
}

# Page after page every alert comes once; "next" is absent at the end.
a_list_ends_where_it_ends() {
    local after='' seen='' wanted
    call GET /api/v1/alerts
    wanted=$(jq -r '.items[].id' "$stack/answer" | xargs)
    for _ in $wanted; do
        call GET "/api/v1/alerts?limit=1$after"
        seen="$seen $(jq -r '.items[].id' "$stack/answer" | xargs)"
        after="&after=$(jq -r '.next // "nothing"' "$stack/answer")"
    done
    expect_equal 'ids' " $wanted" "$seen"
    expect_equal 'next at the end' '&after=nothing' "$after"
    call GET '/api/v1/alerts?state=unsinn'
    expect_equal 'a state that is none' 422 "$status"
}

metrics_count_and_name_nobody() {
    status=$(curl -sS -m 10 -D "$stack/header" -o "$stack/answer" \
        -w '%{http_code}' "http://127.0.0.1:$port_console/metrics")
    expect_equal status 200 "$status"
    expect_text type '^Content-Type: text/plain; version=0.0.4' "$stack/header"
    local line
    for line in 'tuermer_releases_total{status="actual"} 4' \
        'tuermer_releases_total{status="exercise"} 0' \
        'tuermer_channel_ready{channel="displays"} 1' \
        'tuermer_deliveries{channel="website",state="failed"} 0' \
        'tuermer_ready 1'; do
        grep -qxF "$line" "$stack/answer" || fault "no line $line"
    done
    expect_text log '^tuermer_log_size [1-9][0-9]*$' "$stack/answer"
    expect_text commits '^tuermer_commit_median_seconds 0\.[0-9]{6}$' \
        "$stack/answer"
    ! grep -E 'demo-|LOE-' "$stack/answer" || fault 'it names somebody'
}

set_up
run_tests an_update_with_fewer_municipalities_leaves_the_others_screens \
    a_rejected_update_leaves_the_incident_open \
    an_update_that_waited_too_long_does_not_go_out \
    after_the_all_clear_nothing_goes_on \
    the_card_of_a_preview_is_on_the_console_too \
    a_drill_of_tomorrow_has_tomorrows_times \
    a_public_drill_waits_for_another_releaser \
    a_list_ends_where_it_ends metrics_count_and_name_nobody
