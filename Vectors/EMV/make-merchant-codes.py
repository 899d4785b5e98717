#!/usr/bin/env python3
"""Makes merchant-codes.json: merchant-presented codes that differ from a whole one in one thing, the checksum made anew,
and what `cemacqr` (PyPI), profile EMVCo, says of each.

Run in this folder, with cemacqr installed: python3 make-merchant-codes.py > merchant-codes.json
"""
import json

import cemacqr


def item(identifier, value):
    return f"{identifier:02}{len(value):02}{value}"


WHOLE = {
    0: "01", 1: "11", 15: "1234567890123456", 26: item(0, "D15600000000") + item(5, "A93FO"), 52: "4111", 53: "156",
    54: "23.72", 58: "CN", 59: "BEST TRANSPORT", 60: "BEIJING", 61: "100000",
    62: item(1, "12345") + item(5, "ref") + item(7, "A60086"), 64: item(0, "ZH") + item(1, "最佳运输") + item(2, "北京"),
    80: item(0, "D1560") + item(7, "x"),
}

OTHERS = {
    0: ["02", "1", "001"], 1: ["12", "13", "1"], 2: ["4111111111111111"], 15: ["1", "x" * 99],
    26: ["A", item(5, "A"), item(0, "x" * 32), item(0, "x" * 33), item(0, "ab") + item(0, "cd")],
    52: ["411", "41111", "ABCD", "0000"], 53: ["15", "1560", "CNY"],
    54: ["0", "0.00", "1", "1.", "1.2.3", ".5", "12345678901234", "1234567890.12", "-1", "1,2", "00.10", "99999999999.9"],
    55: ["01", "02", "03", "04"], 56: ["1.50", "0", "x"], 57: ["5", "100", "00.01", "99.99", "100.00", "0"],
    58: ["cn", "C", "CHN", "C1"], 59: ["x" * 25, "x" * 26, "最" * 25, "最" * 26], 60: ["x" * 15, "x" * 16],
    61: ["x" * 10, "x" * 11],
    62: ["A", item(1, "x" * 25), item(1, "x" * 26), item(9, "AME"), item(9, "XYZ"), item(1, "a") + item(1, "b")],
    64: [item(0, "ZH"), item(1, "x"), item(0, "ZHO") + item(1, "x"), item(0, "zh") + item(1, "x"),
         item(0, "ZH") + item(1, "x" * 26), item(0, "ZH") + item(1, "x") + item(2, "x" * 16)],
    70: ["reserved"], 80: [item(1, "x"), "A"], 99: [item(0, "A") + item(1, "b")],
}

TIPS = [
    {55: "01"}, {55: "02", 56: "1.50"}, {55: "03", 57: "5"}, {55: "01", 56: "1.50"}, {55: "02", 57: "5"}, {55: "03"},
    {55: "02"}, {55: "03", 57: "100"}, {55: "03", 57: "99.99"}, {55: "02", 56: "0"}, {55: "03", 57: "100.00"},
    {55: "03", 57: "00.00"},
]


def payload(objects, order=None):
    text = "".join(item(identifier, objects[identifier]) for identifier in order or sorted(objects)) + "6304"
    return text + cemacqr.crc16_hex(text.encode())


def verdict(text):
    try:
        return sorted({violation.code for violation in cemacqr.validate(cemacqr.parse_payload(text)).violations})
    except cemacqr.QrSyntaxError:
        return ["SYNTAX"]


def cases():
    yield "whole", payload(WHOLE)
    for identifier in WHOLE:
        yield f"without {identifier:02}", payload({i: v for i, v in WHOLE.items() if i != identifier})
    for identifier, values in OTHERS.items():
        for value in values:
            yield f"{identifier:02} is {value}", payload(WHOLE | {identifier: value})
    for tip in TIPS:
        yield "tip " + " ".join(f"{i} {v}" for i, v in tip.items()), payload(WHOLE | tip)
    order = sorted(WHOLE)
    yield "00 second", payload(WHOLE, [1, 0] + order[2:])
    yield "01 last", payload(WHOLE, [0] + order[2:] + [1])
    text = payload(WHOLE)
    yield "one character short", text[:-1]
    yield "one character long", text + "0"
    yield "lower-case checksum", text[:-4] + text[-4:].lower()
    yield "empty", ""
    yield "format indicator alone", "000201"


print(json.dumps({
    "origin": "made by make-merchant-codes.py; verdicts of cemacqr, profile EMVCo",
    "proves": "which merchant-presented codes are refused",
    "cases": [{"name": name, "payload": text, "violations": verdict(text)} for name, text in cases()],
}, indent=1, ensure_ascii=False))
