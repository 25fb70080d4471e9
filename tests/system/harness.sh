# Sourced by the system tests: the built program, driven from outside. Each
# script is one ctest test; its functions are named as sentences, run in the
# order given to run_tests and share one installation in a temporary folder.
#
#     TUERMER   the program under test
#     GATEWAY   the recording stand-in for the Graph API (tests/support)
#
# An expect_* that fails says so and the function goes on to its end, so that
# one run shows everything; the script's exit code tells.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. service/demo/children.sh
. service/demo/stack.sh

: "${TUERMER:?the program under test}"
tuermer=$TUERMER
stack=$(mktemp -d /tmp/tuermer-system.XXXXXX)
stack_demonstration=no
stack_patience=60 # sanitizers, and a machine that does other things too
test_name=
test_faults=0
tests_failed=0

system_end() {
    child_stop_all
    if [ -n "${TUERMER_KEEP:-}" ]; then
        echo "kept: $stack"
    else
        stack_remove
    fi
}
trap system_end EXIT
trap 'exit 130' INT TERM

fault() {
    echo "    $test_name: $*"
    test_faults=$((test_faults + 1))
}

# expect_equal WHAT WANTED GOT
expect_equal() {
    [ "$2" = "$3" ] || fault "$1: wanted \"$2\", got \"$3\""
}

# expect_exit CODE COMMAND...: output to $stack/out and $stack/err.
expect_exit() {
    local wanted=$1 code=0
    shift
    "$@" >"$stack/out" 2>"$stack/err" || code=$?
    if [ "$code" != "$wanted" ]; then
        fault "exit $code instead of $wanted: $*"
        sed 's/^/        /' "$stack/err" | tail -n 8
    fi
}

# expect_text WHAT PATTERN FILE
expect_text() {
    grep -qE -- "$2" "$3" || {
        fault "$1: \"$2\" is not in"
        head -c 600 "$3" | sed 's/^/        /'
    }
}

run_tests() {
    for test_name in "$@"; do
        test_faults=0
        "$test_name"
        if [ "$test_faults" -eq 0 ]; then
            echo "ok      $test_name"
        else
            echo "FAILED  $test_name"
            tests_failed=$((tests_failed + 1))
        fi
    done
    if [ "$tests_failed" -gt 0 ] && [ -f "$stack/log/service.log" ]; then
        echo "--- the service said:"
        tail -n 40 "$stack/log/service.log"
    fi
    exit "$((tests_failed > 0))"
}

# The program could not even be set up: nothing below makes sense.
give_up() {
    echo "FAILED  set-up: $*"
    [ ! -f "$stack/log/service.log" ] || tail -n 40 "$stack/log/service.log"
    exit 1
}

system_ports() {
    port_console=$(port_free) port_website=$(port_free)
    port_shadow=$(port_free) port_mqtt=$(port_free)
    port_websocket=$(port_free) port_gateway=$(port_free)
    stack_graph=http://127.0.0.1:$port_gateway/v26.0
}

# gateway_start [OPTION...]: what it received stands in $stack/gateway.log.
gateway_start() {
    child_start gateway "$stack/log/gateway.log" "$GATEWAY" \
        --port "$port_gateway" --log "$stack/gateway.log" "$@"
    stack_wait gateway port_taken "$port_gateway"
}

# A whole installation: broker, gateway, service, accounts, the catalogue's
# hw-rhein, one display.
system_start() {
    system_ports
    { stack_folders && stack_config && stack_broker_files && stack_broker &&
        gateway_start --polls "${gateway_polls:-1}" && stack_init && stack_serve && stack_accounts &&
        stack_catalogue templates/catalogue/hw-rhein.json &&
        stack_pair && stack_play; } || give_up "see above"
}

# The token that `tuermer login` keeps.
session_token() {
    cat "$stack/sessions/$1"
}

# call METHOD PATH [CURL OPTION...]: over the socket, as demo-ausloesung (or
# as $call_as; empty: the local user). Sets status; the answer stands in
# $stack/answer, its header in $stack/header.
call_as=demo-ausloesung
call() {
    local method=$1 path=$2 who=()
    shift 2
    if [ -n "$call_as" ]; then
        printf 'Authorization: Bearer %s\n' "$(session_token "$call_as")" \
            >"$stack/bearer"
        who=(-H "@$stack/bearer")
    fi
    status=$(curl -sS -m 20 --unix-socket "$stack_socket" -X "$method" \
        -D "$stack/header" -o "$stack/answer" -w '%{http_code}' \
        "${who[@]}" "$@" "http://localhost$path") || status=000
}

call_json() {
    call "$1" "$2" -H 'Content-Type: application/json' --data-binary "@$3" \
        "${@:4}"
}

new_key() {
    random_hex 12
}

# request STATUS: the body of a preview.
request() {
    jq -n --arg status "$1" --arg area "$stack_area" \
        --arg next "$(date -d "@$(($(date +%s) + 7200 + stack_shift))" \
            +%Y-%m-%dT%H:%M:00%:z)" '
        {template: "hw-rhein", status: $status, parameters: {
            gemeinden: [$area, "08336069"],
            gebiet: "Rheinufer bis Weil am Rhein",
            gebiet_kurz: "Weil am Rhein", pegel: "Basel-Rheinhalle",
            pegel_cm: 820, tendenz: "steigt", telefon: "07621 410-0",
            naechste_info: $next}}'
}

# prepare STATUS FILE: previews; FILE is then a body for POST /alerts.
prepare() {
    local ticked
    ticked=$(jq -c '[.kinds.alert.preconditions[] | select(.required) | .id]' \
        <(call GET /api/v1/templates/hw-rhein; cat "$stack/answer"))
    request "$1" >"$2.preview"
    call_json POST /api/v1/previews "$2.preview"
    [ "$status" = 200 ] || return 1
    jq --slurpfile answer "$stack/answer" --argjson ticked "$ticked" \
        '. + {confirm: $answer[0].digest, preconditions: $ticked}' \
        "$2.preview" >"$2"
}

# release STATUS: previews, submits, has it approved; sets alert to its id.
release() {
    alert=
    prepare "$1" "$stack/body" && submit_prepared
}

# What prepare has left in $stack/body, submitted and approved.
submit_prepared() {
    call_json POST /api/v1/alerts "$stack/body" \
        -H "Idempotency-Key: ${release_key:=$(new_key)}"
    unset release_key
    [ "$status" = 202 ] || return 1
    alert=$(jq -r .id "$stack/answer")
    if [ "$(jq -r .state "$stack/answer")" = awaiting_approval ]; then
        echo '{}' >"$stack/empty"
        call_as=demo-freigabe call_json POST \
            "/api/v1/alerts/$alert/approve" "$stack/empty"
        [ "$status" = 200 ]
    fi
}

# state_of CHANNEL: of the delivery of $alert, now.
state_of() {
    call GET "/api/v1/alerts/$alert"
    jq -r --arg channel "$1" \
        '.deliveries[] | select(.channel == $channel) | .state' \
        "$stack/answer"
}

is_visible() {
    [ "$(state_of "$1")" = visible ]
}

# expect_visible SECONDS CHANNEL...
expect_visible() {
    local seconds=$1 channel
    shift
    for channel in "$@"; do
        until_true "$seconds" is_visible "$channel" || {
            fault "$channel of $alert is not visible within $seconds s:" \
                "$(jq -c --arg channel "$channel" '.deliveries[]
                    | select(.channel == $channel)
                    | {state, outcome, attempts, detail}' "$stack/answer")"
        }
    done
}

# database_copy FILE: as it is on disk at one moment. The service stands still
# meanwhile, so that file and WAL fit each other, and no second process ever
# opens the original.
database_copy() {
    local pid
    pid=$(child_pid service) && kill -STOP "$pid"
    rm -f "$1" "$1-wal" "$1-shm"
    cp "$stack/state/tuermer.db" "$1"
    [ ! -e "$stack/state/tuermer.db-wal" ] ||
        cp "$stack/state/tuermer.db-wal" "$1-wal"
    [ -z "$pid" ] || kill -CONT "$pid"
}

# take_back ID: retracts it; makes room on the displays for the next one.
take_back() {
    local marker=${1%-*}
    jq -n '{status: "actual", kind: "retraction", incident: $marker,
        parameters: {}}' --arg marker "$marker" >"$stack/end.preview"
    call_json POST /api/v1/previews "$stack/end.preview"
    jq --slurpfile a "$stack/answer" '. + {confirm: $a[0].digest}' \
        "$stack/end.preview" >"$stack/end"
    call_json POST "/api/v1/incidents/$marker/retraction" "$stack/end" \
        -H "Idempotency-Key: $(new_key)"
    expect_equal "retraction of $marker" 202 "$status"
}

# No delivery is on its way any more. What found no room on the screens stays
# accepted, by contract.
settled() {
    call GET /api/v1/alerts
    jq -e '[.items[].deliveries[] | select(.state | IN("queued", "sending",
        "retry_wait", "unknown", "accepted"))
        | select(.state != "accepted" or .detail != "verdrängt")]
        | length == 0' "$stack/answer" >"$stack/settled"
}
