# gpshell3: its whole command set but SCP11, which the card has not.
#
# gpshell3 8dd2f1b gives SET STATUS and DELETE of a key a response buffer without room for an R-MAC, therefore
# `--sec mac+enc` there.

# gpshell TITLE ARGUMENTS…: succeeds. gpshell_fails TITLE ARGUMENTS…: the card, or the program, refuses.
gpshell() { check "gpshell3 $1" "$GPSHELL ${*:2}"; }
gpshell_fails() { check "gpshell3 $1" "! $GPSHELL ${*:2}"; }
# gpshell_prints TITLE PATTERN ARGUMENTS…
gpshell_prints() { check "gpshell3 $1" "$GPSHELL ${*:3} | grep -Eq '$2'"; }

gpshell_reading() {
    gpshell_prints "list-apps: domains, applications, load files, modules" 'SD A000000151000000 lc=secured' list-apps
    gpshell_prints "list-keys" 'kv=0x' list-keys
    gpshell_prints "cplc" 'IC Fabricator' cplc
    gpshell_prints "card-info: version and protocols" 'GlobalPlatform Version : 2.3.1' card-info
    gpshell_prints "card-cap" 'Load-file data block hash Algorithms' card-cap
    gpshell_prints "card-resources" 'Free non-volatile memory' card-resources
    gpshell "iin" iin
    gpshell "cin" cin
    gpshell "div-data" div-data
    gpshell_prints "apdu --auth" '9000' apdu --auth 80CA00E000
    gpshell_prints "seq-counter" 'Sequence Counter : [0-9]+' seq-counter
    check 'gpshell3 card-data: everything at once' "$GPSHELL card-data | grep -q 'Sequence Counter'"
}

gpshell_content() {
    cap=$TESTS/small.cap package=F053454E45534348414C4901 instance=F053454E45534348414C490101
    gpshell "install" install "$cap"
    gpshell_prints "list-apps shows the instance" "$instance lc=selectable" list-apps
    gpshell "status app locks it" --sec mac+enc status app --lc locked $instance
    gpshell_prints "list-apps shows it locked" "$instance lc=locked" list-apps
    gpshell "status app unlocks it" --sec mac+enc status app --lc selectable $instance
    gpshell "delete of the package takes its instance with it" delete $package
    gpshell_fails "delete of what is gone" delete $package
    gpshell "install --load-only" install --load-only "$cap"
    gpshell "install --install-only" install --install-only --load-file $package --applet $instance \
        --module $instance "$cap"
    gpshell_fails "install --install-only a second time" install --install-only --load-file $package \
        --applet $instance --module $instance "$cap"
    gpshell "install-sd" install-sd F0112233445500
    gpshell_prints "list-apps shows the new domain" 'F0112233445500 lc=selectable priv=\[sd' list-apps
    gpshell "move" move $instance F0112233445500
    # Table 2 of Fig. 5 is of GlobalPlatform 2.1.1.
    gpshell_fails "update-registry is not for this configuration" update-registry --priv sd F0112233445500
    gpshell "status sd locks a domain" --sec mac+enc status sd --lc locked F0112233445500
    gpshell "delete of the instance" delete $instance
    gpshell "delete of the package" delete $package
    gpshell "install of a load file of many blocks" install "$TESTS/large.cap"
    gpshell_prints "hash" '^[0-9A-F]{64}' hash "$TESTS/large.cap"
}

# gpshell_keys TYPE: the key type of the session keys.
gpshell_keys() {
    other=505152535455565758595A5B5C5D5E5F
    gpshell "put-auth replaces the keys" put-auth --type $1 --kv 1 --new-kv 1 --key $other
    gpshell "the new keys open the card" --key $other list-keys
    gpshell_fails "the old keys do not" list-keys
    gpshell "put-auth puts the test keys back" --key $other put-auth --type $1 --kv 1 --new-kv 1 \
        --key 404142434445464748494A4B4C4D4E4F
    gpshell "put-auth adds a key set" put-auth --type $1 --kv 0 --new-kv 2 --key $other
    gpshell "the added set opens the card" --kv 2 --key $other list-keys
    gpshell "del-key deletes it" --sec mac+enc del-key --kv 2
    for bits in 1024 2048 3072; do
        openssl genrsa -out rsa$bits.pem $bits 2>/dev/null
        gpshell "put-dm-token with RSA-$bits" put-dm-token --kv 0 --token-type rsa rsa$bits.pem
        gpshell_prints "list-keys shows it" 'kv=0x70' list-keys
        gpshell "del-key" --sec mac+enc del-key --kv 0x70
    done
    for curve in prime256v1 secp384r1; do
        openssl ecparam -name $curve -genkey -noout -out $curve.pem
        gpshell "put-dm-token with $curve, explicit parameters" put-dm-token --kv 0 --token-type ecc $curve.pem
        gpshell "del-key" --sec mac+enc del-key --kv 0x70
        gpshell "put-key with $curve by reference" put-key --type ecc --ecc-curve reference --kv 0 --idx 1 \
            --new-kv 0x73 --pem $curve.pem
        gpshell "del-key" --sec mac+enc del-key --kv 0x73
    done
    gpshell "put-dm-receipt with AES" put-dm-receipt --kv 0 --receipt-type aes $other
    gpshell "del-key" --sec mac+enc del-key --kv 0x71
    gpshell "put-dm-receipt with 3DES" put-dm-receipt --kv 0 --receipt-type des $other
    gpshell "put-dap-key with ECC" put-dap-key --key-type ecc prime256v1.pem
    gpshell "put-dap-key replaces it with AES" put-dap-key --kv 0x73 --key-type aes $other
}

# gpshell_delegated KIND: tokens signed by gpshell3, receipts verified by it, on Fig. 7.
gpshell_delegated() {
    central=F053454E45534348414C43530001 delegated=F0112233445501
    cap=$TESTS/small.cap package=F053454E45534348414C4901 instance=F053454E45534348414C490101
    other=505152535455565758595A5B5C5D5E5F
    case $1 in
    rsa*) type=rsa; openssl genrsa -out token.pem "${1#rsa}" 2>/dev/null ;;
    *) type=ecc; openssl ecparam -name "$1" -genkey -noout -out token.pem ;;
    esac
    gpshell "put-dm-token $1" --sd $central put-dm-token --kv 0 --token-type $type token.pem
    gpshell "put-dm-receipt" --sd $central put-dm-receipt --kv 0 $other
    # install-sd reads the issuer security domain, which no other may.
    gpshell "apdu --auth: a domain with delegated management" --sd $central --sec mac+enc apdu --auth \
        80E60C002107A000000151535008A00000015153504107F011223344550103A0000002C9000000
    gpshell "update-registry" --sd $central update-registry --priv sd,dm,trusted-path $delegated
    hash=$($GPSHELL hash "$cap")
    load=$($GPSHELL sign-load-token "$cap" $delegated "$hash" token.pem)
    install=$($GPSHELL sign-install-token --p1 0x0C $package $instance $instance token.pem)
    gpshell_fails "install without tokens is refused" --sd $delegated install --hash "$hash" "$cap"
    gpshell "install --load-token --install-token" --sd $delegated --sec mac+enc install --hash "$hash" \
        --load-token "$load" --install-token "$install" "$cap"
    check "the application can be selected" "answers 00A404000DF053454E45534348414C49010100 'SW1=0x90, SW2=0x00'"
    # Its buffer for the token of DELETE has no room for a longer one.
    [ $1 = rsa2048 ] && return
    gpshell_fails "delete without a token is refused" --sd $delegated --sec mac+enc delete $instance
    delete=$($GPSHELL sign-delete-token $instance token.pem)
    check "gpshell3 delete --token" "$GPSHELL --sd $delegated --sec mac delete --token $delete $instance >delete.log"
    receipt=$(sed -n 's/^Response APDU (without 9000): //p' delete.log)
    gpshell "verify-delete-receipt" verify-delete-receipt --key $other --aid $instance "$receipt"
    gpshell_fails "the same token is refused for what is not there" --sd $delegated delete --token $delete $instance
}

if [ -z "$GPSHELL" ]; then
    echo "== gpshell3: skipped: set GPSHELL to its command"
else
    for i in 70 60 00; do
        start "gpshell-$i" --test-keys --i $i -- --atr t1
        gpshell_reading
        gpshell_content
        gpshell_keys aes
        stop
    done
    for i in 15 55; do
        start "gpshell-scp02-$i" --test-keys --scp02 $i --key-type des -- --atr t1
        gpshell_reading
        gpshell_content
        gpshell_keys 3des
        stop
    done
    for kind in rsa1024 rsa2048 prime256v1 secp384r1; do
        start "gpshell-delegated-$kind" --test-keys --configuration embedded-third-party --without-mandated-dap -- --atr t1
        gpshell_delegated $kind
        stop
    done
    start gpshell-t0 --test-keys -- --atr t0
    gpshell_reading
    gpshell_content
    stop
fi
