# opensc-tool and pcsc_scan: what any PC/SC program sees first.

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
