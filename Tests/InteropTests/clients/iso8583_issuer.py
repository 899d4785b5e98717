"""An issuer by pyiso8583 and pyemv for `seneschal iso8583 send`: it checks the cryptogram in field 55.

usage: iso8583_issuer.py serve PORT-FILE DIALECT KEY      answers until it is ended; 13 cents are not answered in time
       iso8583_issuer.py requests                         prints a purchase, a wrong one, and a reversal, a line each
       iso8583_issuer.py late                             prints a purchase of 13 cents and its reversal
       iso8583_issuer.py answers                          checks the answers to `requests` on standard input
"""
import json
import os
import socket
import sys
import threading
import time

from iso8583_card import Card, decoded, reversal
from iso8583_wire import Line
from pyemv import ac

MASTER_KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
CARD = Card.derived(MASTER_KEY, "4761739001010010", 1)
PURCHASE = CARD.purchase(42, 1250, 7)
WRONG = CARD.purchase(43, 1250, 8)
WRONG["55"] = WRONG["55"].replace("9F37040102", "9F37040103")
LATE = CARD.purchase(45, 13, 9)
held = []


def answered(request, code, more={}):
    kept = {name: request[name] for name in ("3", "4", "7", "11", "37", "41", "49") if name in request}
    return kept | {"t": request["t"][:2] + "10", "39": code} | more


def decide(request):
    objects = decoded(request["55"])
    if CARD.cryptogram(objects) != objects["9F26"]:
        return answered(request, "63")
    status = bytes.fromhex("00800000")
    proof = ac.generate_arpc_2(CARD.session_key(objects["9F36"]), objects["9F26"], status) + status
    return answered(request, "00", {"38": "A1B2C3", "55": f"91{len(proof):02X}{proof.hex().upper()}"})


def serve(connection, dialect, key):
    line = Line(dialect, key, connection)
    while (received := line.receive()) is not None:
        request = received[0]
        if request["t"] == "0800":
            line.send({name: request[name] for name in ("7", "11", "70")} | {"t": "0810", "39": "00"})
        elif request["t"] in ("0400", "0401"):
            assert request["90"][:4] == "0200" and request["39"] == "68"
            # The answer to what is reversed comes first, and too late.
            while held:
                line.send(held.pop())
            line.send(answered(request, "00"), byte_by_byte=True)
        elif int(request["4"]) == 13:
            held.append(decide(request))
        else:
            line.send(decide(request), byte_by_byte=True)


if sys.argv[1] == "serve":
    listener = socket.create_server(("127.0.0.1", 0))
    with open(sys.argv[2] + ".new", "w") as file:
        file.write(str(listener.getsockname()[1]))
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    while True:
        accepted, _ = listener.accept()
        threading.Thread(target=serve, args=(accepted, *sys.argv[3:5]), daemon=True).start()
elif sys.argv[1] == "requests":
    for message in (PURCHASE, WRONG, reversal(PURCHASE, 44)):
        print(json.dumps(message))
elif sys.argv[1] == "late":
    for message in (LATE, reversal(LATE, 46)):
        print(json.dumps(message))
else:
    purchase, wrong, undone = [json.loads(text) for text in sys.stdin]
    assert (purchase["t"], purchase["39"], purchase["38"]) == ("0210", "00", "A1B2C3"), purchase
    assert CARD.is_proof(purchase["55"], 7, decoded(PURCHASE["55"])["9F26"])
    assert (wrong["t"], wrong["39"]) == ("0210", "63"), wrong
    assert (undone["t"], undone["39"]) == ("0410", "00"), undone
    print("agreed")
