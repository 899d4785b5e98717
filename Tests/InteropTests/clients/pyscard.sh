# pyscard with a host of its own in Python.

if ! $PYTHON -c 'import smartcard, cryptography' 2>/dev/null; then
    echo "== pyscard: skipped: missing (Debian: apt-get install python3-pyscard python3-cryptography)"
else
    pyscard() { check "pyscard: $1" "$PYTHON -B '$TESTS/clients/pyscard_checks.py' ${*:2}"; }
    for i in 70 60 00; do
        start "pyscard-$i" --test-keys --i $i -- --atr t1
        if [ $i = 00 ]; then pyscard "SCP03 without R-MAC" scp03-cmac 8; else pyscard "SCP03" scp03 8; fi
        stop
    done
    start pyscard-71 --test-keys --i 71 -- --atr t1
    pyscard "SCP03, sixteen bytes" scp03 16
    stop
    start pyscard-t0 --test-keys -- --atr t0
    pyscard "SCP03 over T=0" scp03 8
    stop
    for i in 15 55; do
        start "pyscard-scp02-$i" --test-keys --scp02 $i --key-type des -- --atr t1
        pyscard "SCP02" scp02 8
        stop
    done
    start pyscard-scp02-t0 --test-keys --scp02 15 --key-type des -- --atr t0
    pyscard "SCP02 over T=0" scp02 8
    stop
fi
