# GlobalPlatformPro.

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

