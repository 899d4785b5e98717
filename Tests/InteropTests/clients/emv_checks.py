"""Pays with a card of `card new --payment test` over pyscard and recomputes what the card proved with pyemv.

usage: emv_checks.py FILE.payment quick | universal | mchip
"""
import json
import sys

from pyemv import ac, kd, tlv
from smartcard.System import readers

AMOUNT, COUNTRY, CURRENCY, DATE, UN = "000000001234", "0250", "0978", "261127", "A1B2C3D4"
TERMINAL = AMOUNT + "000000000000" + COUNTRY + "0000000000" + CURRENCY + DATE + "00" + UN

report = json.load(open(sys.argv[1]))
connection = readers()[0].createConnection()
connection.connect()


def send(apdu):
    data, sw1, sw2 = connection.transmit(list(bytes.fromhex(apdu)))
    assert (sw1, sw2) == (0x90, 0x00), f"{apdu}: {sw1:02X}{sw2:02X}"
    return bytes(data)


def select(aid):
    send(f"00A40400{len(aid) // 2:02X}{aid}00")


def objects(answer):
    """The content of template 77."""
    return {tag.upper(): value for tag, value in tlv.decode(answer)["77"].items()}


def expect_cryptogram(answer, profile, number, issuer_data):
    """Compares tag 9F26 with the cryptogram of the master key, common session key and padding method 2."""
    card_key = kd.derive_icc_mk_a(bytes.fromhex(report["masterKey"]), number, report["sequenceNumber"])
    counter = answer["9F36"]
    key = kd.derive_common_sk(card_key, counter + bytes(6))
    data = bytes.fromhex(TERMINAL) + profile + counter + issuer_data
    assert ac.generate_ac(key, data, ac.PaddingType.EMV) == answer["9F26"], "another cryptogram"


def quick(aid, number):
    select(aid)
    data = "26000000" + TERMINAL
    answer = objects(send(f"80A80000{len(data) // 2 + 2:02X}83{len(data) // 2:02X}{data}00"))
    assert answer["57"].hex().upper().startswith(number + "D"), "track 2 has another number"
    expect_cryptogram(answer, answer["82"], number, answer["9F10"])
    return answer


def mchip(number):
    select("A0000000041010")
    profile = objects(send("80A8000002830000"))["82"]
    rest = "22" + "0000" + "00" * 8 + "1F0302" + "123456" + "00" * 20
    data = TERMINAL + rest
    answer = objects(send(f"80AE8000{len(data) // 2:02X}{data}00"))
    # Of the issuer data only the card verification results go in: behind key index and version.
    expect_cryptogram(answer, profile, number, answer["9F10"][2:8])


style = sys.argv[2]
if style == "quick":
    assert "9F4B" in quick("A0000000031010", report["account"]), "no signature"
elif style == "universal":
    counters = [quick("A00000033301010101", report["tokens"][0])["9F36"] for _ in range(3)]
    assert counters == sorted(set(counters)), "a counter came twice"
    quick("A00000033301010201", report["tokens"][1])
else:
    mchip(report["account"])
print("the same")
