// ISO 8583 over TCP, both ends.
