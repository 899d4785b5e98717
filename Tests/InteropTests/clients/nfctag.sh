# nfcpy and ndeflib: a reader of NFC Forum tags that nobody here wrote, over its UDP air.

if ! $PYTHON -c 'import nfc.clf.udp, ndef' 2>/dev/null; then
    echo "== nfctag: skipped: missing (PyPI: nfcpy, ndeflib; say PYTHON=… for a virtual environment)"
else
    nfctag() { check "nfctag: $1" "timeout 120 $PYTHON -B '$TESTS/clients/nfctag_checks.py' $air ${*:2}"; }

    # tag_on_air NAME [options]: a new tag NAME.tag on the air at $air.
    tag_on_air() {
        "$SENESCHAL" tag new "$1.tag" "${@:2}" --json >"$1.tag.json" 2>&1 || { cat "$1.tag.json"; exit 1; }
        tag_serve "$1"
    }

    tag_serve() {
        : >"$1.air"
        "$SENESCHAL" tag serve "$1.tag" --port $air --trace >>"$1.air" 2>&1 &
        flying=$!
        for _ in $(seq 250); do
            grep -q 'on the air' "$1.air" && return
            kill -0 $flying 2>/dev/null || { cat "$1.air"; exit 1; }
            sleep 0.02
        done
    }

    tag_land() {
        kill -TERM $flying; wait $flying
        check "SIGTERM takes the tag off the air cleanly" "[ $? = 0 ]"
    }

    air=$((port + 6000))
    echo "== nfctag: tag new, tag serve"
    tag_on_air empty --uid 04A1B2C3D4E5F6
    nfctag "an empty tag has its UID, its capacity, and no records" empty 04a1b2c3d4e5f6
    nfctag "records that ndeflib makes are written and read back" write
    nfctag "a long message goes through over a link that loses frames" lossy
    tag_land
    check "what nfcpy wrote is in the tag's file" \
        "'$SENESCHAL' tag show empty.tag --json | grep -q 'https://lossy.example/'"
    tag_serve empty
    nfctag "nfcpy formats the tag, and wipes it" format
    tag_land

    tag_on_air fixed --uri https://pay.example/t/1 --read-only
    nfctag "ndeflib decodes what is on a tag of ours, and nfcpy sees that nobody may write it" fixed \
        https://pay.example/t/1
    tag_land

    tag_on_air sun --uri https://pay.example/t/1 --sun
    nfctag "each reading has another proof in its address, which OpenSSL's AES verifies" sun \
        https://pay.example/t/1 sun.tag.keys
    tag_land
fi
