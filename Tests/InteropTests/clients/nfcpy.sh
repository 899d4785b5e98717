# nfcpy: a contactless reader that nobody here wrote, over its UDP air. Its own link layer recovers what is lost.

if ! $PYTHON -c 'import nfc.clf.udp' 2>/dev/null; then
    echo "== nfcpy: skipped: missing (PyPI: nfcpy; say PYTHON=… for a virtual environment)"
else
    nfcpy() { check "nfcpy: $1" "timeout 120 $PYTHON -B '$TESTS/clients/nfcpy_checks.py' $air ${*:2}"; }

    # on_air NAME [options]: the card NAME.card on the air at $air.
    on_air() {
        "$SENESCHAL" device air --card "$1.card" --port $air --trace "${@:2}" >>"$1.air" 2>&1 &
        flying=$!
        for _ in $(seq 250); do
            grep -q 'on the air' "$1.air" && return
            kill -0 $flying 2>/dev/null || { cat "$1.air"; exit 1; }
            sleep 0.02
        done
    }

    land() {
        kill -TERM $flying; wait $flying
        check "SIGTERM takes the card off the air cleanly" "[ $? = 0 ]"
    }

    air=$((port + 5000))
    name=nfcpy
    echo "== nfcpy: card new, device air"
    "$SENESCHAL" card new nfcpy.card --test-keys >nfcpy.new.log 2>&1 || { cat nfcpy.new.log; exit 1; }

    on_air nfcpy --uid 04A1B2C3D4E5F6
    nfcpy "anticollision finds a UID of double size" identifier 04a1b2c3d4e5f6
    nfcpy "ISO-DEP carries SELECT of the issuer security domain and of the payment directory" exchange
    nfcpy "a card without NDEF is no tag" no-ndef
    nfcpy "frames that are lost on their way are asked for again" lossy
    land

    on_air nfcpy
    nfcpy "a random UID of four bytes is another one in the next field" random
    land

    "$SENESCHAL" card new nfcpy-pay.card --test-keys --payment test >nfcpy-pay.new.log 2>&1 ||
        { cat nfcpy-pay.new.log; exit 1; }
    on_air nfcpy-pay
    nfcpy "the payment directory, every application in it, its processing options and its records" payment
    nfcpy "a payment over a link that loses frames is counted once" counted
    land

    start nfcpy-served --test-keys -- --atr t1 --air $air
    nfcpy "the card in a PC/SC reader is on the air at the same time" exchange
    check "and pcscd still reaches it" "answers 00A4040000 'SW1=0x90, SW2=0x00.*6F.*84 '"
    stop
fi
