# pySim-shell on a UICC: the file system's root, then the commands of its security domain.

# pysim TITLE COMMAND…: pySim-shell runs the commands on the ISD and complains of nothing. What they print is matched
# against PATTERN, when that is set.
pysim() {
    title=$1; shift
    commands=(); for command; do commands+=(-e "$(printf %q "$command")"); done
    check "pySim-shell: $title" "out=\$($PYSIM -p 0 --noprompt ${commands[*]} -e quit </dev/null 2>&1)
        echo \"\$out\"; ! echo \"\$out\" | grep -Eq 'EXCEPTION|Error|Traceback|not equipped|Cannot' &&
        echo \"\$out\" | grep -Eq '${PATTERN:-.}'"
}

pysim_commands() {
    open="$1 --key-enc $key --key-mac $key --key-dek $key"
    PATTERN='3f00' pysim "MF" "select MF"
    PATTERN='application_id|a000000151000000' pysim "select ADF.ISD" "select ADF.ISD"
    PATTERN='key_information' pysim "get_data key_information" "select ADF.ISD" "get_data key_information"
    PATTERN='card_recognition|card_data' pysim "get_data card_data" "select ADF.ISD" "get_data card_data"
    for level in 1 3 ${2:-}; do
        PATTERN=Successfully pysim "$1 at level $level" "select ADF.ISD" "$open --security-level $level" "get_status isd"
    done
    PATTERN='f053454e45534348414c5056|F053454E45534348414C5056|aid' pysim "get_status of applications and load files" \
        "select ADF.ISD" "$open --security-level 3" "get_status applications" "get_status files" "get_status files_and_modules"
    version=$4
    PATTERN='done' pysim "install_cap" "select ADF.ISD" "$open" "install_cap $TESTS/described.cap"
    check "the application can be selected" "answers 00A404000DF053454E45534348414C49030100 'SW1=0x(90|61)'"
    pysim "set_status locks it" "select ADF.ISD" "$open --security-level 3" \
        "set_status app_or_ssd locked --aid F053454E45534348414C490301"
    pysim "delete_card_content" "select ADF.ISD" "$open" \
        "delete_card_content F053454E45534348414C4903 --delete-related-objects"
    pysim "put_key adds a set" "select ADF.ISD" "$open --security-level 3" \
        "put_key --key-version-nr $version --key-id 1 --key-type $3 --key-data $other --key-type $3 --key-data $other --key-type $3 --key-data $other"
    PATTERN=Successfully pysim "the added set opens the card" "select ADF.ISD" \
        "$1 --key-ver $version --key-enc $other --key-mac $other --key-dek $other"
    pysim "delete_key" "select ADF.ISD" "$open" "delete_key --key-ver $version"
    pysim "store_data" "select ADF.ISD" "$open" "store_data --data-structure ber_tlv 42030102034503040506"
    pysim "install_for_install of a security domain" "select ADF.ISD" "$open" \
        "install_for_install --load-file-aid A0000001515350 --module-aid A000000151535041 --application-aid F0112233445500 --privilege security_domain --install-parameters C900 --make-selectable"
}

if [ -z "$PYSIM" ]; then
    echo "== pySim-shell: skipped: set PYSIM to its command"
else
    key=404142434445464748494A4B4C4D4E4F
    other=505152535455565758595A5B5C5D5E5F
    # It takes version numbers as telling the protocol: 20 to 2F for SCP02, 30 to 3F for SCP03.
    start pysim-scp03 --file-system --test-keys -- --atr t0
    pysim_commands establish_scp03 51 aes 0x32
    stop
    start pysim-scp02 --file-system --test-keys --scp02 15 --key-type des -- --atr t0
    pysim_commands establish_scp02 '' des 0x22
    stop
    # On a UICC the ISD creates security domains, and loads nothing.
    start pysim-uicc --configuration uicc --test-keys -- --atr t0
    PATTERN='3f00' pysim "MF of a UICC" "select MF"
    PATTERN=Successfully pysim "a security domain on a UICC" "select ADF.ISD" \
        "establish_scp03 --key-enc $key --key-mac $key --key-dek $key" \
        "install_for_install --load-file-aid A0000001515350 --module-aid A000000151535041 --application-aid F0112233445500 --privilege security_domain --install-parameters C900 --make-selectable"
    stop
fi
