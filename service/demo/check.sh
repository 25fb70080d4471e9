# Sourced by service/up: `up --check`. One exercise and one actual alert of
# "Hochwasser am Rhein" with parameters, until each is visible on all four
# channels, and the times. The clock starts right before the call that
# releases and stops at the times the service has recorded.

check_channels="facebook instagram website displays"
check_seconds=90 # Facebook's read-back may take its time; then it is a fault
check_failed=0

check_now_ms() {
    date +%s%3N
}

# check_send STATUS [OPTION...]: the answer's JSON on stdout.
check_send() {
    local status=$1 next
    shift
    next=$(date -d '+2 hours' +%Y-%m-%dT%H:%M:00%:z)
    tuermer_do --json alert send hw-rhein --status "$status" \
        --as demo-ausloesung \
        -p gemeinden="$stack_area,08336069,08336105" \
        -p gebiet='Rheinufer von Grenzach-Wyhlen bis Weil am Rhein' \
        -p gebiet_kurz='Weil am Rhein' -p pegel='Basel-Rheinhalle' \
        -p pegel_cm=820 -p tendenz=steigt -p telefon='07621 410-0' \
        -p naechste_info="$next" "$@"
}

check_show() {
    tuermer_do --json alert show "$1" --as demo-ausloesung
}

# Are all four there and visible?
check_visible() {
    check_show "$1" >"$stack/alert.json" &&
        jq -e '[.deliveries[] | select(.state == "visible")] | length == 4' \
            "$stack/alert.json"
}

# check_after TIMESTAMP BEGIN_MS: "123 ms", or "-" when it has not happened.
check_after() {
    if [ "$1" = null ]; then
        echo -
    else
        echo "$(($(date -d "$1" +%s%3N) - $2)) ms"
    fi
}

# check_table TITLE BEGIN_MS: what alert.json says.
check_table() {
    local channel state accepted visible mark
    printf '\n%s\n' "$1"
    printf '  %-11s %-14s %16s %16s\n' Kanal Zustand 'angenommen nach' \
        'sichtbar nach'
    for channel in $check_channels; do
        read -r state accepted visible < <(jq -r --arg channel "$channel" '
            [.deliveries[] | select(.channel == $channel)][0] // {}
            | "\(.state // "fehlt") \(.accepted_at) \(.visible_at)"' \
            "$stack/alert.json")
        mark=
        if [ "$state" != visible ]; then
            mark=' <--'
            check_failed=1
        fi
        printf '  %-11s %-14s %16s %16s%s\n' "$channel" "$state" \
            "$(check_after "$accepted" "$2")" \
            "$(check_after "$visible" "$2")" "$mark"
    done
}

# check_follow TITLE ID BEGIN_MS
check_follow() {
    until_true "$check_seconds" check_visible "$2" || check_failed=1
    check_table "$1" "$3"
    jq -r '.deliveries[] | select(.state != "visible")
        | "  \(.channel): \(.state), \(.detail // "ohne Angabe")"' \
        "$stack/alert.json"
}

# What has to be ticked before an actual alert ("Wert der HVZ/BAFU gelesen"),
# as options, one word a line.
check_preconditions() {
    curl -fsS --unix-socket "$stack_socket" \
        http://localhost/api/v1/templates/hw-rhein |
        jq -r '.kinds.alert.preconditions[]
            | select(.required) | "--precondition", .id'
}

check_run() {
    local begin answer id ticked
    stack_say "Übung und Ernstfall „Hochwasser am Rhein“, mit Parametern"
    begin=$(check_now_ms)
    answer=$(check_send exercise) || return 1
    id=$(jq -r .id <<<"$answer")
    check_follow "Übung $id, ausgelöst von demo-ausloesung" "$id" "$begin"

    mapfile -t ticked < <(check_preconditions)
    answer=$(check_send actual "${ticked[@]}") || return 1
    id=$(jq -r .id <<<"$answer")
    begin=$(check_now_ms)
    tuermer_do --json alert approve "$id" --as demo-freigabe \
        >"$stack/approved.json" || return 1
    check_follow "Ernstfall $id, eingereicht von demo-ausloesung, \
freigegeben von demo-freigabe" "$id" "$begin"
    echo
    if [ "$check_failed" -eq 0 ]; then
        echo "Alle vier Kanäle sichtbar, Übung und Ernstfall."
    else
        echo "Nicht alles ist sichtbar geworden (Zeilen mit <--)."
        echo "Was der Dienst dazu sagt:"
        tail -n 20 "$stack/log/service.log" | sed 's/^/    /'
    fi
    return "$check_failed"
}
