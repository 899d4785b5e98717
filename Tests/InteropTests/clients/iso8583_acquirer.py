"""An acquirer by pyiso8583 and pyemv against `seneschal issuer serve --iso8583-port`.

usage: iso8583_acquirer.py PORT DIALECT KEY NUMBER-FILE PERSONALIZATION.json TRANSPORT-KEY.pem BASE
       BASE: the first trace number and counter; the account has 100.00, and has it again afterwards
"""
import json
import sys
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from iso8583_card import Card, decoded, reversal
from iso8583_wire import Line, connected

port, dialect, key, number_file, personalization_file, pem_file, base = sys.argv[1:]
port, base = int(port), int(base)
personalization = json.load(open(personalization_file))
private_key = serialization.load_pem_private_key(open(pem_file, "rb").read(), None)
card_key = private_key.decrypt(
    bytes.fromhex(personalization["wrappedCardKey"]),
    padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
card = Card(open(number_file).read().strip(), personalization["sequenceNumber"], card_key)
now = time.strftime("%m%d%H%M%S", time.gmtime())


def connect():
    return Line(dialect, key, connected(port))


def network(trace, code):
    return {"t": "0800", "7": now, "11": f"{trace:06}", "70": code}


def purchase(step, amount, counter=None, **options):
    return card.purchase(base + step, amount, base + (step if counter is None else counter), time=now, **options)


def expect(answer, kind, code):
    fields = answer[0]
    assert (fields["t"], fields["39"]) == (kind, code), f"{fields['t']} {fields['39']}, not {kind} {code}"
    return fields


line = connect()
expect(line.ask(network(1, "001")), "0810", "00")
expect(line.ask(network(2, "301"), byte_by_byte=True), "0810", "00")
expect(line.ask(network(3, "999")), "0810", "12")

sale = purchase(1, 1250)
answer = line.ask(sale)
fields = expect(answer, "0210", "00")
assert len(fields["38"]) == 6 and "2" not in fields and "35" not in fields
assert card.is_proof(fields["55"], base + 1, decoded(sale["55"])["9F26"]), "the issuer's proof is wrong"
assert line.ask(sale)[1] == answer[1], "a duplicate is answered with other bytes"
assert expect(line.ask(purchase(1, 99, counter=2)), "0210", "94")

wrong = purchase(3, 1250)
wrong["55"] = wrong["55"].replace("9F1A020276", "9F1A020250")
expect(line.ask(wrong), "0210", "63")
expect(line.ask(purchase(4, 10_001)), "0210", "51")
expect(line.ask(purchase(5, 8750, kind="0100"), byte_by_byte=True), "0110", "00")
expect(line.ask(purchase(6, 1)), "0210", "51")

# Both go back; the repetition is answered alike, and what has not come will be declined.
back = reversal(purchase(5, 8750, kind="0100"), base + 7)
expect(line.ask(back), "0410", "00")
expect(line.ask(back | {"t": "0401"}), "0410", "00")
expect(line.ask(reversal(sale, base + 8)), "0410", "00")
unseen = purchase(9, 100)
expect(line.ask(reversal(unseen, base + 10)), "0410", "00")
expect(line.ask(unseen), "0210", "05")
whole = purchase(11, 10_000)
expect(line.ask(whole), "0210", "00")
expect(line.ask(reversal(whole, base + 12)), "0410", "00")

# A wallet's token in the private data, over both fields: nobody's word, and what is no private data.
token = purchase(13, 1250)
del token["2"], token["23"], token["55"]
word = "AA1200" + "e30." * 300
expect(line.ask(token | {"126": word[:999], "127": word[999:]}), "0210", "63")
expect(line.ask(token | {"11": f"{base + 14:06}", "126": word[:999]}), "0210", "30")
expect(line.ask(token | {"11": f"{base + 15:06}", "127": "AA0001a"}), "0210", "30")

# Two messages in one segment.
line.connection.sendall(line.frame(network(20, "301")) + line.frame(network(21, "301")))
assert {line.receive()[0]["11"], line.receive()[0]["11"]} == {"000020", "000021"}

# What is no message ends the connection; without a key it is answered first.
data = line.encoded(network(22, "301"))
cut = data[:-1]
line.connection.sendall(len(cut).to_bytes(2, "big") + cut)
refusal = line.receive()
if key == "none":
    expect(refusal, "0810", "30")
    refusal = line.receive()
assert refusal is None, "the connection is still open"

if key != "none":
    line = connect()
    code, line.code = line.code, lambda message: bytes(8)
    line.send(network(23, "301"))
    assert line.receive() is None, "a wrong authentication code was answered"
print("agreed")
