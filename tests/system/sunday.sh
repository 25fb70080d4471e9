#!/bin/bash
# Office hours are known and never obeyed: with the clock at Sunday 03:00 a
# release goes out at once on all channels, says that nobody reads comments
# now, and the audit log says that it was outside office hours.
#
#     SHIFTED_CLOCK   the library of shifted_clock.c
. "$(dirname "$0")/harness.sh"

stack_shift=$(($(TZ=Europe/Berlin date -d 'next sunday 03:00' +%s) - $(date +%s)))

# wrap NAME PROGRAM: a script that runs PROGRAM with its clock ahead. A
# program with sanitizers wants theirs first.
wrap() {
    local before
    before=$(ldd "$2" | awk '/libasan/ { print $3 }')
    cat >"$stack/$1" <<END
#!/bin/bash
export TUERMER_CLOCK_SHIFT=$stack_shift
LD_PRELOAD="$before $SHIFTED_CLOCK" exec "$2" "\$@"
END
    chmod +x "$stack/$1"
}

the_release_goes_out_at_once() {
    release actual || fault "not released: $status $(cat "$stack/answer")"
    expect_visible 30 facebook instagram website displays
}

the_service_believes_it_is_sunday() {
    call GET "/api/v1/alerts/$alert"
    expect_equal 'released' 'Sun 03' "$(TZ=Europe/Berlin LC_ALL=C date \
        -d "$(jq -r .released_at "$stack/answer")" '+%a %H')"
}

the_posts_say_that_nobody_reads_comments() {
    local effect
    for effect in post media; do
        jq -r --arg effect "$effect" 'select(.effect == $effect) | .text' \
            "$stack/gateway.log" >"$stack/text"
        expect_text "$effect" 'Kommentare werden zurzeit nicht betreut' \
            "$stack/text"
    done
}

the_audit_log_says_that_it_was_outside() {
    database_copy "$stack/copy.db"
    expect_equal 'leaf' 0 "$(sqlite3 "$stack/copy.db" "
        SELECT json_extract(entry, '\$.office_hours') FROM log
        WHERE type = 'alert.submitted'")"
    tests/system/invariants "$stack/copy.db" --effects "$stack/gateway.log" ||
        fault 'see above'
}

wrap tuermer "$TUERMER"
wrap gateway "$GATEWAY"
tuermer=$stack/tuermer
GATEWAY=$stack/gateway
system_start
run_tests the_release_goes_out_at_once the_service_believes_it_is_sunday \
    the_posts_say_that_nobody_reads_comments \
    the_audit_log_says_that_it_was_outside
