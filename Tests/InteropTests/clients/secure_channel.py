"""The host end of SCP02 (GPC v2.3.1 Annex E) and SCP03 (Amendment D v1.2), written for these checks alone:
it shares nothing with the card that it talks to."""

import os

from cryptography.hazmat.primitives import cmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    TripleDES = algorithms.TripleDES


class Refused(Exception):
    """The card answered with a status word other than 9000."""

    def __init__(self, status):
        super().__init__(f"{status:04X}")
        self.status = status


def aes_cbc(key, data, iv=bytes(16)):
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def aes_cbc_decrypt(key, data, iv=bytes(16)):
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def aes_cmac(key, data):
    mac = cmac.CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


def des3_cbc(key, data, iv=bytes(8)):
    encryptor = Cipher(TripleDES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def des3_ecb(key, data):
    return b"".join(des3_cbc(key, data[i:i + 8]) for i in range(0, len(data), 8))


def retail_mac(key, data, iv=bytes(8)):
    """Single DES but for the last block (ISO/IEC 9797-1 MAC algorithm 3). A triple DES of three equal keys is a DES."""
    single = key[:8] * 3
    for start in range(0, len(data) - 8, 8):
        iv = des3_cbc(single, data[start:start + 8], iv)
    return des3_cbc(key, data[-8:], iv)


def pad80(data, block):
    data += b"\x80"
    return data + bytes(-len(data) % block)


def unpad80(data):
    return data[:data.rindex(b"\x80")]


class SCP03:
    """One session. `level` is P1 of EXTERNAL AUTHENTICATE."""

    def __init__(self, card, keys, level, key_version=0, length=8, channel=0):
        self.card, self.level, self.length, self.channel = card, level, length, channel
        host = os.urandom(length)
        answer = card.send(bytes([0x80 | channel, 0x50, key_version, 0x00, length]) + host + b"\x00")
        self.diversification, self.key_version, self.protocol, self.i = answer[:10], answer[10], answer[11], answer[12]
        challenge = answer[13:13 + length]
        cryptogram = answer[13 + length:13 + 2 * length]
        self.counter = answer[13 + 2 * length:]
        context = host + challenge
        enc, mac, self.dek = keys
        size = 8 * len(enc)
        self.enc = self.derive(enc, 0x04, size, context)
        self.mac = self.derive(mac, 0x06, size, context)
        self.rmac = self.derive(mac, 0x07, size, context)
        self.chain, self.commands = bytes(16), 0
        if self.derive(self.mac, 0x00, 8 * length, context) != cryptogram:
            raise ValueError("the card's cryptogram is not that of these keys")
        proof = self.derive(self.mac, 0x01, 8 * length, context)
        card.send(self.secure(bytes([0x80 | channel, 0x82, level, 0x00]), proof, level & 0x01))

    @staticmethod
    def derive(key, constant, bits, context):
        out = b""
        for counter in range(1, (bits + 127) // 128 + 1):
            out += aes_cmac(key, bytes(11) + bytes([constant, 0x00, bits >> 8, bits & 0xFF, counter]) + context)
        return out[:bits // 8]

    def secure(self, header, data, level):
        if level & 0x02:
            self.commands += 1
            if data:
                iv = aes_cbc(self.enc, self.commands.to_bytes(16, "big"))
                data = aes_cbc(self.enc, pad80(data, 16), iv)
        header = bytes([header[0] | 0x04]) + header[1:]
        length = len(data) + self.length
        field = bytes([length]) if length < 256 else b"\x00" + length.to_bytes(2, "big")
        # The MAC covers the class byte without its channel.
        covered = bytes([header[0] & 0xFC]) + header[1:] + field + data
        self.chain = aes_cmac(self.mac, self.chain + covered)
        return header + bytes([length & 0xFF]) + data + self.chain[:self.length]

    def send(self, header, data=b"", expects=True):
        """The plain answer to one command."""
        header = bytes([header[0] | self.channel]) + header[1:]
        if self.level & 0x01:
            command = self.secure(header, data, self.level)
        else:
            command = header + (bytes([len(data)]) + data if data else b"")
        answer = self.card.send(command + (b"\x00" if expects else b""))
        if self.level & 0x10:
            body, mac = answer[:-self.length], answer[-self.length:]
            if aes_cmac(self.rmac, self.chain + body + b"\x90\x00")[:self.length] != mac:
                raise ValueError("the card's R-MAC does not match")
            answer = body
            if self.level & 0x20 and body:
                iv = aes_cbc(self.enc, b"\x80" + self.commands.to_bytes(15, "big"))
                answer = unpad80(aes_cbc_decrypt(self.enc, body, iv))
        return answer

    def put_key_block(self, key):
        padded = key + bytes(-len(key) % 16)
        return (bytes([0x88, 1 + len(padded), len(key)]) + aes_cbc(self.dek, padded)
                + b"\x03" + aes_cbc(key, b"\x01" * 16)[:3])


class SCP02:
    """One session, i=15 or i=55: explicit initiation, C-MAC over the modified APDU, encrypted ICV."""

    def __init__(self, card, keys, level, key_version=0, channel=0):
        self.card, self.level, self.channel = card, level, channel
        host = os.urandom(8)
        answer = card.send(bytes([0x80 | channel, 0x50, key_version, 0x00, 8]) + host + b"\x00")
        self.key_version, self.protocol = answer[10], answer[11]
        sequence, challenge, cryptogram = answer[12:14], answer[14:20], answer[20:28]
        self.enc, self.mac, self.dek = (
            des3_cbc(key, constant + sequence + bytes(12))
            for key, constant in zip(keys, (b"\x01\x82", b"\x01\x01", b"\x01\x81")))
        self.icv = None
        if des3_cbc(self.enc, pad80(host + sequence + challenge, 8))[-8:] != cryptogram:
            raise ValueError("the card's cryptogram is not that of these keys")
        proof = des3_cbc(self.enc, pad80(sequence + challenge + host, 8))[-8:]
        card.send(self.secure(bytes([0x80 | channel, 0x82, level, 0x00]), proof, encrypts=False))

    def secure(self, header, data, encrypts):
        header = bytes([header[0] | 0x04]) + header[1:]
        iv = bytes(8) if self.icv is None else des3_cbc(self.mac[:8] * 3, self.icv)
        # The MAC covers the class byte without its channel.
        covered = bytes([header[0] & 0xFC]) + header[1:] + bytes([len(data) + 8]) + data
        self.icv = retail_mac(self.mac, pad80(covered, 8), iv)
        if encrypts and data:
            data = des3_cbc(self.enc, pad80(data, 8))
        return header + bytes([len(data) + 8]) + data + self.icv

    def send(self, header, data=b"", expects=True):
        header = bytes([header[0] | self.channel]) + header[1:]
        if self.level & 0x01:
            command = self.secure(header, data, self.level & 0x02)
        else:
            command = header + (bytes([len(data)]) + data if data else b"")
        return self.card.send(command + (b"\x00" if expects else b""))

    def put_key_block(self, key):
        return bytes([0x80, 0x10]) + des3_ecb(self.dek, key) + b"\x03" + des3_ecb(key, bytes(8))[:3]
