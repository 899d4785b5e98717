#!/usr/bin/env python3
"""Makes ecka-eg-p256.json: keys and receipts of GPC Amendment A scenario #3, computed with the `cryptography` package
alone, so that nothing of the Swift code stands behind it.

Run in this folder: python3 make-ecka-eg.py > ecka-eg-p256.json
"""
import json

from cryptography.hazmat.primitives import cmac, hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def point(key):
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def lv(value):
    return bytes([len(value)]) + value


def text(value):
    return value.hex().upper()


card = ec.derive_private_key(int("41" + "C1" * 31, 16), ec.SECP256R1())
host = ec.derive_private_key(int("5A" * 32, 16), ec.SECP256R1())
secret = host.exchange(ec.ECDH(), card.public_key())
cases = []
for length, random, identifiers in [
    (16, "", None),
    (16, "D0" * 16, None),
    (24, "", None),
    (32, "A1" * 16, ("B0B1B2", "4820", "0102030405060708")),
]:
    random = bytes.fromhex(random)
    parameter = 0x09 | (0x02 if random else 0) | (0x04 if identifiers else 0)
    value = bytes.fromhex("9002 03%02X 950110 800188 8101%02X 820101 83012F 9100" % (parameter, length))
    information = bytes([0x10, 0x88, length]) + random
    if identifiers:
        value += b"\x84" + lv(bytes.fromhex(identifiers[0]))
        information += b"".join(lv(bytes.fromhex(i)) for i in identifiers)
    template = b"\xA6" + lv(value)
    data = X963KDF(algorithm=hashes.SHA256(), length=4 * length, sharedinfo=information).derive(secret)
    mac = cmac.CMAC(algorithms.AES(data[:length]))
    mac.update(template + (b"\x85" + lv(random) if random else b""))
    host_id, issuer, card_id = identifiers or ("", "", "")
    cases.append(
        dict(
            keyLength=length, derivationRandom=text(random), host=host_id, issuer=issuer, card=card_id,
            template=text(template), sharedSecret=text(secret), receiptKey=text(data[:length]),
            enc=text(data[length : 2 * length]), mac=text(data[2 * length : 3 * length]), dek=text(data[3 * length :]),
            receipt=text(mac.finalize()),
        )
    )
print(
    json.dumps(
        dict(
            origin="make-ecka-eg.py, pyca/cryptography",
            proves="GPC Amendment A scenario #3 (ECKA-EG) on P-256: ECDH, X9.63 with SHA-256, receipt",
            cardPrivateKey="%064X" % card.private_numbers().private_value, cardPoint=text(point(card)),
            hostPrivateKey="%064X" % host.private_numbers().private_value, hostPoint=text(point(host)), cases=cases,
        ),
        indent=2,
    )
)
