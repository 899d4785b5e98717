"""nfcpy and ndeflib against a Type 4 Tag on the UDP air: PORT CHECK [arguments]."""

import sys
from binascii import hexlify

import ndef
import nfc
import nfc.clf


def frontend(port):
    return nfc.ContactlessFrontend("udp:localhost:%s" % port)


def activate(clf):
    target = clf.sense(nfc.clf.RemoteTarget("106A"))
    assert target is not None, "no tag in the field"
    tag = nfc.tag.activate(clf, target)
    assert tag is not None and tag.type == "Type4Tag", "no Type 4 Tag: %s" % tag
    return tag


def again(clf):
    """The tag in the next field."""
    clf.device.mute()
    return activate(clf)


def empty(clf, identifier):
    tag = activate(clf)
    assert hexlify(tag.identifier).decode() == identifier, tag.identifier
    assert tag.ndef is not None and tag.ndef.length == 0, tag.ndef
    assert tag.ndef.capacity == 1022 and tag.ndef.is_writeable and tag.ndef.is_readable
    assert list(tag.ndef.records) == []


def write(clf):
    messages = [
        [ndef.UriRecord("https://www.example.com/a"), ndef.TextRecord("pay")],
        [ndef.SmartposterRecord("https://pay.example.cn/t?m=1001", {"en": "Coffee", "zh": "咖啡"}, "exec")],
        [ndef.Record("urn:nfc:ext:example.cn:paytag", "1", bytes(range(256)))],
        [ndef.UriRecord("weixin://pay/" + "1" * 900)],
    ]
    for records in messages:
        again(clf).ndef.records = records
        assert list(again(clf).ndef.records) == records, records


def lossy(clf):
    """Every second block to the tag and every third frame from it never arrive."""
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

    assert tag.ndef is not None
    device._send_data, device._recv_data = lose_sent, lose_received
    records = [ndef.UriRecord("https://lossy.example/" + "x" * 500)]
    tag.ndef.records = records
    assert tag.ndef.has_changed in (True, False)
    assert list(tag.ndef.records) == records
    assert count["lost"] >= 3, count


def format(clf):
    tag = activate(clf)
    assert tag.format(wipe=0x5A)
    tag = again(clf)
    assert tag.ndef is not None and tag.ndef.length == 0


def fixed(clf, uri):
    tag = activate(clf)
    records = list(tag.ndef.records)
    assert [record.uri for record in records] == [uri], records
    assert not tag.ndef.is_writeable


def sun(clf, uri, keys):
    """NXP AN12196, in the words of another AES."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.cmac import CMAC

    def cmac(key, data):
        mac = CMAC(algorithms.AES(key))
        mac.update(data)
        return mac.finalize()

    meta, file = (bytes.fromhex(line.split()[1]) for line in open(keys))
    counters = []
    for _ in range(3):
        tag = again(clf)
        found = list(tag.ndef.records)[0].iri
        assert found.startswith(uri + "?picc="), found
        picc, proof = bytes.fromhex(found[-54:-22]), bytes.fromhex(found[-16:])
        decryptor = Cipher(algorithms.AES(meta), modes.CBC(bytes(16))).decryptor()
        plain = decryptor.update(picc) + decryptor.finalize()
        assert plain[0] == 0xC7 and plain[1:8] == tag.identifier, plain.hex()
        session = cmac(file, bytes.fromhex("3CC300010080") + plain[1:11])
        assert cmac(session, found[len("https://") : -16].encode())[1::2] == proof, found
        counters.append(int.from_bytes(plain[8:11], "little"))
    assert sorted(set(counters)) == counters, counters


def main():
    port, check, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
    clf = frontend(port)
    try:
        {"empty": empty, "write": write, "lossy": lossy, "format": format, "fixed": fixed, "sun": sun}[check](
            clf, *arguments)
    finally:
        clf.close()


main()
