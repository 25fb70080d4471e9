#!/bin/bash
# What service/up promises of its children: none outlives it, however it ends.
. "$(dirname "$0")/harness.sh"

# A script with two children that take their time to stop; it waits for them
# as service/up does. Its children's command line has $mark in it.
parent_script='
. service/demo/children.sh
trap "child_stop_all; exit 143" TERM
for name in one two; do
    child_start "$name" "$1/$name.log" bash -c \
        "trap \"sleep 0.3; exit\" TERM; while :; do sleep 0.05; done" "$2"
done
echo "$name" >"$1/started"
wait -n "${child_pids[@]}"'

parent_start() {
    mark=child-$(random_hex 8)
    rm -f "$stack/started"
    bash -c "$parent_script" parent "$stack" "$mark" &
    parent=$!
}

# Both run, and would take their time to stop.
children_run() {
    [ "$(pgrep -c -f "^bash -c trap.*$mark")" -eq 2 ]
}

# Neither parent nor child, whatever the child is on its way to become.
all_gone() {
    ! pgrep -f "$mark" >/dev/null
}

a_script_that_is_told_to_stop_stops_its_children_first() {
    parent_start
    until_true 10 test -e "$stack/started" || fault "did not start"
    until_true 10 children_run || fault "no children"
    kill -TERM "$parent"
    wait "$parent"
    expect_equal "exit code" 143 $?
    all_gone || fault "a child outlives it"
}

a_script_that_is_killed_takes_its_children_along() {
    local delay
    for delay in 0 0.005 0.01 0.015 0.02 0.03 0.05 0.1 0.5; do
        parent_start
        sleep "$delay"
        kill -KILL "$parent"
        wait "$parent" 2>/dev/null
        until_true 10 all_gone || fault "a child lives on, $delay s"
    done
}

run_tests a_script_that_is_told_to_stop_stops_its_children_first \
    a_script_that_is_killed_takes_its_children_along
