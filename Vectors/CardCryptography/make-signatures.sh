#!/bin/sh
# Makes signatures.json with the openssl program: keys for tests only, and one signature of each over one message.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'Token, receipt or DAP' >"$work/message"

hex() { od -An -v -tx1 "$1" | tr -d ' \n'; }

entry() { # name, arguments of dgst
    name=$1
    shift
    openssl pkcs8 -topk8 -nocrypt -in "$work/key.pem" -outform DER -out "$work/key.der"
    openssl pkey -in "$work/key.pem" -pubout -out "$work/public.pem"
    openssl dgst -sign "$work/key.pem" "$@" -out "$work/signature" "$work/message"
    printf '%s    {\n      "name": "%s",\n      "privateKeyDER": "%s",\n      "publicKeyPEM": "%s",\n      "signature": "%s"\n    }' \
        "$separator" "$name" "$(hex "$work/key.der")" "$(awk '{printf "%s\\n", $0}' "$work/public.pem")" \
        "$(hex "$work/signature")"
    separator=',
'
}

separator=''
{
    printf '{\n  "origin": "openssl, see make-signatures.sh; the keys are for tests only",\n'
    printf '  "proves": "the signature scheme of each kind of key; of ECDSA the signature is in DER",\n'
    printf '  "message": "%s",\n  "keys": [\n' "$(hex "$work/message")"
    openssl genrsa -out "$work/key.pem" 1024 2>/dev/null
    entry RSA-1024 -sha1
    for bits in 2048 3072; do
        openssl genrsa -out "$work/key.pem" $bits 2>/dev/null
        entry RSA-$bits -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sigopt rsa_mgf1_md:sha256
    done
    for curve in P-256:sha256 P-384:sha384 P-521:sha512 brainpoolP256r1:sha256 brainpoolP384r1:sha384; do
        openssl ecparam -name "${curve%:*}" -genkey -noout -out "$work/key.pem"
        entry "${curve%:*}" "-${curve#*:}"
    done
    printf '\n  ]\n}\n'
} >signatures.json
