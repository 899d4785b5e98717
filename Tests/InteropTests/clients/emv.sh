# What EMV tools read of a card's payment applications: opensc-tool byte by byte, emvtool, cardpeek, and pyemv over pyscard,
# which recomputes the cryptograms from the master key.
#
#   EMVTOOL=COMMAND  emvtool (PyPI emv, with pyscard 2.0.0 and click 7); otherwise the one that `Scripts/setup.sh --interop`
#                    has installed, or `emvtool` in PATH
#   EMVPYTHON=COMMAND a Python with pyscard and pyemv; $PYTHON otherwise

EMVTOOL=${EMVTOOL:-$(command -v emvtool)}
EMVPYTHON=${EMVPYTHON:-$PYTHON}

# select_name AID: the SELECT that opensc-tool sends.
select_name() { printf '00A40400%02X%s00' $((${#1} / 2)) "$1"; }

start emv-t1 --test-keys --payment test -- --atr t1
check "PSE answers the SFI of its directory" \
    "answers $(select_name 315041592E5359532E4444463031) 'SW1=0x90.*6F.*88 01 01'"
check "PPSE lists the universal cards before the applications of lower priority" \
    "opensc-tool -s $(select_name 325041592E5359532E4444463031) | tr -d '\n' | grep -q 'SW1=0x90.*BF 0C.*03 33.*03 10.*04 10'"
check "a universal card answers SELECT with the label of its card" \
    "opensc-tool -s $(select_name A00000033301010101) | grep -q 'Debit'"
check "the M/Chip application answers AIP and AFL to a GPO without data" \
    "opensc-tool -s $(select_name A0000000041010) -s 80A8000002830000 | tr -d '\n' | grep -q '82 02 39 80 94 08'"
check "GENERATE CRYPTOGRAM of a universal card without its data is refused, not misunderstood" \
    "opensc-tool -s $(select_name A00000033301010101) -s 80AE800000 | tr -d '\n' | grep -q 'SW1=0x67, SW2=0x00'"
if $EMVPYTHON -c 'import smartcard, pyemv' 2>/dev/null; then
    for style in quick universal mchip; do
        check "pyemv recomputes the cryptogram: $style" \
            "$EMVPYTHON -W ignore -B '$TESTS/clients/emv_checks.py' emv-t1.card.payment $style"
    done
else
    echo "== pyemv: skipped: not at hand (PyPI: pyemv, pyscard)"
fi
stop

# emvtool asks for T=0, and knows no other reader than the first.
if [ -n "$EMVTOOL" ]; then
    emvtool() { TERM=dumb $EMVTOOL "$@" 2>&1; }
    start emv-t0 --test-keys --payment test -- --atr t0
    check "emvtool lists the applications of PSE" \
        "emvtool listapps >emvtool.list && grep -q 'M/Chip' emvtool.list && grep -q 'Debit card' emvtool.list"
    check "emvtool reads every record of the card" "emvtool info >emvtool.info && ! grep -q Traceback emvtool.info"
    check "emvtool makes a transaction with the application without PDOL and decodes its records" \
        "emvtool appdata 3 >emvtool.app && grep -q '5413' emvtool.app"
    stop
else
    echo "== emvtool: skipped: not at hand (PyPI: emv, in an environment of its own with pyscard 2.0.0 and click 7)"
fi

# cardpeek walks through PSE and all AIDs that it knows and reads every record of every file. It needs a home of its own,
# which its first start makes, and its questions answered: always the first, yes.
scripts=/usr/share/cardpeek
if command -v cardpeek >/dev/null && command -v xvfb-run >/dev/null && [ -f $scripts/emv.lua ]; then
    peek() {
        yes 1 | head -n 20 |
            HOME=$WORK/peek timeout 60 xvfb-run -a cardpeek -c -r 'pcsc://Seneschal 00 00' -e "$1" >"$2" 2>&1
    }
    start emv-peek --test-keys --payment test -- --atr t1
    mkdir -p peek
    peek 'os.exit(0)' peek.first
    peek "dofile('$scripts/lib/apdu.lua') dofile('$scripts/emv.lua') print('walked through') os.exit(0)" peek.log
    check "cardpeek walks through the whole card without an error" \
        "tail -n 5 peek.log; grep -q 'walked through' peek.log && ! grep -q ERROR peek.log"
    check "cardpeek finds the four applications in PSE" "[ \$(grep -c 'PSE contains application' peek.log) = 4 ]"
    check "cardpeek gets the whole transaction of three applications, and AIP and AFL of the fourth" \
        "[ \$(grep -A 2 'Attempting GPO' peek.log | grep -c 'Recv: 9000 77') = 4 ]"
    check "cardpeek reads the log of the three that it has made a transaction with" \
        "[ \$(grep -A 2 'Reading LOG SFI 11' peek.log | grep -c 'Recv: 9000') = 3 ]"
    stop
else
    echo "== cardpeek: skipped: not at hand (Debian: apt-get install cardpeek xvfb)"
fi
