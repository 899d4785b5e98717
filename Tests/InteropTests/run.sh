#!/bin/bash
# Puts programs that nobody here wrote on a card served by `seneschal card serve`: those of clients/ that are at hand.
# Everything runs in a private mount namespace with its own pcscd; nothing is installed, and nothing is left behind.
#
# usage: Tests/InteropTests/run.sh
#   SENESCHAL=FILE   the executable; built when absent
#   GP=COMMAND       GlobalPlatformPro, for instance "java -jar gp.jar"; `gp` in PATH otherwise
#   GPSHELL=COMMAND  gpshell3; `gpshell3` in PATH otherwise
#   PYSIM=COMMAND    pySim-shell; `pySim-shell.py` in PATH otherwise
#   PYTHON=COMMAND   a Python with pyscard, cryptography, nfcpy, pyemv, pyiso8583; .build/interop or the system's otherwise
#   EMVTOOL=COMMAND, EMVPYTHON=COMMAND  emvtool, and a Python with pyscard and pyemv (clients/emv.sh)
#   CAP=FILE         a further load file with one applet, for the install and delete checks
#   ONLY=NAME        only clients/NAME.sh
#   KEEP=DIRECTORY   keep the cards, logs and traces there
set -u

skip() { echo "interop: skipped: $*"; exit 0; }

if [ "${1:-}" != --inside ]; then
    cd "$(dirname "$0")/../.." || exit 1
    missing=
    for program in pcscd opensc-tool unshare; do command -v $program >/dev/null || missing="$missing $program"; done
    driver=$(find /usr/lib /usr/local/lib -name 'libifdvpcd.so*' 2>/dev/null | sort | tail -n 1)
    [ -n "$driver" ] || missing="$missing libifdvpcd.so"
    [ -z "$missing" ] || skip "missing:$missing (Debian: apt-get install pcscd vsmartcard-vpcd opensc pcsc-tools)"
    namespaces="-m -p -f --mount-proc --propagation private --kill-child=KILL"
    [ "$(id -u)" = 0 ] || namespaces="-r $namespaces"
    # shellcheck disable=SC2086 # a list of options
    unshare $namespaces sh -c 'mkdir -p /run/pcscd && mount -t tmpfs none /run/pcscd' 2>/dev/null ||
        skip "no private mount namespace: run as root, or create /run/pcscd and allow user namespaces"
    if [ -z "${SENESCHAL:-}" ]; then
        swift build --product seneschal >&2 || exit 1
        swift build --product LedgerUnderLoad >&2 || exit 1
        SENESCHAL=$(swift build --show-bin-path)/seneschal
    fi
    if [ -z "${GP:-}" ] && command -v gp >/dev/null && gp --version 2>&1 | grep -q GlobalPlatformPro; then GP=gp; fi
    # The checks run in the directory of the cards.
    SENESCHAL=$(realpath "$SENESCHAL")
    [ -z "${CAP:-}" ] || CAP=$(realpath "$CAP")
    work=$(realpath -m "${KEEP:-$(mktemp -d)}")
    mkdir -p "$work"
    if [ -z "${GPSHELL:-}" ] && command -v gpshell3 >/dev/null; then GPSHELL=gpshell3; fi
    if [ -z "${PYSIM:-}" ] && command -v pySim-shell.py >/dev/null; then PYSIM=pySim-shell.py; fi
    if [ -z "${PYTHON:-}" ] && [ -x .build/interop/bin/python ]; then PYTHON=$PWD/.build/interop/bin/python; fi
    if [ -z "${EMVTOOL:-}" ] && [ -x .build/interop-emv/bin/emvtool ]; then EMVTOOL=$PWD/.build/interop-emv/bin/emvtool; fi
    export EMVTOOL="${EMVTOOL:-}" GPSHELL="${GPSHELL:-}" PYSIM="${PYSIM:-}" PYTHON="${PYTHON:-/usr/bin/python3}" ONLY="${ONLY:-}"
    export SENESCHAL GP="${GP:-}" CAP="${CAP:-}" DRIVER="$driver" WORK="$work" TESTS="$PWD/Tests/InteropTests"
    # shellcheck disable=SC2086
    unshare $namespaces bash Tests/InteropTests/run.sh --inside
    status=$?
    [ -n "${KEEP:-}" ] || rm -rf "$work"
    exit $status
fi

# Inside the namespace: /run/pcscd is ours, and every process ends with this one.
mount -t tmpfs none /run/pcscd || exit 1
cd "$WORK" || exit 1
passed=0 failed=0
server= daemon=

# A pair of free ports: the driver connects to both.
port=41000
while (exec 3<>/dev/tcp/127.0.0.1/$port || exec 3<>/dev/tcp/127.0.0.1/$((port + 1))) 2>/dev/null; do
    port=$((port + 10))
done

# start NAME [new options] -- [serve options]: a new card NAME behind a new pcscd.
start() {
    name=$1; shift
    new=() serve=() list=new
    for option; do
        if [ "$option" = -- ]; then list=serve; elif [ $list = new ]; then new+=("$option"); else serve+=("$option"); fi
    done
    echo "== $name: card new ${new[*]} · card serve ${serve[*]}"
    "$SENESCHAL" card new "$name.card" "${new[@]}" >"$name.new.log" 2>&1 || { cat "$name.new.log"; exit 1; }
    serve "${serve[@]}"
}

serve() {
    "$SENESCHAL" card serve "$name.card" --reverse --port $port --trace "$@" >>"$name.trace" 2>&1 &
    server=$!
    for _ in $(seq 250); do
        (exec 3<>/dev/tcp/127.0.0.1/$((port + 1))) 2>/dev/null && break
        kill -0 $server 2>/dev/null || { cat "$name.trace"; exit 1; }
        sleep 0.02
    done
    printf 'FRIENDLYNAME "Seneschal"\nDEVICENAME 127.0.0.1:%s\nLIBPATH %s\nCHANNELID %s\n' \
        $port "$DRIVER" $port >/run/pcscd/reader.conf
    pcscd --foreground --config /run/pcscd/reader.conf >>"$name.pcscd.log" 2>&1 &
    daemon=$!
    for _ in $(seq 1000); do
        opensc-tool -a >/dev/null 2>&1 && return
        kill -0 $daemon 2>/dev/null || { cat "$name.pcscd.log"; exit 1; }
        sleep 0.02
    done
    echo "no card after twenty seconds"; cat "$name.trace" "$name.pcscd.log"; exit 1
}

stop() {
    kill $daemon; wait $daemon 2>/dev/null
    kill -TERM $server; wait $server
    check "SIGTERM ends the served card cleanly" "[ $? = 0 ]"
}

# check TITLE COMMAND: the command's exit status decides.
check() {
    if output=$(eval "$2" 2>&1); then
        passed=$((passed + 1)); echo "ok   $1"
    else
        failed=$((failed + 1)); echo "FAIL $1"; printf '%s\n' "$output" | sed 's/^/     /' | tail -n 40
    fi
}

# answers HEX PATTERN: opensc-tool sends the command and prints a match of the pattern.
answers() { opensc-tool -s "$1" | tr -d '\n' | grep -Eq "$2"; }

# Each file speaks for one client, or says that the client is not at hand.
for client in "$TESTS"/clients/*.sh; do
    [ -n "${ONLY:-}" ] && [ "$(basename "$client" .sh)" != "$ONLY" ] && continue
    # shellcheck source=/dev/null
    source "$client"
done

echo "interop: $passed checks passed, $failed failed"
[ $failed = 0 ]
