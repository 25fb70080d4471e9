#!/bin/bash
# Who comes in at the console's door: logins, cookies, forged requests, codes
# used twice, guessing, and that no secret lies anywhere it could be read.
. "$(dirname "$0")/harness.sh"

set_up() {
    system_ports
    stack_folders && stack_config && stack_broker_files && stack_broker &&
        gateway_start && stack_init && stack_serve || give_up "see above"
    base=http://127.0.0.1:$port_console
    for name in erika egon ines; do
        stack_account "$name" releaser,approver || give_up "account $name"
    done
}

# web METHOD PATH JAR [CURL OPTION...]: at the console's listener.
web() {
    local method=$1 path=$2 jar=$3
    shift 3
    status=$(curl -sS -m 20 -X "$method" -D "$stack/header" \
        -o "$stack/answer" -w '%{http_code}' -b "$jar" -c "$jar" "$@" \
        "$base/api/v1$path") || status=000
}

web_json() {
    web "$1" "$2" "$3" -H 'Content-Type: application/json' --data-binary @- \
        "${@:4}"
}

# credentials NAME [PASSWORD [CODE]]
credentials() {
    jq -cn --arg user "$1" \
        --arg password "${2:-$(cat "$stack/accounts/$1.password")}" \
        --arg totp "${3:-$(stack_code "$1")}" \
        '{user: $user, password: $password, totp: $totp}'
}

# web_login NAME: leaves the cookies in $stack/NAME.jar and sets csrf.
web_login() {
    local body
    body=$(credentials "$1")
    stack_step >"$stack/accounts/$1.step"
    web_json POST /session "$stack/$1.jar" <<<"$body"
    expect_equal "login of $1" 200 "$status"
    csrf=$(jq -r .csrf "$stack/answer")
}

answer_type() {
    jq -r .type "$stack/answer"
}

a_login_sets_a_session_and_a_device_cookie() {
    web_login erika
    expect_text session '^Set-Cookie: tuermer=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Strict' \
        "$stack/header"
    expect_text device '^Set-Cookie: tuermer-device=[A-Za-z0-9_-]{43};.*Max-Age=7776000' \
        "$stack/header"
    expect_equal roles '["approver","releaser"]' \
        "$(jq -c .roles "$stack/answer")"
    jq -e '.step_up_until | test("T.*[+]")' "$stack/answer" >"$stack/out" ||
        fault "step_up_until: $(cat "$stack/answer")"
    web GET /alerts "$stack/erika.jar"
    expect_equal 'a read with the cookie' 200 "$status"
}

a_change_needs_the_csrf_token_and_the_own_origin() {
    local jar=$stack/erika.jar
    web_json POST /previews "$jar" <<<'{}'
    expect_equal 'without a token' 403 "$status"
    expect_text type '/csrf$' <(answer_type)
    web_json POST /previews "$jar" -H 'X-CSRF-Token: falsch' <<<'{}'
    expect_equal 'with a wrong one' 403 "$status"
    web_json POST /previews "$jar" -H "X-CSRF-Token: $csrf" \
        -H 'Origin: https://fremd.example' <<<'{}'
    expect_equal 'from a foreign page' 403 "$status"
    expect_text type '/origin$' <(answer_type)
    web_json POST /previews "$jar" -H "X-CSRF-Token: $csrf" \
        -H "Origin: $base" <<<'{}'
    expect_equal 'from the own page (fields missing)' 422 "$status"
}

# The same answer whatever was wrong.
a_wrong_part_is_401_without_saying_which() {
    local first body
    for body in "$(credentials erika falsch-falsch 000000)" \
        "$(credentials erika "$(cat "$stack/accounts/erika.password")" 000000)" \
        "$(credentials niemand falsch-falsch 000000)" \
        "$(credentials erika "$(cat "$stack/accounts/erika.password")" ' ')"
    do
        web_json POST /session "$stack/wrong.jar" <<<"$body"
        expect_equal "status for $body" 401 "$status"
        : "${first:=$(cat "$stack/answer")}"
        expect_equal "answer for $body" "$first" "$(cat "$stack/answer")"
    done
}

a_code_opens_one_session_of_thirty() {
    local body opened
    body=$(credentials egon)
    stack_step >"$stack/accounts/egon.step"
    opened=$(for _ in $(seq 30); do
        curl -sS -m 60 --unix-socket "$stack_socket" -o /dev/null \
            -w '%{http_code}\n' -H 'Content-Type: application/json' \
            --data-binary "$body" http://localhost/api/v1/session &
    done | sort | uniq -c | awk '$2 == 200 { print $1 }')
    expect_equal 'sessions opened' 1 "$opened"
}

a_step_up_takes_a_code_once() {
    local body
    body=$(jq -cn --arg totp "$(stack_code erika)" '{totp: $totp}')
    stack_step >"$stack/accounts/erika.step"
    web_json POST /session/step-up "$stack/erika.jar" \
        -H "X-CSRF-Token: $csrf" <<<"$body"
    expect_equal 'a fresh code' 200 "$status"
    web_json POST /session/step-up "$stack/erika.jar" \
        -H "X-CSRF-Token: $csrf" <<<"$body"
    expect_equal 'the same again' 403 "$status"
    expect_text type '/code-used$' <(answer_type)
}

a_session_survives_a_kill() {
    child_kill service
    stack_serve || fault "not ready again"
    web GET /alerts "$stack/erika.jar"
    expect_equal 'after the restart' 200 "$status"
}

guessing_is_429_and_a_known_device_comes_in() {
    local codes='' i
    for i in $(seq 12); do
        web_json POST /session "$stack/none.jar" \
            <<<"$(credentials erika "falsch-falsch-$i" 000000)"
        codes+="$status "
    done
    expect_text 'some are slowed' '429' <(echo "$codes")
    web_json POST /session "$stack/none.jar" \
        <<<"$(credentials erika falsch-falsch 000000)"
    expect_equal 'still' 429 "$status"
    expect_text Retry-After '^Retry-After: [0-9]+' "$stack/header"
    web_login erika
}

ending_a_session_ends_its_streams_at_once() {
    curl -sSN -m 30 -b "$stack/erika.jar" "$base/api/v1/events" \
        >"$stack/events" 2>&1 &
    local stream=$!
    until_true 5 grep -q . "$stack/events" || true
    web DELETE /session "$stack/erika.jar" -H "X-CSRF-Token: $csrf"
    expect_equal 'logout' 204 "$status"
    until_true 2 stream_is_over "$stream" || fault 'the stream goes on'
    kill "$stream" 2>/dev/null
    wait "$stream" 2>/dev/null
    web GET /alerts "$stack/erika.jar"
    expect_equal 'after the logout' 401 "$status"
}

stream_is_over() {
    ! kill -0 "$1" 2>/dev/null
}

a_disabled_account_is_out() {
    web_login ines
    expect_exit 0 tuermer_do user disable ines
    web GET /alerts "$stack/ines.jar"
    expect_equal 'its session' 401 "$status"
    expect_exit 1 tuermer_do user disable niemand
}

users_are_for_operators() {
    call_as='' call GET /api/v1/users
    expect_equal 'over the socket' 200 "$status"
    stack_login egon || fault 'login of egon'
    call_as=egon call GET /api/v1/users
    expect_equal 'as a releaser' 403 "$status"
    expect_exit 5 tuermer_do user list --as egon
    expect_exit 1 tuermer_do user add erika --roles author
    printf 'zu kurz\n' >"$stack/short"
    expect_exit 1 tuermer_do user add kurt --roles author \
        --password-file "$stack/short"
    chmod 644 "$stack/short"
    expect_exit 78 tuermer_do user add kurt --roles author \
        --password-file "$stack/short"
}

logins_are_in_the_log() {
    expect_exit 0 tuermer_do --json audit show
    local type
    for type in user.added session.opened session.refused session.step_up \
        session.closed user.disabled; do
        expect_text "$type" "\\\\\"type\\\\\":\\\\\"$type\\\\\"" "$stack/out"
    done
}

# Neither in the database nor in what the service says, nor in its arguments.
no_secret_is_anywhere() {
    local secret
    database_copy "$stack/copy.db"
    tr '\0' '\n' <"/proc/$(child_pid service)/cmdline" >"$stack/args"
    tr '\0' '\n' <"/proc/$(child_pid service)/environ" >>"$stack/args"
    for secret in "$stack"/accounts/*.password "$stack"/accounts/*.secret \
        "$stack"/sessions/* "$stack"/credentials/*; do
        grep -qF -f "$secret" -- "$stack"/copy.db* "$stack/args" \
            "$stack"/log/*.log && fault "$secret lies in a file"
    done
}

set_up
run_tests a_login_sets_a_session_and_a_device_cookie \
    a_change_needs_the_csrf_token_and_the_own_origin \
    a_wrong_part_is_401_without_saying_which \
    a_code_opens_one_session_of_thirty \
    a_step_up_takes_a_code_once \
    a_session_survives_a_kill \
    guessing_is_429_and_a_known_device_comes_in \
    ending_a_session_ends_its_streams_at_once \
    a_disabled_account_is_out \
    users_are_for_operators \
    logins_are_in_the_log \
    no_secret_is_anywhere
