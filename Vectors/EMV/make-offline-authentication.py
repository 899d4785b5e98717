#!/usr/bin/env python3
"""Makes offline-authentication.json: whole chains from an authority's key to a card's signatures, and chains that are
wrong in one step, computed from the text of EMV Book 2 with Python's own integers and hashlib alone, so that nothing of
the Swift code and no RSA library stands behind them.

Run in this folder: python3 make-offline-authentication.py > offline-authentication.json
"""
import hashlib
import json


class Stream:
    """Bytes that look random and are the same every time."""

    def __init__(self, label):
        self.label, self.counter = label, 0

    def take(self, count):
        self.counter += 1
        return hashlib.shake_256(f"{self.label} {self.counter}".encode()).digest(count)


def is_prime(number, stream):
    for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47):
        if number % small == 0:
            return number == small
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(24):
        power = pow(2 + int.from_bytes(stream.take(16), "big"), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


class Key:
    def __init__(self, label, bits, exponent):
        stream, self.e = Stream(label), exponent
        while True:
            p, q = self.prime(stream, bits // 2), self.prime(stream, bits // 2)
            self.n = p * q
            if p != q and self.n.bit_length() == bits:
                break
        self.d = pow(exponent, -1, (p - 1) * (q - 1))
        self.length = bits // 8

    def prime(self, stream, bits):
        while True:
            number = int.from_bytes(stream.take(bits // 8), "big") | 3 << (bits - 2) | 1
            if (number - 1) % self.e != 0 and is_prime(number, stream):
                return number

    @property
    def modulus(self):
        return self.n.to_bytes(self.length, "big")

    @property
    def exponent(self):
        return self.e.to_bytes(1 if self.e < 256 else 3, "big")

    def sign(self, block):
        assert len(block) == self.length
        return pow(int.from_bytes(block, "big"), self.d, self.n).to_bytes(self.length, "big")


def sha1(data):
    return hashlib.sha1(data).digest()


def block(key, body, rest, header=0x6A, trailer=0xBC, breaks_hash=False):
    fillers = key.length - 22 - len(body)
    body += b"\xbb" * fillers
    digest = sha1(body + rest + (b"!" if breaks_hash else b""))
    return key.sign(bytes([header]) + body + digest + bytes([trailer]))


def certificate(signer, head, key, static=b"", hash_algorithm=1, key_algorithm=1, length=None, **options):
    room = signer.length - 22 - len(head) - 4
    field = bytes([hash_algorithm, key_algorithm, length or key.length, len(key.exponent)])
    left, remainder = key.modulus[:room], key.modulus[room:]
    return block(signer, head + field + left, remainder + key.exponent + static, **options), remainder


PAN, UN = "6299000000000007", bytes.fromhex("30901B6A")
STATIC = bytes.fromhex("5A0862990000000000075F24032912319F0702FF002000")
RELATED = bytes.fromhex("01CAFEBABE0080")
PDOL_AND_CDOL = bytes(range(66))


def chain(authority, issuer, card, identifier="629900FF", issuer_date="1229", card_date="1229", pan=PAN, issuer_format=2,
          card_format=4, issuer_options={}, card_options={}, static=STATIC):
    issuer_head = bytes([issuer_format]) + bytes.fromhex(identifier + issuer_date + "000001")
    card_head = bytes([card_format]) + bytes.fromhex(pan.ljust(20, "F") + card_date + "000002")
    issuer_certificate, issuer_remainder = certificate(authority, issuer_head, issuer, **issuer_options)
    card_certificate, card_remainder = certificate(issuer, card_head, card, static, **card_options)
    objects = {
        "8F": b"\xf1", "90": issuer_certificate, "92": issuer_remainder, "9F32": issuer.exponent,
        "9F46": card_certificate, "9F48": card_remainder, "9F47": card.exponent, "5A": bytes.fromhex(PAN),
    }
    return {tag: value.hex().upper() for tag, value in objects.items() if value}


def signatures(issuer, card):
    number = bytes.fromhex("0102030405060708")
    cryptogram = bytes.fromhex("A1A2A3A4A5A6A7A8")
    answer = [("9F27", "80"), ("9F36", "0042"), ("9F10", "0114A04003220000000000000000000000FF")]
    answered = b"".join(bytes.fromhex(tag) + bytes([len(value) // 2]) + bytes.fromhex(value) for tag, value in answer)
    combined = b"\x08" + number + b"\x80" + cryptogram + sha1(PDOL_AND_CDOL + answered)
    amount, currency = bytes.fromhex("000000001250"), bytes.fromhex("0978")

    def dynamic(data, rest):
        return block(card, b"\x05\x01" + bytes([len(data)]) + data, rest).hex().upper()

    return {
        "static": block(issuer, b"\x03\x01\xda\xc0", STATIC).hex().upper(), "code": "DAC0",
        "dynamic": dynamic(b"\x08" + number, UN), "number": number.hex().upper(),
        "fast": dynamic(b"\x02\x00\x42", UN + amount + currency + RELATED), "counter": "0042",
        "combined": dynamic(combined, UN), "cryptogram": cryptogram.hex().upper(),
        "answer": [[tag, value] for tag, value in answer],
    }


def case(name, authority, issuer, card, **changes):
    return {"name": name, "objects": chain(authority, issuer, card, **changes)}


AUTHORITY, ISSUER, CARD = (Key(*args) for args in (("ca", 1408, 3), ("issuer", 1152, 3), ("card", 1024, 65537)))
WIDE, NARROW, NEXT = (Key(*args) for args in (("wide", 1984, 65537), ("narrow", 1024, 3), ("next", 1024, 3)))


def keys(name, authority, issuer, card):
    return {
        "name": name, "authority": authority.modulus.hex().upper(), "authorityExponent": authority.exponent.hex().upper(),
        "checkValue": sha1(bytes.fromhex("A000000003F1") + authority.modulus + authority.exponent).hex().upper(),
        "card": card.modulus.hex().upper(), "objects": chain(authority, issuer, card),
        "signatures": signatures(issuer, card),
    }


BAD = [
    case("issuer header", AUTHORITY, ISSUER, CARD, issuer_options={"header": 0x6B}),
    case("issuer trailer", AUTHORITY, ISSUER, CARD, issuer_options={"trailer": 0xBB}),
    case("issuer format", AUTHORITY, ISSUER, CARD, issuer_format=4),
    case("issuer hash", AUTHORITY, ISSUER, CARD, issuer_options={"breaks_hash": True}),
    case("issuer hash algorithm", AUTHORITY, ISSUER, CARD, issuer_options={"hash_algorithm": 2}),
    case("issuer key algorithm", AUTHORITY, ISSUER, CARD, issuer_options={"key_algorithm": 2}),
    case("issuer key longer than the authority's", AUTHORITY, ISSUER, CARD, issuer_options={"length": 177}),
    case("issuer remainder too long", AUTHORITY, ISSUER, CARD, issuer_options={"length": 143}),
    case("issuer of other numbers", AUTHORITY, ISSUER, CARD, identifier="629901FF"),
    case("issuer expired", AUTHORITY, ISSUER, CARD, issuer_date="1026"),
    case("card header", AUTHORITY, ISSUER, CARD, card_options={"header": 0x6B}),
    case("card format", AUTHORITY, ISSUER, CARD, card_format=2),
    case("card hash", AUTHORITY, ISSUER, CARD, card_options={"breaks_hash": True}),
    case("card with other static data", AUTHORITY, ISSUER, CARD, static=STATIC[:-1]),
    case("card of another number", AUTHORITY, ISSUER, CARD, pan="6299000000000015"),
    case("card expired", AUTHORITY, ISSUER, CARD, card_date="1026"),
    case("card key algorithm", AUTHORITY, ISSUER, CARD, card_options={"key_algorithm": 0}),
    case("issuer certified by another authority", Key("other", 1408, 3), ISSUER, CARD),
]

print(json.dumps({
    "origin": "made by make-offline-authentication.py from EMV Book 2 §5 and §6",
    "proves": "check values, issuer and card certificates with and without remainder, signed static data, DDA, fDDA and "
              "CDA; what a chain that is wrong in one step is refused for",
    "number": PAN, "month": "11/26", "staticData": STATIC.hex().upper(), "unpredictableNumber": UN.hex().upper(),
    "relatedData": RELATED.hex().upper(), "exchanged": PDOL_AND_CDOL.hex().upper(),
    "chains": [
        keys("remainders on both levels", AUTHORITY, ISSUER, CARD), keys("issuer key filled with BB", WIDE, NARROW, NEXT),
        keys("all keys of the same length", Key("same", 1152, 3), ISSUER, Key("same card", 1152, 3)),
    ],
    "bad": BAD,
}, indent=1))
