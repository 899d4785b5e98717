# What programs of plain-text accounting say of our ledger's journal: each adds up for itself, and must come to the balances
# that we state. The ledger is one whose process was killed in the middle of its work, twice.
#
#   LEDGERUNDERLOAD=FILE  the program that moves the money; beside $SENESCHAL otherwise

LEDGERUNDERLOAD=${LEDGERUNDERLOAD:-$(dirname "$SENESCHAL")/LedgerUnderLoad}

# one_cent_more FILE: the last entry moves a cent more, on both sides.
one_cent_more() {
    awk '/tagPayment/ { entry = NR } { line[NR] = $0 } END {
        for (i = 1; i <= NR; i++) {
            if (i == entry + 1 || i == entry + 2) {
                n = split(line[i], word, " ")
                line[i] = "    " word[1] "    " sprintf("%.2f", word[2] + (word[2] < 0 ? -0.01 : 0.01)) " EUR"
            }
            print line[i]
        }
    }' "$1"
}

# books DIALECT COMMAND: whether a program agrees with a journal, and disagrees with one that is a cent off.
books() {
    if ! command -v "${2%% *}" >/dev/null; then
        echo "== ${2%% *}: skipped: not at hand (Debian: hledger, ledger, beancount)"
        return
    fi
    "$LEDGERUNDERLOAD" journal books.db "$1" >"books.$1"
    one_cent_more "books.$1" >"cent.$1"
    check "$1 comes to the balances of our ledger: $(grep -c tagPayment "books.$1") entries" "${2/FILE/books.$1}"
    check "$1 refuses a journal that is a cent off" "! ${2/FILE/cent.$1}"
}

if [ -x "$LEDGERUNDERLOAD" ]; then
    echo "== a ledger, killed under load"
    for seed in 1 2; do
        "$LEDGERUNDERLOAD" load books.db $seed 4 >books.log 2>&1 &
        load=$!
        sleep 1.5
        kill -KILL $load
        wait $load 2>/dev/null
    done
    books hledger "hledger -f FILE check"
    books ledger "ledger -f FILE balance"
    books beancount "bean-check FILE"
else
    echo "== accounting: skipped: no LedgerUnderLoad beside $SENESCHAL"
fi
