// ISO 8583:1987 messages between an acquirer and an issuer.
