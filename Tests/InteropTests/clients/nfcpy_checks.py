"""nfcpy against a card on the UDP air: PORT CHECK [arguments]."""

import sys
from binascii import hexlify

import nfc
import nfc.clf

PPSE = bytes.fromhex("00A404000E325041592E5359532E444446303100")
ISSUER_SECURITY_DOMAIN = bytes.fromhex("00A4040000")


def frontend(port):
    return nfc.ContactlessFrontend("udp:localhost:%s" % port)


def activate(clf):
    target = clf.sense(nfc.clf.RemoteTarget("106A"))
    assert target is not None, "no card in the field"
    assert target.sel_res[0] & 0x20, "the card speaks no ISO-DEP: SAK %s" % target.sel_res.hex()
    tag = nfc.tag.activate(clf, target)
    assert tag is not None and tag.type == "Type4Tag", "no Type 4 card: %s" % tag
    return tag


def identifier(clf, expected):
    found = hexlify(activate(clf).identifier).decode()
    assert found == expected, found


def transceive(tag, command, status="9000"):
    answer = tag.transceive(command)
    assert answer[-2:].hex() == status, "%s: %s" % (command.hex(), answer.hex())
    return bytes(answer[:-2])


def exchange(clf):
    tag = activate(clf)
    assert transceive(tag, ISSUER_SECURITY_DOMAIN).hex().startswith("6f")
    directory = transceive(tag, PPSE)
    assert directory.hex().startswith("6f") and b"2PAY.SYS.DDF01" in directory, directory.hex()
    transceive(tag, bytes.fromhex("00A4040005F0F1F2F3F400"), "6a82")


def no_ndef(clf):
    assert activate(clf).ndef is None


def lose_frames(clf):
    """From now on every second block to the card and every third frame from it never arrive."""
    device, send, receive = clf.device, clf.device._send_data, clf.device._recv_data
    count = {"sent": 0, "received": 0, "lost": 0}

    def lose_sent(brty, data, addr):
        count["sent"] += 1
        if count["sent"] % 2 and data and data[0] & 0xE2 == 0x02:
            count["lost"] += 1
            return
        send(brty, data, addr)

    def lose_received(timeout, *brty):
        answer = receive(timeout, *brty)
        count["received"] += 1
        if count["received"] % 3 == 1:
            count["lost"] += 1
            raise nfc.clf.TimeoutError("lost")
        return answer

    device._send_data, device._recv_data = lose_sent, lose_received
    return count


def lossy(clf):
    """nfcpy retransmits, and each command is executed once."""
    tag = activate(clf)
    count = lose_frames(clf)
    for _ in range(6):
        assert b"2PAY.SYS.DDF01" in transceive(tag, PPSE)
        transceive(tag, ISSUER_SECURITY_DOMAIN)
    assert count["lost"] >= 6, count


def objects(data):
    """The data objects of BER-TLV, templates opened, in their order."""
    found, rest = [], bytes(data)
    while rest:
        length = 1
        if rest[0] & 0x1F == 0x1F:
            length += 1
            while rest[length - 1] & 0x80:
                length += 1
        tag, rest = rest[:length].hex().upper(), rest[length:]
        size, rest = rest[0], rest[1:]
        if size > 0x80:
            size, rest = int.from_bytes(rest[: size - 0x80], "big"), rest[size - 0x80 :]
        value, rest = rest[:size], rest[size:]
        found.append((tag, value))
        if bytes.fromhex(tag)[0] & 0x20:
            found += objects(value)
    return found


# What the quick style's PDOL asks for: qualifiers, amounts, country, results, currency, date, type, number.
QUICK = "26000000" + "000000001234" + "000000000000" + "0250" + "0000000000" + "0978" + "261127" + "00" + "A1B2C3D4"


def options(tag, application):
    """SELECT and GET PROCESSING OPTIONS: the data objects of both answers."""
    selection = dict(objects(transceive(tag, bytes.fromhex("00A40400%02X%s00" % (len(application) // 2, application)))))
    values = QUICK if "9F38" in selection else ""
    size = len(values) // 2
    command = "80A80000%02X83%02X%s00" % (size + 2, size, values)
    return {**selection, **dict(objects(transceive(tag, bytes.fromhex(command))))}


def payment(clf):
    tag = activate(clf)
    applications = [value.hex().upper() for name, value in objects(transceive(tag, PPSE)) if name == "4F"]
    assert len(applications) == 4, applications
    for application in applications:
        card = options(tag, application)
        locator = card["94"]
        assert locator and len(locator) % 4 == 0, application
        for entry in (locator[i : i + 4] for i in range(0, len(locator), 4)):
            for number in range(entry[1], entry[2] + 1):
                read = bytes.fromhex("00B2%02X%02X00" % (number, entry[0] | 0x04))
                card.update(objects(transceive(tag, read)))
        assert "5A" in card and "5F24" in card, "%s has no account: %s" % (application, sorted(card))
        if "9F38" in card:
            assert len(card["9F26"]) == 8 and card["9F27"] == b"\x80", application


def counted(clf):
    tag = activate(clf)
    before = int.from_bytes(options(tag, "A00000033301010101")["9F36"], "big")
    count = lose_frames(clf)
    for paid in range(1, 4):
        counter = int.from_bytes(options(tag, "A00000033301010101")["9F36"], "big")
        assert counter == before + paid, "%d after %d" % (counter, before)
    assert count["lost"] >= 3, count


def random(port):
    found = set()
    for _ in range(3):
        clf = frontend(port)
        found.add(hexlify(activate(clf).identifier).decode())
        clf.close()
    assert len(found) == 3 and all(len(uid) == 8 and uid.startswith("08") for uid in found), found


def main():
    port, check, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
    if check == "random":
        return random(port)
    clf = frontend(port)
    try:
        {"identifier": identifier, "exchange": exchange, "no-ndef": no_ndef, "lossy": lossy,
         "payment": payment, "counted": counted}[check](clf, *arguments)
    finally:
        clf.close()


main()
