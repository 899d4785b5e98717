#!/usr/bin/env python3
"""Makes scp03-s16.json: one S16 session per security level and key size, computed from the text of GPC Amendment D
v1.2 with the `cryptography` package alone, so that nothing of the Swift code stands behind it.

Run in this folder: python3 make-scp03-s16.py > scp03-s16.json
"""
import hashlib
import json

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

INVOKER = bytes.fromhex("A000000151000000")


def stream(label, count):
    """Bytes that look random and are the same every time."""
    return hashlib.shake_256(label.encode()).digest(count)


def cmac(key, message):
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


def derive(key, constant, context, bits):  # 4.1.5
    blocks = b""
    for i in (1, 2):
        blocks += cmac(key, bytes(11) + bytes([constant, 0]) + bits.to_bytes(2, "big") + bytes([i]) + context)
    return blocks[: bits // 8]


def cbc(key, iv, data):
    encryptor = Cipher(AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def ecb(key, block):
    encryptor = Cipher(AES(key), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def pad(data):
    data += b"\x80"
    return data + bytes(-len(data) % 16)


def short(header, data, le):
    return header + (bytes([len(data)]) + data if data else b"") + le


def session(size, level):
    name = f"AES-{size * 8} level {level:02X}"
    enc, mac, dek = (stream(f"{name} {k}", size) for k in ("enc", "mac", "dek"))
    host = stream(name + " host challenge", 16)
    kdd = stream(name + " kdd", 10)
    counter = bytes([0x01, 0x02, level])
    i = 0x71
    card = derive(enc, 0x02, counter + INVOKER, 128)  # 6.2.2.1
    context = host + card
    s_enc, s_mac, s_rmac = (derive(k, c, context, size * 8) for k, c in ((enc, 4), (mac, 6), (mac, 7)))  # 6.2.1
    card_cryptogram = derive(s_mac, 0x00, context, 128)
    host_cryptogram = derive(s_mac, 0x01, context, 128)
    header = bytes([0x84, 0x82, level, 0x00])
    chaining = cmac(s_mac, bytes(16) + header + b"\x20" + host_cryptogram)  # 6.2.3, 6.2.4
    out = {
        "name": name,
        "keys": {"enc": enc.hex().upper(), "mac": mac.hex().upper(), "dek": dek.hex().upper()},
        "level": f"{level:02X}",
        "invoker": INVOKER.hex().upper(),
        "initializeUpdate": ("80503000" + "10" + host.hex() + "00").upper(),
        "initializeUpdateResponse": (
            kdd + bytes([0x30, 0x03, i]) + card + card_cryptogram + counter + b"\x90\x00").hex().upper(),
        "externalAuthenticate": (header + b"\x20" + host_cryptogram + chaining).hex().upper(),
        "exchanges": [],
    }
    exchanges = [
        ("80F22002", b"", b"", "9000", b""),
        ("80CA0066", b"", b"\x00", "9000", stream(name + " a", 15)),
        ("80E28800", stream(name + " b", 16), b"", "6300", b""),
        ("80E28801", stream(name + " c", 223), b"\x00", "6310", stream(name + " d", 200)),
        ("80E40000", stream(name + " e", 9), b"\x00", "6A88", b""),
        ("80E28002", stream(name + " f", 17), b"\x00", "9000", stream(name + " g", 1)),
    ]
    for number, (plain_header, data, le, status, answer) in enumerate(exchanges, 1):
        plain_header, status = bytes.fromhex(plain_header), bytes.fromhex(status)
        wrapped, wrapped_answer = short(plain_header, data, le), answer + status
        if level & 0x01:
            body = data
            if level & 0x02 and data:  # 6.2.6
                body = cbc(s_enc, ecb(s_enc, number.to_bytes(16, "big")), pad(data))
            secured = bytes([plain_header[0] | 0x04]) + plain_header[1:]
            chaining = cmac(s_mac, chaining + secured + bytes([len(body) + 16]) + body)
            wrapped = short(secured, body + chaining, le)
        if level & 0x10 and status[0] in (0x90, 0x62, 0x63):
            body = answer
            if level & 0x20 and answer:  # 6.2.7
                body = cbc(s_enc, ecb(s_enc, b"\x80" + number.to_bytes(15, "big")), pad(answer))
            wrapped_answer = body + cmac(s_rmac, chaining + body + status) + status  # 6.2.5
        out["exchanges"].append({
            "plain": short(plain_header, data, le).hex().upper(),
            "wrapped": wrapped.hex().upper(),
            "wrappedResponse": wrapped_answer.hex().upper(),
            "plainResponse": (answer + status).hex().upper(),
        })
    return out


print(json.dumps({
    "origin": "made by make-scp03-s16.py, beside this file",
    "proves": "S16 mode, six levels, three key sizes; commands with and without data; warnings and refusals",
    "sessions": [session(size, level) for size in (16, 24, 32) for level in (0x00, 0x01, 0x03, 0x11, 0x13, 0x33)],
}, indent=1))
