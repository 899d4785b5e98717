# pyiso8583 and pyemv: an acquirer and an issuer that nobody here wrote, at the other end of a line, in each dialect.

if ! $PYTHON -c 'import iso8583, pyemv, cryptography' 2>/dev/null; then
    echo "== pyiso8583: skipped: missing (PyPI: pyiso8583, pyemv, cryptography; say PYTHON=… for a virtual environment)"
else
    line_python() { timeout 120 $PYTHON -W ignore -B "$TESTS/clients/$1" "${@:2}"; }
    member() { $PYTHON -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
    secret() { (umask 077 && printf '%s\n' "$2" >"$1"); }
    secret cmac.key cmac:000102030405060708090A0B0C0D0E0F
    secret retail.key retail:0123456789ABCDEFFEDCBA9876543210
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out bureau.pem 2>/dev/null
    openssl pkey -in bureau.pem -pubout -out bureau.pub.pem
    "$SENESCHAL" issuer cardholder template >line-holder.json
    trace=100

    # issuer_up OPTIONS: an issuer with its door for acquirers at $line_port; its HTTP address in SENESCHAL_SERVER.
    issuer_up() {
        "$SENESCHAL" issuer serve --name harbour-bank --bin 47617390 --data harbour --port 0 --iso8583-port 0 "$@" \
            >harbour.out 2>>harbour.log &
        issuing=$!
        for _ in $(seq 500); do
            grep -q '^ISO 8583 on' harbour.out && break
            kill -0 $issuing 2>/dev/null || { cat harbour.log; exit 1; }
            sleep 0.02
        done
        line_port=$(sed -n 's/^ISO 8583 on .*://p' harbour.out)
        export SENESCHAL_SERVER SENESCHAL_CREDENTIAL_FILE=harbour/operator.credential
        SENESCHAL_SERVER=$(sed -n 's/^Listening on //p' harbour.out)
    }

    issuer_down() {
        kill -TERM $issuing; wait $issuing
        check "SIGTERM closes the issuer's doors cleanly" "[ $? = 0 ]"
        unset SENESCHAL_SERVER SENESCHAL_CREDENTIAL_FILE
    }

    echo "== pyiso8583: an acquirer at issuer serve --iso8583-port"
    first=--first-run
    for agreed in "ascii retail" "binary cmac" "packed none"; do
        read -r dialect key <<<"$agreed"
        [ "$key" = none ] && keyed=() || keyed=(--iso8583-key-file $key.key)
        issuer_up $first --iso8583-dialect "$dialect" "${keyed[@]}"
        if [ -n "$first" ]; then
            first=
            holder=$("$SENESCHAL" issuer cardholder add --file line-holder.json --json | member id)
            account=$("$SENESCHAL" issuer card issue "$holder" --type debit --label HARBOUR --balance 10000 \
                --enrollment direct --number-file line.number --json 2>line.issue | member card)
            "$SENESCHAL" issuer card personalize "$account" --transport-key bureau.pub.pem --json >line.card.json
        fi
        [ "$key" = none ] && shown=none || shown=$(cat $key.key)
        check "pyiso8583: $dialect, $key: purchases, proofs by pyemv, duplicates, reversals, fragments, refusals" \
            "line_python iso8583_acquirer.py $line_port $dialect $shown line.number line.card.json bureau.pem $trace"
        trace=$((trace + 100))
        issuer_down
    done
    check "no card number is in the issuer's log" "! grep -q $(cat line.number) harbour.log"

    echo "== pyiso8583: an acquirer at issuer serve with TLS"
    for name in bank till stranger; do
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.tls.key -out $name.tls.pem \
            -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
    done
    issuer_up --iso8583-dialect binary --iso8583-key-file cmac.key --iso8583-tls-certificate bank.tls.pem \
        --iso8583-tls-key bank.tls.key --iso8583-tls-client-trust till.tls.pem
    acquirer() { line_python iso8583_acquirer.py $line_port binary "$(cat cmac.key)" line.number line.card.json bureau.pem $trace; }
    check "pyiso8583: TLS, each shows the other a certificate" \
        "LINE_TRUST=bank.tls.pem LINE_CERTIFICATE=till.tls.pem LINE_KEY=till.tls.key acquirer"
    trace=$((trace + 100))
    check "pyiso8583: TLS: nobody without a certificate that is known" \
        "! LINE_TRUST=bank.tls.pem acquirer 2>/dev/null && \
         ! LINE_TRUST=bank.tls.pem LINE_CERTIFICATE=stranger.tls.pem LINE_KEY=stranger.tls.key acquirer 2>/dev/null && \
         ! acquirer 2>/dev/null"
    check "iso8583 send speaks it, and issuer status tells so" \
        "echo '{\"t\": \"0800\", \"7\": \"1127120000\", \"11\": \"000001\", \"70\": \"301\"}' | \
            \"$SENESCHAL\" iso8583 send --port $line_port --iso8583-key-file cmac.key --tls-trust bank.tls.pem \
            --tls-certificate till.tls.pem --tls-key till.tls.key | grep -q '\"39\":\"00\"' && \
         \"$SENESCHAL\" issuer status --json | grep -q 'isEncrypted.*true'"
    issuer_down

    echo "== pyiso8583: an issuer at iso8583 send"
    for agreed in "ascii none" "binary retail" "packed cmac"; do
        read -r dialect key <<<"$agreed"
        [ "$key" = none ] && keyed=() shown=none || { keyed=(--iso8583-key-file $key.key); shown=$(cat $key.key); }
        rm -f issuer.port
        line_python iso8583_issuer.py serve issuer.port "$dialect" "$shown" 2>issuer.log &
        answering=$!
        for _ in $(seq 500); do [ -f issuer.port ] && break; sleep 0.02; done
        send() { "$SENESCHAL" iso8583 send --port "$(cat issuer.port)" --iso8583-dialect "$dialect" "${keyed[@]}" "$@"; }
        check "pyiso8583: $dialect, $key: it finds our cryptograms right and wrong, and we its proof" \
            "line_python iso8583_issuer.py requests | send | line_python iso8583_issuer.py answers"
        line_python iso8583_issuer.py late >late.json
        head -n 1 late.json >late.purchase
        check "pyiso8583: $dialect, $key: an answer that does not come leaves the outcome unknown" \
            "send --timeout 1 late.purchase; [ \$? = 4 ]"
        tail -n 1 late.json >late.reversal
        check "pyiso8583: $dialect, $key: the reversal is accepted" \
            "send late.reversal | grep -q '\"39\":\"00\".*\"t\":\"0410\"'"
        kill $answering; wait $answering 2>/dev/null
    done
fi
