# Sourced by service/up and tests/run: what Türmer needs from Debian, and how
# it gets onto the machine. Only packages that are not there yet are asked of
# apt, and nothing that comes along (Debian's mosquitto would listen on 1883)
# is started.

# Compiler and libraries; the libraries are those of cmake/libraries.cmake.
packages_build=(
    build-essential cmake ninja-build pkg-config
    libuv1-dev libcurl4-openssl-dev libjansson-dev libmosquitto-dev
    libsqlite3-dev libmicrohttpd-dev libsodium-dev liboath-dev libinih-dev
    libcairo2-dev libpango1.0-dev libjpeg62-turbo-dev libutf8proc-dev
    libqrencode-dev zlib1g-dev libsystemd-dev
)

# What the local stack of service/up runs beside the program itself.
packages_run=(mosquitto fonts-dejavu-core curl jq oathtool qrencode)

# Prints those of the named packages that are not installed.
packages_missing() {
    local installed name
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" \
        2>/dev/null)
    for name in "$@"; do
        [[ $installed =~ (^|$'\n')"$name installed"($|$'\n') ]] ||
            printf '%s\n' "$name"
    done
}

# packages_as_root COMMAND...: with sudo where needed; 1 when there is no way.
packages_as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

# The script that runs as root. apt-get starts the services of what it installs
# unless /usr/sbin/policy-rc.d says no; one that is already there is left
# alone. A mosquitto that this call brought is also not started at the next
# boot.
packages_script='
set -e
policy=/usr/sbin/policy-rc.d
ours=
if [ ! -e "$policy" ]; then
    printf "#!/bin/sh\nexit 101\n" >"$policy"
    chmod 755 "$policy"
    ours=yes
fi
trap "[ -z \"\$ours\" ] || rm -f \"\$policy\"" EXIT
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y --no-install-recommends install "$@"
for package in "$@"; do
    if [ "$package" = mosquitto ]; then
        update-rc.d mosquitto disable || true
    fi
done
'

# packages_install NAME...: installs what is missing of them; apt talks on
# stderr. 1 when that failed, with the reason on stderr.
packages_install() {
    local names missing
    names=$(packages_missing "$@")
    [ -n "$names" ] || return 0
    mapfile -t missing <<<"$names"
    if ! command -v apt-get >/dev/null; then
        echo "Es fehlen Debian-Pakete, und apt-get gibt es hier nicht:" \
            "${missing[*]}" >&2
        return 1
    fi
    echo "Installiere fehlende Debian-Pakete: ${missing[*]}" >&2
    if ! packages_as_root bash -c "$packages_script" packages \
        "${missing[@]}" >&2; then
        echo "Diese Pakete ließen sich nicht installieren. Als root oder mit" \
            "sudo noch einmal aufrufen, oder von Hand:" >&2
        echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
        return 1
    fi
}
