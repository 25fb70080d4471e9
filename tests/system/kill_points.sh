#!/bin/bash
# kill -9 at each durable point of architecture.md, before and after its
# commit, and around the rename of a page; then a restart and the same key
# again. In the end the alert is visible everywhere, once.
# TUERMER is tests/kill's program, which dies on command.
. "$(dirname "$0")/harness.sh"

points="D1:before D1:after D2:before D2:after D3:before D3:after
    D4:before D4:after D5:before D5:after D6:before D6:after
    D6:before-rename D6:after-rename"
: >"$stack/accepted"
export TUERMER_KILL_ARM=$stack/arm

service_is_gone() {
    ! child_lives service
}

# One more try of the same release; 409 at the approval: it was taken.
release_again() {
    release_key=$1
    call_json POST /api/v1/alerts "$stack/body" \
        -H "Idempotency-Key: $release_key"
    [ "$status" = 202 ] || return 1
    alert=$(jq -r .id "$stack/answer")
    call_as=demo-freigabe call_json POST \
        "/api/v1/alerts/$alert/approve" "$stack/empty"
    [[ $status =~ ^(200|409)$ ]]
}

one_point() {
    local key
    key=$(new_key)
    child_stop service
    TUERMER_KILL=$1 stack_serve || give_up "no start"
    prepare actual "$stack/body" || fault "$1: preview $status"
    : >"$stack/arm"
    release_again "$key" 2>/dev/null
    until_true 90 service_is_gone || fault "$1: the service did not die"
    rm -f "$stack/arm" "$stack_socket"
    child_kill service
    stack_serve || give_up "no restart after $1"
    release_again "$key" || fault "$1: $status $(cat "$stack/answer")"
    echo "$key" >>"$stack/accepted"
    expect_visible 150 facebook instagram website displays
    take_back "$alert"
    # Stopped now, its post would be in doubt for more than a minute.
    alert=${alert%-*}-2
    expect_visible 150 facebook instagram
}

# The drill's alerts, one a line.
drill_alerts() {
    call GET "/api/v1/alerts?limit=500"
    jq -r --arg drill "$1" '.items[]
        | select(.drill == $drill and .kind == "alert") | .id' "$stack/answer"
}

drill_is_over() {
    call GET "/api/v1/drills/$1/report"
    jq -e '.state | IN("passed", "failed", "missed", "cancelled")' \
        "$stack/answer" >"$stack/over"
}

# D7: the slot is used once, whatever happens around it.
one_drill_point() {
    local drill n
    child_stop service
    TUERMER_KILL=$1 stack_serve || give_up "no start"
    request exercise | jq '{template, parameters, name: "Probe", mode:
        "internal", starts_at: "now", duration_s: 5}' >"$stack/drill"
    : >"$stack/arm"
    call_json POST /api/v1/drills "$stack/drill"
    drill=$(jq -r '.id // empty' "$stack/answer")
    until_true 90 service_is_gone || fault "$1: the service did not die"
    rm -f "$stack/arm" "$stack_socket"
    child_kill service
    stack_serve || give_up "no restart after $1"
    if [ -z "$drill" ]; then
        call GET /api/v1/drills
        drill=$(jq -r '.items[0].id // empty' "$stack/answer")
    fi
    [ -n "$drill" ] || return 0
    until_true 120 drill_is_over "$drill" ||
        fault "$1: the drill does not end: $(cat "$stack/answer")"
    n=$(drill_alerts "$drill" | wc -l)
    case $1 in
    *:after) expect_equal "$1: alerts of the drill" 1 "$n" ;;
    *) [ "$n" -le 1 ] || fault "$1: $n alerts of one slot" ;;
    esac
}

killed_at_a_drills_slot_it_is_used_once() {
    local point
    for point in ${DRILL_POINTS-D7:before D7:after}; do
        echo "  $point"
        one_drill_point "$point"
    done
    until_true 240 settled || fault "still open after 240 s"
    database_copy "$stack/copy.db"
    tests/system/invariants "$stack/copy.db" --healed \
        --effects "$stack/gateway.log" || fault "see above"
}

killed_at_each_durable_point_nothing_is_lost_and_nothing_is_twice() {
    local point
    echo '{}' >"$stack/empty"
    for point in ${POINTS:-$points}; do
        echo "  $point"
        one_point "$point"
    done
    until_true 240 settled || fault "still open after 240 s"
    database_copy "$stack/copy.db"
    tests/system/invariants "$stack/copy.db" --healed \
        --effects "$stack/gateway.log" --accepted "$stack/accepted" ||
        fault "see above"
}

system_start
run_tests killed_at_a_drills_slot_it_is_used_once \
    killed_at_each_durable_point_nothing_is_lost_and_nothing_is_twice
