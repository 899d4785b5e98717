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


def lossy(clf):
    """Every second frame of each direction never arrives; nfcpy retransmits, and each command is executed once."""
    tag = activate(clf)
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
    for _ in range(6):
        assert b"2PAY.SYS.DDF01" in transceive(tag, PPSE)
        transceive(tag, ISSUER_SECURITY_DOMAIN)
    assert count["lost"] >= 6, count


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
        {"identifier": identifier, "exchange": exchange, "no-ndef": no_ndef, "lossy": lossy}[
            check
        ](clf, *arguments)
    finally:
        clf.close()


main()
