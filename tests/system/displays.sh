#!/bin/bash
# Displays from outside: pairing, what a stranger at the broker can do, a
# broker that dies, a display that leaves.
. "$(dirname "$0")/harness.sh"

# stranger_writes TOPIC TEXT: retained, by somebody who has the service's password.
stranger_writes() {
    mosquitto_pub -h 127.0.0.1 -p "$port_mqtt" -V 5 -i stranger -q 1 -r \
        -u tuermer -P "$(cat "$stack/credentials/mqtt-password")" \
        -t "tuermer/v1/$1" -m "$2"
}

# retained TOPIC
retained() {
    mosquitto_sub -h 127.0.0.1 -p "$port_mqtt" -V 5 -i reader -C 1 -W 5 \
        -u tuermer -P "$(cat "$stack/credentials/mqtt-password")" \
        -t "tuermer/v1/$1"
}

display_is() {
    tuermer_do --json display list |
        jq -se --arg id "$stack_display" --arg state "$1" \
            'any(.id == $id and .state == $state)' >/dev/null
}

channel_is() {
    tuermer_do --json channel list |
        jq -se --arg state "$1" \
            'any(.channel == "displays" and .state == $state)' >/dev/null
}

the_display_is_online_and_shows_every_stream() {
    until_true 60 display_is online || fault "$(tuermer_do display list)"
    until_true 30 shows_current || fault "$(tuermer_do --json display list)"
}

# Own area and county, three streams each, all of them the newest.
shows_current() {
    tuermer_do --json display list |
        jq -se '.[0].showing | length == 6 and all(.current)' >/dev/null
}

pairing_judges_its_input() {
    expect_exit 1 tuermer_do display pair neu --area 12345678
    expect_text 'the field' 'area' "$stack/err"
    expect_exit 1 tuermer_do display pair 'a b' --area "$stack_area"
    expect_text 'the field' 'id' "$stack/err"
    expect_exit 2 tuermer_do display pair neu
}

without_rehearsal_there_is_no_rehearsal_key() {
    expect_exit 0 tuermer_do --json display pair neu --area "$stack_area"
    jq -e '(.keys + .topics + .acl) | any(contains("rehearsal")) | not' \
        "$stack/out" >/dev/null || fault "$(cat "$stack/out")"
    expect_exit 0 tuermer_do display revoke neu
    expect_exit 1 tuermer_do display revoke neu
}

only_operators_pair() {
    echo '{"id":"neu","area":"08336091"}' >"$stack/pair"
    call_json POST /api/v1/displays "$stack/pair"
    expect_equal 'status' 403 "$status"
}

is_shown() {
    grep -q "\"ev\":\"shown\",\"stream\":\"actual/$stack_area\".*$alert" \
        "$stack/log/display.log"
}

an_alert_is_shown_and_counted() {
    release actual || fault "not released: $(cat "$stack/answer")"
    expect_visible 60 displays
    until_true 10 is_shown || fault "$(tail -n 3 "$stack/log/display.log")"
    call GET "/api/v1/alerts/$alert"
    expect_equal 'shown' '{"expected":1,"confirmed":1}' \
        "$(jq -c '.deliveries[] | select(.channel == "displays") | .shown' \
            "$stack/answer")"
}

is_ours() {
    retained "actual/$stack_area" | grep -q "$alert"
}

a_foreign_publish_is_answered_told_and_not_shown() {
    local before after
    before=$(retained "actual/$stack_area" | jq -R 'fromjson? | .seq')
    stranger_writes "actual/$stack_area" evil
    until_true 10 channel_is degraded || fault "$(tuermer_do channel list)"
    until_true 10 is_ours || fault "the stranger's bytes are still there"
    after=$(retained "actual/$stack_area" | jq -R 'fromjson? | .seq')
    expect_equal 'number' "$before" "$after"
    until_true 10 grep -q '"ev":"refused".*"signature"' \
        "$stack/log/display.log" || fault "the display said nothing"
    tuermer_do --json audit show >"$stack/out"
    expect_text 'leaf' 'display.foreign_publish' "$stack/out"
    until_true 10 display_is bad_signature || fault "$(tuermer_do display list)"
}

a_killed_broker_comes_back_with_everything() {
    child_kill mosquitto
    until_true 10 channel_is down || fault "$(tuermer_do channel list)"
    # An alert is accepted without a broker and arrives with it.
    release actual || fault "not released: $(cat "$stack/answer")"
    expect_equal 'state without a broker' queued "$(state_of displays)"
    stack_broker || fault "the broker does not start"
    expect_visible 60 displays
}

a_display_that_leaves_says_so() {
    child_stop display 10
    until_true 10 display_is offline || fault "$(tuermer_do display list)"
    tuermer_do display revoke "$stack_display" >/dev/null
    until_true 5 display_is revoked || fault "$(tuermer_do display list)"
}

# A broker that replays an old state to a display that was switched off.
an_older_state_is_refused_after_a_restart() {
    sed -i "s/^actual.$stack_area 1 [0-9]*/actual\/$stack_area 1 999999/" \
        "$stack/display/store/sequence"
    : >"$stack/log/display.log"
    stack_play
    until_true 20 grep -q \
        "\"refused\",\"stream\":\"actual/$stack_area\",\"reason\":\"old\"" \
        "$stack/log/display.log" || fault "$(cat "$stack/log/display.log")"
    ! grep -q "\"shown\",\"stream\":\"actual/$stack_area\"" \
        "$stack/log/display.log" || fault "the old state was shown"
    child_stop display 10
}

system_start
run_tests the_display_is_online_and_shows_every_stream \
    pairing_judges_its_input without_rehearsal_there_is_no_rehearsal_key \
    only_operators_pair an_alert_is_shown_and_counted \
    a_foreign_publish_is_answered_told_and_not_shown \
    a_killed_broker_comes_back_with_everything \
    a_display_that_leaves_says_so an_older_state_is_refused_after_a_restart
