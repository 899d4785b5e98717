#!/usr/bin/env python3
"""Makes smart-card.json with Python's cryptography: what a card and a server compute, written independently of ours."""
import hashlib, json
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.cmac import CMAC


def cmac(key, message):
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def counter_mode(key, purpose):
    return b"".join(cmac(key, bytes([i]) + purpose + b"\x00\x01\x00") for i in (1, 2))


def name(text):
    return bytes([len(text)]) + text.encode()


master = bytes(range(32))
card = bytes.fromhex("5345000000000001")
key = b"".join(cmac(master, bytes([c]) + card + b"SENESCHAL-SCV") for c in (0x41, 0x42))
terminal, transaction, amount, currency = "trm_corner-shop", "txn-0001", 1250, "EUR"
digest = hashlib.sha256(
    b"SCV1" + name(terminal) + name(transaction) + amount.to_bytes(8, "big") + currency.encode()).digest()
nonce = bytes(range(0xA0, 0xB0))
response = cmac(counter_mode(key, b"SCV response"), nonce + card + name(terminal) + digest)
data, iv = b"member 4711", bytes(range(12))
file = b"\x01" + iv + AESGCM(counter_mode(key, b"SCV card data")).encrypt(iv, data, b"\x01" + card)
print(json.dumps({
    "origin": "made by make-smart-card.py with Python's cryptography",
    "proves": "card key, transaction hash, response to a challenge and encrypted data file of a smart card",
    "master": master.hex(), "card": card.hex().upper(), "key": key.hex(), "terminal": terminal,
    "transaction": transaction, "amount": amount, "currency": currency, "hash": digest.hex(), "nonce": nonce.hex(),
    "response": response.hex(), "data": data.hex(), "file": file.hex()}, indent=2))
