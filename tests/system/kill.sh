#!/bin/bash
# kill -9 in the middle of releasing, some rounds, at a moment that a seed
# chooses; then a restart. Whoever had no answer asks again with the same key.
# In the end every accepted alert is visible everywhere, once.
# (The flow tests kill at each durable point; here the moment is blind.)
. "$(dirname "$0")/harness.sh"

seed=${SEED:-$((RANDOM))}
rounds=${ROUNDS:-4}
alerts=2 # a round; more than eight together would not fit on a display
RANDOM=$seed
echo "SEED=$seed ROUNDS=$rounds"
: >"$stack/accepted"

# submit BODY KEY NAME: one client; what it was told stands in files NAME.*.
submit() {
    curl -sS -m 20 --unix-socket "$stack_socket" -o "$3.answer" \
        -w '%{http_code}' -H "@$stack/bearer.submit" \
        -H 'Content-Type: application/json' -H "Idempotency-Key: $2" \
        --data-binary "@$1" http://localhost/api/v1/alerts >"$3.status"
    [ "$(cat "$3.status")" = 202 ] || return 1
    curl -sS -m 20 --unix-socket "$stack_socket" -o "$3.approved" \
        -w '%{http_code}' -H "@$stack/bearer.approve" \
        -H 'Content-Type: application/json' -d '{}' \
        "http://localhost/api/v1/alerts/$(jq -r .id "$3.answer")/approve" \
        >"$3.status"
    # 409: the approval of the first time was taken after all.
    [[ $(cat "$3.status") =~ ^(200|409)$ ]]
}

bearer_file() {
    printf 'Authorization: Bearer %s\n' "$(session_token "$1")" >"$2"
}

one_round() {
    local i clients=() keys=()
    for ((i = 0; i < alerts; i++)); do
        prepare actual "$stack/body.$i" ||
            fault "preview: $status $(cat "$stack/answer")"
        keys[i]=$(new_key)
    done
    for ((i = 0; i < alerts; i++)); do
        submit "$stack/body.$i" "${keys[i]}" "$stack/client.$i" \
            2>"$stack/client.$i.err" &
        clients+=("$!")
    done
    sleep "0.$(printf '%03d' $((RANDOM % 700)))"
    child_kill service
    wait "${clients[@]}"
    rm -f "$stack_socket"
    stack_serve || give_up "no restart"
    for ((i = 0; i < alerts; i++)); do
        submit "$stack/body.$i" "${keys[i]}" "$stack/client.$i" ||
            fault "asked again: $(cat "$stack/client.$i".{status,answer})"
        echo "${keys[i]}" >>"$stack/accepted"
        alert=$(jq -r .id "$stack/client.$i.answer")
        expect_visible 120 facebook instagram website displays
        take_back "$alert"
    done
}

killed_while_releasing_nothing_is_lost_and_nothing_is_twice() {
    local round
    bearer_file demo-ausloesung "$stack/bearer.submit"
    bearer_file demo-freigabe "$stack/bearer.approve"
    for ((round = 1; round <= rounds; round++)); do
        one_round
    done
    until_true 150 settled || fault "still open after 150 s"
    database_copy "$stack/copy.db"
    tests/system/invariants "$stack/copy.db" --healed \
        --effects "$stack/gateway.log" --accepted "$stack/accepted" ||
        fault "see above"
}

system_start
run_tests killed_while_releasing_nothing_is_lost_and_nothing_is_twice
