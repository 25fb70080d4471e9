# Sourced by service/up and the system tests: starting children, waiting for a
# condition with a deadline, finding ports, and stopping what was started, by
# its pid and nothing else.
#
# Every child has a session of its own, so that a Ctrl-C on the terminal comes
# to us alone and the order of stopping is ours, and gets SIGTERM from the
# kernel should we die first.
#
# These functions run in traps too. There a bare `return` hands on the status
# of what the signal interrupted, so each `return` here names its own.

child_names=()
child_pids=()

# child_start NAME LOG COMMAND...: in the background, output to LOG.
child_start() {
    local name=$1 log=$2 parent=$BASHPID
    shift 2
    child_exec "$parent" "$@" </dev/null >>"$log" 2>&1 9>&- &
    child_names+=("$name")
    child_pids+=("$!")
}

# child_exec PARENT COMMAND...: this process becomes COMMAND, bound to the life
# of PARENT, the shell that started it. The kernel tells only of a death after
# setpriv, hence the look at who is left.
child_exec() {
    exec setsid setpriv --pdeathsig TERM -- sh -c \
        'parent=$1; shift; [ "$PPID" = "$parent" ] && exec "$@"' child "$@"
}

child_pid() {
    local i
    for i in "${!child_names[@]}"; do
        if [ "${child_names[i]}" = "$1" ]; then
            echo "${child_pids[i]}"
            return 0
        fi
    done
    return 1
}

child_lives() {
    local pid
    pid=$(child_pid "$1") && kill -0 "$pid" 2>/dev/null
}

# child_stop NAME [SECONDS]: SIGTERM, and SIGKILL when that has not helped.
child_stop() {
    local pid i deadline
    pid=$(child_pid "$1") || return 0
    kill -TERM "$pid" 2>/dev/null || true
    deadline=$((SECONDS + ${2:-10}))
    while kill -0 "$pid" 2>/dev/null; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            kill -KILL "$pid" 2>/dev/null || true
        fi
        sleep 0.05
    done
    child_forget "$1"
}

# child_kill NAME: kill -9, at once.
child_kill() {
    local pid
    pid=$(child_pid "$1") || return 0
    kill -KILL "$pid" 2>/dev/null || true
    child_forget "$1"
}

# Collects the exit code, so that the pid is free, and drops the name.
child_forget() {
    local i
    for i in "${!child_names[@]}"; do
        if [ "${child_names[i]}" = "$1" ]; then
            wait "${child_pids[i]}" 2>/dev/null || true
            unset 'child_names[i]' 'child_pids[i]'
        fi
    done
}

# All of them, the last started first.
child_stop_all() {
    local i names=("${child_names[@]}")
    for ((i = ${#names[@]} - 1; i >= 0; i--)); do
        child_stop "${names[i]}"
    done
}

# until_true SECONDS COMMAND...: asks again until COMMAND succeeds; 1 when the
# time is over.
until_true() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

# Does somebody listen on this port of the loopback interface?
port_taken() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A port below the kernel's own range that nobody listens on.
port_free() {
    local port
    while :; do
        port=$((10240 + (RANDOM * 32768 + RANDOM) % 22000))
        port_taken "$port" || break
    done
    echo "$port"
}
