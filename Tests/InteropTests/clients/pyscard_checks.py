"""A host of its own on the card, over pyscard: every level of SCP03 and SCP02, channels side by side, keys, and what
closes a session. Exits with 1 and says what failed."""

import sys

from smartcard.System import readers

from secure_channel import SCP02, SCP03, Refused

TEST_KEY = bytes(range(0x40, 0x50))
OTHER_KEY = bytes(range(0x50, 0x60))
ISSUER = bytes.fromhex("A000000151000000")
GET_STATUS, GET_DATA_KEYS = bytes([0x80, 0xF2, 0x80, 0x02]), bytes([0x80, 0xCA, 0x00, 0xE0])


class Card:
    """One connection; `send` takes a command and gives back its answer, whatever the transport protocol."""

    def __init__(self):
        self.connection = next(reader for reader in readers() if self.holds_card(reader)).createConnection()
        self.connection.connect()

    @staticmethod
    def holds_card(reader):
        try:
            connection = reader.createConnection()
            connection.connect()
            connection.disconnect()
            return True
        except Exception:
            return False

    def send(self, command):
        data, sw1, sw2 = self.connection.transmit(list(command))
        answer = bytes(data)
        while sw1 == 0x61:
            data, sw1, sw2 = self.connection.transmit([command[0] & 0x03, 0xC0, 0x00, 0x00, sw2])
            answer += bytes(data)
        if (sw1, sw2) != (0x90, 0x00) and sw1 not in (0x62, 0x63):
            raise Refused(sw1 << 8 | sw2)
        return answer

    def select(self, name=ISSUER, channel=0):
        return self.send(bytes([channel, 0xA4, 0x04, 0x00, len(name)]) + name + b"\x00")


def refused(action, *statuses):
    try:
        action()
    except Refused as refusal:
        assert refusal.status in statuses, f"refused with {refusal}, expected {[f'{s:04X}' for s in statuses]}"
        return
    raise AssertionError("the card accepted it")


class Checks:
    def __init__(self, protocol, length):
        self.card = Card()
        self.protocol, self.length = protocol, length

    def session(self, level=0x01, key=TEST_KEY, channel=0, **options):
        self.card.select(channel=channel)
        if self.protocol == "scp02":
            return SCP02(self.card, (key,) * 3, level, channel=channel, **options)
        return SCP03(self.card, (key,) * 3, level, length=self.length, channel=channel, **options)

    def check_every_level(self):
        levels = (0x00, 0x01, 0x03) if self.protocol != "scp03" else (0x00, 0x01, 0x03, 0x11, 0x13, 0x33)
        for level in levels:
            session = self.session(level)
            assert b"\xE0" == session.send(GET_DATA_KEYS)[:1]
            if level:
                assert ISSUER in session.send(GET_STATUS, b"\x4F\x00")

    def check_without_a_mac_nothing_is_managed(self):
        session = self.session(0x00)
        refused(lambda: session.send(GET_STATUS, b"\x4F\x00"), 0x6982, 0x6985)

    def check_wrong_key_is_seen_before_anything_is_tried(self):
        try:
            self.session(key=OTHER_KEY)
        except ValueError:
            return
        raise AssertionError("the card's cryptogram matched other keys")

    def check_wrong_mac_ends_the_session(self):
        session = self.session()
        good = session.secure(GET_STATUS, b"\x4F\x00", 0)
        refused(lambda: self.card.send(good[:-1] + bytes([good[-1] ^ 1]) + b"\x00"), 0x6982, 0x6988)
        refused(lambda: session.send(GET_STATUS, b"\x4F\x00"), 0x6982, 0x6985)

    def check_select_ends_the_session(self):
        session = self.session()
        self.card.select()
        refused(lambda: session.send(GET_STATUS, b"\x4F\x00"), 0x6982, 0x6985)

    def check_channels_have_sessions_of_their_own(self):
        number = self.card.send(bytes.fromhex("0070000001"))[0]
        first = self.session(0x03)
        second = self.session(0x01, channel=number)
        for _ in range(3):
            assert ISSUER in first.send(GET_STATUS, b"\x4F\x00")
            assert ISSUER in second.send(GET_STATUS, b"\x4F\x00")
        self.card.send(bytes([0x00, 0x70, 0x80, number]))
        assert ISSUER in first.send(GET_STATUS, b"\x4F\x00")
        refused(lambda: second.send(GET_STATUS, b"\x4F\x00"), 0x6881)

    def check_keys_are_added_used_and_deleted(self):
        session = self.session(0x03)
        block = session.put_key_block(OTHER_KEY)
        answer = session.send(bytes([0x80, 0xD8, 0x00, 0x81]), b"\x22" + block * 3)
        assert answer == b"\x22" + block[-3:] * 3, answer.hex()
        assert ISSUER in self.session(0x03, key=OTHER_KEY, key_version=0x22).send(GET_STATUS, b"\x4F\x00")
        self.session().send(bytes([0x80, 0xE4, 0x00, 0x00]), bytes.fromhex("D20122"))
        refused(lambda: self.session(key=OTHER_KEY, key_version=0x22), 0x6A88)

    def run(self):
        failed = 0
        for name in sorted(name for name in dir(self) if name.startswith("check_")):
            title = name.removeprefix("check_").replace("_", " ")
            try:
                getattr(self, name)()
                print(f"ok   {title}")
            except Exception as error:
                failed += 1
                print(f"FAIL {title}: {type(error).__name__} {error}")
        return failed


if __name__ == "__main__":
    sys.exit(1 if Checks(sys.argv[1], int(sys.argv[2])).run() else 0)
