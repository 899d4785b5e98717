// The payment server: ledger, orders, bills, transfers, smart cards.
