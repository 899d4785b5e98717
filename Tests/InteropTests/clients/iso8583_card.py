"""A payment card by pyemv: what its chip says of a purchase, and what its issuer proves."""
from pyemv import ac, kd, tlv

ISSUER_DATA = "06011203A00000"


class Card:
    def __init__(self, number, sequence_number, key):
        self.number, self.sequence_number, self.key = number, sequence_number, key

    @classmethod
    def derived(cls, master_key, number, sequence_number):
        return cls(number, sequence_number, kd.derive_icc_mk_a(master_key, number, f"{sequence_number:02}"))

    def session_key(self, counter):
        return kd.derive_common_sk(self.key, counter + bytes(6))

    def cryptogram(self, objects):
        order = ["9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37", "82", "9F36", "9F10"]
        data = b"".join(objects[tag] for tag in order)
        return ac.generate_ac(self.session_key(objects["9F36"]), data, ac.PaddingType.EMV)

    def chip_data(self, counter, amount):
        objects = {
            "9F02": f"{amount:012}", "9F03": "0" * 12, "9F1A": "0276", "95": "0" * 10, "5F2A": "0978", "9A": "261127",
            "9C": "00", "9F37": "01020304", "82": "2000", "9F36": f"{counter:04X}", "9F10": ISSUER_DATA,
        }
        objects = {tag: bytes.fromhex(value) for tag, value in objects.items()}
        objects["9F26"] = self.cryptogram(objects)
        return tlv.encode(objects).hex().upper()

    def purchase(self, trace, amount, counter, kind="0200", time="1127120000"):
        return {
            "t": kind, "2": self.number, "3": "000000", "4": f"{amount:012}", "7": time, "11": f"{trace:06}",
            "22": "071", "23": f"{self.sequence_number:03}", "25": "00", "32": "12345678", "41": "PYTILL01",
            "42": "QUAY BOOKS     ", "49": "978", "55": self.chip_data(counter, amount),
        }

    def is_proof(self, chip_data, counter, cryptogram):
        """Whether tag 91 answers the cryptogram by method 2."""
        proof = tlv.decode(bytes.fromhex(chip_data))["91"]
        key = self.session_key(counter.to_bytes(2, "big"))
        return proof[:4] == ac.generate_arpc_2(key, cryptogram, proof[4:8])


def decoded(chip_data):
    return {tag.upper(): value for tag, value in tlv.decode(bytes.fromhex(chip_data)).items()}


def reversal(purchase, trace, kind="0400"):
    original = purchase["t"] + purchase["11"] + purchase["7"] + purchase["32"].rjust(11, "0") + "0" * 11
    fields = {name: purchase[name] for name in ("3", "4", "32", "41", "42", "49")}
    return fields | {"t": kind, "7": "1127120030", "11": f"{trace:06}", "39": "68", "90": original}
