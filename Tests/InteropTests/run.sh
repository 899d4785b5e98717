#!/bin/bash
# Puts programs that nobody here wrote on a card served by `seneschal card serve`: opensc-tool and pcsc_scan, and
# GlobalPlatformPro where it is at hand. Everything runs in a private mount namespace with its own pcscd; nothing is
# installed, and nothing is left behind.
#
# usage: Tests/InteropTests/run.sh
#   SENESCHAL=FILE   the executable; built when absent
#   GP=COMMAND       GlobalPlatformPro, for instance "java -jar gp.jar"; `gp` in PATH otherwise
#   CAP=FILE         a further load file with one applet, for the install and delete checks
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
        SENESCHAL=$(swift build --show-bin-path)/seneschal
    fi
    if [ -z "${GP:-}" ] && command -v gp >/dev/null && gp --version 2>&1 | grep -q GlobalPlatformPro; then GP=gp; fi
    # The checks run in the directory of the cards.
    SENESCHAL=$(realpath "$SENESCHAL")
    [ -z "${CAP:-}" ] || CAP=$(realpath "$CAP")
    work=$(realpath -m "${KEEP:-$(mktemp -d)}")
    mkdir -p "$work"
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
    for _ in $(seq 250); do
        opensc-tool -a >/dev/null 2>&1 && return
        kill -0 $daemon 2>/dev/null || { cat "$name.pcscd.log"; exit 1; }
        sleep 0.02
    done
    echo "no card after five seconds"; cat "$name.trace" "$name.pcscd.log"; exit 1
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

opensc() {
    check "opensc-tool reads the ATR" "opensc-tool -a | grep -q '53:45:4e:45:53:43:48:41:4c'"
    check "SELECT without an AID finds the issuer security domain" "answers 00A4040000 'SW1=0x90, SW2=0x00.*6F.*84 '"
    check "SELECT of a missing AID is 6A82" "answers 00A4040005F0F1F2F3F400 'SW1=0x6A, SW2=0x82'"
    check "GET DATA 66 answers the card recognition data" "answers 80CA006600 'SW1=0x90, SW2=0x00.*66 '"
    check "an unknown instruction is 6D00" "answers 80FE000000 'SW1=0x6D, SW2=0x00'"
    check "GET STATUS without a secure channel is refused" "answers 80F28002024F0000 'SW1=0x69, SW2=0x8[25]'"
}

if command -v pcsc_scan >/dev/null; then scan=yes; else scan=; fi

start t1 --test-keys -- --atr t1
opensc
[ -z "$scan" ] || check "pcsc_scan sees the card" "timeout 5 pcsc_scan -c | grep -q '53 45 4E 45 53 43 48 41 4C'"
stop

start t0 --test-keys -- --atr t0
opensc
stop

if [ -z "$GP" ]; then
    echo "== GlobalPlatformPro: skipped: set GP to its command"
else
    key=404142434445464748494A4B4C4D4E4F
    other=505152535455565758595A5B5C5D5E5F
    for i in 70 71 60 00; do
        start "gp-$i" --test-keys --i $i -- --atr t1
        check "gp --info reads the card's data" "$GP --info"
        check "gp -l lists the issuer security domain" "$GP --key $key -l | grep -q '^ISD'"
        check "a wrong key is refused" "! $GP --key $other -l"
        # GlobalPlatformPro cuts LOAD as for 8-byte MACs; under S16 only a file that fits one command gets through.
        caps=("$TESTS/small.cap")
        [ $i = 71 ] || caps+=("$TESTS/large.cap" ${CAP:+"$CAP"})
        for cap in "${caps[@]}"; do
            before=$($GP --key $key -l 2>/dev/null | grep -c '^PKG\|^APP')
            check "gp --load $(basename "$cap")" "$GP --key $key --load '$cap'"
            check "gp -l shows one package more" "[ \$($GP --key $key -l | grep -c '^PKG\|^APP') = $((before + 1)) ]"
            check "gp --uninstall deletes it" "$GP --key $key --uninstall '$cap'"
            check "gp -l shows what there was before" "[ \$($GP --key $key -l | grep -c '^PKG\|^APP') = $before ]"
        done
        cap=$TESTS/small.cap
        check "gp --install loads and installs" "$GP --key $key --install '$cap'"
        check "the application can be selected" "answers 00A404000DF053454E45534348414C49010100 'SW1=0x90, SW2=0x00'"
        check "gp -l shows package and application" "[ \$($GP --key $key -l | grep -c '^PKG\|^APP') = $((before + 2)) ]"
        check "gp --lock replaces the keys" "$GP --key $key --lock $other"
        check "the new keys open the card" "$GP --key $other -l"
        check "the old keys do not" "! $GP --key $key -l"
        stop
        serve --atr t1
        check "the new keys are still there after a restart" "$GP --key $other -l"
        check "so is the application" "answers 00A404000DF053454E45534348414C49010100 'SW1=0x90, SW2=0x00'"
        check "gp --lock puts the test keys back" "$GP --key $other --lock $key"
        check "the test keys open the card" "$GP --key $key -l"
        check "gp --uninstall deletes package and application" "$GP --key $key --uninstall '$cap'"
        stop
    done
    start gp-t0 --test-keys -- --atr t0
    check "gp --install over T=0" "$GP --key $key --install '$TESTS/large.cap' --applet F053454E45534348414C490201"
    check "gp -l over T=0" "$GP --key $key -l | grep -q F053454E45534348414C490201"
    check "gp --mode enc, rmac, renc: every field of both directions encrypted" \
        "$GP --key $key --mode enc --mode rmac --mode renc -l | grep -q F053454E45534348414C490201"
    check "gp --uninstall over T=0" "$GP --key $key --uninstall '$TESTS/large.cap'"
    stop
fi

echo "interop: $passed checks passed, $failed failed"
[ $failed = 0 ]
