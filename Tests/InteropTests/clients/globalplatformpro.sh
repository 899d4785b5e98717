# GlobalPlatformPro: reading, content, keys, domains, states; over SCP03 and SCP02, S8 and S16, T=1 and T=0.

key=404142434445464748494A4B4C4D4E4F
other=505152535455565758595A5B5C5D5E5F
package=F053454E45534348414C4901 instance=F053454E45534348414C490101 domain=F0112233445500

# gp TITLE ARGUMENTS…: succeeds with the test keys. gp_fails TITLE ARGUMENTS…: the card, or the program, refuses.
gp() { check "gp $1" "$GP --key $key ${*:2}"; }
gp_fails() { check "gp $1" "! $GP --key $key ${*:2}"; }
# gp_prints TITLE PATTERN ARGUMENTS…: so much of the answer.
gp_prints() { check "gp $1" "$GP --key $key ${*:3} | grep -Eq '$2'"; }
# How many packages and applications the card tells of.
entries() { $GP --key $key "$@" -l 2>/dev/null | grep -c '^PKG\|^APP'; }

gp_reading() {
    check "gp --info reads the card's data" "$GP --info"
    gp_prints "-l lists the issuer security domain" '^ISD' -l
    check "gp with a wrong key is refused" "! $GP --key $other -l"
}

# gp_content CAP…
gp_content() {
    for cap; do
        before=$(entries)
        gp "--load $(basename "$cap")" --load "$cap"
        check "gp -l shows one package more" "[ \$(entries) = $((before + 1)) ]"
        gp "--uninstall deletes it" --uninstall "$cap"
        check "gp -l shows what there was before" "[ \$(entries) = $before ]"
    done
    cap=$TESTS/small.cap
    gp "--install loads and installs" --install "$cap"
    check "the application can be selected" "answers 00A404000DF053454E45534348414C49010100 'SW1=0x90, SW2=0x00'"
    check "gp -l shows package and application" "[ \$(entries) = $((before + 2)) ]"
    gp "--lock-applet" --lock-applet $instance
    check "a locked application cannot be selected" "answers 00A404000DF053454E45534348414C49010100 'SW1=0x6A, SW2=0x82'"
    gp "--unlock-applet" --unlock-applet $instance
    check "after it, it can" "answers 00A404000DF053454E45534348414C49010100 'SW1=0x90, SW2=0x00'"
    gp "--create makes a second instance" --package $package --applet $instance --create F05345AA01
    gp_prints "-l shows it" 'F05345AA01' -l
    gp "--delete deletes it" --delete F05345AA01
}

# gp_keys RSA-BITS…: the sizes that it can wrap.
gp_keys() {
    gp "--lock replaces the keys" --lock $other
    check "the new keys open the card" "$GP --key $other -l"
    check "the old keys do not" "! $GP --key $key -l"
    stop
    serve --atr t1
    check "the new keys are still there after a restart" "$GP --key $other -l"
    check "so is the application" "answers 00A404000DF053454E45534348414C49010100 'SW1=0x90, SW2=0x00'"
    check "gp --lock puts the test keys back" "$GP --key $other --lock $key"
    gp_prints "opens the card with them" '^ISD' -l
    gp "--lock --new-keyver adds a key set" --lock $other --new-keyver 2
    check "the added set opens the card" "$GP --key $other --key-ver 2 -l"
    gp "--delete-key deletes it" --key-ver 1 --delete-key 2
    for bits; do
        openssl genrsa $bits 2>/dev/null | openssl rsa -pubout -out rsa$bits.pub.pem 2>/dev/null
        gp "--put-key RSA-$bits" --put-key rsa$bits.pub.pem --new-keyver 0x70
        gp "--replace-key by itself" --replace-key rsa$bits.pub.pem --new-keyver 0x70
        gp "--delete-key" --delete-key 0x70
    done
    for curve in prime256v1 secp384r1; do
        openssl ecparam -name $curve -genkey -noout | openssl ec -pubout -out $curve.pub.pem 2>/dev/null
        gp "--put-key $curve" --put-key $curve.pub.pem --new-keyver 0x73
        gp "--delete-key" --delete-key 0x73
    done
    gp "--put-key AES" --put-key aes:$other --new-keyver 0x71
    gp "--delete-key" --delete-key 0x71
}

gp_domains() {
    gp "--domain creates a domain" --domain $domain --allow-from --allow-to
    gp_prints "-l shows it" "$domain" -l
    check "gp -c opens it with the keys above it" "$GP -c $domain --key $key -l"
    gp "--move extradites an application to it" --move $instance --to $domain
    gp_prints "-l shows where it went" "(Parent|From|Domain).*$domain" -l -v
    check "gp -c --lock gives the domain keys of its own" "$GP -c $domain --key $key --lock $other --new-keyver 1"
    check "they open it" "$GP -c $domain --key $other -l"
    check "the keys above do not any more" "! $GP -c $domain --key $key -l"
    check "gp --store-data through the domain" "$GP -c $domain --key $other --store-data 42030102034503040506"
    gp "--delete of the domain and what it holds" --force --delete $domain
}

gp_states() {
    gp "--lock-card" --lock-card
    check "a locked card selects no application" "! answers 00A404000DF053454E45534348414C49010100 'SW1=0x90'"
    gp "--unlock-card" --unlock-card
    check "an unlocked one does" "answers 00A404000EF053454E45534348414C5743000100 'SW1=0x90, SW2=0x00'"
}

# Delegated management on Fig. 7: the central domain verifies tokens, a domain below it installs with them.
gp_delegated() {
    central=F053454E45534348414C43530001 delegated=F0112233445501
    openssl genrsa -out token$1.pem $1 2>/dev/null
    openssl rsa -in token$1.pem -pubout -out token$1.pub.pem 2>/dev/null
    gp "--put-key of the token's key, RSA-$1" -c $central --put-key token$1.pub.pem --new-keyver 0x70
    gp "--put-key of the receipts' key" -c $central --put-key aes:$other --new-keyver 0x71
    gp "--domain with DelegatedManagement" -c $central --domain $delegated --privs DelegatedManagement
    gp_fails "--load without a token is refused" -c $delegated --load "$TESTS/small.cap"
    gp "--dm-key --receipt-key --load" -c $delegated --dm-key token$1.pem --receipt-key $other --load "$TESTS/small.cap"
    gp_prints "-l shows the package below the domain" $package -c $delegated -l
    openssl genrsa -out wrong$1.pem $1 2>/dev/null
    gp_fails "--install-only with another key's token is refused" -c $delegated --dm-key wrong$1.pem \
        --package $package --applet $instance --create $instance
    gp "--dm-key --create" -c $delegated --dm-key token$1.pem --receipt-key $other \
        --package $package --applet $instance --create $instance
    gp "--dm-key --delete" -c $delegated --dm-key token$1.pem --receipt-key $other --delete $instance
    gp "--dm-key --delete of the package" -c $delegated --dm-key token$1.pem --receipt-key $other --delete $package
}

# DAP on Fig. 7: a domain that verifies what is loaded below it.
gp_dap() {
    central=F053454E45534348414C43530001 verifying=F0112233445502
    gp "--domain with DAPVerification" -c $central --domain $verifying --privs DAPVerification
    gp "--put-key of the DAP's key" -c $verifying --put-key $1.pub.pem --new-keyver 0x73
    gp_fails "--load without a DAP is refused" -c $central --load "$TESTS/small.cap" --to $verifying
    gp "--load with a DAP" -c $central --load "$TESTS/small.cap" --to $verifying --dap-domain $verifying --dap-key $1.pem
    gp "--delete" -c $central --delete $package
}

if [ -z "$GP" ]; then
    echo "== GlobalPlatformPro: skipped: set GP to its command"
else
    for i in 70 71 60 00; do
        start "gp-$i" --test-keys --i $i -- --atr t1
        gp_reading
        # GlobalPlatformPro cuts LOAD as for 8-byte MACs; under S16 only a file that fits one command gets through.
        caps=("$TESTS/small.cap")
        [ $i = 71 ] || caps+=("$TESTS/large.cap" ${CAP:+"$CAP"})
        gp_content "${caps[@]}"
        gp_keys 1024 2048 3072
        gp_domains
        gp_states
        gp "--uninstall deletes package and application" --uninstall "$TESTS/small.cap"
        stop
    done
    start gp-s16 --test-keys --i 71 -- --atr t1
    gp_prints "--s16 asks for it at once" '^ISD' --s16 -l
    stop
    for i in 15 55; do
        start "gp-scp02-$i" --test-keys --scp02 $i --key-type des -- --atr t1
        gp_reading
        gp_content "$TESTS/small.cap" "$TESTS/large.cap" ${CAP:+"$CAP"}
        # Under SCP02 it does not cut long commands.
        gp_keys 1024
        gp_domains
        gp_states
        stop
    done
    for bits in 1024 2048; do
        start "gp-delegated-$bits" --test-keys --configuration embedded-third-party --without-mandated-dap -- --atr t1
        gp_delegated $bits
        stop
    done
    for kind in rsa2048 prime256v1; do
        if [ $kind = rsa2048 ]; then openssl genrsa -out $kind.pem 2048 2>/dev/null
        else openssl ecparam -name $kind -genkey -noout -out $kind.pem; fi
        openssl pkey -in $kind.pem -pubout -out $kind.pub.pem
        start "gp-dap-$kind" --test-keys --configuration embedded-third-party --without-mandated-dap -- --atr t1
        gp_dap $kind
        stop
    done
    start gp-t0 --test-keys -- --atr t0
    gp "--install over T=0" --install "$TESTS/large.cap" --applet F053454E45534348414C490201
    gp_prints "-l over T=0" F053454E45534348414C490201 -l
    gp_prints "--mode enc, rmac, renc: every field of both directions encrypted" F053454E45534348414C490201 \
        --mode enc --mode rmac --mode renc -l
    gp "--uninstall over T=0" --uninstall "$TESTS/large.cap"
    stop
fi
