# A fare gate on a purse, both ours, with what stands between them that is not: pcscd with vpcd's driver, and nfcpy's air.

start purse --test-keys --payment purse -- --atr t1 --air 46100
gate() { "$SENESCHAL" terminal gate --module gate.psam --journal gate.journal --test-keys --json "$@" 2>gate.errors; }
check "a gate debits a purse in a PC/SC reader" \
    "gate --reader Seneschal --fare 200 | tee gate.first | grep -q '\"outcome\": *\"opened\"' && grep -q '\"balance\": *\"4800\"' gate.first"
check "the same purse pays over the air, from what the first fare left" \
    "gate --air 46100 --fare 300 | tee gate.second | grep -q '\"outcome\": *\"opened\"' && grep -q '\"balance\": *\"4500\"' gate.second"
check "a fare above the balance is refused with status 1, and nothing is paid" \
    "gate --air 46100 --fare 5000; [ \$? = 1 ] && gate --air 46100 --fare 0 | grep -q '\"balance\": *\"4500\"'"
check "opensc-tool reads the newest record of the purse's log" \
    "opensc-tool -s 00A4040008A000000632010105 -s 00B201C417 | tr -d '\n' | grep -q 'SW1=0x90.*06 A1 00 00 00 00 01'"
stop
