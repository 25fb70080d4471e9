#!/bin/bash
# One channel that hangs, refuses or is unreachable delays no other: an actual
# alert while each of them does so. The others are visible within seconds; the
# one that came back shows it in the end.
. "$(dirname "$0")/harness.sh"

seconds=20 # for what must not wait; a hanging call alone lasts longer

# again GATEWAY-OPTION...: the gateway with other faults.
again() {
    child_stop gateway
    gateway_start "$@" || give_up gateway
}

expect_not_yet() {
    [ "$(state_of "$1")" != visible ] ||
        fault "$1 is visible although nothing works there"
}

facebook_hangs_and_the_others_deliver() {
    again --fault feed:hang
    release actual || fault "not released: $status $(cat "$stack/answer")"
    expect_visible "$seconds" instagram website displays
    expect_not_yet facebook
}

facebook_refuses_and_the_others_deliver() {
    again --fault feed:answer:400
    release actual || fault "not released: $status $(cat "$stack/answer")"
    expect_visible "$seconds" instagram website displays
    expect_not_yet facebook
}

instagram_hangs_and_the_others_deliver() {
    again --fault media_create:hang
    release actual || fault "not released: $status $(cat "$stack/answer")"
    expect_visible "$seconds" facebook website displays
    expect_not_yet instagram
}

the_gateway_is_gone_and_page_and_displays_deliver() {
    child_stop gateway
    release actual || fault "not released: $status $(cat "$stack/answer")"
    expect_visible "$seconds" website displays
    expect_not_yet facebook
    expect_not_yet instagram
    gateway_start || give_up gateway
    expect_visible 60 facebook instagram
}

the_broker_hangs_and_the_others_deliver() {
    kill -STOP "$(child_pid mosquitto)"
    release actual || fault "not released: $status $(cat "$stack/answer")"
    expect_visible "$seconds" facebook instagram website
    expect_not_yet displays
    kill -CONT "$(child_pid mosquitto)"
    expect_visible 90 displays
}

# The folder of the site is taken away between preview and release: nothing
# can be written. Instagram fetches its picture from there and has to wait.
the_website_cannot_be_written_and_the_others_deliver() {
    prepare actual "$stack/body"
    mv "$stack/site" "$stack/site.away"
    : >"$stack/site"
    submit_prepared || fault "not released: $status $(cat "$stack/answer")"
    expect_visible "$seconds" facebook displays
    expect_not_yet website
    rm "$stack/site"
    mv "$stack/site.away" "$stack/site"
    expect_visible 60 website instagram
}

what_has_been_promised_is_true() {
    database_copy "$stack/copy.db"
    tests/system/invariants "$stack/copy.db" --effects "$stack/gateway.log" ||
        fault "see above"
}

system_start
run_tests facebook_hangs_and_the_others_deliver \
    facebook_refuses_and_the_others_deliver \
    instagram_hangs_and_the_others_deliver \
    the_gateway_is_gone_and_page_and_displays_deliver \
    the_broker_hangs_and_the_others_deliver \
    the_website_cannot_be_written_and_the_others_deliver \
    what_has_been_promised_is_true
