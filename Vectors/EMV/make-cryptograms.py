#!/usr/bin/env python3
"""Makes cryptograms.json: card keys, session keys, application cryptograms and issuer answers of every cryptogram version
that `pyemv` (PyPI) knows, so that nothing of the Swift code stands behind them.

Run in this folder, with pyemv 1.5.0 installed: python3 make-cryptograms.py > cryptograms.json
"""
import hashlib
import json

from pyemv import ac, cvn, kd


def stream(label, count):
    """Bytes that look random and are the same every time."""
    return hashlib.shake_256(label.encode()).digest(count)


def text(data):
    return data.hex().upper()


def luhn(digits):
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value // 10 + value % 10
    return digits + str(-total % 10)


def number(label, length):
    return luhn("".join(str(byte % 10) for byte in stream(label, length - 1)))


def derivations():
    for length in (12, 13, 16, 17, 18, 19):
        for index in range(4):
            label = f"derivation {length} {index}"
            pan, psn, master = number(label, length), f"{stream(label, 1)[0] % 100:02}", stream(label + "k", 16)
            yield {
                "master": text(master), "number": pan, "sequenceNumber": psn,
                "optionA": text(kd.derive_icc_mk_a(master, pan, psn)),
                "optionB": text(kd.derive_icc_mk_b(master, pan, psn)),
            }


LENGTHS = {"9F02": 6, "9F03": 6, "9F1A": 2, "95": 5, "5F2A": 2, "9A": 3, "9C": 1, "9F37": 4, "82": 2, "9F36": 2}


def issuer_data(version, label):
    free = lambda count: stream(label + "iad", count)
    return {
        10: b"\x06\x01\x0a" + free(4),
        18: b"\x06\x01\x12" + free(4),
        22: b"\x1f\x22\x01" + free(29),
        16: b"\x01\x10" + free(16),
        17: b"\x01\x11" + free(16),
        20: b"\x01\x14" + free(16),
        21: b"\x01\x15" + free(16),
    }[version]


VERSIONS = {
    10: cvn.VisaCVN10, 18: cvn.VisaCVN18, 22: cvn.VisaCVN22, 16: cvn.MasterCardCVN16, 17: cvn.MasterCardCVN17,
    20: cvn.MasterCardCVN20, 21: cvn.MasterCardCVN21,
}


def cryptograms():
    for version, kind in VERSIONS.items():
        for index in range(5):
            label = f"cryptogram {version} {index}"
            master = stream(label + "k", 16)
            pan = number(label, 16 if index < 3 or version not in (18, 22) else 19)
            psn = f"{index:02}"
            card = kind(master, master, master, pan, psn)
            tags = {tag: stream(label + tag, length) for tag, length in LENGTHS.items()}
            data = tags | {"9F10": issuer_data(version, label)}
            arguments = {f"tag_{tag.lower()}": value for tag, value in tags.items()}
            share = data["9F10"]
            if version in (18, 22):
                arguments["tag_9f10"] = share
            elif version == 10:
                arguments["cvr"] = share[3:7]
            else:
                arguments["cvr"] = share[2:8]
                if version in (17, 21):
                    arguments["counters"] = share[10:]
            cryptogram = card.generate_ac(**arguments)
            answer = stream(label + "answer", 4)
            case = {
                "version": version, "master": text(master), "number": pan, "sequenceNumber": psn,
                "cardKey": text(card.icc_mk_ac), "objects": {tag: text(value) for tag, value in data.items()},
                "cryptogram": text(cryptogram),
            }
            if version in (18, 22):
                extra = stream(label + "extra", index * 2)
                case |= {
                    "statusUpdate": text(answer), "proprietaryData": text(extra),
                    "method2": text(card.generate_arpc(cryptogram, data["9F36"], answer, extra)),
                }
            else:
                arpc = (card.generate_arpc(cryptogram, answer[:2]) if version in (10, 16, 17)
                        else card.generate_arpc(cryptogram, data["9F36"], answer[:2]))
                case |= {"responseCode": text(answer[:2]), "method1": text(arpc)}
            yield case


def sessions():
    for index in range(4):
        card, counter, unpredictable = (stream(f"session {index} {i}", n) for i, n in ((0, 16), (1, 2), (2, 4)))
        cryptogram = stream(f"session {index} 3", 8)
        yield {
            "cardKey": text(card), "counter": text(counter), "unpredictableNumber": text(unpredictable),
            "common": text(kd.derive_common_sk(card, counter + bytes(6))),
            "mastercard": text(kd.derive_common_sk(card, counter + bytes(2) + unpredictable)),
            "cryptogram": text(cryptogram), "secureMessaging": text(kd.derive_common_sk(card, cryptogram)),
        }


print(json.dumps({
    "origin": "made by make-cryptograms.py with pyemv 1.5.0",
    "proves": "EMV card key derivation options A and B, session keys, application cryptograms of Visa CVN 10, 18, '22' "
              "and M/Chip CVN 16, 17, 20, 21, and both methods of the issuer's answer",
    "derivations": list(derivations()), "sessions": list(sessions()), "cryptograms": list(cryptograms()),
}, indent=1))
