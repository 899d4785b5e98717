# Our own host side, `seneschal gp`, over PC/SC: the card and the host here are one house, but pcscd, its driver and the
# two transmission protocols between them are not.

XDG_STATE_HOME=$WORK/state
export XDG_STATE_HOME

gp_commands() {
    keys=$name.next.keys
    check "gp readers shows the card" "$SENESCHAL gp readers | grep -q 'ATR 3B'"
    check "gp info reads the card's data" "$SENESCHAL gp info | grep -q 'SCP0'"
    check "gp list shows the issuer security domain" "$SENESCHAL gp list --test-keys | grep -q '^ISD.*SECURED'"
    check "wrong keys are status 5 and burn no try" \
        "$SENESCHAL gp list --key 505152535455565758595A5B5C5D5E5F --force-visible-keys; [ \$? = 5 ]"
    check "gp install loads and installs two applications" \
        "$SENESCHAL gp install '$TESTS/large.cap' --all-modules --test-keys"
    check "an application can be selected" "$SENESCHAL gp apdu 00A404000DF053454E45534348414C490201"
    check "gp lock takes it out of reach" "$SENESCHAL gp lock F053454E45534348414C490201 --test-keys &&
        ! $SENESCHAL gp apdu 00A404000DF053454E45534348414C490201"
    check "gp unlock brings it back" "$SENESCHAL gp unlock F053454E45534348414C490201 --test-keys &&
        $SENESCHAL gp apdu 00A404000DF053454E45534348414C490201"
    check "gp domain create and keys put" "$SENESCHAL gp domain create A0000001515350410001 --test-keys &&
        $SENESCHAL gp keys put --sd A0000001515350410001 --new-version 30 --random '$name.sd.keys' --test-keys &&
        $SENESCHAL gp list --sd A0000001515350410001 --keys '$name.sd.keys'"
    check "gp keys rotate changes the keys" "$SENESCHAL gp keys rotate --from 01 --to 02 --random '$keys' --test-keys &&
        ! $SENESCHAL gp list --test-keys"
    check "every field of both directions encrypted" "$SENESCHAL gp list --keys '$keys' --security full"
    check "gp delete takes package and applications away" \
        "$SENESCHAL gp delete F053454E45534348414C4902 --with-applications --keys '$keys'"
    check "a lower level lists the same" "[ \"\$($SENESCHAL gp list --keys '$keys' --security mac)\" = \
        \"\$($SENESCHAL gp list --keys '$keys')\" ]"
}

for atr in t1 t0; do
    start "own-$atr" --test-keys -- --atr $atr
    gp_commands
    stop
done

start own-s16 --test-keys --i 71 -- --atr t1
gp_commands
stop

# From SCP02 to SCP03, over both transmission protocols.
for atr in t1 t0; do
    start "own-scp02-$atr" --test-keys --scp02 15 --key-type des -- --atr $atr
    keys=$name.aes.keys
    check "gp opens SCP02" "$SENESCHAL gp keys verify --test-keys | grep -q 'SCP02 i=15'"
    check "gp install over SCP02" "$SENESCHAL gp install '$TESTS/large.cap' --all-modules --test-keys"
    check "gp list over SCP02, encrypted" "$SENESCHAL gp list --test-keys --security mac-enc | grep -q 'App F053454E45534348414C490202'"
    check "gp keys rotate takes the card to SCP03" \
        "$SENESCHAL gp keys rotate --from 01 --to 30 --random '$keys' --algorithm aes --test-keys"
    check "gp opens SCP03 then" "$SENESCHAL gp keys verify --keys '$keys' | grep -q SCP03"
    stop
done

# The card loses its power in the middle of a load; the same command takes it up on the next contact.
start own-cut --test-keys -- --atr t1
"$SENESCHAL" gp install "$TESTS/large.cap" --all-modules --test-keys >cut.log 2>&1 &
host=$!
for _ in $(seq 4000); do
    [ "$(grep -c '^> 84E8' own-cut.trace)" -ge 3 ] && break
    kill -0 $host 2>/dev/null || break
    sleep 0.005
done
# pcscd may abort over a reader that is gone: the shell need not tell.
{ kill -KILL $server; wait $server; } 2>/dev/null
{ wait $host; cut=$?; } 2>/dev/null
{ kill $daemon; wait $daemon; } 2>/dev/null
serve --atr t1
if [ $cut = 0 ]; then
    echo "the load was over before it could be cut: not checked"
else
    check "a card that is lost in the middle of a load is status 3, 4 or 6" "[ $cut = 3 ] || [ $cut = 4 ] || [ $cut = 6 ]"
    check "gp status knows of it" "$SENESCHAL gp status | grep -q 'F053454E45534348414C4902 was interrupted'"
    check "the same gp install completes it" "$SENESCHAL gp install '$TESTS/large.cap' --all-modules --test-keys"
fi
check "nothing is unfinished then" "$SENESCHAL gp status | grep -q 'Nothing is unfinished'"
check "both applications are there" "[ \$($SENESCHAL gp list --test-keys | grep -c 'App F053454E45534348414C49020') = 2 ]"
stop
