#!/usr/bin/env bash
# Makes sure that the build has what it needs from the system: Swift, and three C libraries with their headers.
# Does nothing, in a few milliseconds, when everything is there. Installs with apt-get as root or by sudo, or says
# exactly which packages to install.
#
#   Scripts/setup.sh            what `make demo` and `make test` need
#   Scripts/setup.sh --photographs
#                               what reading cards from pictures needs, and drawing them for the tests: `make test`
#                               installs it where it can; without it those tests are skipped, and the demonstration
#                               does not photograph
#   Scripts/setup.sh --interop  the programs that `make interop` puts on the card, as far as Debian and PyPI have them;
#                               those of PyPI go to .build/interop and .build/interop-emv
set -euo pipefail

swift_minimum=6.2

version_at_least() { # version_at_least FOUND WANTED
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

check_swift() {
    if ! command -v swift >/dev/null; then
        echo "setup: Swift $swift_minimum or newer is needed and not on the PATH: https://www.swift.org/install/linux/" >&2
        exit 1
    fi
    local found
    found=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+(\.[0-9]+)*).*/\1/p' | head -n 1)
    if ! version_at_least "${found:-0}" "$swift_minimum"; then
        echo "setup: Swift $swift_minimum or newer is needed; $(command -v swift) is ${found:-of unknown version}" >&2
        exit 1
    fi
}

# Prints the Debian packages that are missing. The headers are what counts: they may come from elsewhere.
missing_packages() {
    if ! command -v pkg-config >/dev/null; then
        # Without pkg-config nothing else can be asked.
        echo pkg-config libssl-dev libsqlite3-dev zlib1g-dev
        return
    fi
    pkg-config --exists 'libcrypto >= 3.0' || echo libssl-dev
    pkg-config --exists 'sqlite3 >= 3.37' || echo libsqlite3-dev
    pkg-config --exists zlib || echo zlib1g-dev
}

install_packages() {
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then return 1; fi
        as_root=(sudo)
    fi
    command -v apt-get >/dev/null || return 1
    "${as_root[@]}" apt-get update -qq || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Prints the Debian packages of the programs that `make interop` runs, those that are missing.
missing_clients() {
    command -v pcscd >/dev/null || echo pcscd
    find /usr/lib /usr/local/lib -name 'libifdvpcd.so*' 2>/dev/null | grep -q . || echo vsmartcard-vpcd
    command -v opensc-tool >/dev/null || echo opensc
    command -v pcsc_scan >/dev/null || echo pcsc-tools
    command -v hledger >/dev/null || echo hledger
    command -v ledger >/dev/null || echo ledger
    command -v bean-check >/dev/null || echo beancount
    command -v cardpeek >/dev/null || echo cardpeek
    command -v xvfb-run >/dev/null || echo xvfb xauth
    # emvtool's pyscard is built from its source.
    command -v swig >/dev/null || echo swig
    command -v gcc >/dev/null || echo gcc
    pkg-config --exists libpcsclite || echo libpcsclite-dev
    pkg-config --exists python3 || echo python3-dev
    command -v unshare >/dev/null || echo util-linux
    command -v openssl >/dev/null || echo openssl
    /usr/bin/python3 -c 'import smartcard' 2>/dev/null || echo python3-pyscard
    /usr/bin/python3 -c 'import cryptography' 2>/dev/null || echo python3-cryptography
    /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv
}

# nfcpy reads the card over the air, pyemv recomputes its cryptograms, pyiso8583 is the other end of a line: a virtual
# environment on top of the system's Python.
install_python_clients() {
    local folder=.build/interop
    "$folder/bin/python" -c 'import nfc, pyemv, iso8583' 2>/dev/null && return
    /usr/bin/python3 -m venv --system-site-packages "$folder" && "$folder/bin/pip" install --quiet nfcpy pyemv pyiso8583 && return
    rm -rf "$folder"
    echo "setup: nfcpy, pyemv and pyiso8583 could not be installed from here; the checks that need them are skipped" >&2
}

# emvtool wants a pyscard and a click of its own time: another environment.
install_emvtool() {
    local folder=.build/interop-emv
    [ -x "$folder/bin/emvtool" ] && return
    /usr/bin/python3 -m venv "$folder" && "$folder/bin/pip" install --quiet emv pyscard==2.0.0 'click<8' 2>/dev/null && return
    rm -rf "$folder"
    echo "setup: emvtool could not be installed from here; its checks are skipped" >&2
}

# Prints the Debian packages that reading and drawing cards need, those that are missing.
missing_for_photographs() {
    local fonts=/usr/share/fonts
    [ -n "$(find /usr/lib /usr/local/lib -name 'libtesseract.so.5' -print -quit 2>/dev/null)" ] || echo libtesseract5
    [ -n "$(find /usr/lib /usr/local/lib -name 'libfreetype.so.6' -print -quit 2>/dev/null)" ] || echo libfreetype6
    [ -n "$(find /usr/share -name eng.traineddata -print -quit 2>/dev/null)" ] || echo tesseract-ocr-eng
    [ -e $fonts/truetype/dejavu/DejaVuSansMono.ttf ] || echo fonts-dejavu-core
    [ -e $fonts/truetype/liberation/LiberationMono-Regular.ttf ] || echo fonts-liberation
    [ -e $fonts/truetype/ocr-a/OCRA.ttf ] || echo fonts-ocr-a
    [ -e $fonts/opentype/ocr-b/OCRB.otf ] || echo fonts-ocr-b
}

if [ "${1:-}" = --photographs ]; then
    missing=$(missing_for_photographs | tr '\n' ' ')
    [ -z "${missing// /}" ] && exit 0
    echo "setup: installing $missing"
    # shellcheck disable=SC2086 # one word each
    if install_packages $missing && [ -z "$(missing_for_photographs)" ]; then exit 0; fi
    echo "setup: these could not be installed from here: $missing; the tests that need them are skipped" >&2
    exit 1
fi

if [ "${1:-}" = --interop ]; then
    missing=$(missing_clients | tr '\n' ' ')
    [ -z "${missing// /}" ] && { install_python_clients; install_emvtool; exit 0; }
    echo "setup: installing $missing"
    # shellcheck disable=SC2086 # one word each
    if install_packages $missing && [ -z "$(missing_clients)" ]; then install_python_clients; install_emvtool; exit 0; fi
    echo "setup: these could not be installed from here: $missing; the checks that need them are skipped" >&2
    exit 1
fi

check_swift
missing=$(missing_packages | tr '\n' ' ')
[ -z "${missing// /}" ] && exit 0

echo "setup: installing $missing"
# shellcheck disable=SC2086 # one word each
if install_packages $missing && [ -z "$(missing_packages)" ]; then
    exit 0
fi
cat >&2 <<MESSAGE
setup: these packages are missing and could not be installed from here:

    $missing

On Debian and Ubuntu:  sudo apt-get install $missing
On Fedora:             sudo dnf install pkgconf-pkg-config openssl-devel sqlite-devel zlib-devel
MESSAGE
exit 1
