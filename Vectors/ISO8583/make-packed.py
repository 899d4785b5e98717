#!/usr/bin/env python3
"""Makes packed.json: the messages of messages.json in binary-coded decimals, as pyiso8583 (PyPI) writes them; malformed
neighbours with the field and the byte that pyiso8583 refuses them at; and authentication codes by cryptography (PyPI).

Run in this folder, with both installed: python3 make-packed.py > packed.json
"""
import json

import iso8583
from cryptography.hazmat.primitives import cmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    TripleDES = algorithms.TripleDES

FORMATS = {
    2: "n ..19", 3: "n 6", 4: "n 12", 7: "n 10", 11: "n 6", 12: "n 6", 13: "n 4", 14: "n 4", 18: "n 4", 22: "n 3",
    23: "n 3", 25: "n 2", 32: "n ..11", 35: "z ..37", 37: "an 12", 38: "an 6", 39: "an 2", 41: "ans 8", 42: "ans 15",
    48: "ans ...999", 49: "n 3", 52: "b 8", 53: "n 16", 55: "b ...255", 64: "b 8", 70: "n 3", 90: "n 42", 128: "b 8",
}


def packed(text):
    content, length = text.split(" ")
    kind = length.count(".")
    field = {"len_type": {0: 0, 2: 1, 3: 2}[kind], "len_enc": "bcd", "max_len": int(length.strip("."))}
    if content in "nz":
        return field | {"data_enc": "b", "len_count": "nibbles", "left_pad": "0"}
    return field | {"data_enc": "b" if content == "b" else "ascii"}


PACKED = {str(number): packed(text) for number, text in FORMATS.items()}
PACKED |= {
    "h": packed("b 0"), "t": packed("n 4"), "p": packed("b 8"), "1": packed("b 8"),
}


def encoded(fields):
    track = {"35": fields["35"].replace("=", "D")} if "35" in fields else {}
    return bytes(iso8583.encode(fields | track, PACKED)[0])


def verdict(data):
    try:
        iso8583.decode(data, PACKED)
    except iso8583.DecodeError as error:
        return {"field": error.field, "offset": error.poz if hasattr(error, "poz") else error.pos}
    return None


def retail(key, message):
    message += bytes(-len(message) % 8)
    chain = Cipher(TripleDES(key[:8] * 3), modes.CBC(bytes(8))).encryptor().update(message)[-8:]
    chain = Cipher(TripleDES(key[8:16] * 3), modes.ECB()).decryptor().update(chain)
    return Cipher(TripleDES(key[:8] * 3), modes.ECB()).encryptor().update(chain)


def aes_cmac(key, message):
    code = cmac.CMAC(algorithms.AES(key))
    code.update(message)
    return code.finalize()[:8]


MESSAGES = {item["id"]: item["fields"] for item in json.load(open("messages.json"))["messages"]}
WHOLE = encoded(MESSAGES["auth-0100"])
KEYS = {"retail": bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), "cmac": bytes(range(16))}


def malformed():
    yield "cut in field 3", WHOLE[:21]
    yield "cut in the bitmap", WHOLE[:9]
    yield "cut in the type", WHOLE[:1]
    yield "the length of field 2 is no number", WHOLE[:10] + b"\xA6" + WHOLE[11:]
    yield "field 2 is longer than 19", WHOLE[:10] + b"\x20" + WHOLE[11:]
    yield "a byte behind the last field", WHOLE + b"\x00"


def authenticated():
    for dialect in ("ascii", "binary", "packed"):
        for name in ("fin-0200", "reversal-0400"):
            fields = {k: v for k, v in MESSAGES[name].items() if k != "64"}
            number = "128" if "90" in fields else "64"
            for algorithm, key in KEYS.items():
                fields[number] = "0000000000000000"
                data = {"ascii": ascii_bytes, "binary": binary_bytes, "packed": encoded}[dialect](fields)
                length = 16 if dialect == "ascii" else 8
                code = {"retail": retail, "cmac": aes_cmac}[algorithm](key, data[:-length])
                value = code.hex().upper().encode() if dialect == "ascii" else code
                yield {
                    "id": name, "dialect": dialect, "algorithm": algorithm, "key": key.hex().upper(),
                    "code": code.hex().upper(), "hex": (data[:-length] + value).hex().upper(),
                }


def characters(binary):
    def field(text):
        content, length = text.split(" ")
        size = int(length.strip("."))
        if content == "b" and not binary:
            size *= 2
        return {
            "len_type": length.count("."), "len_enc": "ascii", "max_len": size,
            "data_enc": "b" if content == "b" and binary else "ascii",
        }
    specification = {str(number): field(text) for number, text in FORMATS.items()}
    bitmap = field("b 8")
    return specification | {"h": field("n 0"), "t": field("n 4"), "p": bitmap, "1": bitmap}


def ascii_bytes(fields):
    return bytes(iso8583.encode(fields, characters(False))[0])


def binary_bytes(fields):
    return bytes(iso8583.encode(fields, characters(True))[0])


print(json.dumps({
    "origin": f"made by make-packed.py with pyiso8583 {iso8583.__version__} and cryptography",
    "proves": "messages in binary-coded decimals, where malformed ones are refused, and authentication codes",
    "messages": [{"id": name, "hex": encoded(fields).hex().upper()} for name, fields in MESSAGES.items()],
    "malformed": [{"name": name, "hex": data.hex().upper()} | verdict(data) for name, data in malformed()],
    "authenticated": list(authenticated()),
}, indent=1))
