"""Messages of ISO 8583:1987 by pyiso8583, their authentication codes by cryptography, and frames over TCP.

A line is told by its dialect, ascii, binary or packed, and by its key: cmac:HEX, retail:HEX or none.
"""
import os
import socket
import ssl
import struct

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
    48: "ans ...999", 49: "n 3", 52: "b 8", 53: "n 16", 55: "b ...255", 64: "b 8", 70: "n 3", 90: "n 42", 126: "ans ...999",
    127: "ans ...999", 128: "b 8",
}


def characters(text, are_bytes_binary):
    content, length = text.split(" ")
    is_binary = content == "b" and are_bytes_binary
    size = int(length.strip(".")) * (2 if content == "b" and not is_binary else 1)
    data = "b" if is_binary else "ascii"
    return {"len_type": length.count("."), "len_enc": "ascii", "max_len": size, "data_enc": data}


def packed(text):
    content, length = text.split(" ")
    field = {"len_type": {0: 0, 2: 1, 3: 2}[length.count(".")], "len_enc": "bcd", "max_len": int(length.strip("."))}
    if content in "nz":
        return field | {"data_enc": "b", "len_count": "nibbles", "left_pad": "0"}
    return field | {"data_enc": "b" if content == "b" else "ascii"}


def specification(dialect):
    form = packed if dialect == "packed" else lambda text: characters(text, dialect == "binary")
    fields = {str(number): form(text) for number, text in FORMATS.items()}
    return fields | {"h": form("n 0"), "t": form("n 4"), "p": form("b 8"), "1": form("b 8")}


def retail(key, message):
    message += bytes(-len(message) % 8)
    chain = Cipher(TripleDES(key[:8] * 3), modes.CBC(bytes(8))).encryptor().update(message)[-8:]
    chain = Cipher(TripleDES(key[8:16] * 3), modes.ECB()).decryptor().update(chain)
    return Cipher(TripleDES(key[:8] * 3), modes.ECB()).encryptor().update(chain)


def aes_cmac(key, message):
    code = cmac.CMAC(algorithms.AES(key))
    code.update(message)
    return code.finalize()[:8]


def connected(port):
    """A connection to this machine; with LINE_TRUST (PEM) it is TLS, and LINE_CERTIFICATE and LINE_KEY are shown."""
    connection = socket.create_connection(("127.0.0.1", port))
    if "LINE_TRUST" not in os.environ:
        return connection
    context = ssl.create_default_context(cafile=os.environ["LINE_TRUST"])
    if "LINE_CERTIFICATE" in os.environ:
        context.load_cert_chain(os.environ["LINE_CERTIFICATE"], os.environ["LINE_KEY"])
    return context.wrap_socket(connection, server_hostname="localhost")


class Line:
    def __init__(self, dialect, key, connection):
        self.dialect, self.connection, self.rest = dialect, connection, b""
        self.specification = specification(dialect)
        self.code = None
        if key != "none":
            algorithm, digits = key.split(":")
            function = {"cmac": aes_cmac, "retail": retail}[algorithm]
            self.code = lambda message: function(bytes.fromhex(digits), message)
        self.code_length = 16 if dialect == "ascii" else 8
        connection.settimeout(20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def encoded(self, fields):
        fields = dict(fields)
        if self.dialect == "packed" and "35" in fields:
            fields["35"] = fields["35"].replace("=", "D")
        if self.code:
            fields["128" if any(name.isdigit() and int(name) > 64 for name in fields) else "64"] = "0" * 16
        data = bytes(iso8583.encode(fields, self.specification)[0])
        if self.code:
            code = self.code(data[:-self.code_length])
            data = data[:-self.code_length] + (code.hex().upper().encode() if self.dialect == "ascii" else code)
        return data

    def frame(self, fields):
        data = self.encoded(fields)
        return struct.pack(">H", len(data)) + data

    def send(self, fields, byte_by_byte=False):
        frame = self.frame(fields)
        for piece in [frame[i:i + 1] for i in range(len(frame))] if byte_by_byte else [frame]:
            self.connection.sendall(piece)

    def receive(self):
        """The next message's fields and bytes; None when the connection is over."""
        head = self.take(2)
        if head is None:
            return None
        data = self.take(struct.unpack(">H", head)[0])
        if data is None:
            return None
        fields, _ = iso8583.decode(data, self.specification)
        if self.code:
            name = "128" if "128" in fields else "64"
            assert name in fields, "no authentication code"
            assert bytes.fromhex(fields[name]) == self.code(data[:-self.code_length]), "a wrong authentication code"
        return fields, data

    def take(self, count):
        while len(self.rest) < count:
            try:
                piece = self.connection.recv(4096)
            except ConnectionResetError:
                return None
            if not piece:
                return None
            self.rest += piece
        data, self.rest = self.rest[:count], self.rest[count:]
        return data

    def ask(self, fields, byte_by_byte=False):
        self.send(fields, byte_by_byte)
        return self.receive()
