# Sourced by service/up and the system tests, after children.sh: a complete
# local installation in one folder. Who calls sets
#
#     stack          the folder; everything is made and kept in it
#     tuermer        the program
#     port_console, port_website, port_shadow, port_mqtt, port_websocket
#
# and calls the functions in the order in which they stand here. Each returns
# 1 with the reason on stderr when it could not do its work. The words go to
# people, so they are German.

stack_display=demo-anzeige
stack_area=08336091 # Weil am Rhein

stack_say() {
    printf 'up: %s\n' "$*" >&2
}

# random_hex BYTES, random_digits N
random_hex() {
    head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

random_digits() {
    head -c $(($1 * 64)) /dev/urandom | tr -dc 0-9 | head -c "$1"
}

# tuermer_do ARGUMENT...: the program with this installation's configuration.
tuermer_do() {
    TUERMER_SESSION_DIR=$stack/sessions "$tuermer" \
        --config "$stack/tuermer.conf" "$@"
}

stack_folders() {
    umask 077
    mkdir -p "$stack"/{credentials,broker/data,sessions,accounts,display,log}
    # A UNIX socket's path has 107 bytes at most.
    stack_socket=$stack/tuermer.sock
    if [ "${#stack_socket}" -gt 100 ]; then
        stack_socket=$(mktemp -d /tmp/tuermer-demo.XXXXXX)/tuermer.sock
    fi
    printf '%s\n' "$stack_socket" >"$stack/socket"
}

# Whatever lies outside the folder.
stack_remove() {
    case ${stack_socket:-} in
    /tmp/tuermer-demo.*) rm -rf "${stack_socket%/*}" ;;
    esac
    rm -rf "$stack"
}

# The configuration; the "real" Facebook and Instagram are the shadow's `live`
# page and profile, whose tokens are made up here.
stack_config() {
    local graph=${stack_graph:-http://127.0.0.1:$port_shadow/v26.0}
    random_hex 24 >"$stack/credentials/facebook-token"
    random_hex 24 >"$stack/credentials/instagram-token"
    random_hex 16 >"$stack/credentials/app-secret"
    random_hex 16 >"$stack/credentials/mqtt-password"
    cat >"$stack/tuermer.conf" <<CONF
[service]
state_dir = $stack/state
authority = Landratsamt Lörrach
sender_id = warnung@loerrach-landkreis.de
marker_prefix = LOE
area = 08336
timezone = Europe/Berlin
office_hours = Mo-Fr 08:30-17:00
socket = $stack_socket
demonstration = ${stack_demonstration:-yes}

[console]
public_url = http://127.0.0.1:$port_console
listen = 127.0.0.1:$port_console

[website]
listen = 127.0.0.1:$port_website
public_url = http://127.0.0.1:$port_website
directory = $stack/site
netiquette_url = https://www.loerrach-landkreis.de/netiquette

[facebook]
graph_url = $graph
page_id = 1$(random_digits 14)
token_file = $stack/credentials/facebook-token
app_id = 7$(random_digits 14)
app_secret_file = $stack/credentials/app-secret

[instagram]
graph_url = $graph
user_id = 178$(random_digits 14)
token_file = $stack/credentials/instagram-token
app_secret_file = $stack/credentials/app-secret

[displays]
broker = mqtt://127.0.0.1:$port_mqtt
username = tuermer
password_file = $stack/credentials/mqtt-password
topic_prefix = tuermer/v1

[masterdata]
phones = 07621 410-0
url_hosts = loerrach-landkreis.de, bbk.bund.de, hvz.baden-wuerttemberg.de

[shadow]
listen = 127.0.0.1:$port_shadow
CONF
}

# Debian's mosquitto: a plain and a WebSocket listener on loopback, messages
# kept over a restart, accounts and rights of contract 6. The display's rights
# come from `display pair` (stack_pair).
stack_broker_files() {
    local broker=$stack/broker
    random_hex 16 >"$stack/credentials/display-password"
    printf 'tuermer:%s\n%s:%s\n' \
        "$(cat "$stack/credentials/mqtt-password")" "$stack_display" \
        "$(cat "$stack/credentials/display-password")" >"$broker/passwords"
    mosquitto_passwd -U "$broker/passwords" || return 1
    {
        echo 'user tuermer'
        echo 'topic read tuermer/v1/#'
        printf 'topic write tuermer/v1/%s\n' 'actual/+' 'exercise/+' \
            'rehearsal/+' heartbeat keys checkpoint service staff
    } >"$broker/acl"
    cat >"$broker/mosquitto.conf" <<CONF
user $(id -un)
persistence true
persistence_location $broker/data/
autosave_on_changes true
autosave_interval 1
allow_anonymous false
password_file $broker/passwords
acl_file $broker/acl
listener $port_mqtt 127.0.0.1
listener $port_websocket 127.0.0.1
protocol websockets
CONF
}

stack_broker() {
    local binary
    binary=$(PATH=$PATH:/usr/sbin command -v mosquitto) || {
        stack_say "Debians mosquitto fehlt: apt-get install mosquitto"
        return 1
    }
    child_start mosquitto "$stack/log/mosquitto.log" "$binary" \
        -c "$stack/broker/mosquitto.conf"
    stack_wait mosquitto port_taken "$port_mqtt"
}

# stack_wait CHILD COMMAND...: until COMMAND succeeds while CHILD lives.
stack_wait() {
    local name=$1 deadline=$((SECONDS + ${stack_patience:-30}))
    shift
    until "$@" >/dev/null 2>&1; do
        if ! child_lives "$name" || [ "$SECONDS" -ge "$deadline" ]; then
            stack_say "$name ist nicht in Gang gekommen. Es sagt zuletzt:"
            tail -n 15 "$stack/log/$name.log" | sed 's/^/    /' >&2
            return 1
        fi
        sleep 0.1
    done
}

stack_init() {
    if ! tuermer_do --json init >"$stack/init.json" 2>"$stack/log/init.log"
    then
        stack_say "tuermer init ging nicht:"
        sed 's/^/    /' "$stack/log/init.log" >&2
        return 1
    fi
}

stack_ready() {
    curl -fsS -m 2 "http://127.0.0.1:$port_console/readyz"
}

stack_serve() {
    child_start service "$stack/log/service.log" "$tuermer" \
        --config "$stack/tuermer.conf" serve
    stack_wait service stack_ready
}

# stack_account NAME ROLES: made with a random password and a second factor;
# what only its owner may know lies under accounts/.
stack_account() {
    local file=$stack/accounts/$1
    tuermer_do --json user add "$1" --roles "$2" --totp >"$file.json" ||
        return 1
    jq -r .password "$file.json" >"$file.password"
    jq -r .totp_uri "$file.json" >"$file.uri"
    sed -n 's/.*[?&]secret=\([A-Z2-7]*\).*/\1/p' "$file.uri" >"$file.secret"
    rm "$file.json"
    [ -s "$file.secret" ] && [ -s "$file.password" ]
}

# What the clock of the program under test is ahead of ours, in seconds.
stack_shift=0

# The one-time code of NAME. One that this script has used itself would be
# refused (a step is taken once), so it then waits for the next.
stack_code() {
    local file=$stack/accounts/$1 used
    used=$(cat "$file.step" 2>/dev/null || echo 0)
    while [ "$(stack_step)" -le "$used" ]; do
        sleep 0.5
    done
    oathtool --totp -b --now "@$(($(date +%s) + stack_shift))" - \
        <"$file.secret"
}

# The number of this half minute.
stack_step() {
    echo $((($(date +%s) + stack_shift) / 30))
}

stack_login() {
    local file=$stack/accounts/$1 code
    code=$(stack_code "$1") || return 1
    stack_step >"$file.step"
    tuermer_do login "$1" --password-file "$file.password" \
        --totp-file - <<<"$code" >>"$stack/log/login.log" 2>&1 || {
        stack_say "Anmeldung von $1 ging nicht:"
        tail -n 3 "$stack/log/login.log" | sed 's/^/    /' >&2
        return 1
    }
}

stack_accounts() {
    stack_account demo-ausloesung releaser,approver,drill_lead &&
        stack_account demo-freigabe releaser,approver &&
        stack_login demo-ausloesung && stack_login demo-freigabe
}

# stack_catalogue FILE...: the local user is the author, two others approve.
stack_catalogue() {
    local id name
    tuermer_do --json template import "$@" >"$stack/catalogue.json" || return 1
    for id in $(jq -r '(.items? // [.])[].id' "$stack/catalogue.json"); do
        for name in demo-ausloesung demo-freigabe; do
            tuermer_do --json template approve "$id" --as "$name" \
                >>"$stack/log/catalogue.log" || return 1
        done
    done
}

# Pairs the display, gives it its rights at the broker and starts the player.
stack_pair() {
    local file=$stack/display
    tuermer_do --json display pair "$stack_display" --area "$stack_area" \
        --rehearsal >"$file/pair.json" || return 1
    jq -r '.keys | if type == "array" then .[] else . end' \
        "$file/pair.json" >"$file/keys"
    {
        echo
        jq -r '.acl | if type == "array" then .[] else . end' "$file/pair.json"
    } >>"$stack/broker/acl"
    kill -HUP "$(child_pid mosquitto)"
}

stack_play() {
    mkdir -p "$stack/display/store"
    child_start display "$stack/log/display.log" "$tuermer" --json \
        display play --id "$stack_display" \
        --broker "mqtt://127.0.0.1:$port_mqtt" --area "$stack_area" \
        --keys "$stack/display/keys" --username "$stack_display" \
        --password-file "$stack/credentials/display-password" \
        --store "$stack/display/store"
}

# The shipped families (the frame around their texts is none).
stack_families() {
    find templates/catalogue -maxdepth 1 -name '*.json' ! -name frame.json |
        sort
}

# The whole of it, in a folder that does not exist yet.
stack_make() {
    stack_folders && stack_config && stack_broker_files && stack_broker &&
        stack_init && stack_serve && stack_accounts &&
        stack_catalogue $(stack_families) && stack_pair && stack_play
}

# The same once more, in the folder that an earlier run left.
stack_again() {
    stack_socket=$(cat "$stack/socket")
    mkdir -p "${stack_socket%/*}"
    stack_broker && stack_serve && stack_play
}
