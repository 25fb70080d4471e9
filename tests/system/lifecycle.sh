#!/bin/bash
# Start and stop, seen from outside: exit codes, a second instance, wrong
# configurations, rights of files.
. "$(dirname "$0")/harness.sh"

set_up() {
    system_ports
    stack_folders && stack_config && stack_broker_files && stack_broker &&
        gateway_start || give_up "see above"
}

# with_config SED-PROGRAM: a configuration like ours, changed in one place.
with_config() {
    sed "$1" "$stack/tuermer.conf" >"$stack/other.conf"
}

serve_other() {
    timeout 30 "$tuermer" --config "$stack/other.conf" serve
}

without_init_serve_says_what_to_do() {
    expect_exit 1 timeout 30 "$tuermer" --config "$stack/tuermer.conf" serve
    expect_text 'the words' 'init' "$stack/err"
}

init_asks_nothing_and_prints_the_keys() {
    expect_exit 0 tuermer_do --json init
    jq -e '.state_dir and .audit_key and (.display_keys | length >= 3)' \
        "$stack/out" >/dev/null || fault "$(cat "$stack/out")"
    [ -z "$(find "$stack/state" -type f -perm /077)" ] ||
        fault "files that others may read: $(find "$stack/state" -type f \
            -perm /077 | tr '\n' ' ')"
}

init_refuses_an_existing_state() {
    expect_exit 1 tuermer_do init
}

serve_becomes_ready() {
    stack_serve || fault "not ready"
    curl -fsS -m 2 "http://127.0.0.1:$port_console/healthz" >/dev/null ||
        fault "healthz"
}

# The same state with other listeners, so that only the lock can tell.
a_second_instance_exits_75() {
    sed "s/:$port_console/:$(port_free)/; s/:$port_website/:$(port_free)/
         s/:$port_shadow/:$(port_free)/" "$stack/tuermer.conf" \
        >"$stack/other.conf"
    expect_exit 75 serve_other
    stack_ready >"$stack/out" || fault "the first one is not ready any more"
}

an_unknown_key_is_exit_78_with_its_line() {
    with_config 's/^marker_prefix = LOE/marker_prefixx = LOE/'
    expect_exit 78 serve_other
    expect_text 'line and key' ':[0-9]+:.*marker_prefixx' "$stack/err"
}

an_unknown_section_is_exit_78() {
    with_config 's/^\[masterdata\]/[masterdate]/'
    expect_exit 78 serve_other
    expect_text 'section' 'masterdate' "$stack/err"
}

a_missing_key_is_exit_78() {
    with_config '/^page_id/d'
    expect_exit 78 serve_other
    expect_text 'key' 'page_id' "$stack/err"
}

a_value_of_the_wrong_form_is_exit_78() {
    with_config 's/^listen = 127.0.0.1:.*/listen = nowhere/'
    expect_exit 78 serve_other
}

plain_http_beyond_loopback_is_exit_78() {
    with_config 's#^graph_url = .*#graph_url = http://192.0.2.1/v26.0#'
    expect_exit 78 serve_other
    expect_text 'key' 'graph_url' "$stack/err"
}

a_demonstration_leaves_no_loopback() {
    with_config 's/^demonstration = .*/demonstration = yes/
                 s#^graph_url = .*#graph_url = https://192.0.2.1/v26.0#'
    expect_exit 78 serve_other
}

a_credential_that_others_may_read_is_exit_78_and_named() {
    chmod 644 "$stack/credentials/facebook-token"
    with_config ''
    expect_exit 78 serve_other
    expect_text 'file' 'facebook-token' "$stack/err"
    chmod 600 "$stack/credentials/facebook-token"
}

without_the_service_the_command_line_exits_6() {
    expect_exit 6 tuermer_do channel list
}

wrong_usage_exits_2() {
    expect_exit 2 tuermer_do alert explode
    expect_exit 2 tuermer_do
}

sigterm_stops_it_cleanly() {
    local pid code=0
    pid=$(child_pid service)
    kill -TERM "$pid"
    until_true 15 gone "$pid" || fault "still there after 15 s"
    wait "$pid" || code=$?
    expect_equal 'exit code' 0 "$code"
    child_forget service
}

gone() {
    ! kill -0 "$1"
}

it_starts_again_on_the_same_state() {
    stack_serve || fault "not ready"
    child_stop service 15
}

set_up
run_tests without_init_serve_says_what_to_do \
    init_asks_nothing_and_prints_the_keys init_refuses_an_existing_state \
    serve_becomes_ready a_second_instance_exits_75 wrong_usage_exits_2 \
    sigterm_stops_it_cleanly an_unknown_key_is_exit_78_with_its_line \
    an_unknown_section_is_exit_78 a_missing_key_is_exit_78 \
    a_value_of_the_wrong_form_is_exit_78 \
    plain_http_beyond_loopback_is_exit_78 a_demonstration_leaves_no_loopback \
    a_credential_that_others_may_read_is_exit_78_and_named \
    without_the_service_the_command_line_exits_6 \
    it_starts_again_on_the_same_state
